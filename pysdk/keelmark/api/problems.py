"""Refusals of the API: one sentence each, as a problem document (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field

from keelmark.errors import KeelmarkError

__all__ = ["Problem", "Refused", "problem"]

MEDIA_TYPE = "application/problem+json"


class Refused(KeelmarkError):
    """A request that is not answered, and why."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Problem(BaseModel):
    """Why a request was refused (RFC 9457)."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(description="Of the status.", examples=["Unprocessable Content"])
    status: int = Field(examples=[422])
    detail: str = Field(
        description="One sentence; for bad input it names the field.",
        examples=["limit: 0, expected 1 to 1000"],
    )


def problem(status: int, sentence: str) -> dict[str, Any]:
    """A problem document's body."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": " ".join(sentence.split()),
    }
