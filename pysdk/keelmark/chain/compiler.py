"""Vyper sources to artefacts, compiled once per set of sources.

An artefact is what a chain needs (init code), what a caller needs (ABI) and what a checker
needs (runtime code, storage layout). It is compiled without the metadata trailer, so that a
comment does not move a CREATE2 address, and cached under a hash of every source that takes part:
the compiler's own ``integrity`` misses interfaces that interfaces import, so the sources are
hashed here. The cache is written by rename and may be shared by any number of processes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

__all__ = ["Artefact", "cache_root", "compile_contract", "contracts_root", "source_set"]

AbiEntry = dict[str, Any]
"""One entry of a contract's ABI, as the compiler prints it."""

_SETTINGS = "vyper 0.4.3, evm prague, optimise gas, no bytecode metadata"
"""Whatever alters the output beside the sources; part of the cache key."""

_FORMATS = ("abi", "bytecode", "bytecode_runtime", "layout")
_FORMAT_VERSION = "1"
_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+)?import[ \t]+([\w.]+)", re.M)
_SUFFIXES = (".vy", ".vyi", ".json")


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


def contracts_root() -> Path:
    """The folder that holds the contracts: the repository's own, else the installed copy.

    Raises:
        FileNotFoundError: neither is there.
    """
    here = Path(__file__).resolve()
    for candidate in (here.parents[3] / "contracts", here.parents[1] / "contracts"):
        if (candidate / "modules").is_dir():
            return candidate
    raise FileNotFoundError("contracts: no contracts folder beside the package or inside it")


def cache_root() -> Path:
    """Where artefacts are kept: ``KEELMARK_CACHE``, else the repository's or the user's cache."""
    chosen = os.environ.get("KEELMARK_CACHE")
    if chosen:
        return Path(chosen)
    repository = Path(__file__).resolve().parents[3]
    if (repository / "contracts" / "modules").is_dir() and os.access(repository, os.W_OK):
        return repository / ".cache" / "keelmark"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "keelmark"


def _imports(path: Path, text: str) -> list[Path]:
    """Files that a source imports: relative ones beside it, absolute ones beside it, in the
    working folder or on `sys.path`, where the compiler looks too. What is found nowhere is the
    compiler's own and follows from its version."""
    found: list[Path] = []
    for dots, package, name in _IMPORT.findall(text):
        base = path.parent
        for _ in range(max(0, len(dots) - 1)):
            base = base.parent
        bases = [base] if dots else [base, Path.cwd(), *(Path(entry) for entry in sys.path)]
        parts = [part for part in f"{package}.{name}".split(".") if part]
        for folder in bases:
            candidates = [folder.joinpath(*parts).with_suffix(suffix) for suffix in _SUFFIXES]
            here = [candidate.resolve() for candidate in candidates if candidate.is_file()]
            if here:
                found.extend(here)
                break
    return found


def source_set(path: Path) -> dict[str, bytes]:
    """A file and everything it imports, transitively.

    Args:
        path: a Vyper file.

    Returns:
        contents by path relative to the folder of ``path``, sorted by that path.
    """
    start = path.resolve()
    waiting = [start]
    seen: dict[Path, bytes] = {}
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        content = current.read_bytes()
        seen[current] = content
        if current.suffix != ".json":
            waiting.extend(_imports(current, content.decode("utf-8")))
    relative = {os.path.relpath(item, start.parent): body for item, body in seen.items()}
    return dict(sorted(relative.items()))


def _hash_sources(sources: dict[str, bytes]) -> str:
    """SHA-256 over names and contents, each with its length in front, and the settings."""
    digest = hashlib.sha256(f"{_FORMAT_VERSION}\n{_SETTINGS}\n".encode())
    for name, body in sources.items():
        digest.update(f"{name}\n{len(body)}\n".encode())
        digest.update(body)
    return digest.hexdigest()


def compile_contract(path: str | Path) -> Artefact:
    """Compiles a deployable Vyper file, or takes the result from the cache.

    Args:
        path: the file, absolute, relative to the working folder, or relative to
            ``contracts_root()``.

    Raises:
        FileNotFoundError: there is no such file.
        vyper.exceptions.VyperException: the compiler refuses it.
    """
    source = _find(Path(path))
    return _cached(source, _hash_sources(source_set(source)))


def _find(path: Path) -> Path:
    """The file that a path names, with or without its suffix."""
    named = path if path.suffix == ".vy" else path.with_name(path.name + ".vy")
    for candidate in (named, contracts_root() / named):
        if candidate.is_file():
            return candidate.resolve()
    raise FileNotFoundError(f"contract: {path} is no Vyper file here or in {contracts_root()}")


@lru_cache(maxsize=256)
def _cached(source: Path, source_hash: str) -> Artefact:
    """The artefact from disk, else from the compiler."""
    store = cache_root() / "artefacts" / f"{source.stem}-{source_hash[:40]}.json"
    try:
        return _read(source.stem, source_hash, json.loads(store.read_text("utf-8")))
    except (OSError, ValueError, KeyError):
        compiled = _compile(source)
    # A source edited while the compiler ran must not be filed under its old hash.
    if _hash_sources(source_set(source)) == source_hash:
        _write(store, compiled)
    return _read(source.stem, source_hash, compiled)


def _compile(source: Path) -> dict[str, Any]:
    """Runs the compiler; imported here, for it takes half a second to load."""
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


def _write(store: Path, data: dict[str, Any]) -> None:
    """Writes by rename: a reader sees the whole file or none. A cache that cannot be written
    costs time and nothing else."""
    try:
        store.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=store.parent, prefix=f".{store.stem}-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(data, file)
        Path(temporary).replace(store)
    except OSError:
        return
