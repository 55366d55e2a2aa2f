"""A matcher, a house that takes matches down, and two traders with orders that fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from web3 import Web3
from web3.contract import Contract
from web3.types import TxReceipt

from tests.support.orders import WAD, Order
from tests.support.tester import Actor

BUYER_ACCOUNT, SELLER_ACCOUNT, INSTRUMENT = 7, 9, 3
LIMIT = 8_000 * WAD
SIZE = 2 * WAD


@dataclass(frozen=True, slots=True)
class Desk:
    """What a test of the matcher needs, with shorthands."""

    matcher: Contract
    house: Contract
    buyer: Actor
    seller: Actor
    buy: Order
    sell: Order
    chain_id: int
    send: Callable[..., TxReceipt]

    def sign(self, order: Order, actor: Actor) -> bytes:
        """An actor's signature for this matcher on this chain."""
        return order.sign(actor.key, self.matcher.address, self.chain_id)

    def digest(self, order: Order) -> bytes:
        """The digest as eth-account computes it."""
        return order.digest(self.matcher.address, self.chain_id)

    def call(
        self,
        *,
        buy: Order | None = None,
        sell: Order | None = None,
        size: int = SIZE,
        price: int = LIMIT,
        buy_signature: bytes | None = None,
        sell_signature: bytes | None = None,
    ) -> Any:
        """A call of `match`, signed by both owners unless told otherwise."""
        buy, sell = buy or self.buy, sell or self.sell
        return self.matcher.functions.match(
            buy.fields(),
            self.sign(buy, self.buyer) if buy_signature is None else buy_signature,
            sell.fields(),
            self.sign(sell, self.seller) if sell_signature is None else sell_signature,
            size,
            price,
        )

    def match(self, *, sender: str | None = None, **changes: Any) -> TxReceipt:
        """Sends `match`."""
        return self.send(self.call(**changes), sender)

    def trades(self) -> list[Any]:
        """What the house was given."""
        return list(self.house.functions.all_trades().call())

    def used(self, actor: Actor, nonce: int) -> bool:
        """`is_used`."""
        return bool(self.matcher.functions.is_used(actor, nonce).call())

    def filled(self, order: Order) -> int:
        """`filled`, of an order."""
        return int(self.matcher.functions.filled(self.digest(order)).call())


@pytest.fixture(scope="module")
def desk(
    deploy: Callable[..., Contract],
    actors: Callable[[str], Actor],
    send: Callable[..., TxReceipt],
    w3: Web3,
    now: Callable[[], int],
) -> Desk:
    """The desk of a module's tests."""
    matcher = deploy("margin/OrderMatcher")
    house = deploy("tests/mocks/MatchSink")
    buyer, seller = actors("buyer"), actors("seller")
    buy = Order(
        house.address, buyer.address, BUYER_ACCOUNT, INSTRUMENT, SIZE, LIMIT, 5, now() + 86_400
    )
    sell = replace(
        buy, owner=seller.address, account=SELLER_ACCOUNT, size=-SIZE, limit=LIMIT, nonce=11
    )
    return Desk(matcher, house, buyer, seller, buy, sell, w3.eth.chain_id, send)
