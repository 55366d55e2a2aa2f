"""`implied_volatility`: the way back from a premium, and refusals."""

from __future__ import annotations

from typing import Any

from keelmark.pricing import price


def test_default_behavior(pricer: Any, option: Any) -> None:
    for is_call in (True, False):
        premium = price(is_call, *option)
        found = pricer.functions.implied_volatility(is_call, *option[:3], premium).call()
        assert abs(found - option[3]) <= 1


def test_premium_below_intrinsic(pricer: Any, option: Any, reverts: Any) -> None:
    with reverts("implied: premium below intrinsic"):
        pricer.functions.implied_volatility(False, *option[:3], 10**21 - 1).call()


def test_premium_above_bound(pricer: Any, option: Any, reverts: Any) -> None:
    with reverts("implied: premium above bound"):
        pricer.functions.implied_volatility(True, *option[:3], option[0]).call()
