"""Whether a store's description can be what it says: types, lengths and names, before use."""

from __future__ import annotations

import re
from typing import Final

from keelmark.columns.spec import TableSpec
from keelmark.errors import InputError
from keelmark.store.model import Description, Watched

__all__ = ["check_shape"]

_NAME: Final = re.compile(r"\w{1,100}", re.ASCII)
_HIGHEST: Final = 2**63


def check_shape(description: Description, where: str) -> None:
    """Sees that a description from anybody is well-formed.

    Args:
        description: as read.
        where: the store's location, for the error's text.

    Raises:
        InputError: a field has another type or length than it must have.
    """
    fields = (
        ("chainId", _is_number(description.chain_id, 2**256)),
        ("firstBlock", _is_number(description.first_block)),
        ("venue", isinstance(description.venue, str)),
        ("manifest", isinstance(description.manifest, str)),
        ("contracts", all(_is_watched(one) for one in description.contracts)),
        ("tables", all(_is_table(one) for one in description.tables)),
        ("tables", len({one.name for one in description.tables}) == len(description.tables)),
    )
    for name, holds in fields:
        if not holds:
            raise InputError(f"store: {name} in the description of {where} is not well-formed")


def _is_number(value: object, limit: int = _HIGHEST) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < limit


def _is_name(value: object) -> bool:
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def _is_watched(one: Watched) -> bool:
    lengths = len(one.address) == 20 and len(one.code_hash) == 32
    numbers = _is_number(one.first_block) and isinstance(one.chained, bool)
    return lengths and numbers and _is_name(one.name)


def _is_table(table: TableSpec) -> bool:
    names = [column.name for column in table.columns]
    return (
        _is_name(table.name)
        and _is_name(table.event)
        and len(table.topic) == 32
        and all(_is_name(name) for name in names)
        and len(set(names)) == len(names)
        and all(
            isinstance(column.abi_type, str) and isinstance(column.indexed, bool)
            for column in table.columns
        )
    )
