"""Generated from the contracts: ClearingHouse. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.bindings.runtime import checksum, read
from keelmark.chain.operations import BlockId, Operation

__all__ = ["ClearingHouseReads", "Margin", "Statement"]


@dataclass(frozen=True, slots=True)
class Margin:
    """The contract's struct `Margin`."""

    equity: int
    """Wad, may be negative."""
    requirement: int
    """Initial margin, wad."""
    flags: int


@dataclass(frozen=True, slots=True)
class Statement:
    """The contract's struct `Statement`."""

    cash: int
    """Wad, may be negative."""
    equity: int
    """Close-out valuation, wad."""
    requirement: int
    """Initial margin, close-out valuation, wad."""
    flags: int
    """Account flags: 1 exists, 2 retail, 4 called, 8 indebted, 16 member."""
    member: int
    """Account id of the carrying member."""
    call_deadline: int
    """Seconds; 0 without a call."""
    debt: int
    """Wad."""
    position_count: int


@dataclass(frozen=True, slots=True)
class ClearingHouseReads:
    """What ClearingHouse answers."""

    address: str
    """Where it is, checksummed."""

    def root(self, *, block: BlockId = "latest") -> Operation[bytes]:
        """The chain's head. Slot 0."""
        return read(self, "root()", (), "bytes32", lambda out: out[0], block)

    def margin(
        self,
        account: int,
        valuation: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[Margin]:
        """Equity and initial margin of an account now."""
        return read(
            self,
            "margin(uint256 account,uint256 valuation)",
            (account, valuation),
            "(int256,uint256,uint256)",
            lambda out: Margin(*out[0]),
            block,
        )

    def back_office(self, *, block: BlockId = "latest") -> Operation[str]:
        """The code that most other functions are delegated to."""
        return read(self, "back_office()", (), "address", lambda out: checksum(out[0]), block)

    def instrument_desk(self, *, block: BlockId = "latest") -> Operation[str]:
        """The code that functions of instruments are delegated to."""
        return read(self, "instrument_desk()", (), "address", lambda out: checksum(out[0]), block)

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

    def entry_notional(self, key0: int, key1: int, *, block: BlockId = "latest") -> Operation[int]:
        """Account id and instrument to notional at entry (wad), for retail accounts only: their
        close-out level is the larger of the one at entry prices and now.
        """
        return read(
            self,
            "entry_notional(uint256 key0,uint256 key1)",
            (key0, key1),
            "uint256",
            lambda out: out[0],
            block,
        )

    def collaterals(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Asset 1 to 8 to collateral word and token; asset 0 is the settlement token."""
        return read(self, "collaterals(uint256 key)", (key,), "uint256", lambda out: out[0], block)

    def tokens(self, key: int, *, block: BlockId = "latest") -> Operation[str]:
        """The contract's `tokens`."""
        return read(
            self,
            "tokens(uint256 key)",
            (key,),
            "address",
            lambda out: checksum(out[0]),
            block,
        )

    def asset_count(self, *, block: BlockId = "latest") -> Operation[int]:
        """The contract's `asset_count`."""
        return read(self, "asset_count()", (), "uint256", lambda out: out[0], block)

    def carried_accounts(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Member's account id to how many accounts it carries. A member that carries any cannot
        take its share out of the default fund.
        """
        return read(
            self,
            "carried_accounts(uint256 key)",
            (key,),
            "uint256",
            lambda out: out[0],
            block,
        )

    def backstop(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Member's account id to what is left of the notional (wad) that it has promised to take
        over, and the sum of all: compulsory closes wait until that is used up.
        """
        return read(self, "backstop(uint256 key)", (key,), "uint256", lambda out: out[0], block)

    def backstop_total(self, *, block: BlockId = "latest") -> Operation[int]:
        """The contract's `backstop_total`."""
        return read(self, "backstop_total()", (), "uint256", lambda out: out[0], block)

    def wiring_hash(self, *, block: BlockId = "latest") -> Operation[bytes]:
        """What the house compares with its own arguments when it is built."""
        return read(self, "wiring_hash()", (), "bytes32", lambda out: out[0], block)

    def balance_of(self, account: int, asset: int, *, block: BlockId = "latest") -> Operation[int]:
        """Collateral held."""
        return read(
            self,
            "balance_of(uint256 account,uint256 asset)",
            (account, asset),
            "uint256",
            lambda out: out[0],
            block,
        )

    def house_terms(
        self,
        *,
        block: BlockId = "latest",
    ) -> Operation[tuple[str, str, str, str, int, int, int]]:
        """What the house was built with."""
        return read(
            self,
            "house_terms()",
            (),
            "address,address,address,address,uint256,uint256,uint256",
            lambda out: (
                checksum(out[0]),
                checksum(out[1]),
                checksum(out[2]),
                checksum(out[3]),
                out[4],
                out[5],
                out[6],
            ),
            block,
        )

    def party_registry(self, *, block: BlockId = "latest") -> Operation[str]:
        """The party registry."""
        return read(self, "party_registry()", (), "address", lambda out: checksum(out[0]), block)

    def price_board(self, *, block: BlockId = "latest") -> Operation[str]:
        """The price board."""
        return read(self, "price_board()", (), "address", lambda out: checksum(out[0]), block)

    def loss_desk(self, *, block: BlockId = "latest") -> Operation[str]:
        """The code that other functions are delegated to."""
        return read(self, "loss_desk()", (), "address", lambda out: checksum(out[0]), block)

    def accounts(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Account id to account word."""
        return read(self, "accounts(uint256 key)", (key,), "uint256", lambda out: out[0], block)

    def positions(self, key0: int, key1: int, *, block: BlockId = "latest") -> Operation[int]:
        """Account id to its positions; the first `position count` are in use, so that a margin
        check never walks a gap.
        """
        return read(
            self,
            "positions(uint256 key0,uint256 key1)",
            (key0, key1),
            "uint256",
            lambda out: out[0],
            block,
        )

    def instruments(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Instrument id to instrument word."""
        return read(self, "instruments(uint256 key)", (key,), "uint256", lambda out: out[0], block)

    def markets(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Instrument id to market word."""
        return read(self, "markets(uint256 key)", (key,), "uint256", lambda out: out[0], block)

    def dust(self, *, block: BlockId = "latest") -> Operation[int]:
        """Wad that rounding left over; it belongs to nobody's account, and counting it keeps the
        sum of all money exact.
        """
        return read(self, "dust()", (), "uint256", lambda out: out[0], block)

    def uncovered(self, *, block: BlockId = "latest") -> Operation[int]:
        """Losses that no layer covered (wad). While there are any, nothing is opened."""
        return read(self, "uncovered()", (), "uint256", lambda out: out[0], block)

    def counting_deadline(self, *, block: BlockId = "latest") -> Operation[int]:
        """Until then (seconds) unpaid gains are counted and nothing trades."""
        return read(self, "counting_deadline()", (), "uint256", lambda out: out[0], block)

    def counted_gain(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Unpaid gains counted for an account and not yet scaled (wad): a withdrawal must not
        run ahead of the scaling.
        """
        return read(self, "counted_gain(uint256 key)", (key,), "uint256", lambda out: out[0], block)

    def episode(self, *, block: BlockId = "latest") -> Operation[int]:
        """The count of times that a loss was left uncovered; gains are scaled by episode."""
        return read(self, "episode()", (), "uint256", lambda out: out[0], block)

    def episode_gains(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Episode to the gains counted in it, and to the loss to spread over them (wad)."""
        return read(
            self,
            "episode_gains(uint256 key)",
            (key,),
            "uint256",
            lambda out: out[0],
            block,
        )

    def episode_loss(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """The contract's `episode_loss`."""
        return read(self, "episode_loss(uint256 key)", (key,), "uint256", lambda out: out[0], block)

    def account_words(
        self,
        account: int,
        other: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[tuple[int, int]]:
        """The packed words of two accounts, as `book` says."""
        return read(
            self,
            "account_words(uint256 account,uint256 other)",
            (account, other),
            "uint256,uint256",
            lambda out: (out[0], out[1]),
            block,
        )

    def position(
        self,
        account: int,
        instrument: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[tuple[int, int]]:
        """One position."""
        return read(
            self,
            "position(uint256 account,uint256 instrument)",
            (account, instrument),
            "int256,int256",
            lambda out: (out[0], out[1]),
            block,
        )

    def statement(self, account: int, *, block: BlockId = "latest") -> Operation[Statement]:
        """All of an account on one page; walk ids 1 to the party registry's `account_count` for
        a statement over all accounts.
        """
        return read(
            self,
            "statement(uint256 account)",
            (account,),
            "(int256,int256,uint256,uint256,uint256,uint256,uint256,uint256)",
            lambda out: Statement(*out[0]),
            block,
        )

    def collateral_terms(
        self,
        asset: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[tuple[int, int, int]]:
        """What a buyer of collateral needs of an asset."""
        return read(
            self,
            "collateral_terms(uint256 asset)",
            (asset,),
            "uint256,uint256,uint256",
            lambda out: (out[0], out[1], out[2]),
            block,
        )

    def debt_layers(self, account: int, *, block: BlockId = "latest") -> Operation[tuple[int, ...]]:
        """A debt by the layer that paid for it."""
        return read(
            self,
            "debt_layers(uint256 account)",
            (account,),
            "uint256[5]",
            lambda out: tuple(out[0]),
            block,
        )

    def margin_after(
        self,
        account: int,
        instrument: int,
        delta: int,
        valuation: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[Margin]:
        """The same, as if `delta` had changed hands at mark."""
        return read(
            self,
            "margin_after(uint256 account,uint256 instrument,int256 delta,uint256 valuation)",
            (account, instrument, delta, valuation),
            "(int256,uint256,uint256)",
            lambda out: Margin(*out[0]),
            block,
        )

    def instrument_terms(
        self,
        instrument: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[tuple[int, int, int, int, int]]:
        """What a liquidator needs of an instrument."""
        return read(
            self,
            "instrument_terms(uint256 instrument)",
            (instrument,),
            "uint256,uint256,uint256,uint256,uint256",
            lambda out: (out[0], out[1], out[2], out[3], out[4]),
            block,
        )

    def doubt(
        self,
        account: int,
        instrument: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[tuple[int, bool]]:
        """How much of an account hangs on prices that are stale or in their grace period."""
        return read(
            self,
            "doubt(uint256 account,uint256 instrument)",
            (account, instrument),
            "uint256,bool",
            lambda out: (out[0], out[1]),
            block,
        )

    def is_uncounted(self, account: int, *, block: BlockId = "latest") -> Operation[bool]:
        """Whether gains are being counted and this account's have not been."""
        return read(
            self,
            "is_uncounted(uint256 account)",
            (account,),
            "bool",
            lambda out: out[0],
            block,
        )

    def grace_until(self, account: int, *, block: BlockId = "latest") -> Operation[int]:
        """When liquidation of an account may start again after one of the prices that its
        positions need had been stale.
        """
        return read(
            self,
            "grace_until(uint256 account)",
            (account,),
            "uint256",
            lambda out: out[0],
            block,
        )

    def take_over_desk(self, *, block: BlockId = "latest") -> Operation[str]:
        """The code that other functions are delegated to."""
        return read(self, "take_over_desk()", (), "address", lambda out: checksum(out[0]), block)

    def option_terms(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Option's instrument id to option word and to risk array."""
        return read(self, "option_terms(uint256 key)", (key,), "uint256", lambda out: out[0], block)

    def risk_arrays(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """The contract's `risk_arrays`."""
        return read(self, "risk_arrays(uint256 key)", (key,), "uint256", lambda out: out[0], block)

    def forwards(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Underlier << 32 | expiry to the reference forward (wad): what the arrays of that
        expiry are fractions of, kept once for all its strikes.
        """
        return read(self, "forwards(uint256 key)", (key,), "uint256", lambda out: out[0], block)

    def assess_scenarios(
        self,
        account: int,
        word: int,
        count: int,
        slot: int,
        changed: int,
        entry: int,
        valuation: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[Margin]:
        """Equity and initial margin of an account of the scenario engine. Only the house itself,
        in the middle of whatever it does: hence no lock.
        """
        return read(
            self,
            "assess_scenarios(uint256 account,uint256 word,uint256 count,uint256 slot,"
            "uint256 changed,int256 entry,uint256 valuation)",
            (account, word, count, slot, changed, entry, valuation),
            "(int256,uint256,uint256)",
            lambda out: Margin(*out[0]),
            block,
        )
