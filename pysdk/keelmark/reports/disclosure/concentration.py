"""How much of a market a few hold: shares of the largest, and the Herfindahl index.

Whole numbers throughout. A share is in basis points of the whole. The Herfindahl-Hirschman index is
the sum of squared shares on the usual scale, where one holder of everything is 10,000 and n equal
holders are 10,000 / n. Both are rounded down, once.
"""

from __future__ import annotations

from collections.abc import Iterable

from keelmark.units import BPS

__all__ = ["LARGEST", "herfindahl", "top_share_bps"]

LARGEST = (1, 5, 10)
"""Numbers of largest holders whose share is published. Five and ten are those of CPMI-IOSCO, Public
quantitative disclosure standards for central counterparties (2015)."""


def herfindahl(amounts: Iterable[int]) -> int:
    """The Herfindahl-Hirschman index of what each holds; 0 if nobody holds anything.

    Args:
        amounts: one number a holder, none negative, all in one unit.

    Raises:
        ValueError: an amount is negative.
    """
    held = _checked(amounts)
    whole = sum(held)
    return BPS * sum(amount * amount for amount in held) // (whole * whole) if whole else 0


def top_share_bps(amounts: Iterable[int], count: int) -> int:
    """The share of the largest holders in basis points; 0 if nobody holds anything.

    Args:
        amounts: as for `herfindahl`.
        count: how many of the largest.

    Raises:
        ValueError: an amount is negative.
    """
    held = _checked(amounts)
    whole = sum(held)
    return BPS * sum(sorted(held, reverse=True)[:count]) // whole if whole else 0


def _checked(amounts: Iterable[int]) -> list[int]:
    held = list(amounts)
    if any(amount < 0 for amount in held):
        raise ValueError("a share of a negative amount")
    return held
