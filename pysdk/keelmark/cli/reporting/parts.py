"""From a store to a report's tables and messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from eth_utils.address import to_checksum_address

from keelmark.errors import InputError
from keelmark.ledger.end_of_day import DayClock
from keelmark.ledger.regulatory import Folded, check_same, fold_period
from keelmark.ledger.running import RunningMarket
from keelmark.proofs.bounded_json import parse_json
from keelmark.proofs.verification_result import Verification
from keelmark.reports.regulatory.corrections import (
    Correction,
    correct,
    differences,
    read_corrections,
    rows_of_json,
)
from keelmark.reports.regulatory.document import Head, field_table, verification_text
from keelmark.reports.regulatory.fields import (
    MARGIN_FIELDS,
    TRADE_FIELDS,
    VALUATION_FIELDS,
    ReportField,
    date_text,
    make_table,
    stamp_text,
)
from keelmark.reports.regulatory.life import LifeCycle, Reported
from keelmark.reports.regulatory.liquidation import (
    LIQUIDATION_FIELDS,
    Liquidations,
    support_tables,
)
from keelmark.reports.regulatory.matured import matured_table
from keelmark.reports.regulatory.period import Period, Scope, scope
from keelmark.reports.regulatory.registers import Registers
from keelmark.reports.regulatory.terms import Venue
from keelmark.reports.regulatory.valuation import DAY_SECONDS
from keelmark.reports.table import Table
from keelmark.store import Store, open_store
from keelmark.store.history import read_events
from keelmark.store.model import Finality
from keelmark.store.venue import Venue as StoreVenue
from keelmark.store.venue import last_block_of, venue_of

__all__ = ["FIELDS", "Asked", "Made", "make"]

FIELDS: dict[str, Sequence[ReportField]] = {
    "trade": TRADE_FIELDS,
    "valuation": VALUATION_FIELDS,
    "margin": MARGIN_FIELDS,
}
"""Reports that are messages, and can be corrected."""

REORGANISED = "the chain replaced blocks that the earlier report rested on, or they were read again"


@dataclass(slots=True)
class Asked:
    """What the user asked for."""

    period: Period
    finality: Finality
    kinds: tuple[str, ...]
    formats: tuple[str, ...]
    platform: str
    reported_at: int
    """Seconds."""
    texts: dict[str, str | None] = field(default_factory=dict)
    """Of the files of verification, paths and corrections."""
    where: dict[str, str] = field(default_factory=dict)
    """Those files, for errors."""
    xsd: dict[str, str] = field(default_factory=dict)
    previous: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Made:
    """A report, not yet written."""

    head: Head
    tables: list[Table]
    messages: dict[str, list[tuple[Reported, Sequence[ReportField]]]]
    """Message (``auth.030``, ``auth.108``) to what goes into it, in chronological order."""


def make(location: str, asked: Asked) -> Made:
    """Makes a report.

    Args:
        location: of the store.
        asked: what for.

    Raises:
        InputError: the period, the store, or a file is not what is needed.
        StoreFailed: the store cannot be read.
    """
    text = asked.texts.get("corrections")
    corrections = read_corrections(text, asked.where["corrections"]) if text is not None else ()
    for one in corrections:
        if one.table not in asked.kinds:
            raise InputError(f"corrections: of {one.table}, expected it among the kinds")
    store = open_store(location, read_only=True)
    try:
        return _made(store, asked, corrections)
    finally:
        store.close()


def _made(store: Store, asked: Asked, corrections: Sequence[Correction]) -> Made:
    about, found = store.description, venue_of(store.description)
    if found is None:
        raise InputError(f"store: {store.location} is about no clearing house of the kit")
    final = last_block_of(store, asked.finality)
    blocks = _known_blocks(store, final)
    known = [(number, blocks[number][0]) for number in sorted(blocks)]
    about_period = scope(
        asked.period,
        known,
        first_block=about.first_block,
        final_block=final,
        finality=asked.finality.value,
    )
    board = next(one.address for one in about.contracts if one.name == "PriceBoard")
    venue = Venue(found.lei, found.token, str(to_checksum_address(board)), asked.platform)
    registers = Registers(found.lei)
    folded = fold_period(
        read_events(store, last_block=about_period.last_block),
        Folded(
            LifeCycle(venue, registers),
            DayClock(RunningMarket(found.house, found.settlement_feed)),
            Liquidations(registers),
        ),
        about_period,
        known,
        value_unfinished=asked.finality is not Finality.FINALIZED,
        keep_history=bool(corrections or asked.previous),
    )
    check_same(folded)
    hashes = {number: one[1] for number, one in blocks.items()}
    head = _head(store, asked, found, about_period, folded, hashes)
    return _tables(head, asked, folded, corrections)


def _known_blocks(store: Store, final: int) -> dict[int, tuple[int, bytes]]:
    """Time and hash of every block up to one that has a row or is remembered."""
    first = store.description.first_block
    found = {one.number: (one.time, one.hash) for one in store.headers(first, final)}
    for point in store.checkpoints():
        if point.last_block <= final:
            found[point.last_block] = point.last_time, point.last_hash
    names = ("block_number", "block_time", "block_hash")
    for table in store.description.tables:
        for batch in store.scan(table.name, columns=names, last_block=final):
            columns = (batch.column(name).to_pylist() for name in names)
            found |= {number: (time, hash) for number, time, hash in zip(*columns, strict=True)}
    return found


def _head(
    store: Store,
    asked: Asked,
    found: StoreVenue,
    about: Scope,
    folded: Folded,
    hashes: dict[int, bytes],
) -> Head:
    text = asked.texts.get("verification")
    verified = (
        Verification.from_json(text, asked.where["verification"]) if text is not None else None
    )
    last = max((number for number in hashes if number <= about.last_block), default=0)
    return Head(
        chain_id=store.description.chain_id,
        venue=store.description.venue,
        house=found.house,
        lei=found.lei,
        regime=found.regime.name.lower(),
        rulebook_digest=found.rulebook_digest,
        period=asked.period,
        scope=about,
        finality=asked.finality.value,
        last_hash="0x" + hashes.get(last, b"").hex(),
        last_hash_block=last,
        reported_at=asked.reported_at,
        verification=verification_text(verified, store.description.chain_id, about),
        notes=tuple(_notes(asked, about, folded)),
    )


def _notes(asked: Asked, about: Scope, folded: Folded) -> list[str]:
    """What a reader must know of the report."""
    found = []
    if about.cut:
        found.append(
            f"The period goes on beyond block {about.last_block}, the last that was read and is "
            f"{asked.finality}: what came later is not in the report."
        )
    if about.unfinished is not None and {"valuation", "margin"} & set(asked.kinds):
        day = date_text(about.unfinished * DAY_SECONDS)
        if about.unfinished in folded.days:
            words = "is valued there all the same: compare a later report with --previous"
        else:
            words = "is not valued yet"
        found.append(f"{day} is not over at the last block and {words}.")
    if about.last_block < about.first_block:
        found.append("No block of the period is known: nothing was reported in it.")
    found += folded.life.registers.doubts()
    findings = folded.clock.market.ledger.findings
    if findings:
        one = findings[0]
        found.append(
            f"{len(findings)} values of the rows do not follow from those before, the first in "
            f"block {one.block_number}, {one.event}.{one.field}: run keelmark reconcile."
        )
    return found


def _tables(head: Head, asked: Asked, folded: Folded, corrections: Sequence[Correction]) -> Made:
    stamp = stamp_text(asked.reported_at)
    present = {
        "trade": folded.trades,
        "valuation": folded.valuations,
        "margin": folded.margins,
    }
    tables: list[Table] = []
    sent: dict[str, list[Reported]] = {}
    earlier = _earlier(asked, head)
    repairs = bool(corrections or earlier)
    for kind, fields in FIELDS.items():
        if kind not in asked.kinds:
            continue
        _stamped(present[kind], stamp)
        rows = [one.row for one in present[kind]]
        tables.append(make_table(kind, fields, rows))
        sent[kind] = present[kind]
        if repairs:
            sent[kind] = _repairs(kind, present[kind], folded, corrections, earlier)
            _stamped(sent[kind], stamp)
            rows = [one.row for one in sent[kind]]
            tables.append(make_table(f"{kind}_corrections", fields, rows))
    if "trade" in asked.kinds:
        tables.append(matured_table(folded.matured, folded.life))
    if "liquidation" in asked.kinds:
        first = head.scope.first_block
        own = [one.row for one in folded.liquidations.rows if one.block_number >= first]
        tables.append(make_table("liquidation", LIQUIDATION_FIELDS, own))
        tables += support_tables(folded.trouble, folded.life.registers)
    listed = {name: fields for name, fields in FIELDS.items() if name in asked.kinds}
    if "liquidation" in asked.kinds:
        listed["liquidation"] = LIQUIDATION_FIELDS
    tables.append(field_table(listed))
    return Made(head, tables, _messages(sent))


def _stamped(reports: Sequence[Reported], stamp: str) -> None:
    for one in reports:
        one.row["reporting_timestamp"] = stamp


def _earlier(asked: Asked, head: Head) -> dict[str, list[dict[str, int | str | bool]]]:
    """Earlier reports by kind.

    Raises:
        InputError: one is of another period or house, or two are of one kind.
    """
    found: dict[str, list[dict[str, int | str | bool]]] = {}
    for where, text in asked.previous.items():
        try:
            body = parse_json(text)
            kind, about = body["table"], body["report"]
            told = about["period"], about["chain_id"], about["house"]
            reached = int(about["last_block"])
        except (ValueError, KeyError, TypeError):
            raise InputError(f"previous: {where}, expected an earlier report's JSON file") from None
        if kind not in asked.kinds or kind not in FIELDS:
            raise InputError(f"previous: {where} is of {kind!r}, expected a kind that is made")
        if kind in found:
            raise InputError(f"previous: {where} is a second report of {kind}, expected one")
        period = {"from": asked.period.first.text, "to": asked.period.last.text}
        if told != (period, head.chain_id, head.house):
            raise InputError(
                f"previous: {where} is of another period or house, expected "
                f"{period['from']} to {period['to']} of {head.house}"
            )
        if head.scope.cut and reached > head.scope.last_block:
            raise InputError(
                f"previous: {where} goes up to block {reached}, expected one that "
                f"goes no further than this report, block {head.scope.last_block}"
            )
        found[kind] = rows_of_json(text, FIELDS[kind], kind, where)
    return found


def _repairs(
    kind: str,
    present: list[Reported],
    folded: Folded,
    corrections: Sequence[Correction],
    earlier: dict[str, list[dict[str, int | str | bool]]],
) -> list[Reported]:
    """What must be sent so that earlier reports of a kind become right."""
    made: list[Reported] = []
    if kind in earlier:
        history = folded.history if kind == "trade" else ()
        made += differences(earlier[kind], present, REORGANISED, history, by_life=kind == "trade")
    of_kind = [one for one in corrections if one.table == kind]
    if of_kind:
        known = [*folded.history, *present] if kind == "trade" else present
        made += correct(of_kind, known, FIELDS[kind])
    return sorted(made, key=_moment)


def _moment(one: Reported) -> tuple[str, int, int]:
    return str(one.row["event_timestamp"]), one.block_number, one.log_index


def _messages(
    sent: dict[str, list[Reported]],
) -> dict[str, list[tuple[Reported, Sequence[ReportField]]]]:
    found: dict[str, list[tuple[Reported, Sequence[ReportField]]]] = {}
    for message, kinds in (("auth.030", ("trade", "valuation")), ("auth.108", ("margin",))):
        rows = [(one, FIELDS[kind]) for kind in kinds for one in sent.get(kind, ())]
        if any(kind in sent for kind in kinds):
            found[message] = sorted(rows, key=lambda pair: str(pair[0].row["event_timestamp"]))
    return found
