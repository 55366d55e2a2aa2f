"""A house that has lived a little, on the embedded chain."""

from __future__ import annotations

import pytest

from keelmark.chain import connect
from tests.integration.test_anvil_equality import Stage, build, live
from tests.support.evidence import House


@pytest.fixture(scope="package")
def house() -> House:
    """Deployed, with trades, a crash and a loss."""
    stage = Stage(connect("embedded"))
    build(stage)
    live(stage)
    return House(stage)
