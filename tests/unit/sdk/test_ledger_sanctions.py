"""A sanctions list folded from events written by hand: what does not follow is found."""

from __future__ import annotations

from eth_utils.address import to_checksum_address

from keelmark.events import BY_NAME, Event
from keelmark.ledger.sanctions import rebuild_list
from keelmark.sanctions import digest

ONE, TWO = (str(to_checksum_address(f"0x{number:040x}")) for number in (0xA1, 0xA2))
FIRST, SECOND = b"ENTRY-1".ljust(32, b"\0"), b"ENTRY-2".ljust(32, b"\0")
SOURCE = b"\x77" * 32
HERE = str(to_checksum_address("0x" + "ee" * 20))


def told(place: int, name: str, **args: int | str | bytes) -> Event:
    """An event of the list."""
    return Event(BY_NAME[name], HERE, args, place, 0)


def listed(place: int, wallet: str, reference: bytes) -> Event:
    return told(place, "EntryListed", wallet=wallet, reference=reference)


def delisted(place: int, wallet: str, reference: bytes) -> Event:
    return told(place, "EntryDelisted", wallet=wallet, reference=reference)


def updated(place: int, entries: dict[str, bytes], **other: int | bytes) -> Event:
    """The end of a batch, with what it should say unless told otherwise."""
    said = {"added": 0, "removed": 0, "listed": len(entries), "digest": digest(entries), **other}
    return told(place, "ListUpdated", source=SOURCE, as_of=50, **said)


def found(*events: Event) -> list[tuple[str, str]]:
    """Event and field of each finding."""
    return [(item.event, item.field) for item in rebuild_list(events).findings]


def test_default_behavior() -> None:
    both = {ONE: FIRST, TWO: SECOND}
    confirmed = told(
        8, "ListConfirmed", source=b"\x78" * 32, as_of=60, listed=1, digest=digest({TWO: SECOND})
    )
    book = rebuild_list(
        [
            told(0, "RoleAccepted", role=bytes(32), holder=ONE, predecessor=TWO),
            listed(1, ONE, FIRST),
            listed(2, TWO, SECOND),
            updated(3, both, added=2),
            delisted(4, ONE, FIRST),
            updated(5, {TWO: SECOND}, removed=1),
            confirmed,
        ]
    )
    assert not book.findings
    assert book.references == {TWO: SECOND}
    assert book.digest == digest({TWO: SECOND})
    assert (book.as_of, book.source) == (60, b"\x78" * 32)


def test_listed_twice() -> None:
    twice = [listed(1, ONE, FIRST), listed(2, ONE, FIRST)]
    assert found(*twice) == [("EntryListed", "listed before")]


def test_delisted_under_another_reference() -> None:
    assert found(listed(1, ONE, FIRST), delisted(2, ONE, SECOND)) == [
        ("EntryDelisted", "reference")
    ]


def test_counts_of_a_batch() -> None:
    entries = {ONE: FIRST}
    first = listed(1, ONE, FIRST)
    assert found(first, updated(2, entries, added=2)) == [("ListUpdated", "added")]
    assert found(first, updated(2, entries, added=1, removed=1)) == [("ListUpdated", "removed")]
    assert found(first, updated(2, entries, added=1, listed=2)) == [("ListUpdated", "listed")]
    again = [first, updated(2, entries, added=1), updated(3, entries)]
    assert not found(*again)


def test_digest() -> None:
    other = updated(2, {ONE: FIRST}, added=1, digest=digest({ONE: SECOND}))
    assert found(listed(1, ONE, FIRST), other) == [("ListUpdated", "digest")]
