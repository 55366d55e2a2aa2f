"""Folders that a command writes whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from keelmark.errors import InputError

__all__ = ["check_folder", "replaced_folder", "write_folder"]


def check_folder(out: Path, marker: str) -> None:
    """Refuses a folder whose content is not an earlier run's.

    Args:
        out: where the command is to write.
        marker: file that every run leaves there.

    Raises:
        InputError: it is a file, holds something else, or cannot be written to.
    """
    if out.is_dir() and any(out.iterdir()) and not (out / marker).is_file():
        raise InputError(
            f"out: {out} holds other files, expected a new or empty folder or an earlier report"
        )
    if out.exists() and not out.is_dir():
        raise InputError(f"out: {out} is a file, expected a folder")
    for parent in out.absolute().parents:
        if parent.exists():
            if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
                raise InputError(f"out: {parent} cannot be written to")
            return


@contextmanager
def replaced_folder(out: Path) -> Iterator[Path]:
    """A new folder beside the target; what the block writes there takes the target's place when
    the block ends, and is gone if it fails.

    Args:
        out: the folder; what was there is replaced.

    Raises:
        InputError: it cannot be written; what was there before is left as it was.
    """
    temporary: Path | None = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=out.absolute().parent, prefix=f".{out.name}-"))
        temporary.chmod(0o755)
        yield temporary
        _swap(temporary, out)
    except OSError as error:
        raise InputError(f"out: {out} cannot be written, {error.strerror}") from None
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def write_folder(out: Path, files: Mapping[str, bytes]) -> None:
    """Writes a folder of files, whole or not at all; see `replaced_folder`.

    Args:
        out: the folder; what was there is replaced.
        files: name to content.
    """
    with replaced_folder(out) as folder:
        for name, content in files.items():
            (folder / name).write_bytes(content)


def _swap(temporary: Path, out: Path) -> None:
    """Puts a finished folder in the target's place by renaming."""
    if not out.exists():
        temporary.rename(out)
        return
    old = temporary.with_name(temporary.name + "-old")
    out.rename(old)
    try:
        temporary.rename(out)
    except OSError:
        old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)
