"""`announce_recovery`, `contest_recovery`, `complete_recovery`: a lost key, slowly."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from tests.support.parties import lei_text, lei_word
from tests.support.powers import DAY, Powers

LOST, NEW = "lost key", "new key"
DELAY, WINDOW = 7 * DAY, 30 * DAY
EVIDENCE = b"\x22" * 32


@pytest.fixture(autouse=True)
def party(powers: Powers) -> None:
    """Two issuers, and a party that the first attests."""
    for number, name in ((2, "attester"), (3, "other attester")):
        powers.recognise_issuer(number, powers.actors(name), lei_word(lei_text(700 + number)))
    stated = powers.statement(LOST, issuer=2, nonce=1)
    powers.attest(stated, powers.signed(stated, "attester"))
    powers.ids[LOST] = int(powers.registry.functions.account_count().call())


def announced(powers: Powers) -> int:
    """The announcement of the lost key."""
    return int(powers.registry.functions.recovery_of(powers.actors(LOST)).call())


def test_default_behavior(powers: Powers, logs: Any, actors: Any) -> None:
    before, account = powers.word(LOST), powers.ids[LOST]
    time = powers.now() + 10
    powers.set_time(time)
    (event,) = logs(powers.announce(LOST, NEW, "attester"), powers.registry)
    assert event.event == "RecoveryAnnounced"
    assert dict(event.args) == {
        "account": account,
        "lost": actors(LOST),
        "replacement": actors(NEW),
        "ripe_at": time + DELAY,
        "evidence": EVIDENCE,
        "issuer": announced(powers) >> 192,
    }
    assert announced(powers) >> 192 == 2
    assert announced(powers) % 2**160 == int(actors(NEW), 16)
    assert announced(powers) >> 160 & 2**32 - 1 == time + DELAY
    assert powers.reasons(LOST) == [0] * 7
    powers.set_time(time + DELAY)
    (event,) = logs(powers.complete(LOST, NEW), powers.registry)
    assert event.event == "PartyRecovered"
    word = before | 128 << 160
    assert dict(event.args) == {
        "account": account,
        "lost": actors(LOST),
        "replacement": actors(NEW),
        "word": word,
    }
    assert powers.word(NEW) == word
    assert powers.word(LOST) == (8 | 4) << 160
    assert announced(powers) == 0
    assert powers.registry.functions.predecessor_of(actors(NEW)).call() == actors(LOST)
    powers.sync()
    assert powers.reasons(NEW, account) == [0] * 7
    assert powers.reasons(LOST) == [9] * 7
    assert not powers.registry.functions.isVerified(actors(LOST)).call()
    assert powers.registry.functions.isVerified(actors(NEW)).call()


def test_by_the_registrar(powers: Powers) -> None:
    powers.recover(LOST, NEW)
    assert powers.word(NEW) % 2**32 == powers.ids[LOST]


@pytest.mark.parametrize("by", ["other attester", "supervisor", LOST, NEW, "stranger"])
def test_not_its_issuer(powers: Powers, reverts: Any, by: str) -> None:
    with reverts("parties: not its issuer"):
        powers.announce(LOST, NEW, by)


def test_issuer_not_recognised(powers: Powers, reverts: Any) -> None:
    powers.set_issuer(2, False)
    with reverts("parties: not its issuer"):
        powers.announce(LOST, NEW, "attester")
    powers.set_issuer(1, False)
    with reverts("parties: not its issuer"):
        powers.announce(LOST, NEW)


def test_issuer_ended_in_the_meantime(powers: Powers, reverts: Any) -> None:
    """What an issuer announced before its key was found stolen does not happen."""
    powers.announce(LOST, NEW, "attester")
    powers.set_issuer(2, False)
    powers.wait(DELAY)
    with reverts("parties: issuer not recognised"):
        powers.complete(LOST, NEW)


def test_issuer_ended_and_restored(powers: Powers, reverts: Any) -> None:
    """What a stolen key announced does not come back with the issuer; the registrar clears it."""
    powers.announce(LOST, NEW, "attester")
    powers.set_issuer(2, False)
    powers.set_issuer(2, True)
    powers.wait(DELAY)
    with reverts("parties: issuer not recognised"):
        powers.complete(LOST, NEW)
    powers.contest(LOST, "registrar")
    powers.announce(LOST, NEW, "attester")
    powers.wait(DELAY)
    powers.complete(LOST, NEW)


def test_authority_as_replacement(powers: Powers, reverts: Any) -> None:
    """Nobody who could freeze a party becomes it."""
    powers.announce(LOST, "supervisor")
    powers.wait(DELAY)
    with reverts("parties: one holder, two roles"):
        powers.complete(LOST, "supervisor")


def test_already_announced(powers: Powers, reverts: Any) -> None:
    powers.announce(LOST, NEW, "attester")
    with reverts("parties: already announced"):
        powers.announce(LOST, "third key")


def test_replacements(powers: Powers, reverts: Any, actors: Any) -> None:
    nobody = "0x" + "00" * 20
    calls = powers.registry.functions
    with reverts("parties: no wallet"):
        powers.send(calls.announce_recovery(actors(LOST), nobody, EVIDENCE), actors("attester"))
    with reverts("parties: vouches for itself"):
        powers.announce(LOST, "attester", "attester")
    for known in (LOST, "member"):
        with reverts("parties: wallet known"):
            powers.announce(LOST, known)
    powers.enter("another")
    powers.recover("another", "heir")
    with reverts("parties: wallet known"):
        powers.announce(LOST, "another")


def test_no_evidence(powers: Powers, reverts: Any) -> None:
    with reverts("parties: no evidence"):
        powers.announce(LOST, NEW, evidence=bytes(32))


def test_no_such_party(powers: Powers, reverts: Any) -> None:
    with reverts("parties: no such party"):
        powers.announce("stranger", NEW)
    powers.recover(LOST, NEW)
    with reverts("parties: no such party"):
        powers.announce(LOST, "third key")


@pytest.mark.parametrize("by", [LOST, "attester", "registrar", "supervisor"])
def test_contested(powers: Powers, logs: Any, reverts: Any, actors: Any, by: str) -> None:
    before = powers.word(LOST)
    powers.announce(LOST, NEW, "attester")
    powers.wait(DELAY)
    (event,) = logs(powers.contest(LOST, by), powers.registry)
    assert event.event == "RecoveryContested"
    assert dict(event.args) == {
        "account": powers.ids[LOST],
        "lost": actors(LOST),
        "contester": actors(by),
    }
    with reverts("parties: not the replacement"):
        powers.complete(LOST, NEW)
    assert powers.word(LOST) == before
    assert powers.word(NEW) == 0
    powers.announce(LOST, NEW)


def test_contested_by_nobody_else(powers: Powers, reverts: Any) -> None:
    powers.announce(LOST, NEW)
    for by in (NEW, "stranger", "other attester", "convenor"):
        with reverts("supervision: no authority"):
            powers.contest(LOST, by)
    with reverts("supervision: out of scope"):
        powers.contest(LOST, "authority of FR")
    powers.narrow("supervisor", 127 - 1, 2**32 - 1)
    with reverts("supervision: power not held"):
        powers.contest(LOST, "supervisor")


def test_nothing_to_contest(powers: Powers, reverts: Any) -> None:
    with reverts("parties: no recovery"):
        powers.contest(LOST, LOST)
    powers.recover(LOST, NEW)
    with reverts("parties: no recovery"):
        powers.contest(LOST, LOST)


def test_too_soon_and_too_late(powers: Powers, reverts: Any) -> None:
    time = powers.now() + 10
    powers.set_time(time)
    powers.announce(LOST, NEW)
    powers.set_time(time + DELAY - 1)
    with reverts("parties: not yet"):
        powers.complete(LOST, NEW)
    powers.set_time(time + DELAY + WINDOW + 1)
    with reverts("parties: too late"):
        powers.complete(LOST, NEW)
    with reverts("parties: already announced"):
        powers.announce(LOST, NEW)
    powers.contest(LOST, "registrar")
    powers.announce(LOST, NEW)


def test_last_moment(powers: Powers) -> None:
    time = powers.now() + 10
    powers.set_time(time)
    powers.announce(LOST, NEW)
    powers.set_time(time + DELAY + WINDOW)
    powers.complete(LOST, NEW)


@pytest.mark.parametrize("by", [LOST, "registrar", "supervisor", "stranger"])
def test_not_the_replacement(powers: Powers, reverts: Any, by: str) -> None:
    with reverts("parties: not the replacement"):
        powers.complete(LOST, by)
    powers.announce(LOST, NEW)
    powers.wait(DELAY)
    with reverts("parties: not the replacement"):
        powers.complete(LOST, by)


def test_replacement_became_a_party(powers: Powers, reverts: Any) -> None:
    powers.announce(LOST, NEW)
    powers.enter(NEW)
    powers.wait(DELAY)
    with reverts("parties: wallet known"):
        powers.complete(LOST, NEW)


def test_replacement_is_listed(powers: Powers, reverts: Any, actors: Any) -> None:
    powers.announce(LOST, NEW)
    powers.wait(DELAY)
    powers.list_wallet(actors(NEW))
    with reverts("parties: sanctioned"):
        powers.complete(LOST, NEW)
    powers.delist_wallet(actors(NEW))
    powers.send(powers.oracle.functions.bar(actors(NEW)))
    with reverts("parties: sanctioned"):
        powers.complete(LOST, NEW)


def test_as_many_keys_as_are_screened(powers: Powers, reverts: Any) -> None:
    keys = [LOST, *(f"key {number}" for number in range(4))]
    for lost, new in pairwise(keys):
        powers.recover(lost, new)
        powers.renew(new)
    powers.announce(keys[-1], "one too many")
    powers.wait(DELAY)
    with reverts("parties: too many keys"):
        powers.complete(keys[-1], "one too many")
    powers.list_wallet(powers.actors(LOST))
    powers.screen(keys[-1])
    assert powers.flags(keys[-1]) == 128 + 32
