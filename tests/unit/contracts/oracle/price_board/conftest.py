"""A board with three aggregators on feed 7, and helpers that move its world."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from web3 import Web3
from web3.contract import Contract
from web3.types import TxReceipt

from tests.support.surface import sign_prices

WAD = 10**18
DAY = 86_400
AGE = 3_600
FEED = 7
ZERO = "0x" + "00" * 20
LOWEST, HIGHEST, DEVIATION, QUORUM = 100 * WAD, 100_000 * WAD, 300, 1
START = 1_590_000_000 // DAY * DAY + DAY
"""A midnight, UTC."""


class Lane(NamedTuple):
    """A price lane, taken apart from its least significant bit: 88, 32, 8."""

    price: int
    valid_until: int
    flags: int


class Board:
    """The board, its operator's hand, and whoever pokes it."""

    def __init__(self, contract: Contract, send: Any, actors: Any, w3: Web3) -> None:
        self.contract = contract
        self.address = contract.address
        self._send = send
        self._actors = actors
        self._w3 = w3

    def call(self, name: str, *args: Any) -> Any:
        """What a view answers."""
        return getattr(self.contract.functions, name)(*args).call()

    def send(self, name: str, *args: Any, by: str = "stranger") -> TxReceipt:
        """A transaction of anybody."""
        call = getattr(self.contract.functions, name)(*args)
        made: TxReceipt = self._send(call, self._actors(by))
        return made

    def operate(self, name: str, *args: Any) -> TxReceipt:
        """A transaction of the operator."""
        return self.send(name, *args, by="operator")

    def lane(self, feed: int = FEED) -> Lane:
        """A feed's lane."""
        word = self.call("price_lane", feed)
        assert word < 2**128
        return Lane(word % 2**88, word // 2**88 % 2**32, word // 2**120)

    def sign(
        self, names: list[str], feed: int, price: int, time: int, **domain: Any
    ) -> list[bytes]:
        """A report's signatures by these reporters, addresses ascending."""
        message = encode_typed_data(
            domain_data={
                "name": "Keelmark PriceBoard",
                "version": "1",
                "chainId": self._w3.eth.chain_id,
                "verifyingContract": self.address,
                **domain,
            },
            message_types={
                "Price": [
                    {"name": "feed", "type": "uint256"},
                    {"name": "price", "type": "uint256"},
                    {"name": "timestamp", "type": "uint256"},
                ]
            },
            message_data={"feed": feed, "price": price, "timestamp": time},
        )
        return [
            bytes(Account.sign_message(message, actor.key).signature)
            for actor in self._ascending(names)
        ]

    def sign_many(
        self, names: list[str], feeds: list[int], prices: list[int], time: int
    ) -> list[bytes]:
        """Signatures of several feeds' prices by these reporters, addresses ascending."""
        chain = self._w3.eth.chain_id
        return [
            sign_prices(actor.key, self.address, chain, feeds, prices, time)
            for actor in self._ascending(names)
        ]

    def _ascending(self, names: list[str]) -> list[Any]:
        return sorted((self._actors(name) for name in names), key=lambda a: a.canonical)


@pytest.fixture(scope="module")
def board(deploy: Any, actors: Any, send: Any, w3: Web3) -> Board:
    """A board with an empty feed 7."""
    made = Board(deploy("oracle/PriceBoard", actors("operator"), ZERO), send, actors, w3)
    made.operate("add_feed", FEED, LOWEST, HIGHEST, DEVIATION, QUORUM)
    return made


@pytest.fixture(scope="module")
def aggregators(board: Board, deploy: Any) -> list[Contract]:
    """Three aggregators of 8 decimals in slots 1 to 3; they have not answered yet."""
    made = [deploy("tests/mocks/Aggregator", 8) for _ in range(3)]
    for slot, aggregator in enumerate(made, 1):
        board.operate("set_source", FEED, slot, aggregator.address, AGE, 8)
    return made


@pytest.fixture
def answer(aggregators: list[Contract], send: Any) -> Callable[..., None]:
    """``answer(slot, dollars, time)``: a complete round."""

    def answered(slot: int, dollars: float, time: int) -> None:
        call = aggregators[slot - 1].functions.set_answer(round(dollars * 10**8), time)
        send(call)

    return answered


@pytest.fixture
def at(set_time: Any, mine: Any) -> Callable[[int], None]:
    """``at(time)``: the next transaction and calls before it are at this second."""
    return lambda time: set_time(time)


@pytest.fixture
def priced(board: Board, answer: Any, at: Any) -> Board:
    """Feed 7 at 8,000 from slot 1, at START + 10; slots 2 and 3 silent."""
    at(START)
    answer(1, 8000, START)
    at(START + 10)
    board.send("poke", FEED)
    return board


@pytest.fixture
def surface(board: Board, at: Any, actors: Any) -> Any:
    """A listed surface whose reporters have reported nothing yet."""
    from .surfaces import list_quoted

    return list_quoted(board, at, actors)


@pytest.fixture
def quoted(surface: Any) -> Any:
    """The same, every price reported at START + 100."""
    surface.everything(START + 100)
    return surface
