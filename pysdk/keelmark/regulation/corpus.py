"""The corpus of rules: every figure that a contract hard-codes, with its source.

The data lies beside this file, one TOML file a theme. A group is one provision: a source, the
place in it, how far the figure is established, and the unit its rules share. Contracts are
generated from here (`keelmark.regulation.generate`), so a figure is written once.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib import resources
from typing import Any

from keelmark.errors import InputError

THEMES = ("schedule", "haircuts", "retail", "clearing", "venue")
"""Data files, in the order in which the generated constants appear."""

UNITS = (
    "bps",
    "ratio",
    "EUR",
    "settlement units",
    "seconds",
    "days",
    "months",
    "years",
    "count",
    "rank",
    "flag",
)
"""Units a rule may have. A rule's position here is its code in the contract's table."""

MAX_UNIT_LENGTH = 16
"""Bound of the unit string that the contract returns."""

MAX_ID_LENGTH = 32
"""A rule's id is one word on chain: ASCII, left-aligned, padded with zero bytes."""

MAX_CITATION_LENGTH = 64
"""Bound of the source string that the contract returns."""


class Status(IntEnum):
    """How far a figure is established. The numbers are those of the contract."""

    READ = 1
    """Read in a copy of the source, or recomputed from it."""
    DERIVED = 2
    """Our own mapping or construction from a source."""
    PRACTICE = 3
    """The venue's own choice; no law sets it."""
    UNCONFIRMED = 4
    """Not confirmed in the source: shown as such, never presented as law."""


@dataclass(frozen=True, slots=True)
class Source:
    """A legal text."""

    key: str
    """Name by which rules refer to it."""
    citation: str
    """Short form, printed and returned by the contract."""
    title: str
    """Full name."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One figure."""

    id: str
    """Upper-case ASCII name, at most 32 characters; the constant's name in Vyper."""
    value: int
    """The figure, a whole number of `unit`."""
    unit: str
    """One of `UNITS`."""
    status: Status
    """How far the figure is established."""
    source: Source
    """The text it comes from."""
    place: str
    """Article, annex or paragraph."""
    description: str
    """What it governs, in one line."""
    theme: str
    """Title of its data file."""

    @property
    def citation(self) -> str:
        """Source and place in one string, as the contract returns it."""
        return f"{self.source.citation} {self.place}"

    @property
    def word(self) -> bytes:
        """The id as the contract's bytes32."""
        return self.id.encode("ascii").ljust(MAX_ID_LENGTH, b"\0")


def _read(name: str) -> dict[str, Any]:
    text = resources.files(__package__).joinpath("data", f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def sources() -> Mapping[str, Source]:
    """Every legal source, by key."""
    return {key: Source(key=key, **fields) for key, fields in _read("sources").items()}


def check_rule(rule: Rule) -> None:
    """Refuse a rule that the contract could not hold.

    Raises:
        InputError: the id, unit, value, description or citation is out of bounds.
    """
    body = rule.id.replace("_", "")
    if not (body.isascii() and body.isalnum() and rule.id == rule.id.upper()):
        raise InputError(f"Rule id {rule.id!r}: expected upper-case ASCII letters and digits.")
    if len(rule.id) > MAX_ID_LENGTH:
        raise InputError(f"Rule id {rule.id}: expected at most {MAX_ID_LENGTH} characters.")
    if rule.unit not in UNITS:
        raise InputError(f"Rule {rule.id}: unit {rule.unit!r} is none of {', '.join(UNITS)}.")
    if not isinstance(rule.value, int) or not 0 <= rule.value < 2**127:
        raise InputError(f"Rule {rule.id}: value {rule.value!r} is not a non-negative integer.")
    if len(rule.citation) > MAX_CITATION_LENGTH or not rule.citation.isascii():
        raise InputError(f"Rule {rule.id}: its citation is longer than {MAX_CITATION_LENGTH}.")
    if not rule.description:
        raise InputError(f"Rule {rule.id}: the description is empty.")


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by id, in the order of the data files.

    Raises:
        InputError: a data file holds a rule that the contract could not hold, or one twice.
    """
    found: dict[str, Rule] = {}
    for name in THEMES:
        document = _read(name)
        for group in document["group"]:
            for rule_id, (value, description) in group["rules"].items():
                if rule_id in found:
                    raise InputError(f"Rule {rule_id} stands twice in the corpus.")
                rule = Rule(
                    id=rule_id,
                    value=value,
                    unit=group["unit"],
                    status=Status[group["status"].upper()],
                    source=sources()[group["source"]],
                    place=group["at"],
                    description=description,
                    theme=document["theme"],
                )
                check_rule(rule)
                found[rule_id] = rule
    return found


def rule(rule_id: str) -> Rule:
    """One rule.

    Raises:
        InputError: the corpus has no rule of that id.
    """
    try:
        return rules()[rule_id]
    except KeyError:
        raise InputError(f"Rule id {rule_id!r}: the rulebook has no such rule.") from None


def value(rule_id: str) -> int:
    """The figure of one rule, in the rule's own unit.

    Raises:
        InputError: the corpus has no rule of that id.
    """
    return rule(rule_id).value
