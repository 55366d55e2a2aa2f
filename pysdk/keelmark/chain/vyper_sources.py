"""Vyper sources on disk: where contracts are, what takes part in one, where results are kept."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

__all__ = ["cache_root", "contracts_root", "source_set", "write_whole"]

_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+)?import[ \t]+([\w.]+)", re.M)
_SUFFIXES = (".vy", ".vyi", ".json")


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


def write_whole(store: Path, data: dict[str, Any]) -> None:
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
