"""The OpenAPI document: current, complete, and true of the answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

from keelmark.api import models
from keelmark.api.document import FILE, document
from keelmark.api.routes_market import ENDPOINTS
from tests.unit.sdk.api.served import ok

ANSWERS: dict[str, Any] = {
    "/v1/status": models.Status,
    "/v1/rules": models.Rules,
    "/v1/rules/CLOSE_OUT_BPS": models.Rule,
    "/v1/tables": models.Tables,
    "/v1/checkpoints": models.Checkpoints,
    "/v1/verification": models.VerificationStatus,
    "/v1/trades?limit=1000": models.Page[models.TradeRow],
    "/v1/liquidations": models.Page[models.LiquidationRow],
    "/v1/margin-calls": models.Page[models.MarginCallRow],
    "/v1/events/instrument_registered": models.Page[models.EventRow],
    **{f"/v1/{path}?limit=1000": models.State[row] for path, _, _, row, _ in ENDPOINTS},
}


def test_file_is_current() -> None:
    """scripts/build writes it."""
    assert FILE.read_text("utf-8") == document()


@pytest.mark.parametrize("path", ANSWERS)
def test_answers_are_as_described(path: str) -> None:
    """Every field, none more, each of its type."""
    body = ok(path)
    TypeAdapter(ANSWERS[path]).validate_python(body, strict=True)
    if "rows" in body:
        assert body["rows"]


@pytest.mark.parametrize("path", [path for path in ANSWERS if "margin" in path or "trades" in path])
def test_every_amount_has_a_unit(path: str) -> None:
    """A string of digits is named under `units`."""
    body = ok(path)
    for row in body["rows"]:
        for name, value in row.items():
            if isinstance(value, str) and value.lstrip("-").isdigit():
                assert name in body["units"]


def test_every_endpoint_is_described() -> None:
    """Words, parameters with words, examples, and only reading."""
    body = json.loads(document())
    paths = {path.split("?")[0] for path in ANSWERS} | {"/v1/stream"}
    paths -= {"/v1/rules/CLOSE_OUT_BPS", "/v1/events/instrument_registered"}
    assert set(body["paths"]) == paths | {"/v1/rules/{rule_id}", "/v1/events/{table}"}
    for methods in body["paths"].values():
        assert set(methods) == {"get"}
        assert methods["get"]["summary"]
        assert methods["get"]["description"]
    described = [
        field
        for name, schema in body["components"]["schemas"].items()
        if name.endswith("Row")
        for field in schema["properties"].values()
    ]
    assert sum("description" in field or "examples" in field for field in described) > 60


def test_models_refuse_what_is_not_there() -> None:
    """A field too many fails the comparison above."""
    every = [one for one in vars(models).values() if isinstance(one, type)]
    bodies = [one for one in every if issubclass(one, BaseModel) and one is not BaseModel]
    assert all(one.model_config["extra"] == "forbid" for one in bodies)
