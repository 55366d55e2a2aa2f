"""Reports as values: tables, plots and a page, from decoded events and plain numbers.

Nothing here reads a chain or writes a file; whoever calls it does.
"""

from keelmark.reports.page import render
from keelmark.reports.report import Report
from keelmark.reports.table import Column, Table

__all__ = ["Column", "Report", "Table", "render"]
