"""Endpoints of the market as it is now, folded from every row."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from keelmark.api import market
from keelmark.api.models import (
    InstrumentRow,
    MarginRow,
    OpenInterestRow,
    PositionRow,
    ResourcesRow,
    State,
    VolumeRow,
)
from keelmark.api.queries import StateQuery
from keelmark.api.routes_about import REFUSALS
from keelmark.api.service import Service

__all__ = ["market_routes"]

ENDPOINTS: tuple[tuple[str, str, market.Part, Any, str], ...] = (
    ("instruments", "Instruments", market.instruments, InstrumentRow, "What is traded."),
    (
        "open-interest",
        "Open interest",
        market.open_interest,
        OpenInterestRow,
        "Half of the sum of absolute positions, by instrument.",
    ),
    (
        "volume",
        "Volume",
        market.volume,
        VolumeRow,
        "Matches by UTC day and instrument, each counted once; take-overs are not among them.",
    ),
    ("positions", "Positions", market.positions, PositionRow, "Every open position."),
    (
        "margin",
        "Margin",
        market.margin,
        MarginRow,
        "Equity and initial margin of every account, at close-out valuation.",
    ),
    (
        "default-resources",
        "Default resources",
        market.default_resources,
        ResourcesRow,
        "The house's own resources, the members' fund, debts and uncovered losses.",
    ),
)


def market_routes(service: Service) -> APIRouter:
    """The endpoints."""
    router = APIRouter(tags=["market"])
    for path, title, part, row, words in ENDPOINTS:
        router.add_api_route(
            f"/{path}",
            _endpoint(service, path.replace("-", "_"), part),
            methods=["GET"],
            response_model=State[row],  # type: ignore[valid-type]  # made from the table, at run time
            summary=title,
            description=f"{words} After the last block of the finality that is asked for.",
            name=path.replace("-", "_"),
            responses=REFUSALS,
        )
    return router


def _endpoint(service: Service, name: str, part: market.Part) -> Any:
    async def endpoint(request: Request, query: Annotated[StateQuery, Query()]) -> Response:
        return await market.state(request, service, query, name, part)

    return endpoint
