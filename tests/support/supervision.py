"""Mandates, agreements and requests for tests: words made and read without the code under test."""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "ALL_POWERS",
    "BAR",
    "CCP",
    "COOPERATE",
    "FREEZE",
    "HALT",
    "ISSUERS",
    "RESTRICT",
    "AgreementFields",
    "MandateFields",
    "RequestFields",
    "code",
    "read_agreement",
    "read_mandate",
    "read_request",
]

FREEZE, RESTRICT, BAR, HALT, CCP, ISSUERS, COOPERATE = (2**place for place in range(7))

ALL_POWERS = 127


def code(jurisdiction: str) -> int:
    """Two letters as one big-endian number; "" is the market as a whole."""
    return int.from_bytes(jurisdiction.encode("ascii"), "big")


def _lanes(word: int, widths: tuple[int, ...]) -> list[int]:
    """Cuts a word from its least significant bit."""
    lanes = []
    for width in widths:
        lanes.append(word % 2**width)
        word //= 2**width
    assert word == 0
    return lanes


class MandateFields(NamedTuple):
    """A mandate word, taken apart."""

    id: int
    jurisdiction: str
    powers: int
    begins: int
    until: int
    wider_powers: int
    wider_from: int
    wider_until: int


def read_mandate(word: int) -> MandateFields:
    """Widths 8, 16, 16, 32, 32, 24 of nothing, and the widening's 16, 32, 32."""
    lanes = _lanes(word, (8, 16, 16, 32, 32, 24, 16, 32, 32))
    assert lanes.pop(5) == 0
    letters = lanes.pop(1).to_bytes(2, "big").decode()
    return MandateFields(lanes[0], letters, *lanes[1:])


class AgreementFields(NamedTuple):
    """An agreement's terms word, taken apart."""

    accepted: frozenset[int]
    kinds: int
    powers: int
    begins: int
    until: int
    proposer: int


def read_agreement(word: int) -> AgreementFields:
    """Widths 128, 8, 16, 32, 32, 8."""
    accepted, *others = _lanes(word, (128, 8, 16, 32, 32, 8))
    return AgreementFields(frozenset(id for id in range(128) if accepted >> id & 1), *others)


class RequestFields(NamedTuple):
    """A request word, taken apart."""

    requester: int
    requested: int
    kind: int
    state: int
    agreement: int
    subject: int
    instrument: int
    acknowledge_by: int
    deliver_by: int
    changed_at: int
    accesses: int


def read_request(word: int) -> RequestFields:
    """Four lanes of 8 bits, seven of 32."""
    return RequestFields(*_lanes(word, (8,) * 4 + (32,) * 7))
