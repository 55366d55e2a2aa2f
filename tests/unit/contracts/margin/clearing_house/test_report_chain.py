"""The house's report chain over a long day, the UTIs on it, and money to the wei."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from eth_utils import keccak

from keelmark.identifiers import uti_text
from tests.support.chained import chained_root, stored_root
from tests.support.clearing import HOUR, Clearing
from tests.support.market import HOUSE_LEI, TOKEN
from tests.support.orders import WAD
from tests.support.parties import lei_word

MARK = 8000 * WAD
UTI = re.compile(r"[A-Z0-9]{18}[0-9]{2}[A-Z0-9]{0,32}")
"""A UTI of ISO 23897: the generating entity's LEI and up to 32 more."""

NAMES = ("buyer", "seller", "third")


@pytest.fixture
def day(clearing: Clearing) -> int:
    """A scripted day: deposits, trades, funding, calls, a liquidation, a settlement.

    Gives the number of the future that was settled.
    """
    market, rng = clearing.market, random.Random(20200312)
    market.fund_member("member", 1)
    market.do(
        market.house.functions.commit_backstop(market.member, 10**24), market.actors("member")
    )
    expiry = (market.now() // 86_400 + 2) * 86_400 + 8 * HOUR
    dated = market.list_instrument(1, expiry)
    start = expiry - 24 * HOUR
    price = 8000
    market.join("weak", cash=9_000)
    clearing.go_to(start)
    market.price(1, MARK)
    market.trade("weak", "seller", 3 * WAD, MARK)
    for hour in range(12):
        clearing.go_to(start + (hour + 1) * HOUR)
        price = price * (100 - rng.randrange(4)) // 100
        market.price(1, price * WAD)
        for _ in range(3):
            one, other = rng.sample(NAMES, 2)
            number = rng.choice((market.perpetual, dated))
            size = rng.randrange(1, 900) * 10**15
            off = rng.randrange(-300, 300)
            market.trade(one, other, size, price * (10_000 + off) * WAD // 10_000 + hour, number)
        market.deposit(rng.choice(NAMES), 1 + hour, asset=hour % 2)
    market.call_margin("weak")
    clearing.go_to(market.now() + HOUR + 10)
    market.price(1, price * WAD)
    market.liquidate("weak", "third", WAD)
    for minute in range(30):
        time = expiry - 1800 + 60 * minute
        market.set_time(time)
        market.push(1, price * WAD + minute * 12_345_678_901_234_567, time)
        market.set_time(time + 1)
        market.do(market.board.functions.observe(1, expiry), market.actors("keeper"))
    clearing.go_to(expiry + 1)
    market.do(market.house.functions.settle_instrument(dated), market.actors("keeper"))
    for name in NAMES:
        if clearing.state(name, dated)[0]:
            call = market.house.functions.settle_position(market.ids[name], dated)
            market.do(call, market.actors("keeper"))
    market.withdraw("seller", 5)
    return dated


def first_receipt(clearing: Clearing) -> Any:
    """The receipt of the house's deployment, which is not among those that were sent."""
    w3, house = clearing.market.w3, clearing.market.house.address
    block = min(
        receipt["blockNumber"]
        for receipt in clearing.market.receipts
        if any(log["address"] == house for log in receipt["logs"])
    )
    while block:
        block -= 1
        for mined in w3.eth.get_block(block)["transactions"]:
            receipt = w3.eth.get_transaction_receipt(mined)
            if receipt["contractAddress"] == house:
                return receipt
    raise AssertionError("the house was never deployed")


def test_default_behavior(clearing: Clearing, day: int) -> None:
    """Slot 0 is what the logs of all receipts make, and nothing less makes it."""
    market = clearing.market
    house, root = market.house.address, stored_root(market.w3, market.house.address)
    receipts = [first_receipt(clearing), *market.receipts]
    assert chained_root(receipts, house) == root
    assert bytes(market.house.functions.root().call()) == root
    logged = [number for number, receipt in enumerate(receipts) if logs_of(receipt, house)]
    assert len(logged) > 60
    for missing in (0, len(logged) // 2, -1):
        without = [receipt for receipt in receipts if receipt is not receipts[logged[missing]]]
        assert chained_root(without, house) != root
    swapped = list(receipts)
    one, other = logged[5], logged[6]
    swapped[one], swapped[other] = swapped[other], swapped[one]
    assert chained_root(swapped, house) != root


def test_every_log_has_the_shape_of_a_record(clearing: Clearing, day: int) -> None:
    """Each log is of a declared event, has two indexed fields and static words only."""
    market = clearing.market
    declared = {
        keccak(text=f"{entry['name']}({','.join(field['type'] for field in entry['inputs'])})"): (
            sum(field["indexed"] for field in entry["inputs"]),
            len(entry["inputs"]),
        )
        for entry in market.house.abi
        if entry["type"] == "event"
    }
    seen = set()
    for receipt in market.receipts:
        for log in logs_of(receipt, market.house.address):
            topic = bytes(log["topics"][0])
            indexed, fields = declared[topic]
            assert indexed == 2
            assert len(log["topics"]) == 3
            assert len(log["data"]) == 32 * (fields - 2)
            seen.add(topic)
    assert len(seen) >= 13


def test_root_after_each_transaction(clearing: Clearing) -> None:
    """No act leaves the root behind its logs, not even for one transaction."""
    market = clearing.market
    house = market.house.address
    root = stored_root(market.w3, house)
    for act in (
        lambda: market.trade("buyer", "seller", WAD, MARK),
        lambda: market.deposit("buyer", 1),
        lambda: market.deposit("buyer", 1, asset=1),
        lambda: market.withdraw("buyer", 1),
    ):
        root = chained_root([act()], house, root)
        assert stored_root(market.w3, house) == root


def test_refused_act_reports_nothing(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    root = stored_root(market.w3, market.house.address)
    with reverts("house: below initial margin"):
        market.trade("buyer", "seller", 38 * WAD, MARK)
    assert stored_root(market.w3, market.house.address) == root


def test_utis(clearing: Clearing, day: int) -> None:
    """LEI, then 128 bits of keccak256(chain, house, trade id, leg); each one occurs once."""
    market = clearing.market
    lei = lei_word(HOUSE_LEI)
    seen: list[int] = []
    for receipt in market.receipts:
        for leg in clearing.legs(receipt).values():
            word = int.from_bytes(leg["uti"], "big")
            prior = int.from_bytes(leg["prior_uti"], "big")
            assert word >> 128 == prior >> 128 == lei
            text = HOUSE_LEI + f"{word % 2**128:032X}"
            assert uti_text(word) == text
            assert len(text) == 52
            assert UTI.fullmatch(text)
            seen.append(word)
    assert len(seen) == len(set(seen)) > 60


def test_uti_of_a_trade(clearing: Clearing) -> None:
    market = clearing.market
    size = WAD
    buy = market.order("buyer", market.perpetual, size, MARK)
    sell = market.order("seller", market.perpetual, -size, MARK)
    chain = market.w3.eth.chain_id
    digests = [order.digest(market.matcher.address, chain) for order in (buy, sell)]
    call = market.matching(buy, sell, "buyer", "seller", size, MARK)
    legs = clearing.legs(market.do(call, market.actors("venue")))
    # The match's name: both digests, and what had been filled of each.
    trade_id = keccak(b"".join(digests) + bytes(64))
    head = lei_word(HOUSE_LEI).to_bytes(13, "big")
    for leg_number, name in ((1, "buyer"), (2, "seller")):
        words = [chain, int(market.house.address, 16), int.from_bytes(trade_id, "big"), leg_number]
        uti = keccak(b"".join(word.to_bytes(32, "big") for word in words))
        leg = legs[market.ids[name]]
        assert bytes(leg["uti"]) == bytes(3) + head + uti[:16]
        assert bytes(leg["prior_uti"]) == bytes(3) + head + trade_id[:16]


def test_money_is_conserved_to_the_wei(clearing: Clearing, day: int) -> None:
    """Tokens in the house are cash, open quotes net of funding, and dust; sizes sum to zero."""
    market = clearing.market
    names = (*NAMES, "weak", "member")
    states = [clearing.state(name) for name in names]
    assert sum(size for size, _, _ in states) == 0
    assert all(clearing.state(name, day)[0] == 0 for name in names)
    held = int(market.token.functions.balanceOf(market.house.address).call()) * (WAD // TOKEN)
    dust = int(market.house.functions.dust().call())
    assert sum(quote + cash for _, quote, cash in states) + dust == held
    assert clearing.lanes(day)[0] == 0
    assert clearing.lanes()[0] * 10**15 == sum(abs(size) for size, _, _ in states)


def logs_of(receipt: Any, address: str) -> list[Any]:
    """A contract's logs in a receipt."""
    return [log for log in receipt["logs"] if log["address"] == address]
