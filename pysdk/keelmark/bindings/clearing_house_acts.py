"""Generated from the contracts: ClearingHouse. Do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keelmark.bindings.clearing_house_reads import ClearingHouseReads
from keelmark.bindings.runtime import send
from keelmark.chain.operations import Operation, Receipt

__all__ = ["ClearingHouseActs", "Take", "TakeOver"]


@dataclass(frozen=True, slots=True)
class TakeOver:
    """The contract's struct `TakeOver`."""

    account: int
    taker: int
    instrument: int
    size: int
    """Wad, unsigned."""
    penalty: int
    """Wad, from the account to the taker."""
    mode: int
    """2 liquidation, 3 backstop, 4 compulsory close."""
    equity_before: int
    margin_before: int
    equity_after: int
    margin_after: int


@dataclass(frozen=True, slots=True)
class Take:
    """The contract's struct `Take`."""

    instrument: int
    size: int
    """Wad, unsigned."""
    limit: int
    """Worst mark (wad): the highest for a long, the lowest for a short."""


@dataclass(frozen=True, slots=True)
class ClearingHouseActs(ClearingHouseReads):
    """What ClearingHouse does."""

    def trade(
        self,
        buyer: str,
        seller: str,
        buyer_account: int,
        seller_account: int,
        instrument: int,
        size: int,
        price: int,
        match_id: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Clears one match. Only the order matcher, which has checked both owners' signatures.
        Each side is classed from its own position; the trade passes if both sides pass.
        """
        return send(
            self,
            "trade(address buyer,address seller,uint256 buyer_account,uint256 seller_account,"
            "uint256 instrument,uint256 size,uint256 price,bytes32 match_id)",
            (buyer, seller, buyer_account, seller_account, instrument, size, price, match_id),
            gas,
        )

    def take_over(self, terms: TakeOver, *, gas: int | None = None) -> Operation[Receipt]:
        """Moves part of a position at mark from one account to another and pays the penalty.
        Only the close-out contract, which has checked that it may, and that the shortfall falls.
        """
        return send(
            self,
            "take_over((uint256,uint256,uint256,uint256,uint256,uint256,int256,uint256,int256,"
            "uint256) terms)",
            (terms,),
            gas,
        )

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

    def list_collateral(
        self,
        token: str,
        feed: int,
        kind: int,
        fx: bool,
        decimals: int,
        maturity: int,
        cap: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Adds a collateral asset. Only the operator. What a class counts for is a constant; the
        cap is a venue's own and never loosens a haircut.
        """
        return send(
            self,
            "list_collateral(address token,uint256 feed,uint256 kind,bool fx,uint256 decimals,"
            "uint256 maturity,uint256 cap)",
            (token, feed, kind, fx, decimals, maturity, cap),
            gas,
        )

    def admit_member(self, wallet: str, *, gas: int | None = None) -> Operation[Receipt]:
        """Makes a party a clearing member and opens its own account, which it carries itself.
        Only the operator; the party must have a share in the default fund and may not be a
        retail client.
        """
        return send(self, "admit_member(address wallet)", (wallet,), gas)

    def open_account(
        self,
        wallet: str,
        member: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Opens a client's account. Only the member that will carry it: a member stands for its
        clients' losses, so its consent is what counts.
        """
        return send(self, "open_account(address wallet,uint256 member)", (wallet, member), gas)

    def close_account(self, account: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Closes an empty account. Only its own wallet, or its carrying member's."""
        return send(self, "close_account(uint256 account)", (account,), gas)

    def commit_backstop(
        self,
        member: int,
        amount: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Promises to take over positions of accounts that nobody liquidates, pro rata with the
        other members. Only the member's wallet.
        """
        return send(self, "commit_backstop(uint256 member,uint256 amount)", (member, amount), gas)

    def deposit(
        self,
        account: int,
        asset: int,
        amount: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Pays in. Only the account's wallet. A retail account pays in the settlement token or
        another e-money token.
        """
        return send(
            self,
            "deposit(uint256 account,uint256 asset,uint256 amount)",
            (account, asset, amount),
            gas,
        )

    def withdraw(
        self,
        account: int,
        asset: int,
        amount: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Takes out. Only the account's wallet, and only what is not needed: cash that is there,
        and equity (unrealised profit left out) that stays at or above the requirement. Without
        positions no price is needed.
        """
        return send(
            self,
            "withdraw(uint256 account,uint256 asset,uint256 amount)",
            (account, asset, amount),
            gas,
        )

    def try_deposit(
        self,
        account: int,
        asset: int,
        amount: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """As `deposit`, but what the gate denies is reported and not reverted."""
        return send(
            self,
            "try_deposit(uint256 account,uint256 asset,uint256 amount)",
            (account, asset, amount),
            gas,
        )

    def try_withdraw(
        self,
        account: int,
        asset: int,
        amount: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """As `withdraw`, but what the gate denies is reported and not reverted."""
        return send(
            self,
            "try_withdraw(uint256 account,uint256 asset,uint256 amount)",
            (account, asset, amount),
            gas,
        )

    def deny_trade(
        self,
        buyer: str,
        seller: str,
        buyer_account: int,
        seller_account: int,
        instrument: int,
        size: int,
        match_id: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Asks the gate about both sides of a match and reports what it denies. Only the order
        matcher, which has checked both owners' signatures.
        """
        return send(
            self,
            "deny_trade(address buyer,address seller,uint256 buyer_account,uint256 seller_account,"
            "uint256 instrument,uint256 size,bytes32 match_id)",
            (buyer, seller, buyer_account, seller_account, instrument, size, match_id),
            gas,
        )

    def set_call(
        self,
        account: int,
        deadline: int,
        equity: int,
        requirement: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Begins or ends a margin call. Only the close-out contract."""
        return send(
            self,
            "set_call(uint256 account,uint256 deadline,int256 equity,uint256 requirement)",
            (account, deadline, equity, requirement),
            gas,
        )

    def sell_collateral(
        self,
        account: int,
        buyer: int,
        asset: int,
        amount: int,
        cost: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Moves collateral of an account that owes cash to a buyer, for the buyer's cash. Only
        the close-out contract, which has fixed the price.
        """
        return send(
            self,
            "sell_collateral(uint256 account,uint256 buyer,uint256 asset,uint256 amount,"
            "uint256 cost)",
            (account, buyer, asset, amount, cost),
            gas,
        )

    def void_backstop(self, member: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Strikes out what is left of a promise that its member cannot keep. Only the close-out
        contract.
        """
        return send(self, "void_backstop(uint256 member)", (member,), gas)

    def allocate_loss(self, account: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Spreads the deficit of an account that has nothing left over the layers, in the
        written order. Anyone.
        """
        return send(self, "allocate_loss(uint256 account)", (account,), gas)

    def pay_debt(self, account: int, amount: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Pays a recorded debt; the layers are refilled last to first. Anyone."""
        return send(self, "pay_debt(uint256 account,uint256 amount)", (account, amount), gas)

    def cover_loss(self, amount: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Pays for a loss that no layer covered, so that opening can resume. Anyone; a gift to
        the house.
        """
        return send(self, "cover_loss(uint256 amount)", (amount,), gas)

    def count_gain(self, account: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Counts an account's unpaid gains while a loss is being allocated, so that they can be
        scaled. Anyone; every other winner profits from each one counted.
        """
        return send(self, "count_gain(uint256 account)", (account,), gas)

    def scale_gain(self, account: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Takes an account's part of an uncovered loss from its counted gains, pro rata and
        never more than the gain. Anyone, after the counting.
        """
        return send(self, "scale_gain(uint256 account)", (account,), gas)

    def take_over_many(
        self,
        account: int,
        taker: int,
        takes: Sequence[Take],
        equity: int,
        requirement: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Moves positions at mark from one account to another and pays the penalty. Only the
        close-out contract, which has checked that the account may be liquidated and who takes.
        """
        return send(
            self,
            "take_over_many(uint256 account,uint256 taker,(uint256,uint256,uint256)[] takes,"
            "int256 equity,uint256 requirement)",
            (account, taker, takes, equity, requirement),
            gas,
        )

    def list_instrument(
        self,
        instrument: int,
        multiplier_bps: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Opens an instrument of the registry for trading. Only the operator."""
        return send(
            self,
            "list_instrument(uint256 instrument,uint256 multiplier_bps)",
            (instrument, multiplier_bps),
            gas,
        )

    def roll_funding(self, instrument: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Ends a funding window that is over and sets the rate of the next one. Anyone; trades
        do it by themselves.
        """
        return send(self, "roll_funding(uint256 instrument)", (instrument,), gas)

    def settle_instrument(self, instrument: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Fixes the settlement price of an expired future, or exercises an expired option for
        all who hold it. Anyone, once the price board has enough observations.
        """
        return send(self, "settle_instrument(uint256 instrument)", (instrument,), gas)

    def settle_position(
        self,
        account: int,
        instrument: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Pays out one position of a settled instrument in cash. Anyone; it frees the account's
        slot. Rounding goes to the house's dust.
        """
        return send(
            self,
            "settle_position(uint256 account,uint256 instrument)",
            (account, instrument),
            gas,
        )

    def sweep(
        self,
        instrument: int,
        owners: Sequence[int],
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Pays out the positions of several accounts in a settled instrument. Anyone. An account
        without one, or whose gains are still to be counted, is passed over, so that nobody can
        spoil a list.
        """
        return send(self, "sweep(uint256 instrument,uint256[] owners)", (instrument, owners), gas)

    def refresh_arrays(
        self,
        options: Sequence[int],
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Recomputes risk arrays and marks from the price board. Anyone."""
        return send(self, "refresh_arrays(uint256[] options)", (options,), gas)

    def refresh_account(self, account: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Recomputes the stale arrays of an account's options; what the board does not allow
        stays as it is. Anyone: the close-out contract does it before it judges, in the same
        transaction. Without a lock of its own, since each refresh takes the house's.
        """
        return send(self, "refresh_account(uint256 account)", (account,), gas)

    def choose_engine(
        self,
        account: int,
        engine: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Chooses how an account is margined. Only its own wallet, and only while it holds no
        position and owes nothing: no choice changes the margin of what is open. A retail account
        may choose the scenario engine too, to hold options, and keeps its floor there.
        """
        return send(self, "choose_engine(uint256 account,uint256 engine)", (account, engine), gas)
