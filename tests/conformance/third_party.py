"""What a third party would write: adapters in files of its own, good and bad.

Written into a folder as a module, and run by pytest in a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["MODULE", "run"]

MODULE = '''
from keelmark.conformance import Adapter, NotOffered, Refused
from keelmark.conformance.adapters.example import ExampleAdapter
from keelmark.errors import Reverted


class Mine(ExampleAdapter):
    """Good: the venue as it is."""


class Half(Adapter):
    """Leaves most verbs out."""

    def instruments(self):
        return []


class Deaf(ExampleAdapter):
    """Tells the venue no price."""

    def set_price(self, price, instrument):
        pass


class Silent(ExampleAdapter):
    """Swallows refusals."""

    def trade(self, *arguments):
        try:
            super().trade(*arguments)
        except Reverted:
            pass


class Poor(ExampleAdapter):
    """Gives nothing."""

    def give(self, party, amount, asset="cash"):
        pass


class Wordy(ExampleAdapter):
    """Answers a text where a number is due."""

    def position(self, party, instrument):
        return str(super().position(party, instrument))


class Clumsy(ExampleAdapter):
    """Falls over."""

    def account(self, party):
        return {}["account"]


class Blind(ExampleAdapter):
    """Reads no event."""

    def reported(self, first_block):
        return []


class Empty(ExampleAdapter):
    """Trades nothing."""

    def instruments(self):
        return []
'''


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``pytest --pyargs keelmark.conformance`` from a folder that has nothing to do with ours."""
    (folder / "my_venue.py").write_text(MODULE, "utf-8")
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "--pyargs",
            "keelmark.conformance",
            "-q",
            "-p",
            "no:cacheprovider",
            *arguments,
        ],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
