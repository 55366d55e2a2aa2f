"""The clearing house passes every check, on a node."""

from __future__ import annotations

import pytest

from keelmark.chain import Chain
from keelmark.conformance.adapters.ground import Ground
from keelmark.conformance.adapters.house import HouseAdapter, open_house
from keelmark.conformance.check import Check, Status, all_checks
from keelmark.conformance.runner import Session


@pytest.fixture(scope="module")
def session(ground: Ground) -> Session:
    """The kit's own house."""
    house = ground.deployment.house
    open_house(ground, house)
    return Session(HouseAdapter(ground.chain, house.address))


@pytest.mark.parametrize("check", list(all_checks().values()), ids=lambda check: check.id)
def test_passes(check: Check, session: Session, anvil: Chain) -> None:
    """None is left out: the house offers all that the checks ask for."""
    result = session.run(check)
    assert result.status is Status.PASSED, result.seen
    assert result.done
    assert result.seen
