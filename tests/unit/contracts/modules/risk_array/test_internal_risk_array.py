"""`_risk_array`: scenarios spelled out in exact numbers, the twin's results to the unit, limits."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from fractions import Fraction
from math import floor

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf
from web3.contract import Contract

from keelmark.errors import InputError
from keelmark.pricing import risk_array
from keelmark.pricing.risk_array import decode
from tests.support.black76_reference import black76
from tests.support.options import WAD, Row, batches, flat, options, rows

REVERTS = Callable[[str | None], AbstractContextManager[None]]
DAY = 86_400
SCAN = st.integers(0, 30_000)


def scenario_price(is_call: bool, forward: object, row: Row, volatility: object) -> mpf:
    """Price by definition at a moved forward and volatility, in whole units."""
    strike = mpf(row[1]) / WAD
    if forward == 0:
        return mpf(0) if is_call else strike
    return black76(is_call, forward, strike, row[2], volatility).price


def exact_lanes(is_call: bool, row: Row, scan_bps: int) -> list[mpf]:
    """Profit or loss of a unit over the forward in steps of 2^-13, in 50 digits, not rounded."""
    with mpmath.workdps(50):
        forward, volatility = mpf(row[0]) / WAD, mpf(row[3]) / WAD
        days = max(mpf(row[2]) / DAY, mpf(1))
        scale = (30 / days) ** (mpf("0.30") if days < 30 else mpf("0.13"))
        up, down = volatility * (1 + mpf("0.40") * scale), volatility * (1 - mpf("0.22") * scale)
        now = scenario_price(is_call, forward, row, volatility)
        scan = mpf(scan_bps) / 10_000
        moves = [mpf(third) / 3 for third in (0, 1, -1, 2, -2, 3, -3)]
        found = [
            scenario_price(is_call, forward * max(1 + move * scan, 0), row, moved) - now
            for move in moves
            for moved in (up, down)
        ]
        found += [
            (scenario_price(is_call, forward * max(1 + move * scan, 0), row, up) - now)
            * mpf("0.35")
            for move in (2, -2)
        ]
        return [change * 8192 / forward for change in found]


@pytest.mark.parametrize("scan_bps", [1_850, 3_300, 10_000])
@pytest.mark.parametrize("days", [Fraction(1, 24), 1, 7, 30, 45, 365])
@pytest.mark.parametrize(
    ("is_call", "strike"), [(True, 100), (False, 110), (True, 60), (False, 60)]
)
def test_definition(
    pricing: Contract, is_call: bool, strike: int, days: Fraction, scan_bps: int
) -> None:
    """Each lane is the floor of the exact figure, unless that lies within 1e-12 of a step: a loss
    is overstated by one step at most, a long unit's and, by lane + 1, a short one's."""
    row = (100 * WAD, strike * WAD, int(days * DAY), 8 * WAD // 10)
    words = pricing.functions.risk_array_many([int(is_call), *row, scan_bps]).call()
    lanes = decode(words[0])
    for lane, exact in zip(lanes, exact_lanes(is_call, row, scan_bps), strict=True):
        assert floor(exact - mpf("1e-12")) <= lane <= floor(exact + mpf("1e-12"))
        long_added, short_added = exact - lane, lane + 1 - exact
        assert mpf("-1e-12") <= min(long_added, short_added)
        assert max(long_added, short_added) <= 1 + mpf("1e-12")
    assert words[0] % 2**16 == 0
    assert words[3] == max(0, -min(lanes))
    assert words[4] == max(0, max(lanes) + 1)


def answer(is_call: bool, row: Row, scan_bps: int) -> list[int] | str:
    """The twin's words, or its refusal."""
    try:
        return flat([risk_array(is_call, *row, scan_bps)])
    except InputError as refusal:
        return str(refusal)


def test_table(pricing: Contract) -> None:
    """Six hundred points of a fixed seed, bit for bit."""
    table = []
    for place, row in enumerate(rows(16, 1_000)):
        expected = answer(bool(place % 2), row, place * 10)
        if not isinstance(expected, str):
            table.append(((place % 2, *row, place * 10), expected))
    assert len(table) > 600
    for part in batches(table[:620], 100):
        found = pricing.functions.risk_array_many(flat(row for row, _ in part)).call()
        assert found == flat(expected for _, expected in part)


@settings(max_examples=100, deadline=None)
@given(st.booleans(), options(), SCAN)
def test_twin(pricing: Contract, reverts: REVERTS, is_call: bool, row: Row, scan_bps: int) -> None:
    expected = answer(is_call, row, scan_bps)
    asked = pricing.functions.risk_array_many(flat([(is_call, *row, scan_bps)]))
    if isinstance(expected, str):
        with reverts(expected):
            asked.call()
    else:
        assert asked.call() == expected


def test_a_forward_of_nothing(pricing: Contract) -> None:
    """At two scan ranges down a call is worth nothing and a put its strike."""
    call = decode(pricing.functions.risk_array_many([1, WAD, WAD, DAY, WAD, 10_000]).call()[0])
    put = decode(pricing.functions.risk_array_many([0, WAD, WAD, DAY, WAD, 10_000]).call()[0])
    now = black76(True, 1, 1, DAY, 1).price
    assert call[15] == floor(-now * 8192 * 35 / 100)
    assert put[15] == floor((1 - now) * 8192 * 35 / 100)


def test_without_volatility(pricing: Contract) -> None:
    """Intrinsic values only: a call at the strike gains what the forward rises."""
    lanes = decode(
        pricing.functions.risk_array_many([1, 100 * WAD, 100 * WAD, DAY, 0, 3_000]).call()[0]
    )
    steps = [Fraction(change * 8192, 1_000) for change in (0, 100, 0, 200, 0, 300, 0)]
    assert lanes[0:14:2] == lanes[1:14:2] == tuple(floor(step) for step in steps)
    assert lanes[14:] == (floor(Fraction(600 * 8192 * 35, 100_000)), 0)


def test_limits(pricing: Contract, reverts: REVERTS) -> None:
    good = [0, WAD, WAD, DAY, WAD]
    assert pricing.functions.risk_array_many([*good, 30_000]).call()
    for scan_bps in (30_001, 2**256 - 1):
        with reverts("risk: scan out of range"):
            pricing.functions.risk_array_many([*good, scan_bps]).call()


@settings(max_examples=60, deadline=None)
@given(st.booleans(), options(), st.integers(0, 10_000))
def test_every_lane_fits_up_to_the_whole_forward(is_call: bool, row: Row, scan_bps: int) -> None:
    lanes = decode(risk_array(is_call, *row, scan_bps).lanes)
    assert min(lanes) >= -(2**13) - 1
    assert max(lanes) < 2**14


@pytest.mark.parametrize(
    ("is_call", "forward", "strike"), [(True, 100, 1), (False, 1, 100)], ids=["gain", "loss"]
)
def test_a_lane_that_does_not_fit(
    pricing: Contract, reverts: REVERTS, is_call: bool, forward: int, strike: int
) -> None:
    """What is certain to be exercised moves as the forward does: two forwards are the limit."""
    row = (forward * WAD, strike * WAD, DAY, WAD)
    fits = pricing.functions.risk_array_many([int(is_call), *row, 19_998]).call()
    assert abs(max(decode(fits[0]), key=abs)) in range(2**14 - 4, 2**14 + 1)
    assert answer(is_call, row, 20_010) == "risk: lane overflow"
    with reverts("risk: lane overflow"):
        pricing.functions.risk_array_many([int(is_call), *row, 20_010]).call()
