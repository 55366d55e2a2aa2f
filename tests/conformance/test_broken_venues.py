"""Each broken venue is caught by the check that is meant for it, and by the fault alone.

The same contract passes the check while the fault is not at work; see `faults`.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from keelmark.conformance.adapters.ground import Ground
from keelmark.conformance.check import Status, all_checks
from keelmark.conformance.runner import Session
from tests.conformance.broken import broken_example, broken_house, build
from tests.conformance.faults import EXAMPLE, FAULTS, HOUSE, Fault, number_of

CHECKS = all_checks()
AT_BIRTH = "role left with the deployer"


def named(fault: Fault) -> str:
    """A fault in the report."""
    return fault.name.replace(" ", "-")


@pytest.fixture(scope="module")
def sessions(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Session]:
    """The venues, by the name of each fault that is in them; none is at work yet."""
    first, second, house = build(tmp_path_factory.mktemp("broken"))
    opened = (
        (Session(broken_example(ground, first)), EXAMPLE[0]),
        (Session(broken_example(ground, second)), EXAMPLE[1]),
        (Session(broken_house(ground, house)), HOUSE),
    )
    return {fault.name: session for session, faults in opened for fault in faults}


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_caught(fault: Fault, sessions: Mapping[str, Session], ground: Ground) -> None:
    """Without the fault the check passes; with it, it fails, with words about the venue."""
    session, check = sessions[fault.name], CHECKS[fault.check]
    sound = session.run(check)
    assert sound.status is Status.PASSED, sound.seen
    if fault.name == AT_BIRTH:
        artefact = session.adapter.artefact()  # type: ignore[attr-defined]
        session = Session(broken_example(ground, artefact, number_of(fault.name)))
    session.adapter.chain.local.fund(session.adapter.address, number_of(fault.name))
    broken = session.run(check)
    assert broken.status is Status.FAILED, f"{broken.status}: {broken.seen}"
    assert broken.seen != sound.seen


def test_every_check_catches_something() -> None:
    """Each check has a broken venue of its own."""
    assert {fault.check for fault in FAULTS} == set(CHECKS)
