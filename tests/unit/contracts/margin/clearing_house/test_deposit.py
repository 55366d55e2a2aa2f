"""`deposit`, with tokens that misbehave."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.clearing import CLOSE_OUT, Clearing
from tests.support.market import RETAIL, TOKEN
from tests.support.orders import WAD


def deposit(clearing: Clearing, name: str, asset: int, amount: int) -> Any:
    """The call."""
    return clearing.market.house.functions.deposit(clearing.market.ids[name], asset, amount)


def strange(clearing: Clearing, mock: str, kind: int = 2) -> Contract:
    """A mock token of six decimals as asset 2, of which `buyer` holds and allows 1,000."""
    market = clearing.market
    token = market.deploy(f"tests/mocks/{mock}")
    terms = (token.address, 11, kind, False, 6, 2**32 - 1, 10**30)
    market.do(market.house.functions.list_collateral(*terms), market.operator)
    buyer = market.actors("buyer")
    market.do(token.functions.mint(buyer, 1_000 * TOKEN), buyer)
    market.do(token.functions.approve(market.house.address, 1_000 * TOKEN), buyer)
    return token


def test_default_behavior(clearing: Clearing, logs: Any) -> None:
    market = clearing.market
    receipt = market.deposit("buyer", 123)
    assert market.cash("buyer") == 100_123 * WAD
    (event,) = logs(receipt, market.house)
    assert event["event"] == "CollateralDeposited"
    assert dict(event["args"]) == {
        "account": market.ids["buyer"],
        "asset": 0,
        "amount": 123 * TOKEN,
        "balance": 100_123 * WAD,
    }
    receipt = market.deposit("buyer", 50, asset=1)
    receipt = market.deposit("buyer", 7, asset=1)
    assert market.house.functions.balance_of(market.ids["buyer"], 1).call() == 57 * TOKEN
    (event,) = logs(receipt, market.house)
    assert event["args"]["balance"] == 57 * TOKEN
    # Bit 0 of the mask says that asset 1 is held; cash did not change.
    word = int(market.house.functions.accounts(market.ids["buyer"]).call())
    assert word >> 112 & 255 == 1
    assert market.cash("buyer") == 100_123 * WAD
    assert market.bond.functions.balanceOf(market.house.address).call() == 57 * TOKEN
    # A bill of 200 days counts 99.5 %.
    assert market.margin("buyer", CLOSE_OUT)["equity"] == 100_123 * WAD + 57 * WAD * 995 // 1000


def test_two_assets_of_one_word(clearing: Clearing) -> None:
    """Two balances share a storage word; neither touches the other."""
    market = clearing.market
    strange(clearing, "SilentToken")
    account = market.ids["buyer"]
    market.deposit("buyer", 50, asset=1)
    market.do(deposit(clearing, "buyer", 2, 3), market.actors("buyer"))
    balances = [market.house.functions.balance_of(account, asset).call() for asset in (1, 2, 3)]
    assert balances == [50 * TOKEN, 3, 0]
    assert int(market.house.functions.accounts(account).call()) >> 112 & 255 == 0b11
    market.withdraw("buyer", 50, asset=1)
    balances = [market.house.functions.balance_of(account, asset).call() for asset in (1, 2)]
    assert balances == [0, 3]
    assert int(market.house.functions.accounts(account).call()) >> 112 & 255 == 0b10


def test_called_account_may_pay_in(clearing: Clearing) -> None:
    market = clearing.market
    market.trade("buyer", "seller", 30 * WAD, 8000 * WAD)
    market.price(1, 6900 * WAD)
    market.call_margin("buyer")
    market.deposit("buyer", 1)


def test_not_the_accounts_wallet(clearing: Clearing, reverts: Any) -> None:
    with reverts("house: gate 9"):
        clearing.market.send(deposit(clearing, "buyer", 0, 1), clearing.market.actors("seller"))


def test_frozen_party(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    market.supervise("freeze", "buyer")
    with reverts("house: gate 4"):
        market.send(deposit(clearing, "buyer", 0, 1), market.actors("buyer"))


@pytest.mark.parametrize("amount", [0, 2**112, 2**255])
def test_bad_amount(clearing: Clearing, reverts: Any, amount: int) -> None:
    with reverts("house: bad amount"):
        clearing.market.send(deposit(clearing, "buyer", 0, amount), clearing.market.actors("buyer"))


def test_unknown_account(clearing: Clearing, reverts: Any) -> None:
    clearing.market.onboard("stranger")
    with reverts("house: unknown account"):
        clearing.market.send(
            deposit(clearing, "stranger", 0, 1), clearing.market.actors("stranger")
        )


@pytest.mark.parametrize("asset", [2, 8, 9, 2**255])
def test_unknown_asset(clearing: Clearing, reverts: Any, asset: int) -> None:
    with reverts("house: unknown asset"):
        clearing.market.send(deposit(clearing, "buyer", asset, 1), clearing.market.actors("buyer"))


def test_not_for_retail(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    market.join("saver", RETAIL, "DE", cash=1)
    with reverts("house: not for retail"):
        market.deposit("saver", 1, asset=1)
    strange(clearing, "SilentToken", kind=1)
    saver = market.actors("saver")
    token = market.w3.eth.contract(
        address=market.house.functions.tokens(2).call(), abi=market.token.abi
    )
    market.do(token.functions.mint(saver, TOKEN), saver)
    market.do(token.functions.approve(market.house.address, TOKEN), saver)
    market.do(deposit(clearing, "saver", 2, TOKEN), saver)


def test_cash_out_of_range(clearing: Clearing, reverts: Any) -> None:
    """Cash is below 2^103 wad, ten trillion: beyond it the lane would turn negative."""
    most = (2**103 - 1) // 10**12 - 100_000 * TOKEN
    market = clearing.market
    buyer = market.actors("buyer")
    market.do(market.token.functions.mint(buyer, most + 1), market.actors("minter"))
    with reverts("house: cash out of range"):
        market.send(deposit(clearing, "buyer", 0, most + 1), buyer)
    market.do(deposit(clearing, "buyer", 0, most), buyer)


def test_balance_out_of_range(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    with reverts("house: balance out of range"):
        market.send(
            deposit(clearing, "buyer", 1, (2**112 - 1) // 10**12 + 1), market.actors("buyer")
        )


def test_token_that_takes_a_fee(clearing: Clearing, reverts: Any) -> None:
    token = strange(clearing, "FeeToken")
    market = clearing.market
    market.do(token.functions.set_fees(1, 0), market.actors("buyer"))
    with reverts("tokens: amount received differs"):
        market.send(deposit(clearing, "buyer", 2, TOKEN), market.actors("buyer"))


@pytest.mark.parametrize("moves", [False, True])
def test_token_that_answers_false(clearing: Clearing, reverts: Any, moves: bool) -> None:
    token = strange(clearing, "FalseToken")
    market = clearing.market
    market.do(token.functions.set_moves(moves), market.actors("buyer"))
    with reverts("tokens: transfer refused"):
        market.send(deposit(clearing, "buyer", 2, TOKEN), market.actors("buyer"))


def test_token_that_answers_nothing(clearing: Clearing) -> None:
    strange(clearing, "SilentToken")
    market = clearing.market
    market.do(deposit(clearing, "buyer", 2, TOKEN), market.actors("buyer"))
    assert market.house.functions.balance_of(market.ids["buyer"], 2).call() == TOKEN


def test_token_that_calls_back(clearing: Clearing) -> None:
    """The house is locked, and so is what it answers, while a token is called."""
    market = clearing.market
    token = strange(clearing, "ReentrantToken")
    house, account = market.house, market.ids["buyer"]
    calls = [
        house.functions.margin(account, CLOSE_OUT),
        house.functions.position(account, 1),
        house.functions.accounts(account),
        house.functions.root(),
        house.functions.balance_of(account, 2),
        house.functions.statement(account),
        house.functions.margin_after(account, market.perpetual, WAD, CLOSE_OUT),
    ]
    for call in calls:
        data = call._encode_transaction_data()
        market.do(token.functions.arm(house.address, data), market.actors("buyer"))
        market.do(deposit(clearing, "buyer", 2, 1), market.actors("buyer"))
        assert token.functions.called().call()
        assert not token.functions.succeeded().call(), call.fn_name
    # Outside a deposit the same calls are answered.
    for call in calls:
        call.call()


def test_token_that_calls_back_to_act(clearing: Clearing, set_time: Any) -> None:
    market = clearing.market
    token = strange(clearing, "ReentrantToken")
    clearing.market.set_time(clearing.funding()[0] + 3700)
    rolling = market.house.functions.roll_funding(market.perpetual)
    market.do(
        token.functions.arm(market.house.address, rolling._encode_transaction_data()),
        market.actors("buyer"),
    )
    before = clearing.funding()
    market.do(deposit(clearing, "buyer", 2, 1), market.actors("buyer"))
    assert token.functions.called().call()
    assert not token.functions.succeeded().call()
    assert clearing.funding() == before
    market.do(rolling, market.actors("keeper"))


def test_allowance_of_another(clearing: Clearing, reverts: Any) -> None:
    """Only the caller's own tokens are pulled, however much others allow."""
    market = clearing.market
    market.do(market.token.functions.mint(market.actors("seller"), TOKEN), market.actors("minter"))
    with reverts("test token: balance too small"):
        market.send(deposit(clearing, "buyer", 0, TOKEN), market.actors("buyer"))
