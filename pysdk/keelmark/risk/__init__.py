"""Risk as pure functions: nothing here reads a file, a clock or a chain.

One file a subject: `sa_ccr` (exposure at default), with its trades and figures; `book`,
`sensitivities` and `scenarios` (an account, a party, the house); `history`, `backtest`, `coverage`
and `procyclicality` (the hard-coded thresholds against prices), with words, tables, figures and
page of a backtest.
"""

from keelmark.risk.book import Book, Holding, Linear, Option
from keelmark.risk.sa_ccr import MarginAgreement, NettingSet, exposure
from keelmark.risk.sa_ccr_trade import Trade
from keelmark.risk.scenarios import ladder, margin_scenarios

__all__ = [
    "Book",
    "Holding",
    "Linear",
    "MarginAgreement",
    "NettingSet",
    "Option",
    "Trade",
    "exposure",
    "ladder",
    "margin_scenarios",
]
