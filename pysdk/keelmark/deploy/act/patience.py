"""Asking a node again that did not answer: public ones fail now and then, and a deployment is long.

Every request may be asked twice. A transaction that arrived although its answer did not is known to
the node when it is sent again.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

from keelmark.chain.operations import Operation, Request
from keelmark.chain.transactions import Pause
from keelmark.deploy.act.settings import Settings, Teller
from keelmark.errors import KeelmarkError, RpcRefused, RpcUnreachable

__all__ = ["patient"]

T = TypeVar("T")

_TOO_MANY = (429, -32005, -32029)
"""What nodes answer to whoever asks too often: HTTP's code (RFC 6585) and EIP-1474's."""

_LONGEST_PAUSE = 30.0


def patient(operation: Operation[T], settings: Settings, teller: Teller) -> Operation[T]:
    """The same operation, whose requests are asked again if the node does not answer.

    Args:
        operation: what is to be done.
        settings: how often, and the first pause; each is twice as long as the one before.
        teller: told that the node does not answer.
    """
    outcome: Any = None
    failure: Exception | None = None
    while True:
        try:
            request = operation.throw(failure) if failure else operation.send(outcome)
        except StopIteration as stop:
            result: T = stop.value
            return result
        outcome, failure = None, None
        try:
            outcome = yield from _asked(request, settings, teller)
        except Exception as error:
            failure = error


def _asked(request: Request, settings: Settings, teller: Teller) -> Generator[Request, Any, Any]:
    pause = settings.poll_seconds
    for _ in range(settings.retries):
        try:
            return (yield request)
        except (RpcUnreachable, RpcRefused) as error:
            if not _passes(error):
                raise
            teller.tell("waiting", "", f"{error}; asks again")
        yield Pause(pause)
        pause = min(_LONGEST_PAUSE, 2 * pause)
    return (yield request)


def _passes(error: KeelmarkError) -> bool:
    """Whether it may be over in a moment."""
    return isinstance(error, RpcUnreachable) or getattr(error, "code", 0) in _TOO_MANY
