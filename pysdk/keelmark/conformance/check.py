"""What a check is, the list of all of them, and what comes of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING

from keelmark.errors import KeelmarkError
from keelmark.regulation import Rule, rule

if TYPE_CHECKING:
    from keelmark.conformance.desk import Desk

__all__ = ["Check", "Result", "Status", "Violation", "all_checks", "check"]

GROUPS = (
    "retail",
    "margin",
    "collateral",
    "withdrawals",
    "prices",
    "parties",
    "liquidation",
    "losses",
    "reporting",
    "governance",
)
"""Modules of `keelmark.conformance.checks`, in the order of the report."""


class Violation(KeelmarkError, AssertionError):
    """The venue did what the rule forbids, or did not what it demands; its text is what was
    seen."""


class Status(StrEnum):
    """What came of a check."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"
    """The venue has no such thing; the reason says what."""
    NOT_RUN = "not run"
    """Time or money would have to be made, and the chain is not ours."""
    ADAPTER_WRONG = "adapter wrong"
    """The adapter broke its promise; nothing follows about the venue."""


@dataclass(frozen=True, slots=True)
class Check:
    """One statement about a venue that can be tried out."""

    id: str
    """``group.name``."""
    title: str
    """What must hold, one sentence."""
    rules: tuple[str, ...]
    """Ids of rules of `keelmark.regulation`: the figures, with source and status."""
    basis: str
    """Where it comes from beyond a figure; empty if the rules say it all."""
    run: Callable[[Desk], None]
    """Raises `Violation`, or returns."""

    @property
    def sources(self) -> tuple[Rule, ...]:
        """Its rules, with value, unit, source and status."""
        return tuple(rule(name) for name in self.rules)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a check at one venue."""

    check: Check
    status: Status
    done: tuple[str, ...]
    """What was done, a sentence each."""
    seen: str
    """What was seen: of a failure the breach, of an omission the reason."""


_FOUND: dict[str, Check] = {}


def check(
    identifier: str, *, rules: tuple[str, ...] = (), basis: str = ""
) -> Callable[[Callable[[Desk], None]], Callable[[Desk], None]]:
    """Registers a function as a check; the first line of its docstring is the title."""

    def registered(function: Callable[[Desk], None]) -> Callable[[Desk], None]:
        title = " ".join((function.__doc__ or "").partition("\n\n")[0].split()).rstrip(".")
        assert identifier not in _FOUND, identifier
        assert title, identifier
        assert rules or basis, identifier
        for name in rules:
            rule(name)
        _FOUND[identifier] = Check(identifier, title, rules, basis, function)
        return function

    return registered


def all_checks() -> Mapping[str, Check]:
    """Every check by id, in the order of the report."""
    for group in GROUPS:
        import_module(f"keelmark.conformance.checks.{group}")
    order = {name: place for place, name in enumerate(GROUPS)}
    ids = sorted(_FOUND, key=lambda name: order[name.partition(".")[0]])
    return {name: _FOUND[name] for name in ids}
