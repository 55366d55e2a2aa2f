"""The figures of SA-CCR as data: constants and supervisory parameters with place and status.

The data lies in `data/sa_ccr.toml`. Nothing here is a rule of the rulebook: the figures measure
an exposure for a report, and no contract refuses anything by them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from functools import cache
from importlib import resources
from typing import Any

from keelmark.regulation import Status
from keelmark.units import BPS

__all__ = ["ExposureClass", "Figure", "Subclass", "constant", "figures", "parameters"]


class ExposureClass(StrEnum):
    """Asset class of SA-CCR (CRE52.24); add-ons of different classes never offset (CRE52.25)."""

    INTEREST_RATE = auto()
    FOREIGN_EXCHANGE = auto()
    CREDIT = auto()
    EQUITY = auto()
    COMMODITY = auto()
    CRYPTO = auto()
    """Not among the five of CRE52: a class for cryptoassets, one hedging set an asset."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One constant of the method."""

    id: str
    """Upper-case name."""
    value: int
    """The figure, a whole number of `unit`."""
    unit: str
    """`bps` or `days` (business days)."""
    citation: str
    """Text and paragraph."""
    status: Status
    """How far the figure is established."""
    description: str
    """What it governs, in one line."""


@dataclass(frozen=True, slots=True)
class Subclass:
    """Supervisory parameters of one subclass (CRE52.72, Table 2)."""

    id: str
    """Upper-case name, as in `CREDIT_BBB`."""
    exposure_class: ExposureClass
    """Its asset class."""
    factor: float
    """Supervisory factor, a share of effective notional."""
    correlation: float
    """Supervisory correlation; 0 where the class has none."""
    volatility: float
    """Supervisory option volatility, annualised."""
    hedging_set: str
    """The fixed hedging set it belongs to; empty if the underlier names the set."""
    citation: str
    """Text and paragraph."""
    status: Status
    """How far the three figures are established."""


@cache
def _document() -> dict[str, Any]:
    place = resources.files("keelmark.risk").joinpath("data", "sa_ccr.toml")
    return tomllib.loads(place.read_text("utf-8"))


@cache
def figures() -> Mapping[str, Figure]:
    """Every constant of the method, by id."""
    document = _document()
    return {
        name: Figure(
            id=name,
            value=number,
            unit=group["unit"],
            citation=f"{document['citation']} {group['at']}",
            status=Status[group["status"].upper()],
            description=description,
        )
        for group in document["constants"]
        for name, (number, description) in group["figures"].items()
    }


@cache
def parameters() -> Mapping[str, Subclass]:
    """Every subclass of Table 2, and the one for cryptoassets, by id."""
    document = _document()
    return {
        name: Subclass(
            id=name,
            exposure_class=ExposureClass(group_name),
            factor=row[0] / BPS,
            correlation=row[1] / BPS,
            volatility=row[2] / BPS,
            hedging_set=row[3] if len(row) > 3 else "",
            citation=f"{document['citation']} {group['at']}",
            status=Status[group["status"].upper()],
        )
        for group in document["subclasses"]
        for group_name, lines in group.items()
        if isinstance(lines, dict)
        for name, row in lines.items()
    }


def constant(name: str) -> float:
    """A constant as a plain number: basis points as a share, days as days."""
    found = figures()[name]
    return found.value / BPS if found.unit == "bps" else float(found.value)
