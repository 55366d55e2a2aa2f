"""One rulebook for the tests of this folder."""

from collections.abc import Callable

import pytest
from web3.contract import Contract


@pytest.fixture(scope="module")
def rulebook(deploy: Callable[..., Contract]) -> Contract:
    """The rulebook, deployed without an argument."""
    return deploy("rulebook/Rulebook")
