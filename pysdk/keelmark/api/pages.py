"""Pages of rows: filters, a stable cursor, and how each kind of row is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response

from keelmark.api.caching import Answer
from keelmark.api.cursors import Cursor
from keelmark.api.problems import Refused
from keelmark.api.queries import EventQuery, PageQuery, check_range, query_text, unix
from keelmark.api.rows import Row
from keelmark.api.scans import Found, Wanted, has_row, of_one_history, scan_rows
from keelmark.api.service import Service
from keelmark.api.watch import Seen
from keelmark.columns.spec import TableSpec
from keelmark.store.base import Store
from keelmark.store.model import Finality, Heads

__all__ = ["page"]

Show = Callable[[Row, Heads], Mapping[str, Any]]
"""A row as the page shows it."""

FILTERS = ("account", "instrument")
_ATTEMPTS = 3


async def page(
    request: Request,
    service: Service,
    query: EventQuery,
    tables: Sequence[TableSpec],
    show: Show,
    units: Mapping[str, str],
) -> Response:
    """A page of rows of some tables, in chain order.

    Raises:
        Refused: a filter that the tables lack, a bad range or cursor, or a cursor whose block was
            replaced.
    """
    check_range(query)
    equal = _equal(query, tables)
    seen = service.seen
    last = _last_block(query, seen)
    text = query_text(request.url.path, query)
    answer = Answer(request, text, seen, immutable=_immutable(query, seen))
    belongs = query_text(request.url.path, query, without=frozenset({"cursor", "limit"}))
    cursor = Cursor.from_text(query.cursor, belongs) if query.cursor else None
    if answer.unchanged:
        return answer.not_modified()
    first = service.store.description.first_block
    wanted = Wanted(
        tables=tuple(tables),
        first_block=max(first, query.from_block or first),
        last_block=last,
        first_time=unix(query.from_time),
        last_time=unix(query.to_time, end=True),
        equal=equal,
    )
    found = await service.read(lambda store: _scan(store, wanted, cursor, query.limit))
    end = None
    if found.reached is not None:
        end = Cursor(*found.reached).to_text(belongs)
    return answer.of(
        {
            "range": {
                "from_block": wanted.first_block,
                "to_block": None if last < 0 else last,
                "finality": None if last < 0 else seen.heads.finality(last).value,
            },
            "units": dict(units),
            "rows": [show(row, seen.heads) for row in found.rows],
            "next": end,
        }
    )


def _equal(query: EventQuery, tables: Sequence[TableSpec]) -> dict[str, int]:
    """Filters by column, each of which a table must have."""
    if not isinstance(query, PageQuery):
        return {}
    equal = {name: getattr(query, name) for name in FILTERS if getattr(query, name) is not None}
    for name in equal:
        if not any(column.name == name for table in tables for column in table.columns):
            raise Refused(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                f"{name}: {', '.join(table.name for table in tables)} has no such field",
            )
    return equal


def _last_block(query: EventQuery, seen: Seen) -> int:
    """The last block of a page; before the first one if none counts."""
    end = seen.last(query.finality)
    if end is None:
        return -1
    return end if query.to_block is None else min(end, query.to_block)


def _immutable(query: EventQuery, seen: Seen) -> bool:
    """Whether no block to come and no replacement can change the answer."""
    final = seen.last(Finality.FINALIZED)
    return final is not None and query.to_block is not None and query.to_block <= final


def _scan(store: Store, wanted: Wanted, cursor: Cursor | None, limit: int) -> Found:
    """The page, all of one history: what was replaced while it was read is read again."""
    for _ in range(_ATTEMPTS):
        found = scan_rows(store, wanted, cursor.place if cursor else None, limit)
        # After the scan: a replacement before or during it has removed the cursor's row as well.
        if cursor and not has_row(store, wanted.tables, cursor.place, cursor.block_hash):
            raise Refused(
                HTTPStatus.GONE,
                f"cursor: block {cursor.place.block} was replaced by a reorganisation, expected "
                "to begin again without a cursor",
            )
        if of_one_history(store, found.rows):
            return found
    raise Refused(
        HTTPStatus.SERVICE_UNAVAILABLE, "rows: blocks are being replaced, ask again in a moment"
    )
