"""One venue with a client in trouble, deployed once and put back after each test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from web3 import Web3

from tests.support.distress import in_trouble
from tests.support.market import Market


@pytest.fixture(scope="module")
def market(
    w3: Web3,
    deploy: Callable[..., Any],
    actors: Callable[[str], Any],
    send: Callable[..., Any],
    set_time: Callable[[int], None],
    now: Callable[[], int],
) -> Market:
    """The venue; a client and a retail client are long 10 BTC at 8,000."""
    return in_trouble(Market(w3, deploy, actors, send, set_time, now))
