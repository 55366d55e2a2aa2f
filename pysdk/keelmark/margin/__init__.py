"""Margin arithmetic as pure integer functions: the twin of what the contracts compute.

One file a subject: `schedule` (requirement and floors), `collateral`, `account` (the check),
`trade`, `funding`, `liquidation`, `losses`, `procyclicality`, `words` (packing), `portfolio`
(a check spelled out with its rules). Nothing here reads a chain, a clock or a file.
"""

from keelmark.margin.account import check_account, withdrawable
from keelmark.margin.portfolio import Portfolio, PortfolioCheck, check
from keelmark.margin.trade import TradeEffect, apply_trade

__all__ = [
    "Portfolio",
    "PortfolioCheck",
    "TradeEffect",
    "apply_trade",
    "check",
    "check_account",
    "withdrawable",
]
