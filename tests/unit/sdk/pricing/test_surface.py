"""Surfaces in the SDK: interpolation by exact rationals, words bit by bit, refusals by reason.

That the board answers the same is tested beside the board (`test_surface_twin`).
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import isqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keelmark.pricing.surface import Surface, SurfaceError, forward_feed, interpolate
from keelmark.types import PriceLane

WAD = 10**18
DAY = 86_400
NOW = 20_000 * DAY
EXPIRY = NOW + 20 * DAY + 8 * 3_600
SURFACE = Surface(5, 9, NOW, (7, 30, 90), (8_000, 10_000, 12_000))
VOLATILITIES = [[90, 80, 85], [85, 75, 80], [80, 70, 76]]


def axis(most: int, greatest: int) -> st.SearchStrategy[tuple[int, ...]]:
    """Ascending points."""
    points = st.lists(st.integers(1, greatest), min_size=1, max_size=most, unique=True)
    return points.map(lambda found: tuple(sorted(found)))


@st.composite
def places(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...], list[list[int]], int, int]:
    """Tenors, points, volatilities, a moneyness and seconds."""
    tenors, points = draw(axis(6, 3_650)), draw(axis(5, 65_535))
    volatility = st.integers(10**16, 5 * 10**18)
    table = [[draw(volatility) for _ in points] for _ in tenors]
    moneyness = draw(st.integers(0, 7 * WAD) | st.sampled_from(points).map(lambda p: p * 10**14))
    seconds = draw(st.integers(1, 2**32) | st.sampled_from(tenors).map(lambda t: t * DAY))
    return tenors, points, table, moneyness, seconds


def line(points: list[Fraction], values: list[Fraction], at: Fraction) -> Fraction:
    """Linear between points, flat beyond them; exact."""
    if at <= points[0]:
        return values[0]
    for (left, low), (right, high) in pairwise(zip(points, values, strict=True)):
        if left <= at <= right:
            return low + (high - low) * (at - left) / (right - left)
    return values[-1]


def exact(
    tenors: tuple[int, ...],
    points: tuple[int, ...],
    table: list[list[int]],
    moneyness: int,
    seconds: int,
) -> int:
    """The definition in rationals: one floor across strikes, one across time, one root."""
    at = Fraction(moneyness, WAD)
    axis_ = [Fraction(point, 10_000) for point in points]
    rows = [int(line(axis_, [Fraction(v) for v in row], at) // 1) for row in table]
    times = [Fraction(tenor * DAY) for tenor in tenors]
    if seconds <= times[0]:
        return rows[0]
    if seconds >= times[-1]:
        return rows[-1]
    totals = [row**2 * time for row, time in zip(rows, times, strict=True)]
    return isqrt(line(times, totals, Fraction(seconds)) / seconds // 1)


@given(places())
def test_exact(
    place: tuple[tuple[int, ...], tuple[int, ...], list[list[int]], int, int],
) -> None:
    tenors, points, table, moneyness, seconds = place
    found = interpolate(tenors, points, table, moneyness, seconds)
    assert found == exact(tenors, points, table, moneyness, seconds)
    values = [value for row in table for value in row]
    assert min(values) <= found <= max(values)


@given(axis(6, 3_650), st.integers(10**16, 5 * 10**18), st.integers(1, 2**32))
def test_a_flat_surface_is_flat(tenors: tuple[int, ...], volatility: int, seconds: int) -> None:
    table = [[volatility] * 3 for _ in tenors]
    assert interpolate(tenors, (8_000, 10_000, 12_000), table, WAD, seconds) == volatility


@given(st.integers(1, 3_650), st.data())
def test_total_variance_rises_where_the_tenors_rise(first: int, data: st.DataObject) -> None:
    """No negative forward variance between two tenors, but for the rounding of one unit."""
    second = data.draw(st.integers(first + 1, 3_651))
    near = data.draw(st.integers(10**16, 5 * 10**18))
    least = isqrt(near**2 * first // second) + 1
    far = data.draw(st.integers(least, 5 * 10**18))
    one, other = sorted(data.draw(st.tuples(*[st.integers(first * DAY, second * DAY)] * 2)))
    table = [[near], [far]]
    early = interpolate((first, second), (10_000,), table, WAD, one)
    late = interpolate((first, second), (10_000,), table, WAD, other)
    assert (late + 1) ** 2 * other >= early**2 * one


@given(
    st.integers(1, 65_535),
    st.integers(1, 65_535),
    st.integers(0, 2**32 - 1),
    axis(6, 3_650),
    axis(5, 65_535),
)
def test_words(
    underlier: int, epoch: int, time: int, tenors: tuple[int, ...], points: tuple[int, ...]
) -> None:
    surface = Surface(underlier, epoch, time, tenors, points)
    assert surface.word() < 2**240
    assert Surface.from_word(underlier, surface.word()) == surface


def test_a_word_by_hand() -> None:
    """Epoch 9, three tenors, three points; each lane in hexadecimal."""
    lanes = "2ee0 2710 1f40 0000 0000 0000 005a 001e 0007 03 03"
    word = int(lanes.replace(" ", ""), 16) << 48 | NOW << 16 | 9
    assert SURFACE.word() == word


def test_no_word() -> None:
    with pytest.raises(SurfaceError, match="surface: not listed"):
        Surface.from_word(5, 0)


def test_feeds_by_hand() -> None:
    assert SURFACE.volatility_feeds() == (
        (4_294_967_616, 4_294_967_617, 4_294_967_618),
        (4_294_967_624, 4_294_967_625, 4_294_967_626),
        (4_294_967_632, 4_294_967_633, 4_294_967_634),
    )
    assert forward_feed(5, EXPIRY) == 5 + 20_020 * 65_536


@pytest.mark.parametrize("place", [(-1, 0), (3, 0), (0, 3), (0, -1)])
def test_no_such_point(place: tuple[int, int]) -> None:
    with pytest.raises(SurfaceError, match="surface: no such point"):
        SURFACE.volatility_feed(*place)


@pytest.mark.parametrize("underlier", [0, 65_536])
def test_forward_of_a_bad_underlier(underlier: int) -> None:
    with pytest.raises(SurfaceError, match="surface: bad underlier"):
        forward_feed(underlier, EXPIRY)


@pytest.mark.parametrize("expiry", [EXPIRY + 1, -57_600, 2**32 - 2**32 % DAY + 28_800])
def test_forward_of_no_expiry(expiry: int) -> None:
    with pytest.raises(SurfaceError, match="surface: no such expiry"):
        forward_feed(5, expiry)


def test_epochs() -> None:
    """One after another; after 65535 comes 1."""
    after = SURFACE.updated(NOW + 5)
    assert (after.epoch, after.time, after.tenors) == (10, NOW + 5, SURFACE.tenors)
    last = Surface(5, 65_535, NOW, (7,), (10_000,))
    assert last.updated(NOW + 1).epoch == 1


def lanes(**changes: PriceLane) -> dict[int, PriceLane]:
    """Everything at hand for a thousand seconds; changed by name."""
    found = {
        "spot": PriceLane(100 * WAD, NOW + 1_000),
        "forward": PriceLane(101 * WAD, NOW + 1_000),
    }
    for row, values in enumerate(VOLATILITIES):
        for column, percent in enumerate(values):
            found[f"v{row}{column}"] = PriceLane(percent * WAD // 100, NOW + 1_000)
    found |= changes
    feeds = {"spot": 5, "forward": forward_feed(5, EXPIRY)}
    return {
        feeds[name] if name in feeds else SURFACE.volatility_feed(int(name[1]), int(name[2])): lane
        for name, lane in found.items()
    }


def test_inputs() -> None:
    found = SURFACE.option_inputs(lanes(), EXPIRY, 101 * WAD, NOW + 60)
    total = Fraction(80**2 * 7) + Fraction(75**2 * 30 - 80**2 * 7, 23) * (Fraction(61, 3) - 7)
    expected = isqrt(total / Fraction(61, 3) * WAD**2 / 10**4 // 1)
    assert (found.forward, found.volatility) == (101 * WAD, expected)
    assert (found.valid_until, found.flags) == (NOW + 1_000, 0)
    assert (found.epoch, found.time) == (9, NOW)


def test_the_earliest_and_every_flag() -> None:
    """Of the prices used; of the others nothing."""
    changed = lanes(
        v01=PriceLane(WAD, NOW + 500), v11=PriceLane(WAD, NOW + 900, 1), v22=PriceLane(WAD, 1, 1)
    )
    found = SURFACE.option_inputs(changed, EXPIRY, 101 * WAD, NOW + 60)
    assert (found.valid_until, found.flags) == (NOW + 500, 1)
    unflagged = lanes(v22=PriceLane(WAD, 1, 1))
    assert SURFACE.option_inputs(unflagged, EXPIRY, 101 * WAD, NOW + 60).flags == 0


@pytest.mark.parametrize(
    ("name", "lane", "reason"),
    [
        ("v01", PriceLane(0, 0), "missing tenor"),
        ("v11", PriceLane(0, 0), "missing tenor"),
        ("forward", PriceLane(0, 0), "missing forward"),
        ("v11", PriceLane(WAD, NOW + 59), "stale node"),
        ("forward", PriceLane(WAD, NOW + 59), "stale node"),
        ("spot", PriceLane(WAD, NOW + 59), "stale node"),
    ],
)
def test_refusals(name: str, lane: PriceLane, reason: str) -> None:
    strike = 101 * WAD if lane.price == 0 or name != "forward" else WAD
    with pytest.raises(SurfaceError, match=f"^surface: {reason}$"):
        SURFACE.option_inputs(lanes(**{name: lane}), EXPIRY, strike, NOW + 60)


@pytest.mark.parametrize("strike", [0, -1, 2**88])
def test_bad_strike(strike: int) -> None:
    with pytest.raises(SurfaceError, match="surface: bad strike"):
        SURFACE.option_inputs(lanes(), EXPIRY, strike, NOW)


@pytest.mark.parametrize("expiry", [NOW, NOW - 1])
def test_expired(expiry: int) -> None:
    with pytest.raises(SurfaceError, match="surface: expired"):
        SURFACE.option_inputs(lanes(), expiry, WAD, NOW)
