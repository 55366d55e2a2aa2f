"""The identifiers module behind its harness."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract


@pytest.fixture(scope="module")
def codes(deploy: Any) -> Contract:
    """The harness."""
    made: Contract = deploy("tests/mocks/IdentifiersHarness")
    return made
