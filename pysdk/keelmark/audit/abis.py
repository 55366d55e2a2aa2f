"""What callers of a deployed house need: one ABI an address, init code, and Solidity interfaces.

The compiler's ABI has no struct names, so that the interfaces name structs by the function and the
argument or result in which they first stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from keelmark.audit.links import DELEGATES
from keelmark.chain.compiler import AbiEntry, compile_contract
from keelmark.releases import current

__all__ = ["abi_of", "solidity_interface"]

_WORDS: Final = """
abstract address after alias anonymous apply as assembly auto bool break byte bytes case catch
constant constructor continue contract copyof default define delete do else emit enum error
event external fallback false final fixed for from function global hex if immutable implements
import in indexed inline interface internal is let library macro mapping match memory modifier
mutable new null of override partial payable pragma private promise public pure receive
reference relocatable return returns sealed sizeof static storage string struct super supports
switch this throw transient true try type typedef typeof ufixed unchecked using var view virtual
while days hours minutes seconds weeks years wei gwei ether
"""

_RESERVED: Final = frozenset(_WORDS.split())
"""Words that nothing in Solidity may be called."""

_ARRAY: Final = re.compile(r"(\[\d*\])*$")


@lru_cache(maxsize=64)
def abi_of(name: str) -> tuple[AbiEntry, ...]:
    """Everything that answers at a contract's address: its own ABI, and what it delegates to.

    Args:
        name: a contract of the kit.
    """
    found = list(compile_contract(current().contract(name).path).abi)
    for other in DELEGATES.get(name, ()):
        known = {(entry["type"], entry.get("name")) for entry in found}
        found += [
            entry
            for entry in compile_contract(current().contract(other).path).abi
            if entry["type"] in ("function", "event")
            and (entry["type"], entry["name"]) not in known
        ]
    return tuple(found)


def solidity_interface(name: str, abi: Iterable[AbiEntry]) -> str:
    """A Solidity interface.

    Args:
        name: the contract's; the interface is ``I`` and it.
        abi: its functions; other entries are passed over, and of a function whose name is a word of
            Solidity's there is only a comment.
    """
    structs = _Structs({})
    functions = []
    for entry in abi:
        if entry["type"] != "function":
            continue
        if entry["name"] in _RESERVED:
            functions.append(f"    // {entry['name']} is a word of Solidity's: call by selector.")
            continue
        inputs = [_declared(entry, item, "calldata", structs) for item in entry["inputs"]]
        outputs = [_declared(entry, item, "memory", structs) for item in entry["outputs"]]
        mutability = entry["stateMutability"]
        tail = "" if mutability == "nonpayable" else f" {mutability}"
        if outputs:
            tail += f" returns ({', '.join(outputs)})"
        functions.append(f"    function {entry['name']}({', '.join(inputs)}) external{tail};")
    lines = [
        "// SPDX-License-Identifier: Apache-2.0",
        "// Made by keelmark deployments export from the contract's ABI.",
        "pragma solidity ^0.8.0;",
        "",
        f"interface I{name} {{",
        *structs.lines(),
        *functions,
        "}",
        "",
    ]
    return "\n".join(lines)


class _Structs:
    """Structs of an interface, each under one name."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = dict(names)
        """Name by fields."""
        self.fields: dict[str, str] = {}
        """Fields by name."""

    def name(self, wish: str, fields: list[str]) -> str:
        """The name of a struct with these fields; the wish, or one like it, if it is new."""
        body = " ".join(f"{field};" for field in fields)
        if body not in self.names:
            free, count = wish, 1
            while free in self.fields:
                count += 1
                free = f"{wish}{count}"
            self.names[body] = free
            self.fields[free] = body
        return self.names[body]

    def lines(self) -> list[str]:
        """Their declarations."""
        return [f"    struct {name} {{ {body} }}" for name, body in self.fields.items()]


def _camel(text: str) -> str:
    """A name with its first letter and those after underscores as capitals."""
    return "".join(part[:1].upper() + part[1:] for part in text.split("_"))


def _type(function: str, item: Mapping[str, Any], structs: _Structs) -> str:
    """An argument's type."""
    kind = str(item["type"])
    if not kind.startswith("tuple"):
        return kind
    fields = [
        f"{_type(function, part, structs)} {_word(part['name'] or f'field{place}')}"
        for place, part in enumerate(item["components"])
    ]
    wish = _camel(function) + _camel(item["name"] or "result")
    return structs.name(wish, fields) + kind.removeprefix("tuple")


def _word(name: str) -> str:
    """A name that Solidity takes."""
    return f"{name}_" if name in _RESERVED else name


def _declared(
    entry: Mapping[str, Any], item: Mapping[str, Any], where: str, structs: _Structs
) -> str:
    """An argument or a result."""
    kind = _type(entry["name"], item, structs)
    dynamic = kind.endswith("]") or kind in ("string", "bytes") or item["type"].startswith("tuple")
    return " ".join(part for part in (kind, where if dynamic else "", _word(item["name"])) if part)
