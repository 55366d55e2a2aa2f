"""The rules of money, accounts, the fund, funding and settlement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from keelmark.types import Instrument, Kind
from keelmark.units import WAD
from tests.stateful.losses import LossModel
from tests.stateful.machine import (
    DAY,
    MAX_FUTURES,
    TALLY,
    MarketMachine,
    anyone,
    jitter,
    percent,
    place,
    trader,
)
from tests.stateful.terms import TOKEN_SCALE
from tests.stateful.world import MEMBERS, NEWCOMER, PAYER
from tests.support.market import BTC, ETH

CHANCE = st.sampled_from((False, False, False, True))
"""Whether an act goes astray, one time in four."""


class MoneyMachine(MarketMachine):
    """Every act of the house outside trouble."""

    def house_act(
        self, what: str, sender: str, arguments: tuple[Any, ...], foretell: Callable[..., None]
    ) -> bool:
        """An act of the house that bears its name."""
        call = getattr(self.market.house.functions, what)(*arguments)
        return self.act(what, call, sender, foretell)

    def close_out_act(
        self, what: str, sender: str, arguments: tuple[Any, ...], foretell: Callable[..., None]
    ) -> bool:
        """An act of the close-out contract."""
        call = getattr(self.market.close_out.functions, what)(self.market.house.address, *arguments)
        return self.act(what, call, sender, foretell)

    # Money in and out

    @rule(name=anyone, asset=st.sampled_from((0, 0, 1, 2)), units=st.integers(1, 60_000_000_000))
    def deposit(self, name: str, asset: int, units: int) -> None:
        account = self.id_of(name)
        arguments = (account, asset, units)
        self.house_act("deposit", name, arguments, lambda model: model.deposit(*arguments))

    @rule(name=anyone, asset=st.sampled_from((0, 0, 1, 2)), share=percent, wei=jitter)
    def withdraw(self, name: str, asset: int, share: int, wei: int) -> None:
        """A share of what is there, or of what the requirement leaves."""
        account = self.id_of(name)
        book = self.model.accounts.get(account)
        held = 0
        if book is not None:
            held = book.balances.get(asset, 0) if asset else max(0, book.cash // TOKEN_SCALE)
            if not asset and book.positions:
                held = min(held, self.model.free_cash(account) // TOKEN_SCALE or held)
        units = max(1, held * share // 100 + wei) if share < 120 else held + 1
        if 95 <= share <= 100:
            units = max(1, held)
        arguments = (account, asset, units)
        self.house_act("withdraw", name, arguments, lambda model: model.withdraw(*arguments))

    @precondition(lambda self: self.seldom() or self.id_of(NEWCOMER) not in self.model.accounts)
    @rule(member=st.sampled_from((*MEMBERS, "maker")), name=st.sampled_from((NEWCOMER, "gambler")))
    def open_account(self, member: str, name: str) -> None:
        account, carrier = self.id_of(name), self.id_of(member)
        wallet = self.market.actors(name).address
        self.house_act(
            "open_account",
            member,
            (wallet, carrier),
            lambda model: model.open_account(account, carrier, wallet),
        )

    @precondition(lambda self: self.steps % 3 == 2)
    @rule(name=st.sampled_from((NEWCOMER, "speculator", "retail trader", "second member")))
    def close_account(self, name: str) -> None:
        account = self.id_of(name)
        foretell: Callable[[LossModel], None] = lambda model: model.close_account(account)  # noqa: E731
        self.house_act("close_account", name, (account,), foretell)

    @rule(
        name=st.sampled_from((*MEMBERS, *MEMBERS, "maker")),
        amount=st.sampled_from((0, 7 * WAD, 50_000 * WAD + 1, 400_000 * WAD)),
    )
    def commit_backstop(self, name: str, amount: int) -> None:
        account = self.id_of(name)
        self.house_act(
            "commit_backstop",
            name,
            (account, amount),
            lambda model: model.commit_backstop(account, amount),
        )

    # The fund

    @precondition(lambda self: self.steps % 3 == 0)
    @rule(name=st.sampled_from(MEMBERS), units=st.integers(1, 5_000_000_000))
    def contribute(self, name: str, units: int) -> None:
        account = self.id_of(name)
        call = self.market.fund.functions.contribute(self.market.house.address, account, units)
        self.act("contribute", call, name, lambda model: model.contribute(account, units))

    @precondition(lambda self: self.steps % 3 == 1)
    @rule(units=st.integers(1, 2_000_000_000))
    def dedicate(self, units: int) -> None:
        call = self.market.fund.functions.dedicate(self.market.house.address, units)
        self.act("dedicate", call, PAYER, lambda model: model.dedicate(units))

    @precondition(lambda self: self.seldom())
    @rule(name=st.sampled_from(MEMBERS), units=st.integers(1, 9_000_000_000))
    def withdraw_share(self, name: str, units: int) -> None:
        account = self.id_of(name)
        call = self.market.fund.functions.withdraw(self.market.house.address, account, units)
        self.act("withdraw_share", call, name, lambda model: model.withdraw_share(account, units))

    # Funding and settlement

    @rule(pick=place)
    def roll_funding(self, pick: int) -> None:
        number = self.instrument(pick)
        self.house_act(
            "roll_funding", "keeper", (number,), lambda model: model.roll_funding(number)
        )

    @precondition(lambda self: len(self.futures) < MAX_FUTURES)
    @rule(underlier=st.sampled_from((BTC, BTC, ETH)), days=st.integers(1, 3))
    def list_future(self, underlier: int, days: int) -> None:
        """A dated future that expires at 08:00 in some days."""
        now = self.stage.next_time()
        expiry = (now // DAY + days) * DAY + 8 * 3600
        self.market.list_instrument(underlier, expiry=expiry, multiplier=10_500)
        number = int(self.market.registry.functions.instrument_count().call())
        scan = self.model.house.instruments[1 if underlier == BTC else 2].scan_bps
        made = Instrument(expiry, underlier, 7, Kind.DATED_FUTURE, scan, 10_500, 15)
        self.model.list_instrument(number, made)
        for address, log in self.stage.new_logs():
            self.take_log(address, log)
        self.futures.append(number)
        TALLY["list_future", ""] += 1

    def running_futures(self) -> list[int]:
        """Futures that have not settled."""
        return [key for key in self.futures if not self.model.house.instruments[key].settled]

    @precondition(lambda self: self.running_futures())
    @rule(pick=place, count=st.sampled_from((1, 5, 12, 24)), bps=st.integers(-300, 300))
    def observe(self, pick: int, count: int, bps: int) -> None:
        """Observations for a settlement, a minute apart, from half an hour before expiry."""
        futures = self.running_futures()
        instrument = self.model.house.instruments[futures[pick % len(futures)]]
        feed, expiry = instrument.feed, instrument.time
        now = self.stage.next_time()
        if now < expiry - 1800:
            self.stage.pass_time(expiry - 1800 - now + 1)
        for turn in range(count):
            if turn % 8 == 0:
                self.push(feed, self.moved(feed, bps, turn + 1))
            call = self.market.board.functions.observe(feed, expiry)
            self.act("observe", call, "keeper", lambda model: model.observe(feed, expiry))
            self.stage.pass_time(60 if turn % 8 != 7 else 58)

    @precondition(lambda self: self.futures)
    @rule(pick=place, wait=CHANCE)
    def settle_instrument(self, pick: int, wait: bool) -> None:
        number = self.futures[pick % len(self.futures)]
        instrument = self.model.house.instruments[number]
        _, count, _ = self.model.windows.get((instrument.feed, instrument.time), (0, 0, 0))
        if (wait or count >= 20) and self.stage.next_time() < instrument.time:
            self.stage.pass_time(instrument.time - self.stage.next_time() + 1)
        self.house_act(
            "settle_instrument", "keeper", (number,), lambda model: model.settle_instrument(number)
        )

    @precondition(lambda self: len(self.running_futures()) < len(self.futures))
    @rule(pick=place, astray=CHANCE, name=trader)
    def settle_position(self, pick: int, astray: bool, name: str) -> None:
        """One position of a settled future; astray: anybody's, held or not."""
        number = self.futures[pick % len(self.futures)]
        holders = [key for key, book in self.model.accounts.items() if number in book.positions]
        account = self.id_of(name) if astray or not holders else holders[pick % len(holders)]
        arguments = (account, number)
        self.house_act(
            "settle_position", "keeper", arguments, lambda model: model.settle_position(*arguments)
        )
