"""The public disclosure as values: days, tables, plots and a page, from events and plain numbers.

Nothing here reads a store or writes a file; `keelmark.ledger.days.disclose` folds the market, and
the command does the rest.
"""
