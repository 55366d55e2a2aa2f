"""`withdraw`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.clearing import HOUR, WITHDRAWAL, Clearing
from tests.support.market import TOKEN
from tests.support.orders import WAD

MARK = 8000 * WAD


def withdraw(clearing: Clearing, name: str, asset: int, amount: int) -> Any:
    """The call."""
    return clearing.market.house.functions.withdraw(clearing.market.ids[name], asset, amount)


def test_default_behavior(clearing: Clearing, logs: Any) -> None:
    market = clearing.market
    receipt = market.withdraw("buyer", 40_000)
    assert market.cash("buyer") == 60_000 * WAD
    assert market.token.functions.balanceOf(market.actors("buyer")).call() == 40_000 * TOKEN
    (event,) = logs(receipt, market.house)
    assert event["event"] == "CollateralWithdrawn"
    assert dict(event["args"]) == {
        "account": market.ids["buyer"],
        "asset": 0,
        "amount": 40_000 * TOKEN,
        "balance": 60_000 * WAD,
    }
    market.deposit("buyer", 10, asset=1)
    receipt = market.withdraw("buyer", 4, asset=1)
    (event,) = logs(receipt, market.house)
    assert (event["args"]["asset"], event["args"]["balance"]) == (1, 6 * TOKEN)
    market.withdraw("buyer", 6, asset=1)
    word = int(market.house.functions.accounts(market.ids["buyer"]).call())
    assert word >> 112 & 255 == 0


def test_down_to_initial_margin(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    market.trade("buyer", "seller", 10 * WAD, MARK)
    with reverts("house: below initial margin"):
        market.send(withdraw(clearing, "buyer", 0, 73_600 * TOKEN + 1), market.actors("buyer"))
    market.withdraw("buyer", 73_600)
    with reverts("house: below initial margin"):
        market.send(withdraw(clearing, "buyer", 0, 1), market.actors("buyer"))


def test_unrealised_profit_is_left_out(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    market.trade("buyer", "seller", 10 * WAD, MARK)
    market.price(1, 9000 * WAD)
    # 10,000 of profit, not counted; 33 % of 90,000.
    assert market.margin("buyer", WITHDRAWAL)["equity"] == 100_000 * WAD
    with reverts("house: below initial margin"):
        market.send(withdraw(clearing, "buyer", 0, 70_300 * TOKEN + 1), market.actors("buyer"))
    market.withdraw("buyer", 70_300)


def test_unrealised_loss_counts(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    market.trade("buyer", "seller", 10 * WAD, MARK)
    market.price(1, 9000 * WAD)
    with reverts("house: below initial margin"):
        market.send(withdraw(clearing, "seller", 0, 60_300 * TOKEN + 1), market.actors("seller"))
    market.withdraw("seller", 60_300)


def test_profit_of_one_position_does_not_pay_for_anothers_loss(
    clearing: Clearing, reverts: Any
) -> None:
    """+2,000 on one, -2,000 on the other: nothing is netted in what may be taken out."""
    market = clearing.market
    ether = market.list_instrument(2)
    market.trade("buyer", "seller", 2 * WAD, MARK)
    market.trade("buyer", "seller", 100 * WAD, 200 * WAD, ether)
    market.price(1, 9000 * WAD)
    market.price(2, 180 * WAD)
    # 33 % of 18,000 and 50 % of 18,000: 14,940; equity 98,000.
    with reverts("house: below initial margin"):
        market.send(withdraw(clearing, "buyer", 0, 83_060 * TOKEN + 1), market.actors("buyer"))
    market.withdraw("buyer", 83_060)


def test_collateral_may_replace_cash_but_cash_is_what_is_there(
    clearing: Clearing, reverts: Any
) -> None:
    market = clearing.market
    market.deposit("buyer", 10**6, asset=1)
    market.trade("buyer", "seller", 10 * WAD, MARK)
    market.withdraw("buyer", 100_000)
    with reverts("house: not enough cash"):
        market.send(withdraw(clearing, "buyer", 0, 1), market.actors("buyer"))
    # 26,400 at 99.5 % is 26,532.66 of bonds.
    with reverts("house: below initial margin"):
        market.send(withdraw(clearing, "buyer", 1, 10**12 - 26_532_663_316), market.actors("buyer"))
    market.do(withdraw(clearing, "buyer", 1, 10**12 - 26_532_663_317), market.actors("buyer"))


def test_collateral_that_covers_negative_cash(clearing: Clearing, reverts: Any) -> None:
    """Without positions, too: what is owed must stay covered."""
    market = clearing.market
    market.join("debtor", cash=10_000, bonds=30_000)
    market.trade("debtor", "seller", 10 * WAD, MARK)
    market.price(1, 6800 * WAD)
    market.trade("seller", "debtor", 10 * WAD, 6800 * WAD)
    assert market.cash("debtor") == -2_000 * WAD
    # 2,000 over 0.995 is 2,010.050251...
    with reverts("house: below initial margin"):
        market.send(
            withdraw(clearing, "debtor", 1, 30_000 * TOKEN - 2_010_050_251),
            market.actors("debtor"),
        )
    market.do(
        withdraw(clearing, "debtor", 1, 30_000 * TOKEN - 2_010_050_252), market.actors("debtor")
    )


def test_without_positions_no_price_is_needed(
    clearing: Clearing, now: Callable[[], int], set_time: Callable[[int], None]
) -> None:
    clearing.market.deposit("buyer", 10, asset=1)
    set_time(now() + 30 * HOUR)
    clearing.market.withdraw("buyer", 100_000)
    clearing.market.withdraw("buyer", 10, asset=1)


def test_revoked_party_takes_its_money_out(clearing: Clearing) -> None:
    market = clearing.market
    revoking = market.parties.functions.revoke(market.actors("buyer"), b"left".ljust(32, b"\0"))
    market.do(revoking, market.actors("registrar"))
    market.withdraw("buyer", 100_000)


def test_not_the_accounts_wallet(clearing: Clearing, reverts: Any) -> None:
    for thief in ("seller", "member", "operator"):
        with reverts("house: gate 9" if thief != "operator" else "house: gate 1"):
            clearing.market.send(withdraw(clearing, "buyer", 0, 1), clearing.market.actors(thief))


def test_frozen_party(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    market.supervise("freeze", "buyer")
    with reverts("house: gate 4"):
        market.send(withdraw(clearing, "buyer", 0, 1), market.actors("buyer"))


def test_unknown_account(clearing: Clearing, reverts: Any) -> None:
    clearing.market.onboard("stranger")
    with reverts("house: unknown account"):
        clearing.market.send(
            withdraw(clearing, "stranger", 0, 1), clearing.market.actors("stranger")
        )


@pytest.mark.parametrize("flag", [4, 8])
def test_called_or_indebted(clearing: Clearing, reverts: Any, flag: int) -> None:
    account = clearing.market.ids["buyer"]
    word = int(clearing.market.house.functions.accounts(account).call())
    clearing.poke("book.accounts", word | flag << 120, account)
    with reverts("house: called or indebted"):
        clearing.market.send(withdraw(clearing, "buyer", 0, 1), clearing.market.actors("buyer"))


def test_loss_being_allocated(
    clearing: Clearing, reverts: Any, now: Callable[[], int], set_time: Callable[[int], None]
) -> None:
    deadline = now() + 100
    clearing.poke("book.counting_deadline", deadline)
    set_time(deadline)
    with reverts("house: loss being allocated"):
        clearing.market.send(withdraw(clearing, "buyer", 0, 1), clearing.market.actors("buyer"))
    set_time(deadline + 1)
    clearing.market.withdraw("buyer", 1)


def test_gain_not_scaled(clearing: Clearing, reverts: Any) -> None:
    clearing.poke("book.counted_gain", 1, clearing.market.ids["buyer"])
    with reverts("house: gain not scaled"):
        clearing.market.send(withdraw(clearing, "buyer", 0, 1), clearing.market.actors("buyer"))


def test_bad_amount(clearing: Clearing, reverts: Any) -> None:
    with reverts("house: bad amount"):
        clearing.market.send(withdraw(clearing, "buyer", 0, 0), clearing.market.actors("buyer"))


def test_not_enough_cash(clearing: Clearing, reverts: Any) -> None:
    with reverts("house: not enough cash"):
        clearing.market.send(
            withdraw(clearing, "buyer", 0, 100_000 * TOKEN + 1), clearing.market.actors("buyer")
        )


def test_not_enough_collateral(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    market.deposit("buyer", 10, asset=1)
    market.deposit("seller", 10, asset=1)
    with reverts("house: not enough collateral"):
        market.send(withdraw(clearing, "buyer", 1, 10 * TOKEN + 1), market.actors("buyer"))


def test_stale_price(clearing: Clearing, reverts: Any, now: Callable[[], int]) -> None:
    market = clearing.market
    market.trade("buyer", "seller", WAD, MARK)
    clearing.go_to(now() + 10 * HOUR)
    with reverts("house: stale price"):
        market.send(withdraw(clearing, "buyer", 0, 1), market.actors("buyer"))


def test_stale_or_weak_settlement_token(clearing: Clearing, reverts: Any) -> None:
    """Below 0.98 of par what remains of the cash counts nothing towards the requirement."""
    market = clearing.market
    market.trade("buyer", "seller", WAD, MARK)
    market.price(10, 98 * 10**16 - 1)
    with reverts("house: below initial margin"):
        market.send(withdraw(clearing, "buyer", 0, 1), market.actors("buyer"))


def test_jump_stops_no_withdrawal(clearing: Clearing) -> None:
    market = clearing.market
    market.trade("buyer", "seller", WAD, MARK)
    market.price(1, 10_000 * WAD)
    assert market.margin("buyer")["flags"] == 2
    market.withdraw("buyer", 1)


def test_token_that_takes_a_fee(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    token = listed(clearing, "FeeToken")
    market.do(token.functions.set_fees(1, 0), market.operator)
    with reverts("tokens: amount received differs"):
        market.send(withdraw(clearing, "buyer", 2, TOKEN), market.actors("buyer"))
    market.do(token.functions.set_fees(0, 1), market.operator)
    # On top of what leaves: the others' units would pay it.
    market.do(token.functions.mint(market.house.address, TOKEN), market.operator)
    with reverts("tokens: amount sent differs"):
        market.send(withdraw(clearing, "buyer", 2, TOKEN), market.actors("buyer"))


def test_blocked_token_stops_only_its_own_withdrawal(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    token = listed(clearing, "BlockingToken")
    market.do(token.functions.set_blocked(market.actors("buyer"), True), market.operator)
    with reverts("mock token: receiver blocked"):
        market.send(withdraw(clearing, "buyer", 2, TOKEN), market.actors("buyer"))
    market.withdraw("buyer", 1)
    market.trade("buyer", "seller", WAD, MARK)


def test_token_that_calls_back(clearing: Clearing) -> None:
    market = clearing.market
    token = listed(clearing, "ReentrantToken")
    asked = market.house.functions.margin(market.ids["buyer"], WITHDRAWAL)
    data = asked._encode_transaction_data()
    market.do(token.functions.arm(market.house.address, data), market.operator)
    market.do(withdraw(clearing, "buyer", 2, TOKEN), market.actors("buyer"))
    assert token.functions.called().call()
    assert not token.functions.succeeded().call()


def listed(clearing: Clearing, mock: str) -> Any:
    """A mock token as asset 2, with 10 of it deposited by `buyer`."""
    market = clearing.market
    token = market.deploy(f"tests/mocks/{mock}")
    terms = (token.address, 11, 2, False, 6, 2**32 - 1, 10**30)
    market.do(market.house.functions.list_collateral(*terms), market.operator)
    buyer = market.actors("buyer")
    market.do(token.functions.mint(buyer, 10 * TOKEN), buyer)
    market.do(token.functions.approve(market.house.address, 10 * TOKEN), buyer)
    market.do(market.house.functions.deposit(market.ids["buyer"], 2, 10 * TOKEN), buyer)
    return token
