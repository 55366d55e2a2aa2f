"""What a transaction asked of a contract of the kit, read from its calldata."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from eth_abi.abi import decode as abi_decode
from eth_abi.exceptions import DecodingError
from eth_utils.crypto import keccak

from keelmark.bindings.functions import FUNCTIONS
from keelmark.bindings.runtime import checksum, split_types

__all__ = ["Calldata", "Scalar", "read_calldata", "selector"]

Scalar = int | str | bytes | bool
"""A decoded value that is no struct and no list; addresses are checksummed."""


@dataclass(frozen=True, slots=True)
class Calldata:
    """A call, taken apart."""

    function: str
    """Its name; its selector in hexadecimal if the contract has no such function."""
    arguments: Mapping[str, Scalar]
    """Values by name, parts of structs and lists behind a dot: ``buy.account``, ``members.0``.
    Empty where the bytes do not have the shape that the function wants."""


@dataclass(frozen=True, slots=True)
class _Parameter:
    """One parameter of a function or part of a struct."""

    name: str
    type: str
    """Canonical ABI type."""
    parts: tuple[_Parameter, ...]
    """Of a struct, or of the structs in a list."""


@dataclass(frozen=True, slots=True)
class _Function:
    """A function and what it takes."""

    name: str
    selector: bytes
    parameters: tuple[_Parameter, ...]


def _parameters(text: str) -> tuple[_Parameter, ...]:
    """The parameters in a list of types and names."""
    found = []
    for part in split_types(text):
        kind, _, name = part.rpartition(" ")
        inside, bracket, suffix = kind.rpartition(")")
        parts = _parameters(inside.removeprefix("(")) if bracket else ()
        if bracket:
            kind = f"({','.join(item.type for item in parts)}){suffix}"
        found.append(_Parameter(name, kind, parts))
    return tuple(found)


@lru_cache(maxsize=64)
def _functions(contract: str) -> Mapping[bytes, _Function]:
    """A contract's functions by selector."""
    found: dict[bytes, _Function] = {}
    for signature in FUNCTIONS.get(contract, ()):
        name, _, rest = signature.partition("(")
        parameters = _parameters(rest.removesuffix(")"))
        types = ",".join(item.type for item in parameters)
        four = bytes(keccak(text=f"{name}({types})")[:4])
        found[four] = _Function(name, four, parameters)
    return MappingProxyType(found)


def selector(contract: str, function: str) -> bytes | None:
    """The selector of a function, with the most parameters if several have the name.

    Args:
        contract: a contract's name.
        function: a function that changes state.

    Returns:
        four bytes, or None if the contract has no such function.
    """
    named = [one for one in _functions(contract).values() if one.name == function]
    return max(named, key=lambda one: len(one.parameters)).selector if named else None


def read_calldata(contract: str, data: bytes) -> Calldata:
    """What a call asks of a contract.

    Args:
        contract: the contract's name, as in a deployment.
        data: the calldata.
    """
    function = _functions(contract).get(data[:4])
    if function is None:
        return Calldata("0x" + data[:4].hex(), MappingProxyType({}))
    try:
        values = abi_decode([item.type for item in function.parameters], data[4:])
    except (DecodingError, OverflowError):
        return Calldata(function.name, MappingProxyType({}))
    flat = {
        name: value
        for item, found in zip(function.parameters, values, strict=True)
        for name, value in _flat(item, found, item.name)
    }
    return Calldata(function.name, MappingProxyType(flat))


def _flat(parameter: _Parameter, value: Any, name: str) -> Iterator[tuple[str, Scalar]]:
    """A value's scalars with their names."""
    if parameter.type.endswith("]"):
        inner = parameter.type[: parameter.type.rindex("[")]
        element = _Parameter(parameter.name, inner, parameter.parts)
        for place, item in enumerate(value):
            yield from _flat(element, item, f"{name}.{place}")
    elif parameter.parts:
        for part, item in zip(parameter.parts, value, strict=True):
            yield from _flat(part, item, f"{name}.{part.name}")
    else:
        yield name, checksum(value) if parameter.type == "address" else value
