"""`freeze` and `unfreeze`: scope, agreements, review dates, and what is reported."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.powers import BASIS, CASE, DAY, YEAR, Powers

GB, FR = "authority of GB", "authority of FR"


@pytest.fixture(autouse=True)
def parties(powers: Powers) -> None:
    """A party of DE and one of GB."""
    powers.enter("german")
    powers.enter("briton", "GB")


def test_default_behavior(powers: Powers, logs: Any) -> None:
    review = powers.now() + 30 * DAY
    before = powers.word("briton")
    receipt = powers.freeze("briton", GB, review_at=review)
    holder = powers.authorities[GB]
    word = powers.word("briton")
    assert word == before | 4 << 160 | holder << 176
    (event,) = logs(receipt, powers.registry)
    assert event.event == "PartyFrozen"
    assert dict(event.args) == {
        "account": powers.ids["briton"],
        "legal_basis": BASIS,
        "word": word,
        "case_hash": CASE,
        "mandate": holder | review << 64,
    }
    (event,) = logs(powers.unfreeze("briton", GB), powers.registry)
    assert powers.word("briton") == before
    assert event.event == "PartyUnfrozen"
    assert event.args.word == before
    assert event.args.mandate == holder | holder << 64


def test_out_of_scope(powers: Powers, reverts: Any) -> None:
    for name, by in (("briton", "supervisor"), ("german", GB), ("german", "authority of EU")):
        with reverts("supervision: out of scope"):
            powers.freeze(name, by)


@pytest.mark.parametrize("nobody", ["registrar", "convenor", "officer", "german", "stranger"])
def test_no_authority(powers: Powers, reverts: Any, nobody: str) -> None:
    with reverts("supervision: no authority"):
        powers.freeze("german", nobody)
    powers.freeze("german")
    with reverts("supervision: no authority"):
        powers.unfreeze("german", nobody)


def test_power_not_held(powers: Powers, reverts: Any) -> None:
    powers.narrow("supervisor", 127 - 1, 2**32 - 1)
    with reverts("supervision: power not held"):
        powers.freeze("german")


def test_mandate_not_begun(powers: Powers, reverts: Any) -> None:
    powers.recognise("newcomer", "DE")
    powers.wait(DAY - 10)
    with reverts("supervision: mandate not begun"):
        powers.freeze("german", "newcomer")
    powers.wait(10)
    powers.freeze("german", "newcomer")


def test_mandate_over(powers: Powers, reverts: Any) -> None:
    powers.freeze("german")
    powers.end("supervisor")
    for act in (powers.freeze, powers.unfreeze):
        with reverts("supervision: mandate over"):
            act("german")
    assert powers.flags("german") == 4


def test_under_an_agreement(powers: Powers, logs: Any, reverts: Any) -> None:
    number = powers.agree(GB, "supervisor", FR)
    (event,) = logs(powers.freeze("german", GB, agreement=number), powers.registry)
    assert event.args.mandate & 2**64 - 1 == powers.authorities[GB] | number << 32
    with reverts("supervision: hold of another"):
        powers.unfreeze("german")
    powers.unfreeze("german", GB, agreement=number)
    assert powers.flags("german") == 0
    with reverts("supervision: out of scope"):
        powers.freeze("german", GB)


def test_agreement_lends_no_such_power(powers: Powers, reverts: Any) -> None:
    number = powers.agree(GB, "supervisor", powers=2)
    powers.restrict("german", GB, agreement=number)
    with reverts("supervision: power not lent"):
        powers.freeze("german", GB, agreement=number)


def test_agreement_of_others(powers: Powers, reverts: Any) -> None:
    number = powers.agree("supervisor", FR)
    with reverts("supervision: not a member"):
        powers.freeze("german", GB, agreement=number)
    with reverts("supervision: no such agreement"):
        powers.freeze("german", GB, agreement=number + 1)


@pytest.mark.parametrize("ahead", [0, -1, YEAR + 2, 2**255])
def test_bad_review_date(powers: Powers, reverts: Any, ahead: int) -> None:
    time = powers.now() + 10
    powers.set_time(time)
    with reverts("parties: bad review date"):
        powers.freeze("german", review_at=time + ahead)


@pytest.mark.parametrize("ahead", [1, YEAR])
def test_farthest_review_dates(powers: Powers, ahead: int) -> None:
    time = powers.now() + 10
    powers.set_time(time)
    powers.freeze("german", review_at=time + ahead)
    powers.wait(2 * YEAR)
    assert powers.flags("german") == 4, "an overdue review frees nobody"


def test_no_legal_basis(powers: Powers, reverts: Any) -> None:
    with reverts("parties: no legal basis"):
        powers.freeze("german", basis=bytes(32))
    powers.freeze("german")
    with reverts("parties: no legal basis"):
        powers.unfreeze("german", basis=bytes(32))


def test_nothing_to_lift(powers: Powers, reverts: Any) -> None:
    powers.restrict("german")
    with reverts("parties: already so"):
        powers.unfreeze("german")


def test_no_such_party(powers: Powers, reverts: Any) -> None:
    for act in (powers.freeze, powers.unfreeze, powers.restrict, powers.release):
        with reverts("parties: no such party"):
            act("stranger")


def test_lost_key(powers: Powers, reverts: Any) -> None:
    powers.recover("german", "replacement")
    for act in (powers.freeze, powers.unfreeze):
        with reverts("parties: no such party"):
            act("german")
    powers.freeze("replacement")


def test_agreement_in_the_record(powers: Powers, reverts: Any) -> None:
    """No number of the caller's runs into the lanes beside it, and none is made up."""
    powers.freeze("german")
    with reverts("supervision: no such agreement"):
        powers.unfreeze("german", agreement=2**32 - 1)
    for number in (2**32, 2**32 + 1, 2**224):
        with reverts("parties: bad agreement"):
            powers.unfreeze("german", agreement=number)
        with reverts(None):
            powers.freeze("briton", GB, agreement=number)
