"""Writes the file of the package's own release: ``python -m keelmark.releases.generate``.

``--check`` compares instead of writing. Other releases' files are left alone. ``--freeze`` writes
the rulebook's init code anew, which gives it another address on every chain: it belongs to a change
of the rules, and to nothing else.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak

from keelmark import __version__
from keelmark.bindings.generate import ROOMS
from keelmark.chain.compiler import Artefact, compile_contract, contracts_root
from keelmark.chain.standard_json import COMPILER_VERSION, EVM_VERSION
from keelmark.errors import InputError
from keelmark.regulation import digest
from keelmark.releases.release import FOLDER, RULEBOOK

__all__ = ["main", "release_text"]

COMPILER = {
    "name": "vyper",
    "version": COMPILER_VERSION,
    "evmVersion": EVM_VERSION,
    "bytecodeMetadata": False,
}

_OPTIMISED = re.compile(r"^# *pragma optimize (\w+)$", re.M)


def release_text(root: Path) -> str:
    """The file of the current release, from the contracts in a folder.

    Raises:
        InputError: two contracts share a name, or an immutable is not one word.
    """
    paths = sorted(path for room in ROOMS for path in (root / room).glob("*.vy"))
    entries = [_entry(root, path) for path in paths]
    names = [entry["name"] for entry in entries]
    if len(names) != len(set(names)):
        raise InputError("contracts: two files share a name, expected each once")
    body = {
        "release": __version__,
        "rulebookDigest": "0x" + digest().hex(),
        "compiler": COMPILER,
        "contracts": entries,
    }
    return json.dumps(body, indent=1) + "\n"


def _entry(root: Path, source: Path) -> dict[str, Any]:
    """A contract's entry."""
    artefact = compile_contract(source)
    said = _OPTIMISED.search(source.read_text("utf-8"))
    return {
        "name": artefact.name,
        "path": source.relative_to(root).as_posix(),
        "optimise": said.group(1) if said else "gas",
        "sourceHash": artefact.source_hash,
        "initCodeHash": "0x" + keccak(artefact.bytecode).hex(),
        "runtimeHash": "0x" + keccak(artefact.runtime).hex(),
        "runtimeLength": len(artefact.runtime),
        "reportChain": any(_has_root(entry) for entry in artefact.abi),
        "immutables": _immutables(artefact),
    }


def _has_root(entry: dict[str, Any]) -> bool:
    """Whether an entry of an ABI is the getter of a report chain's root."""
    return entry["type"] == "function" and entry["name"] == "root" and not entry["inputs"]


def _immutables(artefact: Artefact) -> list[dict[str, Any]]:
    """Name, type and place of each immutable, from the compiler's layout of the code."""
    found: list[dict[str, Any]] = []

    def visit(layout: dict[str, Any]) -> None:
        for name, entry in layout.items():
            if "offset" not in entry:
                visit(entry)
                continue
            if entry["length"] != 32:
                raise InputError(f"{artefact.name}: immutable {name} is not one word")
            interface = Path(entry["type"]).stem if entry["type"].endswith(".vyi") else ""
            kind = "address" if interface else entry["type"]
            found.append(
                {"name": name, "type": kind, "interface": interface, "offset": entry["offset"]}
            )

    visit(artefact.layout.get("code_layout") or {})
    if len({item["name"] for item in found}) != len(found):
        raise InputError(f"{artefact.name}: two immutables share a name, expected each once")
    return sorted(found, key=lambda item: int(item["offset"]))


def main(arguments: list[str] | None = None) -> int:
    """Writes the release, or checks it; 1 if a check finds a difference."""
    parser = argparse.ArgumentParser(prog="keelmark.releases.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("--freeze", action="store_true", help="give the rulebook a new init code")
    options = parser.parse_args(arguments)
    text = release_text(contracts_root())
    path = FOLDER / f"{__version__}.json"
    init_code = compile_contract("rulebook/Rulebook").bytecode.hex() + "\n"
    if options.freeze and not options.check:
        RULEBOOK.write_text(init_code, "ascii")
    if not RULEBOOK.is_file() or RULEBOOK.read_text("ascii") != init_code:
        print(
            f"releases: the rulebook's init code is not the frozen one in {RULEBOOK.name}; "
            "--freeze gives it another address on every chain",
            file=sys.stderr,
        )
        return 1
    if path.is_file() and path.read_text("utf-8") == text:
        return 0
    if options.check:
        print(f"releases: {path.name} is not current; run scripts/build", file=sys.stderr)
        return 1
    path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
