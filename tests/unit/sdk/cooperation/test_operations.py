"""Each act of cooperation, by the SDK's operations, and what the contract refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, replace
from typing import Any

import pytest

from keelmark.errors import InputError
from keelmark.evidence.asking import scope_hash
from keelmark.ledger import cooperation
from keelmark.ledger.cooperation import read_anchor, text_word
from keelmark.ledger.cooperation_words import Kind, State, read_agreement, read_mandate
from tests.support.supervision import read_agreement as raw_agreement
from tests.support.supervision import read_mandate as raw_mandate
from tests.support.supervision import read_request
from tests.unit.sdk.cooperation.conftest import BASIS, DELAY, Desk

DIGEST, OUTCOME, REASON = b"\x01" * 32, b"\x02" * 32, b"\x03" * 32


def test_default_behavior(desk: Desk) -> None:
    """Agreed, asked, acknowledged, delivered, opened, closed: each act answers with its result."""
    agreement = desk.agreed()
    asked = desk.asked()
    times = {"acknowledge_by": desk.now() + DELAY, "deliver_by": desk.now() + 2 * DELAY}
    made = desk.run(
        "AMF",
        cooperation.ask(
            desk.contract, asked, agreement=agreement, to=1, kind=Kind.FREEZE, subject=7,
            legal_basis=BASIS, **times,
        ),
    )  # fmt: skip
    assert str(made.reference) == f"eip155:{desk.chain.chain_id()}:{desk.contract.address}/1"
    assert (made.request.requester, made.request.requested, made.request.subject) == (2, 1, 7)
    assert made.request.kind is Kind.FREEZE

    anchored = desk.chain.run(read_anchor(desk.contract, 1))
    assert anchored.reference == made.reference
    assert anchored.scope_hash == scope_hash(asked)
    assert anchored.package_digest == bytes(32)

    contract = desk.contract
    for name, operation, state in (
        ("BaFin", cooperation.acknowledge(contract, 1), State.ACKNOWLEDGED),
        ("BaFin", cooperation.deliver(contract, 1, DIGEST), State.DELIVERED),
        ("AMF", cooperation.log_access(contract, 1, DIGEST, BASIS), State.DELIVERED),
        ("AMF", cooperation.close(contract, 1, OUTCOME), State.CLOSED),
    ):
        assert desk.run(name, operation).request.state is state
    raw = read_request(desk.chain.run(contract.request_of(1)).word)
    found = desk.chain.run(read_anchor(contract, 1))
    assert found.package_digest == DIGEST
    assert (raw.state, raw.accesses, raw.kind, raw.subject) == (5, 1, 4, 7)
    assert (found.request.state, found.request.accesses) == (State.CLOSED, 1)
    assert found.request.acknowledge_by == times["acknowledge_by"] == raw.acknowledge_by
    assert found.request.deliver_by == times["deliver_by"] == raw.deliver_by


def test_refused_and_withdrawn(desk: Desk) -> None:
    """The two ends without an answer."""
    desk.agreed()
    desk.ask()
    desk.ask()
    assert desk.run("BaFin", cooperation.refuse(desk.contract, 1, 3, REASON)).request.state == 3
    assert desk.run("AMF", cooperation.close(desk.contract, 1, OUTCOME)).request.state == 5
    assert desk.run("AMF", cooperation.withdraw(desk.contract, 2)).request.state == 6


def test_left(desk: Desk, refused: Callable[..., str]) -> None:
    """Who left an agreement is asked nothing more under it."""
    agreement = desk.agreed()
    desk.run("BaFin", cooperation.leave(desk.contract, agreement))
    asking = cooperation.ask(
        desk.contract, desk.asked(), agreement=1, to=1, kind=Kind.EVIDENCE,
        acknowledge_by=desk.now() + 9, deliver_by=desk.now() + 9, legal_basis=BASIS,
    )  # fmt: skip
    assert refused("AMF", asking) == "supervision: other not a member"


def test_lapsed_agreement(desk: Desk, refused: Callable[..., str]) -> None:
    """An agreement that has lapsed takes no new request; one that was made is still answered."""
    desk.agreed(until=desk.now() + 10 * DELAY)
    desk.ask()
    desk.later(10 * DELAY + 1)
    asking = cooperation.ask(
        desk.contract, desk.asked(), agreement=1, to=1, kind=Kind.EVIDENCE,
        acknowledge_by=desk.now() + 99, deliver_by=desk.now() + 99, legal_basis=BASIS,
    )  # fmt: skip
    assert refused("AMF", asking) == "supervision: agreement lapsed"
    made = desk.run("BaFin", cooperation.deliver(desk.contract, 1, DIGEST))
    assert made.request.state is State.DELIVERED
    assert desk.read().book.requests[1].steps[-1].late


def test_asked_about_another_chain(desk: Desk) -> None:
    """Nothing is sent."""
    desk.agreed()
    before = desk.chain.block().number
    asked = desk.asked(chain_id=1)
    asking = cooperation.ask(
        desk.contract, asked, agreement=1, to=1, kind=Kind.EVIDENCE,
        acknowledge_by=desk.now() + 99, deliver_by=desk.now() + 99, legal_basis=BASIS,
    )  # fmt: skip
    with pytest.raises(InputError, match=r"chain_id is 1, the chain has"):
        desk.run("AMF", asking)
    assert desk.chain.block().number == before


def test_no_such_request(desk: Desk) -> None:
    """A request that there is not."""
    with pytest.raises(InputError, match="has no request 9"):
        desk.chain.run(read_anchor(desk.contract, 9))


def test_another_contract(desk: Desk) -> None:
    """A contract that has the function and reports nothing is told from Supervision."""
    agreed = desk.run(
        "BaFin", desk.contract.propose_agreement([1, 2], 1, 0, [], 0, 2**32 - 1, DIGEST)
    )
    with pytest.raises(InputError, match="reported no RequestMade"):
        cooperation._event(agreed, desk.contract.address, "RequestMade")
    bare = replace(agreed, logs=())
    with pytest.raises(InputError, match="expected a Supervision contract"):
        cooperation._event(bare, desk.contract.address, "AgreementProposed")


@pytest.mark.parametrize("text", ["", "x" * 33, "§ 40"])
def test_text_word(text: str) -> None:
    """What is no short text of ASCII."""
    with pytest.raises(InputError, match=r"basis: .*expected 1 to 32 ASCII"):
        text_word(text, "basis")
    assert text_word("Art. 40", "basis") == b"Art. 40" + bytes(25)


def test_words(desk: Desk) -> None:
    """The SDK reads the words as the tests' own reader does."""
    desk.agreed(instruments=[5, 2**32 - 1], powers=0)
    found = desk.chain.run(desk.contract.agreement(1))
    mine = read_agreement(found.terms, found.invited, found.instruments, found.text_hash)
    raw = raw_agreement(found.terms)
    assert frozenset(mine.accepted) == raw.accepted == {1, 2}
    assert mine.invited == (1, 2)
    assert mine.instruments == (5, 2**32 - 1)
    theirs: Any = (raw.kinds, raw.powers, raw.begins, raw.until, raw.proposer)
    assert (mine.kinds, mine.powers, mine.begins, mine.until, mine.proposer) == theirs

    desk.run("convenor", desk.contract.narrow_mandate(2, 3, 2**31, BASIS))
    desk.run("convenor", desk.contract.widen_mandate(2, 67, 2**32 - 1, BASIS))
    word = desk.chain.run(desk.contract.mandate_of(desk.signers["AMF"].address))
    read, plain = read_mandate(word), raw_mandate(word)
    assert (read.id, read.jurisdiction) == (plain.id, plain.jurisdiction) == (2, "FR")
    assert astuple(read.terms) == (plain.powers, plain.begins, plain.until)
    assert read.wider is not None
    assert astuple(read.wider) == (plain.wider_powers, plain.wider_from, plain.wider_until)
    begins = read.wider.begins
    assert read.now(begins - 1) is read.terms
    assert read.now(begins) is read.wider
    assert read.runs(begins)
    assert not read.runs(2**32 - 1)
