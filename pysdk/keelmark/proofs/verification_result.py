"""What a verification of a store found: the record that reports and the API name.

It is made by `keelmark.verification` and kept as a JSON file by whoever wants it. The file is what
its owner's machine wrote; it proves nothing to anybody else, who verifies again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from keelmark.errors import InputError
from keelmark.proofs.bounded_json import parse_json

__all__ = ["FAILED", "NOT_PROVED", "VERIFIED", "ContractVerified", "Finding", "Verification"]

VERIFIED: Final = "verified"
"""Every contract's rows of the range are proved complete, unaltered and in order."""
NOT_PROVED: Final = "not proved"
"""Nothing contradicts the rows, but something that was asked for is not shown."""
FAILED: Final = "failed"
"""The rows, or what the store says beside them, are not what the chain has."""

_VERDICTS: Final = (VERIFIED, NOT_PROVED, FAILED)


@dataclass(frozen=True, slots=True)
class ContractVerified:
    """One reporting contract's part of a verification."""

    name: str
    address: str
    """Checksummed."""
    records: int
    """Rows that were folded, up to the last block."""
    root: str
    """Root of the report chain that they fold to, ``0x`` and 64 digits."""
    holds: bool
    """Whether they fold to every root that a trusted hash vouches for."""
    proved: bool
    """Whether such a root was there, up to the last block or beyond it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as the chain has it."""

    contract: str
    """Name; empty where it is about the store as a whole."""
    kind: str
    """``omitted``, ``altered``, ``reordered`` or ``invented`` where the very log is known;
    ``difference`` where only the range is; else what part of the store is wrong."""
    first_block: int
    """The first block at which it can be: one after the last that is known good."""
    last_block: int
    """The first block that is known bad."""
    text: str
    """One sentence."""


@dataclass(frozen=True, slots=True)
class Verification:
    """A verification and what it reached."""

    verdict: str
    """`VERIFIED`, `NOT_PROVED` or `FAILED`."""
    chain_id: int
    venue: str
    first_block: int
    last_block: int
    """The range that the verdict is about, both ends included."""
    anchored_block: int | None
    """The highest block whose hash the user trusts and that was used; None if there is none."""
    anchored_hash: str | None
    """Its hash, ``0x`` and 64 digits."""
    finality: str
    """Of the last block as the reader found it: ``latest``, ``safe`` or ``finalized``."""
    contracts: tuple[ContractVerified, ...]
    findings: tuple[Finding, ...]
    """What is wrong, in the order of blocks."""
    not_proved: tuple[str, ...]
    """What was asked for and is not shown, and why: one sentence each."""
    stated: tuple[str, ...]
    """What the verdict rests on that no proof shows, and what it does not cover."""
    software: str
    at: int
    """When, Unix seconds, by the clock of whoever verified."""

    @property
    def holds(self) -> bool:
        """Whether the verdict is `VERIFIED`."""
        return self.verdict == VERIFIED

    def covers(self, chain_id: int, first_block: int, last_block: int) -> bool:
        """Whether it proves a period of a chain.

        Args:
            chain_id: the chain.
            first_block: of the period.
            last_block: of the period, included.
        """
        within = self.first_block <= first_block <= last_block <= self.last_block
        return self.holds and self.chain_id == chain_id and within

    def summary(self) -> str:
        """One line for a report's head."""
        if self.anchored_hash is None:
            anchor = "no trusted block"
        else:
            anchor = f"anchored in block {self.anchored_block}, {self.anchored_hash}"
        return (
            f"{self.verdict}: blocks {self.first_block} to {self.last_block} of chain "
            f"{self.chain_id}, {sum(one.records for one in self.contracts)} records of "
            f"{len(self.contracts)} contracts, {anchor}"
        )

    def as_json(self) -> dict[str, Any]:
        """The verification as a JSON object."""
        body: dict[str, Any] = {item.name: getattr(self, item.name) for item in fields(self)}
        for name, kind in (("contracts", ContractVerified), ("findings", Finding)):
            body[name] = [
                {item.name: getattr(one, item.name) for item in fields(kind)} for one in body[name]
            ]
        return body | {"not_proved": list(self.not_proved), "stated": list(self.stated)}

    def to_json(self) -> str:
        """The verification as JSON text."""
        return json.dumps(self.as_json(), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str, where: str = "verification") -> Verification:
        """What `to_json` gave.

        Args:
            text: JSON.
            where: how an error names the file.

        Raises:
            InputError: it is none; the text names the field.
        """
        try:
            body = parse_json(text)
        except ValueError:
            raise InputError(f"verification: {where} is no JSON") from None
        found = _read(cls, body, where, _FIELDS)
        if found["verdict"] not in _VERDICTS:
            raise InputError(
                f"verification: verdict in {where}, expected one of {', '.join(_VERDICTS)}"
            )
        for name, kind in (("contracts", ContractVerified), ("findings", Finding)):
            found[name] = tuple(
                kind(**_read(kind, one, f"{where}, {name}", _PARTS[name])) for one in found[name]
            )
        for name in ("not_proved", "stated"):
            if not all(isinstance(one, str) for one in found[name]):
                raise InputError(f"verification: {name} in {where}, expected sentences")
            found[name] = tuple(found[name])
        return cls(**found)


_FIELDS: Final[Mapping[str, tuple[type, ...]]] = {
    "verdict": (str,),
    "chain_id": (int,),
    "venue": (str,),
    "first_block": (int,),
    "last_block": (int,),
    "anchored_block": (int, type(None)),
    "anchored_hash": (str, type(None)),
    "finality": (str,),
    "contracts": (list,),
    "findings": (list,),
    "not_proved": (list,),
    "stated": (list,),
    "software": (str,),
    "at": (int,),
}
_PARTS: Final[Mapping[str, Mapping[str, tuple[type, ...]]]] = {
    "contracts": {
        "name": (str,),
        "address": (str,),
        "records": (int,),
        "root": (str,),
        "holds": (bool,),
        "proved": (bool,),
    },
    "findings": {
        "contract": (str,),
        "kind": (str,),
        "first_block": (int,),
        "last_block": (int,),
        "text": (str,),
    },
}


def _read(
    kind: type, body: Any, where: str, shape: Mapping[str, tuple[type, ...]]
) -> dict[str, Any]:
    """An object's fields, each of its type.

    Raises:
        InputError: a field is missing, unknown or of another type.
    """
    if not isinstance(body, dict) or set(body) != set(shape):
        raise InputError(
            f"verification: {where}, expected an object with {', '.join(shape)} ({kind.__name__})"
        )
    for name, allowed in shape.items():
        value = body[name]
        if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
            raise InputError(
                f"verification: {name} in {where}, expected "
                f"{' or '.join(one.__name__ for one in allowed)}"
            )
    return dict(body)
