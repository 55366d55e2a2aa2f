"""The contracts against the twin and the ledger: one market, rebuilt and re-computed.

The twin and the contracts were written apart from one written arithmetic. Here a market runs
through trades, flips, funding, settlement, liquidation, a loss and a debt, and after each
step every account's margin is computed twice, the market is rebuilt from its events, and both
are compared to the wei.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from eth_tester.exceptions import TransactionFailed

from keelmark.ledger import rebuild, reconcile
from keelmark.ledger.reconcile import money
from keelmark.margin import check_account
from keelmark.margin.liquidation import (
    after_take_over,
    max_take_over,
    take_over_allowed,
    take_over_penalty,
)
from keelmark.proofs import verify
from keelmark.types import Valuation
from tests.support import rebuilt
from tests.support.market import BTC, ETH, PROFESSIONAL, RETAIL, TOKEN_FEED, WAD, Market

LOT = 10**15
DAY = 86_400


@pytest.fixture(scope="module")
def make_venue(
    w3: Any,
    deploy: Callable[..., Any],
    actors: Callable[..., Any],
    send: Callable[..., Any],
    set_time: Callable[..., Any],
    now: Callable[..., Any],
) -> Callable[[int], Market]:
    """A venue under a regime, with two professionals and an EU retail client."""

    def made(regime: int) -> Market:
        market = Market(w3, deploy, actors, send, set_time, now, regime=regime)
        market.join("maker", PROFESSIONAL, cash=2_000_000)
        market.join("fund manager", PROFESSIONAL, cash=20_000, bonds=5_000)
        market.join("retail trader", RETAIL, cash=9_000)
        return market

    return made


@pytest.fixture(scope="module")
def venue(make_venue: Callable[[int], Market]) -> Market:
    """A venue under the default regime."""
    return make_venue(3)


def agree(venue: Market) -> None:
    """Both margins, both states, and the proof, to the wei."""
    chains = rebuilt.both_chains(venue)
    ledger = rebuilt.ledger(venue, chains)
    reads = rebuilt.reads(venue)
    assert ledger.findings == []
    assert reconcile(ledger, reads) == []
    assert reads.token_balance == money(ledger)
    state = rebuilt.market_state(venue, ledger)
    for number, book in ledger.accounts.items():
        for valuation in Valuation:
            expected = check_account(book.state(), state, valuation)
            equity, requirement, _ = venue.house.functions.margin(number, valuation).call()
            assert (equity, requirement) == (expected.equity, expected.initial_margin), (
                number,
                valuation.name,
            )
    for contract in (venue.house, venue.fund):
        verify(chains[contract.address], contract.functions.root().call())


def later(venue: Market, seconds: int, **prices: int) -> None:
    """Time passes, and every price is told anew."""
    venue.set_time(venue.now() + seconds)
    for feed, price in ((BTC, prices.get("btc")), (ETH, prices.get("eth", 200)), (TOKEN_FEED, 1)):
        if price is not None:
            venue.price(feed, price * WAD)


def test_trades_flips_and_funding(venue: Market) -> None:
    venue.trade("fund manager", "maker", 3 * WAD, 8100 * WAD)
    venue.trade("retail trader", "maker", WAD // 2 + LOT, 7999 * WAD + 1)
    agree(venue)
    later(venue, 3700, btc=8050)
    venue.trade("fund manager", "maker", 7 * LOT, 8077 * WAD + 12_345)
    agree(venue)
    later(venue, 1800, btc=7900)
    agree(venue)
    venue.trade("maker", "fund manager", WAD + 3 * LOT, 7890 * WAD + 7)
    venue.trade("maker", "retail trader", WAD // 4, 7900 * WAD)
    agree(venue)
    # The manager flips from long to short, the client closes and opens short.
    venue.trade("maker", "fund manager", 4 * WAD, 7901 * WAD + 999)
    agree(venue)
    venue.withdraw("fund manager", 100)
    venue.withdraw("fund manager", 100, asset=1)
    later(venue, 7300, btc=7950)
    venue.do(venue.house.functions.roll_funding(venue.perpetual), venue.actors("keeper"))
    agree(venue)


def test_two_underliers_and_a_hedge(venue: Market) -> None:
    ether = venue.list_instrument(ETH, multiplier=12_345)
    expiry = venue.now() // DAY * DAY + 30 * DAY + 8 * 3600
    future = venue.list_instrument(BTC, expiry=expiry)
    venue.trade("fund manager", "maker", WAD, 8000 * WAD)
    venue.trade("maker", "fund manager", WAD - LOT, 8123 * WAD + 1, instrument=future)
    venue.trade("fund manager", "maker", 11 * LOT, 201 * WAD + 77, instrument=ether)
    agree(venue)
    later(venue, 600, btc=8200, eth=195)
    agree(venue)


def test_a_liquidation_a_loss_and_a_debt_paid_back(venue: Market) -> None:
    venue.join("speculator", PROFESSIONAL, cash=3_000)
    venue.trade("speculator", "maker", WAD, 8000 * WAD)
    later(venue, 60, btc=7200)
    later(venue, 60, btc=6500)
    venue.call_margin("speculator")
    agree(venue)
    later(venue, 3700, btc=5500)
    later(venue, 3700, btc=4600)
    venue.liquidate("speculator", "maker", WAD)
    agree(venue)
    assert venue.cash("speculator") < 0
    account = venue.ids["speculator"]
    venue.do(venue.house.functions.allocate_loss(account), venue.actors("keeper"))
    agree(venue)
    ledger = rebuilt.ledger(venue)
    debt = ledger.account(account).debt
    assert debt > 0
    venue.mint(venue.token, "speculator", 1_000, venue.house.address)
    paying = venue.house.functions.pay_debt(account, debt // 3 // 10**12)
    venue.do(paying, venue.actors("speculator"))
    rest = rebuilt.ledger(venue).account(account).debt
    venue.do(venue.house.functions.pay_debt(account, rest // 10**12), venue.actors("speculator"))
    agree(venue)
    assert rebuilt.ledger(venue).account(account).debt == 0


def test_the_twin_knows_what_may_be_taken_and_for_how_much(venue: Market) -> None:
    venue.join("speculator", PROFESSIONAL, cash=3_000)
    venue.trade("speculator", "maker", WAD, 8000 * WAD)
    later(venue, 60, btc=7000)
    venue.call_margin("speculator")
    later(venue, 3700, btc=6900)
    ledger = rebuilt.ledger(venue)
    account = ledger.account(venue.ids["speculator"]).state()
    state = rebuilt.market_state(venue, ledger)
    size = max_take_over(account, state, venue.perpetual)
    assert 0 < size < WAD
    assert not take_over_allowed(account, state, venue.perpetual, size + 50 * LOT)
    with pytest.raises(TransactionFailed, match="close-out: overshoots"):
        venue.liquidate("speculator", "maker", size + 50 * LOT)
    assert take_over_allowed(account, state, venue.perpetual, size)
    venue.liquidate("speculator", "maker", size)
    event = rebuilt.events(venue)[-1]
    assert event.name == "PositionLiquidated"
    before = check_account(account, state, Valuation.CLOSE_OUT)
    _, after = after_take_over(account, state, venue.perpetual, size)
    expected = take_over_penalty(size, event.number("mark"), before, after)
    assert event.number("penalty") == expected > 0
    assert event.number("margin_before") == before.initial_margin
    assert event.number("margin_after") == after.initial_margin
    assert event.number("equity_after") == after.equity - expected
    agree(venue)


def test_a_retail_loss_is_extinguished(venue: Market) -> None:
    venue.join("retail speculator", RETAIL, cash=4_100)
    venue.trade("retail speculator", "maker", WAD, 8000 * WAD)
    for price in (6500, 5300, 4300, 3500):
        later(venue, 3700, btc=price)
    venue.liquidate("retail speculator", "maker", WAD)
    account = venue.ids["retail speculator"]
    assert venue.cash("retail speculator") == -400 * WAD
    venue.do(venue.house.functions.allocate_loss(account), venue.actors("keeper"))
    agree(venue)
    ledger = rebuilt.ledger(venue)
    assert (ledger.account(account).cash, ledger.account(account).debt) == (0, 0)


def test_a_lost_event_is_found(venue: Market) -> None:
    """The comparison can fail: without one trade the ledger and the contracts part."""
    venue.trade("fund manager", "maker", WAD, 8000 * WAD)
    venue.trade("fund manager", "maker", WAD, 8001 * WAD)
    found = rebuilt.events(venue)
    lost = next(place for place, event in enumerate(found) if event.name == "TradeReported")
    ledger = rebuild(found[:lost] + found[lost + 1 :], venue.house.address)
    assert ledger.findings
    assert reconcile(ledger, rebuilt.reads(venue))


@pytest.mark.parametrize("regime", [1, 2], ids=["schedule", "listed"])
def test_the_other_regimes(make_venue: Callable[[int], Market], regime: int) -> None:
    venue = make_venue(regime)
    venue.trade("fund manager", "maker", 3 * WAD, 8100 * WAD)
    venue.trade("retail trader", "maker", WAD // 2 + LOT, 7999 * WAD + 1)
    later(venue, 600, btc=8200)
    agree(venue)
