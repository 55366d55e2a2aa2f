"""The words of refusals: which limit they speak of, which number and which range they name."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any, Final

__all__ = [
    "Measure",
    "Says",
    "limit_in",
    "plain",
    "retry_seconds",
    "says",
    "suggested_range",
]

MOST_SHOWN = 200
"""Longest part of a provider's words that is repeated to the user."""


class Measure(StrEnum):
    """What there was too much of."""

    BLOCKS = "blocks"
    ROWS = "rows"
    BYTES = "bytes"
    SECONDS = "seconds"
    UNKNOWN = "unknown"


class Says(StrEnum):
    """What a text is about, where that is not a limit on an answer."""

    UNSUPPORTED = "unsupported"
    PRUNED = "pruned"
    BEHIND = "behind"
    DENIED = "denied"
    RATE = "rate"
    PASSING = "passing"


_PHRASES: Final[tuple[tuple[Says | Measure, str], ...]] = (
    (
        Says.UNSUPPORTED,
        r"method (not|is not|isn't) (found|supported|available|allowed|whitelisted|enabled)"
        r"|method \S+ (does not exist|is not|not (found|supported|available))"
        r"|(unsupported|unknown) method|did not match any variant|(safe|finalized) block not found"
        r"|notifications not supported|subscriptions? (are|is) not supported",
    ),
    (
        Says.PRUNED,
        r"pruned|histor(y|ical)\b.*(unavailable|not available)|missing trie node"
        r"|requires? an? archive|archive (node|plan|tier|request)|before the earliest",
    ),
    (
        Says.BEHIND,
        r"beyond (the )?(current |chain )?head|after (the )?last|(greater|higher) than (the )?"
        r"(latest|head|current)|future block|unknown block|header not found|block \S* ?not found"
        r"|cannot be found|could not find block|not yet (available|synced)|> ?latest",
    ),
    (
        Says.RATE,
        r"rate.?limit|too many (concurrent )?requests|requests? per|per (second|minute)"
        r"|/ ?s(ec(ond)?)?\b|compute units|capacity|throttl|\brps\b|credits|quota|daily"
        r"|request (limit|rate|count)|slow down|exceeded its",
    ),
    (
        Measure.ROWS,
        r"(more than|exceeds?|max(imum)?|limit|too many|cap)\b[^.]*\b(results|logs)\b"
        r"|\b(results|logs)\b[^.]*\b(exceeds?|more than|limit)|narrow.*too many logs",
    ),
    (
        Measure.BYTES,
        r"(response|body|payload|entity|message|result|content|answer)\b[^.]{0,20}"
        r"\b(size|too (large|big|long))|size (exceed|limit)|larger than \d+ ?[kmg]i?b"
        r"|\d bytes|string longer",
    ),
    (
        Measure.SECONDS,
        r"time.?out|timed out|deadline exceeded|took too long|query duration|aborted",
    ),
    (
        Measure.BLOCKS,
        r"\branges?\b|too (many|wide)[^.]*\bblocks?|\bblocks?\b[^.]*\b(distance|span|maximum|limit)"
        r"|(fromBlock|toBlock)|narrow your filter|smaller than size|at most \S+ blocks",
    ),
    (
        Says.DENIED,
        r"unauthori[sz]ed|api.?key|authenticat|project id|forbidden|access denied|not allowed"
        r"|credential|invalid token",
    ),
    (
        Says.PASSING,
        r"internal|temporar|try again|retry|unavailable|overload|busy|upstream|backend|gateway"
        r"|connection|healthy|unable to|server error",
    ),
)
"""In the order in which they are tried: the first that is found tells what the text is about."""

_PATTERNS: Final = tuple((about, re.compile(text, re.I | re.S)) for about, text in _PHRASES)

_LIMIT: Final = re.compile(
    r"(?:limit(?:ed)?(?: is| of| to| to a|:)?|max(?:imum)?[^0-9\[]{0,30}|up to(?: an?)?|at most"
    r"|over|(?:no )?(?:more|larger|greater) than|smaller than(?: size)?|not exceed|filter:|cap of"
    r"|>)\s*(?:0\s*-\s*)?(\d[\d,_]*)\s*(k|m)?\b",
    re.I,
)

_HEX_RANGE: Final = re.compile(r"\[\s*0x([0-9a-f]+)\s*[,-]\s*0x([0-9a-f]+)\s*\]", re.I)
_DECIMAL_RANGE: Final = re.compile(
    r"(?:try|retry|use|work)\b[^\d]{0,40}\brange\D{0,4}(\d+)\s*(?:-|,|to)\s*(\d+)", re.I
)


def says(text: str) -> Says | Measure | None:
    """What a refusal's text is about; None if it is nothing known."""
    for about, pattern in _PATTERNS:
        if pattern.search(text):
            return about
    return None


def limit_in(text: str) -> int | None:
    """The limit that a text names last, as a number; None if it names none."""
    scale = {"": 1, "k": 1_000, "m": 1_000_000}
    found = [
        int(digits.replace(",", "").replace("_", "")) * scale[unit.lower()]
        for digits, unit in _LIMIT.findall(text)
    ]
    return found[-1] if found and found[-1] > 0 else None


def suggested_range(text: str, data: Any, first: int, last: int) -> tuple[int, int] | None:
    """The range that a refusal proposes instead.

    Args:
        text: its message.
        data: its ``data``; Infura's has ``from`` and ``to``.
        first: the range that was asked for begins here.
        last: and ends here.

    Returns:
        a shorter range that begins where the one asked for does; None if none is proposed.
    """
    candidates = [(int(low, 16), int(high, 16)) for low, high in _HEX_RANGE.findall(text)]
    candidates += [(int(low), int(high)) for low, high in _DECIMAL_RANGE.findall(text)]
    if isinstance(data, Mapping):
        with suppress(KeyError, ValueError):
            candidates.append((int(str(data["from"]), 16), int(str(data["to"]), 16)))
    return next(
        ((low, high) for low, high in candidates if low == first and first <= high < last), None
    )


def retry_seconds(value: str | None, now: datetime | None = None) -> float | None:
    """How long a ``Retry-After`` header asks to wait.

    Args:
        value: seconds or an HTTP date (RFC 9110, 10.2.3); None if there was no header.
        now: the time to measure a date from; the clock's if None.

    Returns:
        seconds, at least 0; None if the value is neither.
    """
    if value is None:
        return None
    with suppress(ValueError):
        seconds = float(value)
        return max(0.0, seconds) if math.isfinite(seconds) else None
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - (now or datetime.now(UTC))).total_seconds())


def plain(text: str, secrets: tuple[str, ...] = ()) -> str:
    """A provider's words as one short line, without markup and without the customer's keys."""
    for secret in secrets:
        text = text.replace(secret, "…")
    line = " ".join(re.sub(r"<[^>]*>", " ", text).split())
    return (line[: MOST_SHOWN - 1] + "…" if len(line) > MOST_SHOWN else line).rstrip(".")
