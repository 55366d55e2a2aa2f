"""What a trade does to one side: quote, cash and, for retail, the notional at entry.

A position is a size and a quote. Its value is `size * (mark - F) + quote`: the quote is what
was paid for it, with funding taken out, so positions opened at any time compare. A trade of
d units at p books the signed price of what changes hands, once, rounded toward zero. The
other side's is its exact opposite: quotes and cash together are conserved to the wei, by
construction and not by a correction afterwards.

A reduction releases the quote in proportion to the size that goes, so what is realised goes
to cash and the average entry of what remains is kept. A flip closes and opens: the part of
the trade that closes is realised, the rest is the new position's quote.
"""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.types import Action
from keelmark.units import WAD, div_ceil, div_floor, div_trunc


@dataclass(frozen=True, slots=True)
class TradeEffect:
    """One side of a trade, done."""

    action: Action
    """OPEN, INCREASE, REDUCE or CLOSE; a flip counts as opening."""
    size: int
    """After the trade, wad."""
    quote: int
    """After the trade, wad."""
    cash_change: int
    """What the trade adds to the account's cash, wad."""
    quote_paid: int
    """dq: the trade's own quote; the other side's is its opposite."""
    entry_notional: int
    """After the trade, wad; meant for retail accounts."""


def classify(size: int, delta: int) -> Action:
    """What a trade is to the side that holds `size`.

    Raises:
        ValueError: the trade is of nothing.
    """
    if delta == 0:
        raise ValueError("a trade must be of a size other than zero")
    if size == 0:
        return Action.OPEN
    if (size > 0) == (delta > 0):
        return Action.INCREASE
    if abs(delta) < abs(size):
        return Action.REDUCE
    return Action.CLOSE if delta == -size else Action.OPEN


def trade_quote(delta: int, price: int, funding: int) -> int:
    """dq of a trade: minus the signed price of what is bought, funding taken out.

    Args:
        delta: wad, positive when the side buys.
        price: wad.
        funding: F at the time, wad.
    """
    paid = div_trunc(abs(delta) * (price - funding), WAD)
    return -paid if delta > 0 else paid


def apply_trade(
    size: int, quote: int, delta: int, price: int, funding: int, entry_notional: int = 0
) -> TradeEffect:
    """One side of a trade.

    Args:
        size: held before, wad, signed.
        quote: held before, wad, signed.
        delta: wad, positive when this side buys.
        price: of the trade, wad.
        funding: F at the time, wad; 0 for dated instruments.
        entry_notional: before, wad.

    Raises:
        ValueError: the trade is of nothing.
    """
    action = classify(size, delta)
    paid = trade_quote(delta, price, funding)
    after = size + delta
    bought = abs(delta)
    if size == 0 or action is Action.INCREASE:
        entry = entry_notional + div_ceil(bought * price, WAD)
        return TradeEffect(action, after, quote + paid, 0, paid, entry)
    if action is Action.CLOSE:
        return TradeEffect(action, 0, 0, quote + paid, paid, 0)
    if action is Action.REDUCE:
        released = div_trunc(quote * bought, abs(size))
        entry = entry_notional - div_floor(entry_notional * bought, abs(size))
        return TradeEffect(action, after, quote - released, released + paid, paid, entry)
    closing = div_trunc(paid * abs(size), bought)
    entry = div_ceil(abs(after) * price, WAD)
    return TradeEffect(action, after, paid - closing, quote + closing, paid, entry)


def settle(size: int, quote: int, price: int) -> int:
    """What a settled position pays into cash, wad, rounded down.

    Args:
        size: wad, signed.
        quote: wad, signed.
        price: the settlement price, wad.
    """
    return div_floor(size * price, WAD) + quote
