"""`_implied_volatility`: comes back to 1e-12, the twin's results to the unit, refusals."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from web3.contract import Contract

from keelmark.errors import InputError
from keelmark.pricing import greeks, implied_volatility, price
from tests.support.options import (
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
FORWARD, STRIKE, MONTH = 100 * WAD, 90 * WAD, 30 * 86_400


def within_bound(row: Row) -> bool:
    """Whether a premium is below the forward or the strike."""
    is_call, forward, strike, _, _, premium = row
    return premium < (forward if is_call else strike)


def test_round_trip_on_a_table(pricing: Contract) -> None:
    """A thousand points of a fixed seed: back to 1e-12 or to what two units are worth."""
    table = [
        (place % 2, *row, price(bool(place % 2), *row)) for place, row in enumerate(rows(12, 1_000))
    ]
    table = [row for row in table if within_bound(row)]
    assert len(table) > 900
    valued = 0
    for part in batches(table, 100):
        asked = [(*row[:4], row[5]) for row in part]
        found = pricing.functions.implied_many(flat(asked)).call()
        assert found == [implied_volatility(bool(row[0]), *row[1:]) for row in asked]
        for (is_call, *row, premium), volatility in zip(part, found, strict=True):
            if premium == max(row[0] - row[1] if is_call else row[1] - row[0], 0):
                assert volatility == 0
                continue
            valued += 1
            vega = greeks(bool(is_call), *row).vega
            assert abs(volatility - row[3]) <= 10**6 + 2 * WAD // max(vega, 1)
    assert valued > 300


@settings(max_examples=100, deadline=None)
@given(st.booleans(), options(), st.fractions(0, 1))
def test_any_premium(
    pricing: Contract, reverts: REVERTS, is_call: bool, row: Row, share: object
) -> None:
    """Whatever premium between the bounds: the twin's answer or the twin's words."""
    forward, strike, seconds, _ = row
    assume(seconds > 0)
    intrinsic = max(forward - strike if is_call else strike - forward, 0)
    premium = intrinsic + int(min(forward, strike) * share)
    words = [int(is_call), forward, strike, seconds, premium]
    try:
        expected = implied_volatility(is_call, forward, strike, seconds, premium)
    except InputError as refusal:
        with reverts(str(refusal)):
            pricing.functions.implied_many(words).call()
        return
    assert pricing.functions.implied_many(words).call() == [expected]


@pytest.mark.parametrize("is_call", [True, False])
def test_refusals(pricing: Contract, reverts: REVERTS, is_call: bool) -> None:
    forward, strike = (FORWARD, STRIKE) if is_call else (STRIKE, FORWARD)
    bound = forward if is_call else strike

    def asked(premium: int, seconds: int = MONTH) -> list[int]:
        return [int(is_call), forward, strike, seconds, premium]

    call = pricing.functions.implied_many
    assert call(asked(10 * WAD)).call() == [0]
    with reverts("implied: premium below intrinsic"):
        call(asked(10 * WAD - 1)).call()
    for premium in (bound, 2**256 - 1):
        with reverts("implied: premium above bound"):
            call(asked(premium)).call()
    with reverts("implied: no time left"):
        call(asked(11 * WAD, 0)).call()
    most = price(is_call, forward, strike, MONTH, VOLATILITY_MAX)
    assert call(asked(most)).call() == [VOLATILITY_MAX]
    with reverts("implied: volatility out of range"):
        call(asked(most + 1)).call()


def test_longest_time_of_all(pricing: Contract) -> None:
    """A premium one unit below the bound, ten years: the largest deviation that shows."""
    row = [1, FORWARD, FORWARD, SECONDS_MAX, FORWARD - 1]
    expected = implied_volatility(True, FORWARD, FORWARD, SECONDS_MAX, FORWARD - 1)
    assert pricing.functions.implied_many(row).call() == [expected]
