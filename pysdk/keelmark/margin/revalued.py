"""The market as it would be if anyone refreshed its options now.

An array is a pure function of the board, and whoever judges an account refreshes it first. So the
margin that counts at a moment follows from the board's prices, whether or not someone has written
the arrays down since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from keelmark.errors import InputError
from keelmark.margin.marks import array_stale, is_open_option
from keelmark.margin.options import Valued, refresh
from keelmark.pricing.surface import OptionInputs, Surface
from keelmark.types import Instrument, MarketState, Option

__all__ = ["revalued"]


def revalued(
    market: MarketState, options: Mapping[int, Option], surfaces: Mapping[int, Surface]
) -> MarketState:
    """The market with every stale option valued anew, as far as the board allows.

    Args:
        market: prices, instruments, arrays as they were last computed.
        options: terms of every option.
        surfaces: underlier to its surface, in its present epoch.
    """
    instruments = dict(market.instruments)
    arrays, forwards = dict(market.arrays), dict(market.forwards)
    for number, option in options.items():
        instrument = instruments[number]
        surface = surfaces.get(instrument.feed)
        if surface is None or not is_open_option(instrument) or not array_stale(number, market):
            continue
        try:
            inputs = surface.option_inputs(market.lanes, instrument.time, option.strike, market.now)
            valued = _valued(_unvalued(instrument), option, inputs)
        except InputError:
            continue
        instruments[number], arrays[number] = valued.instrument, valued.array
        forwards[instrument.feed, instrument.time] = inputs.forward
    return replace(market, instruments=instruments, arrays=arrays, forwards=forwards)


def _unvalued(option: Instrument) -> Instrument:
    """An option's instrument without what a refresh writes."""
    return replace(option, mark=0, valid_until=0, worst_long=0, worst_short=0, jumped=False)


@lru_cache(maxsize=256)
def _valued(instrument: Instrument, option: Option, inputs: OptionInputs) -> Valued:
    """A refresh, kept: many accounts hold the same option within an epoch."""
    return refresh(instrument, option, inputs)
