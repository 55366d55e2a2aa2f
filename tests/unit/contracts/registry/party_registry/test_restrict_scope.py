"""`restrict` and `release`: a power of its own, with its own holder, beside a freeze."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.powers import BASIS, CASE, DAY, YEAR, Powers

SECOND = "second authority"


@pytest.fixture(autouse=True)
def parties(powers: Powers) -> None:
    """A party of DE, and a second authority there."""
    powers.recognise(SECOND, "DE", 2)
    powers.wait(DAY)
    powers.sync()
    powers.enter("party")


def test_default_behavior(powers: Powers, logs: Any) -> None:
    review = powers.now() + 30 * DAY
    before = powers.word("party")
    receipt = powers.restrict("party", SECOND, review_at=review)
    holder = powers.authorities[SECOND]
    word = powers.word("party")
    assert word == before | 2 << 160 | holder << 248
    (event,) = logs(receipt, powers.registry)
    assert event.event == "PartyRestricted"
    assert dict(event.args) == {
        "account": powers.ids["party"],
        "legal_basis": BASIS,
        "word": word,
        "case_hash": CASE,
        "mandate": holder | review << 64,
    }
    (event,) = logs(powers.release("party", SECOND), powers.registry)
    assert event.event == "PartyReleased"
    assert powers.word("party") == event.args.word == before
    assert event.args.mandate == holder | holder << 64


def test_another_power(powers: Powers, reverts: Any) -> None:
    with reverts("supervision: power not held"):
        powers.freeze("party", SECOND)
    powers.narrow("supervisor", 127 - 2, 2**32 - 1)
    with reverts("supervision: power not held"):
        powers.restrict("party")


def test_out_of_scope(powers: Powers, reverts: Any) -> None:
    with reverts("supervision: out of scope"):
        powers.restrict("party", "authority of FR")
    powers.restrict("party")
    with reverts("supervision: hold of another"):
        powers.release("party", "authority of FR")


@pytest.mark.parametrize("ahead", [0, YEAR + 1])
def test_bad_review_date(powers: Powers, reverts: Any, ahead: int) -> None:
    time = powers.now() + 10
    powers.set_time(time)
    with reverts("parties: bad review date"):
        powers.restrict("party", review_at=time + ahead)


def test_no_legal_basis(powers: Powers, reverts: Any) -> None:
    with reverts("parties: no legal basis"):
        powers.restrict("party", basis=bytes(32))
    powers.restrict("party")
    with reverts("parties: no legal basis"):
        powers.release("party", basis=bytes(32))


def test_a_freeze_beside_it(powers: Powers, reverts: Any) -> None:
    powers.restrict("party", SECOND)
    powers.freeze("party")
    assert powers.flags("party") == 6
    with reverts("supervision: hold of another"):
        powers.unfreeze("party", SECOND)
    powers.release("party", SECOND)
    assert powers.flags("party") == 4
    with reverts("parties: already so"):
        powers.release("party", SECOND)
    powers.unfreeze("party")
    assert powers.flags("party") == 0
