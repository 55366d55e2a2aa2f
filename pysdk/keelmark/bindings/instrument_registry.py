"""Generated from the contracts: InstrumentRegistry. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.bindings.runtime import checksum, create, read, send
from keelmark.chain.operations import BlockId, Operation, Receipt

__all__ = ["InstrumentRegistry", "Listing", "Terms"]


@dataclass(frozen=True, slots=True)
class Listing:
    """The contract's struct `Listing`."""

    kind: int
    """1 perpetual future, 2 dated future, 3 option."""
    underlier: int
    """Dense underlier id, which is also its feed on the price board."""
    asset_class: int
    """1 credit .. 6 other, 7 crypto."""
    expiry: int
    """Seconds; 0 for a perpetual."""
    lot_exp: int
    """The lot is 10^lot_exp wad of the underlier."""
    dti: bytes
    """Nine ASCII characters, left-aligned."""
    strike: int
    """Options: wad; else 0."""
    option_type: int
    """Options: 1 call, 2 put; else 0."""
    cfi: bytes
    """ISO 10962."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The contract's struct `Terms`."""

    kind: int
    """1 perpetual future, 2 dated future, 3 option."""
    underlier: int
    """Dense underlier id."""
    expiry: int
    """Seconds, 08:00 UTC; 0 for a perpetual."""
    lot_exp: int
    """The lot is 10^lot_exp wad of the underlier."""
    cfi: bytes
    """ISO 10962, six letters that fit the kind."""
    upi: bytes
    """ISO 4914, or zero if none has been issued."""
    settlement_currency: bytes
    """ISO 4217 (three letters) or a DTI."""
    strike: int
    """Options: wad, settlement currency per unit; else 0."""
    option_type: int
    """Options: 1 call, 2 put; else 0."""


@dataclass(frozen=True, slots=True)
class InstrumentRegistry:
    """What may be traded: underliers, each with its digital token identifier (DTI), and
    instruments on them: perpetual futures, dated futures and options, linear and settled in
    cash. Anyone may read. The lister registers underliers and instruments and enters a product
    identifier (UPI) once it has been issued; it can change nothing that is registered, and it
    decides nothing about margin: whether a house lists an instrument, and with what figures, is
    the house's. The role is handed over in two steps; the deployer holds none.
    """

    address: str
    """Where it is, checksummed."""

    @staticmethod
    def create(init_code: bytes, *, lister: str, gas: int | None = None) -> Operation[Receipt]:
        """Deploys the contract; the receipt names its address."""
        return create("InstrumentRegistry", init_code, "(address lister)", (lister,), gas)

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

    def listing(self, instrument: int, *, block: BlockId = "latest") -> Operation[Listing]:
        """What a house needs to know of an instrument. Anyone may ask; reverts if there is none."""
        return read(
            self,
            "listing(uint256 instrument)",
            (instrument,),
            "(uint256,uint256,uint256,uint256,uint256,bytes32,uint256,uint256,bytes6)",
            lambda out: Listing(*out[0]),
            block,
        )

    def terms(self, instrument: int, *, block: BlockId = "latest") -> Operation[Terms]:
        """All terms of an instrument, as they were registered. Anyone may ask; reverts if there
        is none.
        """
        return read(
            self,
            "terms(uint256 instrument)",
            (instrument,),
            "(uint256,uint256,uint256,uint256,bytes6,bytes12,bytes9,uint256,uint256)",
            lambda out: Terms(*out[0]),
            block,
        )

    def lister(self, *, block: BlockId = "latest") -> Operation[bytes]:
        """Registers underliers and instruments."""
        return read(self, "LISTER()", (), "bytes32", lambda out: out[0], block)

    def underlier_word(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Underlier id to its word: dti uint72@0 | symbol uint64@72 | asset_class uint8@136.
        Zero if there is none, as every asset class is above zero.
        """
        return read(
            self,
            "underlier_word(uint256 key)",
            (key,),
            "uint256",
            lambda out: out[0],
            block,
        )

    def instrument_word(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Instrument id to its first word: kind uint8@0 | option_type uint8@8 | lot_exp uint8@16
        | underlier uint16@24 | expiry uint32@40 | cfi uint48@72 | settlement_currency
        uint72@120.
        """
        return read(
            self,
            "instrument_word(uint256 key)",
            (key,),
            "uint256",
            lambda out: out[0],
            block,
        )

    def terms_word(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Instrument id to its second word: strike uint128@0 | upi uint96@128."""
        return read(self, "terms_word(uint256 key)", (key,), "uint256", lambda out: out[0], block)

    def underlier_of_dti(self, key: bytes, *, block: BlockId = "latest") -> Operation[int]:
        """DTI to the underlier that has it, zero if none has. It stops a token from being listed
        twice, which would give it two prices to choose from.
        """
        return read(
            self,
            "underlier_of_dti(bytes9 key)",
            (key,),
            "uint256",
            lambda out: out[0],
            block,
        )

    def underlier_count(self, *, block: BlockId = "latest") -> Operation[int]:
        """How many ids of each sort have been given out. An id is never used twice, so a report
        that names one names the same terms for ever.
        """
        return read(self, "underlier_count()", (), "uint256", lambda out: out[0], block)

    def instrument_count(self, *, block: BlockId = "latest") -> Operation[int]:
        """The contract's `instrument_count`."""
        return read(self, "instrument_count()", (), "uint256", lambda out: out[0], block)

    def hand_over_role(
        self,
        role: bytes,
        successor: str,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Offers a role. Only its holder; the zero address withdraws an offer."""
        return send(self, "hand_over_role(bytes32 role,address successor)", (role, successor), gas)

    def accept_role(self, role: bytes, *, gas: int | None = None) -> Operation[Receipt]:
        """Takes over a role. Only the one to whom it is offered."""
        return send(self, "accept_role(bytes32 role)", (role,), gas)

    def add_underlier(
        self,
        dti: bytes,
        asset_class: int,
        symbol: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Registers an underlier. Only the lister."""
        return send(
            self,
            "add_underlier(bytes9 dti,uint256 asset_class,bytes8 symbol)",
            (dti, asset_class, symbol),
            gas,
        )

    def add_instrument(self, terms: Terms, *, gas: int | None = None) -> Operation[Receipt]:
        """Registers an instrument; its terms never change. Only the lister."""
        return send(
            self,
            "add_instrument((uint256,uint256,uint256,uint256,bytes6,bytes12,bytes9,uint256,"
            "uint256) terms)",
            (terms,),
            gas,
        )

    def assign_upi(
        self,
        instrument: int,
        upi: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Enters the product identifier that the Derivatives Service Bureau has issued, once.
        Only the lister.
        """
        return send(self, "assign_upi(uint256 instrument,bytes12 upi)", (instrument, upi), gas)
