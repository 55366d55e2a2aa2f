"""A house that has lived a little, and its store in memory."""

from __future__ import annotations

import pytest

from tests.support.verified import Lived, lived_house

__all__ = ["Lived", "lived"]


@pytest.fixture(scope="package")
def lived() -> Lived:
    """Deployed, with trades, a crash and a loss, read in five row sets."""
    return lived_house()
