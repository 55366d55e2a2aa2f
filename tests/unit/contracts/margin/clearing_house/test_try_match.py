"""`try_match`: what the gate denies is reported and not reverted; nothing else happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from eth_abi import encode
from eth_utils import keccak
from web3.types import TxReceipt

from tests.support.chained import chained_root, stored_root
from tests.support.clearing import Clearing
from tests.support.market import Market
from tests.support.orders import WAD

MARK = 8000 * WAD
OPEN, CLOSE = 1, 4
FROZEN, CLOSE_ONLY, NOT_THE_OWNER, BARRED = 4, 5, 9, 15
BASIS, CASE = b"EU 600/2014 Art. 42".ljust(32, b"\0"), b"\x11" * 32


class Pair:
    """Two orders that fit, and the two ways to bring them."""

    def __init__(self, market: Market, size: int = 2 * WAD, instrument: int = 0) -> None:
        self.market = market
        self.size = size
        number = instrument or market.perpetual
        self.buy = market.order("buyer", number, size, MARK)
        self.sell = market.order("seller", number, -size, MARK)

    def call(self, function: str = "try_match", by: tuple[str, str] = ("buyer", "seller")) -> Any:
        """The matcher's call, signed."""
        address, chain = self.market.matcher.address, self.market.w3.eth.chain_id
        return self.market.matcher.functions[function](
            self.buy.fields(),
            self.buy.sign(self.market.actors(by[0]).key, address, chain),
            self.sell.fields(),
            self.sell.sign(self.market.actors(by[1]).key, address, chain),
            self.size,
            MARK,
        )

    def send(self) -> tuple[int, TxReceipt]:
        """Answer and receipt of ``try_match``."""
        answer = int(self.call().call({"from": self.market.actors("venue")}))
        return answer, self.market.do(self.call(), self.market.actors("venue"))

    def match_id(self) -> bytes:
        """keccak256 of both digests and of what was filled before: nothing."""
        return keccak(encode(["bytes32"] * 2 + ["uint256"] * 2, [*self.digests(), 0, 0]))

    def digests(self) -> list[bytes]:
        """What both owners signed."""
        digest_of = self.market.matcher.functions.digest_of
        return [digest_of(order.fields()).call() for order in (self.buy, self.sell)]


@pytest.fixture
def pair(clearing: Clearing) -> Pair:
    """Buyer and seller, two bitcoin at mark."""
    return Pair(clearing.market)


def untouched(pair: Pair) -> bool:
    """Whether neither order is used and neither side holds anything."""
    market = pair.market
    filled = [market.matcher.functions.filled(digest).call() for digest in pair.digests()]
    sizes = [market.position(name).size for name in ("buyer", "seller")]
    return filled == [0, 0] and sizes == [0, 0]


def test_default_behavior(pair: Pair, snapshot: Callable[[], Any], logs: Any) -> None:
    """Where nothing is denied it is `match`, event by event."""
    market = pair.market
    with snapshot():
        matched = market.send(pair.call("match"), market.actors("venue"))
        plain = [log["data"] for log in matched["logs"]], market.position("buyer")
    answer, receipt = pair.send()
    assert answer == 0
    assert ([log["data"] for log in receipt["logs"]], market.position("buyer")) == plain
    assert market.position("buyer").size == 2 * WAD
    with pytest.raises(Exception, match="matcher: nonce used"):
        pair.call().call()


@pytest.mark.parametrize(("name", "shift", "sign"), [("buyer", 0, 1), ("seller", 8, -1)])
def test_one_side_denied(pair: Pair, logs: Any, name: str, shift: int, sign: int) -> None:
    market = pair.market
    market.supervise("restrict", name)
    answer, receipt = pair.send()
    assert answer == CLOSE_ONLY << shift
    (event,) = logs(receipt, market.house)
    assert event.event == "ActDenied"
    assert dict(event.args) == {
        "account": market.ids[name],
        "wallet": market.actors(name),
        "action": OPEN,
        "reason": CLOSE_ONLY,
        "subject": market.perpetual,
        "amount": sign * 2 * WAD,
        "reference": pair.match_id(),
    }
    assert [log["address"] for log in receipt["logs"]] == [market.house.address]
    assert untouched(pair)
    market.supervise("release", name)
    assert pair.send()[0] == 0
    assert market.position("buyer").size == 2 * WAD


def test_both_sides_denied(pair: Pair, logs: Any) -> None:
    market = pair.market
    market.supervise("restrict", "buyer")
    market.supervise("freeze", "seller")
    answer, receipt = pair.send()
    assert answer == CLOSE_ONLY | FROZEN << 8
    told = [(event.args.account, event.args.reason) for event in logs(receipt, market.house)]
    assert told == [(market.ids["buyer"], CLOSE_ONLY), (market.ids["seller"], FROZEN)]
    assert untouched(pair)
    for name in ("buyer", "seller"):
        with pytest.raises(Exception, match="house: gate 5"):
            market.send(pair.call("match"), market.actors(name))


def test_barred_instrument(pair: Pair) -> None:
    market = pair.market
    review = market.now() + 90 * 86_400
    barring = market.parties.functions.bar_instrument(market.perpetual, BASIS, CASE, review)
    market.do(barring, market.actors("supervisor"))
    assert pair.send()[0] == BARRED | BARRED << 8
    assert untouched(pair)


def test_an_account_of_another(pair: Pair) -> None:
    """The owner's signature is good; the account is not the owner's."""
    market = pair.market
    pair.buy = market.order("buyer", market.perpetual, 2 * WAD, MARK, account=market.ids["third"])
    assert pair.send()[0] == NOT_THE_OWNER
    assert market.position("third").size == 0


def test_the_action_is_each_sides_own(clearing: Clearing, logs: Any) -> None:
    """Who is close-only reduces; the other side of it may open."""
    market = clearing.market
    market.trade("seller", "buyer", 3 * WAD, MARK)
    market.supervise("restrict", "buyer")
    market.supervise("restrict", "seller")
    assert Pair(market).send()[0] == 0
    assert market.position("buyer").size == -WAD
    too_much = Pair(market)
    answer, receipt = too_much.send()
    assert answer == CLOSE_ONLY | CLOSE_ONLY << 8
    assert [event.args.action for event in logs(receipt, market.house)] == [OPEN, OPEN]
    market.supervise("freeze", "buyer")
    last = Pair(market, WAD)
    answer, receipt = last.send()
    assert answer == FROZEN
    assert [event.args.action for event in logs(receipt, market.house)] == [CLOSE]


def test_part_of_an_order(pair: Pair) -> None:
    """What was filled before a denial stays filled."""
    market = pair.market
    pair.size = WAD // 2
    assert pair.send()[0] == 0
    market.supervise("freeze", "seller")
    assert pair.send()[0] == FROZEN << 8
    filled = market.matcher.functions.filled
    assert [filled(digest).call() for digest in pair.digests()] == [WAD // 2] * 2
    assert market.position("buyer").size == WAD // 2


def test_chained(pair: Pair) -> None:
    """A denial is part of the house's report chain."""
    market = pair.market
    market.supervise("restrict", "buyer")
    before = stored_root(market.w3, market.house.address)
    _answer, receipt = pair.send()
    after = stored_root(market.w3, market.house.address)
    assert chained_root([receipt], market.house.address, before) == after != before


@pytest.mark.parametrize("side", [0, 1])
def test_forged_signature(pair: Pair, reverts: Any, side: int) -> None:
    """Nobody is denied what it did not ask for."""
    pair.market.supervise("freeze", "buyer")
    signers = ("third", "seller") if side == 0 else ("buyer", "third")
    with reverts("matcher: not the owner"):
        pair.market.send(pair.call(by=signers), pair.market.actors("venue"))


def test_pairs_that_do_not_fit(pair: Pair, reverts: Any) -> None:
    market = pair.market
    market.supervise("freeze", "buyer")
    good = (pair.buy, pair.sell, pair.size)
    wrong: dict[str, dict[str, Any]] = {
        "matcher: no size": {"size": 0},
        "matcher: houses differ": {"sell": {"house": market.matcher.address}},
        "matcher: instruments differ": {"sell": {"instrument": 99}},
        "matcher: same account": {"sell": {"account": market.ids["buyer"]}},
        "matcher: buy order must buy": {"buy": {"size": -WAD}},
        "matcher: sell order must sell": {"sell": {"size": WAD}},
        "matcher: above the buy limit": {"buy": {"limit": MARK - 1}},
        "matcher: below the sell limit": {"sell": {"limit": MARK + 1}},
        "matcher: order expired": {"buy": {"expiry": 1}},
        "matcher: size over the order": {"size": 3 * WAD},
    }
    for reason, fields in wrong.items():
        pair.buy, pair.sell, pair.size = good
        for field, value in fields.items():
            changed = isinstance(value, dict)
            setattr(pair, field, replace(getattr(pair, field), **value) if changed else value)
        with reverts(reason):
            market.send(pair.call(), market.actors("venue"))


def test_cancelled(pair: Pair, reverts: Any) -> None:
    market = pair.market
    market.supervise("freeze", "buyer")
    cancelling = market.matcher.functions.cancel(pair.sell.nonce)
    market.send(cancelling, market.actors("seller"))
    with reverts("matcher: nonce used"):
        market.send(pair.call(), market.actors("venue"))


def test_not_the_matcher(clearing: Clearing, reverts: Any) -> None:
    """Nobody reports a denial of others by itself."""
    market = clearing.market
    market.supervise("freeze", "buyer")
    wallets = [market.actors(name) for name in ("buyer", "seller")]
    accounts = [market.ids[name] for name in ("buyer", "seller")]
    asking = market.house.functions.deny_trade(
        *wallets, *accounts, market.perpetual, WAD, bytes(32)
    )
    for sender in ("buyer", "venue", "operator", "supervisor"):
        with reverts("house: not the matcher"):
            market.send(asking, market.actors(sender))


def test_unknown_instrument(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    market.supervise("freeze", "buyer")
    pair = Pair(market, instrument=99)
    with reverts("house: unknown instrument"):
        market.send(pair.call(), market.actors("venue"))


def test_part_of_a_lot(clearing: Clearing, reverts: Any) -> None:
    """What cannot be traded is no denied trade: a wei would fill the ledger with denials."""
    market = clearing.market
    market.supervise("freeze", "buyer")
    with reverts("house: bad size"):
        market.send(Pair(market, 1).call(), market.actors("venue"))


def test_denied_by_the_house_and_not_the_gate(pair: Pair, reverts: Any) -> None:
    """What the gate allows and the house refuses reverts as it does by `match`."""
    market = pair.market
    market.withdraw("buyer", 100_000)
    for function in ("match", "try_match"):
        with reverts("house: below initial margin"):
            market.send(pair.call(function), market.actors("venue"))


@pytest.mark.parametrize("function", ["match", "try_match"])
def test_two_orders_under_one_nonce(clearing: Clearing, reverts: Any, function: str) -> None:
    """An owner fills one order under one number, and no second beside it."""
    market = clearing.market
    pair = Pair(market)
    pair.sell = market.order(
        "buyer",
        market.perpetual,
        -2 * WAD,
        MARK,
        nonce=pair.buy.nonce,
        account=market.ids["seller"],
    )
    if function == "try_match":
        assert pair.call(by=("buyer", "buyer")).call() == NOT_THE_OWNER << 8
        return
    with reverts("matcher: nonce used"):
        market.send(pair.call(function, by=("buyer", "buyer")), market.actors("venue"))
