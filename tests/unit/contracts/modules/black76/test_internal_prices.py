"""`_prices` and `_price`: the twin's results to the unit, edges exact, limits enforced."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from web3.contract import Contract

from keelmark.pricing import price, prices
from tests.support.options import (
    EDGES,
    PRICE_MAX,
    PRICE_MIN,
    SECONDS_MAX,
    VOLATILITY_MAX,
    WAD,
    Row,
    batches,
    flat,
    options,
    rows,
)

REVERTS = Callable[[str | None], AbstractContextManager[None]]
GOOD: Row = (100 * WAD, 110 * WAD, 86_400, WAD)


def test_table(pricing: Contract) -> None:
    """Ten thousand points of a fixed seed and every corner, bit for bit."""
    table = [*rows(20_260_101, 10_000), *EDGES]
    assert len(table) > 10_000
    for part in batches(table, 250):
        found = pricing.functions.prices_many(flat(part)).call()
        assert found == flat(prices(*row) for row in part)


@settings(max_examples=60, deadline=None)
@given(st.lists(options(), min_size=1, max_size=20))
def test_twin(pricing: Contract, listed: list[Row]) -> None:
    found = pricing.functions.prices_many(flat(listed)).call()
    assert found == flat(prices(*row) for row in listed)
    for (forward, strike, _, _), (call, put, delta) in zip(listed, batches(found, 3), strict=True):
        assert call - put == forward - strike
        assert max(forward - strike, 0) <= call <= forward
        assert max(strike - forward, 0) <= put <= strike
        assert 0 <= delta <= WAD


@settings(max_examples=60, deadline=None)
@given(st.booleans(), options())
def test_price_alone(pricing: Contract, is_call: bool, row: Row) -> None:
    call, put, _ = prices(*row)
    expected = call if is_call else put
    assert pricing.functions.price(is_call, *row).call() == expected == price(is_call, *row)


@pytest.mark.parametrize("row", [row for row in EDGES if 0 in row[2:]])
def test_intrinsic_without_time_or_volatility(pricing: Contract, row: Row) -> None:
    forward, strike, _, _ = row
    step = WAD if forward > strike else 0 if forward < strike else WAD // 2
    expected = [max(forward - strike, 0), max(strike - forward, 0), step]
    assert pricing.functions.prices_many(flat([row])).call() == expected


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        (0, PRICE_MIN - 1, "black76: forward out of range"),
        (0, 0, "black76: forward out of range"),
        (0, PRICE_MAX + 1, "black76: forward out of range"),
        (0, 2**256 - 1, "black76: forward out of range"),
        (1, PRICE_MIN - 1, "black76: strike out of range"),
        (1, 0, "black76: strike out of range"),
        (1, PRICE_MAX + 1, "black76: strike out of range"),
        (1, 2**256 - 1, "black76: strike out of range"),
        (2, SECONDS_MAX + 1, "black76: time out of range"),
        (2, 2**256 - 1, "black76: time out of range"),
        (3, VOLATILITY_MAX + 1, "black76: volatility too large"),
        (3, 2**256 - 1, "black76: volatility too large"),
    ],
)
def test_out_of_range(
    pricing: Contract, reverts: REVERTS, place: int, value: int, reason: str
) -> None:
    row = [value if index == place else word for index, word in enumerate(GOOD)]
    calls: list[Any] = [
        pricing.functions.prices_many(row),
        pricing.functions.price(True, *row),
        pricing.functions.greeks_many([1, *row]),
        pricing.functions.risk_array_many([1, *row, 3_300]),
    ]
    if place < 3:
        calls.append(pricing.functions.implied_many([1, *row[:3], WAD]))
    for call in calls:
        with reverts(reason):
            call.call()
