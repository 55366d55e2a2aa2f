"""Black-76 on the forward, the one pricing convention: the twin of `modules/black76.vy`.

European options, ACT/365 in seconds, annualised volatility, rate zero: premiums are undiscounted
and delta is forward delta. Prices and volatilities are wads. Every function gives the contract's
result to the last unit and refuses what the contract refuses, with the same words.

With a = |ln(F / K)| / s, s = volatility * sqrt(time), y = a + s / 2 and e = s / 2 - a, whichever
option is out of the money is worth min(F, K) * (N(e) - max(F, K) / min(F, K) * N(-y)); the
densities at e and y differ by that factor, so one exponential serves both. The other option follows
by parity.
"""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.errors import InputError
from keelmark.pricing.fixed_point import log_ratio, year_root
from keelmark.pricing.normal import density, mills
from keelmark.units import WAD

PRICE_MIN = 10**9
"""Least forward and strike, wad."""

PRICE_LIMIT = 2**88
"""Exclusive limit of forward and strike: what a lane of the price board holds, wad."""

SECONDS_MAX = 315_360_000
"""Longest time to expiry: ten years of 365 days."""

VOLATILITY_MAX = 16 * WAD
"""Largest volatility: the board's bound of 5.00, scaled up by a scenario, is 10.55."""

TAIL_END = 11 * 2**96
"""From here the tail, times the largest price, is less than half a unit, Q96."""

WHOLE = 2**144
"""One whole unit, Q144."""


@dataclass(frozen=True, slots=True)
class Greeks:
    """A price and its sensitivities, all wads."""

    price: int
    """Undiscounted premium of one unit."""
    delta: int
    """Forward delta: 0 to 1 for a call, -1 to 0 for a put."""
    gamma: int
    """Change of delta for a change of the forward by one."""
    vega: int
    """Change of the price for a change of volatility by 1.00."""
    theta: int
    """Change of the price as a year passes; never positive."""


def check(forward: int, strike: int, seconds: int, volatility: int) -> None:
    """Refuses what lies outside the domain.

    Raises:
        InputError: names the argument, in the contract's words.
    """
    if not PRICE_MIN <= forward < PRICE_LIMIT:
        raise InputError("black76: forward out of range")
    if not PRICE_MIN <= strike < PRICE_LIMIT:
        raise InputError("black76: strike out of range")
    if not 0 <= seconds <= SECONDS_MAX:
        raise InputError("black76: time out of range")
    if not 0 <= volatility <= VOLATILITY_MAX:
        raise InputError("black76: volatility too large")


def deviation_of(volatility: int, root: int) -> int:
    """Standard deviation of the logarithm of the forward at expiry, Q96."""
    return volatility * root // WAD


def kernel(log: int, deviation: int) -> tuple[int, int, int]:
    """What the option out of the money is made of, for a unit of min(F, K).

    Args:
        log: |ln(F / K)|, Q96.
        deviation: Q96, not zero.

    Returns:
        density at e, N(e) and max(F, K) / min(F, K) * N(-y), all Q144.
    """
    distance, half = (log << 96) // deviation, deviation >> 1
    e = abs(distance - half)
    below = distance >= half
    if e >= TAIL_END:
        return 0, 0 if below else WHOLE, 0
    at = density(e)
    tail, far = at * mills(e) >> 96, at * mills(distance + half) >> 96
    return (at, tail, far) if below else (at, WHOLE - tail, min(far, WHOLE - tail))


def parts(forward: int, strike: int, deviation: int) -> tuple[int, int, int]:
    """`kernel` of a forward and a strike; without a deviation its limit, with no density."""
    if deviation == 0:
        half = WHOLE >> 1 if forward == strike else 0
        return 0, half, half
    return kernel(log_ratio(max(forward, strike), min(forward, strike)), deviation)


def call_delta(forward: int, strike: int, near: int, far: int) -> int:
    """N(d1), nearest wad, from the parts of a price."""
    part = WHOLE - strike * far // forward if forward > strike else near
    return (part * WAD + 2**143) >> 144


def value(is_call: bool, forward: int, strike: int, near: int, far: int) -> int:
    """Price from its parts: the intrinsic value and the value out of the money."""
    intrinsic = max(forward - strike if is_call else strike - forward, 0)
    return intrinsic + ((min(forward, strike) * (near - far) + 2**143) >> 144)


def price(is_call: bool, forward: int, strike: int, seconds: int, volatility: int) -> int:
    """Price of a European option, undiscounted, nearest wad.

    Args:
        is_call: call, else put.
        forward: wad.
        strike: wad.
        seconds: time to expiry.
        volatility: wad, annualised.

    Raises:
        InputError: an argument is outside the domain.
    """
    check(forward, strike, seconds, volatility)
    _, near, far = parts(forward, strike, deviation_of(volatility, year_root(seconds)))
    return value(is_call, forward, strike, near, far)


def prices(forward: int, strike: int, seconds: int, volatility: int) -> tuple[int, int, int]:
    """Call, put and the call's delta; the put's is one less. Arguments as for `price`.

    Raises:
        InputError: an argument is outside the domain.
    """
    check(forward, strike, seconds, volatility)
    _, near, far = parts(forward, strike, deviation_of(volatility, year_root(seconds)))
    call = value(True, forward, strike, near, far)
    return call, call + strike - forward, call_delta(forward, strike, near, far)


def greeks(is_call: bool, forward: int, strike: int, seconds: int, volatility: int) -> Greeks:
    """Price and sensitivities, each to the nearest wad. Arguments as for `price`.

    Raises:
        InputError: an argument is outside the domain, or the forward is at the strike without time
            or volatility, where gamma has no bound.
    """
    check(forward, strike, seconds, volatility)
    root = year_root(seconds)
    deviation = deviation_of(volatility, root)
    if deviation == 0 and forward == strike:
        raise InputError("black76: gamma has no bound")
    at, near, far = parts(forward, strike, deviation)
    delta = call_delta(forward, strike, near, far) - (0 if is_call else WAD)
    premium = value(is_call, forward, strike, near, far)
    if at == 0:
        return Greeks(price=premium, delta=delta, gamma=0, vega=0, theta=0)
    weight = min(forward, strike) * at
    below = forward * deviation
    slope = (weight // forward) * WAD >> 48
    decay = 2 * root * WAD
    return Greeks(
        price=premium,
        delta=delta,
        gamma=(slope * WAD + (below >> 1)) // below,
        vega=((weight >> 96) * root + 2**143) >> 144,
        theta=-(((weight >> 48) * volatility + (decay >> 1)) // decay),
    )
