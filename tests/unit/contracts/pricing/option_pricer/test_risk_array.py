"""`risk_array`: the twin's results, limits."""

from __future__ import annotations

from typing import Any

from keelmark.pricing import risk_array


def test_default_behavior(pricer: Any, option: Any) -> None:
    for is_call in (True, False):
        found = pricer.functions.risk_array(is_call, *option, 3_300).call()
        assert found == list(risk_array(is_call, *option, 3_300))


def test_scan_out_of_range(pricer: Any, option: Any, reverts: Any) -> None:
    with reverts("risk: scan out of range"):
        pricer.functions.risk_array(True, *option, 30_001).call()
