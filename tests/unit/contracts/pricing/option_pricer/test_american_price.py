"""`american_price`: the twin's results, never below the European price by more than the lattice."""

from __future__ import annotations

from typing import Any

from keelmark.pricing import american_price


def test_default_behavior(pricer: Any, option: Any) -> None:
    for is_call in (True, False):
        found = pricer.functions.american_price(is_call, *option, 12).call()
        assert found == american_price(is_call, *option, 12)


def test_steps_out_of_range(pricer: Any, option: Any, reverts: Any) -> None:
    with reverts("binomial: steps out of range"):
        pricer.functions.american_price(True, *option, 0).call()
