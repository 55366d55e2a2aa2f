"""The model of losses: the written order, debts, gains that are scaled, and the fund."""

from __future__ import annotations

from dataclasses import replace

from keelmark.margin.losses import scaled_gain
from keelmark.regulation import value
from keelmark.types import AccountFlag, Valuation
from keelmark.units import div_ceil
from tests.stateful.take_overs import TakeOverModel
from tests.stateful.terms import TOKEN_SCALE, Refused, episode_of

__all__ = ["LossModel"]


class LossModel(TakeOverModel):
    """The market as it should be, losses included."""

    __slots__ = ()

    # Losses

    def free_cash(self, member: int) -> int:
        """Cash that a member does not need, unrealised profit left out."""
        book = self.book(member)
        if not book.positions:
            return max(book.cash, 0)
        found = self.check(member)
        gains = self.check(member, Valuation.OPENING).equity
        gains -= self.check(member, Valuation.WITHDRAWAL).equity
        return max(min(book.cash, found.equity - gains - found.requirement), 0)

    def allocate_loss(self, account: int) -> None:
        """A deficit goes through the layers."""
        book = self.book(account)
        if book.positions:
            raise Refused("house: positions open")
        if book.balances:
            raise Refused("house: collateral left")
        if book.cash >= 0:
            raise Refused("house: no loss")
        deficit, book.cash = -book.cash, 0
        own = 0
        if book.member != account:
            own = min(self.free_cash(book.member), deficit) // TOKEN_SCALE * TOKEN_SCALE
            self.book(book.member).cash -= own
        parts = (0, 0, 0)
        if deficit > own:
            missing = div_ceil(deficit - own, TOKEN_SCALE)
            self.house.fund, parts = self.house.fund.absorb(book.member, missing)
        self.tokens += sum(parts)
        layers = [own, *(part * TOKEN_SCALE for part in parts)]
        uncovered = max(0, deficit - sum(layers))
        self.house.dust += max(0, sum(layers) - deficit)
        if uncovered:
            self._start_episode(uncovered)
        if book.retail:
            return
        layers.append(div_ceil(uncovered, TOKEN_SCALE) * TOKEN_SCALE)
        book.debts = [owed + more for owed, more in zip(book.debts, layers, strict=True)]
        book.flags |= AccountFlag.INDEBTED

    def _start_episode(self, loss: int) -> None:
        self.house.uncovered += loss
        if not self.counting():
            if any(book.counted_gain for book in self.accounts.values()):
                raise Refused("house: gain not scaled")
            self.house.episode += 1
            self.house.counting_deadline = self.now + value("MARGIN_CALL_SECONDS")

    def pay_debt(self, account: int, amount: int) -> None:
        """Anyone pays a debt, in token units; last layers first."""
        book = self.accounts.get(account)
        left = amount * TOKEN_SCALE
        if book is None or not 0 < left <= book.debt:
            raise Refused("house: bad amount")
        paid = [0] * 5
        for layer in (4, 3, 2, 1, 0):
            paid[layer] = min(left, book.debts[layer])
            left -= paid[layer]
            book.debts[layer] -= paid[layer]
        if not book.debt:
            book.flags &= ~AccountFlag.INDEBTED
        reduced = min(paid[4], self.house.uncovered)
        self.house.uncovered -= reduced
        self.house.dust += paid[4] - reduced
        if paid[0]:
            self.book(book.member).cash += paid[0]
        back = [part // TOKEN_SCALE for part in paid[1:4]]
        self.tokens += amount - sum(back)
        if any(back):
            self.house.fund, _ = self.house.fund.refill(book.member, *back)

    def cover_loss(self, amount: int) -> None:
        """Anyone pays for what no layer covered, in token units."""
        paid = amount * TOKEN_SCALE
        if not 0 < paid < self.house.uncovered + TOKEN_SCALE:
            raise Refused("house: bad amount")
        reduced = min(paid, self.house.uncovered)
        self.house.uncovered -= reduced
        self.house.dust += paid - reduced
        self.tokens += amount

    def count_gain(self, account: int) -> None:
        """An account's unpaid gains enter the episode."""
        if not self.counting():
            raise Refused("house: not counting")
        if self.counted_in.get(account, 0) == self.house.episode:
            raise Refused("house: already counted")
        book = self.book(account)
        bare = replace(book.state(), positions=())
        worth = self.check(account).equity - self.assess(bare, Valuation.CLOSE_OUT).equity
        book.counted_gain = max(worth + min(book.cash, 0), 0)
        self.counted_in[account] = self.house.episode
        episode_of(self.house, self.house.episode).gains += book.counted_gain

    def scale_gain(self, account: int) -> None:
        """An account's counted gains bear their part of an uncovered loss."""
        if self.counting():
            raise Refused("house: still counting")
        book = self.accounts.get(account)
        if book is None or not book.counted_gain:
            raise Refused("house: no counted gain")
        episode = episode_of(self.house, self.counted_in[account])
        episode.loss = episode.loss or self.house.uncovered
        part = scaled_gain(book.counted_gain, episode.gains, episode.loss)
        part = min(part, self.house.uncovered)
        book.counted_gain = 0
        book.cash -= part
        self.house.uncovered -= part

    # The fund

    def contribute(self, member: int, amount: int) -> None:
        """A member adds to its share, in token units."""
        self.house.fund, _ = self.house.fund.contribute(member, amount)

    def dedicate(self, amount: int) -> None:
        """Anyone gives the house resources of its own, in token units."""
        self.house.fund = self.house.fund.dedicate(amount)

    def withdraw_share(self, member: int, amount: int) -> None:
        """A member takes its share out."""
        book = self.accounts.get(member)
        if book is not None and book.carried:
            raise Refused("fund: carries accounts")
        if amount > self.house.fund.share_value(member):
            raise Refused("fund: over the share's value")
        self.house.fund, _ = self.house.fund.withdraw(member, amount)

    def commit_backstop(self, member: int, amount: int) -> None:
        """A member promises to take over positions, notional."""
        book = self.accounts.get(member)
        if book is None or not book.flags & AccountFlag.MEMBER:
            raise Refused("house: not a member")
        book.backstop = amount
