"""Black-76 over whole chains: prices, Greeks and implied volatilities in double precision.

The same convention as the contracts and the exact twin: Black-76 on the forward, time under
ACT/365 in seconds, annualised volatility, rate zero (premiums undiscounted, delta with respect to
the forward). Prices here are floats and agree with the exact ones to about 1e-15 of the forward;
where the last unit matters, ask the twin.

Arguments are broadcast: strikes along one axis and expiries along another make a chain in one call.
Long arrays are worked through in blocks that stay in the processor's cache.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from keelmark.errors import InputError
from keelmark.pricing.float_inversion import invert_block
from keelmark.pricing.float_kernel import YEAR_SECONDS, Floats, greeks_block

_BLOCK = 8192
"""Options worked on at a time: their intermediate results fit into a second-level cache."""


@dataclass(frozen=True, slots=True)
class Greeks:
    """Prices and sensitivities of many options, one array each, all of the broadcast shape."""

    price: Floats
    """Undiscounted premium, in the unit of the forward."""
    delta: Floats
    """Per unit of the forward; a half at a forward on the strike without time or volatility."""
    gamma: Floats
    """Of delta per unit of the forward; 0 without time or volatility."""
    vega: Floats
    """Per 1.00 of volatility."""
    theta: Floats
    """Per year that passes; 0 without time or volatility."""


def option_greeks(
    is_call: ArrayLike,
    forward: ArrayLike,
    strike: ArrayLike,
    seconds: ArrayLike,
    volatility: ArrayLike,
) -> Greeks:
    """Price and Greeks of every option that the broadcast arguments spell out.

    Args:
        is_call: True for calls, False for puts.
        forward: above zero.
        strike: above zero, in the unit of the forward.
        seconds: time to expiry, not negative.
        volatility: annualised, 1.00 is 100 %; not negative.

    Raises:
        InputError: a value lies outside its range, is not finite, or the shapes do not fit.
    """
    shape, calls, columns = _columns(
        is_call, forward=forward, strike=strike, seconds=seconds, volatility=volatility
    )
    whole = [np.empty(calls.size) for _ in range(5)]
    for start in range(0, calls.size, _BLOCK):
        part = slice(start, start + _BLOCK)
        one, two, three, four = (column[part] for column in columns)
        price, delta, gamma, vega, theta = (column[part] for column in whole)
        greeks_block(calls[part], one, two, three, four, (price, delta, gamma, vega, theta))
    return Greeks(*(column.reshape(shape) for column in whole))


def implied_volatilities(
    is_call: ArrayLike,
    forward: ArrayLike,
    strike: ArrayLike,
    seconds: ArrayLike,
    premium: ArrayLike,
) -> Floats:
    """The volatility at which each option is worth its premium.

    A premium equal to the intrinsic value implies a volatility of zero. NaN stands where none
    exists: below the intrinsic value, at or above the upper bound (the forward for a call, the
    strike for a put), and without time for anything but the intrinsic value.

    Args:
        is_call: True for calls, False for puts.
        forward: above zero.
        strike: above zero, in the unit of the forward.
        seconds: time to expiry, not negative.
        premium: undiscounted, not negative.

    Raises:
        InputError: a value lies outside its range, is not finite, or the shapes do not fit.
    """
    shape, calls, columns = _columns(
        is_call, forward=forward, strike=strike, seconds=seconds, premium=premium
    )
    found = np.empty(calls.size)
    for start in range(0, calls.size, _BLOCK):
        part = slice(start, start + _BLOCK)
        one, two, three, four = (column[part] for column in columns)
        found[part] = invert_block(calls[part], one, two, three, four)
    return found.reshape(shape)


_POSITIVE = ("forward", "strike")


def _columns(
    is_call: ArrayLike, **numbers: ArrayLike
) -> tuple[tuple[int, ...], NDArray[np.bool_], list[Floats]]:
    """The common shape, and every argument checked, broadcast to it and laid flat."""
    calls = np.asarray(is_call)
    if calls.dtype != np.bool_:
        raise InputError("is_call: expected True for calls and False for puts")
    arrays = [_checked(name, number) for name, number in numbers.items()]
    try:
        shape = np.broadcast_shapes(calls.shape, *(array.shape for array in arrays))
    except ValueError:
        shapes = ", ".join(
            f"{name} {array.shape}" for name, array in zip(numbers, arrays, strict=True)
        )
        raise InputError(
            f"shapes: expected ones that broadcast, not is_call {calls.shape}, {shapes}"
        ) from None
    flat = [np.broadcast_to(array, shape).reshape(-1) for array in arrays]
    return shape, np.broadcast_to(calls, shape).reshape(-1), flat


def _checked(name: str, number: ArrayLike) -> Floats:
    """An argument as floats, each finite and within its range."""
    try:
        array = np.asarray(number, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name}: expected numbers") from None
    positive = name in _POSITIVE
    good = np.isfinite(array) & ((array > 0) if positive else (array >= 0))
    if not good.all():
        first = array[~good].flat[0]
        wanted = "above zero" if positive else "of zero or more"
        raise InputError(f"{name}: {first:g}, expected finite numbers {wanted}")
    return array


__all__ = ["YEAR_SECONDS", "Greeks", "implied_volatilities", "option_greeks"]
