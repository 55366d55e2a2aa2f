"""A house's governance as one: the lens's answer, and what only events tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from keelmark.chain import Chain, Signer
from keelmark.chain.operations import Call, GetLogs, Request
from keelmark.ledger.governance import Governance, read_governance
from keelmark.proofs.report_chain import ReportChainBroken
from keelmark.types import Power
from tests.support.authorities import BASIS, CASE, DAY, FOREVER, WIDE, Venue, govern
from tests.support.parties import lei_text

NOBODY = "0x" + "00" * 20


@pytest.fixture(scope="module")
def venue(chain: Chain) -> Venue:
    """A house under two authorities."""
    return Venue(chain)


def told(venue: Venue) -> Governance:
    """Its governance now."""
    return venue.chain.run(read_governance(venue.kit))


class OddNode:
    """The embedded chain behind a node that answers some requests in its own way."""

    name = "odd"

    def __init__(self, chain: Chain, odd: Callable[[Request, Any], Any]) -> None:
        self._node, self._odd = chain._node, odd

    def answer(self, request: Request, signer: Signer | None = None) -> Any:
        """The chain's answer, as the odd node gives it."""
        return self._odd(request, self._node.answer(request, signer))


def test_default_behavior(venue: Venue) -> None:
    """Nothing under way: holders, mandates, an empty list of everything else."""
    found = told(venue)
    assert [(one.contract, one.role) for one in found.roles] == [
        ("ClearingHouse", "operator"),
        ("InstrumentRegistry", "lister"),
        ("PartyRegistry", "registrar"),
        ("PriceBoard", "operator"),
        ("Supervision", "convenor"),
        ("SanctionsList", "sanctions officer"),
    ]
    assert found.roles[2].holder == venue.wallet("registrar")
    assert [(one.id, one.lei, one.state(found.time)) for one in found.authorities] == [
        (1, lei_text(2), "runs"),
        (2, lei_text(3), "runs"),
    ]
    assert found.issuers == (1,)
    assert not found.halted
    assert not found.list_stale
    assert (found.changes, found.holds, found.bars, found.recoveries) == ((), (), (), ())
    assert found.block == venue.chain.block().number


def test_what_is_under_way(venue: Venue) -> None:
    """Each thing with its authority and its dates; overdue from the second after."""
    times = govern(venue)
    found = told(venue)
    assert found.halted
    assert found.halted_until == times["halt"]
    amf = found.authorities[1]
    assert amf.mandate is not None
    assert amf.terms(found.time) == amf.mandate.terms
    assert amf.mandate.terms.powers == Power.FREEZE | Power.COOPERATE
    pending = amf.pending(found.time)
    assert pending is not None
    assert (int(pending.powers), pending.begins, pending.until) == (67, times["wider"], FOREVER)
    assert found.authorities[0].successor == venue.wallet("new key")
    assert [(one.feed, one.slot, one.due) for one in found.changes] == [(1, 0, times["feed"])]
    assert found.changes[0].word >> 88 & 2**88 - 1 == WIDE
    german, french = venue.wallet("German firm"), venue.wallet("French firm")
    assert [
        (one.account, one.wallet, one.jurisdiction, one.frozen, one.authority, one.review_at)
        for one in found.holds
    ] == [
        (1, german, "DE", False, 1, times["long"]),
        (1, german, "DE", True, 1, times["short"]),
        (2, french, "FR", True, 2, times["long"]),
    ]
    (bar,) = found.bars
    assert (bar.instrument, bar.jurisdiction, bar.authority) == (5, "DE", 1)
    (recovery,) = found.recoveries
    assert (recovery.account, recovery.lost, recovery.replacement) == (
        2, french, venue.wallet("new key"),
    )  # fmt: skip
    assert (recovery.ripe_at, recovery.until) == (times["ripe"], times["ripe"] + 30 * DAY)
    assert not any(found.overdue(one.review_at) for one in found.holds)

    venue.chain.set_time(times["short"])
    venue.chain.local.mine()
    assert not told(venue).overdue(bar.review_at)
    venue.later(1)
    found = told(venue)
    assert [found.overdue(one.review_at) for one in found.holds] == [False, True, False]
    venue.later(3 * DAY)
    found = told(venue)
    assert not found.halted
    assert found.list_stale
    assert found.authorities[1].pending(found.time) is None
    terms = found.authorities[1].terms(found.time)
    assert terms is not None
    assert int(terms.powers) == 67


def test_what_has_ended(venue: Venue) -> None:
    """Lifted, cleared, contested, moved: nothing of it is left."""
    govern(venue)
    kit, act = venue.kit, venue.act
    german, french = venue.wallet("German firm"), venue.wallet("French firm")
    act("BaFin", kit.parties.unfreeze(german, 0, BASIS, CASE))
    act("BaFin", kit.parties.release(german, 0, BASIS, CASE))
    act("AMF", kit.parties.unfreeze(french, 0, BASIS, CASE))
    act("BaFin", kit.parties.clear_instrument(5, BASIS, CASE))
    act("French firm", kit.parties.contest_recovery(french))
    act("BaFin", kit.parties.resume(BASIS, CASE))
    act("new key", kit.supervision.accept_mandate(1))
    act("convenor", kit.supervision.narrow_mandate(2, 65, venue.now() + 9, BASIS))
    venue.later(10)
    found = told(venue)
    assert (found.holds, found.bars, found.recoveries) == ((), (), ())
    assert not found.halted
    assert found.authorities[0].successor == NOBODY
    assert found.authorities[0].holder == venue.wallet("new key")
    assert found.authorities[1].state(found.time) == "over"
    again = kit.supervision.recognise_authority(
        venue.wallet("AMF"), int(lei_text(3), 36), b"FR", 64, FOREVER, BASIS
    )
    act("convenor", again)
    found = told(venue)
    assert [one.state(found.time) for one in found.authorities] == ["runs", "over", "not begun"]
    assert found.authorities[1].terms(found.time) is None


@pytest.mark.parametrize("place", ["parties", "board"])
def test_a_node_that_hides_an_event(venue: Venue, place: str) -> None:
    """A freeze or an announced change that is left out breaks the report chain."""
    govern(venue)
    address = getattr(venue.kit, place).address

    def odd(request: Request, answer: Any) -> Any:
        if not isinstance(request, GetLogs):
            return answer
        last = max(at for at, log in enumerate(answer) if log.address == address)
        return answer[:last] + answer[last + 1 :]

    with pytest.raises(ReportChainBroken, match=f"at {address} do not fold"):
        Chain(OddNode(venue.chain, odd)).run(read_governance(venue.kit))


def test_one_call_of_the_lens(venue: Venue) -> None:
    """One for all of it, and of the block that the logs were read at."""
    govern(venue)
    calls: list[Call] = []

    def odd(request: Request, answer: Any) -> Any:
        if isinstance(request, Call):
            calls.append(request)
        return answer

    found = Chain(OddNode(venue.chain, odd)).run(read_governance(venue.kit))
    assert [(call.to, call.block) for call in calls] == [(venue.kit.lens.address, found.block)]
    assert len(found.changes) == 1
