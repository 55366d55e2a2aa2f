"""`option_inputs`: forward, volatility, validity and flags, or the reason why not.

Expected volatilities are exact rationals of the stated interpolation, rounded down once.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt
from typing import Any

import pytest

from .conftest import AGE, DAY, START, WAD, Board
from .surfaces import (
    EXPIRY,
    FORWARD,
    FORWARD_BOUNDS,
    POINTS,
    SMILE,
    SPOT,
    TENORS,
    UNDERLIER,
    Quoted,
    forward,
    node,
    quotes,
)

TIME = START + 100
"""When everything was quoted; the epoch's time."""


def ask(quoted: Quoted, strike: int, expiry: int = EXPIRY) -> tuple[int, int, int, int, int]:
    forward_, volatility, valid, flags, word = quoted.board.call(
        "option_inputs", UNDERLIER, expiry, strike
    )
    return forward_, volatility, valid, flags, word


def across_strikes(row: int, strike: int, price: int = FORWARD) -> int:
    """A tenor's volatility, linear between points: an exact rational, then its floor."""
    x = Fraction(strike * WAD // price, WAD)
    points = [Fraction(point, 10_000) for point in POINTS]
    values = [percent * WAD // 100 for percent in SMILE[row]]
    if x <= points[0]:
        return values[0]
    for left in range(len(points) - 1):
        low, high = points[left], points[left + 1]
        if low <= x < high:
            share = (x - low) / (high - low)
            return int(values[left] + (values[left + 1] - values[left]) * share // 1)
    return values[-1]


def across_time(strike: int, seconds: int, price: int = FORWARD) -> int:
    """Linear in total variance between tenors; flat beyond them."""
    times = [tenor * DAY for tenor in TENORS]
    if seconds <= times[0]:
        return across_strikes(0, strike, price)
    for row in range(len(times) - 1):
        near, far = times[row], times[row + 1]
        if near <= seconds < far:
            share = Fraction(seconds - near, far - near)
            first = across_strikes(row, strike, price) ** 2 * near
            last = across_strikes(row + 1, strike, price) ** 2 * far
            return isqrt(int((first + (last - first) * share) / seconds // 1))
    return across_strikes(2, strike, price)


def test_default_behavior(quoted: Quoted) -> None:
    """By hand: 20 days and 28,700 seconds at the money, between 80 % at 7 and 75 % at 30 days."""
    word = 2 + TIME * 2**16
    at_the_money = ask(quoted, FORWARD)
    total = Fraction(80**2 * 7 * DAY) + Fraction(75**2 * 30 - 80**2 * 7, 23) * (
        EXPIRY - TIME - 7 * DAY
    )
    expected = isqrt(int(total / (EXPIRY - TIME) * WAD**2 / 10**4))
    assert at_the_money == (FORWARD, expected, TIME + AGE, 0, word)
    assert 75 * WAD // 100 < expected < 80 * WAD // 100


@pytest.mark.parametrize(
    "strike",
    [1, 100, 161, 162, 170, 180, 201, 202, 203, 220, 242, 243, 10_000, 10**8],
)
def test_across_strikes(quoted: Quoted, strike: int) -> None:
    """Points are at 161.6, 202 and 242.4; flat beyond the outer ones."""
    wad = strike * WAD
    assert ask(quoted, wad)[1] == across_time(wad, EXPIRY - TIME)


def test_on_a_point(quoted: Quoted) -> None:
    """A strike on a point is that point's volatility, and its neighbours are not used."""
    quoted.board.operate("add_expiry", UNDERLIER, START + DAY + 8 * 3600, *FORWARD_BOUNDS)
    near = START + DAY + 8 * 3600
    quoted.board.operate("share_signed_source", [forward(near)], UNDERLIER, AGE)
    quoted.push({forward(near): SPOT}, TIME + 60)
    for point, percent in zip(POINTS, SMILE[0], strict=True):
        assert ask(quoted, SPOT * point // 10_000, near)[1] == percent * WAD // 100


@pytest.mark.parametrize("days", [1, 6, 7, 8, 29, 30, 31, 89, 90, 91, 400])
@pytest.mark.parametrize("strike", [150, 175, 202, 230, 260])
def test_across_time(quoted: Quoted, days: int, strike: int) -> None:
    expiry = START + days * DAY + 8 * 3600
    quoted.board.operate("add_expiry", UNDERLIER, expiry, *FORWARD_BOUNDS)
    quoted.board.operate("share_signed_source", [forward(expiry)], UNDERLIER, AGE)
    time = TIME + 60
    quoted.push({forward(expiry): FORWARD}, time)
    assert ask(quoted, strike * WAD, expiry)[1] == across_time(strike * WAD, expiry - time)


def test_exactly_a_tenor_away(quoted: Quoted) -> None:
    """Thirty days to the second: that tenor alone counts."""
    expiry = START + 31 * DAY + 8 * 3600
    quoted.board.operate("add_expiry", UNDERLIER, expiry, *FORWARD_BOUNDS)
    quoted.board.operate("share_signed_source", [forward(expiry)], UNDERLIER, AGE)
    time = expiry - 30 * DAY
    quoted.push({**quotes(), forward(expiry): FORWARD}, time)
    assert ask(quoted, FORWARD, expiry)[1] == 75 * WAD // 100


@pytest.mark.parametrize(
    "left", [node(0, 1), node(0, 2), node(1, 1), node(1, 2), forward(), UNDERLIER]
)
def test_valid_until_the_earliest(quoted: Quoted, left: int) -> None:
    """All but one are quoted anew; the one that was left behind ends the answer."""
    assert UNDERLIER in quotes()
    renewed = {feed: price for feed, price in quotes().items() if feed != left}
    quoted.push(renewed, TIME + 500)
    assert ask(quoted, 210 * WAD)[2] == TIME + AGE
    quoted.at(TIME + AGE)
    assert ask(quoted, 210 * WAD)[2] == TIME + AGE


def test_what_is_not_used_may_be_old(quoted: Quoted) -> None:
    used = [UNDERLIER, forward(), node(0, 1), node(0, 2), node(1, 1), node(1, 2)]
    quoted.push({feed: quotes()[feed] for feed in used}, TIME + 500)
    assert ask(quoted, 210 * WAD)[2] == TIME + 500 + AGE


@pytest.mark.parametrize(
    "feed", [node(0, 1), node(0, 2), node(1, 1), node(1, 2), forward(), UNDERLIER]
)
def test_a_large_move_of_any(quoted: Quoted, feed: int) -> None:
    """Above 20 %: the flag comes through, whichever price moved."""
    price = quotes()[feed]
    strike = 210 * WAD * (5 if feed == forward() else 4) // 4
    quoted.push({feed: price * 5 // 4}, TIME + 60)
    assert ask(quoted, strike)[3] == 1
    quoted.push({feed: price * 5 // 4}, TIME + 120)
    assert ask(quoted, strike)[3] == 0


def test_a_large_move_elsewhere(quoted: Quoted) -> None:
    quoted.push({node(2, 0): WAD * 9 // 5, node(1, 0): WAD * 9 // 5}, TIME + 60)
    assert ask(quoted, 210 * WAD)[3] == 0


def test_within_an_epoch_time_stands_still(quoted: Quoted, at: Any) -> None:
    before = ask(quoted, 190 * WAD)
    at(TIME + 1_000)
    assert ask(quoted, 190 * WAD) == before
    quoted.push({node(2, 2): 77 * WAD // 100}, TIME + 2_000)
    after = ask(quoted, 190 * WAD)
    assert after[4] == 3 + (TIME + 2_000) * 2**16
    assert after[1] == across_time(190 * WAD, EXPIRY - TIME - 2_000) != before[1]


def test_not_listed(board: Board, reverts: Any) -> None:
    with reverts("surface: not listed"):
        board.call("option_inputs", UNDERLIER, EXPIRY, WAD)


@pytest.mark.parametrize("strike", [0, 2**88, 2**256 - 1])
def test_bad_strike(quoted: Quoted, reverts: Any, strike: int) -> None:
    with reverts("surface: bad strike"):
        ask(quoted, strike)
    assert ask(quoted, 1)[1] == ask(quoted, 161 * WAD)[1]
    assert ask(quoted, 2**88 - 1)[1] == ask(quoted, 243 * WAD)[1]


def test_expired(quoted: Quoted, reverts: Any) -> None:
    """Until an epoch begins at or after expiry; the house knows the expiry itself."""
    quoted.everything(EXPIRY - 1)
    assert ask(quoted, FORWARD)[1] == 80 * WAD // 100
    quoted.push({UNDERLIER: SPOT + 1}, EXPIRY)
    with reverts("surface: expired"):
        ask(quoted, FORWARD)


@pytest.mark.parametrize("expiry", [EXPIRY + DAY, EXPIRY + 1, EXPIRY - DAY, 2**32 + EXPIRY])
def test_no_such_expiry(quoted: Quoted, reverts: Any, expiry: int) -> None:
    with reverts("surface: no such expiry"):
        ask(quoted, FORWARD, expiry)


def test_missing_forward(quoted: Quoted, reverts: Any) -> None:
    quoted.board.operate("add_expiry", UNDERLIER, EXPIRY + DAY, *FORWARD_BOUNDS)
    with reverts("surface: missing forward"):
        ask(quoted, FORWARD, EXPIRY + DAY)


@pytest.mark.parametrize("missing", [node(0, 1), node(0, 2), node(1, 1), node(1, 2)])
def test_missing_tenor(surface: Quoted, reverts: Any, missing: int) -> None:
    """Each of the four volatilities around a place, and none beside them."""
    there = {feed: price for feed, price in quotes().items() if feed != missing}
    surface.push(there, TIME)
    with reverts("surface: missing tenor"):
        ask(surface, 210 * WAD)
    if missing in (node(0, 2), node(1, 2)):
        assert ask(surface, 180 * WAD)[1] == across_time(180 * WAD, EXPIRY - TIME)


@pytest.mark.parametrize(
    "left", [node(0, 1), node(0, 2), node(1, 1), node(1, 2), forward(), UNDERLIER]
)
def test_stale_node(quoted: Quoted, at: Any, reverts: Any, left: int) -> None:
    renewed = {feed: price for feed, price in quotes().items() if feed != left}
    quoted.push(renewed, TIME + 500)
    at(TIME + AGE + 1)
    with reverts("surface: stale node"):
        ask(quoted, 210 * WAD)


def test_gas(quoted: Quoted, actors: Any, send: Any) -> None:
    """Cold, beside what any transaction pays: two words of volatilities, and four."""

    def gas(strike: int) -> int:
        call = quoted.board.contract.functions.option_inputs(UNDERLIER, EXPIRY, strike)
        data = bytes.fromhex(call._encode_transaction_data()[2:])
        calldata = sum(16 if byte else 4 for byte in data)
        return int(send(call, actors("keeper"))["gasUsed"]) - 21_000 - calldata

    assert gas(180 * WAD) <= 15_700
    assert gas(220 * WAD) <= 20_300
