"""`_greeks`: the twin's results to the unit, and the one point without a bound."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from web3.contract import Contract

from keelmark.pricing import Greeks, greeks
from tests.support.options import EDGES, WAD, Row, batches, flat, options, rows

REVERTS = Callable[[str | None], AbstractContextManager[None]]


def words(found: Greeks) -> Row:
    """In the contract's order."""
    return found.price, found.delta, found.gamma, found.vega, found.theta


def has_bound(row: Row) -> bool:
    """Whether gamma has one."""
    return row[0] != row[1] or 0 not in row[2:]


def test_table(pricing: Contract) -> None:
    """Two thousand points of a fixed seed and every corner, bit for bit."""
    table = [(place % 2, *row) for place, row in enumerate(rows(76, 2_000))]
    table += [(1, *row) for row in EDGES if has_bound(row)]
    for part in batches(table, 200):
        expected = flat(words(greeks(bool(row[0]), *row[1:])) for row in part)
        assert pricing.functions.greeks_many(flat(part)).call() == expected


@settings(max_examples=60, deadline=None)
@given(st.booleans(), st.lists(options().filter(has_bound), min_size=1, max_size=20))
def test_twin(pricing: Contract, is_call: bool, listed: list[Row]) -> None:
    found = pricing.functions.greeks_many(flat((is_call, *row) for row in listed)).call()
    assert found == flat(words(greeks(is_call, *row)) for row in listed)


@pytest.mark.parametrize(("seconds", "volatility"), [(0, WAD), (86_400, 0), (0, 0)])
@pytest.mark.parametrize("is_call", [True, False])
def test_no_bound_at_the_strike(
    pricing: Contract, reverts: REVERTS, is_call: bool, seconds: int, volatility: int
) -> None:
    row = [int(is_call), 100 * WAD, 100 * WAD, seconds, volatility]
    with reverts("black76: gamma has no bound"):
        pricing.functions.greeks_many(row).call()
    row[2] += 1
    found = pricing.functions.greeks_many(row).call()
    assert found[2:] == [0, 0, 0]
