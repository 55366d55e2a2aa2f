"""What the matcher itself costs: whole fill, both nonce words in use, a house that does nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from web3.contract import Contract

from .conftest import Desk

MATCH_GAS = 54_500
"""Ceiling of a whole `match` transaction; 21,000 of it intrinsic, 7,700 calldata, 6,200 the two
recoveries, 10,000 the two nonce words, 2,600 the first touch of the house."""


def test_whole_fill(desk: Desk, deploy: Callable[..., Contract]) -> None:
    house = deploy("tests/mocks/NullSink").address
    buy, sell = replace(desk.buy, house=house), replace(desk.sell, house=house)
    cold = desk.match(buy=buy, sell=sell)
    warm = desk.match(buy=replace(buy, nonce=6), sell=replace(sell, nonce=12))
    assert cold["gasUsed"] - warm["gasUsed"] > 2 * 17_000, "the first nonce of a word costs more"
    assert warm["gasUsed"] <= MATCH_GAS


def test_root_is_slot_zero(desk: Desk, backend: Any) -> None:
    desk.send(desk.matcher.functions.cancel(1), desk.buyer)
    state = backend.chain.get_vm().state
    stored = state.get_storage(bytes.fromhex(desk.matcher.address[2:]), 0)
    assert stored != 0
    assert desk.matcher.functions.root().call() == stored.to_bytes(32, "big")
