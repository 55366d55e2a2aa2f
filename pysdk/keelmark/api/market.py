"""The market as it is now, from the folded book: positions, margin, open interest and more."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from fastapi import Request, Response

from keelmark.api.book import Book
from keelmark.api.caching import Answer
from keelmark.api.cursors import Cursor
from keelmark.api.queries import StateQuery, query_text
from keelmark.api.rows import Place, iso_time
from keelmark.api.service import Service
from keelmark.api.views import MONEY, PRICE, SIZE
from keelmark.api.watch import Seen
from keelmark.margin.account import must_close_out
from keelmark.reports.disclosure.tables import day_text
from keelmark.types import AccountFlag
from keelmark.units import BPS, WAD

__all__ = ["STATE_UNITS", "state"]

Part = Callable[[Book, StateQuery], Iterable[tuple[Place, dict[str, Any]]]]
"""Rows of a book behind the cursor, each with its own place."""

RESOURCES: Final = ("dedicated", "pool", "closed_pools", "debts", "uncovered", "shares")

STATE_UNITS: Final = {
    "positions": {"size": SIZE, "quote": MONEY, "mark": PRICE, "value": MONEY},
    "margin": {
        "equity": MONEY,
        "initial_margin": MONEY,
        "headroom": MONEY,
        "cash": MONEY,
        "collateral": MONEY,
        "debt": MONEY,
        "cover": "basis points of initial margin",
    },
    "open_interest": {"size": SIZE, "notional": MONEY, "mark": PRICE},
    "volume": {"size": SIZE, "notional": MONEY, "turnover": MONEY},
    "instruments": {"strike": PRICE, "lot": SIZE},
    "default_resources": dict.fromkeys(RESOURCES, MONEY),
}
"""Fields that are amounts, and what each counts; every amount is a string of digits."""

NO_HASH: Final = bytes(32)


async def state(
    request: Request, service: Service, query: StateQuery, name: str, part: Part
) -> Response:
    """A page of the market's state after the last block of a finality.

    Its cursor names the last row by its own ids: rows that come or go do not move it.
    """
    seen = service.seen
    answer = Answer(request, query_text(request.url.path, query), seen)
    belongs = query_text(request.url.path, query, without=frozenset({"cursor", "limit"}))
    after = Cursor.from_text(query.cursor, belongs).place if query.cursor else None
    if answer.unchanged:
        return answer.not_modified()

    def work(book: Book) -> tuple[dict[str, Any], list[tuple[Place, dict[str, Any]]]]:
        rows = []
        for place, row in part(book, query):
            if after is None or place > after:
                rows.append((place, row))
            if len(rows) > query.limit:
                break
        return as_of(book, seen), rows

    moment, rows = await service.book(query.finality, seen, work)
    more = len(rows) > query.limit
    rows = rows[: query.limit]
    return answer.of(
        {
            "as_of": moment,
            "units": STATE_UNITS[name],
            "rows": [row for _, row in rows],
            "next": Cursor(rows[-1][0], NO_HASH).to_text(belongs) if more else None,
        }
    )


def as_of(book: Book, seen: Seen) -> dict[str, Any]:
    """The block that a state is of."""
    found = seen.hashes.get(book.block)
    return {
        "block_number": book.block,
        "block_hash": None if found is None else "0x" + found.hex(),
        "time": iso_time(book.time),
        "finality": seen.heads.finality(book.block).value,
    }


def _wanted(
    query: StateQuery, *, account: int | None = None, instrument: int | None = None
) -> bool:
    """Whether a row passes the filters."""
    return (account is None or query.account in (None, account)) and (
        instrument is None or query.instrument in (None, instrument)
    )


def positions(book: Book, query: StateQuery) -> Iterable[tuple[Place, dict[str, Any]]]:
    """Every open position, by account and instrument."""
    for number, account in sorted(book.market.ledger.accounts.items()):
        if not account.positions or not _wanted(query, account=number):
            continue
        lines = {line.instrument: line for line in book.margin(number).positions}
        for instrument, held in sorted(account.positions.items()):
            if _wanted(query, instrument=instrument):
                line = lines[instrument]
                yield (
                    Place(number, instrument),
                    {
                        "account": number,
                        "member": account.member,
                        "instrument": instrument,
                        "instrument_name": book.market.instruments.name(instrument),
                        "size": str(held.size),
                        "quote": str(held.quote),
                        "mark": str(line.mark),
                        "value": str(line.value),
                    },
                )


def margin(book: Book, query: StateQuery) -> Iterable[tuple[Place, dict[str, Any]]]:
    """Every account's margin at close-out valuation, by account."""
    for number, account in sorted(book.market.ledger.accounts.items()):
        if not _wanted(query, account=number):
            continue
        if query.instrument is not None and query.instrument not in account.positions:
            continue
        found = book.margin(number)
        needed = found.initial_margin
        called = bool(account.flags & AccountFlag.CALLED)
        yield (
            Place(number, 0),
            {
                "account": number,
                "member": account.member,
                "retail": account.retail,
                "equity": str(found.equity),
                "initial_margin": str(needed),
                "headroom": str(found.headroom),
                "cover": str(found.equity * BPS // needed) if needed else None,
                "cash": str(account.cash),
                "collateral": str(found.collateral_part),
                "debt": str(account.debt),
                "called": called,
                "call_deadline": iso_time(account.call_deadline) if called else None,
                "below_close_out": must_close_out(found),
            },
        )


def open_interest(book: Book, query: StateQuery) -> Iterable[tuple[Place, dict[str, Any]]]:
    """Half of the sum of absolute sizes of every listed instrument."""
    house = book.market.ledger.house
    for number, market in sorted(house.markets.items()):
        if not _wanted(query, instrument=number):
            continue
        size = market.gross_lots * house.instruments[number].lot // 2
        instrument = book.market.close_of(number, book.state)
        yield (
            Place(number, 0),
            {
                "instrument": number,
                "instrument_name": book.market.instruments.name(number),
                "size": str(size),
                "notional": str(size * instrument.reference // WAD),
                "mark": str(instrument.mark),
            },
        )


def volume(book: Book, query: StateQuery) -> Iterable[tuple[Place, dict[str, Any]]]:
    """Matches of every UTC day and instrument, each counted once."""
    for (day, number), one in sorted(book.flows.volume.items()):
        if _wanted(query, instrument=number):
            yield (
                Place(day, number),
                {
                    "day": day_text(day),
                    "instrument": number,
                    "instrument_name": book.market.instruments.name(number),
                    "matches": one.matches,
                    "size": str(one.size),
                    "notional": str(one.notional),
                    "turnover": str(one.turnover),
                },
            )


def instruments(book: Book, query: StateQuery) -> Iterable[tuple[Place, dict[str, Any]]]:
    """Every instrument that was registered."""
    for number, one in sorted(book.market.instruments.facts.items()):
        if _wanted(query, instrument=number):
            yield (
                Place(number, 0),
                {
                    "instrument": number,
                    "instrument_name": one.name,
                    "kind": one.kind.name.lower(),
                    "underlier": one.underlier,
                    "symbol": one.symbol,
                    "dti": one.dti or None,
                    "cfi": one.cfi or None,
                    "upi": one.upi or None,
                    "currency": one.currency or None,
                    "expiry": iso_time(one.expiry) if one.expiry else None,
                    "strike": str(one.strike) if one.strike else None,
                    "option": None if one.call is None else "call" if one.call else "put",
                    "lot": str(one.lot),
                    "listed": one.listed,
                    "settled_at": iso_time(one.settled_at) if one.settled_at else None,
                },
            )


def default_resources(book: Book, _query: StateQuery) -> Iterable[tuple[Place, dict[str, Any]]]:
    """What stands behind a default, in one row."""
    found = book.market.resources()
    yield (
        Place(0, 0),
        {
            "dedicated": str(found.dedicated),
            "pool": str(found.pool),
            "closed_pools": str(found.closed_pools),
            "debts": str(found.debts),
            "debtors": found.debtors,
            "uncovered": str(found.uncovered),
            "shares": [
                {"member": member, "share": str(share)}
                for member, share in sorted(found.shares.items())
            ],
        },
    )
