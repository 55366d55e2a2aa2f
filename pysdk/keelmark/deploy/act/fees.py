"""What a transaction offers to pay: at first, and in place of another one.

A transaction with a base fee (EIP-1559) offers twice the next block's base fee and the tip, which
lasts about six full blocks of rising fees. A node takes another transaction in the place of a
waiting one only if it pays a tenth more on both counts; an eighth more is offered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from keelmark.chain.transactions import Fees

__all__ = ["DEAREST", "Price", "first_price", "next_price"]

DEAREST = 4
"""How many times what is right now a replacement offers at most, where no cap is set."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a transaction pays at most, wei a gas."""

    max_fee: int
    """Base fee and tip together, or the whole price on a chain without a base fee."""
    tip: int | None
    """On top of the base fee; None on a chain without one."""

    def fields(self) -> dict[str, Any]:
        """The fields of a transaction that pays this."""
        if self.tip is None:
            return {"gasPrice": self.max_fee}
        return {"type": 2, "maxFeePerGas": self.max_fee, "maxPriorityFeePerGas": self.tip}


def first_price(fees: Fees, cap: int | None) -> Price | None:
    """What is offered now.

    Args:
        fees: the next block's.
        cap: the most that may be paid; None without a limit.

    Returns:
        the price; None if the next block would cost more than the cap.
    """
    if fees.base_fee is None:
        return None if cap is not None and fees.tip > cap else Price(fees.tip, None)
    if cap is not None and fees.base_fee + fees.tip > cap:
        return None
    offered = 2 * fees.base_fee + fees.tip
    return Price(offered if cap is None else min(offered, cap), fees.tip)


def next_price(before: Price, fees: Fees, cap: int | None) -> Price | None:
    """What is offered in the place of a transaction that waits too long.

    Args:
        before: what that one offers.
        fees: the next block's.
        cap: the most that may be paid; None without a limit.

    Returns:
        the price, an eighth more on both counts or what is right now if that is more; None if that
        is above the cap, or above `DEAREST` times what is right now: a transaction that offers that
        much waits for another reason than its price.
    """
    now = first_price(fees, cap)
    if now is None:
        return None
    tip = None if now.tip is None else max(now.tip, _eighth_more(before.tip or 0))
    max_fee = max(now.max_fee, _eighth_more(before.max_fee), (fees.base_fee or 0) + (tip or 0))
    return None if max_fee > (cap or DEAREST * now.max_fee) else Price(max_fee, tip)


def _eighth_more(wei: int) -> int:
    """An eighth more, and always more."""
    return wei * 9 // 8 + 1
