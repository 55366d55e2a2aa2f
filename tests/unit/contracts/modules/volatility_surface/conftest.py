"""The module behind a harness."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract


@pytest.fixture(scope="module")
def surface(deploy: Any) -> Contract:
    """Opens the module's functions."""
    found: Contract = deploy("tests/mocks/VolatilitySurfaceHarness")
    return found
