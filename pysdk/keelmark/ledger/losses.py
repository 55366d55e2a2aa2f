"""Folding of calls, liquidations, losses, debts and the default fund's book."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from keelmark.events import Event
from keelmark.ledger.folding import Fold
from keelmark.ledger.state import AccountBook, Episode
from keelmark.regulation import value
from keelmark.types import AccountFlag, Execution
from keelmark.units import WAD

_LAYERS = ("from_member_cash", "from_member_share", "from_house", "from_others")


@dataclass(slots=True)
class LossFold(Fold):
    """The part of a ledger that folds what happens to accounts in trouble."""

    def set_balance(self, account: AccountBook, asset: int, balance: int) -> None:
        """Writes a collateral balance; none of zero is kept."""
        account.balances.pop(asset, None)
        if balance:
            account.balances[asset] = balance

    def _backstop_committed(self, event: Event) -> None:
        self.account(event.number("member")).backstop = event.number("amount")

    def _margin_called(self, event: Event) -> None:
        account = self.account(event.number("account"))
        account.flags |= AccountFlag.CALLED
        account.call_deadline = event.number("deadline")

    def _margin_call_ended(self, event: Event) -> None:
        account = self.account(event.number("account"))
        account.flags &= ~AccountFlag.CALLED
        account.call_deadline = 0

    def _position_liquidated(self, event: Event) -> None:
        shortfall_before = event.number("margin_before") - event.number("equity_before")
        shortfall_after = event.number("margin_after") - event.number("equity_after")
        if shortfall_after >= shortfall_before:
            self.check(event, "shortfall", shortfall_after, shortfall_before - 1)
        penalty = event.number("penalty")
        for cash, expected in zip(self.house.pending_cash, (-penalty, penalty), strict=False):
            self.check(event, "penalty", cash, expected)
        self.house.pending_cash = []
        if event.number("mode") == Execution.BACKSTOP:
            taker = self.account(event.number("taker"))
            measure = self.house.measure(event.number("instrument"), event.number("mark"))
            taken = event.number("size") * measure // WAD
            taker.backstop -= min(taken, taker.backstop)

    def _collateral_sold(self, event: Event) -> None:
        seller, buyer = self.account(event.number("account")), self.account(event.number("buyer"))
        asset, amount, cost = (event.number(name) for name in ("asset", "amount", "cost"))
        self.check(event, "cash", event.number("cash"), seller.cash + cost)
        self.check(event, "buyer_cash", event.number("buyer_cash"), buyer.cash - cost)
        held = seller.balances.get(asset, 0)
        self.check(event, "balance", event.number("balance"), held - amount)
        held = buyer.balances.get(asset, 0)
        self.check(event, "buyer_balance", event.number("buyer_balance"), held + amount)
        seller.cash, buyer.cash = event.number("cash"), event.number("buyer_cash")
        self.set_balance(seller, asset, event.number("balance"))
        self.set_balance(buyer, asset, event.number("buyer_balance"))

    def _loss_allocated(self, event: Event) -> None:
        account = self.account(event.number("account"))
        deficit, uncovered = event.number("deficit"), event.number("uncovered")
        layers = [event.number(name) for name in _LAYERS]
        covered = sum(layers)
        self.check(event, "deficit", deficit, -account.cash)
        self.check(event, "uncovered", uncovered, max(deficit, covered) - covered)
        account.cash = 0
        self.account(event.number("member")).cash -= layers[0]
        if uncovered:
            self._start_episode(event, uncovered)
        else:
            self.house.dust += covered - deficit
        self.house.pending_layers = layers

    def _start_episode(self, event: Event, loss: int) -> None:
        self.house.uncovered += loss
        if event.timestamp > self.house.counting_deadline:
            self.house.episode += 1
            self.house.counting_deadline = event.timestamp + value("MARGIN_CALL_SECONDS")

    def _debt_recorded(self, event: Event) -> None:
        account = self.account(event.number("account"))
        layers = self.house.pending_layers
        layers = [*layers, event.number("amount") - sum(layers)]
        account.debts = [owed + more for owed, more in zip(account.debts, layers, strict=True)]
        account.flags |= AccountFlag.INDEBTED

    def _debt_paid(self, event: Event) -> None:
        account = self.account(event.number("account"))
        left = event.number("amount")
        paid = [0] * len(account.debts)
        for layer in reversed(range(len(paid))):
            paid[layer] = min(left, account.debts[layer])
            left -= paid[layer]
            account.debts[layer] -= paid[layer]
        self.check(event, "remaining", event.number("remaining"), account.debt)
        if not account.debt:
            account.flags &= ~AccountFlag.INDEBTED
        reduced = min(paid[-1], self.house.uncovered)
        self.house.uncovered -= reduced
        self.house.dust += paid[-1] - reduced
        if paid[0]:
            self.account(event.number("member")).cash += paid[0]

    def _loss_covered(self, event: Event) -> None:
        amount = event.number("amount")
        reduced = min(amount, self.house.uncovered)
        left = self.house.uncovered - reduced
        self.check(event, "uncovered", event.number("uncovered"), left)
        self.house.uncovered = event.number("uncovered")
        self.house.dust += amount - reduced

    def _gain_counted(self, event: Event) -> None:
        episode = self.house.episodes.setdefault(event.number("episode"), Episode())
        gain, total = event.number("gain"), event.number("total")
        self.check(event, "total", total, episode.gains + gain)
        episode.gains = total
        self.account(event.number("account")).counted_gain = gain

    def _gain_scaled(self, event: Event) -> None:
        episode = self.house.episodes.setdefault(event.number("episode"), Episode())
        episode.loss = episode.loss or self.house.uncovered
        account, amount = self.account(event.number("account")), event.number("amount")
        gain = account.counted_gain
        share = -(-episode.loss * gain // episode.gains) if episode.gains else 0
        self.check(event, "amount", amount, min(share, gain, self.house.uncovered))
        self.check(event, "cash", event.number("cash"), account.cash - amount)
        account.counted_gain = 0
        account.cash = event.number("cash")
        self.house.uncovered -= amount

    def _share_contributed(self, event: Event) -> None:
        amount = event.number("amount")
        self.house.fund, minted = self.house.fund.contribute(event.number("member"), amount)
        self._check_fund(event, minted)

    def _share_withdrawn(self, event: Event) -> None:
        epoch = event.number("epoch") if "epoch" in event.args else None
        amount, member = event.number("amount"), event.number("member")
        self.house.fund, burnt = self.house.fund.withdraw(member, amount, epoch)
        self._check_fund(event, burnt, epoch)

    def _resources_dedicated(self, event: Event) -> None:
        self.house.fund = self.house.fund.dedicate(event.number("amount"))
        self._check_fund(event)

    def _loss_absorbed(self, event: Event) -> None:
        names = ("from_member", "from_house", "from_others")
        asked = sum(event.number(name) for name in names)
        self.house.fund, parts = self.house.fund.absorb(event.number("member"), asked)
        for name, part in zip(names, parts, strict=True):
            self.check(event, name, event.number(name), part)
        self._check_fund(event)

    def _layers_refilled(self, event: Event) -> None:
        parts = (event.number(name) for name in ("from_member", "from_house", "from_others"))
        self.house.fund, minted = self.house.fund.refill(event.number("member"), *parts)
        self._check_fund(event, minted)

    def _check_fund(
        self, event: Event, shares: int | None = None, epoch: int | None = None
    ) -> None:
        fund = self.house.fund
        if "shares" in event.args and shares is not None:
            self.check(event, "shares", event.number("shares"), shares)
        if "pool" in event.args:
            pool = fund.epochs[-1 if epoch is None else epoch].pool
            self.check(event, "pool", event.number("pool"), pool)
        if "dedicated" in event.args:
            self.check(event, "dedicated", event.number("dedicated"), fund.dedicated)

    loss_handlers: ClassVar[Mapping[str, Callable[[Any, Event], None]]] = {
        "BackstopCommitted": _backstop_committed,
        "MarginCalled": _margin_called,
        "MarginCallEnded": _margin_call_ended,
        "PositionLiquidated": _position_liquidated,
        "CollateralSold": _collateral_sold,
        "LossAllocated": _loss_allocated,
        "DebtRecorded": _debt_recorded,
        "DebtPaid": _debt_paid,
        "LossCovered": _loss_covered,
        "GainCounted": _gain_counted,
        "GainScaled": _gain_scaled,
        "ShareContributed": _share_contributed,
        "ShareWithdrawn": _share_withdrawn,
        "ShareClaimed": _share_withdrawn,
        "ResourcesDedicated": _resources_dedicated,
        "LossAbsorbed": _loss_absorbed,
        "LayersRefilled": _layers_refilled,
    }
