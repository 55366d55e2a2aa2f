"""The rules of trouble: calls, take-overs, losses; with the others, every act of the house."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from keelmark.margin.liquidation import max_take_over
from keelmark.types import AccountFlag
from tests.stateful.machine import (
    percent,
    place,
    trader,
)
from tests.stateful.money_acts import CHANCE, MoneyMachine
from tests.stateful.terms import TOKEN_SCALE
from tests.stateful.world import NEWCOMER, PAYER, TRADERS
from tests.support.market import BTC


class LifeMachine(MoneyMachine):
    """Every act of the house."""

    # Calls and take-overs

    @rule(name=trader, pick=place, astray=CHANCE)
    def call_margin(self, name: str, pick: int, astray: bool) -> None:
        """Calls an account that is short, if any is; astray: any account."""
        short = [
            key
            for key, book in self.model.accounts.items()
            if self.model.check(key).short > 0 and not book.flags & AccountFlag.CALLED
        ]
        account = self.id_of(name) if astray or not short else short[pick % len(short)]
        self.close_out_act(
            "call_margin", "keeper", (account,), lambda model: model.call_margin(account)
        )

    @precondition(lambda self: self.seldom() or self.called())
    @rule(name=trader, pick=place, astray=CHANCE)
    def end_call(self, name: str, pick: int, astray: bool) -> None:
        called = self.called()
        account = self.id_of(name) if astray or not called else called[pick % len(called)]
        self.close_out_act("end_call", "keeper", (account,), lambda model: model.end_call(account))

    def called(self) -> list[int]:
        """Accounts under a margin call."""
        return [key for key, book in self.model.accounts.items() if book.flags & AccountFlag.CALLED]

    def target(self, name: str, pick: int, astray: bool) -> tuple[int, int]:
        """An account to liquidate and an instrument: one that is due, unless astray."""
        due = self.due_accounts()
        if due and not astray:
            return due[pick % len(due)]
        return self.id_of(name), self.instrument(pick)

    def taken(self, account: int, number: int, share: int) -> int:
        """A size to take: what brings the account to its margin, less, more, or all."""
        if number not in self.model.house.instruments or account not in self.model.accounts:
            return 10**15
        state = self.model.accounts[account].state()
        held = abs(state.position(number).size)
        if not held:
            return 10**15
        enough = max_take_over(state, self.model.market(), number)
        if share > 110:
            return held
        if share > 80:
            return max(10**15, enough)
        return self.lots(number, enough * share // 75)

    def not_worse(self, account: int, foretell: Callable[[], bool]) -> bool:
        """A take-over, after which the contract's own shortfall of the account is smaller."""
        self.stage.reader.refresh()
        accepted = foretell()
        if accepted and account in self.model.accounts:
            mined = self.stage.backend.last_mined
            assert mined is not None
            parent = self.stage.backend.get_header(mined.header.block_number - 1)
            reader = self.stage.reader
            reader.machine = self.stage.backend.chain.get_vm(
                parent.copy(timestamp=mined.header.timestamp)
            )
            before = reader.margin(account, 2)
            reader.refresh()
            after = reader.margin(account, 2)
            assert after[1] - after[0] < before[1] - before[0], "the shortfall did not fall"
        return accepted

    @precondition(lambda self: self.seldom() or self.due_accounts())
    @rule(
        name=trader,
        pick=place,
        taker=st.sampled_from(("maker", "maker", *TRADERS, NEWCOMER)),
        share=percent,
        astray=CHANCE,
    )
    def liquidate(self, name: str, pick: int, taker: str, share: int, astray: bool) -> None:
        account, number = self.target(name, pick, astray)
        size, receiver = self.taken(account, number, share), self.id_of(taker)
        book = self.model.accounts.get(account)
        long = book is not None and book.state().position(number).size > 0
        arguments = (account, receiver, number, size, 2**255 if long else 0)
        self.not_worse(
            account,
            lambda: self.close_out_act(
                "liquidate",
                taker,
                arguments,
                lambda model: model.liquidate(account, receiver, number, size),
            ),
        )

    @precondition(lambda self: self.seldom() or self.due_accounts())
    @rule(
        name=trader,
        pick=place,
        taker=st.sampled_from(("maker", "maker", *TRADERS, NEWCOMER)),
        shares=st.lists(percent, min_size=1, max_size=3),
        astray=CHANCE,
    )
    def liquidate_many(
        self, name: str, pick: int, taker: str, shares: list[int], astray: bool
    ) -> None:
        """Several positions of an account at once; the same one again, if it has too few."""
        account, first = self.target(name, pick, astray)
        receiver, book = self.id_of(taker), self.model.accounts.get(account)
        held = sorted(book.positions) if book and book.positions else [first]
        takes = [
            (number, self.taken(account, number, share))
            for number, share in zip(cycle(held), shares, strict=False)
        ]
        limited = [
            (number, size, 2**255 if book and book.state().position(number).size > 0 else 0)
            for number, size in takes
        ]
        self.not_worse(
            account,
            lambda: self.close_out_act(
                "liquidate_many",
                taker,
                (account, receiver, limited),
                lambda model: model.liquidate_many(account, receiver, takes),
            ),
        )

    @precondition(lambda self: self.seldom() or self.due_accounts())
    @rule(name=trader, pick=place, share=percent, astray=CHANCE)
    def backstop(self, name: str, pick: int, share: int, astray: bool) -> None:
        account, number = self.target(name, pick, astray)
        size = self.taken(account, number, share)
        promised = sorted(key for key, book in self.model.accounts.items() if book.backstop)
        members = promised[1:] if astray else promised
        named = {key: name for name, key in self.market.ids.items()}
        wallets = [self.market.actors(named[key]) for key in members]
        self.close_out_act(
            "backstop",
            "keeper",
            (account, number, size, wallets),
            lambda model: model.backstop(account, number, size, members),
        )

    @precondition(lambda self: self.seldom() or self.due_accounts())
    @rule(name=trader, pick=place, share=percent, astray=CHANCE, other=trader)
    def compulsory_close(self, name: str, pick: int, share: int, astray: bool, other: str) -> None:
        account, number = self.target(name, pick, astray)
        size = self.taken(account, number, share)
        book = self.model.accounts.get(account)
        held = book.state().position(number).size if book else 0
        opposite = [
            key
            for key, one in self.model.accounts.items()
            if one.state().position(number).size * held < 0
        ]
        against = self.id_of(other) if astray or not opposite else opposite[pick % len(opposite)]
        if opposite and not astray:
            there = abs(self.model.accounts[against].state().position(number).size)
            size = min(size, there)
        arguments = (account, number, size, against)
        self.not_worse(
            account,
            lambda: self.close_out_act(
                "compulsory_close",
                "keeper",
                arguments,
                lambda model: model.compulsory_close(*arguments),
            ),
        )

    @precondition(
        lambda self: self.seldom() or any(one.cash < 0 for one in self.model.accounts.values())
    )
    @rule(name=trader, pick=place, buyer=trader, asset=st.sampled_from((1, 2)), share=percent)
    def buy_collateral(self, name: str, pick: int, buyer: str, asset: int, share: int) -> None:
        """Collateral of an account that owes cash, if there is one."""
        owing = [
            (key, one)
            for key, book in self.model.accounts.items()
            for one in book.balances
            if book.cash < 0
        ]
        account = self.id_of(name)
        if owing:
            account, asset = owing[pick % len(owing)]
        book = self.model.accounts.get(account)
        held = book.balances.get(asset, 0) if book else 0
        owed = max(0, -book.cash) // TOKEN_SCALE if book else 0
        units = max(1, min(held, owed) * share // 100) if share < 110 else max(1, held)
        receiver = self.id_of(buyer)
        arguments = (account, asset, units, receiver, 2**255)
        self.close_out_act(
            "buy_collateral",
            buyer,
            arguments,
            lambda model: model.buy_collateral(account, asset, units, receiver),
        )

    # Losses

    def bankrupt(self) -> list[int]:
        """Accounts with nothing left but what they owe."""
        return [
            key
            for key, book in self.model.accounts.items()
            if book.cash < 0 and not book.positions and not book.balances
        ]

    @precondition(lambda self: self.seldom() or self.bankrupt())
    @rule(name=trader, pick=place, astray=CHANCE)
    def allocate_loss(self, name: str, pick: int, astray: bool) -> None:
        """A deficit goes through the layers; what it was is a debt, or extinguished."""
        ruined = self.bankrupt()
        account = self.id_of(name) if astray or not ruined else ruined[pick % len(ruined)]
        book = self.model.accounts.get(account)
        deficit, owed = (-book.cash, book.debt) if book else (0, 0)
        if self.house_act(
            "allocate_loss", "keeper", (account,), lambda model: model.allocate_loss(account)
        ):
            word, debts = self.loss_words(account)
            assert word % 2**104 == 0, "cash is left below zero"
            retail = word >> 120 & AccountFlag.RETAIL
            assert sum(debts) == owed if retail else sum(debts) - owed >= deficit

    def loss_words(self, account: int) -> tuple[int, list[int]]:
        """The contract's word and debts of an account."""
        reader = self.stage.reader
        reader.refresh()
        debts = [reader.word("debts", account, place=layer) for layer in range(5)]
        return reader.word("accounts", account), debts

    @precondition(
        lambda self: self.seldom() or any(book.debt for book in self.model.accounts.values())
    )
    @rule(name=trader, pick=place, share=percent)
    def pay_debt(self, name: str, pick: int, share: int) -> None:
        debtors = [key for key, book in self.model.accounts.items() if book.debt]
        account = debtors[pick % len(debtors)] if debtors else self.id_of(name)
        book = self.model.accounts.get(account)
        debt = book.debt // TOKEN_SCALE if book else 0
        units = debt if 80 <= share <= 110 else max(1, debt * share // 100)
        self.house_act(
            "pay_debt", PAYER, (account, units), lambda model: model.pay_debt(account, units)
        )

    @precondition(lambda self: self.seldom() or self.model.house.uncovered)
    @rule(share=percent)
    def cover_loss(self, share: int) -> None:
        uncovered = -(-self.model.house.uncovered // TOKEN_SCALE)
        units = uncovered if 80 <= share <= 110 else max(1, uncovered * share // 100)
        self.house_act("cover_loss", PAYER, (units,), lambda model: model.cover_loss(units))

    @precondition(lambda self: self.model.house.episode)
    @rule(name=trader, pick=place, astray=CHANCE)
    def count_gain(self, name: str, pick: int, astray: bool) -> None:
        winners = [
            key
            for key in self.model.accounts
            if self.model.uncounted(key) and self.model.accounts[key].positions
        ]
        account = self.id_of(name) if astray or not winners else winners[pick % len(winners)]
        self.house_act("count_gain", "keeper", (account,), lambda model: model.count_gain(account))

    @precondition(lambda self: self.model.house.episode)
    @rule(name=trader, pick=place, astray=CHANCE)
    def scale_gain(self, name: str, pick: int, astray: bool) -> None:
        counted = [key for key, book in self.model.accounts.items() if book.counted_gain]
        account = self.id_of(name) if astray or not counted else counted[pick % len(counted)]
        self.house_act("scale_gain", "keeper", (account,), lambda model: model.scale_gain(account))

    @precondition(lambda self: self.due_accounts() or self.steps % 4 == 0)
    @rule(
        pick=place,
        bps=st.sampled_from((-5000, -6500, -4200, 8000)),
        shares=st.lists(percent, min_size=1, max_size=4),
        rolled=st.booleans(),
    )
    def storm(self, pick: int, bps: int, shares: list[int], rolled: bool) -> None:
        """A crash while anybody is solvent, then take-overs, and the losses are spread."""
        if not self.due_accounts():
            self.crash(BTC, bps, 3, True)
        for turn, share in enumerate(shares):
            if self.due_accounts():
                account, _ = self.target(TRADERS[0], pick + turn, False)
                name = "maker" if account != self.id_of("maker") else "second member"
                self.call_margin("maker", pick, False)
                if rolled and self.model.promises():
                    self.backstop("maker", pick + turn, share, False)
                elif rolled:
                    self.compulsory_close("maker", pick + turn, share, False, name)
                else:
                    self.liquidate("maker", pick + turn, name, share, False)
        self.buy_collateral("maker", pick, "maker", 1, 100)
        if self.bankrupt():
            self.allocate_loss("maker", pick, False)
