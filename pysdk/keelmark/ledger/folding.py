"""What every part of a ledger that folds events has to do with: the books, and findings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from keelmark.events import Event
from keelmark.ledger.state import AccountBook, HouseBook


@dataclass(slots=True)
class Fold(ABC):
    """A ledger, as the parts that fold its events see it."""

    house: HouseBook

    @abstractmethod
    def account(self, number: int) -> AccountBook:
        """One account."""

    @abstractmethod
    def check(self, event: Event, name: str, reported: int, expected: int) -> None:
        """Notes a finding if a reported value is not the expected one."""
