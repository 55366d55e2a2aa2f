"""Options of the house: how one is valued from the board, and what it pays.

European and settled in cash. One unit's premium, its delta and its sixteen scenario results come
from one computation (`keelmark.pricing.risk_array`), a pure function of the instrument and of what
the board says within one of its epochs: forward, volatility, and the epoch's time, from which the
time to expiry counts. The digest names the convention and every input, so that whoever reads a
valuation knows what it is of.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from eth_utils.crypto import keccak

from keelmark.margin.words import pack_instrument, pack_option
from keelmark.pricing.risk_array import risk_array
from keelmark.pricing.surface import OptionInputs
from keelmark.types import Instrument, Option

CONVENTION = bytes(keccak(text="Black-76, ACT/365 seconds, undiscounted"))
"""Formula and conventions, as a model digest names them."""


@dataclass(frozen=True, slots=True)
class Valued:
    """An option as a refresh leaves it."""

    instrument: Instrument
    """With its mark, how long that holds, and the worst lanes."""
    array: int
    """Array word, epoch included."""
    delta: int
    """Forward delta of one unit long, wad."""


def refresh(instrument: Instrument, option: Option, inputs: OptionInputs) -> Valued:
    """An option valued anew.

    Args:
        instrument: its word's record; not settled.
        option: its own terms.
        inputs: what the board values it by.

    Raises:
        InputError: an input is outside the pricing's domain.
    """
    found = risk_array(
        option.call,
        inputs.forward,
        option.strike,
        instrument.time - inputs.time,
        inputs.volatility,
        instrument.scan_bps,
    )
    valued = replace(
        instrument,
        mark=found.price,
        valid_until=inputs.valid_until,
        worst_long=found.worst_long,
        worst_short=found.worst_short,
        jumped=bool(inputs.flags & 1),
    )
    return Valued(valued, found.lanes | inputs.epoch, found.delta)


def model_digest(
    instrument: Instrument, option: Option, forward: int, volatility: int, surface: int
) -> bytes:
    """The digest of a valuation's convention and inputs (CDE 2.28 mark-to-model).

    Args:
        instrument: after the refresh.
        option: its own terms.
        forward: wad.
        volatility: wad a year.
        surface: the board's surface word.
    """
    inputs = (pack_instrument(instrument), pack_option(option), forward, volatility, surface)
    return bytes(keccak(CONVENTION + b"".join(one.to_bytes(32, "big") for one in inputs)))


def payoff(option: Option, price: int) -> int:
    """What one unit pays at a settlement price (wad): its intrinsic value, never below zero."""
    gain = price - option.strike if option.call else option.strike - price
    return max(gain, 0)


def exercised(instrument: Instrument, paid: int) -> Instrument:
    """An option's instrument after exercise: settled, worth what one unit paid (wad)."""
    return replace(
        instrument,
        settled=True,
        funding_index=paid,
        mark=0,
        valid_until=0,
        worst_long=0,
        worst_short=0,
        jumped=False,
    )
