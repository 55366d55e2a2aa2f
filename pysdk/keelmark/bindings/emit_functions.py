"""Text of the generated table of functions: what the calldata of each contract may say.

A signature here names the parts of structs as well, so that whoever reads a transaction can tell an
account from an amount: ``match((address house,…) buy,bytes buy_signature,…)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from keelmark.bindings.emit import string_lines
from keelmark.bindings.shapes import VIEWS, Abi

__all__ = ["emit_functions"]


def named_type(field: dict[str, Any]) -> str:
    """An ABI type, tuples written out with the names of their parts."""
    kind: str = field["type"]
    if kind.startswith("tuple"):
        return f"({_named(field['components'])}){kind[5:]}"
    return kind


def _named(fields: Iterable[dict[str, Any]]) -> str:
    """Types and names of some fields."""
    return ",".join(f"{named_type(field)} {field['name']}" for field in fields)


def emit_functions(contracts: Mapping[str, Abi]) -> str:
    """The module that has every function which changes state, by contract.

    Args:
        contracts: ABIs by the contract's name.
    """
    lines = ['"""Generated from the contracts: every function that changes state. Do not edit."""']
    lines += ["", "from collections.abc import Mapping", "from types import MappingProxyType", ""]
    lines += ['__all__ = ["FUNCTIONS"]', ""]
    lines += ["FUNCTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(", "    {"]
    for name, abi in sorted(contracts.items()):
        acts = [
            f"{entry['name']}({_named(entry['inputs'])})"
            for entry in abi
            if entry["type"] == "function" and entry["stateMutability"] not in VIEWS
        ]
        if acts:
            rows = [row for act in sorted(acts) for row in string_lines(act, 12)]
            lines += [f'        "{name}": (', *rows, "        ),"]
    lines += ["    }", ")", '"""Signatures by the name of the contract that answers them."""', ""]
    return "\n".join(lines)
