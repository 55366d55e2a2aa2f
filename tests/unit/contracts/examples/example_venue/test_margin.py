"""`margin`: haircuts, roundings and what counts for whom, in numbers worked by hand."""

from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.example_venue import BILL, COIN, GOLD

WAD = 10**18
TOKEN = 10**6


def test_default_behavior(venue):
    # Nothing held: nothing asked.
    assert venue.margin("buyer") == {"equity": 100_000 * WAD, "requirement": 0, "flags": 0}


@pytest.mark.parametrize(
    ("asset", "amount", "counted"),
    [
        (BILL, 1_000 * TOKEN, 995 * WAD),  # under a year: 0.5 %
        (GOLD, WAD, 1_540 * WAD),  # 15 % and, in another currency, 8 % more
        (COIN, 10**8, 0),  # not eligible
    ],
)
def test_haircut(venue, asset, amount, counted):
    venue.deposit("buyer", amount, asset)
    assert venue.margin("buyer", 0)["equity"] == 100_000 * WAD + counted


def test_stale_collateral_counts_for_close_out_only(venue):
    venue.deposit("buyer", WAD, GOLD)
    venue.let_go_stale()
    assert venue.margin("buyer", 0)["equity"] == 100_000 * WAD
    assert venue.margin("buyer", 2)["equity"] == 101_540 * WAD


def test_collateral_of_a_retail_account_counts_nothing(venue):
    venue.deposit("buyer", WAD, GOLD)
    venue.market.renew("buyer", 1)
    venue.trade("buyer", "seller", WAD)
    assert venue.margin("buyer", 0)["equity"] == 100_000 * WAD


def test_unknown_valuation(venue, reverts):
    with reverts("venue: unknown valuation"):
        venue.margin("buyer", 3)


@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    lots=st.integers(1, 2_000),
    side=st.sampled_from([1, -1]),
    paid=st.integers(7_600 * WAD, 8_400 * WAD),
    mark=st.integers(7_000 * WAD, 9_000 * WAD),
)
def test_every_rounding_is_against_the_account(venue, snapshot, lots, side, paid, mark):
    size = lots * 10**15
    with snapshot():
        long, short = ("client", "seller") if side > 0 else ("seller", "client")
        venue.trade(long, short, size, paid)
        venue.market.price(1, mark)
        for name, sign in ((long, 1), (short, -1)):
            cash = 10_000 * WAD if name == "client" else 100_000 * WAD
            exact = (
                cash + sign * Fraction(size * mark, WAD) - sign * floor(Fraction(size * paid, WAD))
            )
            found = venue.margin(name)
            assert found["equity"] == floor(exact)
            notional = ceil(Fraction(size * mark, WAD))
            asked = ceil(Fraction(notional * 33, 100))
            if name == "client":
                entry = max(notional, floor(Fraction(size * paid, WAD)))
                asked = max(asked, ceil(Fraction(entry, 2)))
            assert found["requirement"] == asked
        held, owed = venue.balances_sum()
        assert held == owed
