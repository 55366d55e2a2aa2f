"""What broke peers between registry and house: forced acts, recoveries, statuses that lapsed."""

from __future__ import annotations

from typing import Any

import pytest

from keelmark.chain.pyevm import Backend
from tests.support.distress import DEFICIT, SHORT, check_money
from tests.support.market import BOND_FEED, BTC, PROFESSIONAL, TOKEN, TOKEN_FEED, Market
from tests.support.orders import WAD
from tests.support.parties import Attestation, lei_text, lei_word
from tests.support.registry import BASIS, CASE, DAY
from tests.support.storage import storage_roots

HOUR, WEEK = 3600, 7 * DAY
EVIDENCE, SOURCE = b"\x22" * 32, b"\x5a" * 32
NAMES = ("maker", "liquidator", "client", "retail client", "first", "second")
RETAIL_FLAG, CALLED = 2, 4


def everything(market: Market) -> list[Any]:
    """Tokens of all wallets and contracts; account words, positions, bonds, promises, shares."""
    holders: list[str] = [
        market.actors(name) for name in (*NAMES, "supervisor", "registrar", "convenor")
    ]
    holders += [market.house.address, market.fund.address, market.parties.address]
    tokens: list[Any] = [
        [token.functions.balanceOf(holder).call() for holder in holders]
        for token in (market.token, market.bond)
    ]
    return tokens + [of(market, name) for name in NAMES]


def of(market: Market, name: str) -> tuple[Any, ...]:
    """All that the house and the fund keep of a party."""
    house, account = market.house.functions, market.ids[name]
    return (
        house.accounts(account).call(),
        [house.positions(account, slot).call() for slot in range(3)],
        house.balance_of(account, 1).call(),
        house.backstop(account).call(),
        market.fund.functions.share_value(market.house.address, account).call(),
    )


def recover(market: Market, lost: str, new: str) -> None:
    """The registrar announces, a week passes, the new key takes over."""
    calls = market.parties.functions
    wallets = market.actors(lost), market.actors(new)
    market.do(calls.announce_recovery(*wallets, EVIDENCE), market.actors("registrar"))
    market.set_time(market.now() + WEEK)
    market.do(calls.complete_recovery(wallets[0]), market.actors(new))
    market.ids[new] = market.ids[lost]


def awake(market: Market, price: int) -> None:
    """Prices of all feeds after days without one, and the time for which they are in doubt."""
    for _ in range(2):
        for feed, units in ((BTC, price), (TOKEN_FEED, 1), (BOND_FEED, 1)):
            market.price(feed, units * WAD)
        market.set_time(market.now() + 2 * HOUR)
    market.price(BTC, price * WAD)


# A forced action that skips checks.


def test_forced_action_that_skips_checks(market: Market, backend: Backend) -> None:
    """Every power of every authority, and the registrar's: no token and no position moves."""
    kept = (market.house, market.fund, market.token, market.bond)
    calls, wallet = market.parties.functions, market.actors("client")
    number, review = market.perpetual, market.now() + 30 * DAY
    before, roots = everything(market), storage_roots(backend, *kept)
    lei = lei_word(lei_text(700))
    for call in (
        calls.freeze(wallet, 0, BASIS, CASE, review),
        calls.restrict(wallet, 0, BASIS, CASE, review),
        calls.authorise_ccp(wallet, BASIS, CASE),
        calls.halt(market.now() + DAY, BASIS, CASE),
        calls.bar_instrument(number, BASIS, CASE, review),
        calls.recognise_issuer(2, market.actors("attester"), lei, BASIS, CASE),
        calls.set_issuer(1, False, BASIS, CASE),
        calls.set_issuer(1, True, BASIS, CASE),
        calls.clear_instrument(number, BASIS, CASE),
        calls.resume(BASIS, CASE),
        calls.withdraw_ccp(wallet, BASIS, CASE),
        calls.release(wallet, 0, BASIS, CASE),
        calls.unfreeze(wallet, 0, BASIS, CASE),
    ):
        market.do(call, market.actors("supervisor"))
        assert storage_roots(backend, *kept) == roots, call.fn_name
    entries = [(wallet, b"OFAC-SDN-1".ljust(32, b"\0"))]
    time = market.sanctions.functions.updated_at().call()
    listing = market.sanctions.functions.update([], entries, SOURCE, time)
    market.do(listing, market.actors("sanctions officer"))
    market.do(calls.screen(wallet), market.actors("keeper"))
    market.do(calls.revoke(wallet, CASE), market.actors("registrar"))
    assert everything(market) == before


@pytest.mark.parametrize("who", ["supervisor", "registrar", "convenor", "sanctions officer"])
def test_nobody_acts_for_another(market: Market, reverts: Any, who: str) -> None:
    account = market.ids["client"]
    house = market.house.functions
    for call in (
        house.withdraw(account, 0, 1),
        house.deposit(account, 0, 1),
        house.close_account(account),
        house.choose_engine(account, 1),
    ):
        with reverts("house: gate 1"):
            market.send(call, market.actors(who))


# Recovery that drops a limit.


@pytest.mark.parametrize("name", ["client", "retail client"])
def test_recovery_that_drops_a_limit(market: Market, reverts: Any, name: str) -> None:
    """Positions, cash, bonds, call and retail flag; holds and the sanctions flag."""
    if name == "client":
        market.deposit(name, 5, asset=1)
        market.price(BTC, SHORT * WAD)
        market.call_margin(name)
    for power in ("freeze", "restrict"):
        market.supervise(power, name)
    before = of(market, name)
    flag = CALLED if name == "client" else RETAIL_FLAG
    assert before[0] >> 120 & flag
    recover(market, name, "new key")
    assert of(market, "new key") == before
    with reverts("house: gate 4"):
        market.deposit("new key", 1)
    for power in ("unfreeze", "release"):
        market.supervise(power, "new key")
    with reverts("house: gate 9"):
        market.deposit(name, 1)
    market.deposit("new key", 1)
    after = of(market, "new key")
    assert after[0] - before[0] == WAD
    check_money(market)


def test_debt_moves_with_a_key(market: Market, reverts: Any) -> None:
    """Who owes owes under the new key, is sold up under it, and takes nothing out."""
    market.deposit("client", 10_000, asset=1)
    market.price(BTC, DEFICIT * WAD)
    market.trade("maker", "client", 10 * WAD, DEFICIT * WAD)
    market.call_margin("client")
    owed = market.cash("client")
    assert owed < 0
    recover(market, "client", "new key")
    assert market.cash("new key") == owed
    with reverts("house: called or indebted"):
        market.withdraw("new key", 1, asset=1)
    buying = market.close_out.functions.buy_collateral(
        market.house.address, market.ids["client"], 1, TOKEN, market.ids["liquidator"], 2**200
    )
    awake(market, DEFICIT)
    market.do(buying, market.actors("liquidator"))
    assert market.cash("new key") > owed


def test_promise_and_share_move_with_a_members_key(market: Market, reverts: Any) -> None:
    promising = market.house.functions.commit_backstop(market.ids["first"], 60_000 * WAD)
    market.do(promising, market.actors("first"))
    before = of(market, "first")
    recover(market, "first", "new key")
    assert of(market, "new key") == before
    awake(market, DEFICIT)

    def calling(name: str) -> Any:
        return market.close_out.functions.backstop(
            market.house.address,
            market.ids["client"],
            market.perpetual,
            WAD,
            [market.actors(name)],
        )

    with reverts("close-out: members not ascending"):
        market.send(calling("first"), market.actors("keeper"))
    market.do(calling("new key"), market.actors("keeper"))
    assert market.position("new key").size == WAD
    call = market.fund.functions.withdraw(market.house.address, market.ids["first"], 1)
    with reverts("fund: not the member's wallet"):
        market.send(call, market.actors("first"))
    with reverts("fund: carries accounts"):
        market.send(call, market.actors("new key"))


def test_orders_of_a_lost_key_die_with_it(market: Market, reverts: Any) -> None:
    size, price = WAD, 8_000 * WAD
    buy = market.order("liquidator", market.perpetual, size, price)
    sell = market.order("maker", market.perpetual, -size, price)
    recover(market, "maker", "new key")
    awake(market, 8_000)
    with reverts("house: gate 9"):
        market.do(
            market.matching(buy, sell, "liquidator", "maker", size, price), market.actors("venue")
        )
    again = market.order("new key", market.perpetual, -size, price)
    market.do(
        market.matching(buy, again, "liquidator", "new key", size, price), market.actors("venue")
    )


# A status that lapsed: retail for what is new, and nothing else changes.


def lapsed(market: Market, name: str) -> int:
    """A professional whose status has lapsed; its account id."""
    attestation = Attestation(
        wallet=market.actors(name),
        identifier=lei_word(lei_text(600)),
        jurisdiction=b"DE",
        category=PROFESSIONAL,
        natural_person=False,
        member=0,
        expiry=market.now() + 300 * DAY,
        status_until=market.now() + DAY,
        screened_at=market.now(),
    )
    market.do(market.parties.functions.onboard(attestation), market.actors("registrar"))
    market.ids[name] = int(market.parties.functions.account_count().call())
    return market.ids[name]


def test_lapsed_status_opens_no_professional_account(market: Market, reverts: Any) -> None:
    account = lapsed(market, "lapsed")
    market.fund_member("lapsed", 1_000)
    market.set_time(market.now() + 2 * DAY)
    admitting = market.house.functions.admit_member(market.actors("lapsed"))
    with reverts("house: retail member"):
        market.do(admitting, market.operator)
    opening = market.house.functions.open_account(market.actors("lapsed"), market.member)
    market.do(opening, market.actors("member"))
    assert market.house.functions.accounts(account).call() >> 120 & RETAIL_FLAG


def test_lapsed_status_leaves_open_positions_alone(market: Market, reverts: Any) -> None:
    account = lapsed(market, "lapsed")
    opening = market.house.functions.open_account(market.actors("lapsed"), market.member)
    market.do(opening, market.actors("member"))
    market.deposit("lapsed", 30_000)
    market.trade("lapsed", "maker", 2 * WAD, 8_000 * WAD)
    before = market.house.functions.accounts(account).call(), market.margin("lapsed")
    market.set_time(market.now() + 2 * DAY)
    awake(market, 8_000)
    assert (market.house.functions.accounts(account).call(), market.margin("lapsed")) == before
    with reverts("house: gate 14"):
        market.trade("lapsed", "maker", WAD, 8_000 * WAD)
    accepted = market.gatekeeper.accept_warning(market.actors("lapsed"), "DE")
    assert accepted
    with reverts("house: category changed"):
        market.trade("lapsed", "maker", WAD, 8_000 * WAD)
    market.trade("maker", "lapsed", WAD, 8_000 * WAD)
    market.withdraw("lapsed", 1_000)
    market.price(BTC, DEFICIT * WAD)
    with reverts("close-out: retail taker"):
        market.liquidate("client", "lapsed", WAD)
