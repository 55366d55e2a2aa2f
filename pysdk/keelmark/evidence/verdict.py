"""What a receiver expects of a package, and what is known after verifying it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from keelmark.events import Event
from keelmark.evidence.asking import Asked
from keelmark.evidence.parts import Record, Scope

__all__ = ["Expected", "ProvedEvent", "Verdict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the receiver knows from elsewhere. Only block hashes are indispensable: they are the
    root of every proof, so they come from a node or a person that the receiver trusts."""

    block_hashes: tuple[bytes, ...]
    """Trusted hashes, one of the last block or of blocks between which the headers have gaps."""
    digest: bytes | None = None
    """The package's digest, as anchored or told by the sender on another way."""
    request: str | None = None
    """The request that was made."""
    asked: Asked | None = None
    """What was asked for, as the request's file says it."""
    supervision: str | None = None
    """The contract on which requests are made, for a reference of a chain."""
    chain_id: int | None = None
    contracts: Mapping[str, str | None] | None = None
    """Contracts that the answer may speak of, each with its code's hash if that is known."""
    rulebook_digest: str | None = None


@dataclass(frozen=True, slots=True)
class ProvedEvent:
    """An event in scope."""

    contract: str
    record: Record
    event: Event | None
    """None where it is no event of the kit."""
    time: int | None
    """Of its block, seconds; None where no trusted hash vouches for that block."""


@dataclass(slots=True)
class Verdict:
    """A package none of whose proofs is broken: what it proves, and what it does not."""

    digest: bytes
    request: str
    scope: Scope
    proved: list[str] = field(default_factory=list)
    not_proved: list[str] = field(default_factory=list)
    """What a package of this kind can prove and this one does not."""
    stated: list[str] = field(default_factory=list)
    """What rests on the sender's word."""
    events: list[ProvedEvent] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether everything is proved that a package can prove."""
        return not self.not_proved
