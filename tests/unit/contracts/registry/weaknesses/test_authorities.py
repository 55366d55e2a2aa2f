"""Authorities against their limits: scope, each other, agreements and mandates that are over."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.powers import BASIS, CASE, DAY, Powers

FR, GB = "authority of FR", "authority of GB"


@pytest.fixture(autouse=True)
def party(powers: Powers) -> None:
    """A party of DE."""
    powers.enter("party")


def test_out_of_scope_in_every_power(powers: Powers, reverts: Any) -> None:
    wallet = powers.actors("party")
    calls = powers.registry.functions
    review = powers.now() + 90 * DAY
    for call in (
        calls.freeze(wallet, 0, BASIS, CASE, review),
        calls.restrict(wallet, 0, BASIS, CASE, review),
        calls.authorise_ccp(wallet, BASIS, CASE),
        calls.withdraw_ccp(wallet, BASIS, CASE),
    ):
        for by in (FR, GB, "authority of EU", "authority of US"):
            with reverts("supervision: out of scope"):
                powers.send(call, powers.actors(by))
    powers.bar(5, FR)
    other = (powers.actors("member"), 1, 4)
    asked = powers.registry.functions.gate_trade
    assert asked(wallet, powers.ids["party"], 1, *other, 7, 5).call()[:2] == [0, 0]


def test_authority_of_a_wide_name(powers: Powers, reverts: Any) -> None:
    """One of "EU" reaches no party of a member state, and one of DE no party of "EU"."""
    powers.enter("european", "EU")
    with reverts("supervision: out of scope"):
        powers.freeze("european")
    powers.freeze("european", "authority of EU")
    with reverts("supervision: out of scope"):
        powers.freeze("party", "authority of EU")


def test_two_authorities_one_lifts(powers: Powers, reverts: Any) -> None:
    number = powers.agree("supervisor", FR)
    powers.freeze("party", FR, agreement=number)
    powers.freeze("party")
    powers.unfreeze("party", FR, agreement=number)
    assert powers.reasons("party") == [4] * 7
    with reverts("supervision: hold of another"):
        powers.unfreeze("party", FR, agreement=number)
    powers.unfreeze("party")
    assert powers.reasons("party") == [0] * 7


@pytest.mark.parametrize("how", ["lapsed", "lender left", "borrower left", "lender is over"])
def test_agreement_that_ended(powers: Powers, reverts: Any, how: str) -> None:
    number = powers.agree("supervisor", FR, days=30)
    powers.freeze("party", FR, agreement=number)
    leaving = powers.supervision.functions.leave_agreement(number)
    if how == "lapsed":
        powers.wait(30 * DAY)
    elif how == "lender left":
        powers.send(leaving, powers.actors("supervisor"))
    elif how == "borrower left":
        powers.send(leaving, powers.actors(FR))
    else:
        powers.end("supervisor")
    powers.enter("another")
    reason = {"lapsed": "agreement lapsed", "borrower left": "not a member"}
    with reverts(f"supervision: {reason.get(how, 'out of scope')}"):
        powers.freeze("another", FR, agreement=number)
    assert powers.reasons("party")[2] == 4, "what was frozen under it stays so"
    powers.unfreeze("party", FR)
    assert powers.flags("party") == 0


def test_agreement_lends_no_more_than_the_lender_has(powers: Powers, reverts: Any) -> None:
    number = powers.agree("supervisor", FR)
    powers.narrow("supervisor", 127 - 1, 2**32 - 1)
    with reverts("supervision: out of scope"):
        powers.freeze("party", FR, agreement=number)
    powers.restrict("party", FR, agreement=number)


def test_agreement_does_not_widen_a_lift(powers: Powers, reverts: Any) -> None:
    """What the home authority froze, no agreement lets another lift."""
    number = powers.agree("supervisor", FR)
    powers.freeze("party")
    for agreement in (0, number):
        with reverts("supervision: hold of another"):
            powers.unfreeze("party", FR, agreement=agreement)


def test_mandate_over(powers: Powers, reverts: Any) -> None:
    """A freeze outlives its authority; only another in scope lifts it."""
    powers.recognise("successor", "DE")
    powers.wait(DAY)
    powers.freeze("party")
    with reverts("supervision: hold of another"):
        powers.unfreeze("party", "successor")
    powers.end("supervisor")
    with reverts("supervision: mandate over"):
        powers.unfreeze("party")
    with reverts("supervision: out of scope"):
        powers.unfreeze("party", FR)
    powers.unfreeze("party", "successor")
    assert powers.flags("party") == 0


def test_further_hold_outlives_its_authority(powers: Powers, reverts: Any) -> None:
    """Nobody is freed by the end of a mandate, wherever its hold stands."""
    powers.recognise("second", "DE")
    powers.wait(DAY)
    powers.freeze("party")
    powers.freeze("party", "second")
    powers.end("second")
    powers.unfreeze("party")
    assert powers.flags("party") == 4
    with reverts("supervision: mandate over"):
        powers.unfreeze("party", "second")
    powers.unfreeze("party")
    assert powers.flags("party") == 0


def test_a_new_mandate_inherits_no_hold(powers: Powers, reverts: Any) -> None:
    """The same key under a later mandate of another jurisdiction lifts nothing."""
    powers.freeze("party")
    powers.end("supervisor")
    before = powers.authorities["supervisor"]
    powers.recognise("supervisor", "FR")
    powers.wait(DAY)
    assert powers.authorities["supervisor"] != before
    with reverts("supervision: out of scope"):
        powers.unfreeze("party")
    assert powers.flags("party") == 4


def test_no_power_over_oneself(powers: Powers) -> None:
    """An authority is no party, and a party's key that becomes one gains nothing for itself."""
    powers.freeze("party")
    powers.recognise("party", "DE")
    powers.wait(DAY)
    with pytest.raises(Exception, match="hold of another"):
        powers.unfreeze("party", "party")
    assert powers.flags("party") == 4


def test_a_review_that_is_overdue_frees_nobody(powers: Powers) -> None:
    powers.freeze("party", review_at=powers.now() + 10)
    powers.wait(400 * DAY)
    powers.sync()
    assert powers.reasons("party") == [4] * 7
