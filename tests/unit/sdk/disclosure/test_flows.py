"""What is added up of a day, on a market small enough to do by hand."""

import pytest

from keelmark.reports.disclosure.flows import Flows, day_of
from tests.unit.sdk.disclosure.events import DAY_ONE, TAKEN_OVER, TRADED, WAD, event, leg, market

FIVE_MARCH = 18_326


@pytest.fixture
def flows() -> Flows:
    """Nothing has happened."""
    return Flows(market())


def test_names() -> None:
    """What people call the instruments."""
    assert market().name(1) == "BTC perpetual"
    assert market().name(2) == "BTC put 7,000 2020-03-15"
    assert market().name(9) == "instrument 9"


def test_day_ends_at_midnight() -> None:
    """The last second of a day is that day's, the next is not."""
    assert day_of(DAY_ONE) == FIVE_MARCH
    assert day_of(DAY_ONE - 1) == FIVE_MARCH - 1
    assert day_of(DAY_ONE + 86_399) == FIVE_MARCH


def test_match_is_counted_once(flows: Flows) -> None:
    """Two matches of two legs: 2 at 8,000 and 3 at 9,000 make 43,000, not 86,000."""
    for size, price in ((2, 8_000), (3, 9_000)):
        flows.apply(leg(DAY_ONE, 1, 1, size * WAD, price * WAD, TRADED))
        flows.apply(leg(DAY_ONE, 2, 1, -size * WAD, price * WAD, TRADED))
    volume = flows.volume[FIVE_MARCH, 1]
    assert (volume.matches, volume.size) == (2, 5 * WAD)
    assert volume.notional == volume.turnover == 43_000 * WAD


def test_option_notional_is_strike_times_size(flows: Flows) -> None:
    """Three puts at 7,000 for a premium of 50 each."""
    flows.apply(leg(DAY_ONE, 1, 2, 3 * WAD, 50 * WAD, TRADED))
    volume = flows.volume[FIVE_MARCH, 2]
    assert volume.notional == 21_000 * WAD
    assert volume.turnover == 150 * WAD


def test_take_over_is_no_volume(flows: Flows) -> None:
    """Its legs are not counted, its report is: 4 at 6,000, and 12 of penalty."""
    flows.apply(leg(DAY_ONE, 1, 1, -4 * WAD, 6_000 * WAD, TAKEN_OVER))
    flows.apply(leg(DAY_ONE, 2, 1, 4 * WAD, 6_000 * WAD, TAKEN_OVER))
    flows.apply(
        event(
            "PositionLiquidated",
            DAY_ONE,
            account=1,
            instrument=1,
            taker=2,
            mode=2,
            size=4 * WAD,
            mark=6_000 * WAD,
            penalty=12 * WAD,
        )
    )
    assert not flows.volume
    found = flows.take_overs[FIVE_MARCH, 1, 2]
    assert (found.count, found.size, found.notional) == (1, 4 * WAD, 24_000 * WAD)
    assert (found.penalty, found.accounts) == (12 * WAD, {1})


def test_halves_of_a_wei_add_up(flows: Flows) -> None:
    """Half a wei of notional each: two matches make one wei, where each alone rounds to none."""
    for _ in range(2):
        flows.apply(leg(DAY_ONE, 1, 1, 10**9, 5 * 10**8, TRADED))
    volume = flows.volume[FIVE_MARCH, 1]
    assert volume.turnover == 1


def test_call_of_a_covered_account_lacks_nothing(flows: Flows) -> None:
    """Cash is owed but collateral covers the requirement: that is no negative shortfall."""
    for account, equity in ((1, 80), (2, 130)):
        flows.apply(
            event(
                "MarginCalled",
                DAY_ONE,
                account=account,
                equity=equity * WAD,
                initial_margin=100 * WAD,
            )
        )
    flows.apply(event("MarginCallEnded", DAY_ONE, account=1))
    calls = flows.calls[FIVE_MARCH]
    assert (calls.issued, calls.ended, calls.shortfall) == (2, 1, 20 * WAD)
    assert calls.accounts == {1, 2}


def test_losses_by_layer(flows: Flows) -> None:
    """One deficit through the layers, and what became of it."""
    layers = {
        "from_member_cash": 1,
        "from_member_share": 2,
        "from_house": 3,
        "from_others": 4,
        "uncovered": 5,
    }
    flows.apply(event("LossAllocated", DAY_ONE, account=1, deficit=15, **layers))
    flows.apply(event("DebtRecorded", DAY_ONE, account=1, amount=15))
    flows.apply(event("DebtPaid", DAY_ONE + 86_400, account=1, amount=6))
    flows.apply(event("DeficitExtinguished", DAY_ONE, account=2, amount=7))
    flows.apply(event("LossCovered", DAY_ONE, amount=8))
    flows.apply(event("GainScaled", DAY_ONE, account=3, amount=9))
    found = flows.losses[FIVE_MARCH]
    assert found.deficit == 15
    assert [getattr(found, name) for name in layers] == [1, 2, 3, 4, 5]
    assert (found.debts_recorded, found.debts_paid, found.extinguished) == (15, 0, 7)
    assert (found.covered_later, found.gains_scaled) == (8, 9)
    assert flows.losses[FIVE_MARCH + 1].debts_paid == 6
