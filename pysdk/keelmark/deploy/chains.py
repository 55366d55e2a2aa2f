"""Chains as data: names, ids, explorers. A user's own file adds to them and overrides them.

The packaged list is `chains.json`. The user's has the same form and is read from
``KEELMARK_CHAINS``, else from ``keelmark/chains.json`` in the user's configuration folder. An
entry with a known name changes the fields that it has and leaves the others: to archive a testnet
is a line, ``{"name": "sepolia", "archived": true, "successor": "…"}``. No list holds a key; the
URL of a node is given by ``--rpc``, ``KEELMARK_RPC_<NAME>`` or the field ``rpc`` of a user's file.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from keelmark.errors import ChainMismatch, InputError

__all__ = [
    "KnownChain",
    "as_name",
    "chain_behind",
    "check_chain_id",
    "endpoint",
    "find_chain",
    "known_chains",
    "user_file",
]

_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


@dataclass(frozen=True, slots=True)
class KnownChain:
    """A chain that has a name."""

    name: str
    """Lower case letters, digits and hyphens."""
    chain_id: int
    title: str = ""
    """For people."""
    coin: str = "ETH"
    """What gas is paid in."""
    testnet: bool = False
    archived: bool = False
    """Whether it is closed, or about to be: nothing new is deployed there."""
    successor: str = ""
    """Name of the chain to use instead; empty if there is none."""
    etherscan: bool = False
    """Whether Etherscan's API V2 has it."""
    sourcify: bool = False
    """Whether Sourcify has it."""
    blockscout: str = ""
    """URL of its Blockscout; empty if there is none."""
    rpc: str = ""
    """URL of a node, from a user's file; empty in the packaged list, but for local ones."""


_FIELDS: Mapping[str, tuple[str, type]] = {
    "name": ("name", str),
    "chainId": ("chain_id", int),
    "title": ("title", str),
    "coin": ("coin", str),
    "testnet": ("testnet", bool),
    "archived": ("archived", bool),
    "successor": ("successor", str),
    "etherscan": ("etherscan", bool),
    "sourcify": ("sourcify", bool),
    "blockscout": ("blockscout", str),
    "rpc": ("rpc", str),
}
"""Fields of an entry: the dataclass's name and the type."""

_WORDS = {str: "a text", int: "an integer", bool: "true or false"}


def user_file() -> Path:
    """Where the user's own chains are, whether there is such a file or not."""
    chosen = os.environ.get("KEELMARK_CHAINS")
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "keelmark" / "chains.json"


def known_chains() -> dict[str, KnownChain]:
    """Every chain by name: the packaged ones, then the user's.

    Raises:
        InputError: a list is malformed; names the entry and the field.
    """
    packaged = files("keelmark.deploy").joinpath("chains.json").read_text("utf-8")
    merged: dict[str, dict[str, Any]] = {}
    _merge(packaged, "the packaged chains", merged)
    own = user_file()
    try:
        text = own.read_text("utf-8")
    except FileNotFoundError:
        if os.environ.get("KEELMARK_CHAINS"):
            raise InputError(f"KEELMARK_CHAINS: there is no file {own}") from None
        text = "[]"
    except (OSError, UnicodeDecodeError):
        raise InputError(f"chains: {own} cannot be read as text") from None
    _merge(text, str(own), merged)
    found: dict[str, KnownChain] = {}
    ids: dict[int, str] = {}
    for name, fields in merged.items():
        if "chain_id" not in fields:
            raise InputError(f"chains: chainId of {name} in {own}, expected one for a new chain")
        chain = KnownChain(**fields)
        if chain.chain_id in ids:
            raise InputError(
                f"chains: chainId {chain.chain_id} of {name} in {own} is {ids[chain.chain_id]}'s"
            )
        ids[chain.chain_id] = name
        found[name] = chain
    for chain in found.values():
        if chain.successor and chain.successor not in found:
            raise InputError(f"chains: successor of {chain.name}, there is no {chain.successor!r}")
    return found


def find_chain(name_or_id: str | int) -> KnownChain | None:
    """A chain by its name or its id; None if it has no entry."""
    known = known_chains()
    if isinstance(name_or_id, str):
        return known.get(name_or_id)
    return next((chain for chain in known.values() if chain.chain_id == name_or_id), None)


def endpoint(chain: str, rpc: str | None = None) -> tuple[KnownChain | None, str]:
    """The node to ask, from what a user named.

    Args:
        chain: a chain's name, or the URL of a node.
        rpc: the URL of a node, where `chain` is a name.

    Returns:
        the chain behind the name (None where a URL was given) and the URL.

    Raises:
        InputError: no such name, an archived chain, or no URL for it.
    """
    if "://" in chain:
        if rpc is not None:
            raise InputError("rpc: expected none beside a URL as the chain")
        return None, chain
    known = known_chains()
    found = known.get(chain)
    if found is None:
        raise InputError(
            f"chain: {as_name(chain)!r} is neither a URL nor a known chain; expected one of "
            f"{', '.join(name for name, one in known.items() if not one.archived)}, "
            f"or an entry in {user_file()}"
        )
    _check_open(found, chain)
    variable = "KEELMARK_RPC_" + chain.upper().replace("-", "_")
    url = rpc or os.environ.get(variable) or found.rpc
    if not url:
        raise InputError(
            f"chain: no node for {chain}; expected --rpc, {variable} or rpc in {user_file()}"
        )
    return found, url


def as_name(text: str) -> str:
    """What a user gave for a chain's name, to be repeated: a URL without its beginning ends where a
    provider's key may be."""
    beginning = re.split("[/@?:]", text, maxsplit=1)[0]
    return text if beginning == text else f"{beginning}…"


def _check_open(chain: KnownChain, named: str) -> None:
    """Refuses an archived chain.

    Raises:
        InputError: says which to use instead.
    """
    if chain.archived:
        instead = f"; use {chain.successor}" if chain.successor else ""
        raise InputError(f"chain: {named} is archived, nothing new is deployed there{instead}")


def chain_behind(named: KnownChain | None, chain_id: int) -> KnownChain | None:
    """The chain that a node is of: that which was named, or the known one with the node's id.

    Args:
        named: the chain behind the name; None if a URL was given.
        chain_id: what the node says.

    Raises:
        ChainMismatch: the node is of another chain than the named one.
        InputError: the chain is archived.
    """
    check_chain_id(named, chain_id)
    found = named or find_chain(chain_id)
    if found is not None:
        _check_open(found, f"{found.chain_id}, {found.name},")
    return found


def check_chain_id(chain: KnownChain | None, chain_id: int) -> None:
    """Refuses a node of another chain than the one that was named.

    Raises:
        ChainMismatch: names both ids.
    """
    if chain is not None and chain.chain_id != chain_id:
        raise ChainMismatch(
            f"chain: {chain.name} has the id {chain.chain_id}, the node says {chain_id}; "
            "nothing was sent"
        )


def _merge(text: str, where: str, merged: dict[str, dict[str, Any]]) -> None:
    """Lays a list over what is there.

    Raises:
        InputError: names the entry and the field.
    """
    try:
        entries = json.loads(text)
    except ValueError:
        raise InputError(f"chains: {where} is no JSON; expected a list of chains") from None
    if not isinstance(entries, list):
        raise InputError(f"chains: {where} is no list; expected a list of chains")
    for place, entry in enumerate(entries):
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            raise InputError(f"chains: name of entry {place} in {where}, expected a text")
        name = entry["name"]
        if not name or not set(name) <= _NAME_CHARACTERS:
            raise InputError(
                f"chains: name {name!r} in {where}, expected lower case letters, digits, hyphens"
            )
        fields = merged.setdefault(name, {})
        for key, value in entry.items():
            if key not in _FIELDS:
                raise InputError(
                    f"chains: {key} of {name} in {where}, expected fields among "
                    f"{', '.join(_FIELDS)}"
                )
            field, kind = _FIELDS[key]
            if type(value) is not kind or (isinstance(value, int) and kind is int and value < 1):
                raise InputError(f"chains: {key} of {name} in {where}, expected {_WORDS[kind]}")
            fields[field] = value
