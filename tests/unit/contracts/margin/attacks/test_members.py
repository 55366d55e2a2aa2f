"""Members, and debtors, who would rather not pay."""

from __future__ import annotations

from typing import Any

from tests.support.distress import DEFICIT, bankrupt, calm, check_money, fund_layers
from tests.support.market import BTC, ETH, PROFESSIONAL, TOKEN, TOKEN_FEED, Market
from tests.support.orders import WAD

HOUR = 3_600


def allocate(market: Market, name: str = "client") -> Any:
    """A stranger has a loss allocated."""
    allocating = market.house.functions.allocate_loss(market.ids[name])
    return market.do(allocating, market.actors("keeper"))


def layers(market: Market, name: str = "client") -> list[int]:
    """A debt by layer, wad."""
    return list(market.house.functions.debt_layers(market.ids[name]).call())


def test_share_cannot_run_from_a_loss(market: Market, reverts: Any) -> None:
    bankrupt(market)
    leaving = market.fund.functions.withdraw(market.house.address, market.member, TOKEN)
    with reverts("fund: carries accounts"):
        market.do(leaving, market.actors("member"))


def test_stale_price_does_not_spare_the_members_cash(
    market: Market, set_time: Any, now: Any
) -> None:
    """One lot on a feed that died, and the loss would never be allocated, or pass it by."""
    ether = market.list_instrument(ETH)
    market.deposit("member", 5_000)
    market.trade("member", "maker", 10**15, 200 * WAD, ether)
    bankrupt(market)
    set_time(now() + 10 * HOUR)
    assert market.margin("member")["flags"] & 1
    allocate(market)
    assert layers(market) == [1_000 * WAD, 0, 0, 0, 0]
    check_money(market)


def test_token_below_par_does_not_spare_the_members_cash(market: Market) -> None:
    """Cash counts nothing for opening when the token is off its par; it still pays."""
    market.deposit("member", 5_000)
    market.trade("member", "maker", 10**15, 8_000 * WAD)
    bankrupt(market)
    market.price(TOKEN_FEED, 97 * WAD // 100)
    allocate(market)
    assert layers(market) == [1_000 * WAD, 0, 0, 0, 0]


def test_other_clients_money_is_never_touched(market: Market) -> None:
    """Every account but the member's own has what it had, to the wei, whatever the layers lose."""
    market.join("big client", cash=300_000)
    market.trade("big client", "maker", 100 * WAD, 8_000 * WAD)
    market.price(BTC, 3_000 * WAD)
    market.liquidate("big client", "liquidator", 100 * WAD)
    names = ("client", "retail client", "maker", "liquidator")
    before = {name: market.margin(name) for name in names}
    cash = {name: market.cash(name) for name in names}
    allocate(market, "big client")
    assert {name: market.margin(name) for name in names} == before
    assert {name: market.cash(name) for name in names} == cash
    check_money(market)


def test_debtor_pays_in_again(market: Market, reverts: Any) -> None:
    """Money that a debtor deposits neither opens anything nor leaves before the debt is paid."""
    bankrupt(market)
    allocate(market)
    market.deposit("client", 50_000)
    calm(market, DEFICIT)
    with reverts("house: called or indebted"):
        market.trade("client", "maker", WAD, DEFICIT * WAD)
    with reverts("house: called or indebted"):
        market.withdraw("client", 1)
    market.price(BTC, 3_000 * WAD)
    with reverts("house: called or indebted"):
        market.liquidate("retail client", "client", WAD)
    market.mint(market.token, "payer", 1_000, market.house.address)
    paying = market.house.functions.pay_debt(market.ids["client"], 1_000 * TOKEN)
    market.do(paying, market.actors("payer"))
    market.withdraw("client", 50_000)
    check_money(market)


def test_debtors_account_stays_open(market: Market, reverts: Any) -> None:
    """Nor can the debt be left behind by closing the account, or the member's with it."""
    bankrupt(market)
    allocate(market)
    closing = market.house.functions.close_account
    with reverts("house: account not empty"):
        market.do(closing(market.ids["client"]), market.actors("client"))
    with reverts("house: carries accounts"):
        market.do(closing(market.member), market.actors("member"))


def test_dust_collateral_cannot_hold_off_a_loss(market: Market) -> None:
    """A debtor leaves one unit of a bond behind: anyone buys it, and the loss goes its way."""
    market.deposit("client", 1, asset=1)
    bankrupt(market)
    buying = market.close_out.functions.buy_collateral(
        market.house.address,
        market.ids["client"],
        1,
        TOKEN,
        market.ids["liquidator"],
        WAD,
    )
    market.do(buying, market.actors("liquidator"))
    allocate(market)
    check_money(market)


def test_carrying_member_takes_over_its_client(market: Market) -> None:
    market.deposit("member", 100_000)
    market.price(BTC, DEFICIT * WAD)
    market.liquidate("client", "member", 10 * WAD)
    allocate(market)
    # Its margin for 10 BTC is 16,170: the rest of its cash is free, and pays first.
    assert layers(market) == [1_000 * WAD, 0, 0, 0, 0]
    assert market.cash("member") == 99_000 * WAD
    check_money(market)


def test_default_of_one_member_spares_the_others_until_their_turn(market: Market) -> None:
    market.join("other member", PROFESSIONAL, "DE", member=True, share=100_000, cash=10_000)
    bankrupt(market)
    allocate(market)
    assert market.cash("other member") == 10_000 * WAD
    fund = market.fund.functions
    other = fund.share_value(market.house.address, market.ids["other member"]).call()
    assert other == 100_000 * TOKEN
    assert fund_layers(market)["share"] == 99_000 * TOKEN
