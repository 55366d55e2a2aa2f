"""Vyper sources to artefacts, compiled once per set of sources.

An artefact is what a chain needs (init code), what a caller needs (ABI) and what a checker
needs (runtime code, storage layout). It is compiled without the metadata trailer, so that a
comment does not move a CREATE2 address, and looked for under a hash of every source that takes
part: the compiler's own ``integrity`` misses interfaces that interfaces import, so the sources are
hashed here. An installed package brings the artefacts of its own sources and never runs the
compiler for them; what was compiled here is kept in a cache, which is written by rename and may be
shared by any number of processes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from keelmark.chain.standard_json import rebuild, standard_input
from keelmark.chain.vyper_sources import cache_root, contracts_root, source_set, write_whole

__all__ = [
    "Artefact",
    "cache_root",
    "compile_contract",
    "contracts_root",
    "packaged_text",
    "source_set",
]

AbiEntry = dict[str, Any]
"""One entry of a contract's ABI, as the compiler prints it."""

PACKAGED = Path(__file__).resolve().parents[1] / "artefacts"
"""Where an installed package has its artefacts; a checkout, and an editable install, has none."""

_SETTINGS = "vyper 0.4.3, evm prague, optimise gas, no bytecode metadata"
"""Whatever alters the output beside the sources; part of the cache key."""

_FORMATS = ("abi", "bytecode", "bytecode_runtime", "layout")
_FORMAT_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Artefact:
    """What the compiler makes of one deployable file."""

    name: str
    """The file's name without its suffix, which is the contract's name."""
    abi: tuple[AbiEntry, ...]
    """Functions, events and the constructor."""
    bytecode: bytes
    """Init code, to which the constructor's arguments are appended."""
    runtime: bytes
    """Deployed code, before the immutables that the constructor appends."""
    layout: dict[str, Any]
    """The compiler's storage, transient and code layout."""
    source_hash: str
    """SHA-256 (hex) over the file, all it imports, the compiler's version and the settings."""


def compile_contract(path: str | Path) -> Artefact:
    """Compiles a deployable Vyper file, or takes the result from the package or the cache.

    Args:
        path: the file, absolute, relative to the working folder, or relative to
            ``contracts_root()``.

    Raises:
        FileNotFoundError: there is no such file.
        vyper.exceptions.VyperException: the compiler refuses it.
    """
    source = _find(Path(path))
    return _cached(source, _hash_sources(source_set(source)))


def packaged_text(artefact: Artefact) -> str:
    """The file of an artefact in the package: the compiler's output and the sources' hash."""
    body = {
        "name": artefact.name,
        "sourceHash": artefact.source_hash,
        "settings": _SETTINGS,
        "abi": list(artefact.abi),
        "bytecode": "0x" + artefact.bytecode.hex(),
        "bytecode_runtime": "0x" + artefact.runtime.hex(),
        "layout": artefact.layout,
    }
    return json.dumps(body) + "\n"


def _hash_sources(sources: dict[str, bytes]) -> str:
    """SHA-256 over names and contents, each with its length in front, and the settings."""
    digest = hashlib.sha256(f"{_FORMAT_VERSION}\n{_SETTINGS}\n".encode())
    for name, body in sources.items():
        digest.update(f"{name}\n{len(body)}\n".encode())
        digest.update(body)
    return digest.hexdigest()


def _find(path: Path) -> Path:
    """The file that a path names, with or without its suffix."""
    named = path if path.suffix == ".vy" else path.with_name(path.name + ".vy")
    for candidate in (named, contracts_root() / named):
        if candidate.is_file():
            return candidate.resolve()
    raise FileNotFoundError(f"contract: {path} is no Vyper file here or in {contracts_root()}")


@lru_cache(maxsize=256)
def _cached(source: Path, source_hash: str) -> Artefact:
    """The artefact from the package or the cache, else from the compiler."""
    store = cache_root() / "artefacts" / f"{source.stem}-{source_hash[:40]}.json"
    try:
        return _packaged(source, source_hash) or _read(
            source.stem, source_hash, json.loads(store.read_text("utf-8"))
        )
    except (OSError, ValueError, KeyError, TypeError):
        compiled = _compile(source)
    # A source edited while the compiler ran must not be filed under its old hash.
    if _hash_sources(source_set(source)) == source_hash:
        write_whole(store, compiled)
    return _read(source.stem, source_hash, compiled)


def _packaged(source: Path, source_hash: str) -> Artefact | None:
    """The package's artefact, if it was made from exactly these sources."""
    try:
        data = json.loads((PACKAGED / f"{source.stem}.json").read_text("utf-8"))
        if data["sourceHash"] == source_hash:
            return _read(source.stem, source_hash, data)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def _compile(source: Path) -> dict[str, Any]:
    """Runs the compiler; imported here, for it takes half a second to load.

    What is ours is compiled from its standard JSON input, the one that explorers are sent, so that
    what is deployed is what they rebuild; somebody else's file may import what no path of ours
    leads to.
    """
    try:
        ours = standard_input(source)
    except ValueError:
        ours = None
    if ours is not None:
        return rebuild(ours)
    from vyper.cli.vyper_compile import compile_files

    output = compile_files([str(source)], _FORMATS, no_bytecode_metadata=True)
    (result,) = output.values()
    return {name: result[name] for name in _FORMATS}


def _read(name: str, source_hash: str, data: dict[str, Any]) -> Artefact:
    """An artefact from the compiler's output or its copy in the cache."""
    return Artefact(
        name=name,
        abi=tuple(data["abi"]),
        bytecode=bytes.fromhex(data["bytecode"].removeprefix("0x")),
        runtime=bytes.fromhex(data["bytecode_runtime"].removeprefix("0x")),
        layout=data["layout"],
        source_hash=source_hash,
    )
