"""Reads the terms of an option as people write them: exact decimal numbers and times in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from keelmark.errors import InputError

_NUMBER = re.compile(r"([+-]?)(\d{0,30})(?:\.(\d{0,60}))?(?:[eE]([+-]?\d{1,2}))?", re.ASCII)
_DECIMALS = 18


def parse_number(text: str, field: str) -> int:
    """A decimal number as a wad, exactly.

    Args:
        text: such as `7938.05` or `8e-1`.
        field: what the number is, for the error's text.

    Raises:
        InputError: it is no number, or has more than 18 decimals.
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None or not (found[2] or found[3]):
        raise InputError(f"{field}: {text!r}, expected a decimal number")
    sign, whole, part, exponent = found.groups()
    digits = int((whole or "") + (part or "") or "0")
    power = int(exponent or 0) + _DECIMALS - len(part or "")
    scale: int = 10 ** abs(power)
    wad, lost = (digits * scale, 0) if power >= 0 else divmod(digits, scale)
    if lost:
        raise InputError(f"{field}: {text!r}, expected at most {_DECIMALS} decimals")
    return -wad if sign == "-" else wad


def parse_positive(text: str, field: str) -> int:
    """A decimal number above zero as a wad, exactly.

    Raises:
        InputError: it is none.
    """
    wad = parse_number(text, field)
    if wad <= 0:
        raise InputError(f"{field}: {text}, expected a number above zero")
    return wad


def parse_amount(text: str, field: str) -> int:
    """A decimal number of zero or more as a wad, exactly.

    Raises:
        InputError: it is none.
    """
    wad = parse_number(text, field)
    if wad < 0:
        raise InputError(f"{field}: {text}, expected a number of zero or more")
    return wad


def parse_time(text: str, field: str) -> int:
    """A time in UTC, ISO 8601, as Unix seconds.

    Args:
        text: such as `2020-03-27T08:00:00Z`.
        field: what the time is, for the error's text.

    Raises:
        InputError: it is no time, names no zone or another than UTC, or has parts of a second.
    """
    wanted = "expected a time in UTC such as 2020-03-27T08:00:00Z"
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InputError(f"{field}: {text!r}, {wanted}") from None
    if moment.utcoffset() != timedelta(0):
        raise InputError(f"{field}: {text!r} is not in UTC, {wanted}")
    if moment.microsecond:
        raise InputError(f"{field}: {text!r} has parts of a second, {wanted}")
    return int(moment.timestamp())


def time_text(seconds: int) -> str:
    """Unix seconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
