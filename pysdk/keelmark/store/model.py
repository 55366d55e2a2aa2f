"""What a store holds beside rows: who is watched, how far it goes, how final it was, and proofs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from keelmark import __version__
from keelmark.columns.spec import TableSpec
from keelmark.errors import InputError
from keelmark.proofs.bounded_json import parse_json

__all__ = [
    "SCHEMA_VERSION",
    "Checkpoint",
    "Description",
    "Finality",
    "Header",
    "Heads",
    "RootProof",
    "RowSet",
    "Watched",
]

SCHEMA_VERSION = 1
"""Of everything that a store lays down; a store of another version is refused."""


class Finality(StrEnum):
    """How final a block was when it was read."""

    LATEST = "latest"
    SAFE = "safe"
    FINALIZED = "finalized"


@dataclass(frozen=True, slots=True)
class Watched:
    """A contract whose logs are read."""

    name: str
    """As in the manifest."""
    address: bytes
    """20 bytes."""
    code_hash: bytes
    """keccak256 of the deployed code, 32 bytes, checked when a reading begins."""
    first_block: int
    """Height at which it was deployed."""
    chained: bool
    """Whether it keeps a report chain, so that its rows can be proved complete."""


@dataclass(frozen=True, slots=True)
class Description:
    """What a store is about. It is written once, and every later opening compares it."""

    chain_id: int
    venue: str
    """Name of the system, such as ``keelmark``."""
    contracts: tuple[Watched, ...]
    tables: tuple[TableSpec, ...]
    first_block: int
    """Where reading began."""
    manifest: str = ""
    """The deployment manifest's text, if the venue has one."""
    software: str = field(default=__version__)
    schema_version: int = SCHEMA_VERSION

    def table(self, name: str) -> TableSpec:
        """A table by its name.

        Raises:
            InputError: there is none.
        """
        for found in self.tables:
            if found.name == name:
                return found
        raise InputError(f"table: {name} is not in this store")

    def to_text(self) -> str:
        """The description as JSON."""
        body: dict[str, Any] = {
            "schemaVersion": self.schema_version,
            "software": self.software,
            "chainId": self.chain_id,
            "venue": self.venue,
            "firstBlock": self.first_block,
            "contracts": [
                {
                    "name": one.name,
                    "address": "0x" + one.address.hex(),
                    "codeHash": "0x" + one.code_hash.hex(),
                    "firstBlock": one.first_block,
                    "chained": one.chained,
                }
                for one in self.contracts
            ],
            "tables": [table.as_json() for table in self.tables],
            "manifest": self.manifest,
        }
        return json.dumps(body, indent=1)

    @classmethod
    def from_text(cls, text: str, where: str) -> Description:
        """What `to_text` gave.

        Args:
            text: JSON.
            where: the store's location, for the error's text.

        Raises:
            InputError: it is no description, or one of another version.
        """
        try:
            body = parse_json(text)
            version = body["schemaVersion"]
            if version != SCHEMA_VERSION:
                raise InputError(
                    f"store: {where} was written by version {version} of the format "
                    f"(keelmark {body.get('software')}), expected version {SCHEMA_VERSION}"
                )
            return cls(
                chain_id=body["chainId"],
                venue=body["venue"],
                contracts=tuple(
                    Watched(
                        one["name"],
                        bytes.fromhex(one["address"][2:]),
                        bytes.fromhex(one["codeHash"][2:]),
                        one["firstBlock"],
                        one["chained"],
                    )
                    for one in body["contracts"]
                ),
                tables=tuple(TableSpec.from_json(one) for one in body["tables"]),
                first_block=body["firstBlock"],
                manifest=body["manifest"],
                software=body["software"],
                schema_version=version,
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"store: {where} is no store of keelmark") from None


@dataclass(frozen=True, slots=True)
class Header:
    """A block whose hash a store remembers."""

    number: int
    hash: bytes
    parent_hash: bytes
    time: int
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Heads:
    """How far a chain was final when it was asked; None where it does not say."""

    latest: int
    safe: int | None
    finalized: int | None

    def finality(self, block: int) -> Finality:
        """How final a block is by these heads."""
        if self.finalized is not None and block <= self.finalized:
            return Finality.FINALIZED
        if self.safe is not None and block <= self.safe:
            return Finality.SAFE
        return Finality.LATEST


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One committed row set: which blocks, up to which hash, and how final they were."""

    first_block: int
    last_block: int
    last_hash: bytes
    last_time: int
    """Of the last block, seconds."""
    heads: Heads
    """The chain's heads when the blocks were read."""
    rows: int
    read_at: int
    """By the reader's clock, Unix seconds."""

    @property
    def finality(self) -> Finality:
        """Of the row set: that of its last block when it was read."""
        return self.heads.finality(self.last_block)


@dataclass(frozen=True, slots=True)
class RootProof:
    """A report chain's root, proved against a block's header."""

    contract: bytes
    """20 bytes."""
    block_number: int
    block_hash: bytes
    header: bytes
    """The block's header, RLP; its hash is the block's."""
    root: bytes
    """The contract's storage slot 0 after that block."""
    account: tuple[bytes, ...]
    """Trie nodes from the state root to the contract."""
    storage: tuple[bytes, ...]
    """Trie nodes from its storage root to the slot."""


@dataclass(frozen=True, slots=True)
class RowSet:
    """What is committed at once, or not at all."""

    rows: Mapping[str, Any]
    """Table's name to a pyarrow Table of `columns.arrow_schema`, in chain order; tables without
    rows may be left out."""
    headers: tuple[Header, ...]
    """To be remembered: that of the last block, and of every block that is not yet finalized."""
    checkpoint: Checkpoint
    proofs: tuple[RootProof, ...] = ()
