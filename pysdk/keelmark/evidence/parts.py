"""What is in a package, part by part; `schema.json` is generated from these models.

Bytes are ``0x`` and lower-case hexadecimal, addresses are checksummed, numbers are JSON integers.
"""

from __future__ import annotations

import json
import sys
from typing import Annotated, Final, Literal, TypeVar

from eth_utils.address import is_checksum_address
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from keelmark.errors import KeelmarkError

__all__ = [
    "Chains",
    "ContractChain",
    "EvidenceBroken",
    "Headers",
    "Manifest",
    "Nodes",
    "Package",
    "Reading",
    "ReceiptItem",
    "Receipts",
    "Record",
    "Request",
    "Root",
    "Scope",
    "distinct",
    "hex_of",
    "json_schema",
    "raw",
]

FORMAT: Final = "keelmark evidence"
VERSION: Final = 1


class EvidenceBroken(KeelmarkError, ValueError):
    """A package is not what it claims to be."""

    def __init__(self, part: str, reason: str) -> None:
        self.part = part
        """Where: a part's name, and the place in it, as in ``receipts.items.2.proof``."""
        self.reason = reason
        super().__init__(f"evidence: {part}, {reason}")


def _checksummed(value: str) -> str:
    """An address with the capitals of its checksum."""
    if not is_checksum_address(value):
        raise ValueError("expected a checksummed address")
    return value


T = TypeVar("T", str, int)


def distinct(values: list[T]) -> list[T]:
    """A list in ascending order without repetition, so that one scope has one form."""
    if values != sorted(set(values)):
        raise ValueError("expected ascending order without repetition")
    return values


Address = Annotated[str, Field(pattern="^0x[0-9a-fA-F]{40}$"), AfterValidator(_checksummed)]
Hash = Annotated[str, Field(pattern="^0x[0-9a-f]{64}$")]
Bytes = Annotated[str, Field(pattern="^0x([0-9a-f]{2})*$")]
Block = Annotated[int, Field(ge=0, lt=2**63)]
Place = Annotated[int, Field(ge=0, lt=2**31)]


def raw(text: str) -> bytes:
    """The bytes of a hexadecimal field."""
    return bytes.fromhex(text[2:])


def hex_of(data: bytes) -> str:
    """Bytes as a hexadecimal field."""
    return "0x" + data.hex()


class Part(BaseModel):
    """A JSON object with exactly these fields."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Scope(Part):
    """What was asked for. An empty list asks for everything; several lists narrow together."""

    chain_id: int = Field(ge=1, lt=2**256)
    contracts: Annotated[list[Address], Field(min_length=1), AfterValidator(distinct)]
    """Reporting contracts."""
    first_block: Block
    last_block: Block
    accounts: Annotated[list[int], AfterValidator(distinct)] = []
    """Account ids; an event names one as account, member, taker or buyer."""
    instruments: Annotated[list[int], AfterValidator(distinct)] = []
    topics: Annotated[list[Hash], AfterValidator(distinct)] = []
    """First topics: kinds of event."""

    @model_validator(mode="after")
    def _range(self) -> Scope:
        if self.last_block < self.first_block:
            raise ValueError("last_block: expected at least first_block")
        return self


class Request(Part):
    """The request that the package answers."""

    request: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,79}$")
    """The requesting authority's own reference, or the one on chain."""
    salt: Hash | None
    """Repeated from the file of the request, so that the package's digest cannot be guessed from
    what is public; null where there was no such file."""
    scope: Scope


class Reading(Part):
    """What the sender says of the reading; no proof can show it."""

    software: str = Field(min_length=1, max_length=80)
    rulebook_digest: Hash
    """Digest of the rulebook in the sender's software."""
    last_block_hash: Hash
    """Hash of the scope's last block: checked against its header."""
    safe_block: Block | None
    """Height of the chain's safe block when it was read; null where it does not say."""
    finalized_block: Block | None


class Headers(Part):
    """Block headers, RLP, in ascending order."""

    rlp: list[Bytes]


class Nodes(Part):
    """Encoded trie nodes from a state root to a contract, and from it to storage slot 0."""

    account: list[Bytes]
    storage: list[Bytes]


class Root(Part):
    """The root of a report chain at the end of a block."""

    root: Hash
    proof: Nodes | None
    """Null where the node gave none, or where none is needed: before the first record."""


class Record(Part):
    """One log of a report chain."""

    block: Block
    topics: Annotated[list[Hash], Field(min_length=3, max_length=3)]
    data: Bytes
    transaction: Place | None
    """Place of its transaction in the block, for a record in scope."""
    position: Place | None
    """Place among the logs of that transaction's receipt."""


class ContractChain(Part):
    """All that a contract reported from the first to the last block."""

    contract: Address
    before: Root
    """At the end of the block before the first."""
    after: Root
    """At the end of the last block."""
    records: list[Record]


class Chains(Part):
    """One report chain a contract, in the order of the scope."""

    contracts: list[ContractChain]


class ReceiptItem(Part):
    """A receipt that holds an event in scope, as the chain encodes it (EIP-2718)."""

    block: Block
    transaction: Place
    receipt: Bytes
    proof: list[Bytes]
    """Encoded trie nodes from the block's receipts root."""


class Receipts(Part):
    """Receipts in the order of the chain."""

    items: list[ReceiptItem]


class Manifest(Part):
    """What the archive holds."""

    format: Literal["keelmark evidence"]
    version: int = Field(ge=VERSION, le=VERSION)
    parts: dict[str, Hash]
    """keccak256 of every other part's bytes, by name."""


class Package(Part):
    """The parts of a package, without the manifest that follows from them."""

    model_config = ConfigDict(title="Keelmark evidence package")

    request: Request
    reading: Reading
    headers: Headers
    chains: Chains
    receipts: Receipts


def json_schema() -> str:
    """The text of ``schema.json``: each file of the archive is one property."""
    schema = Package.model_json_schema()
    manifest = Manifest.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["$defs"]["Manifest"] = manifest
    schema["properties"]["manifest"] = {"$ref": "#/$defs/Manifest"}
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(json_schema())
