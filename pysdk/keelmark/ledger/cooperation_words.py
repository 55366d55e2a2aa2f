"""Supervision's words as records: mandates, agreements, requests.

Lanes are counted from the least significant bit, as the contract's modules document them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag

from keelmark.identifiers import unpack_country
from keelmark.types import Power

__all__ = [
    "Agreement",
    "Kind",
    "Mandate",
    "Overdue",
    "Request",
    "State",
    "Terms",
    "members_of",
    "read_agreement",
    "read_mandate",
    "read_request",
]


class Kind(IntFlag):
    """What may be asked of another authority."""

    INFORMATION = 1
    EVIDENCE = 2
    FREEZE = 4
    """That it freezes a party by its own power."""
    RESTRICTION = 8
    """That it restricts a party to closing, by its own power."""


class State(IntEnum):
    """Where a request stands."""

    REQUESTED = 1
    ACKNOWLEDGED = 2
    REFUSED = 3
    DELIVERED = 4
    CLOSED = 5
    WITHDRAWN = 6


class Overdue(IntEnum):
    """Which deadline has passed without an answer."""

    NOTHING = 0
    ACKNOWLEDGEMENT = 1
    DELIVERY = 2


@dataclass(frozen=True, slots=True)
class Terms:
    """Powers over a time; seconds, and `until` is the first second that no longer counts."""

    powers: Power
    begins: int
    until: int


@dataclass(frozen=True, slots=True)
class Mandate:
    """What an authority may do, where and when."""

    id: int
    jurisdiction: str
    """ISO 3166-1 alpha-2, or EU."""
    terms: Terms
    wider: Terms | None
    """A widening: counts from its own beginning on."""

    def now(self, time: int) -> Terms:
        """What counts at a second."""
        if self.wider is not None and time >= self.wider.begins:
            return self.wider
        return self.terms

    def runs(self, time: int) -> bool:
        """Whether the authority can act at a second."""
        terms = self.now(time)
        return terms.begins <= time < terms.until


@dataclass(frozen=True, slots=True)
class Agreement:
    """Who answers whom about what, from when to when."""

    accepted: tuple[int, ...]
    """Authorities between which it is in force."""
    invited: tuple[int, ...]
    """Authorities that may accept or have; who leaves is none of them."""
    kinds: Kind
    powers: Power
    """Powers that each lets the others use at home."""
    instruments: tuple[int, ...]
    """Empty: all."""
    begins: int
    until: int
    proposer: int
    text_hash: bytes

    def in_force(self, time: int) -> bool:
        """Whether requests can be made under it at a second."""
        return self.begins <= time < self.until and len(self.accepted) > 1


@dataclass(frozen=True, slots=True)
class Request:
    """What one authority asks of another; times are seconds."""

    requester: int
    requested: int
    kind: Kind
    state: State
    agreement: int
    subject: int
    """Account id; 0 names no party."""
    instrument: int
    """0: all in the agreement."""
    acknowledge_by: int
    deliver_by: int
    changed_at: int
    accesses: int
    """How often the requester opened the answer."""

    def overdue(self, time: int) -> Overdue:
        """Which deadline has passed at a second, as the contract's `overdue` says it."""
        if self.state not in (State.REQUESTED, State.ACKNOWLEDGED):
            return Overdue.NOTHING
        if time > self.deliver_by:
            return Overdue.DELIVERY
        if self.state is State.REQUESTED and time > self.acknowledge_by:
            return Overdue.ACKNOWLEDGEMENT
        return Overdue.NOTHING


def _lane(word: int, at: int, width: int) -> int:
    return word >> at & (1 << width) - 1


def members_of(bits: int) -> tuple[int, ...]:
    """Ids of a set, one bit each."""
    return tuple(place for place in range(bits.bit_length()) if bits >> place & 1)


def read_mandate(word: int) -> Mandate:
    """A mandate word, not zero."""
    wider = None
    if _lane(word, 144, 32):
        wider = Terms(Power(_lane(word, 128, 16)), _lane(word, 144, 32), _lane(word, 176, 32))
    terms = Terms(Power(_lane(word, 24, 16)), _lane(word, 40, 32), _lane(word, 72, 32))
    return Mandate(_lane(word, 0, 8), unpack_country(_lane(word, 8, 16)), terms, wider)


def read_agreement(terms: int, invited: int, instruments: int, text_hash: bytes) -> Agreement:
    """An agreement from its terms word, its members' bits and its instruments word."""
    listed = (_lane(instruments, 32 * place, 32) for place in range(8))
    return Agreement(
        accepted=members_of(_lane(terms, 0, 128)),
        invited=members_of(invited),
        kinds=Kind(_lane(terms, 128, 8)),
        powers=Power(_lane(terms, 136, 16)),
        instruments=tuple(one for one in listed if one),
        begins=_lane(terms, 152, 32),
        until=_lane(terms, 184, 32),
        proposer=_lane(terms, 216, 8),
        text_hash=text_hash,
    )


def read_request(word: int) -> Request:
    """A request word, not zero."""
    lanes = [_lane(word, 8 * place, 8) for place in range(4)]
    lanes += [_lane(word, 32 * place, 32) for place in range(1, 8)]
    requester, requested, kind, state, *others = lanes
    return Request(requester, requested, Kind(kind), State(state), *others)
