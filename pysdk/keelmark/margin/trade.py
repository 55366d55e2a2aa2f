"""What a trade does to one side: quote, cash and, for retail, the notional at entry.

A position is a size and a quote. Its value is `size * (mark - F) + quote`: the quote is what
was paid for it, with funding taken out, so positions opened at any time compare. A trade of
d units at p books the signed price of what changes hands, once, rounded toward zero. The
other side's is its exact opposite: quotes and cash together are conserved to the wei, by
construction and not by a correction afterwards.

A reduction releases the quote in proportion to the size that goes, so what is realised goes
to cash and the average entry of what remains is kept. A flip closes and opens: the part of
the trade that closes is realised, the rest is the new position's quote.

An option is paid for at once: its premium moves in cash and its quote stays zero. What a retail
client's position was entered at is then the forward of its expiry, not the premium.
"""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.margin.funding import cumulative_funding
from keelmark.regulation import value
from keelmark.types import Action, Instrument, Kind, Position
from keelmark.units import BPS, WAD, div_ceil, div_floor, div_trunc


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
    entry = entry_after(action, size, delta, price, entry_notional)
    if size == 0 or action is Action.INCREASE:
        return TradeEffect(action, after, quote + paid, 0, paid, entry)
    if action is Action.CLOSE:
        return TradeEffect(action, 0, 0, quote + paid, paid, entry)
    if action is Action.REDUCE:
        released = div_trunc(quote * bought, abs(size))
        return TradeEffect(action, after, quote - released, released + paid, paid, entry)
    closing = div_trunc(paid * abs(size), bought)
    return TradeEffect(action, after, paid - closing, quote + closing, paid, entry)


def entry_after(action: Action, size: int, delta: int, price: int, entry_notional: int) -> int:
    """A retail client's notional at entry after a trade, wad.

    Args:
        action: what the trade is.
        size: held before, wad, signed.
        delta: wad, positive when this side buys.
        price: by which notional is measured: of the trade, or an option's forward then; wad.
        entry_notional: before, wad.
    """
    if action is Action.CLOSE:
        return 0
    if action is Action.REDUCE:
        return entry_notional - div_floor(entry_notional * abs(delta), abs(size))
    if action is Action.INCREASE:
        return entry_notional + div_ceil(abs(delta) * price, WAD)
    return div_ceil(abs(size + delta) * price, WAD)


def apply_option_trade(
    size: int, delta: int, premium: int, forward: int, entry_notional: int = 0
) -> TradeEffect:
    """One side of a trade of an option.

    Args:
        size: held before, wad, signed.
        delta: wad, positive when this side buys.
        premium: of one unit, wad.
        forward: reference forward of the option's expiry, wad.
        entry_notional: before, wad.

    Raises:
        ValueError: the trade is of nothing.
    """
    action = classify(size, delta)
    paid = trade_quote(delta, premium, 0)
    entry = entry_after(action, size, delta, forward, entry_notional)
    return TradeEffect(action, size + delta, 0, paid, paid, entry)


def fill(
    instrument: Instrument,
    held: Position,
    delta: int,
    price: int,
    *,
    now: int,
    forward: int = 0,
    entry_notional: int = 0,
) -> TradeEffect:
    """One side of a trade in an instrument of any kind.

    Args:
        instrument: what is traded, not settled.
        held: before.
        delta: wad, positive when this side buys.
        price: of the trade, wad.
        now: Unix seconds.
        forward: an option's reference forward, wad.
        entry_notional: before, wad.

    Raises:
        ValueError: the trade is of nothing.
    """
    if instrument.kind == Kind.OPTION:
        return apply_option_trade(held.size, delta, price, forward, entry_notional)
    funding = cumulative_funding(instrument, now)
    return apply_trade(held.size, held.quote, delta, price, funding, entry_notional)


def price_band(index: int, forward: int | None = None) -> int:
    """How far a trade's price may be from the index, wad.

    Args:
        index: the mark, wad.
        forward: of an option, wad: a premium may be a small part of it, so that a part of the
            forward is the least that the band of an option is wide.
    """
    band = div_floor(index * value("PRICE_BAND_BPS"), BPS)
    if forward is None:
        return band
    return max(band, div_floor(forward * value("OPTION_PRICE_BAND_BPS"), BPS))


def within_band(price: int, index: int, forward: int | None = None) -> bool:
    """Whether a trade's price is within the band around the index; as `price_band`."""
    return abs(price - index) <= price_band(index, forward)


def settle(size: int, quote: int, price: int) -> int:
    """What a settled position pays into cash, wad, rounded down.

    Args:
        size: wad, signed.
        quote: wad, signed.
        price: the settlement price, wad.
    """
    return div_floor(size * price, WAD) + quote
