"""An adapter that is held to its word.

Every answer is looked at, and whatever an adapter raises is sorted: a refusal by the venue, a thing
that the venue does not have, or a fault of the adapter, of which nothing follows about the venue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from keelmark.conformance.adapter import Adapter
from keelmark.conformance.check import Violation
from keelmark.conformance.vocabulary import (
    CASH,
    AdapterWrong,
    NeedsLocalNode,
    NotOffered,
    Refused,
)
from keelmark.errors import MachineFailure, Reverted, translate_revert

__all__ = ["asked", "mapping", "refusal", "sequence"]

T = TypeVar("T")

_PASSED_ON = (NotOffered, NeedsLocalNode, AdapterWrong, Violation)
_EVERYWHERE = (
    "instruments",
    "give",
    "holdings",
    "account",
    "trade",
    "position",
    "set_price",
    "price_validity",
    "reported",
)
"""Verbs that no venue can lack: what it refuses it refuses, and is judged by it. So are payments of
money by the party itself."""
LONGEST = 300
"""Characters of a venue's words that are repeated."""
_FOREIGN = ("ContractLogicError", "TransactionFailed", "ContractCustomError", "ContractPanicError")
"""How web3 and eth-tester call a revert; an adapter may be written with either."""


def asked(adapter: Adapter, verb: str, kind: type[T], *arguments: Any, **named: Any) -> T:
    """An answer of the adapter, of the type that it promises.

    Raises:
        AdapterWrong: another type, or it raised what is no refusal.
        Reverted: the venue refused to answer.
    """
    answer = _call(adapter, verb, *arguments, **named)
    if not isinstance(answer, kind) or (kind is int and isinstance(answer, bool)):
        raise AdapterWrong(f"{_name(adapter, verb)}: answered {answer!r}, expected {kind.__name__}")
    return answer


def sequence(adapter: Adapter, verb: str, kind: type[T], *arguments: Any) -> tuple[T, ...]:
    """The same for a sequence of answers."""
    answer = _call(adapter, verb, *arguments)
    if isinstance(answer, (str, bytes, Mapping)) or not isinstance(answer, Sequence):
        raise AdapterWrong(
            f"{_name(adapter, verb)}: answered {answer!r}, expected several {kind.__name__}"
        )
    for item in answer:
        if not isinstance(item, kind):
            raise AdapterWrong(
                f"{_name(adapter, verb)}: answered {item!r} among others, expected {kind.__name__}"
            )
    return tuple(answer)


def mapping(adapter: Adapter, verb: str) -> dict[str, Any]:
    """The same for answers by name."""
    answer = _call(adapter, verb)
    if not isinstance(answer, Mapping):
        raise AdapterWrong(f"{_name(adapter, verb)}: answered {answer!r}, expected a mapping")
    return {str(name): item for name, item in answer.items()}


def refusal(adapter: Adapter, verb: str, *arguments: Any, **named: Any) -> str | None:
    """Acts; None if the venue let it happen, else its words.

    Raises:
        AdapterWrong: the adapter raised what is no refusal of a venue.
    """
    try:
        _call(adapter, verb, *arguments, **named)
    except Reverted as refused:
        return _one_line(refused.reason)
    except Refused as refused:
        return _one_line(str(refused))
    return None


def _one_line(words: str) -> str:
    """A venue's words as they can stand in a sentence and on a terminal."""
    shown = "".join(sign if sign.isprintable() else " " for sign in words)
    return " ".join(shown.split())[:LONGEST] or "no reason given"


def _call(adapter: Adapter, verb: str, *arguments: Any, **named: Any) -> Any:
    method: Callable[..., Any] = getattr(adapter, verb)
    try:
        return method(*arguments, **named)
    except MachineFailure as failure:
        if "OutOfGas" in str(failure) or "out of gas" in str(failure):
            raise AdapterWrong(
                f"{_name(adapter, verb)}: the transaction ran out of gas, expected enough of it"
            ) from failure
        raise
    except (Reverted, Refused):
        raise
    except NotOffered as reason:
        own_money = verb in ("deposit", "withdraw") and arguments[2:] == (CASH,)
        if verb in _EVERYWHERE or (own_money and named.get("sender") is None):
            raise AdapterWrong(
                f"{_name(adapter, verb)}: answered that it is not offered ({reason}), expected "
                "Refused or Reverted where the venue does not do it: every venue has this"
            ) from reason
        raise
    except _PASSED_ON:
        raise
    except Exception as failure:
        if type(failure).__name__ in _FOREIGN:
            raise translate_revert(failure) from failure
        words = _one_line(str(failure))
        raise AdapterWrong(
            f"{_name(adapter, verb)}: raised {type(failure).__name__} ({words}), expected "
            "Refused, Reverted or NotOffered where the venue does not do it"
        ) from failure


def _name(adapter: Adapter, verb: str) -> str:
    return f"adapter {type(adapter).__name__}.{verb}"
