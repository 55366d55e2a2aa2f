"""The three anti-procyclicality tools, of which a clearing house employs at least one.

Article 28(1) of Delegated Regulation (EU) 153/2013. Margins that follow volatility fall in
calm markets and jump in stress, when money is scarcest; each tool holds them up beforehand.
The scan ranges of the cleared regimes include the buffer of (a); (b) and (c) are here for
whoever derives a range of their own.
"""

from __future__ import annotations

from keelmark.regulation import value
from keelmark.units import BPS, div_ceil


def buffered(calculated: int) -> int:
    """(a): the calculated margin plus the buffer, rounded up."""
    return div_ceil(calculated * (BPS + value("APC_BUFFER_BPS")), BPS)


def released(calculated: int, charged: int) -> int:
    """(a): the least that may be charged while the buffer is drawn down.

    The buffer may be exhausted temporarily; the calculated margin may not be undercut.
    """
    return max(calculated, min(charged, buffered(calculated)))


def stress_weighted(current: int, stressed: int) -> int:
    """(b): the stressed figure's weight blended in linearly, rounded up."""
    weight = value("APC_STRESS_WEIGHT_BPS")
    return div_ceil(current * (BPS - weight) + stressed * weight, BPS)


def floored(current: int, ten_year: int) -> int:
    """(c): not below what ten years of volatility ask."""
    return max(current, ten_year)
