"""Generated from the contracts: CloseOut. Do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keelmark.bindings.runtime import create, read, send
from keelmark.chain.operations import BlockId, Operation, Receipt

__all__ = ["CloseOut", "Take"]


@dataclass(frozen=True, slots=True)
class Take:
    """The contract's struct `Take`."""

    instrument: int
    size: int
    """Wad, unsigned."""
    limit: int
    """Worst mark (wad): the highest for a long, the lowest for a short."""


@dataclass(frozen=True, slots=True)
class CloseOut:
    """Margin calls, liquidation by take-over, the backstop, compulsory close and the sale of
    collateral against negative cash. Who may call what: anyone may call everything; whoever
    takes something takes it into an account of their own, which the party registry checks.
    Nobody holds a role here, and nothing is stored here: the house trusts this code by address
    and keeps all state, events and checks of the taker.
    """

    address: str
    """Where it is, checksummed."""

    @staticmethod
    def create(init_code: bytes, *, gas: int | None = None) -> Operation[Receipt]:
        """Deploys the contract; the receipt names its address."""
        return create("CloseOut", init_code, "()", (), gas)

    def is_liquidatable(
        self,
        house: str,
        account: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[bool]:
        """Whether an account may be liquidated now. A view refreshes no array: an account with
        options is refreshed first, as a liquidation does by itself.
        """
        return read(
            self,
            "is_liquidatable(address house,uint256 account)",
            (house, account),
            "bool",
            lambda out: out[0],
            block,
        )

    def call_margin(
        self,
        house: str,
        account: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Issues a margin call: opening and withdrawal stop, and after the deadline the account
        may be liquidated (a retail account may not: its only trigger is the close-out level).
        Anyone.
        """
        return send(self, "call_margin(address house,uint256 account)", (house, account), gas)

    def end_call(self, house: str, account: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Ends a margin call that has been met. Anyone."""
        return send(self, "end_call(address house,uint256 account)", (house, account), gas)

    def liquidate(
        self,
        house: str,
        account: int,
        taker: int,
        instrument: int,
        size: int,
        limit: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Takes over part of a position at mark into the caller's account."""
        return send(
            self,
            "liquidate(address house,uint256 account,uint256 taker,uint256 instrument,"
            "uint256 size,uint256 limit)",
            (house, account, taker, instrument, size, limit),
            gas,
        )

    def liquidate_many(
        self,
        house: str,
        account: int,
        taker: int,
        takes: Sequence[Take],
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Takes over positions in several instruments at once, at mark, into the caller's
        account. The rules of `liquidate` hold for the whole: it is the way out of a hedged book,
        and the cheap way out of a large one.
        """
        return send(
            self,
            "liquidate_many(address house,uint256 account,uint256 taker,(uint256,uint256,"
            "uint256)[] takes)",
            (house, account, taker, takes),
            gas,
        )

    def backstop(
        self,
        house: str,
        account: int,
        instrument: int,
        size: int,
        wallets: Sequence[str],
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Hands a position that nobody takes to the members that promised to, pro rata to what
        is left of their promises. A member that cannot keep its promise loses it, as does one
        whose promise no longer reaches for one lot. Anyone.
        """
        return send(
            self,
            "backstop(address house,uint256 account,uint256 instrument,uint256 size,"
            "address[] wallets)",
            (house, account, instrument, size, wallets),
            gas,
        )

    def compulsory_close(
        self,
        house: str,
        account: int,
        instrument: int,
        size: int,
        counterparty: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Closes a position that nobody takes against an opposite one, both at mark. Only when
        what is left of all backstop promises is less than one lot. The counterparty may not end
        worse off: it meets its initial margin after, or its shortfall has not grown. Anyone.
        """
        return send(
            self,
            "compulsory_close(address house,uint256 account,uint256 instrument,uint256 size,"
            "uint256 counterparty)",
            (house, account, instrument, size, counterparty),
            gas,
        )

    def buy_collateral(
        self,
        house: str,
        account: int,
        asset: int,
        amount: int,
        buyer: int,
        max_cost: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Buys collateral of an account that owes cash past its deadline, at the board's price
        less a discount no larger than the asset's haircut.
        """
        return send(
            self,
            "buy_collateral(address house,uint256 account,uint256 asset,uint256 amount,"
            "uint256 buyer,uint256 max_cost)",
            (house, account, asset, amount, buyer, max_cost),
            gas,
        )
