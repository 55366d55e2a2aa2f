"""The example venue beside a deployed kit, built once a module and put back after each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from web3 import Web3

from tests.support.example_venue import Venue
from tests.support.market import Market


@pytest.fixture(scope="module")
def built(
    w3: Web3,
    deploy: Callable[..., Any],
    actors: Callable[[str], Any],
    send: Callable[..., Any],
    set_time: Callable[[int], None],
    now: Callable[[], int],
) -> Venue:
    """The venue; bitcoin at 8,000; a buyer and a seller with 100,000 each, a retail client with
    10,000 and a liquidator with a million."""
    made = Venue(Market(w3, deploy, actors, send, set_time, now))
    made.join("buyer", units=100_000)
    made.join("seller", units=100_000)
    made.join("client", category=1, units=10_000)
    made.join("liquidator", units=1_000_000)
    return made


@pytest.fixture
def venue(built: Venue) -> Iterator[Venue]:
    """The same with fresh prices. After each test, money and sizes must add up."""
    known = dict(built.market.ids)
    built.refresh()
    yield built
    held, owed = built.balances_sum()
    built.market.ids = known
    assert held == owed
