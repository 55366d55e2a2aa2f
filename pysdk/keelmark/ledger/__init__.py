"""The market rebuilt from events alone, and compared with what the contracts hold."""

from keelmark.ledger.fold import Ledger, rebuild
from keelmark.ledger.reconcile import Discrepancy, HouseReads, reconcile
from keelmark.ledger.state import AccountBook, Finding

__all__ = [
    "AccountBook",
    "Discrepancy",
    "Finding",
    "HouseReads",
    "Ledger",
    "rebuild",
    "reconcile",
]
