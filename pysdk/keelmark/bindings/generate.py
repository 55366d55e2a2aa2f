"""Writes the typed bindings from the contracts: ``python -m keelmark.bindings.generate``.

One module per deployable contract, with a frozen class that has one method per function; the
events in modules of their own, with a class per event. The same sources give the same bytes;
``--check`` compares instead of writing and fails on a difference.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vyper.exceptions import VyperException

from keelmark.bindings.emit import (
    emit_contract,
    emit_event_index,
    emit_events,
    emit_package,
)
from keelmark.bindings.emit_functions import emit_functions
from keelmark.bindings.shapes import Abi, event_signature, snake
from keelmark.bindings.sources import Sources, read_sources
from keelmark.chain.compiler import compile_contract, contracts_root
from keelmark.errors import InputError

__all__ = ["main", "modules"]

ROOMS = ("rulebook", "supervision", "registry", "oracle", "pricing", "margin", "testnet")
"""Folders of the deployable contracts, in the order of the package's index."""

FACADES = {
    "ClearingHouse": ("BackOffice", "LossDesk", "TakeOverDesk", "InstrumentDesk"),
    "PartyRegistry": ("PartyDesk",),
}
"""A contract that passes calls which it does not know on to others, and those others: its binding
has the functions and events of all, at the one address."""


@dataclass(slots=True)
class Contract:
    """One deployable contract, ready to be written."""

    name: str
    abi: Abi
    sources: Sources


def read_contracts(root: Path) -> list[Contract]:
    """Every deployable contract under a folder of contracts, compiled."""
    found: list[Contract] = []
    if not any((root / room).is_dir() for room in ROOMS):
        raise InputError(f"contracts: {root} has none of the folders {', '.join(ROOMS)}")
    for room in ROOMS:
        for path in sorted((root / room).glob("*.vy")):
            abi = list(compile_contract(path).abi)
            found.append(Contract(path.stem, abi, read_sources(path)))
    by_name = {contract.name: contract for contract in found}
    for name, others in FACADES.items():
        if name in by_name:
            for other in others:
                if other in by_name:
                    _merge(by_name[name], by_name[other])
    return found


def _merge(facade: Contract, other: Contract) -> None:
    """Adds to a facade what it passes on."""
    known = {(entry["type"], entry.get("name")) for entry in facade.abi}
    for entry in other.abi:
        if entry["type"] in ("function", "event") and (entry["type"], entry["name"]) not in known:
            facade.abi.append(entry)
    for table in ("structs", "comments", "events", "functions"):
        mine, theirs = getattr(facade.sources, table), getattr(other.sources, table)
        for key, words in theirs.items():
            mine.setdefault(key, words)


def modules(root: Path) -> dict[str, str]:
    """Every generated file: its text by its name."""
    contracts = read_contracts(root)
    owners: dict[str, list[Contract]] = {}
    entries: dict[str, dict[str, Any]] = {}
    for contract in contracts:
        for entry in contract.abi:
            if entry["type"] == "event":
                signature = event_signature(entry)
                owners.setdefault(signature, []).append(contract)
                entries.setdefault(signature, entry)
    groups: dict[str, list[str]] = {}
    parts = {other for others in FACADES.values() for other in others}
    for signature, holders in owners.items():
        homes = [holder for holder in holders if holder.name not in parts] or holders
        home = homes[0].name if len(homes) == 1 else "Shared"
        groups.setdefault(home, []).append(signature)
    written: dict[str, str] = {}
    places: dict[str, str] = {}
    for home, signatures in sorted(groups.items()):
        chosen = [(entries[signature], owners[signature][0].sources) for signature in signatures]
        for name, text, names in emit_events(home, chosen):
            written[f"{name}.py"] = text
            places.update(dict.fromkeys(names, name))
    written["events.py"] = emit_event_index(places)
    for contract in contracts:
        abi = contract.abi
        if contract.name in parts:
            abi = [entry for entry in abi if entry.get("name") in (None, "wiring_hash")]
        for name, text in emit_contract(contract.name, abi, contract.sources):
            written[f"{name}.py"] = text
    written["functions.py"] = emit_functions({c.name: c.abi for c in contracts})
    written["__init__.py"] = emit_package({c.name: snake(c.name) for c in contracts})
    return written


def _differences(folder: Path, written: dict[str, str]) -> Iterable[str]:
    """Names of generated files that are missing, stale or left over."""
    mark = "Generated from the contracts"
    for name, text in sorted(written.items()):
        path = folder / name
        if not path.is_file() or path.read_text("utf-8") != text:
            yield name
    for path in sorted(folder.glob("*.py")):
        if path.name not in written and path.read_text("utf-8").startswith(f'"""{mark}'):
            yield path.name


def main(arguments: list[str] | None = None) -> int:
    """Writes the bindings, or checks them; 1 if a check finds a difference."""
    parser = argparse.ArgumentParser(prog="keelmark.bindings.generate", description=__doc__)
    parser.add_argument("contracts", nargs="?", type=Path, help="folder of the contracts")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    options = parser.parse_args(arguments)
    try:
        written = modules((options.contracts or contracts_root()).resolve())
    except (InputError, VyperException) as error:
        print(f"bindings: not written, {error}", file=sys.stderr)
        return 1
    folder = Path(__file__).resolve().parent
    stale = list(_differences(folder, written))
    if options.check:
        if stale:
            print(f"bindings: out of date: {', '.join(stale)}", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        if name in written:
            (folder / name).write_text(written[name], "utf-8")
        else:
            (folder / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
