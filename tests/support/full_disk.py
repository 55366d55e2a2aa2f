"""A disk with little room, and a disk that fails at a chosen moment."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["failing_sync", "small_disk"]


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Callable[[], None]]:
    """A folder on a disk of some bytes; where none can be mounted, no file may be larger.

    Yields:
        what makes room again.
    """
    folder.mkdir()
    mounted = (
        os.getuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder],
            check=False,
            capture_output=True,
        ).returncode
    )
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    if not mounted:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size // 4, before[1]))

    def make_room() -> None:
        if mounted:
            options = f"remount,size={size * 100}"
            subprocess.run(["mount", "-o", options, folder], check=True, capture_output=True)
        else:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    try:
        yield make_room
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        if mounted:
            subprocess.run(["umount", "-l", folder], check=True, capture_output=True)


@contextmanager
def failing_sync(monkeypatch: pytest.MonkeyPatch, at: int) -> Iterator[list[int]]:
    """Makes one call of `os.fsync` fail as on a full disk.

    Args:
        monkeypatch: the test's.
        at: which call, from 0.

    Yields:
        the calls so far, as a list that grows.
    """
    calls: list[int] = []
    real = os.fsync

    def sync(handle: int) -> None:
        calls.append(handle)
        if len(calls) == at + 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", sync)
        yield calls
