"""A small market written by hand, block by block, and the store that a reader would make of it.

The arithmetic of a trade is the twin's, so that the events follow from one another; what a test
expects of them it says itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from eth_utils.address import to_canonical_address, to_checksum_address
from eth_utils.crypto import keccak

from keelmark.chain.operations import RawLog
from keelmark.columns import own_tables
from keelmark.deploy.plan import REPORTING
from keelmark.events import BY_NAME, Event, Source
from keelmark.events.decode import encode
from keelmark.ledger.reader import LogRow
from keelmark.margin.trade import fill
from keelmark.margin.words import pack_hold_mandate, pack_instrument, pack_party
from keelmark.monitor.books import Books, Wiring
from keelmark.monitor.detectors import conditions, occurrences
from keelmark.monitor.moment import Moment
from keelmark.monitor.rules import Rules
from keelmark.monitor.signals import Signal
from keelmark.store import (
    Checkpoint,
    Description,
    Header,
    Heads,
    RowSet,
    Store,
    Watched,
    open_store,
)
from keelmark.types import AccountFlag, HoldMandate, Party, PartyFlag, Position
from tests.support.books import NOW, WAD, perpetual
from tests.support.stored import rows_to_tables

__all__ = ["Tape", "description", "market", "store_of"]

MEMBER, CLIENT, RETAIL, MAKER = 1, 2, 3, 4
SPOT, TOKEN = 1, 9
PERPETUAL = 1
HOUR, DAY = 3_600, 86_400
FEED_LIMITS = WAD | (10**6 * WAD) << 88 | 500 << 176 | 1 << 192

ADDRESSES = {name: to_checksum_address(keccak(text=name)[:20]) for name in REPORTING}
SOURCES = {
    Source.HOUSE: "ClearingHouse",
    Source.FUND: "DefaultFund",
    Source.PARTIES: "PartyRegistry",
    Source.INSTRUMENTS: "InstrumentRegistry",
    Source.BOARD: "PriceBoard",
    Source.SANCTIONS: "SanctionsList",
    Source.SUPERVISION: "Supervision",
    Source.ROLES: "PriceBoard",
}


TOLD = {
    "AccountOpened",
    "ActDenied",
    "BackstopCommitted",
    "CollateralDeposited",
    "FeedChanged",
    "InstrumentListed",
    "ListConfirmed",
    "MandateGranted",
    "MemberAdmitted",
    "PartyOnboarded",
    "PriceUpdated",
    "TradeReported",
}
"""Events that such a store has tables of: few, so that it is quick."""


def wallet_of(account: int) -> str:
    """An account's wallet."""
    return str(to_checksum_address(account.to_bytes(20, "big")))


def party(account: int, flags: int = 0, **more: int) -> int:
    """A party word."""
    known = Party(account, account, int.from_bytes(b"DE", "big"), 2, flags, 1, 2**32 - 1, NOW)
    return pack_party(replace(known, **more))


def mandate(
    authority: int, powers: int = 127, begins: int = NOW, until: int = 2**32 - 1, wider: int = 0
) -> int:
    """A mandate word of an authority in Germany; `wider` are powers that it will have."""
    word = authority | int.from_bytes(b"DE", "big") << 8 | powers << 24 | begins << 40
    word |= until << 72
    return word | wider << 128 | (NOW + DAY) << 144 | until << 176 if wider else word


def description(chain_id: int = 31337) -> Description:
    """A store's description, of a house that is nowhere."""
    manifest = {
        "tokenFeed": TOKEN,
        "token": wallet_of(999),
        "lei": "529900T8BM49AURSDO55",
        "regime": 3,
        "rulebookDigest": "0x" + "00" * 32,
    }
    watched = tuple(
        Watched(name, to_canonical_address(address), bytes(32), 1, True)
        for name, address in ADDRESSES.items()
    )
    tables = tuple(table for table in own_tables() if table.event in TOLD)
    return Description(chain_id, "keelmark", watched, tables, 1, json.dumps(manifest))


@dataclass
class Tape:
    """Blocks of events, and the books that they fill."""

    blocks: list[tuple[Header, tuple[Event, ...]]] = field(default_factory=list)
    books: Books = field(default_factory=lambda: Books.empty(Wiring.of(description())))
    time: int = NOW
    fork: str = "main"
    _open: list[Event] = field(default_factory=list)

    @property
    def number(self) -> int:
        """Of the block that is being written."""
        return len(self.blocks) + 1

    def make(self, name: str, **args: int | str | bytes) -> Event:
        """An event in the block that is being written, not emitted; what is left out is zero."""
        spec = BY_NAME[name]
        empty = {"address": wallet_of(0), "bytes32": bytes(32)}
        known = {one.name: args.pop(one.name, empty.get(one.type, 0)) for one in spec.fields}
        assert not args, f"{name}: {args}"
        address = ADDRESSES[SOURCES[spec.source]]
        return Event(spec, address, known, self.number, len(self._open), self.time)

    def add(self, name: str, **args: int | str | bytes) -> Event:
        """Emits an event."""
        event = self.make(name, **args)
        self.books.apply(event)
        self._open.append(event)
        return event

    def block(self, after: int = 12) -> Header:
        """Ends the block; the next one is some seconds later."""
        parent = self.blocks[-1][0].hash if self.blocks else bytes(32)
        text = f"{self.fork} {self.number} {self.time}"
        header = Header(self.number, bytes(keccak(parent + text.encode())), parent, self.time)
        self.blocks.append((header, tuple(self._open)))
        self._open = []
        self.time += after
        return header

    def price(self, price: int, *, feed: int = SPOT, valid: int = DAY, flags: int = 0) -> Event:
        """A price arrives, in whole units."""
        return self.add(
            "PriceUpdated",
            feed=feed,
            round=self.time,
            price=price * WAD,
            valid_until=self.time + valid,
            flags=flags,
        )

    def leg(self, account: int, size: int, price: int, *, mode: int = 1, margin: int = 0) -> Event:
        """One leg of a trade of the perpetual, in whole units; equity as reported is zero."""
        ledger, number = self.books.ledger, PERPETUAL
        book = ledger.account(account)
        effect = fill(
            ledger.house.instruments[number],
            book.positions.get(number, Position(number, 0, 0)),
            size * WAD,
            price * WAD,
            now=self.time,
            entry_notional=book.entry_notional.get(number, 0),
        )
        return self.add(
            "TradeReported",
            account=account,
            instrument=number,
            execution=mode | effect.action << 8 | book.flags << 16,
            size=size * WAD,
            price=price * WAD,
            index=price * WAD,
            position_size=effect.size,
            position_quote=effect.quote,
            cash=book.cash + effect.cash_change,
            equity=0,
            initial_margin=margin,
        )

    def trade(self, buyer: int, seller: int, size: int, price: int) -> None:
        """Both legs."""
        self.leg(buyer, size, price)
        self.leg(seller, -size, price)

    def freeze(self, account: int, authority: int = 1, review_at: int = 2**40) -> None:
        """An authority freezes a party."""
        mandate = pack_hold_mandate(HoldMandate(authority, 0, review_at))
        word = party(account, PartyFlag.FROZEN, freezing_authority=authority)
        self.add("PartyFrozen", account=account, word=word, mandate=mandate)

    # What detectors say of it

    def moment(self, later: int = 0) -> Moment:
        """The market now, or some seconds later."""
        return Moment(self.books, self.time + later)

    def said(self, rules: Rules | None = None, later: int = 0) -> list[Signal]:
        """Every condition now."""
        return conditions(self.moment(later), rules or Rules(), by_time=False)

    def heard(self, name: str, **args: int | str | bytes) -> list[Signal]:
        """What an event would tell, if it came next; it does not come."""
        return occurrences(self.make(name, **args), self.books, Rules())


def market() -> Tape:
    """A member, two clients and a market maker with money in, one perpetual, fresh prices."""
    tape = Tape()
    tape.add("ListConfirmed", as_of=NOW - 60, listed=0, digest=bytes(keccak(bytes(64))))
    for account in (MEMBER, CLIENT, RETAIL, MAKER):
        tape.add("PartyOnboarded", account=account, wallet=wallet_of(account), word=party(account))
    tape.add("MandateGranted", authority=1, wallet=wallet_of(70), mandate=mandate(1))
    tape.block()
    tape.add("FeedChanged", feed=SPOT, slot=0, word=FEED_LIMITS)
    tape.add("FeedChanged", feed=SPOT, slot=3, word=5 | 3_600 << 160 | 2 << 200)
    tape.price(8_000)
    tape.price(1, feed=TOKEN)
    tape.block()
    flags = AccountFlag.EXISTS
    tape.add(
        "MemberAdmitted", member=MEMBER, wallet=wallet_of(MEMBER), flags=flags | AccountFlag.MEMBER
    )
    for account in (CLIENT, RETAIL, MAKER):
        kind = flags | (AccountFlag.RETAIL if account == RETAIL else 0)
        tape.add(
            "AccountOpened", account=account, member=MEMBER, wallet=wallet_of(account), flags=kind
        )
    word = pack_instrument(replace(perpetual(time=NOW), scan_bps=3_300, lot_exp=15))
    tape.add("InstrumentListed", instrument=PERPETUAL, feed=SPOT, word=word)
    for account, cash in ((MEMBER, 10**6), (CLIENT, 10**5), (RETAIL, 10**4), (MAKER, 10**6)):
        tape.add("CollateralDeposited", account=account, amount=cash * 10**6, balance=cash * WAD)
    tape.add("BackstopCommitted", member=MEMBER, wallet=wallet_of(MEMBER), amount=10**6 * WAD)
    tape.block()
    return tape


def rows_of(blocks: Sequence[tuple[Header, tuple[Event, ...]]]) -> list[LogRow]:
    """Blocks as a node's logs."""
    rows = []
    for header, events in blocks:
        for event in events:
            topics, data = encode(event.spec, dict(event.args))
            log = RawLog(
                event.address,
                topics,
                data,
                header.number,
                header.hash,
                bytes(keccak(header.hash)),
                0,
                event.log_index,
            )
            rows.append(LogRow(log, header.time))
    return rows


def row_set(
    blocks: Sequence[tuple[Header, tuple[Event, ...]]], finalized: int | None = None
) -> RowSet:
    """Blocks to be committed at once, every header remembered."""
    first, last = blocks[0][0], blocks[-1][0]
    rows = rows_of(blocks)
    heads = Heads(last.number, finalized, finalized)
    point = Checkpoint(first.number, last.number, last.hash, last.time, heads, len(rows), NOW)
    return RowSet(rows_to_tables(rows), tuple(header for header, _ in blocks), point)


def store_of(tape: Tape, path: Path, finalized: int | None = None) -> Store:
    """A store with a tape's blocks, open to be written; one checkpoint."""
    store = open_store(str(path), description())
    store.commit(row_set(tape.blocks, finalized))
    return store


def cut(tape: Tape, number: int, fork: str) -> Tape:
    """The same chain up to a block, to go on by another fork from there."""
    made = Tape(fork=fork)
    for header, events in tape.blocks[:number]:
        for event in events:
            made.books.apply(event)
        made.blocks.append((header, events))
        made.time = header.time + 12
    return made


class Receiver:
    """What somebody knows who gets every notice once, in order; each must be one that can come."""

    def __init__(self) -> None:
        self.status: dict[str, str] = {}
        self.bodies: dict[str, dict[str, Any]] = {}
        self.keys: list[str] = []

    def take(self, notice: dict[str, Any]) -> None:
        """One notice."""
        id, status = notice["id"], notice["status"]
        assert notice["key"] not in self.keys
        assert notice["key"] == f"{id}-{notice['sequence']}"
        known = self.status.get(id)
        before = {
            "fired": (None, "retracted", "resolved"),
            "resolved": ("fired", "reopened"),
            "retracted": ("fired", "resolved", "reopened"),
            "reopened": ("resolved",),
        }
        assert known in before[status], f"{notice['subject']}: {status} after {known}"
        self.status[id] = status
        self.bodies[id] = notice
        self.keys.append(notice["key"])

    @property
    def alerts(self) -> set[tuple[str, str, int, str]]:
        """Detector, subject, block and status of every alert that was not taken back."""
        return {
            (
                body["detector"],
                body["subject"],
                body["block"]["number"],
                "resolved" if self.status[id] == "resolved" else "open",
            )
            for id, body in self.bodies.items()
            if self.status[id] != "retracted"
        }
