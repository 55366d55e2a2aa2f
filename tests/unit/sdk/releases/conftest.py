"""One deployed kit for the tests of this folder."""

import pytest

from keelmark.chain import connect
from tests.support.deployed_kit import DeployedKit, deploy_kit


@pytest.fixture(scope="package")
def kit() -> DeployedKit:
    """The kit on an embedded chain."""
    return deploy_kit(connect())
