"""The `keelmark` command: noun, then verb."""

from keelmark.cli.app import main

__all__ = ["main"]
