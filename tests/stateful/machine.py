"""The state machine: random acts of random parties, each foretold by the model.

A rule draws an act, the model says what must come of it, the act is sent, and the two must agree:
the same refusal, word for word, or the same state. The checks that hold whatever happened follow
after every step. `TALLY` counts what was accepted and what was refused, and why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from keelmark.ledger import Ledger
from keelmark.proofs.report_chain import ChainLog, extend
from keelmark.types import Valuation
from keelmark.units import BPS, WAD
from tests.stateful import checks
from tests.stateful.losses import LossModel
from tests.stateful.stage import Stage
from tests.stateful.terms import Refused, copy_account
from tests.stateful.world import (
    EURO_FEED,
    NEWCOMER,
    TRADERS,
    model_of,
)
from tests.support.market import BOND_FEED, BTC, ETH, TOKEN_FEED
from tests.support.orders import Order

TALLY: Counter[tuple[str, str]] = Counter()
"""Rule and refusal (empty: accepted) to how often."""

DAY = 86_400
TRADING_FEEDS = (BTC, ETH)
ALL_FEEDS = (BTC, ETH, TOKEN_FEED, BOND_FEED, EURO_FEED)
BOUNDS = {BTC: (300 * WAD, 90_000 * WAD), ETH: (8 * WAD, 3_000 * WAD)}
MAX_FUTURES = 3

percent = st.sampled_from((60, 90, 100, 30, 99, 45, 7, 75, 115, 130))
anyone = st.sampled_from((*TRADERS, *TRADERS, NEWCOMER))
trader = st.sampled_from(TRADERS)
place = st.integers(0, 10**6)
bands = st.sampled_from((0, 25, -25, 130, -130, 310, -310, 4, 500, -500, 0, 501, -700))
jitter = st.integers(-7, 7)


class MarketMachine(RuleBasedStateMachine):
    """One example: a life of the market that begins on the same stage."""

    stage: Stage
    """Set on a subclass by the test, which has the chain."""

    thorough = False
    """Whether every margin is compared after every step; a campaign does."""

    def __init__(self) -> None:
        super().__init__()
        stage = self.stage
        self.before = stage.backend.take_snapshot()
        self.market = stage.market
        start = stage.ledger
        self.ledger = Ledger(
            accounts={key: copy_account(book) for key, book in start.accounts.items()},
            house=replace(
                start.house,
                instruments=dict(start.house.instruments),
                markets=dict(start.house.markets),
                residues={},
                episodes={},
                pending_layers=[],
                pending_cash=[],
            ),
            house_address=start.house_address,
        )
        self.roots = dict(stage.roots)
        self.model: LossModel = model_of(stage).copy()
        self.resting: list[tuple[Order, str, int]] = []
        self.futures: list[int] = []
        self.nonce = 10_000
        self.steps = 0

    def teardown(self) -> None:
        """The chain forgets the example."""
        self.stage.backend.revert_to_snapshot(self.before)

    # Acting

    def id_of(self, name: str) -> int:
        """An actor's account id."""
        return self.market.ids[name]

    def name_of(self, account: int) -> str:
        """The actor of an account id."""
        return next(name for name, number in self.market.ids.items() if number == account)

    def act(self, what: str, call: Any, sender: str, foretell: Callable[[LossModel], None]) -> bool:
        """Sends an act and holds it to what the model foretells."""
        trial = self.model.copy()
        trial.now = self.stage.next_time()
        expected = ""
        try:
            foretell(trial)
        except Refused as refusal:
            expected = str(refusal)
        found = self.stage.send(call, self.market.actors(sender))
        TALLY[what, found] += 1
        assert found == expected, f"{what}: {found or 'accepted'!r}, expected {expected!r}"
        self.model.now = trial.now
        if expected:
            return False
        self.model = trial
        for address, log in self.stage.new_logs():
            self.take_log(address, log)
        return True

    def take_log(self, address: str, log: ChainLog) -> None:
        """Folds a log into its contract's report chain and into the ledger."""
        self.roots[address] = extend(self.roots[address], log)
        self.ledger.apply(self.stage.event(address, log))

    def push(self, feed: int, price: int) -> None:
        """A signed price, and what it makes of the board."""
        time = self.stage.next_time()
        self.market.push(feed, price, time)
        self.model.now = time
        self.model.push(feed, price, time)

    def moved(self, feed: int, bps: int, wei: int) -> int:
        """A feed's price moved by basis points and a few wei, kept within bounds."""
        low, high = BOUNDS[feed]
        return min(max(self.model.lanes[feed].price * (BPS + bps) // BPS + wei, low), high)

    def instrument(self, pick: int) -> int:
        """One of the listed instruments."""
        numbers = sorted(self.model.house.instruments)
        return numbers[pick % len(numbers)]

    def due_accounts(self) -> list[tuple[int, int]]:
        """Accounts that may be liquidated, each with an instrument that it holds."""
        return [
            (account, number)
            for account, book in self.model.accounts.items()
            for number in book.positions
            if self.model.due(account)
        ]

    def seldom(self) -> bool:
        """One step in six: when an act that can only be refused may be tried."""
        return self.steps % 6 == 5

    def lots(self, number: int, size: int) -> int:
        """A size as whole lots, at least one."""
        lot = self.model.house.instruments[number].lot
        return max(lot, size // lot * lot)

    # Prices and time

    @initialize(
        trades=st.lists(
            st.tuples(
                st.sampled_from(
                    ("gambler", "speculator", "fund manager", "retail saver", *TRADERS)
                ),
                st.booleans(),
                st.sampled_from((0, 0, 1)),
                st.sampled_from((95, 70, 40, 99)),
                st.sampled_from((0, 60, -60, 200)),
            ),
            min_size=3,
            max_size=6,
        )
    )
    def begin(self, trades: list[tuple[str, bool, int, int, int]]) -> None:
        """A few positions to begin with, against the maker."""
        for name, buys, pick, share, bps in trades:
            sides = (name, "maker") if buys else ("maker", name)
            self.trade(*sides, pick, "capacity", share, buys, bps, 1, 0, 0)

    @rule(feed=st.sampled_from(TRADING_FEEDS), bps=st.integers(-900, 900), wei=jitter)
    def price_moves(self, feed: int, bps: int, wei: int) -> None:
        """A small move."""
        self.push(feed, self.moved(feed, bps, wei))

    @rule(
        feed=st.sampled_from((BTC, BTC, ETH)),
        bps=st.sampled_from((-6500, -5000, -3500, -2500, 3000, 5000, 9000)),
        wei=jitter,
        confirmed=st.sampled_from((True, True, False)),
    )
    def crash(self, feed: int, bps: int, wei: int, confirmed: bool) -> None:
        """A large move, which opens nothing until a later price confirms it."""
        self.push(feed, self.moved(feed, bps, wei))
        if confirmed:
            self.push(feed, self.moved(feed, 1, 1))

    @rule(
        feed=st.sampled_from((TOKEN_FEED, BOND_FEED, EURO_FEED)),
        price=st.sampled_from((WAD, WAD, WAD + 10**15, WAD - 1, 985 * 10**15, 97 * 10**16 + 1)),
    )
    def money_moves(self, feed: int, price: int) -> None:
        """The settlement token, the bond or the euro token moves around par."""
        self.push(feed, price)

    @rule(
        seconds=st.sampled_from((1, 61, 601, 1801, 3601, 3601, 7201, 30_000, 40_000)),
        told=st.sampled_from((True, True, True, False)),
    )
    def time_passes(self, seconds: int, told: bool) -> None:
        """Time passes, and mostly every price is told anew."""
        self.stage.pass_time(seconds)
        self.model.now = self.stage.next_time() - 1
        if told:
            for feed in ALL_FEEDS:
                self.push(feed, self.model.lanes[feed].price)

    # Trades

    def sized(self, number: int, account: int, kind: str, share: int) -> int:
        """A size of one of several kinds, wad."""
        instrument = self.model.house.instruments[number]
        book = self.model.accounts.get(account)
        if kind == "odd":
            return instrument.lot * share + 1
        if kind == "held" and book is not None:
            held = abs(book.state().position(number).size)
            return self.lots(number, held * share // 100) if share < 98 else max(held, 1)
        if kind == "over" and book is not None:
            held = abs(book.state().position(number).size)
            return self.lots(number, held + held * share // 100)
        if kind == "capacity" and book is not None:
            room = max(0, -self.model.check(account, Valuation.OPENING).short)
            price = self.model.lanes[instrument.feed].price
            rate = 5000 if book.retail else max(instrument.scan_bps, 1500)
            return self.lots(number, room * share // 100 * BPS // rate * WAD // price)
        return instrument.lot * share

    def order(self, name: str, number: int, size: int, price: int) -> Order:
        """A fresh order of an actor."""
        self.nonce += 1
        return self.market.order(name, number, size, price, nonce=self.nonce)

    def match(self, buy: Order, sell: Order, size: int, price: int, names: tuple[str, str]) -> bool:
        """Two orders meet; the model of a match is that of the house's trade."""
        call = self.market.matching(buy, sell, *names, size, price)
        kind = self.market_action(buy, sell, size)
        return self.act(
            f"trade {kind}",
            call,
            "venue",
            lambda model: model.trade(buy.account, sell.account, buy.instrument, size, price),
        )

    def market_action(self, buy: Order, sell: Order, size: int) -> str:
        """Whether both sides open, one reduces, or both; for the tally."""
        opens = 0
        for order, delta in ((buy, size), (sell, -size)):
            book = self.model.accounts.get(order.account)
            held = book.state().position(order.instrument).size if book else 0
            opens += held == 0 or (held > 0) == (delta > 0) or abs(delta) > abs(held)
        return ("reduces", "mixed", "opens")[opens]

    @rule(
        buyer=anyone,
        seller=anyone,
        pick=place,
        kind=st.sampled_from(("capacity", "capacity", "held", "held", "over", "lots", "odd")),
        share=percent,
        of_buyer=st.booleans(),
        bps=bands,
        wei=jitter,
        more_bought=st.sampled_from((0, 0, 0, 1, 40)),
        more_sold=st.sampled_from((0, 0, 0, 1, 40)),
    )
    def trade(
        self,
        buyer: str,
        seller: str,
        pick: int,
        kind: str,
        share: int,
        of_buyer: bool,
        bps: int,
        wei: int,
        more_bought: int,
        more_sold: int,
    ) -> None:
        """Two parties trade; an order that is larger than the fill rests."""
        if buyer == seller:
            return
        number = self.instrument(pick)
        instrument = self.model.house.instruments[number]
        size = self.sized(number, self.id_of(buyer if of_buyer else seller), kind, share)
        price = self.model.lanes[instrument.feed].price * (BPS + bps) // BPS + wei
        bought, sold = (size + more * instrument.lot for more in (more_bought, more_sold))
        buy = self.order(buyer, number, bought, price)
        sell = self.order(seller, number, -sold, price)
        if self.match(buy, sell, size, price, (buyer, seller)):
            if bought > size:
                self.resting.append((buy, buyer, bought - size))
            if sold > size:
                self.resting.append((sell, seller, sold - size))

    @precondition(lambda self: self.resting)
    @rule(pick=place, other=trader, share=st.sampled_from((30, 100, 100, 130)))
    def fill_resting_order(self, pick: int, other: str, share: int) -> None:
        """What rests of an order meets a fresh one, in part, whole, or for too much."""
        at = pick % len(self.resting)
        order, name, left = self.resting[at]
        if other == name:
            return
        size = self.lots(order.instrument, left * share // 100)
        feed = self.model.house.instruments[order.instrument].feed
        index = self.model.lanes[feed].price
        price = min(order.limit, index) if order.size > 0 else max(order.limit, index)
        fresh = self.order(other, order.instrument, -size if order.size > 0 else size, price)
        buys = order.size > 0
        sides = (order, fresh) if buys else (fresh, order)
        names = (name, other) if buys else (other, name)
        if size > left:
            call = self.market.matching(*sides, *names, size, price)
            self.act("overfill", call, "venue", _refuse("matcher: size over the order"))
        elif self.match(*sides, size, price, names):
            self.resting[at] = (order, name, left - size)
            if left == size:
                del self.resting[at]
                call = self.market.matching(*sides, *names, size, price)
                self.act("replay", call, "venue", _refuse("matcher: nonce used"))

    @precondition(lambda self: self.resting)
    @rule(pick=place)
    def cancel_order(self, pick: int) -> None:
        """An owner ends an order, which then can be filled no more."""
        order, name, left = self.resting.pop(pick % len(self.resting))
        self.act("cancel", self.market.matcher.functions.cancel(order.nonce), name, _nothing)
        other = TRADERS[0] if name != TRADERS[0] else TRADERS[1]
        fresh = self.order(other, order.instrument, -order.size, order.limit)
        buys = order.size > 0
        sides = (order, fresh) if buys else (fresh, order)
        names = (name, other) if buys else (other, name)
        call = self.market.matching(*sides, *names, left, order.limit)
        self.act("replay", call, "venue", _refuse("matcher: nonce used"))

    # After every step

    @invariant()
    def everything_holds(self) -> None:
        """Contracts, model and ledger agree, and the invariants hold."""
        self.steps += 1
        reader = self.stage.reader
        reader.refresh()
        self.model.now = self.stage.next_time() - 1
        accounts = range(1, len(self.market.ids) + 1)
        instruments = range(1, max(self.model.house.instruments) + 1)
        checks.same_state(self.model, self.ledger, reader, (accounts, instruments))
        checks.same_margins(self.model, reader, self.steps, thorough=self.thorough)
        checks.no_dust_frees_margin(self.model, reader, self.steps)
        for address, root in self.roots.items():
            assert reader.storage(bytes.fromhex(address[2:]), 0) == int.from_bytes(root, "big")


def _refuse(reason: str) -> Callable[[LossModel], None]:
    """An act that must be refused for this reason."""

    def refusing(_: LossModel) -> None:
        raise Refused(reason)

    return refusing


def _nothing(_: LossModel) -> None:
    """An act that leaves the house as it is."""
