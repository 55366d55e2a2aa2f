"""Which contract each address in the kit's code must be, and which values must be one.

The house and the four that it delegates to carry the same connections; a house whose parts
disagree is two houses in one storage. The constructors check that, but an audit cannot take it
from the code: whoever writes deployed code without running our constructor can put any value
behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["DELEGATES", "LINKS", "SHARED_VALUES", "WIRED"]

_HOUSE: Final[Mapping[str, str]] = {
    "PARTIES": "PartyRegistry",
    "INSTRUMENTS": "InstrumentRegistry",
    "BOARD": "PriceBoard",
    "FUND": "DefaultFund",
    "MATCHER": "OrderMatcher",
    "CLOSE_OUT": "CloseOut",
}

_PARTY: Final[Mapping[str, str]] = {"SUPERVISION": "Supervision", "SANCTIONS": "SanctionsList"}

LINKS: Final[Mapping[str, Mapping[str, str]]] = {
    "ClearingHouse": {**_HOUSE, "BACK_OFFICE": "BackOffice", "INSTRUMENT_DESK": "InstrumentDesk"},
    "BackOffice": {**_HOUSE, "LOSS_DESK": "LossDesk"},
    "LossDesk": {**_HOUSE, "TAKE_OVER_DESK": "TakeOverDesk"},
    "TakeOverDesk": _HOUSE,
    "InstrumentDesk": _HOUSE,
    "PartyRegistry": {**_PARTY, "PARTY_DESK": "PartyDesk"},
    "PartyDesk": _PARTY,
    "GovernanceLens": {
        "RULEBOOK": "Rulebook",
        "HOUSE": "ClearingHouse",
        "INSTRUMENTS": "InstrumentRegistry",
        "PARTIES": "PartyRegistry",
        "BOARD": "PriceBoard",
        **_PARTY,
    },
}
"""Immutables that are contracts of the kit: the contract's name by the immutable's, by contract."""

DELEGATES: Final[Mapping[str, tuple[str, ...]]] = {
    "ClearingHouse": ("BackOffice", "LossDesk", "TakeOverDesk", "InstrumentDesk"),
    "PartyRegistry": ("PartyDesk",),
}
"""Whose code answers at a contract's address beside its own."""

WIRED: Final = ("ClearingHouse", "BackOffice", "LossDesk", "TakeOverDesk", "InstrumentDesk")
"""The house and those that it delegates to."""

SHARED_VALUES: Final = ("TOKEN", "TOKEN_SCALE", "TOKEN_FEED", "REGIME", "LEI")
"""What else these must agree on."""
