"""One terminal for every command."""

import sys

from rich.console import Console

PIPED_WIDTH = 180
"""Columns of a table that goes to a file or a pipe, where nothing wraps."""


def printable(text: str) -> str:
    """A stranger's text (a file's, a node's) as a terminal may show it."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def console() -> Console:
    """Standard output: as wide as the terminal, or wide enough for a table if there is none."""
    return Console(width=None if sys.stdout.isatty() else PIPED_WIDTH)
