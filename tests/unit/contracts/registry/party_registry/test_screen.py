"""`screen`: the list's answer becomes the flag, whoever asks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.powers import DAY, Powers


@pytest.fixture(autouse=True)
def party(powers: Powers) -> None:
    """A party to screen."""
    powers.enter("party")


def test_default_behavior(powers: Powers, logs: Any, actors: Any) -> None:
    before = powers.word("party")
    powers.list_wallet(actors("party"))
    assert powers.registry.functions.screen(actors("party")).call() == 1
    (event,) = logs(powers.screen("party", "stranger"), powers.registry)
    assert event.event == "PartyScreened"
    assert dict(event.args) == {
        "account": powers.ids["party"],
        "wallet": actors("party"),
        "word": before | 32 << 160,
        "answer": 1,
    }
    assert powers.word("party") == before | 32 << 160
    powers.delist_wallet(actors("party"))
    (event,) = logs(powers.screen("party", "party"), powers.registry)
    assert event.args.word == powers.word("party") == before
    assert event.args.answer == 0


def test_by_an_oracle(powers: Powers, logs: Any, actors: Any) -> None:
    powers.send(powers.oracle.functions.bar(actors("party")))
    (event,) = logs(powers.screen("party"), powers.registry)
    assert event.args.answer == 2
    assert powers.flags("party") == 32


def test_already_so(powers: Powers, reverts: Any, actors: Any) -> None:
    with reverts("parties: already so"):
        powers.screen("party")
    powers.list_wallet(actors("party"))
    powers.screen("party")
    with reverts("parties: already so"):
        powers.screen("party")


def test_no_such_party(powers: Powers, reverts: Any, actors: Any) -> None:
    powers.list_wallet(actors("stranger"))
    with reverts("parties: no such party"):
        powers.screen("stranger")


def test_stale_lists_flag_and_clear_nobody(powers: Powers, reverts: Any, actors: Any) -> None:
    powers.list_wallet(actors("party"))
    powers.wait(3 * DAY + 1)
    powers.screen("party")
    powers.delist_wallet(actors("party"))
    with reverts("parties: list stale or silent"):
        powers.screen("party")
    powers.confirm()
    powers.screen("party")
    assert powers.flags("party") == 0


def test_silent_oracle_keeps_no_flag_of_the_list(powers: Powers, actors: Any, logs: Any) -> None:
    """Whom the list has taken off is not locked in for good by an oracle that died."""
    powers.list_wallet(actors("party"))
    powers.screen("party")
    powers.send(powers.oracle.functions.behave(2))
    powers.delist_wallet(actors("party"))
    (event,) = logs(powers.screen("party"), powers.registry)
    assert event.args.answer == 4
    assert powers.flags("party") == 0


def test_silent_oracle_keeps_its_own_flags(powers: Powers, reverts: Any, actors: Any) -> None:
    powers.send(powers.oracle.functions.bar(actors("party")))
    powers.screen("party")
    assert powers.registry.functions.listed_by_oracle(powers.ids["party"]).call()
    powers.send(powers.oracle.functions.behave(2))
    with reverts("parties: list stale or silent"):
        powers.screen("party")
    powers.send(powers.oracle.functions.behave(0))
    with reverts("parties: already so"):
        powers.screen("party")
    assert powers.flags("party") == 32


def test_silent_oracle_flags_nobody(powers: Powers, reverts: Any) -> None:
    powers.send(powers.oracle.functions.behave(2))
    with reverts("parties: already so"):
        powers.screen("party")


def test_earlier_wallets_are_screened(powers: Powers, logs: Any, actors: Any) -> None:
    """Listed under a key that was lost, before or after the recovery."""
    powers.recover("party", "second key")
    powers.recover("second key", "third key")
    powers.sync()
    assert powers.flags("third key") == 128
    powers.list_wallet(actors("party"))
    assert powers.reason("third key", 5) == 11
    (event,) = logs(powers.screen("third key"), powers.registry)
    assert event.args.answer == 1
    assert powers.flags("third key") == 128 + 32
    powers.delist_wallet(actors("party"))
    powers.list_wallet(actors("second key"))
    with pytest.raises(Exception, match="already so"):
        powers.screen("third key")
    powers.delist_wallet(actors("second key"))
    powers.screen("third key")
    assert powers.flags("third key") == 128


def test_the_gravest_answer_counts(powers: Powers, actors: Any, logs: Any) -> None:
    """Silence about one wallet hides nothing about another."""
    powers.recover("party", "second key")
    powers.sync()
    powers.list_wallet(actors("second key"))
    powers.send(powers.oracle.functions.behave(2))
    (event,) = logs(powers.screen("second key"), powers.registry)
    assert event.args.answer == 1


def test_holds_stay(powers: Powers, actors: Any) -> None:
    powers.freeze("party")
    powers.restrict("party")
    powers.list_wallet(actors("party"))
    powers.screen("party")
    assert powers.flags("party") == 2 + 4 + 32
    powers.delist_wallet(actors("party"))
    powers.screen("party")
    assert powers.flags("party") == 2 + 4
