"""`match`: who may, what it refuses, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_account import Account
from web3 import Web3
from web3.contract import Contract
from web3.types import EventData, TxReceipt

from tests.support.orders import NOBODY, WAD, high_s
from tests.support.tester import Actor

from .conftest import BUYER_ACCOUNT, INSTRUMENT, LIMIT, SELLER_ACCOUNT, SIZE, Desk

Reverts = Callable[[str | None], AbstractContextManager[None]]
Logs = Callable[[TxReceipt, Contract], list[EventData]]


def match_id(desk: Desk, buy: Any, sell: Any, before: tuple[int, int]) -> bytes:
    """The id of a match, encoded by eth-abi."""
    return bytes(
        Web3.keccak(
            encode(
                ["bytes32", "bytes32", "uint256", "uint256"],
                [desk.digest(buy), desk.digest(sell), *before],
            )
        )
    )


def test_default_behavior(desk: Desk, actors: Callable[[str], Actor], logs: Logs) -> None:
    receipt = desk.match(sender=actors("stranger"))
    assert desk.trades() == [
        (
            desk.matcher.address,
            desk.buyer.address,
            desk.seller.address,
            BUYER_ACCOUNT,
            SELLER_ACCOUNT,
            INSTRUMENT,
            SIZE,
            LIMIT,
            match_id(desk, desk.buy, desk.sell, (0, 0)),
        )
    ]
    assert desk.used(desk.buyer, 5)
    assert desk.used(desk.seller, 11)
    assert desk.filled(desk.buy) == desk.filled(desk.sell) == 0
    assert logs(receipt, desk.matcher) == [], "a whole fill is the house's to report"
    assert desk.matcher.functions.root().call() == bytes(32)


def test_partial_fills(desk: Desk, logs: Logs) -> None:
    big = replace(desk.buy, size=3 * WAD)
    receipt = desk.match(buy=big)
    assert not desk.used(desk.buyer, 5)
    assert desk.used(desk.seller, 11)
    assert desk.filled(big) == 2 * WAD
    (log,) = logs(receipt, desk.matcher)
    assert log["event"] == "OrderPartlyFilled"
    assert log["args"] == {
        "digest": desk.digest(big),
        "owner": desk.buyer.address,
        "filled": 2 * WAD,
        "size": 3 * WAD,
    }
    rest = replace(desk.sell, size=-WAD, nonce=12)
    receipt = desk.match(buy=big, sell=rest, size=WAD)
    assert logs(receipt, desk.matcher) == []
    assert desk.used(desk.buyer, 5)
    assert desk.filled(big) == 0, "the slot is given back"
    assert [trade[6] for trade in desk.trades()] == [2 * WAD, WAD]
    assert desk.trades()[1][8] == match_id(desk, big, rest, (2 * WAD, 0))


def test_both_partly_filled_thrice(desk: Desk) -> None:
    for _ in range(2):
        desk.match(size=SIZE // 4)
    assert desk.filled(desk.buy) == desk.filled(desk.sell) == SIZE // 2
    desk.match(size=SIZE // 2)
    assert desk.used(desk.buyer, 5)
    assert desk.used(desk.seller, 11)
    assert len({trade[8] for trade in desk.trades()}) == 3, "no match id repeats"


def test_price_between_limits(desk: Desk) -> None:
    desk.match(sell=replace(desk.sell, limit=LIMIT - 9), price=LIMIT - 9)
    assert desk.trades()[0][7] == LIMIT - 9


def test_named_venue_may_match(desk: Desk, actors: Callable[[str], Actor]) -> None:
    venue = actors("venue")
    desk.match(buy=replace(desk.buy, venue=venue.address), sender=venue)
    assert len(desk.trades()) == 1


def test_last_second_still_fills(desk: Desk, set_time: Callable[[int], None]) -> None:
    set_time(desk.buy.expiry)
    desk.match()


def test_nonces_of_one_word_do_not_touch(desk: Desk) -> None:
    for nonce in (0, 127, 128, 2**256 - 1):
        desk.match(buy=replace(desk.buy, nonce=nonce), sell=replace(desk.sell, nonce=nonce))
    for nonce in (1, 126, 129, 2**256 - 2):
        assert not desk.used(desk.buyer, nonce)
    desk.match(buy=replace(desk.buy, nonce=126), sell=replace(desk.sell, nonce=1))


def test_size_zero(desk: Desk, reverts: Reverts) -> None:
    with reverts("matcher: no size"):
        desk.match(size=0)


def test_houses_differ(desk: Desk, deploy: Callable[..., Contract], reverts: Reverts) -> None:
    other = deploy("tests/mocks/MatchSink")
    with reverts("matcher: houses differ"):
        desk.match(sell=replace(desk.sell, house=other.address))


def test_instruments_differ(desk: Desk, reverts: Reverts) -> None:
    with reverts("matcher: instruments differ"):
        desk.match(sell=replace(desk.sell, instrument=INSTRUMENT + 1))


def test_self_match(desk: Desk, reverts: Reverts) -> None:
    own = replace(desk.sell, owner=desk.buyer.address, account=BUYER_ACCOUNT)
    with reverts("matcher: same account"):
        desk.match(sell=own, sell_signature=desk.sign(own, desk.buyer))


@pytest.mark.parametrize("size", [0, -SIZE])
def test_buy_order_that_sells(desk: Desk, reverts: Reverts, size: int) -> None:
    with reverts("matcher: buy order must buy"):
        desk.match(buy=replace(desk.buy, size=size))


@pytest.mark.parametrize("size", [0, SIZE])
def test_sell_order_that_buys(desk: Desk, reverts: Reverts, size: int) -> None:
    with reverts("matcher: sell order must sell"):
        desk.match(sell=replace(desk.sell, size=size))


def test_above_the_buy_limit(desk: Desk, reverts: Reverts) -> None:
    with reverts("matcher: above the buy limit"):
        desk.match(price=LIMIT + 1)


def test_below_the_sell_limit(desk: Desk, reverts: Reverts) -> None:
    with reverts("matcher: below the sell limit"):
        desk.match(price=LIMIT - 1)


@pytest.mark.parametrize("kind", [1, 2, 2**256 - 1])
@pytest.mark.parametrize("side", ["buy", "sell"])
def test_signature_kind(desk: Desk, reverts: Reverts, side: str, kind: int) -> None:
    with reverts("matcher: signature kind"):
        desk.match(**{side: replace(getattr(desk, side), kind=kind)})


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_expired(
    desk: Desk, reverts: Reverts, set_time: Callable[[int], None], now: Any, side: str
) -> None:
    order = replace(getattr(desk, side), expiry=now() + 100)
    set_time(now() + 101)
    with reverts("matcher: order expired"):
        desk.match(**{side: order})


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_not_the_venue(desk: Desk, actors: Any, reverts: Reverts, side: str) -> None:
    order = replace(getattr(desk, side), venue=actors("venue").address)
    with reverts("matcher: not the venue"):
        desk.match(**{side: order}, sender=actors("stranger"))


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_signed_by_another(desk: Desk, actors: Any, reverts: Reverts, side: str) -> None:
    order = getattr(desk, side)
    with reverts("matcher: not the owner"):
        forged: dict[str, Any] = {f"{side}_signature": desk.sign(order, actors("forger"))}
        desk.match(**forged)


@pytest.mark.parametrize("field", ["account", "size", "limit", "nonce", "expiry", "instrument"])
def test_every_field_is_signed(desk: Desk, reverts: Reverts, field: str) -> None:
    signature = desk.sign(desk.buy, desk.buyer)
    forged = replace(desk.buy, **{field: getattr(desk.buy, field) + 1})
    sell = replace(desk.sell, instrument=forged.instrument)
    with reverts("matcher: not the owner"):
        desk.match(buy=forged, buy_signature=signature, sell=sell)


def test_signed_for_another_house(
    desk: Desk, deploy: Callable[..., Contract], reverts: Reverts
) -> None:
    other = deploy("tests/mocks/MatchSink").address
    with reverts("matcher: not the owner"):
        desk.match(
            buy=replace(desk.buy, house=other),
            buy_signature=desk.sign(desk.buy, desk.buyer),
            sell=replace(desk.sell, house=other),
        )


def test_signed_for_another_chain(desk: Desk, reverts: Reverts) -> None:
    foreign = desk.buy.sign(desk.buyer.key, desk.matcher.address, desk.chain_id + 1)
    with reverts("matcher: not the owner"):
        desk.match(buy_signature=foreign)


def test_signed_for_another_matcher(
    desk: Desk, deploy: Callable[..., Contract], reverts: Reverts
) -> None:
    twin = deploy("margin/OrderMatcher")
    foreign = desk.buy.sign(desk.buyer.key, twin.address, desk.chain_id)
    with reverts("matcher: not the owner"):
        desk.match(buy_signature=foreign)


def test_chain_that_forks(
    desk: Desk, backend: Any, reverts: Reverts, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, fork = desk.call(), desk.chain_id + 1
    there = desk.call(
        buy_signature=desk.buy.sign(desk.buyer.key, desk.matcher.address, fork),
        sell_signature=desk.sell.sign(desk.seller.key, desk.matcher.address, fork),
    )
    here.call()
    monkeypatch.setattr(type(backend.chain), "chain_id", fork)
    with reverts("matcher: not the owner"):
        here.call()
    there.call()


def test_owner_zero(desk: Desk, reverts: Reverts) -> None:
    orphan = replace(desk.buy, owner=NOBODY)
    rootless = (2**256 - 1).to_bytes(32, "big") + (1).to_bytes(32, "big") + b"\x1b"
    with reverts("signatures: no signer"):
        desk.match(buy=orphan, buy_signature=rootless)


def test_high_s(desk: Desk, reverts: Reverts) -> None:
    twin = high_s(desk.sign(desk.buy, desk.buyer))
    assert (
        Account.recover_message(
            desk.buy.message(desk.matcher.address, desk.chain_id), signature=twin
        )
        == desk.buyer.address
    ), "the twin is good ECDSA"
    with reverts("signatures: high s"):
        desk.match(buy_signature=twin)


@pytest.mark.parametrize("shift", [27, -200])
def test_bad_v(desk: Desk, reverts: Reverts, shift: int) -> None:
    signature = desk.sign(desk.buy, desk.buyer)
    with reverts("signatures: bad v"):
        desk.match(buy_signature=signature[:64] + bytes([(signature[64] - shift) % 256]))


@pytest.mark.parametrize("length", [0, 64])
def test_short_signature(desk: Desk, reverts: Reverts, length: int) -> None:
    with reverts("signatures: length"):
        desk.match(buy_signature=desk.sign(desk.buy, desk.buyer)[:length])


def test_replay(desk: Desk, reverts: Reverts) -> None:
    desk.match()
    with reverts("matcher: nonce used"):
        desk.match(sell=replace(desk.sell, nonce=12))
    with reverts("matcher: nonce used"):
        desk.match(buy=replace(desk.buy, nonce=6))


def test_another_order_of_a_used_nonce(desk: Desk, reverts: Reverts) -> None:
    desk.match()
    with reverts("matcher: nonce used"):
        desk.match(buy=replace(desk.buy, limit=LIMIT + 5), sell=replace(desk.sell, nonce=12))


def test_two_orders_of_one_nonce_fill_each_by_itself(desk: Desk, reverts: Reverts) -> None:
    first, second = desk.buy, replace(desk.buy, limit=LIMIT + 5)
    desk.match(buy=first, size=WAD // 2)
    desk.match(buy=second, size=WAD // 4)
    assert (desk.filled(first), desk.filled(second)) == (WAD // 2, WAD // 4)
    desk.match(buy=second, sell=replace(desk.sell, nonce=12), size=SIZE - WAD // 4)
    with reverts("matcher: nonce used"):
        desk.match(buy=first, size=1)


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_fill_over_the_order(desk: Desk, reverts: Reverts, side: str) -> None:
    order = getattr(desk, side)
    small = replace(order, size=order.size // 2)
    with reverts("matcher: size over the order"):
        desk.match(**{side: small}, size=SIZE // 2 + 1)


def test_second_fill_over_the_rest(desk: Desk, reverts: Reverts) -> None:
    desk.match(size=SIZE - 1)
    with reverts("matcher: size over the order"):
        desk.match(size=2)
    desk.match(size=1)


@pytest.mark.parametrize("size", [SIZE, SIZE // 3])
def test_house_that_refuses_leaves_no_mark(desk: Desk, reverts: Reverts, size: int) -> None:
    desk.send(desk.house.functions.set_refusing(True))
    with reverts("sink: refused"):
        desk.match(size=size)
    assert not desk.used(desk.buyer, 5)
    assert not desk.used(desk.seller, 11)
    assert desk.filled(desk.buy) == 0


def test_house_without_code(desk: Desk, actors: Any, reverts: Reverts) -> None:
    nobody = actors("no house").address
    with reverts(""):
        desk.match(buy=replace(desk.buy, house=nobody), sell=replace(desk.sell, house=nobody))


@pytest.mark.parametrize("entry", ["match", "cancel", "is_used"])
def test_house_that_calls_back(desk: Desk, entry: str) -> None:
    """Nothing of the matcher can be entered, or read, in the middle of a match."""
    calls: dict[str, Any] = {
        "match": desk.call(size=1),
        "cancel": desk.matcher.functions.cancel(5),
        "is_used": desk.matcher.functions.is_used(desk.buyer.address, 5),
    }
    payload = calls[entry].build_transaction({"gas": 1, "gasPrice": 1, "nonce": 0})["data"]
    desk.send(desk.house.functions.arm(payload))
    desk.match(size=SIZE // 2)
    assert not desk.house.functions.reentered().call()
    assert len(desk.trades()) == 1
