"""Implied volatility in double precision over whole arrays, by a bracketed Halley iteration.

The out-of-the-money part of the premium, over its upper bound, is a number b between 0 and 1 that
grows with the deviation s, the volatility times the root of the time. The search starts at the
point of inflection, where b is steepest, and on each side of it solves an equation that is nearly
straight there: 1 / ln b below, b itself between, ln (1 - b) above one half. A step that leaves the
bracket is replaced by a halving of it, and after a fixed number of rounds the search ends whatever
has happened, so it always terminates.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from keelmark.pricing.float_kernel import YEAR_SECONDS, Floats, log_moneyness, out_of_the_money

ROUNDS = 80
"""Most rounds of one search; three or four are usual, and halvings alone would need sixty."""

_CLOSE = 1e-6
"""A step this small, relative, leaves an error of its third power."""

_PRECISION = 2e-16
_DENSITY_AT_ZERO = 0.3989422804014327
_REACH = 17.0
"""This far beyond the inflection the option is worth its bound in double precision."""


def invert_block(
    is_call: NDArray[np.bool_],
    forward: Floats,
    strike: Floats,
    seconds: Floats,
    premium: Floats,
) -> Floats:
    """Implied volatilities of one block; NaN where there is none.

    Args:
        is_call: True for calls, False for puts.
        forward: above zero.
        strike: above zero, in the unit of the forward.
        seconds: time to expiry, not negative.
        premium: undiscounted, not negative.
    """
    signed = np.where(is_call, forward - strike, strike - forward)
    smaller = np.minimum(forward, strike)
    bound = np.where(is_call, forward, strike)
    inner = premium - np.maximum(signed, 0.0)
    found = np.full(premium.shape, np.nan)
    found[inner == 0] = 0.0
    open_ = (inner > 0) & (premium < bound) & (seconds > 0)
    if open_.any():
        moneyness = log_moneyness(signed[open_], smaller[open_])
        part = inner[open_] / smaller[open_]
        rest = (bound - premium)[open_] / smaller[open_]
        root = np.sqrt(seconds[open_] / YEAR_SECONDS)
        found[open_] = _deviation(moneyness, part, rest) / root
    return found


def _deviation(moneyness: Floats, part: Floats, rest: Floats) -> Floats:
    """The deviation at which the out-of-the-money option is worth its part of the bound.

    Args:
        moneyness: ln(larger / smaller of forward and strike).
        part: b, above 0 and below 1.
        rest: 1 - b, as exact as the premium allows.
    """
    inflection = np.sqrt(2.0 * moneyness)
    most = out_of_the_money(moneyness, inflection)[0]
    below = part < most
    low = np.where(below, 0.0, inflection)
    high = np.where(below, inflection, inflection + _REACH)
    # At the inflection d is zero, so the tangent's slope there is phi(0).
    guess = inflection + (part - most) / _DENSITY_AT_ZERO
    guess = np.where((guess > low) & (guess < high), guess, 0.5 * (low + high))
    result = guess.copy()
    goal = np.where(part < 0.5, np.log(part), np.log(rest))
    active = np.arange(part.size)
    for _ in range(ROUNDS):
        price, left, density, ratio, _ = out_of_the_money(moneyness, guess)
        short = price < part
        low = np.where(short, guess, low)
        high = np.where(short, high, guess)
        step = _step(moneyness, guess, price, left, density, part, goal, below)
        following = guess + step
        inside = (following > low) & (following < high)
        noise = _PRECISION * np.maximum(price, density * ratio)
        exact = (np.abs(price - part) <= noise) | (high - low <= _PRECISION * high)
        following = np.where(exact, guess, np.where(inside, following, 0.5 * (low + high)))
        result[active] = following
        open_ = ~(exact | (inside & (np.abs(step) < _CLOSE * following)))
        if not open_.any():
            break
        active = active[open_]
        moneyness, part, goal, below = moneyness[open_], part[open_], goal[open_], below[open_]
        low, high, guess = low[open_], high[open_], following[open_]
    return result


def _step(
    moneyness: Floats,
    deviation: Floats,
    price: Floats,
    left: Floats,
    density: Floats,
    part: Floats,
    goal: Floats,
    below: NDArray[np.bool_],
) -> Floats:
    """Halley's step for whichever equation is the straighter; may be infinite or NaN."""
    with np.errstate(all="ignore"):
        upper = part >= 0.5
        logarithm = np.log(np.where(upper, left, price))
        # Newton's step and the second derivative over the first, of b itself, ...
        newton = (part - price) / density
        bend = moneyness * moneyness / deviation**3 - 0.25 * deviation
        # ... of 1 / ln b, ...
        slope = density / price
        newton = np.where(below, (goal - logarithm) * logarithm / (goal * slope), newton)
        bend = np.where(below, bend - slope * (1.0 + 2.0 / logarithm), bend)
        # ... and of ln (1 - b).
        slope = density / left
        newton = np.where(upper, (logarithm - goal) / slope, newton)
        bend = np.where(upper, bend + slope, bend)
        step: Floats = newton / (1.0 + 0.5 * newton * bend)
    return step
