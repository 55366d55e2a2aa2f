"""What a request may ask for, checked: every parameter has bounds, and unknown ones are refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from keelmark.api.problems import Refused
from keelmark.store.model import Finality

__all__ = ["MOST_ROWS", "EventQuery", "PageQuery", "StateQuery", "query_text"]

MOST_ROWS: Final = 1_000
"""Rows of a page at most."""

MOST_BLOCK: Final = 2**62

_TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?")


def _seconds(text: str) -> str:
    """Refuses what is no time in UTC."""
    if not _TIME.fullmatch(text):
        raise ValueError("expected a UTC time such as 2020-03-12T10:00:00Z, or a day")
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("expected a time that exists") from None
    return text


def unix(text: str | None, *, end: bool = False) -> int | None:
    """A checked time as Unix seconds; a day begins, or ends, with its first or last second."""
    if text is None:
        return None
    found = datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)
    seconds = int(found.timestamp())
    return seconds + 86_399 if end and len(text) == len("2020-03-12") else seconds


Block = Annotated[int | None, Field(ge=0, le=MOST_BLOCK)]
Time = Annotated[str | None, AfterValidator(lambda text: text if text is None else _seconds(text))]
Account = Annotated[int | None, Field(ge=0, le=2**32 - 1, description="Account id.", examples=[7])]
InstrumentId = Annotated[
    int | None, Field(ge=0, le=2**32 - 1, description="Instrument id.", examples=[1])
]
Limit = Annotated[int, Field(ge=1, le=MOST_ROWS, description="Rows of a page at most.")]
CursorText = Annotated[
    str | None,
    Field(max_length=120, description="What `next` of the page before said, with the same query."),
]
FinalityName = Annotated[
    Finality, Field(description="Only blocks that are at least so final.", examples=["finalized"])
]


class _Query(BaseModel):
    """Unknown parameters are refused: a misspelt filter would otherwise show everything."""

    model_config = ConfigDict(extra="forbid")


class StateQuery(_Query):
    """Of the market as it is now."""

    account: Account = None
    instrument: InstrumentId = None
    finality: FinalityName = Finality.LATEST
    limit: Limit = 100
    cursor: CursorText = None


class EventQuery(_Query):
    """Of rows by where they stand."""

    from_block: Block = Field(None, description="First block, included.", examples=[1])
    to_block: Block = Field(
        None,
        description="Last block, included. A range that is final is answered for good, and may "
        "be kept for ever.",
        examples=[400],
    )
    from_time: Time = Field(
        None, description="First block time, UTC, or a day.", examples=["2020-03-12"]
    )
    to_time: Time = Field(
        None, description="Last block time, UTC, included; a day to its last second."
    )
    finality: FinalityName = Finality.LATEST
    limit: Limit = 100
    cursor: CursorText = None


class PageQuery(EventQuery):
    """Of rows by where they stand and whom they are about."""

    account: Account = None
    instrument: InstrumentId = None


def check_range(query: EventQuery) -> None:
    """Refuses a range that ends before it begins.

    Raises:
        Refused: it does.
    """
    if (
        query.from_block is not None
        and query.to_block is not None
        and query.from_block > query.to_block
    ):
        raise Refused(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"from_block: {query.from_block}, expected at most to_block, {query.to_block}",
        )
    first, last = unix(query.from_time), unix(query.to_time, end=True)
    if first is not None and last is not None and first > last:
        raise Refused(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"from_time: {query.from_time}, expected a time not after to_time, {query.to_time}",
        )


def query_text(path: str, query: BaseModel, *, without: frozenset[str] = frozenset()) -> str:
    """A query in one spelling, whatever the order of its parameters."""
    found: dict[str, Any] = query.model_dump(mode="json", exclude_none=True)
    return (
        path
        + "?"
        + "&".join(f"{name}={found[name]}" for name in sorted(found) if name not in without)
    )
