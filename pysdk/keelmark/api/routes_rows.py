"""Endpoints of rows: trades, liquidations, margin calls, events of any table, and the live tail."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from keelmark.api.head import is_head
from keelmark.api.models import EventRow, LiquidationRow, MarginCallRow, Page, TradeRow
from keelmark.api.pages import Show, page
from keelmark.api.problems import Problem, Refused
from keelmark.api.queries import MOST_BLOCK, Account, InstrumentId, PageQuery
from keelmark.api.service import Service
from keelmark.api.stream import Tail
from keelmark.api.views import UNITS, Views
from keelmark.columns.spec import TableSpec

__all__ = ["row_routes"]

REFUSALS: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "This store has no such table."},
    410: {"model": Problem, "description": "The cursor's block was replaced."},
    422: {"model": Problem, "description": "Bad input; the sentence names the field."},
    503: {"model": Problem, "description": "The store cannot be read now."},
}
EVENT_STREAM = {"text/event-stream": {"schema": {"type": "string"}}}


class StreamQuery(BaseModel):
    """Of the live tail."""

    model_config = ConfigDict(extra="forbid")

    tables: str | None = Field(
        None,
        max_length=2_000,
        description="Names of tables, with commas between; every table by default.",
        examples=["trade_reported,position_liquidated"],
    )
    account: Account = None
    instrument: InstrumentId = None
    from_block: int | None = Field(
        None, ge=0, le=MOST_BLOCK, description="Where to begin; at the head by default."
    )


def row_routes(service: Service, tail: Tail) -> APIRouter:
    """The endpoints."""
    router = APIRouter(tags=["rows"])
    views = Views(service.form)
    pages: tuple[tuple[str, str, tuple[str, ...], Show, type, str], ...] = (
        ("trades", "Trades", ("trade_reported",), views.trade, TradeRow, "Legs of every match."),
        (
            "liquidations",
            "Liquidations",
            ("position_liquidated",),
            views.liquidation,
            LiquidationRow,
            "Positions taken over from accounts in default.",
        ),
        (
            "margin-calls",
            "Margin calls",
            ("margin_called", "margin_call_ended"),
            views.margin_call,
            MarginCallRow,
            "Margin calls as they were issued and ended.",
        ),
    )
    for path, title, tables, show, row, words in pages:
        router.add_api_route(
            f"/{path}",
            _paged(service, tables, show, UNITS[path.replace("-", "_")]),
            methods=["GET"],
            response_model=Page[row],  # type: ignore[valid-type]  # made from the table, at run time
            summary=title,
            description=f"{words} In chain order.",
            name=path.replace("-", "_"),
            responses=REFUSALS,
        )

    @router.get(
        "/events/{table}",
        response_model=Page[EventRow],
        summary="Events of a table",
        responses=REFUSALS,
    )
    async def events(
        request: Request,
        table: Annotated[str, Path(max_length=64, examples=["trade_reported"])],
        query: Annotated[PageQuery, Query()],
    ) -> Response:
        """Rows of any table, in one form whatever venue or chain they came from."""
        found = service.table(table)
        units = service.form.units(found)
        return await page(request, service, query, [found], service.form.event, units)

    @router.get(
        "/stream",
        summary="The live tail",
        response_class=StreamingResponse,
        responses={**REFUSALS, 200: {"content": EVENT_STREAM}},
    )
    async def stream(
        request: Request,
        query: Annotated[StreamQuery, Query()],
        last_event_id: Annotated[
            str | None,
            Header(description="Id of the last event that was received: goes on behind it."),
        ] = None,
    ) -> Response:
        """Server-sent events. `row`: a row as /v1/events gives it. `checkpoint`: the store's newest
        block; every row up to it has been sent. `rewound`: blocks above `last_block` were replaced,
        and what was sent of them is void. An id is block:log index:block hash, and the last final
        block then."""
        tables = _tables(service, query.tables)
        equal = {
            name: value
            for name, value in (("account", query.account), ("instrument", query.instrument))
            if value is not None
        }
        start = await tail.start(last_event_id, query.from_block)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        if is_head(request.scope):
            return Response(headers=headers, media_type="text/event-stream")
        return StreamingResponse(
            tail.events(start, tables, equal), headers=headers, media_type="text/event-stream"
        )

    return router


def _tables(service: Service, names: str | None) -> tuple[TableSpec, ...]:
    """Tables by their names, each of which must be there."""
    if names is None:
        return service.store.description.tables
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    if not wanted:
        raise Refused(
            HTTPStatus.UNPROCESSABLE_ENTITY, "tables: none, expected names with commas between"
        )
    return tuple(service.table(name) for name in dict.fromkeys(wanted))


def _paged(service: Service, names: tuple[str, ...], show: Show, units: dict[str, str]) -> Any:
    async def endpoint(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
        tables = [service.table(name) for name in names]
        return await page(request, service, query, tables, show, units)

    return endpoint
