"""`price` and `prices`: published premiums, the twin's results, limits."""

from __future__ import annotations

from math import exp
from typing import Any

from keelmark.pricing import price, prices

WAD = 10**18
HALF_YEAR = 15_768_000


def test_default_behavior(pricer: Any, option: Any) -> None:
    assert pricer.functions.prices(*option).call() == list(prices(*option))
    for is_call in (True, False):
        assert pricer.functions.price(is_call, *option).call() == price(is_call, *option)


def test_textbook(pricer: Any) -> None:
    """Hull, Options, Futures and Other Derivatives, the Black-Scholes-Merton example: spot 42,
    strike 40, rate 10 %, volatility 20 %, six months; call 4.759422, put 0.808599. A forward is the
    spot grown at the rate; the premium is discounted by it."""
    growth = exp(0.05)
    row = (round(42 * growth * WAD), 40 * WAD, HALF_YEAR, WAD // 5)
    call, put, _ = pricer.functions.prices(*row).call()
    assert abs(call / WAD / growth - 4.759422) < 1e-6
    assert abs(put / WAD / growth - 0.808599) < 1e-6


def test_out_of_range(pricer: Any, option: Any, reverts: Any) -> None:
    with reverts("black76: forward out of range"):
        pricer.functions.price(True, 0, *option[1:]).call()
    with reverts("black76: strike out of range"):
        pricer.functions.prices(option[0], 0, *option[2:]).call()
