"""What is checked about contracts before a row of theirs is believed, and between endpoints."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from eth_utils.crypto import keccak

from keelmark.columns.decoder import Decoded
from keelmark.columns.spec import TableSpec
from keelmark.errors import ChainMismatch, InputError
from keelmark.ingest.node import Node
from keelmark.store.model import Watched

__all__ = ["check_contracts", "check_events", "difference", "runtime_code", "same_rows"]

IMPLEMENTATION_SLOT: Final = int.from_bytes(keccak(text="eip1967.proxy.implementation"), "big") - 1
"""Where a proxy keeps its implementation's address (EIP-1967)."""

_MINIMAL_PROXY: Final = bytes.fromhex("363d3d373d3d3d363d73")
"""Begin of the code of a minimal proxy (EIP-1167); the implementation's address follows."""


async def check_contracts(node: Node, contracts: Sequence[Watched]) -> None:
    """Sees that the code at each address is the code that was written down.

    Raises:
        ChainMismatch: it is not; the sentence names the contract.
    """
    codes = await asyncio.gather(*(node.code(one.address) for one in contracts))
    for one, code in zip(contracts, codes, strict=True):
        found = bytes(keccak(code))
        if not code or found != one.code_hash:
            told = f"code with hash 0x{found.hex()}" if code else "no code"
            raise ChainMismatch(
                f"contract: {one.name} at 0x{one.address.hex()} on {node.name} has {told}, "
                f"expected 0x{one.code_hash.hex()}"
            )


def check_events(code: bytes, tables: Sequence[TableSpec], name: str) -> None:
    """Sees that a contract's code can emit the events that its ABI speaks of.

    Compilers push an event's first topic as a constant, without its leading zeros.

    Raises:
        InputError: an event's topic does not occur in the code.
    """
    for table in tables:
        if table.topic.lstrip(b"\0") not in code:
            raise InputError(
                f"abi: the code of {name} has no event {table.event} of topic "
                f"0x{table.topic.hex()}, expected the ABI of this contract"
            )


async def runtime_code(node: Node, address: bytes) -> tuple[bytes, bytes]:
    """A contract's own code, and with it that of the implementation behind a proxy.

    Returns:
        the code at the address, and the code to look for events in (EIP-1167 and EIP-1967 proxies
        followed one step).
    """
    code = await node.code(address)
    behind = b""
    if code.startswith(_MINIMAL_PROXY):
        behind = await node.code(code[len(_MINIMAL_PROXY) :][:20])
    else:
        latest = await node.block("latest")
        word = await node.word(address, IMPLEMENTATION_SLOT, latest) if latest else None
        if word and any(word[12:]) and not any(word[:12]):
            behind = await node.code(word[12:])
    return code, code + behind


def same_rows(left: Decoded, right: Decoded) -> bool:
    """Whether two answers hold the same rows."""
    return left.tables.keys() == right.tables.keys() and all(
        table.equals(right.tables[name]) for name, table in left.tables.items()
    )


def difference(left: Decoded, right: Decoded) -> int | None:
    """Height of the first block whose rows differ between two answers; None if none does."""
    parted = [
        _first_other(left.tables.get(name), right.tables.get(name))
        for name in {*left.tables, *right.tables}
    ]
    return min((block for block in parted if block is not None), default=None)


def _first_other(left: Any, right: Any) -> int | None:
    """The lowest block at which two tables of one event part."""
    if left is None or right is None:
        there = right if left is None else left
        return int(there["block_number"][0].as_py())
    if left.equals(right):
        return None
    mine, theirs = left.to_pylist(), right.to_pylist()
    for one, other in zip(mine, theirs, strict=False):
        if one != other:
            return int(min(one["block_number"], other["block_number"]))
    longer = mine if len(mine) > len(theirs) else theirs
    return int(longer[min(len(mine), len(theirs))]["block_number"])
