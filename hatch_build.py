"""Puts the contracts into the wheel as ``keelmark/contracts``.

An editable install leaves them out: a copy made once would go stale, and the SDK finds the
repository's own folder instead.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_SUFFIXES = {".vy", ".vyi", ".md"}


class ContractsHook(BuildHookInterface):
    """Adds every Vyper source to a normal wheel."""

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
