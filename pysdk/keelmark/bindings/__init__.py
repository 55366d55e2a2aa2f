"""Generated from the contracts: typed bindings, one class a contract. Do not edit.

A method of a binding does nothing by itself: it returns an operation, which
`Chain.run` or `AsyncChain.run` runs.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keelmark.bindings.back_office import BackOffice
    from keelmark.bindings.clearing_house import ClearingHouse
    from keelmark.bindings.close_out import CloseOut
    from keelmark.bindings.default_fund import DefaultFund
    from keelmark.bindings.governance_lens import GovernanceLens
    from keelmark.bindings.instrument_desk import InstrumentDesk
    from keelmark.bindings.instrument_registry import InstrumentRegistry
    from keelmark.bindings.loss_desk import LossDesk
    from keelmark.bindings.option_pricer import OptionPricer
    from keelmark.bindings.order_matcher import OrderMatcher
    from keelmark.bindings.party_desk import PartyDesk
    from keelmark.bindings.party_registry import PartyRegistry
    from keelmark.bindings.price_board import PriceBoard
    from keelmark.bindings.rulebook import Rulebook
    from keelmark.bindings.sanctions_list import SanctionsList
    from keelmark.bindings.supervision import Supervision
    from keelmark.bindings.take_over_desk import TakeOverDesk
    from keelmark.bindings.test_token import TestToken

__all__ = [
    "BackOffice",
    "ClearingHouse",
    "CloseOut",
    "DefaultFund",
    "GovernanceLens",
    "InstrumentDesk",
    "InstrumentRegistry",
    "LossDesk",
    "OptionPricer",
    "OrderMatcher",
    "PartyDesk",
    "PartyRegistry",
    "PriceBoard",
    "Rulebook",
    "SanctionsList",
    "Supervision",
    "TakeOverDesk",
    "TestToken",
]

_MODULES = {
    "BackOffice": "back_office",
    "ClearingHouse": "clearing_house",
    "CloseOut": "close_out",
    "DefaultFund": "default_fund",
    "GovernanceLens": "governance_lens",
    "InstrumentDesk": "instrument_desk",
    "InstrumentRegistry": "instrument_registry",
    "LossDesk": "loss_desk",
    "OptionPricer": "option_pricer",
    "OrderMatcher": "order_matcher",
    "PartyDesk": "party_desk",
    "PartyRegistry": "party_registry",
    "PriceBoard": "price_board",
    "Rulebook": "rulebook",
    "SanctionsList": "sanctions_list",
    "Supervision": "supervision",
    "TakeOverDesk": "take_over_desk",
    "TestToken": "test_token",
}


def __getattr__(name: str) -> object:
    """A contract's class, by its name."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
