"""Three professionals with 100,000 of cash each, and ways into the house that skip the matcher."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from keelmark.chain.pyevm import Backend
from tests.support.clearing import Clearing
from tests.support.market import Market


@pytest.fixture(scope="module")
def clearing(market: Market, backend: Backend) -> Clearing:
    """The venue of a module with `buyer`, `seller` and `third`."""
    for name in ("buyer", "seller", "third"):
        market.join(name, cash=100_000)
    return Clearing(market, backend)


@pytest.fixture(autouse=True)
def receipts(clearing: Clearing) -> Iterator[None]:
    """Forgets the receipts of what is undone after a test."""
    kept = len(clearing.market.receipts)
    yield
    del clearing.market.receipts[kept:]
