"""Keelmark: derivatives margin in bytecode, and the market read back from its own ledger."""
