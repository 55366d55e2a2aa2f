"""The order of events: real prices day by day, then one gap that is synthetic and says so.

What parties do is written here; what the rules then do to them is not. With other prices than
the bundled ones the same parties act on the same days, as far as there are days, and whatever the
contracts refuse is noted and goes into the report.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from keelmark.chain.client import Chain
from keelmark.deploy import Deployment
from keelmark.scenario.cast import STRESS_REPORTERS
from keelmark.scenario.keeper import Hindrance, Keeper
from keelmark.scenario.opening import NINE_HOURS, open_venue, reporter_addresses
from keelmark.scenario.option_story import OptionStory, strikes_of
from keelmark.scenario.power_story import PowerStory
from keelmark.scenario.prices import DAY, PriceDay, PricePoint, price_path, price_text
from keelmark.scenario.venue import BOND_FEED, BTC, GAS, LOT, TOKEN_FEED, Refusal, Venue
from keelmark.scenario.volatility import surface_prices
from keelmark.units import BPS, WAD

__all__ = ["Replay", "run_replay"]

Progress = Callable[[int, int, str], None]
"""Told the steps done, the steps in all, and what is being done."""

OBSERVATIONS = 20
"""Of the thirty minutes before a settlement; as few as the rule allows."""

GAP_BPS = 4_000
"""What is left of the price after the synthetic gap: it falls by 60 %."""

SIGNED_SLOT = 3
FALL = 7
"""The day of the bundled history on which the price falls most, counted from 0."""

MAKERS = ("market maker one", "market maker two", "market maker three")


@dataclass(frozen=True, slots=True)
class Replay:
    """What the replay knows and the chain does not say by itself."""

    deployment: Deployment
    names: dict[int, str]
    """Account id to role."""
    instruments: dict[int, str]
    transactions: int
    gas_used: int
    refusals: tuple[Refusal, ...]
    hindrances: tuple[Hindrance, ...]
    synthetic_from_block: int
    """From this block on, prices are synthetic."""


def steps_of(days: Sequence[PriceDay]) -> int:
    """How many steps a replay of these days takes, for a progress bar."""
    return 4 * len(days) + 3


def run_replay(chain: Chain, days: Sequence[PriceDay], progress: Progress | None = None) -> Replay:
    """Runs the whole market.

    Args:
        chain: a chain of one's own, whose newest block is more than an hour before the first day.
        days: the prices.
        progress: told after each step.

    Raises:
        Reverted: the set-up was refused.
    """
    total = steps_of(days)
    tell = progress or (lambda _done, _total, _words: None)
    middle = len(days) // 2
    near = days[middle].start + 8 * 3600
    far = days[-1].start + 7 * DAY + 8 * 3600
    tell(0, total, "setting up")
    strikes = strikes_of(days[0].open)
    venue = open_venue(
        chain, days[0].start, (near, far), strikes, lambda words: tell(0, total, words)
    )
    keeper = Keeper(venue)
    market = _Market(venue, keeper, len(days))
    before: PricePoint | None = None
    for number, point in enumerate(price_path(days), start=1):
        if point.time == near and before is not None:
            market.observe(before, point)
        market.step(point)
        tell(number, total, datetime.fromtimestamp(point.time, UTC).strftime("%Y-%m-%d %H:%M"))
        before = point
    block = market.gap(days[-1].start + DAY, lambda done: tell(4 * len(days) + done, total, "gap"))
    return Replay(
        deployment=venue.deployment,
        names={number: name for name, number in venue.ids.items()},
        instruments={
            venue.perpetual: "BTC perpetual",
            venue.near: "BTC future, near",
            venue.far: "BTC future, far",
            venue.put: f"BTC put {price_text(venue.put_strike)}",
            venue.call: f"BTC call {price_text(venue.call_strike)}",
        },
        transactions=venue.transactions,
        gas_used=venue.gas_used,
        refusals=tuple(venue.refusals),
        hindrances=tuple(keeper.hindrances),
        synthetic_from_block=block,
    )


@dataclass
class _Market:
    """The parties' side of the replay."""

    venue: Venue
    keeper: Keeper
    days: int
    points: list[PricePoint] = field(default_factory=list)
    """The prices so far."""

    def __post_init__(self) -> None:
        self.options = OptionStory(self.venue, MAKERS[0])
        self.powers = PowerStory(self.venue, self.keeper)

    def step(self, point: PricePoint) -> None:
        """One report of prices, the keeper's round, and what parties do then."""
        venue = self.venue
        self._report(point)
        venue.keep_list_fresh()
        expires = venue.near_expiry <= point.time < venue.near_expiry + 3600
        if expires:
            for instrument in (venue.near, venue.put, venue.call):
                self.keeper.settle(instrument)
        if (point.day, point.place) == (FALL, 2):
            self.powers.wait_out_the_grace()
        self.keeper.scan()
        if point.place == 1 and point.day % 2:
            self.keeper.roll(venue.perpetual)
        if expires:
            self.options.leave()
        if point.place == 0 and 0 < point.day < self.days - 1:
            self._flow(point.day)
        self._story(point.day, point.place)
        self._powers(point)

    def _report(self, point: PricePoint) -> None:
        """Brings what reporters sign at one time: the spot, once a day and last of all the token
        and the bond, and the surface as long as options live."""
        self.points.append(point)
        prices = {BTC: point.price}
        if point.time < self.venue.near_expiry:
            prices |= surface_prices(self.points, self.venue.near_expiry)
        if point.place == 0 or (point.day, point.place) == (self.days - 1, 3):
            prices |= {TOKEN_FEED: WAD, BOND_FEED: WAD}
        self.venue.push_many(prices, point.time)

    def observe(self, before: PricePoint, point: PricePoint) -> None:
        """The settlement window: prices on a straight line, one observation a minute."""
        board = self.venue.deployment.board
        span = point.time - before.time
        for minute in range(OBSERVATIONS, 0, -1):
            time = point.time - minute * 60
            price = before.price + (point.price - before.price) * (time - before.time) // span
            self.venue.push(BTC, price, time)
            self.venue.send("keeper", board.observe(BTC, point.time, gas=GAS))

    def _price(self, bps: int) -> int:
        """The mark and some basis points, in whole cents, or finer where a cent is coarse."""
        price = self.venue.mark() * (BPS + bps) // BPS
        return price - price % max(1, min(WAD // 100, price // BPS**2))

    def _flow(self, day: int) -> None:
        """On some days market makers trade with one another, now above and now below the index:
        the perpetual, more seldom a dated future."""
        one, two, three = MAKERS
        venue, bps = self.venue, 8 if day % 3 else -6
        if day % 8 == 1:
            venue.trade(two, three, (5 + day) * WAD, self._price(bps * 2), self._dated())
        elif day % 4 == 2:
            venue.trade(one, two, (10 + 3 * day) * WAD, self._price(bps), venue.perpetual)

    def _dated(self) -> int:
        """The future that parties trade: the near one, until the hour before it expires."""
        venue = self.venue
        return venue.near if venue.now < venue.near_expiry - 3600 else venue.far

    def _story(self, day: int, place: int) -> None:
        """What each party does, by day and price of the day."""
        venue = self.venue
        one, two, three = MAKERS
        perpetual, dated, far = venue.perpetual, self._dated(), venue.far
        moment = (day, place)
        if moment == (0, 0):
            self._retail()
            venue.trade("asset manager", one, 40 * WAD, self._price(5), perpetual)
            venue.trade(
                two, "asset manager", 30 * WAD, self._price(10), dated, tried="asset manager"
            )
        elif moment == (0, 1):
            self.options.open()
        elif moment == (0, 2):
            self.options.open_on_stale()
        elif moment == (1, 3):
            venue.trade("trading firm", three, 80 * WAD, self._price(0), dated)
        elif moment == (3, 0):
            venue.trade("family office", one, 100 * WAD, self._price(10), perpetual)
        elif moment == (4, 0):
            venue.trade("bond investor", two, 100 * WAD, self._price(0), perpetual)
        elif moment == (6, 0):
            venue.trade("leveraged fund", one, 400 * WAD, self._price(12), perpetual)
            venue.trade("leveraged fund", two, 200 * WAD, self._price(12), perpetual)
        elif moment == (7, 2):
            venue.trade("asset manager", two, 5 * WAD, self._price(0), perpetual)
        elif moment == (8, 0):
            venue.trade(
                one, "short seller", 50 * WAD, self._price(0), perpetual, tried="short seller"
            )
        elif moment == (8, 3):
            venue.trade(
                three, "asset manager", 40 * WAD, self._price(-5), far, tried="asset manager"
            )
        elif place == 0 and day > 8 and day % 2:
            self._unwind()
        if moment == (self.days - 2, 1):
            self._leave("family office", one)
        if moment == (self.days - 1, 0):
            self._announce()
        if moment == (self.days - 1, 3):
            self._at_the_cap("retail client es", two)

    def _powers(self, point: PricePoint) -> None:
        """What authorities and the sanctions officer do, by day and price of the day."""
        moment = (point.day, point.place)
        if moment == (0, 0):
            self.powers.recognise()
        elif moment == (1, 2):
            self.powers.agree()
        elif moment == (FALL, 1):
            self.powers.halt(point.time - point.time % DAY)
        elif moment == (FALL + 1, 1):
            self.powers.assist()
        if moment == (self.days - 2, 2):
            self.powers.put_on_list()

    def _retail(self) -> None:
        """A client from a country with a ban, one above the leverage cap and at it, one below."""
        venue, maker, perpetual = self.venue, MAKERS[0], self.venue.perpetual
        venue.trade("retail client uk", maker, WAD // 10, self.venue.mark(), perpetual)
        self._at_the_cap("retail client de", maker)
        size = 5_400 * WAD * WAD // self.venue.mark()
        size -= size % LOT
        self.powers.warn(maker, size)
        venue.trade("retail client fr", maker, size, self.venue.mark(), perpetual)

    def _at_the_cap(self, name: str, maker: str) -> None:
        """One lot above 2:1, which is refused, and then exactly within 2:1."""
        venue, mark = self.venue, self.venue.mark()
        cash = venue.book.account(venue.ids[name]).cash
        size = 2 * cash * WAD // mark
        size -= size % LOT
        venue.trade(name, maker, size + LOT, mark, venue.perpetual)
        venue.trade(name, maker, size, mark, venue.perpetual)

    def _unwind(self) -> None:
        """The liquidator sells on what it took over, to makers that hold the other side."""
        venue = self.venue
        for instrument in (venue.perpetual, venue.far):
            held = venue.size("liquidator", instrument)
            maker = self._opposite(instrument, held)
            part = abs(held) if abs(held) < 100 * WAD else abs(held) // 2
            if held > 0:
                venue.trade(
                    maker, "liquidator", part, self._price(-20), instrument, tried="liquidator"
                )
            elif held < 0:
                venue.trade("liquidator", maker, part, self._price(20), instrument)

    def _opposite(self, instrument: int, held: int) -> str:
        """The market maker with the largest position the other way."""
        sign = 1 if held < 0 else -1
        return max(MAKERS, key=lambda name: sign * self.venue.size(name, instrument))

    def _leave(self, name: str, maker: str) -> None:
        """A party closes what it holds in the perpetual."""
        venue = self.venue
        held = venue.size(name, venue.perpetual)
        if held > 0:
            venue.trade(maker, name, held, self._price(0), venue.perpetual, tried=name)

    def _announce(self) -> None:
        """The operator announces the reporters of the synthetic price, a day ahead."""
        setting = self.venue.deployment.board.set_signed_source(
            BTC, reporter_addresses(STRESS_REPORTERS), 2, NINE_HOURS, gas=GAS
        )
        self.venue.send("price operator", setting)

    def gap(self, midnight: int, tell: Callable[[int], None]) -> int:
        """The synthetic part: its own reporters, one fall of 60 %, two rounds of the keeper.

        Returns:
            the block in which the synthetic reporters took over.
        """
        venue = self.venue
        venue.until(midnight + 600)
        applying = venue.deployment.board.apply_change(BTC, SIGNED_SLOT, gas=GAS)
        block = venue.send("price operator", applying).block_number
        tell(1)
        price = venue.mark() * GAP_BPS // BPS
        venue.push(BTC, price, midnight + 8 * 3600, STRESS_REPORTERS)
        self.keeper.scan()
        tell(2)
        venue.until(midnight + 9 * 3600 + 600)
        venue.push(BTC, price, midnight + 9 * 3600 + 600, STRESS_REPORTERS)
        self.keeper.scan()
        tell(3)
        return block
