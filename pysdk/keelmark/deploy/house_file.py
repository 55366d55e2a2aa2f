"""The house file: a plan as TOML, with every error naming its field.

system = "keelmark"                     # optional: the manifest's name
lei = "…"
token = "0x…"
token_feed = 2
regime = "CLEARED_OTC"                  # optional, as are those that `Plan` has a default for
operator = "0x…"
…
supervisor_powers = ["FREEZE", "HALT"]
supervisor_until = 2030-01-01T00:00:00Z

[existing]                              # contracts that are there already, by name
Rulebook = "0x…"
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from eth_utils.address import is_address, is_checksum_address, to_checksum_address

from keelmark.deploy.plan import LAST_SECOND, ZERO_ADDRESS, Plan
from keelmark.errors import InputError
from keelmark.types import Power, Regime

__all__ = ["House", "read_house"]

_MAX_FEED = 2**256 - 1


@dataclass(frozen=True, slots=True)
class House:
    """What a house file says."""

    plan: Plan
    system: str
    """Its name among the deployments of a chain."""


def read_house(path: Path) -> House:
    """Reads and checks a house file.

    Raises:
        InputError: it cannot be read or is no house file; names the field.
    """
    try:
        body = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"house: {path} cannot be read, {error.strerror}") from None
    except ValueError as error:  # UnicodeDecodeError and TOMLDecodeError
        raise InputError(f"house: {path} is no TOML, {error}") from None
    unknown = sorted(set(body) - set(_READERS) - {"system"})
    if unknown:
        raise InputError(f"house: {unknown[0]} in {path}, expected fields among {_names()}")
    system = body.pop("system", "keelmark")
    if not isinstance(system, str) or not _is_name(system):
        raise InputError(
            f"house: system in {path}, expected lower case letters, digits and hyphens, "
            f"not {system!r}"
        )
    given: dict[str, Any] = {}
    for field in fields(Plan):
        if field.name in body:
            given[field.name] = _read(field.name, body[field.name], path)
        elif field.default is MISSING and field.default_factory is MISSING:
            raise InputError(f"house: {field.name} is missing in {path}")
    try:
        return House(Plan(**given), system)
    except InputError as error:
        raise InputError(f"house: {error}, in {path}") from None


def _names() -> str:
    return ", ".join(["system", *_READERS])


def _is_name(text: str) -> bool:
    """Whether a text may be a manifest's name."""
    known = set("abcdefghijklmnopqrstuvwxyz0123456789-")
    return 0 < len(text) <= 63 and set(text) <= known and text[0] != "-"


def _read(name: str, value: Any, path: Path) -> Any:
    """One field's value.

    Raises:
        InputError: names the field and what was expected.
    """
    try:
        return _READERS[name](value)
    except ValueError as error:
        raise InputError(f"house: {name} in {path}, expected {error}, not {value!r}") from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text")
    return value


def _address(value: Any) -> str:
    """An address in one case, or with the capitals of its checksum; checksummed."""
    if not isinstance(value, str) or not is_address(value):
        raise ValueError("an address, 0x and 40 digits, with the right capitals if it has any")
    mixed = value[2:] not in (value[2:].lower(), value[2:].upper())
    if mixed and not is_checksum_address(value):
        raise ValueError("an address with the capitals of its checksum")
    return str(to_checksum_address(value))


def _holder(value: Any) -> str:
    """An address of somebody."""
    found = _address(value)
    if found == ZERO_ADDRESS:
        raise ValueError("somebody's address; the zero address is nobody's")
    return found


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= _MAX_FEED:
        raise ValueError("an integer, 0 or more")
    return value


def _seconds(value: Any) -> int:
    """Seconds, or a time with its zone."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a time with its zone, such as 2030-01-01T00:00:00Z")
        value = int(value.timestamp())
    if type(value) is not int or not 0 < value <= LAST_SECOND:
        raise ValueError(f"a time or seconds, 1 to {LAST_SECOND}")
    return value


def _regime(value: Any) -> Regime:
    names = ", ".join(item.name for item in Regime)
    if isinstance(value, str) and value in Regime.__members__:
        return Regime[value]
    raise ValueError(f"one of {names}")


def _powers(value: Any) -> Power:
    names = ", ".join(item.name or "" for item in Power)
    if not isinstance(value, list) or not value:
        raise ValueError(f"a list of {names}")
    found = Power(0)
    for item in value:
        if not isinstance(item, str) or item not in Power.__members__:
            raise ValueError(f"a list of {names}")
        found |= Power[item]
    return found


def _addresses(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError("a list of addresses")
    return tuple(_holder(item) for item in value)


def _existing(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError("a table of addresses by contract")
    found: dict[str, str] = {}
    for name, address in value.items():
        try:
            found[name] = _holder(address)
        except ValueError as error:
            raise ValueError(f"{error}, at {name}") from None
    return found


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "lei": _text,
    "token": _holder,
    "token_feed": _count,
    "operator": _holder,
    "registrar": _holder,
    "convenor": _holder,
    "supervisor": _holder,
    "supervisor_lei": _text,
    "supervisor_jurisdiction": _text,
    "sanctions_officer": _holder,
    "lister": _holder,
    "price_operator": _holder,
    "regime": _regime,
    "sequencer": _address,
    "supervisor_powers": _powers,
    "supervisor_until": _seconds,
    "oracles": _addresses,
    "existing": _existing,
}
"""How each field of a plan is read."""
