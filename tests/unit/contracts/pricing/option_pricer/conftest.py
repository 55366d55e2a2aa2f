"""The option pricer, on a chain."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract


@pytest.fixture(scope="module")
def pricer(deploy: Any) -> Contract:
    """The contract; it takes nothing and holds nothing."""
    found: Contract = deploy("pricing/OptionPricer")
    return found


@pytest.fixture
def option() -> tuple[int, int, int, int]:
    """Forward 8,000, strike 9,000, ninety days, 80 %."""
    return 8_000 * 10**18, 9_000 * 10**18, 7_776_000, 8 * 10**17
