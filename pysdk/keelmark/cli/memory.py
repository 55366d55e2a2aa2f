"""A process that stays small: what it lets go of is given back, not kept for later.

A reader takes and lets go of buffers of megabytes all the time, in several threads. By default the
C library keeps them in a heap a thread and learns to keep ever larger ones, and Arrow keeps a pool
of its own: fifty megabytes that nobody uses, at no gain in speed.
"""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from typing import Final

__all__ = ["stay_small"]

# Of mallopt(3), in glibc; another C library has its own ways, and is left alone.
_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8

_LARGE: Final = 2**20
"""Bytes; a buffer of this size is a mapping of its own, which goes back when it is let go of."""


def stay_small() -> None:
    """Sees that memory goes back to the system: before Arrow is loaded and threads begin."""
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        for name, value in ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, _LARGE), (_TRIM_THRESHOLD, _LARGE)):
            mallopt(name, value)
