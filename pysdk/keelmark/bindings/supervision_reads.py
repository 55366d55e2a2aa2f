"""Generated from the contracts: Supervision. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.bindings.runtime import checksum, read
from keelmark.chain.operations import BlockId, Operation

__all__ = ["SupervisionReads", "Agreement", "Mandate", "Request"]


@dataclass(frozen=True, slots=True)
class Mandate:
    """The contract's struct `Mandate`."""

    authority: str
    """Its key."""
    identifier: int
    """LEI, 20 characters in base 36."""
    word: int
    """Mandate word; zero if it is over and its key has a later one."""
    successor: str
    """To whom its key is offered; zero = to nobody."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The contract's struct `Agreement`."""

    terms: int
    """Terms word; zero if the id was never given."""
    invited: int
    """One bit an authority that may accept or has, and has not left."""
    instruments: int
    """Eight ids of 32 bits; zero = all."""
    text_hash: bytes
    """Commitment to the text that was signed."""


@dataclass(frozen=True, slots=True)
class Request:
    """The contract's struct `Request`."""

    word: int
    """Request word; zero if the id was never given."""
    scope_hash: bytes
    """Commitment to what is asked."""
    package_digest: bytes
    """Digest of what was delivered; zero before."""


@dataclass(frozen=True, slots=True)
class SupervisionReads:
    """What Supervision answers."""

    address: str
    """Where it is, checksummed."""

    def root(self, *, block: BlockId = "latest") -> Operation[bytes]:
        """The chain's head. Slot 0."""
        return read(self, "root()", (), "bytes32", lambda out: out[0], block)

    def holder_of(self, key: bytes, *, block: BlockId = "latest") -> Operation[str]:
        """Role to its holder; the zero address means that nobody holds it, for good."""
        return read(
            self,
            "holder_of(bytes32 key)",
            (key,),
            "address",
            lambda out: checksum(out[0]),
            block,
        )

    def successor_of(self, key: bytes, *, block: BlockId = "latest") -> Operation[str]:
        """Role to whom it is offered."""
        return read(
            self,
            "successor_of(bytes32 key)",
            (key,),
            "address",
            lambda out: checksum(out[0]),
            block,
        )

    def mandate_of(self, key: str, *, block: BlockId = "latest") -> Operation[int]:
        """Address to its mandate word; zero if it has none, or has moved it. Asked in the path
        of every power: one slot, and no lock, as nothing here calls another contract.
        """
        return read(self, "mandate_of(address key)", (key,), "uint256", lambda out: out[0], block)

    def authority_of(self, key: int, *, block: BlockId = "latest") -> Operation[str]:
        """Id to its address."""
        return read(
            self,
            "authority_of(uint256 key)",
            (key,),
            "address",
            lambda out: checksum(out[0]),
            block,
        )

    def identifier_of(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Id to its LEI, 20 characters in base 36."""
        return read(
            self,
            "identifier_of(uint256 key)",
            (key,),
            "uint256",
            lambda out: out[0],
            block,
        )

    def mandate_offered_to(self, key: int, *, block: BlockId = "latest") -> Operation[str]:
        """Id to whom its mandate is offered."""
        return read(
            self,
            "mandate_offered_to(uint256 key)",
            (key,),
            "address",
            lambda out: checksum(out[0]),
            block,
        )

    def mandate_count(self, *, block: BlockId = "latest") -> Operation[int]:
        """The highest id. Ids only grow."""
        return read(self, "mandate_count()", (), "uint256", lambda out: out[0], block)

    def mandates(
        self,
        first: int,
        count: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[tuple[Mandate, ...]]:
        """Mandates by ascending id, for readers. Anyone may ask."""
        return read(
            self,
            "mandates(uint256 first,uint256 count)",
            (first, count),
            "(address,uint256,uint256,address)[]",
            lambda out: tuple(
                Mandate(checksum(item[0]), item[1], item[2], checksum(item[3])) for item in out[0]
            ),
            block,
        )

    def agreement_count(self, *, block: BlockId = "latest") -> Operation[int]:
        """The highest id. Ids only grow, and stay below 2^32."""
        return read(self, "agreement_count()", (), "uint256", lambda out: out[0], block)

    def agreement(self, id: int, *, block: BlockId = "latest") -> Operation[Agreement]:
        """An agreement. Anyone may ask."""
        return read(
            self,
            "agreement(uint256 id)",
            (id,),
            "(uint256,uint256,uint256,bytes32)",
            lambda out: Agreement(*out[0]),
            block,
        )

    def lenders(self, key0: int, key1: int, *, block: BlockId = "latest") -> Operation[int]:
        """Agreement and jurisdiction to those that accepted and are of it, one bit each: who may
        lend a power there, without a search.
        """
        return read(
            self,
            "lenders(uint256 key0,uint256 key1)",
            (key0, key1),
            "uint256",
            lambda out: out[0],
            block,
        )

    def request_count(self, *, block: BlockId = "latest") -> Operation[int]:
        """The highest id. Ids only grow."""
        return read(self, "request_count()", (), "uint256", lambda out: out[0], block)

    def request_of(self, id: int, *, block: BlockId = "latest") -> Operation[Request]:
        """A request. Anyone may ask."""
        return read(
            self,
            "request_of(uint256 id)",
            (id,),
            "(uint256,bytes32,bytes32)",
            lambda out: Request(*out[0]),
            block,
        )

    def overdue(self, id: int, *, block: BlockId = "latest") -> Operation[int]:
        """Which deadline of a request has passed without an answer. Anyone may ask."""
        return read(self, "overdue(uint256 id)", (id,), "uint256", lambda out: out[0], block)

    def check_power(
        self,
        authority: str,
        power: int,
        jurisdiction: int,
        agreement: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[int]:
        """Reverts unless an authority may use a power. Anyone may ask."""
        return read(
            self,
            "check_power(address authority,uint256 power,uint256 jurisdiction,uint256 agreement)",
            (authority, power, jurisdiction, agreement),
            "uint256",
            lambda out: out[0],
            block,
        )

    def check_lift(
        self,
        authority: str,
        holder: int,
        power: int,
        jurisdiction: int,
        agreement: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[int]:
        """Reverts unless an authority may lift what one holds by a power: its own hold, also
        when it has lost the power or the agreement is over; that of another which has lost the
        power or whose mandate is over, if it is in scope itself. Anyone may ask.
        """
        return read(
            self,
            "check_lift(address authority,uint256 holder,uint256 power,uint256 jurisdiction,"
            "uint256 agreement)",
            (authority, holder, power, jurisdiction, agreement),
            "uint256",
            lambda out: out[0],
            block,
        )
