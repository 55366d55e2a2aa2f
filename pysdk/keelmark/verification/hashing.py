"""keccak256 for long folds: two a row, and nothing else takes as long.

The compiled `sha3` of the package safe-pysha3 is used where it is installed (about ten times as
fast), else whatever `eth_hash` has.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from eth_hash.auto import keccak as plain

__all__ = ["keccak", "plain"]


def _fastest() -> Callable[[bytes], bytes]:
    """A function that agrees with `plain`."""
    try:
        compiled: Any = import_module("sha3").keccak_256
    except (ModuleNotFoundError, AttributeError):
        return plain

    def fast(data: bytes) -> bytes:
        found: bytes = compiled(data).digest()
        return found

    agrees = all(fast(bytes(size)) == plain(bytes(size)) for size in (0, 64, 135, 136, 137, 512))
    return fast if agrees else plain


keccak: Final = _fastest()
"""keccak256 of bytes."""
