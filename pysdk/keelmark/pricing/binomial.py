"""American exercise on a Cox-Ross-Rubinstein tree: the twin of `modules/binomial.vy`.

Exercise, at any step from now on, pays the forward less the strike (a call) or the strike less the
forward (a put), at once and undiscounted. With rate zero waiting is worth at least that, so that
the price tends to the European one as the steps grow.
"""

from __future__ import annotations

from itertools import pairwise
from math import isqrt

from keelmark.errors import InputError
from keelmark.pricing.black76 import check, deviation_of
from keelmark.pricing.fixed_point import ONE, exp_down, exp_up, year_root

STEPS_MAX = 128
"""Most steps: about 8,000 nodes."""

WIDTH_MAX = 40 * ONE
"""Widest tree, deviation times the root of the steps, Q96."""


def american_price(
    is_call: bool, forward: int, strike: int, seconds: int, volatility: int, steps: int
) -> int:
    """Price, undiscounted wad, of an option that may be exercised at each step.

    Args:
        is_call: call, else put.
        forward: wad.
        strike: wad.
        seconds: time to expiry.
        volatility: wad, annualised.
        steps: of the tree, 1 to `STEPS_MAX`.

    Raises:
        InputError: an argument is outside the domain, or the tree is too wide.
    """
    check(forward, strike, seconds, volatility)
    if not 1 <= steps <= STEPS_MAX:
        raise InputError("binomial: steps out of range")
    move = (deviation_of(volatility, year_root(seconds)) << 96) // isqrt(steps << 192)
    if steps * move > WIDTH_MAX:
        raise InputError("binomial: tree too wide")
    payoffs = []
    for net in range(-steps, steps + 1):
        node = exp_up(net * move, forward) if net >= 0 else exp_down(-net * move, forward)
        payoffs.append(max(node - strike if is_call else strike - node, 0))
    chance = 2**192 // (ONE + exp_up(move, ONE))
    values = payoffs[::2]
    for back in range(1, steps + 1):
        values = [
            max((chance * upper + (ONE - chance) * lower + 2**95) >> 96, payoffs[2 * up + back])
            for up, (lower, upper) in enumerate(pairwise(values))
        ]
    return values[0]
