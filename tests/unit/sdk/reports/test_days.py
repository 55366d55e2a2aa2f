"""Valuations and margins at the end of days, worked by hand on a small market."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keelmark.ledger.end_of_day import DayClock
from keelmark.ledger.regulatory import Folded, check_same, fold_period
from keelmark.ledger.running import RunningMarket
from keelmark.reports.regulatory.life import LifeCycle
from keelmark.reports.regulatory.liquidation import Liquidations
from keelmark.reports.regulatory.margin import divide
from keelmark.reports.regulatory.period import Period, parse_bound, scope
from keelmark.reports.regulatory.registers import Registers
from keelmark.reports.regulatory.terms import Venue
from tests.support.books import DAY, NOW, WAD
from tests.support.reported import (
    BOARD,
    BUYER,
    FUTURE,
    HOUSE,
    HOUSE_LEI,
    MAKER,
    PERSON,
    SUPERVISED,
    TOKEN_FEED,
    Acts,
    begun,
    lei_of,
    party_word,
)

K = 1000 * WAD


def folded(acts: Acts, first: str, last: str, *, unfinished: bool = False) -> Folded:
    """A period of a script."""
    known = sorted({(event.block_number, event.timestamp) for event in acts.events})
    period = Period(parse_bound(first, "from"), parse_bound(last, "to"))
    about = scope(period, known, first_block=1, final_block=known[-1][0], finality="latest")
    registers = Registers(HOUSE_LEI)
    parts = Folded(
        LifeCycle(Venue(HOUSE_LEI, HOUSE, BOARD), registers),
        DayClock(RunningMarket(HOUSE, TOKEN_FEED)),
        Liquidations(registers),
    )
    events = [event for event in acts.events if event.block_number <= about.last_block]
    done = fold_period(events, parts, about, known, value_unfinished=unfinished)
    check_same(done)
    return done


def traded() -> Acts:
    """A future bought by a person and by a firm from a maker, at 8,000; then prices move."""
    acts = begun()
    acts.price(WAD, TOKEN_FEED)
    acts.price(8 * K)
    acts.trade((BUYER, 0), (MAKER, 0), 2 * WAD, 8 * K, instrument=FUTURE, cash=50 * K)
    acts.trade((PERSON, 0), (MAKER, -2 * WAD), WAD, 8 * K, instrument=FUTURE, cash=50 * K)
    acts.price(7 * K, after=3600)
    acts.price(8 * K + 500 * WAD, after=DAY)
    return acts


def test_default_behavior() -> None:
    """At the end of 12 March the future is at 7,000: 2 lost 2,000, 3 sold won 3,000."""
    found = folded(traded(), "2020-03-12", "2020-03-12")
    assert found.days == [NOW // DAY]
    rows = [one.row for one in found.valuations]
    told = [(row["account"], row["size"], row["valuation"], row["direction"]) for row in rows]
    assert told == [
        (MAKER, -3 * WAD, 3 * K, "SLLR"),
        (BUYER, 2 * WAD, -2 * K, "BYER"),
        # The house reports for the person: what the person lost it won.
        (PERSON, WAD, 1 * K, "SLLR"),
    ]
    assert sum(int(row["size"]) for row in rows) == 0
    assert {row["mark"] for row in rows} == {7 * K}
    assert {row["valuation_method"] for row in rows} == {"MTMA"}
    assert {row["valuation_timestamp"] for row in rows} == {"2020-03-12T01:03:58Z"}
    assert {row["event_timestamp"] for row in rows} == {"2020-03-12T01:04:00Z"}
    assert all("delta" not in row for row in rows)
    positions = {
        one.row["account"]: one.row["uti"] for one in found.trades if one.row["level"] == "PSTN"
    }
    assert {row["account"]: row["uti"] for row in rows} == positions


def test_margin_posted() -> None:
    """The firm: 33 % of two at 7,000 is 4,620; it lost 2,000; the rest of 50,000 is in excess."""
    found = folded(traded(), "2020-03-12", "2020-03-12")
    row = next(one.row for one in found.margins if one.row["account"] == BUYER)
    assert (row["initial_margin"], row["equity"]) == (4620 * WAD, 48 * K)
    assert row["im_posted_pre"] == row["im_posted_post"] == 4620 * WAD
    assert row["vm_posted_pre"] == row["vm_posted_post"] == 2 * K
    assert row["vm_collected_pre"] == row["vm_collected_post"] == 0
    assert row["excess_posted"] == 50 * K - 2 * K - 4620 * WAD
    assert (row["category"], row["im_posted_currency"]) == ("OWP1", "USD")
    assert (row["counterparty_1"], row["counterparty_2"]) == (lei_of(BUYER), HOUSE_LEI)
    assert row["collateral_portfolio_code"] == f"{HOUSE_LEI}{BUYER:032d}"
    assert not any(key.startswith(("im_collected", "excess_collected")) for key in row)


def test_margin_of_a_person() -> None:
    """The house is counterparty 1 and collects; the retail floor is half at the entry's 8,000."""
    found = folded(traded(), "2020-03-12", "2020-03-12")
    row = next(one.row for one in found.margins if one.row["account"] == PERSON)
    assert row["counterparty_1"] == HOUSE_LEI
    assert row["category"] == "OWP2"
    assert row["im_collected_post"] == 4 * K
    assert row["vm_collected_post"] == 1 * K
    assert row["vm_posted_post"] == 0
    assert row["excess_collected"] == 45 * K
    assert "im_posted_post" not in row


def test_unrealised_profit_is_collected() -> None:
    """The maker won 3,000 that nobody has paid yet."""
    found = folded(traded(), "2020-03-12", "2020-03-12")
    row = next(one.row for one in found.margins if one.row["account"] == MAKER)
    assert (row["vm_posted_post"], row["vm_collected_post"]) == (0, 3 * K)
    assert row["equity"] == 53 * K
    assert int(row["im_posted_post"]) + int(row["excess_posted"]) == 50 * K


def test_authorised_house_values() -> None:
    """An authorised CCP's valuation is the clearing house's own (CCPV)."""
    acts = begun()
    law = {"legal_basis": bytes(32), "case_hash": bytes(32)}
    acts.add("CcpAuthorised", account=SUPERVISED, word=party_word(SUPERVISED, ccp=True), **law)
    acts.price(WAD, TOKEN_FEED)
    acts.price(8 * K)
    acts.trade((BUYER, 0), (MAKER, 0), WAD, 8 * K, instrument=FUTURE, cash=50 * K)
    acts.price(8 * K, after=DAY)
    found = folded(acts, "2020-03-12", "2020-03-12")
    assert {one.row["valuation_method"] for one in found.valuations} == {"CCPV"}


def test_unfinished_day() -> None:
    """A day that goes on beyond the last block is valued only where that is asked for."""
    acts = traded()
    assert folded(acts, "2020-03-12", "2020-03-20").days == [NOW // DAY]
    found = folded(acts, "2020-03-12", "2020-03-20", unfinished=True)
    assert found.days == [NOW // DAY, NOW // DAY + 1]
    last = [one.row for one in found.valuations if one.row["account"] == BUYER][-1]
    assert (last["valuation"], last["sequence"]) == (K, 2)


def test_day_cut_in_the_middle() -> None:
    """A period that ends within a day leaves its end to the next report."""
    found = folded(traded(), "2020-03-12", "2020-03-12T00:30:00Z")
    assert (found.days, found.valuations, found.margins) == ([], [], [])


def test_day_without_a_known_block() -> None:
    """Nothing happened on it, and it ended all the same: valued, at its last second."""
    acts = traded()
    acts.price(9 * K, after=3 * DAY)
    found = folded(acts, "2020-03-14", "2020-03-14")
    assert found.days == [NOW // DAY + 2]
    found = folded(acts, "2020-03-13", "2020-03-15")
    assert found.days == [NOW // DAY + 1, NOW // DAY + 2, NOW // DAY + 3]
    assert {one.row["event_timestamp"] for one in found.valuations} == {
        "2020-03-13T01:04:00Z",
        "2020-03-14T23:59:59Z",
        "2020-03-15T23:59:59Z",
    }


amounts = st.integers(0, 10**30)


@given(amounts, amounts, st.integers(-(10**30), 10**30), amounts)
def test_nothing_is_left_over(counted: int, cut: int, unrealised: int, requirement: int) -> None:
    """Initial margin, variation margin and excess are what counts, to the wei."""
    found = divide(
        before_haircut=counted + cut,
        after_haircut=counted,
        unrealised=unrealised,
        requirement=requirement,
    )
    parts = (found.initial_post, found.variation_posted, found.excess)
    assert sum(parts) == counted
    assert min(*parts, found.initial_pre, found.variation_collected) >= 0
    assert found.initial_post <= requirement
    if found.initial_post < requirement:
        assert found.excess == 0
    if found.initial_post:
        assert found.initial_pre - found.initial_post == cut
    assert found.variation_collected == max(unrealised, 0)


def test_owed_cash() -> None:
    """Who owes cash has posted nothing."""
    found = divide(before_haircut=0, after_haircut=-5, unrealised=-7, requirement=9)
    assert (found.initial_pre, found.initial_post, found.variation_posted, found.excess) == (
        0,
        0,
        0,
        0,
    )


def test_haircut_goes_with_initial_margin() -> None:
    """Bonds of 250 at 2 % with 150 of cash, requirement 41: all of the 5 that the haircut takes."""
    found = divide(before_haircut=400, after_haircut=395, unrealised=0, requirement=41)
    assert (found.initial_pre, found.initial_post, found.excess) == (46, 41, 354)
    assert Fraction(found.initial_pre - found.initial_post, 250) == Fraction(2, 100)


def test_rows_that_do_not_add_up() -> None:
    """A leg that is missing shows as one sentence."""
    from keelmark.errors import InputError

    acts = traded()
    lost = next(event for event in acts.events if event.name == "AccountOpened")
    acts.events.remove(lost)
    with pytest.raises((InputError, LookupError), match="account 2"):
        folded(acts, "2020-03-12", "2020-03-12")
