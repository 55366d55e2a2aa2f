"""Prices of options as pure integer functions: the twin of the contracts' pricing modules.

One file a module, the same result to the last unit: `fixed_point`, `normal`, `black76`. Nothing
here reads a chain, a clock or a file.
"""

from keelmark.pricing.black76 import Greeks, greeks, price, prices
from keelmark.pricing.normal import cdf

__all__ = ["Greeks", "cdf", "greeks", "price", "prices"]
