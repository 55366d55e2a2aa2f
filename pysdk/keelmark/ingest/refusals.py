"""What a provider's refusal means: ask for less, ask later, ask something else, or give up.

Providers refuse in dialects: JSON-RPC codes whose meaning differs from one to the next, plain text,
HTTP statuses, and words that change without notice. What is known of them is recognised here, by
words first and by codes after. Words never seen before, about a range of more than one block, are
taken for a limit: a reader that then asks for a single block and is refused again knows better.

Sources: EIP-1474 for the codes; RFC 9110 (10.2.3, 15.5, 15.6) for statuses and ``Retry-After``; the
texts of limits are the providers' own, as `wording` knows them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from keelmark.errors import KeelmarkError, RpcRefused, RpcUnreachable
from keelmark.ingest.wording import (
    Measure,
    Says,
    limit_in,
    plain,
    retry_seconds,
    says,
    suggested_range,
)

__all__ = [
    "Asked",
    "Measure",
    "Passing",
    "RateLimited",
    "TooMuch",
    "Unsupported",
    "refusal_of_error",
    "refusal_of_status",
]

LIMIT_EXCEEDED: Final = -32005
_UNSUPPORTED_CODES: Final = {-32601, -32004}
_RATE_CODES: Final = {429, -32029}
_INTERNAL_CODES: Final = {-32603}
_PRUNED_CODES: Final = {4444}
_PASSING_STATUSES: Final = {408, 425, 500, 502, 503, 504, *range(520, 531)}
_DENIED_STATUSES: Final = {401, 402, 403, 407}


class TooMuch(RpcRefused):
    """A range, a number of logs or an answer's size is beyond what the provider bears."""

    def __init__(
        self,
        message: str,
        code: int = 0,
        *,
        measure: Measure = Measure.UNKNOWN,
        limit: int | None = None,
        suggested: tuple[int, int] | None = None,
        certain: bool = True,
    ) -> None:
        super().__init__(message, code)
        self.measure = measure
        """What there was too much of, as far as the words say."""
        self.limit = limit
        """The limit that the words name, in that measure; None if they name none."""
        self.suggested = suggested
        """The range that would do, both ends included; it begins where the one asked for does."""
        self.certain = certain
        """Whether the words say so, rather than being taken for it."""


class Passing(RpcUnreachable):
    """The node did not answer this time: a reset, a timeout, a fault of its own, a body cut off."""

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        heavy: bool = False,
        behind: bool = False,
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds to wait, if the node says so."""
        self.heavy = heavy
        """Whether it may have been too much to ask for."""
        self.behind = behind
        """Whether the node has not come as far as the blocks that were asked for."""


class RateLimited(Passing):
    """Too many requests; ``retry_after`` says how long to wait, if the provider does."""


class Unsupported(RpcRefused):
    """The node does not have a method, or not in this form."""

    def __init__(self, message: str, method: str, code: int = -32601) -> None:
        super().__init__(message, code)
        self.method = method
        """The method's name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, and of whom: what a refusal is read against."""

    where: str
    """The endpoint's name, without credentials."""
    method: str
    blocks: tuple[int, int] | None = None
    """The range of blocks, both ends included, where logs of a range were asked for."""
    secrets: tuple[str, ...] = ()
    """Parts of the endpoint's address that are repeated to nobody."""

    @classmethod
    def of(
        cls, where: str, method: str, params: Sequence[Any], secrets: tuple[str, ...] = ()
    ) -> Asked:
        """The question behind a call's parameters."""
        blocks = None
        if method == "eth_getLogs" and params and isinstance(params[0], Mapping):
            try:
                blocks = (int(params[0]["fromBlock"], 16), int(params[0]["toBlock"], 16))
            except (KeyError, TypeError, ValueError):
                blocks = None
        return cls(where, method, blocks, secrets)

    @property
    def span(self) -> int:
        """How many blocks; 1 where no range was asked for."""
        return 1 if self.blocks is None else self.blocks[1] - self.blocks[0] + 1


def refusal_of_error(asked: Asked, error: Any, retry_after: float | None = None) -> KeelmarkError:
    """The typed form of a JSON-RPC error.

    Args:
        asked: what was asked.
        error: the error object, or whatever stands in its place.
        retry_after: seconds, where HTTP said so beside.

    Returns:
        `TooMuch`, `RateLimited`, `Passing`, `Unsupported`, or a final `RpcRefused`.
    """
    fields = error if isinstance(error, Mapping) else {"message": error}
    code = fields.get("code", 0)
    code = code if isinstance(code, int) else 0
    text = str(fields.get("message") or "no message")
    data = fields.get("data")
    about = says(text)
    if about is None and isinstance(data, str):
        about, text = says(data), f"{text}, {data}"
    return _typed(asked, text, code, data, _by_code(code, about), retry_after)


def refusal_of_status(
    asked: Asked, status: int, headers: Mapping[str, str], body: bytes
) -> KeelmarkError | None:
    """The typed form of an HTTP answer that is not a success.

    Args:
        asked: what was asked.
        status: the HTTP status.
        headers: of the answer.
        body: of the answer; a JSON-RPC error in it says more than the status.

    Returns:
        as `refusal_of_error`, or None if the body is a JSON-RPC result after all.
    """
    wait = retry_seconds(headers.get("Retry-After"))
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, list) and len(answer) == 1:
        answer = answer[0]
    if isinstance(answer, Mapping):
        if answer.get("error"):
            found = refusal_of_error(asked, answer["error"], wait)
            if status == 429 and not isinstance(found, TooMuch):
                return RateLimited(str(found), retry_after=wait)
            return found
        if "result" in answer and status < 400:
            return None
    text = "" if b"<html" in body[:2000].lower() else body[:2000].decode("utf-8", "replace")
    return _by_status(asked, status, text, wait)


def _by_code(code: int, about: Says | Measure | None) -> Says | Measure | None:
    """What an error is about, by its words and then by its code."""
    if code in _UNSUPPORTED_CODES:
        return Says.UNSUPPORTED
    if code in _RATE_CODES:
        return Says.RATE
    if code in _PRUNED_CODES:
        return Says.PRUNED
    if about is None and code in _INTERNAL_CODES:
        return Says.PASSING
    return about


def _by_status(asked: Asked, status: int, text: str, wait: float | None) -> KeelmarkError:
    """What an HTTP status means, with the words beside it."""
    words = f"HTTP {status}" + (f", {plain(text, asked.secrets)}" if text.strip() else "")
    about = says(text)
    if status == 429:
        return RateLimited(f"rpc: {asked.where} answered {words}", retry_after=wait)
    if isinstance(about, Measure) and about is not Measure.SECONDS:
        return _typed(asked, words, status, None, about, wait)
    if status == 413:
        return TooMuch(f"rpc: {asked.where} answered {words}", status, measure=Measure.BYTES)
    if status in _PASSING_STATUSES:
        return Passing(
            f"rpc: {asked.where} answered {words}", retry_after=wait, heavy=status != 503
        )
    if status in _DENIED_STATUSES:
        return RpcRefused(f"rpc: {asked.where} answered {words}, expected access to it", status)
    if status == 400:
        return _typed(asked, words, status, None, about, wait)
    return RpcUnreachable(
        f"rpc: {asked.where} answered {words}; expected a JSON-RPC node at this address"
    )


def _typed(
    asked: Asked,
    text: str,
    code: int,
    data: Any,
    about: Says | Measure | None,
    wait: float | None,
) -> KeelmarkError:
    """The exception for what a refusal is about."""
    shown = plain(text, asked.secrets)
    message = f"rpc: {asked.where} refused {asked.method}, {shown}"
    if asked.blocks is not None and asked.span == 1:
        message = f"rpc: {asked.where} refused the logs of block {asked.blocks[0]}, {shown}"
    if about is Says.UNSUPPORTED:
        return Unsupported(message, asked.method, code)
    if about is Says.RATE:
        return RateLimited(message, retry_after=wait)
    if about in (Says.BEHIND, Says.PASSING):
        behind = about is Says.BEHIND
        return Passing(message, retry_after=wait, heavy=not behind, behind=behind)
    if about is Measure.SECONDS and asked.span == 1:
        return Passing(message, retry_after=wait, heavy=True)
    if isinstance(about, Measure) and asked.method == "eth_getLogs":
        return _too_much(asked, message, text, code, data, about)
    if about in (Says.PRUNED, Says.DENIED) or asked.span == 1:
        if code == LIMIT_EXCEEDED and about is None:
            return RateLimited(message, retry_after=wait)
        return RpcRefused(message, code, data)
    return _too_much(asked, message, text, code, data, Measure.UNKNOWN)


def _too_much(
    asked: Asked, message: str, text: str, code: int, data: Any, measure: Measure
) -> TooMuch:
    """A limit with the number and the range that its words name."""
    limit, suggested = None, None
    if measure in (Measure.BLOCKS, Measure.ROWS, Measure.BYTES):
        limit = limit_in(text)
    if measure is Measure.BLOCKS and limit is not None and limit >= asked.span:
        limit = None
    if asked.blocks is not None:
        suggested = suggested_range(text, data, *asked.blocks)
    return TooMuch(
        message,
        code,
        measure=measure,
        limit=limit,
        suggested=suggested,
        certain=measure not in (Measure.UNKNOWN, Measure.SECONDS),
    )
