"""A surface on underlier 6 and its hand-made feed numbers, for the tests of surfaces."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from web3.types import TxReceipt

from .conftest import AGE, DAY, START, WAD, Board

NAMES = ["reporter 1", "reporter 2", "reporter 3"]
UNDERLIER = 6
TENORS, POINTS = (7, 30, 90), (8_000, 10_000, 12_000)
LISTING = (UNDERLIER, TENORS, POINTS, WAD // 100, 5 * WAD, 300, 1)
"""What `list_surface` takes: bounds 1 % and 500 %, 300 bps apart, quorum 1."""

EXPIRY = START + 20 * DAY + 8 * 3600
FORWARD_BOUNDS = (WAD, 10**6 * WAD, 300, 1)
SPOT, FORWARD = 200 * WAD, 202 * WAD


def forward(expiry: int = EXPIRY) -> int:
    """Number of a forward's feed: the underlier, and the day of expiry above 16 bits."""
    return UNDERLIER + expiry // DAY * 65_536


def node(tenor: int, point: int) -> int:
    """Number of a volatility's feed."""
    return 4_294_967_296 + 64 * UNDERLIER + 8 * tenor + point


NODES = [node(tenor, point) for tenor in range(3) for point in range(3)]
SMILE = [[90, 80, 85], [85, 75, 80], [80, 70, 76]]
"""Volatilities in percent, a row a tenor."""


@dataclass
class Quoted:
    """A listed surface, and the reporters who quote it."""

    board: Board
    at: Callable[[int], None]

    def push(self, prices: Mapping[int, int], time: int, **changes: Any) -> TxReceipt:
        """A report of two reporters at its own time."""
        feeds, values = list(prices), list(prices.values())
        signed = self.board.sign_many(NAMES[:2], feeds, values, time)
        self.at(time)
        return self.board.send("push_many", feeds, values, time, signed, **changes)

    def everything(self, time: int) -> TxReceipt:
        """Spot, forward and smile."""
        return self.push(quotes(), time)

    def word(self) -> tuple[int, int]:
        """Epoch and time of the surface."""
        word = self.board.call("surface_word", UNDERLIER)
        return word % 2**16, word // 2**16 % 2**32


def quotes() -> dict[int, int]:
    """Every price of the surface by its feed."""
    smile = {
        node(tenor, point): SMILE[tenor][point] * WAD // 100
        for tenor in range(3)
        for point in range(3)
    }
    return {UNDERLIER: SPOT, forward(): FORWARD, **smile}


def list_quoted(board: Board, at: Callable[[int], None], actors: Any) -> Quoted:
    """Lists the surface at START: one set of reporters, two of three, for all its feeds."""
    at(START - 60)
    members = sorted((actors(name) for name in NAMES), key=lambda actor: actor.canonical)
    board.operate("add_feed", UNDERLIER, WAD, 10**6 * WAD, 300, 1)
    board.operate("set_signed_source", UNDERLIER, members, 2, AGE)
    at(START)
    board.operate("list_surface", *LISTING)
    board.operate("add_expiry", UNDERLIER, EXPIRY, *FORWARD_BOUNDS)
    board.operate("share_signed_source", [*NODES, forward()], UNDERLIER, AGE)
    return Quoted(board, at)
