"""Which events a scope asks for."""

from __future__ import annotations

from typing import Final

from keelmark.errors import DecodingFailed
from keelmark.events import Event, decode
from keelmark.evidence.parts import Record, Scope, raw

__all__ = ["event_of", "in_scope"]

ACCOUNT_FIELDS: Final = frozenset({"account", "member", "taker", "buyer"})
"""Fields of events that hold an account id."""

INSTRUMENT_FIELDS: Final = frozenset({"instrument"})


def event_of(record: Record, contract: str, time: int = 0) -> Event | None:
    """A record as an event of the kit; None if it is none.

    Args:
        record: as the package holds it.
        contract: that reported it.
        time: of its block, seconds.
    """
    try:
        return decode(
            [raw(topic) for topic in record.topics],
            raw(record.data),
            address=contract,
            block_number=record.block,
            log_index=0,
            timestamp=time,
        )
    except DecodingFailed:
        return None


def in_scope(record: Record, contract: str, scope: Scope) -> bool:
    """Whether a scope asks for a record.

    A record that is no event of the kit names no account and no instrument: a scope that is
    narrowed to some leaves it out.
    """
    if not scope.first_block <= record.block <= scope.last_block:
        return False
    if contract not in scope.contracts or (scope.topics and record.topics[0] not in scope.topics):
        return False
    if not scope.accounts and not scope.instruments:
        return True
    event = event_of(record, contract)
    if event is None:
        return False
    wanted = ((ACCOUNT_FIELDS, scope.accounts), (INSTRUMENT_FIELDS, scope.instruments))
    return all(
        not ids or any(event.args[name] in ids for name in fields & event.args.keys())
        for fields, ids in wanted
    )
