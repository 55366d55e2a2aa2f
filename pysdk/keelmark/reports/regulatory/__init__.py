"""Regulatory reports as values: trades, valuations, margins, liquidations, and their corrections.

Nothing here reads a store or writes a file.
"""

from keelmark.reports.regulatory.document import Head
from keelmark.reports.regulatory.life import LifeCycle, Reported
from keelmark.reports.regulatory.period import Period, Scope
from keelmark.reports.regulatory.registers import Registers
from keelmark.reports.regulatory.terms import Venue

__all__ = ["Head", "LifeCycle", "Period", "Registers", "Reported", "Scope", "Venue"]
