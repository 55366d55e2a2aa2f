"""Puts the contracts into the wheel: sources as ``keelmark/contracts``, what the compiler makes of
them as ``keelmark/artefacts``.

Whoever installs the wheel never waits for the compiler. An editable install leaves both out: a copy
made once would go stale, and the SDK finds the repository's own folder instead, with a cache of
what was compiled from it.
"""

import sys
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_SUFFIXES = {".vy", ".vyi", ".sol", ".md"}


class ContractsHook(BuildHookInterface):
    """Adds every source and every artefact to a normal wheel."""

    _made: str | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it builds a wheel.

        Args:
            version: "standard" for a normal wheel, "editable" for an editable one.
            build_data: hatchling's own; ``force_include`` maps files to places in the wheel.
        """
        if version == "editable":
            return
        contracts = Path(self.root) / "contracts"
        for path in sorted(contracts.rglob("*")):
            if path.is_file() and path.suffix in _SUFFIXES:
                place = path.relative_to(contracts).as_posix()
                build_data["force_include"][str(path)] = f"keelmark/contracts/{place}"
        self._made = mkdtemp(prefix="keelmark-artefacts-")
        for path in _artefacts(Path(self.root), Path(self._made)):
            build_data["force_include"][str(path)] = f"keelmark/artefacts/{path.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Called by hatchling after it; takes away what was made for the wheel."""
        del version, build_data, artifact_path
        if self._made is not None:
            rmtree(self._made, ignore_errors=True)


def _artefacts(root: Path, folder: Path) -> list[Path]:
    """Compiles every deployable contract and writes its artefact.

    The SDK's own compiler does it, from the tree that is built and not from an installed one; it
    needs vyper and nothing else that the SDK depends on.
    """
    sys.path.insert(0, str(root / "pysdk"))
    from keelmark.chain.compiler import compile_contract, contracts_root, packaged_text

    if contracts_root() != root.resolve() / "contracts":
        raise RuntimeError(f"contracts: compiled from {contracts_root()}, expected those of {root}")
    written = []
    for source in sorted(contracts_root().glob("*/[A-Z]*.vy")):
        path = folder / f"{source.stem}.json"
        if path.exists():
            raise RuntimeError(f"contracts: two files are named {source.name}")
        path.write_text(packaged_text(compile_contract(source)), "utf-8")
        written.append(path)
    return written
