"""The manifest: a deployment as a file that anyone can read and check against a chain.

Its shape is `deployments/schema.json`, written by ``python -m keelmark.deploy.manifest`` and
compared by a test. A manifest is written whole or not at all.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from eth_utils.address import is_checksum_address
from eth_utils.crypto import keccak
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from keelmark.chain.operations import GetChainId, GetCode, Operation
from keelmark.deploy.plan import KIT, DeployedContract, Deployment
from keelmark.errors import ChainMismatch, InputError
from keelmark.identifiers import check_lei
from keelmark.types import Regime

__all__ = ["json_schema", "manifest_path", "read_manifest", "verify", "write_manifest"]

SCHEMA_VERSION = 1


def _checksummed(value: str) -> str:
    """An address with the capitals of its checksum."""
    if not is_checksum_address(value):
        raise ValueError("expected a checksummed address")
    return value


Address = Annotated[str, Field(pattern="^0x[0-9a-fA-F]{40}$"), AfterValidator(_checksummed)]
Hash = Annotated[str, Field(pattern="^0x[0-9a-f]{64}$")]
OptionalHash = Annotated[str, Field(pattern="^(0x[0-9a-f]{64})?$")]
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


class ManifestModel(BaseModel):
    """A deployment of the kit on one chain."""

    model_config = ConfigDict(extra="forbid", strict=True, title="Keelmark deployment manifest")

    schema_version: int = Field(alias="schemaVersion", ge=SCHEMA_VERSION, le=SCHEMA_VERSION)
    chain_id: int = Field(alias="chainId", ge=1)
    rulebook_digest: Hash = Field(alias="rulebookDigest")
    regime: int = Field(ge=1, le=3)
    lei: Annotated[str, Field(pattern="^[A-Z0-9]{18}[0-9]{2}$"), AfterValidator(check_lei)]
    token: Address
    token_feed: int = Field(alias="tokenFeed", ge=0)
    contracts: list[ContractModel]


def json_schema() -> str:
    """The text of ``deployments/schema.json``."""
    schema = ManifestModel.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def manifest_path(folder: Path, deployment: Deployment, system: str = "keelmark") -> Path:
    """``<folder>/<chain id>/<system>.json``."""
    return folder / str(deployment.chain_id) / f"{system}.json"


def write_manifest(deployment: Deployment, path: Path) -> None:
    """Writes a manifest, by rename: a reader sees the old file or the new one.

    Args:
        deployment: what was deployed.
        path: the file; folders above it are made.

    Raises:
        InputError: the file cannot be written.
    """
    body = {
        "schemaVersion": SCHEMA_VERSION,
        "chainId": deployment.chain_id,
        "rulebookDigest": deployment.rulebook_digest,
        "regime": int(deployment.regime),
        "lei": deployment.lei,
        "token": deployment.token,
        "tokenFeed": deployment.token_feed,
        "contracts": [asdict(contract) for contract in deployment.contracts.values()],
    }
    ManifestModel.model_validate(body)
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(body, file, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise InputError(f"manifest: {path} cannot be written, {error.strerror}") from None


def read_manifest(path: Path, *, chain_id: int | None = None) -> Deployment:
    """Reads and checks a manifest.

    Args:
        path: the file.
        chain_id: the chain that it must be for, if that is known.

    Raises:
        InputError: it is no manifest; the text names the field.
        ChainMismatch: it is for another chain.
    """
    try:
        model = ManifestModel.model_validate(json.loads(path.read_text("utf-8")))
    except OSError as error:
        raise InputError(f"manifest: {path} cannot be read, {error.strerror}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise InputError(f"manifest: {where} in {path}, {first['msg'].lower()}") from None
    except ValueError:
        raise InputError(f"manifest: {path} is no JSON; expected a deployment manifest") from None
    found = {
        contract.name: DeployedContract(**contract.model_dump()) for contract in model.contracts
    }
    missing = [name for name in KIT if name not in found]
    if missing:
        raise InputError(f"manifest: contracts in {path}, expected {', '.join(missing)} as well")
    if chain_id is not None and model.chain_id != chain_id:
        raise ChainMismatch(f"manifest: chainId is {model.chain_id}, expected {chain_id}")
    return Deployment(
        chain_id=model.chain_id,
        rulebook_digest=model.rulebook_digest,
        regime=Regime(model.regime),
        lei=model.lei,
        token=model.token,
        token_feed=model.token_feed,
        contracts={name: found[name] for name in KIT},
    )


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
