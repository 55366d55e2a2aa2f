"""Checks that a third party runs against a venue of its own.

They are run by ``pytest --pyargs keelmark.conformance``; the page beside this file says how.

What is named here is loaded when it is first used: pytest loads the plugin beside this file in
every session, whether a venue is checked or not.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keelmark.conformance.adapter import Adapter
    from keelmark.conformance.vocabulary import (
        CASH,
        Account,
        Asset,
        Instrument,
        NotOffered,
        Party,
        Refused,
        Reported,
        ReportKind,
        Restriction,
    )

__all__ = [
    "CASH",
    "Account",
    "Adapter",
    "Asset",
    "Instrument",
    "NotOffered",
    "Party",
    "Refused",
    "Reported",
    "ReportKind",
    "Restriction",
]


def __getattr__(name: str) -> Any:
    """What is named in ``__all__``, from the module in which it is."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = "adapter" if name == "Adapter" else "vocabulary"
    return getattr(import_module(f"{__name__}.{module}"), name)
