"""Options, arrays and scenario accounts for tests of portfolio margin, drawn or made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from keelmark.types import (
    AccountState,
    AssetClass,
    Engine,
    Instrument,
    Kind,
    MarketState,
    Position,
)
from tests.support.books import DAY, NOW, WAD, dated, market, perpetual, prices, quotes, sizes

STEPS = 8192
"""Steps of a lane in one forward."""

LEAST, MOST = -(2**14), 2**14 - 1
"""Edges of a lane."""

EPOCH = 7
EXPIRY = NOW + 30 * DAY

MOVES = [Fraction(n, 3) for n in (0, 0, 1, 1, -1, -1, 2, 2, -2, -2, 3, 3, -3, -3)]
MOVES += [Fraction(6, 3) * Fraction(35, 100), -Fraction(6, 3) * Fraction(35, 100)]
"""What each scenario does to a linear position, in scan ranges; extremes count for 35 %."""


def array_word(lanes: Sequence[int], epoch: int = EPOCH) -> int:
    """Sixteen lanes packed by hand."""
    word = epoch
    for place, lane in enumerate(lanes):
        word |= (lane & 0x7FFF) << (16 + 15 * place)
    return word


def option(lanes: Sequence[int], feed: int = 1, **changes: int) -> Instrument:
    """An option whose worst lanes follow from its array."""
    made = Instrument(
        time=EXPIRY,
        feed=feed,
        asset_class=AssetClass.CRYPTO,
        kind=Kind.OPTION,
        scan_bps=3300,
        lot_exp=13,
        mark=500 * WAD,
        valid_until=NOW + 3600,
        worst_long=max(0, -min(lanes)),
        worst_short=max(0, max(lanes) + 1),
    )
    return replace(made, **changes)


def option_market(
    instruments: dict[int, Instrument],
    spots: dict[int, int],
    arrays: dict[int, Sequence[int]],
    forwards: dict[tuple[int, int], int],
) -> MarketState:
    """A market whose prices and arrays are all fresh."""
    made = market(instruments, spots)
    words = {number: array_word(lanes) for number, lanes in arrays.items()}
    epochs = dict.fromkeys(spots, EPOCH)
    return replace(made, arrays=words, forwards=forwards, epochs=epochs)


def scenario_account(*positions: Position, **changes: object) -> AccountState:
    """An account of the scenario engine."""
    return replace(AccountState(positions=positions, engine=Engine.SCENARIOS), **changes)


lanes = st.lists(st.integers(-3000, 3000) | st.integers(LEAST, MOST), min_size=16, max_size=16)


@st.composite
def option_terms(draw: st.DrawFn, feed: int, results: Sequence[int]) -> Instrument:
    """An option with a given array."""
    return option(
        results,
        feed,
        time=EXPIRY + draw(st.integers(0, 3)) * DAY,
        mark=draw(st.integers(0, 10**22)),
        multiplier_bps=draw(st.sampled_from([10_000, 10_001, 12_500, 20_000])),
    )


@st.composite
def linear_terms(draw: st.DrawFn, feed: int) -> Instrument:
    """A perpetual with funding or a future, with a scan range."""
    scan = draw(st.sampled_from([1850, 2800, 3300, 5000]))
    multiplier = draw(st.sampled_from([10_000, 10_001, 12_500, 20_000]))
    if draw(st.booleans()):
        return dated(feed, scan, multiplier_bps=multiplier)
    return perpetual(
        feed,
        scan,
        time=NOW - draw(st.integers(0, 7200)),
        multiplier_bps=multiplier,
        funding_index=draw(st.integers(-(10**20), 10**20)),
        funding_rate=draw(st.integers(-(10**15), 10**15)),
    )


@st.composite
def option_accounts(
    draw: st.DrawFn, retail: bool | None = None, most: int = 6
) -> tuple[AccountState, MarketState]:
    """A scenario account of up to `most` positions on up to three underliers, and its market."""
    feeds = draw(st.integers(1, 3))
    instruments: dict[int, Instrument] = {}
    arrays: dict[int, Sequence[int]] = {}
    forwards: dict[tuple[int, int], int] = {}
    held: list[Position] = []
    for number in range(1, draw(st.integers(0, most)) + 1):
        feed = draw(st.integers(1, feeds))
        if draw(st.integers(0, 3)):
            arrays[number] = draw(lanes)
            instruments[number] = draw(option_terms(feed, arrays[number]))
            key = (feed, instruments[number].time)
            forwards.setdefault(key, draw(prices))
            held.append(Position(number, draw(sizes), 0))
        else:
            instruments[number] = draw(linear_terms(feed))
            held.append(Position(number, draw(sizes), draw(quotes)))
        if not draw(st.integers(0, 9)):
            paid = draw(st.integers(0, 10**22))
            instruments[number] = replace(instruments[number], settled=True, funding_index=paid)
    is_retail = draw(st.booleans()) if retail is None else retail
    entries = {one: draw(st.integers(0, 10**24)) for one in instruments} if is_retail else {}
    account = scenario_account(
        *held,
        cash=draw(st.integers(-(10**24), 10**24)),
        retail=is_retail,
        entry_notional=entries,
    )
    spots = {feed: draw(prices) for feed in range(1, feeds + 1)}
    return account, option_market(instruments, spots, arrays, forwards)


def is_open_option(instrument: Instrument) -> bool:
    """By the words of the layout."""
    return instrument.kind == 3 and not instrument.settled


def unit_results(results: Sequence[int], *, short: bool) -> list[Fraction]:
    """What one unit gains in each scenario, as a fraction of the forward."""
    if short:
        return [-Fraction(lane + 1, STEPS) for lane in results]
    return [Fraction(lane, STEPS) for lane in results]


def unpacked(word: int) -> list[int]:
    """The lanes of an array word, by hand."""
    raw = [(word >> (16 + 15 * place)) & 0x7FFF for place in range(16)]
    return [lane - 2**15 if lane >= 2**14 else lane for lane in raw]


def exact_figures(
    account: AccountState, book: MarketState
) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    """W, S, the short minimum and IM by the method's own words, in fractions, nothing rounded."""
    by_feed: dict[int, list[Fraction]] = {}
    alone = minimum = Fraction(0)
    for held in account.positions:
        terms = book.instruments[held.instrument]
        if not held.size or terms.settled:
            continue
        units, factor = Fraction(abs(held.size), WAD), Fraction(terms.multiplier_bps, 10_000)
        if terms.kind == 3:
            forward = book.forwards[terms.feed, terms.time]
            each = unit_results(unpacked(book.arrays[held.instrument]), short=held.size < 0)
            gains = [units * factor * forward * gain for gain in each]
            if held.size < 0:
                minimum += units * factor * forward / 100
        else:
            charge = units * book.lanes[terms.feed].price * factor * Fraction(terms.scan_bps, 10**4)
            gains = [charge * move * (1 if held.size > 0 else -1) for move in MOVES]
        alone += max(0, *(-gain for gain in gains))
        sums = by_feed.setdefault(terms.feed, [Fraction(0)] * 16)
        by_feed[terms.feed] = [old + new for old, new in zip(sums, gains, strict=True)]
    worst = sum(
        (max(Fraction(0), *(-gain for gain in one)) for one in by_feed.values()), Fraction()
    )
    return worst, alone, minimum, max(worst + Fraction(1, 5) * (alone - worst), minimum)
