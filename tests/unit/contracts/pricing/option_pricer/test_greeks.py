"""`greeks`: the twin's results, and the one point without a bound."""

from __future__ import annotations

from typing import Any

from keelmark.pricing import greeks


def test_default_behavior(pricer: Any, option: Any) -> None:
    for is_call in (True, False):
        known = greeks(is_call, *option)
        expected = [known.price, known.delta, known.gamma, known.vega, known.theta]
        assert pricer.functions.greeks(is_call, *option).call() == expected


def test_gamma_has_no_bound(pricer: Any, option: Any, reverts: Any) -> None:
    with reverts("black76: gamma has no bound"):
        pricer.functions.greeks(True, option[0], option[0], 0, option[3]).call()
