"""A venue with a client in trouble, for attacks on what stands behind the registry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from web3 import Web3

from tests.support.distress import in_trouble
from tests.support.market import PROFESSIONAL, Market


@pytest.fixture(scope="module")
def market(
    w3: Web3,
    deploy: Callable[..., Any],
    actors: Callable[[str], Any],
    send: Callable[..., Any],
    set_time: Callable[[int], None],
    now: Callable[[], int],
) -> Market:
    """Client and retail client, both long 10 BTC at 8,000; two members."""
    made = in_trouble(Market(w3, deploy, actors, send, set_time, now))
    for name in ("first", "second"):
        made.join(name, PROFESSIONAL, "DE", member=True, cash=500_000)
    return made
