"""A house under two authorities on the embedded chain, with its lens."""

from __future__ import annotations

import pytest

from keelmark.chain import Chain
from tests.support.authorities import Venue


@pytest.fixture(scope="module")
def venue(chain: Chain) -> Venue:
    """Deployed, nothing under way but AMF's new mandate, which runs."""
    return Venue(chain)
