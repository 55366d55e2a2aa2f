"""The manifest: a deployment as a file that anyone can read and check against a chain.

Its shape is `deployments/schema.json`, written by ``python -m keelmark.deploy.manifest`` and
compared by a test. A manifest is written whole or not at all.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Annotated, Any

from eth_utils.address import is_checksum_address
from eth_utils.crypto import keccak
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from keelmark.chain.operations import GetChainId, GetCode, Operation
from keelmark.deploy.consistency import check_consistent
from keelmark.deploy.plan import (
    COMPILER,
    KIT,
    CompilerSettings,
    DeployedContract,
    Deployment,
    HeldRole,
)
from keelmark.errors import ChainMismatch, InputError
from keelmark.identifiers import check_lei
from keelmark.types import Regime

__all__ = [
    "json_schema",
    "manifest_body",
    "manifest_path",
    "read_manifest",
    "verify",
    "write_manifest",
]

SCHEMA_VERSION = 2


def _checksummed(value: str) -> str:
    """An address with the capitals of its checksum."""
    if not is_checksum_address(value):
        raise ValueError("expected a checksummed address")
    return value


Address = Annotated[str, Field(pattern="^0x[0-9a-fA-F]{40}$"), AfterValidator(_checksummed)]
Hash = Annotated[str, Field(pattern="^0x[0-9a-f]{64}$")]
OptionalHash = Annotated[str, Field(pattern="^(0x[0-9a-f]{64})?$")]
OptionalAddress = Annotated[
    str,
    Field(pattern="^(0x[0-9a-fA-F]{40})?$"),
    AfterValidator(lambda value: _checksummed(value) if value else value),
]
Words = Annotated[str, Field(pattern="^0x([0-9a-f]{64})*$")]
Name = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
SourceHash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class ContractModel(BaseModel):
    """One contract in a manifest."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    address: Address
    block_number: int = Field(ge=0)
    block_hash: Hash
    transaction_hash: OptionalHash
    code_hash: Hash
    source_hash: SourceHash
    gas_used: int = Field(ge=0)
    constructor_arguments: Words
    init_code_hash: OptionalHash
    salt: OptionalHash


class CompilerModel(BaseModel):
    """What compiled the contracts."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    version: str
    evm_version: str = Field(alias="evmVersion")
    optimise: str
    bytecode_metadata: bool = Field(alias="bytecodeMetadata")


class RoleModel(BaseModel):
    """A role and who held it when the manifest was written."""

    model_config = ConfigDict(extra="forbid", strict=True)

    contract: str
    role: str
    holder: Address


class ManifestModel(BaseModel):
    """A deployment of the kit on one chain."""

    model_config = ConfigDict(extra="forbid", strict=True, title="Keelmark deployment manifest")

    schema_version: int = Field(alias="schemaVersion", ge=SCHEMA_VERSION, le=SCHEMA_VERSION)
    chain_id: int = Field(alias="chainId", ge=1)
    system: Name
    release: str
    factory: OptionalAddress
    compiler: CompilerModel
    rulebook_digest: Hash = Field(alias="rulebookDigest")
    regime: int = Field(ge=1, le=3)
    lei: Annotated[str, Field(pattern="^[A-Z0-9]{18}[0-9]{2}$"), AfterValidator(check_lei)]
    token: Address
    token_feed: int = Field(alias="tokenFeed", ge=0)
    roles: list[RoleModel]
    contracts: list[ContractModel]


def json_schema() -> str:
    """The text of ``deployments/schema.json``."""
    schema = ManifestModel.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def manifest_path(folder: Path, deployment: Deployment, system: str | None = None) -> Path:
    """``<folder>/<chain id>/<system>.json``; the system is the deployment's unless it is given."""
    return folder / str(deployment.chain_id) / f"{system or deployment.system}.json"


def manifest_body(deployment: Deployment) -> dict[str, Any]:
    """A manifest's content.

    Raises:
        InputError: the deployment is not one that a manifest may tell of.
    """
    body = {
        "schemaVersion": SCHEMA_VERSION,
        "chainId": deployment.chain_id,
        "system": deployment.system,
        "release": deployment.release,
        "factory": deployment.factory,
        "compiler": {
            "name": deployment.compiler.name,
            "version": deployment.compiler.version,
            "evmVersion": deployment.compiler.evm_version,
            "optimise": deployment.compiler.optimise,
            "bytecodeMetadata": deployment.compiler.bytecode_metadata,
        },
        "rulebookDigest": deployment.rulebook_digest,
        "regime": int(deployment.regime),
        "lei": deployment.lei,
        "token": deployment.token,
        "tokenFeed": deployment.token_feed,
        "roles": [asdict(role) for role in deployment.roles],
        "contracts": [asdict(contract) for contract in deployment.contracts.values()],
    }
    _validated(body, "the deployment")
    return body


def write_manifest(deployment: Deployment, path: Path) -> None:
    """Writes a manifest, by rename: a reader sees the old file or the new one.

    Args:
        deployment: what was deployed.
        path: the file; folders above it are made.

    Raises:
        InputError: the file cannot be written, or the deployment is none that can be.
    """
    body = manifest_body(deployment)
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(handle, 0o644)
            json.dump(body, file, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
        temporary = ""
    except OSError as error:
        raise InputError(f"manifest: {path} cannot be written, {error.strerror}") from None
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)


def read_manifest(path: Path, *, chain_id: int | None = None) -> Deployment:
    """Reads and checks a manifest, against itself as well: what follows from other fields of it
    must be what follows from them.

    Args:
        path: the file.
        chain_id: the chain that it must be for, if that is known.

    Raises:
        InputError: it is no manifest, or was altered; the text names the field.
        ChainMismatch: it is for another chain.
    """
    try:
        body = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"manifest: {path} cannot be read, {error.strerror}") from None
    except ValueError:
        raise InputError(f"manifest: {path} is no JSON; expected a deployment manifest") from None
    model = _validated(_current(body), str(path))
    found = {
        contract.name: DeployedContract(**contract.model_dump()) for contract in model.contracts
    }
    for name, count in Counter(contract.name for contract in model.contracts).items():
        if name not in KIT:
            raise InputError(f"manifest: contracts in {path}, expected no {name[:40]}")
        if count > 1:
            raise InputError(f"manifest: contracts in {path}, expected {name} once, not twice")
    missing = [name for name in KIT if name not in found]
    if missing:
        raise InputError(f"manifest: contracts in {path}, expected {', '.join(missing)} as well")
    if chain_id is not None and model.chain_id != chain_id:
        raise ChainMismatch(f"manifest: chainId is {model.chain_id}, expected {chain_id}")
    deployment = Deployment(
        chain_id=model.chain_id,
        rulebook_digest=model.rulebook_digest,
        regime=Regime(model.regime),
        lei=model.lei,
        token=model.token,
        token_feed=model.token_feed,
        contracts={name: found[name] for name in KIT},
        system=model.system,
        release=model.release,
        factory=model.factory,
        compiler=CompilerSettings(**model.compiler.model_dump()),
        roles=tuple(HeldRole(**role.model_dump()) for role in model.roles),
    )
    check_consistent(deployment, str(path))
    return deployment


def _validated(body: Any, where: str) -> ManifestModel:
    """The model of a manifest's content.

    Raises:
        InputError: names the field.
    """
    try:
        return ManifestModel.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise InputError(f"manifest: {field} in {where}, {first['msg'].lower()}") from None


def _current(body: Any) -> Any:
    """A manifest of the first version, as stores may hold one, in the form of this one: what it
    did not say is empty."""
    if not isinstance(body, dict) or body.get("schemaVersion") != 1:
        return body
    unknown = {"constructor_arguments": "0x", "init_code_hash": "", "salt": ""}
    contracts = body.get("contracts")
    if isinstance(contracts, list):
        contracts = [{**unknown, **item} if isinstance(item, dict) else item for item in contracts]
    names = ("name", "version", "evmVersion", "optimise", "bytecodeMetadata")
    return {
        "system": "keelmark",
        "release": "",
        "factory": "",
        "compiler": dict(zip(names, astuple(COMPILER), strict=True)),
        "roles": [],
        **body,
        "schemaVersion": SCHEMA_VERSION,
        "contracts": contracts,
    }


def verify(deployment: Deployment) -> Operation[None]:
    """The operation that checks a deployment against the chain it is run on.

    Raises:
        ChainMismatch: another chain, or other code at an address.
    """
    chain_id: int = yield GetChainId()
    if chain_id != deployment.chain_id:
        raise ChainMismatch(f"manifest: chainId is {deployment.chain_id}, expected {chain_id}")
    for contract in deployment.contracts.values():
        code: bytes = yield GetCode(contract.address)
        found = "0x" + keccak(code).hex() if code else "no code"
        if found != contract.code_hash:
            raise ChainMismatch(
                f"manifest: code_hash of {contract.name} at {contract.address} is "
                f"{contract.code_hash}, the chain has {found}"
            )


if __name__ == "__main__":
    sys.stdout.write(json_schema())
