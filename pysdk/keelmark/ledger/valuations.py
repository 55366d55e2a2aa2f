"""Whether options were valued by the board's own prices.

The ledger does each valuation again from the inputs that it reports. Here those inputs are held to
the board: its prices and the epoch of its surface at that moment, as its own events tell them, and
the interpolation between them. So nobody need trust that a forward or a volatility in a report of
the house is the one that was on the board.
"""

from __future__ import annotations

from collections.abc import Iterable

from keelmark.events import Event
from keelmark.ledger.board import BoardBook
from keelmark.ledger.state import Finding
from keelmark.margin.words import unpack_instrument, unpack_option, unpack_price_lane
from keelmark.pricing.surface import OptionInputs, SurfaceError

__all__ = ["unfounded"]


def unfounded(events: Iterable[Event], board_address: str = "") -> list[Finding]:
    """What valuations say of the board that the board does not.

    Args:
        events: of the house and its price board, in chain order, with block times.
        board_address: checksummed; empty for any.

    Raises:
        KeyError: an option is valued that was never listed.
    """
    board, strikes = BoardBook(), dict[int, int]()
    found: list[Finding] = []
    for event in events:
        if event.name == "OptionListed":
            strikes[event.number("instrument")] = unpack_option(event.number("word")).strike
        elif event.name == "RiskArrayRefreshed":
            found.extend(_compare(event, board, strikes[event.number("instrument")]))
        elif not board_address or event.address == board_address:
            board.apply(event)
    return found


def _compare(event: Event, board: BoardBook, strike: int) -> list[Finding]:
    """The reported inputs beside the board's."""
    instrument = unpack_instrument(event.number("word"))
    surface = event.number("surface")
    reported = {
        "forward": event.number("forward"),
        "volatility": event.number("volatility"),
        "valid_until": instrument.valid_until,
        "jumped": int(instrument.jumped),
        "epoch": surface & 0xFFFF,
        "time": (surface >> 16) & 0xFFFF_FFFF,
    }
    inputs = _inputs(event, board, instrument.feed, instrument.time, strike)
    expected = {
        "forward": inputs.forward,
        "volatility": inputs.volatility,
        "valid_until": inputs.valid_until,
        "jumped": inputs.flags & 1,
        "epoch": inputs.epoch,
        "time": inputs.time,
    }
    place = (event.block_number, event.log_index, event.name)
    return [
        Finding(*place, name, number, expected[name])
        for name, number in reported.items()
        if number != expected[name]
    ]


def _inputs(event: Event, board: BoardBook, feed: int, expiry: int, strike: int) -> OptionInputs:
    """What the board would have answered; zeros where it would have refused."""
    refused = OptionInputs(0, 0, 0, 0, 0, 0)
    surface = board.surfaces.get(feed)
    if surface is None:
        return refused
    lanes = {number: unpack_price_lane(lane) for number, lane in board.lanes.items()}
    try:
        return surface.option_inputs(lanes, expiry, strike, event.timestamp)
    except SurfaceError:
        return refused
