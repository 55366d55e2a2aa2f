"""The SDK's surface answers what the board answers, to the last unit, over the whole domain.

The board's words are written into its storage: geometry, quotes and times that would take a
listing of their own each are then cheap, and no source or limit narrows them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from eth_utils import keccak
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from keelmark.chain.compiler import compile_contract
from keelmark.chain.pyevm import Backend
from keelmark.pricing.surface import Surface, SurfaceError, forward_feed
from keelmark.types import PriceLane
from tests.conftest import find
from tests.support.storage import write_slot

from .conftest import DAY, START, Board

UNDERLIER = 65_535
NOW = START + 1_000


def axis(most: int, greatest: int) -> st.SearchStrategy[tuple[int, ...]]:
    """Ascending points."""
    points = st.lists(st.integers(1, greatest), min_size=1, max_size=most, unique=True)
    return points.map(lambda found: tuple(sorted(found)))


def lanes_of(prices: st.SearchStrategy[int]) -> st.SearchStrategy[PriceLane]:
    """Fresh, with or without a flag; now and then stale, or never reported."""
    fresh = st.builds(PriceLane, prices, st.integers(NOW, 2**32 - 1), st.integers(0, 1))
    stale = st.builds(PriceLane, prices, st.integers(1, NOW - 1), st.just(0))
    return st.integers(0, 39).flatmap(
        lambda kind: st.just(PriceLane(0, 0)) if kind == 0 else stale if kind == 1 else fresh
    )


@st.composite
def boards(draw: st.DrawFn) -> tuple[Surface, dict[int, PriceLane], int, list[int]]:
    """A surface, its lanes, an expiry and strikes to ask for."""
    epoch, time = draw(st.integers(1, 65_535)), draw(st.integers(1, NOW))
    tenors, points = draw(axis(6, 3_650)), draw(axis(5, 65_535))
    surface = Surface(UNDERLIER, epoch, time, tenors, points)
    days = draw(st.integers(0, 20_000) | st.integers(0, 4 * max(tenors)))
    expiry = min((time // DAY + days) * DAY, (2**32 // DAY - 1) * DAY) + 8 * 3_600
    volatility = lanes_of(st.integers(10**16, 5 * 10**18))
    lanes = {feed: draw(volatility) for row in surface.volatility_feeds() for feed in row}
    forward = draw(lanes_of(st.integers(1, 2**88 - 1) | st.integers(10**18, 10**23)))
    lanes[forward_feed(UNDERLIER, expiry)] = forward
    lanes[UNDERLIER] = draw(lanes_of(st.integers(1, 2**88 - 1)))
    near = st.integers(0, 70_000).map(lambda bps: max(forward.price * bps // 10_000, 1))
    strikes = draw(st.lists(near | st.integers(0, 2**88), min_size=3, max_size=3))
    return surface, lanes, expiry, strikes


@pytest.fixture
def writer(board: Board, backend: Backend) -> Callable[[str, str, int, int], None]:
    """``writer(module, variable, key, word)``: a mapping's word in the board's storage."""
    layout = compile_contract(find("oracle/PriceBoard")).layout["storage_layout"]

    def written(module: str, variable: str, key: int, word: int) -> None:
        base = layout[module][variable]["slot"]
        slot = keccak(base.to_bytes(32, "big") + key.to_bytes(32, "big"))
        write_slot(backend, board.contract, int.from_bytes(slot, "big"), word)

    return written


@settings(
    max_examples=120,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(boards())
def test_bit_identical(
    board: Board,
    writer: Callable[[str, str, int, int], None],
    at: Any,
    reverts: Any,
    mine: Any,
    snapshot: Any,
    found: tuple[Surface, dict[int, PriceLane], int, list[int]],
) -> None:
    surface, lanes, expiry, strikes = found
    with snapshot():
        writer("surface_book", "surface_word", UNDERLIER, surface.word())
        words: dict[int, int] = {}
        for feed, lane in lanes.items():
            bits = lane.price | lane.valid_until << 88 | lane.flags << 120
            words[feed // 2] = words.get(feed // 2, 0) | bits << 128 * (feed % 2)
        for key, word in words.items():
            writer("price_lanes", "_lanes", key, word)
        listed = forward_feed(UNDERLIER, expiry)
        writer("feed_book", "limits_of", listed, 1 | UNDERLIER << 240)
        at(NOW)
        mine()
        for strike in strikes:
            try:
                expected = surface.option_inputs(lanes, expiry, strike, NOW)
            except SurfaceError as refusal:
                event(str(refusal))
                with reverts(str(refusal)):
                    board.call("option_inputs", UNDERLIER, expiry, strike)
                continue
            event("answered")
            assert tuple(board.call("option_inputs", UNDERLIER, expiry, strike)) == (
                expected.forward,
                expected.volatility,
                expected.valid_until,
                expected.flags,
                expected.epoch | expected.time << 16,
            )
