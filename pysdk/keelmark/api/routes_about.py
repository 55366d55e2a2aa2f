"""Endpoints that say what is served: status, rules, tables, checkpoints, verification."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from keelmark.api.about import (
    checkpoint_body,
    rule_body,
    rules_body,
    status_body,
    verification_body,
)
from keelmark.api.caching import Answer
from keelmark.api.models import Checkpoints, Rule, Rules, Status, Tables, VerificationStatus
from keelmark.api.problems import Problem, Refused
from keelmark.api.queries import MOST_BLOCK, query_text
from keelmark.api.service import Service
from keelmark.regulation import rules

__all__ = ["about_routes"]

REFUSALS: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem},
    422: {"model": Problem},
    503: {"model": Problem},
}


class CheckpointQuery(BaseModel):
    """Of checkpoints."""

    model_config = ConfigDict(extra="forbid")

    from_block: int = Field(0, ge=0, le=MOST_BLOCK, description="Those that reach this block.")
    limit: int = Field(100, ge=1, le=1_000)


class NoQuery(BaseModel):
    """Of what has no filter."""

    model_config = ConfigDict(extra="forbid")


def about_routes(service: Service) -> APIRouter:
    """The endpoints."""
    router = APIRouter(tags=["about"])

    @router.get("/status", response_model=Status, summary="How far the store is", responses={})
    async def status(_query: Annotated[NoQuery, Query()]) -> Response:
        """The chain's heads, the newest checkpoint, and how far behind it is."""
        from fastapi.responses import JSONResponse

        # Its lag is of this very second: never kept.
        body = status_body(service, service.seen)
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    @router.get("/rules", response_model=Rules, summary="The rulebook")
    async def every_rule(request: Request, _query: Annotated[NoQuery, Query()]) -> Response:
        """Every hard-coded figure with its value, unit, legal source and status."""
        answer = Answer(request, query_text(request.url.path, _query), service.seen)
        venue = service.books.venue
        if answer.unchanged:
            return answer.not_modified()
        return answer.of(rules_body(venue.rulebook_digest if venue else None))

    @router.get("/rules/{rule_id}", response_model=Rule, summary="One rule", responses=REFUSALS)
    async def one_rule(
        request: Request,
        rule_id: Annotated[str, Path(max_length=32, examples=["CLOSE_OUT_BPS"])],
        _query: Annotated[NoQuery, Query()],
    ) -> Response:
        """A figure by its id."""
        found = rules().get(rule_id)
        if found is None:
            raise Refused(HTTPStatus.NOT_FOUND, f"rule_id: the rulebook has no {rule_id}")
        answer = Answer(request, query_text(request.url.path, _query), service.seen)
        return answer.not_modified() if answer.unchanged else answer.of(rule_body(found))

    @router.get("/tables", response_model=Tables, summary="Tables of events")
    async def tables(request: Request, _query: Annotated[NoQuery, Query()]) -> Response:
        """Every event as a table, with the unit and the reporting element of each field."""
        answer = Answer(request, query_text(request.url.path, _query), service.seen)
        if answer.unchanged:
            return answer.not_modified()
        form = service.form
        return answer.of({"tables": [form.describe(one) for one in form.description.tables]})

    @router.get("/checkpoints", response_model=Checkpoints, summary="Row sets", responses=REFUSALS)
    async def checkpoints(request: Request, query: Annotated[CheckpointQuery, Query()]) -> Response:
        """Which blocks were committed together, up to which hash, and how final they were."""
        answer = Answer(request, query_text(request.url.path, query), service.seen)
        if answer.unchanged:
            return answer.not_modified()
        every = await service.read(lambda store: store.checkpoints())
        later = [one for one in every if one.last_block >= query.from_block]
        more = later[query.limit :]
        return answer.of(
            {
                "rows": [checkpoint_body(one) for one in later[: query.limit]],
                "next": more[0].first_block if more else None,
            }
        )

    @router.get(
        "/verification",
        response_model=VerificationStatus,
        summary="What verified the rows",
        responses=REFUSALS,
    )
    async def verification(_query: Annotated[NoQuery, Query()]) -> Response:
        """The verification that the server was given, and the stored proofs of roots."""
        from fastapi.responses import JSONResponse

        body = await service.read(lambda store: verification_body(service, store))
        return JSONResponse(body, headers={"Cache-Control": "no-cache"})

    return router
