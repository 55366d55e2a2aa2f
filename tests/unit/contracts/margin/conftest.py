"""A venue for tests of the house and of what acts on it, built once a module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from web3 import Web3

from tests.support.market import Market


@pytest.fixture(scope="module")
def market(
    w3: Web3,
    deploy: Callable[..., Any],
    actors: Callable[..., Any],
    send: Callable[..., Any],
    set_time: Callable[[int], None],
    now: Callable[[], int],
) -> Market:
    """The kit, deployed and wired: BTC at 8,000, ETH at 200, one member, one perpetual on BTC."""
    return Market(w3, deploy, actors, send, set_time, now)
