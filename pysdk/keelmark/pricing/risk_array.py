"""Risk arrays, one unit of an option in sixteen scenarios: the twin of `modules/risk_array.vy`.

Lanes 2j and 2j + 1 are move j of `MOVES` with volatility up and down; lanes 14 and 15 are the
extremes, moves by two scan ranges with volatility up, profit and loss weighted 35 %. A lane is the
profit or loss of one unit long over the forward, in steps of 2^-13, rounded down; one unit short
loses lane + 1. Moves, powers and weights are practice of venues, not law: the rules whose names
begin with PM_ carry that status. Scan ranges are the regime's.
"""

from __future__ import annotations

from typing import NamedTuple

from keelmark.errors import InputError
from keelmark.pricing.black76 import call_delta, check, deviation_of, parts, value
from keelmark.pricing.fixed_point import ONE, exp_down, exp_up, log_ratio, year_root
from keelmark.regulation import value as rule
from keelmark.units import BPS, WAD, div_floor

SCENARIOS = 16
"""Lanes of a word."""

STEPS = 2**13
"""Steps of a lane in one forward."""

BIAS = 2**14
"""One step beyond the largest lane; its negative is the least."""

SCAN_MAX_BPS = 30_000
"""Largest scan range: three times the forward. Up to the whole of it every lane fits."""

DAY = 86_400
"""Seconds of a day."""

MOVES = (0, 1, -1, 2, -2, 3, -3)
"""Moves of the forward in thirds of a scan range; the extremes come after them."""


class RiskArray(NamedTuple):
    """What the contract gives for one unit."""

    lanes: int
    """Sixteen lanes in their place in the word; the epoch's bits are zero."""
    price: int
    """Premium, wad."""
    delta: int
    """Forward delta, wad."""
    worst_long: int
    """Worst loss of one unit long, steps; never negative."""
    worst_short: int
    """Worst loss of one unit short, steps; never negative."""


def risk_array(
    is_call: bool, forward: int, strike: int, seconds: int, volatility: int, scan_bps: int
) -> RiskArray:
    """One unit's scenarios.

    Args:
        is_call: call, else put.
        forward: reference forward, wad.
        strike: wad.
        seconds: time to expiry.
        volatility: wad, annualised.
        scan_bps: scan range of the regime.

    Raises:
        InputError: an argument is outside the domain, or a lane does not fit.
    """
    check(forward, strike, seconds, volatility)
    if not 0 <= scan_bps <= SCAN_MAX_BPS:
        raise InputError("risk: scan out of range")
    root = year_root(seconds)
    _, near, far = parts(forward, strike, deviation_of(volatility, root))
    price = value(is_call, forward, strike, near, far)
    delta = call_delta(forward, strike, near, far) - (0 if is_call else WAD)
    deviations = [deviation_of(moved, root) for moved in moved_volatilities(volatility, seconds)]
    extreme = 3 * rule("PM_EXTREME_SCANS")
    scenarios = [(thirds, moved, BPS) for thirds in MOVES for moved in deviations]
    scenarios += [
        (thirds, deviations[0], rule("PM_EXTREME_WEIGHT_BPS")) for thirds in (extreme, -extreme)
    ]
    lanes = [
        _lane(
            _moved_price(is_call, moved_forward(forward, scan_bps, thirds), strike, deviation),
            price,
            forward,
            weight,
        )
        for thirds, deviation, weight in scenarios
    ]
    return RiskArray(
        lanes=encode(lanes),
        price=price,
        delta=delta,
        worst_long=max(0, -min(lanes)),
        worst_short=max(0, max(lanes) + 1),
    )


def moved_volatilities(volatility: int, seconds: int) -> tuple[int, int]:
    """Volatility up and down, wad: moves scaled with the time to expiry."""
    tenor = rule("PM_VOLATILITY_TENOR_DAYS") * DAY
    if seconds < tenor:
        power = rule("PM_VOLATILITY_POWER_SHORT_BPS")
        scale = exp_up(log_ratio(tenor, max(seconds, DAY)) * power // BPS, ONE)
    else:
        power = rule("PM_VOLATILITY_POWER_LONG_BPS")
        scale = exp_down(log_ratio(seconds, tenor) * power // BPS, ONE)
    scaled = volatility * scale
    up = scaled * rule("PM_VOLATILITY_UP_BPS") // (BPS * ONE)
    down = scaled * rule("PM_VOLATILITY_DOWN_BPS") // (BPS * ONE)
    return volatility + up, volatility - min(down, volatility)


def moved_forward(forward: int, scan_bps: int, thirds: int) -> int:
    """The forward after a move by thirds of a scan range, wad; zero rather than negative."""
    return forward * max(3 * BPS + scan_bps * thirds, 0) // (3 * BPS)


def encode(lanes: list[int]) -> int:
    """Sixteen lanes in their place in the word.

    Raises:
        InputError: not sixteen, or one that does not fit in fifteen bits.
    """
    if len(lanes) != SCENARIOS:
        raise InputError(f"lanes: expected {SCENARIOS}, not {len(lanes)}")
    if not all(-BIAS <= lane < BIAS for lane in lanes):
        raise InputError("risk: lane overflow")
    return sum((lane % (2 * BIAS)) << (16 + 15 * place) for place, lane in enumerate(lanes))


def decode(word: int) -> tuple[int, ...]:
    """The sixteen lanes of a word, in steps of 2^-13 of the forward; its epoch is left out."""
    found = [(word >> (16 + 15 * place)) % (2 * BIAS) for place in range(SCENARIOS)]
    return tuple(lane - 2 * BIAS if lane >= BIAS else lane for lane in found)


def _moved_price(is_call: bool, forward: int, strike: int, deviation: int) -> int:
    """Price at a moved forward, which may be nothing."""
    if forward == 0:
        return 0 if is_call else strike
    _, near, far = parts(forward, strike, deviation)
    return value(is_call, forward, strike, near, far)


def _lane(moved: int, price: int, forward: int, weight_bps: int) -> int:
    """A scenario's profit or loss over the forward, in steps of 2^-13 rounded down."""
    return div_floor((moved - price) * weight_bps * STEPS, BPS * forward)
