"""Risk as pure functions: nothing here reads a file, a clock or a chain.

One file a subject: `sa_ccr` (exposure at default, its trades and its figures), `coverage`
(Kupiec's and Christoffersen's tests), `backtest` (the hard-coded thresholds against a price
history), `procyclicality` (how fast a margin rises), `figures` (their plot).
"""
