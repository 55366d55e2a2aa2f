"""Folding of options: their terms, every valuation, exercise, and how accounts are margined.

A valuation is done again from the inputs that it reports: array, mark, worst lanes, delta and
digest must come out the same to the last unit. That those inputs are the board's is compared by
epoch and time here; their prices are in the board's own events.
"""

from __future__ import annotations

from keelmark.events import Event
from keelmark.ledger.folding import Fold
from keelmark.margin.options import exercised, model_digest, payoff, refresh
from keelmark.margin.words import pack_instrument, unpack_instrument, unpack_option
from keelmark.pricing.surface import OptionInputs


def option_listed(ledger: Fold, event: Event) -> None:
    """An option's own terms."""
    ledger.house.options[event.number("instrument")] = unpack_option(event.number("word"))


def risk_array_refreshed(ledger: Fold, event: Event) -> None:
    """A valuation: done again, then taken over."""
    house, number = ledger.house, event.number("instrument")
    after = unpack_instrument(event.number("word"))
    surface, forward = event.number("surface"), event.number("forward")
    inputs = OptionInputs(
        forward=forward,
        volatility=event.number("volatility"),
        valid_until=after.valid_until,
        flags=int(after.jumped),
        epoch=surface & 0xFFFF,
        time=(surface >> 16) & 0xFFFF_FFFF,
    )
    option = house.options[number]
    expected = refresh(house.instruments[number], option, inputs)
    digest = model_digest(after, option, forward, inputs.volatility, surface)
    ledger.check(event, "word", event.number("word"), pack_instrument(expected.instrument))
    ledger.check(event, "lanes", event.number("lanes"), expected.array)
    ledger.check(event, "delta", event.number("delta"), expected.delta)
    reported = int.from_bytes(event.word("model"), "big")
    ledger.check(event, "model", reported, int.from_bytes(digest, "big"))
    if after.feed in house.epochs:
        ledger.check(event, "surface", inputs.epoch, house.epochs[after.feed])
    house.instruments[number] = after
    house.arrays[number] = event.number("lanes")
    house.forwards[after.feed, after.time] = forward


def option_exercised(ledger: Fold, event: Event) -> None:
    """An option's end: from now on its positions are worth what it paid."""
    house, number = ledger.house, event.number("instrument")
    instrument, option = house.instruments[number], house.options[number]
    ledger.check(event, "strike", event.number("strike"), option.strike)
    ledger.check(event, "expiry", event.number("expiry"), instrument.time)
    paid = event.number("payoff")
    ledger.check(event, "payoff", paid, payoff(option, event.number("price")))
    house.instruments[number] = exercised(instrument, paid)


def engine_chosen(ledger: Fold, event: Event) -> None:
    """How an account is margined from now on."""
    account = ledger.account(event.number("account"))
    ledger.check(event, "positions", len(account.positions), 0)
    account.engine = event.number("engine")


def surface_moved(ledger: Fold, event: Event) -> None:
    """A surface of the board began its first epoch, or another."""
    ledger.house.epochs[event.number("underlier")] = event.number("epoch")
