"""Gas of the pricing modules inside a contract, beside targets and peers.

Measured as a difference of `gas()` around an internal call, the passing of arguments and results
included. The worst of the points named is the figure.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from web3.contract import Contract

from benchmarks.gas_table import record
from keelmark.pricing import price
from tests.support.options import rows

WAD = 10**18
DAY = 86_400


@pytest.fixture(scope="module")
def pricing(deploy: Any) -> Contract:
    """Opens the pricing modules and measures them."""
    found: Contract = deploy("tests/mocks/PricingHarness")
    return found


def worst(calls: Iterable[Any]) -> int:
    """The most gas among the calls."""
    return max(call.call() for call in calls)


def test_distribution(pricing: Contract) -> None:
    points = [sign * WAD * tenth // 10 for tenth in range(0, 89, 4) for sign in (1, -1)]
    gas = worst(pricing.functions.cdf_gas(x) for x in points)
    record("normal CDF, anywhere", gas, 1_100, "616 DeFiMath (7.9e-17)")


NEAR = [
    (100 * WAD, strike * WAD, days * DAY, volatility * WAD // 100)
    for strike in (75, 90, 100, 110, 130)
    for days, volatility in ((7, 100), (30, 50), (90, 80), (365, 60))
]
"""Within 30 % of the money, seven days to a year."""


def test_prices(pricing: Contract) -> None:
    gas = worst(pricing.functions.prices_gas(*row) for row in NEAR)
    record("Black-76 call, put, delta, near", gas, 3_000, "4.6k DeFiMath, 4.1k Derive")
    far = worst(pricing.functions.prices_gas(*row) for row in rows(1, 150))
    record("Black-76 call, put, delta, anywhere", far)


def test_implied_volatility(pricing: Contract) -> None:
    gas = worst(pricing.functions.implied_gas(True, *row[:3], price(True, *row)) for row in NEAR)
    record("implied volatility, near the money", gas, 30_000, "none on chain")
    far = [(*row[:3], price(True, *row)) for row in rows(2, 400)]
    far = [row for row in far if max(row[0] - row[1], 0) < row[3] < row[0]]
    gas = worst(pricing.functions.implied_gas(True, *row) for row in far[:150])
    record("implied volatility, anywhere", gas, 30_000, "none on chain")


def test_risk_array(pricing: Contract) -> None:
    gas = worst(
        pricing.functions.risk_array_gas(is_call, *row, 3_300)
        for row in NEAR
        for is_call in (True, False)
    )
    record("risk array of one option, near", gas, 45_000, "none")
