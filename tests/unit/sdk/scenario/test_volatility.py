"""The replay's volatility model against its own words, in decimals."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from keelmark.scenario.prices import PricePoint
from keelmark.scenario.volatility import MODEL, at_the_money, surface_prices

WAD = 10**18
START = 1_583_366_400
"""5 March 2020, midnight."""

EXPIRY = 1_584_086_400
"""13 March 2020, 08:00 UTC."""


def every_eight_hours(prices: Sequence[int | str]) -> list[PricePoint]:
    """Prices in whole units."""
    return [
        PricePoint(START + 28_800 * place, int(Decimal(price) * WAD), place // 3, place % 3)
        for place, price in enumerate(prices)
    ]


def test_without_history_it_is_the_floor() -> None:
    assert at_the_money(every_eight_hours([100, 50] * 4)) == 6 * WAD // 10


def test_a_still_market_is_at_the_floor_and_a_wild_one_at_the_ceiling() -> None:
    assert at_the_money(every_eight_hours([100] * 20)) == 6 * WAD // 10
    assert at_the_money(every_eight_hours([100, 50] * 10)) == 2 * WAD


def test_between_them_it_is_the_root_of_the_squared_moves() -> None:
    """100, 105, 100, ...: a move squares to 25 over 10,500; a year has 1,095 times eight hours."""
    exact = (Decimal(25) / 10_500 * 1_095 / 3).sqrt()
    for count in (9, 17, 30):
        found = at_the_money(every_eight_hours([100, 105] * (count // 2) + [100] * (count % 2)))
        assert abs(Decimal(found) / WAD - exact) < Decimal("1e-16")


def test_only_the_last_four_days_count() -> None:
    calm = [100, 105] * 8 + [100]
    assert at_the_money(every_eight_hours([100, 50, 100, *calm])) == at_the_money(
        every_eight_hours([*calm[1:], 105, *calm][-17:])
    )


def test_a_surface_is_a_forward_and_six_volatilities() -> None:
    """8,000 in a market that has not moved: 60 % at the money, 72 % and 66 % at the wings."""
    found = surface_prices(every_eight_hours([8_000] * 20), EXPIRY)
    # Feeds: underlier 1 | day 18,334 << 16, and 2^32 | 1 << 6 | tenor << 3 | point.
    assert found[1 | 18_334 << 16] == 8_000 * WAD
    row = [72 * WAD // 100, 60 * WAD // 100, 66 * WAD // 100]
    for tenor in range(2):
        assert [found[2**32 | 64 | tenor << 3 | point] for point in range(3)] == row
    assert len(found) == 7


def test_the_longer_tenor_is_halfway_to_the_floor() -> None:
    found = surface_prices(every_eight_hours([100, 50] * 10), EXPIRY)
    assert found[2**32 | 64 | 1] == 2 * WAD
    assert found[2**32 | 64 | 8 | 1] == 13 * WAD // 10
    assert found[2**32 | 64] == 24 * WAD // 10


@pytest.mark.parametrize("words", ["not market data", "60 %", "200 %", "divided by three"])
def test_the_report_calls_it_a_model(words: str) -> None:
    assert words in MODEL
