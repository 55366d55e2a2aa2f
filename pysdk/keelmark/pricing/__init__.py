"""Prices of options: the twin of the contracts' pricing modules, and what analytics adds to it.

One file a contract module, pure integer functions, the same result to the last unit: `fixed_point`,
`normal`, `black76`, `implied_volatility`, `binomial`, `risk_array`, `surface`. `analytics` prices
whole chains of options in double precision. Nothing here reads a chain, a clock or a file.
"""

from keelmark.pricing.binomial import american_price
from keelmark.pricing.black76 import Greeks, greeks, price, prices
from keelmark.pricing.implied_volatility import implied_volatility
from keelmark.pricing.normal import cdf
from keelmark.pricing.risk_array import RiskArray, risk_array

__all__ = [
    "Greeks",
    "RiskArray",
    "american_price",
    "cdf",
    "greeks",
    "implied_volatility",
    "price",
    "prices",
    "risk_array",
]
