"""How a deployment is carried out, what it says meanwhile, and how it stops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from math import inf
from typing import Literal, TypeAlias

from keelmark.errors import InputError, KeelmarkError

__all__ = [
    "DeploymentStopped",
    "Notice",
    "Progress",
    "Settings",
    "Teller",
    "ether",
    "gwei",
]


class DeploymentStopped(KeelmarkError, RuntimeError):
    """A deployment cannot go on by itself. What was made stays, and running again goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a deployment is carried out.

    Raises:
        InputError: a value is out of its range; names the field.
    """

    max_fee: int | None = None
    """Wei a gas that are paid at most, base fee and tip together; above it the deployment waits.
    Without it there is no limit."""
    confirmations: int = 1
    """Blocks that must hold a contract, the one that created it included, before it counts."""
    poll_seconds: float = 2.0
    """Pause between two looks at the chain."""
    stuck_seconds: float = 90.0
    """How long a transaction waits before it is replaced by one that pays more."""
    patience_seconds: float = 1800.0
    """How long nothing may move before the deployment stops and leaves it to the next run."""
    gas_margin_percent: int = 125
    """Gas limit of a transaction, of what the chain estimates."""
    retries: int = 5
    """How often a node that does not answer is asked again."""

    def __post_init__(self) -> None:
        least = {
            "max_fee": 1,
            "confirmations": 1,
            "poll_seconds": 0,
            "stuck_seconds": 0,
            "patience_seconds": 0,
            "gas_margin_percent": 100,
            "retries": 0,
        }
        for name, bound in least.items():
            value = getattr(self, name)
            if value is None:
                continue
            if not value >= bound:  # what is no number is not either
                raise InputError(f"{name}: {value} is too little, expected {bound} or more")
            if value == inf:
                raise InputError(f"{name}: {value} is too much, expected a number")


Kind: TypeAlias = Literal["there", "sent", "replaced", "sent again", "made", "gone", "waiting"]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a human may want to know while it happens."""

    kind: Kind
    name: str
    """The contract it is about; empty if about none."""
    text: str
    """One line."""


Progress: TypeAlias = Callable[[Notice], None]
"""Told what happens."""


class Teller:
    """Tells what happens; what goes on unchanged is told once."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._last: tuple[str, str, str] | None = None

    def tell(self, kind: Kind, name: str, text: str, topic: str | None = None) -> None:
        """Tells it, unless it was the last thing told.

        Args:
            kind: what happened.
            name: the contract.
            text: one line.
            topic: what makes it the same as the last, where the text holds figures that move.
        """
        said = (kind, name, text if topic is None else topic)
        if said != self._last and self._progress is not None:
            self._progress(Notice(kind, name, text))
        self._last = said


def gwei(wei: int) -> str:
    """Wei a gas, for a human."""
    return f"{Decimal(wei) / 10**9:f} gwei"


def ether(wei: int) -> str:
    """A sum, for a human, to the last wei."""
    whole, rest = divmod(wei, 10**18)
    return f"{whole}.{rest:018}".rstrip("0").rstrip(".") + " ether"
