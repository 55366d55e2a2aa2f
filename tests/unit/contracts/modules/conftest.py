"""What the tests of the pricing modules share."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract


@pytest.fixture(scope="module")
def pricing(deploy: Any) -> Contract:
    """Opens the pricing modules, many points a call."""
    found: Contract = deploy("tests/mocks/PricingHarness")
    return found
