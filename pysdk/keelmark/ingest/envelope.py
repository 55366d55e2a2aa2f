"""The outside of a JSON-RPC answer, read without reading what is inside.

An answer with thousands of logs is looked at where its envelope is, at both ends; what lies between
is the decoder's. Small answers, errors, and envelopes in an order of their own are parsed whole.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from keelmark.ingest.refusals import Asked, Passing, refusal_of_error

__all__ = [
    "MALFORMED",
    "Envelope",
    "check",
    "identity",
    "is_array",
    "open_envelope",
    "request",
    "result",
]

_MEMBER: Final = rb'"(?:jsonrpc|id)"\s*:\s*(?:"[^"]{0,40}"|\d{1,20}|null)\s*,\s*'
_RESULT: Final = re.compile(
    rb"\s*\{\s*(?:" + _MEMBER + rb'){0,2}"result"\s*:\s*([\[{"tf\d-])',
)
_HEAD_BYTES: Final = 256
_ID_FIRST: Final = re.compile(
    rb'\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d{1,18})\s*,'
)
_ID_LAST: Final = re.compile(rb'"id"\s*:\s*(\d{1,18})\s*\}\s*$')


class Envelope(msgspec.Struct):
    """The members of an answer, or of a subscription's notice, unread."""

    id: int | str | float | None = None
    result: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    error: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    method: str | None = None
    params: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_DECODER: Final = msgspec.json.Decoder(Envelope)
MALFORMED: Final = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)
"""What its parser raises; text that is no UTF-8 it tells in Python's way."""


def request(identity: int, method: str, params: Any) -> bytes:
    """A JSON-RPC request."""
    return msgspec.json.encode(
        {"jsonrpc": "2.0", "id": identity, "method": method, "params": list(params)}
    )


def open_envelope(body: bytes) -> Envelope | None:
    """An answer's members; None if it is no JSON object."""
    try:
        return _DECODER.decode(body)
    except MALFORMED:
        return None


def check(asked: Asked, body: bytes) -> None:
    """Lets an answer with a result pass.

    Raises:
        Passing: it is no whole JSON-RPC answer.
        KeelmarkError: the typed form of the error that it is.
    """
    if _RESULT.match(body[:_HEAD_BYTES]) and body[-16:].rstrip().endswith(b"}"):
        return
    members = open_envelope(body)
    if members is None:
        raise Passing(
            f"rpc: {asked.where} answered {asked.method} with what is no whole JSON", heavy=True
        )
    if members.error is not msgspec.UNSET:
        error = _inside(asked, members.error)
        if error is not None:
            raise refusal_of_error(asked, error)
    if members.result is msgspec.UNSET:
        raise Passing(f"rpc: {asked.where} answered {asked.method} with neither result nor error")


def result(asked: Asked, body: bytes) -> Any:
    """The result in a checked answer, parsed.

    Raises:
        Passing: it is malformed.
    """
    members = open_envelope(body)
    if members is None or members.result is msgspec.UNSET:
        raise Passing(
            f"rpc: {asked.where} answered {asked.method} with what is no whole JSON", heavy=True
        )
    return _inside(asked, members.result)


def _inside(asked: Asked, raw: msgspec.Raw) -> Any:
    """What a member holds, of which the envelope's parser has only found the end.

    Raises:
        Passing: it is malformed.
    """
    try:
        return msgspec.json.decode(raw)
    except MALFORMED:
        raise Passing(
            f"rpc: {asked.where} answered {asked.method} with malformed JSON", heavy=True
        ) from None


def is_array(body: bytes) -> bool:
    """Whether a checked answer's result is an array, as that of logs must be."""
    found = _RESULT.match(body[:_HEAD_BYTES])
    if found:
        return found[1] == b"["
    members = open_envelope(body)
    return (
        members is not None
        and members.result is not msgspec.UNSET
        and bytes(members.result).lstrip().startswith(b"[")
    )


def identity(frame: bytes) -> int | None:
    """The id of the request that a frame answers; None if it answers none."""
    found = _ID_FIRST.match(frame[:_HEAD_BYTES]) or _ID_LAST.search(frame[-_HEAD_BYTES:])
    if found and len(frame) > 4 * _HEAD_BYTES:
        return int(found[1])
    members = open_envelope(frame)
    return members.id if members is not None and isinstance(members.id, int) else None
