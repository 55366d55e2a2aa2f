"""Implied volatility by Black-76: the twin of `modules/implied_volatility.vy`.

The premium less its intrinsic value, over the smaller of forward and strike, is a share v between 0
and 1, and rises with the deviation s = volatility * sqrt(time). The root is kept in a bracket.
Within it Halley's method runs on ln v, or on ln (1 - v) from one half on, where the curve is nearly
straight. A step that would leave the bracket below is replaced by Newton's in 1 / s², one above by
the bracket's end the first time, any other by halving. It starts at sqrt(2 |ln(F / K)|), where the
curve turns, or at (v + |ln(F / K)| / 2) sqrt(2 pi), the root where it is nearly straight, whichever
is less, but not below v sqrt(2 pi), as the root never is.
"""

from __future__ import annotations

from math import isqrt

from keelmark.errors import InputError
from keelmark.pricing.black76 import VOLATILITY_MAX, WHOLE, check, deviation_of, kernel
from keelmark.pricing.fixed_point import ONE, log_ratio, year_root
from keelmark.units import WAD

MAX_TURNS = 64
"""Steps after which the solver gives up; no premium is known that needs more than eight."""

SQRT_TWO_PI = 198593407093870406399063457410
"""sqrt(2 pi), Q96."""

PULL_MAX = 2**128
"""A cap that is never reached: the contract's products cannot wrap, whatever noise there is."""

CLOSE = 2**26
"""A step below this part of the deviation is the last: the next would be below its cube."""


def implied_volatility(is_call: bool, forward: int, strike: int, seconds: int, premium: int) -> int:
    """The volatility, wad, at which Black-76 gives a premium.

    It comes back to 1e-12, or to what two units of the premium are worth in volatility if that is
    more. A premium at the intrinsic value has volatility zero.

    Args:
        is_call: call, else put.
        forward: wad.
        strike: wad.
        seconds: time to expiry.
        premium: wad, undiscounted.

    Raises:
        InputError: an argument is outside the domain, there is no time left, or no volatility
            within the domain has this premium.
    """
    check(forward, strike, seconds, 0)
    if seconds == 0:
        raise InputError("implied: no time left")
    intrinsic = max(forward - strike if is_call else strike - forward, 0)
    if premium < intrinsic:
        raise InputError("implied: premium below intrinsic")
    if premium >= (forward if is_call else strike):
        raise InputError("implied: premium above bound")
    if premium == intrinsic:
        return 0
    low, left = min(forward, strike), premium - intrinsic
    log = log_ratio(max(forward, strike), low)
    root = year_root(seconds)
    most = deviation_of(VOLATILITY_MAX, root)
    _, near, far = kernel(log, most)
    largest = max(near - far, 0)
    if left > (low * largest + 2**143) >> 144:
        raise InputError("implied: volatility out of range")
    deviation = _solve(log, min((left << 144) // low, largest), most)
    return min((deviation * WAD + (root >> 1)) // root, VOLATILITY_MAX)


def _solve(log: int, share: int, most: int) -> int:
    """The deviation, Q96, up to ``most``, at which the kernel gives a share of Q144."""
    least, untried = 0, True
    linear = ((share >> 48) + (log >> 1)) * SQRT_TWO_PI >> 96
    guess = max(min(isqrt(log << 97), linear), (share >> 48) * SQRT_TWO_PI >> 96)
    s = min(max(guess, 1), most)
    small = share < WHOLE >> 1
    target = share if small else WHOLE - share
    for _ in range(MAX_TURNS):
        density, near, far = kernel(log, s)
        found = max(near - far, 0)
        over = found > share
        if over:
            most, untried = s, False
        else:
            least = s
        tail = found if small else WHOLE - found
        following = 0
        if density != 0 and tail != 0:
            size = log_ratio(max(tail, target), min(tail, target)) * tail // density
            if size < 8 * s:
                following = _halley(log, s, size, over, _pull(density, s, tail, small))
                if abs(following - s) * CLOSE <= s:
                    return min(following, most)
            if small and over and following <= least and size < 2**150:
                following = s * isqrt((s << 152) // (s + 2 * size)) >> 76
            if following >= most and untried:
                s, untried = most, False
                continue
        if not least < following < most:
            following = (least + most) >> 1
        if most - least <= 1:
            return most
        s = following
    raise InputError("implied: no convergence")


def _pull(density: int, s: int, tail: int, small: bool) -> int:
    """What the logarithm adds to the curve's bend, over 1 / s, Q96, signed."""
    pull = min(density * s // tail, PULL_MAX)
    return pull if small else -pull


def _halley(log: int, s: int, size: int, over: bool, pull: int) -> int:
    """s after a step: Newton's, whose size is given, over one more or less half its bend."""
    distance, half = (log << 96) // s, s >> 1
    bend = ((half - distance) * (half + distance) >> 96) + pull
    turn = ((size << 96) // s) * bend >> 97
    divisor = max(ONE + turn if over else ONE - turn, ONE >> 1)
    step = (size << 96) // divisor
    return s - min(step, s) if over else s + step
