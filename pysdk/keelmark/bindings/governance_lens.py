"""Generated from the contracts: GovernanceLens. Do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keelmark.bindings.runtime import checksum, create, read
from keelmark.chain.operations import BlockId, Operation, Receipt

__all__ = ["GovernanceLens", "Delays", "FeedChange", "Governance", "Mandate", "Role"]


@dataclass(frozen=True, slots=True)
class Delays:
    """The contract's struct `Delays`."""

    mandate: int
    """A new or wider mandate."""
    feed: int
    """A looser limit or another source of prices."""
    recovery: int
    """The recovery of a key, from its announcement."""
    category: int
    """A category with fewer protections, from its request."""
    review: int
    """A freeze, restriction or bar, until its review, at most."""
    halt: int
    """A halt's length, at most."""


@dataclass(frozen=True, slots=True)
class Role:
    """The contract's struct `Role`."""

    place: str
    """The contract where it counts."""
    role: bytes
    """Keccak256 of its name."""
    holder: str
    """Who holds it; zero = nobody, for good."""
    successor: str
    """To whom it is offered; zero = to nobody."""


@dataclass(frozen=True, slots=True)
class Mandate:
    """The contract's struct `Mandate`."""

    authority: str
    """Its key."""
    identifier: int
    """LEI, 20 characters in base 36."""
    word: int
    """Mandate word: a widening to come stands from bit 128 on."""
    successor: str
    """To whom its key is offered; zero = to nobody."""


@dataclass(frozen=True, slots=True)
class FeedChange:
    """The contract's struct `FeedChange`."""

    feed: int
    """Feed."""
    slot: int
    """0 its limits, 1 to 3 a source."""
    word: int
    """Limits or source word that it will have."""
    due: int
    """Seconds from which it can be applied."""


@dataclass(frozen=True, slots=True)
class Governance:
    """The contract's struct `Governance`."""

    rulebook_digest: bytes
    """Of the constants that the house was built with."""
    issuers: int
    """Issuers whose attestations count, one bit each."""
    list_time: int
    """Seconds: the sanctions list, as the gate knows it."""
    halted_until: int
    """Seconds: end of the last halt; 0 if none."""
    delays: Delays
    roles: tuple[Role, ...]
    mandates: tuple[Mandate, ...]
    changes: tuple[FeedChange, ...]


@dataclass(frozen=True, slots=True)
class GovernanceLens:
    """Who can change what in a house, when a change takes effect and which changes are under
    way, in one call. Anyone asks; nothing is stored, and nothing here can change anything.
    """

    address: str
    """Where it is, checksummed."""

    @staticmethod
    def create(
        init_code: bytes,
        *,
        rulebook: str,
        house: str,
        instruments: str,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Deploys the contract; the receipt names its address."""
        return create(
            "GovernanceLens",
            init_code,
            "(address rulebook,address house,address instruments)",
            (rulebook, house, instruments),
            gas,
        )

    def governance(
        self,
        feeds: Sequence[int],
        *,
        block: BlockId = "latest",
    ) -> Operation[Governance]:
        """Roles, holders, delays and pending changes. Anyone may ask."""
        return read(
            self,
            "governance(uint256[] feeds)",
            (feeds,),
            "(bytes32,uint256,uint256,uint256,(uint256,uint256,uint256,uint256,uint256,uint256),"
            "(address,bytes32,address,address)[],(address,uint256,uint256,address)[],(uint256,"
            "uint256,uint256,uint256)[])",
            lambda out: Governance(
                out[0][0],
                out[0][1],
                out[0][2],
                out[0][3],
                Delays(*out[0][4]),
                tuple(
                    Role(checksum(item[0]), item[1], checksum(item[2]), checksum(item[3]))
                    for item in out[0][5]
                ),
                tuple(
                    Mandate(checksum(item[0]), item[1], item[2], checksum(item[3]))
                    for item in out[0][6]
                ),
                tuple(FeedChange(*item) for item in out[0][7]),
            ),
            block,
        )

    def rulebook(self, *, block: BlockId = "latest") -> Operation[str]:
        """The contract's `RULEBOOK`."""
        return read(self, "RULEBOOK()", (), "address", lambda out: checksum(out[0]), block)

    def house(self, *, block: BlockId = "latest") -> Operation[str]:
        """The contract's `HOUSE`."""
        return read(self, "HOUSE()", (), "address", lambda out: checksum(out[0]), block)

    def instruments(self, *, block: BlockId = "latest") -> Operation[str]:
        """The contract's `INSTRUMENTS`."""
        return read(self, "INSTRUMENTS()", (), "address", lambda out: checksum(out[0]), block)

    def parties(self, *, block: BlockId = "latest") -> Operation[str]:
        """The contract's `PARTIES`."""
        return read(self, "PARTIES()", (), "address", lambda out: checksum(out[0]), block)

    def board(self, *, block: BlockId = "latest") -> Operation[str]:
        """The contract's `BOARD`."""
        return read(self, "BOARD()", (), "address", lambda out: checksum(out[0]), block)

    def supervision(self, *, block: BlockId = "latest") -> Operation[str]:
        """The contract's `SUPERVISION`."""
        return read(self, "SUPERVISION()", (), "address", lambda out: checksum(out[0]), block)

    def sanctions(self, *, block: BlockId = "latest") -> Operation[str]:
        """The contract's `SANCTIONS`."""
        return read(self, "SANCTIONS()", (), "address", lambda out: checksum(out[0]), block)
