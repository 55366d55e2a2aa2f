"""The lens: one call tells who holds what, from when, and what is under way."""

from __future__ import annotations

import pytest
from eth_utils import keccak

from keelmark.bindings.governance_lens import Governance
from keelmark.errors import Reverted
from keelmark.regulation import digest
from tests.support.authorities import BASIS, CASE, DAY, WIDE, Venue, govern
from tests.support.parties import lei_text, lei_word
from tests.support.supervision import ALL_POWERS, read_mandate

NOBODY = "0x" + "00" * 20

HOLDERS = (
    ("ClearingHouse", "operator", "operator"),
    ("InstrumentRegistry", "lister", "lister"),
    ("PartyRegistry", "registrar", "registrar"),
    ("PriceBoard", "operator", "board operator"),
    ("Supervision", "convenor", "convenor"),
    ("SanctionsList", "sanctions officer", "officer"),
)
"""Contract, role, and who holds it after the deployment."""


def told(venue: Venue, *feeds: int) -> Governance:
    """What the lens tells."""
    return venue.chain.run(venue.kit.lens.governance(feeds))


def test_default_behavior(venue: Venue) -> None:
    """A house that was just made: its roles, authorities and delays, nothing under way."""
    found = told(venue)
    assert found.rulebook_digest == digest()
    assert found.issuers == 1 << 1
    assert found.list_time == venue.chain.run(venue.kit.sanctions.updated_at()) != 0
    assert found.halted_until == 0
    assert found.changes == ()
    roles = [(one.place, one.role, one.holder, one.successor) for one in found.roles]
    assert roles == [
        (venue.kit.contracts[name].address, keccak(text=role), venue.wallet(holder), NOBODY)
        for name, role, holder in HOLDERS
    ]
    first, second = found.mandates
    assert (first.authority, first.identifier) == (venue.wallet("BaFin"), lei_word(lei_text(2)))
    assert (second.authority, second.identifier) == (venue.wallet("AMF"), lei_word(lei_text(3)))
    assert {first.successor, second.successor} == {NOBODY}
    assert read_mandate(first.word)[:3] == (1, "DE", ALL_POWERS)
    assert read_mandate(second.word)[:3] == (2, "FR", ALL_POWERS)


def test_delays(venue: Venue) -> None:
    """As the rulebook has them, in seconds."""
    delays = told(venue).delays
    assert (delays.mandate, delays.feed, delays.category) == (DAY, DAY, DAY)
    assert (delays.recovery, delays.review, delays.halt) == (7 * DAY, 365 * DAY, 7 * DAY)


def test_what_is_under_way(venue: Venue) -> None:
    """Offers of roles and keys, a widening, a halt, an announced change."""
    times = govern(venue)
    found = told(venue, 1, 2)
    offered = {one.place: one.successor for one in found.roles if one.successor != NOBODY}
    assert offered == {
        venue.kit.house.address: venue.wallet("new key"),
        venue.kit.parties.address: venue.wallet("keeper"),
    }
    assert found.mandates[0].successor == venue.wallet("new key")
    wider = read_mandate(found.mandates[1].word)
    assert (wider.powers, wider.until) == (65, 2**32 - 2)
    assert (wider.wider_powers, wider.wider_from, wider.wider_until) == (
        67, times["wider"], 2**32 - 1,
    )  # fmt: skip
    assert found.halted_until == times["halt"]
    (change,) = found.changes
    assert (change.feed, change.slot, change.due) == (1, 0, times["feed"])
    assert change.word >> 88 & 2**88 - 1 == WIDE


def test_roles_move(venue: Venue) -> None:
    """The holder after a role was handed over."""
    govern(venue)
    venue.act("keeper", venue.kit.parties.accept_role(keccak(text="registrar")))
    registrar = told(venue).roles[2]
    assert (registrar.holder, registrar.successor) == (venue.wallet("keeper"), NOBODY)


def test_mandates_move_and_end(venue: Venue) -> None:
    """A mandate under another key; one that is over stands until its key has a later one."""
    govern(venue)
    supervision = venue.kit.supervision
    venue.act("new key", supervision.accept_mandate(1))
    venue.act("convenor", supervision.narrow_mandate(2, 65, venue.now() + 9, BASIS))
    venue.later(10)
    first, second = told(venue).mandates
    assert (first.authority, first.successor) == (venue.wallet("new key"), NOBODY)
    assert read_mandate(second.word).until < venue.now()
    again = supervision.recognise_authority(
        venue.wallet("AMF"), lei_word(lei_text(3)), b"FR", 64, 2**32 - 1, BASIS
    )
    venue.act("convenor", again)
    _, second, third = told(venue).mandates
    assert (second.authority, second.word) == (venue.wallet("AMF"), 0)
    assert read_mandate(third.word)[:3] == (3, "FR", 64)


def test_changes_of_the_feeds_that_were_asked(venue: Venue) -> None:
    """In the order asked, one line a place; those of other feeds are not told."""
    board, due = venue.kit.board, {}
    for feed in (1, 2):
        venue.feed(feed)
    for feed in (2, 1):
        venue.act("board operator", board.set_limits(feed, 10**12, WIDE, 500, 1))
        due[feed, 0] = venue.now() + DAY
    for slot in (1, 2):
        venue.act("board operator", board.set_source(1, slot, venue.wallet("keeper"), 3600, 8))
        due[1, slot] = venue.now() + DAY
    found = [(one.feed, one.slot, one.due) for one in told(venue, 2, 1).changes]
    assert found == [(*place, due[place]) for place in ((2, 0), (1, 0), (1, 1), (1, 2))]
    assert [one.feed for one in told(venue, 2).changes] == [2]
    assert told(venue, 3, 65_535).changes == ()
    venue.later(DAY)
    venue.act("board operator", board.apply_change(1, 0))
    assert [one.slot for one in told(venue, 1).changes] == [1, 2]


def test_issuers_and_list(venue: Venue) -> None:
    """An issuer that was recognised; the list's time as the gate knows it, not as it is."""
    lei = lei_word(lei_text(40))
    recognising = venue.kit.parties.recognise_issuer(7, venue.wallet("keeper"), lei, BASIS, CASE)
    venue.act("BaFin", recognising)
    before = told(venue)
    assert before.issuers == 1 << 1 | 1 << 7
    venue.later(DAY)
    time = venue.now()
    venue.act("officer", venue.kit.sanctions.confirm(b"\x01" * 32, time))
    assert told(venue).list_time == before.list_time
    venue.act("keeper", venue.kit.parties.sync_list())
    assert told(venue).list_time == time


def test_most_feeds(venue: Venue) -> None:
    """Sixty-four at once, and not one more."""
    assert told(venue, *range(1, 65)).changes == ()
    with pytest.raises(Reverted):
        told(venue, *range(1, 66))


def test_wired_as_the_house(venue: Venue) -> None:
    """What it looks at is what the house is connected to."""
    lens, kit = venue.kit.lens, venue.kit
    for getter, name in (
        (lens.rulebook, "Rulebook"),
        (lens.house, "ClearingHouse"),
        (lens.instruments, "InstrumentRegistry"),
        (lens.parties, "PartyRegistry"),
        (lens.board, "PriceBoard"),
        (lens.supervision, "Supervision"),
        (lens.sanctions, "SanctionsList"),
    ):
        assert venue.chain.run(getter()) == kit.contracts[name].address


def test_another_rulebook(venue: Venue) -> None:
    """A contract whose digest is not the one compiled in."""
    from keelmark.bindings.governance_lens import GovernanceLens
    from keelmark.chain.compiler import compile_contract
    from tests.conftest import find

    code = compile_contract(find("supervision/GovernanceLens")).bytecode
    kit = venue.kit
    creating = GovernanceLens.create(
        code,
        rulebook=kit.sanctions.address,
        house=kit.house.address,
        instruments=kit.instruments.address,
    )
    with pytest.raises(Reverted, match="lens: other rulebook"):
        venue.act("deployer", creating)
