"""What is altered between chain and ledger is found; an engine is the owner's own choice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_abi import encode
from eth_tester.exceptions import TransactionFailed
from eth_utils import keccak

from keelmark.events import Event
from keelmark.ledger import rebuild, reconcile
from keelmark.ledger.valuations import unfounded
from keelmark.margin.words import pack_instrument
from keelmark.types import Engine
from tests.support import rebuilt
from tests.support.market import WAD
from tests.support.option_ledger import LOT, SPOT, OptionVenue, settle
from tests.support.option_ledger import receipts as receipts
from tests.support.option_ledger import venue as venue

ALTERED = {
    "RiskArrayRefreshed": {"lanes": "lanes", "word": "word", "delta": "delta", "forward": "model"},
    "OptionExercised": {"payoff": "payoff", "strike": "strike", "expiry": "expiry"},
    "OptionListed": {},
}


def test_what_is_altered_is_found(venue: OptionVenue) -> None:
    market, call = venue.market, venue.options[0]
    venue.trade("fund manager", "maker", WAD, call)
    market.set_time(venue.expiry - 2000)
    venue.move(SPOT, after=10)
    settle(venue, SPOT + 50 * WAD)
    found = venue.events()
    assert rebuild(found, market.house.address).findings == []
    for name, fields in ALTERED.items():
        place = max(place for place, event in enumerate(found) if event.name == name)
        for changed, told in fields.items():
            wrong = altered(found, place, changed)
            names = {finding.field for finding in rebuild(wrong, market.house.address).findings}
            assert told in names, (name, changed)
    listed = max(place for place, event in enumerate(found) if event.name == "OptionListed")
    strike = altered(found, listed, "word")
    assert reconcile(rebuild(strike, market.house.address), rebuilt.reads(market))


def test_a_valuation_that_the_board_does_not_bear_out_is_found(venue: OptionVenue) -> None:
    """Its own digest and array would agree with it."""
    market, call = venue.market, venue.options[0]
    venue.move(SPOT + 5 * WAD, 90)
    market.refresh(call)
    found = venue.events()
    board = market.board.address
    assert unfounded(found, board) == []
    place = max(n for n, event in enumerate(found) if event.name == "RiskArrayRefreshed")
    for changed, told in (
        ("forward", {"forward"}),
        ("volatility", {"volatility"}),
        ("surface", {"epoch"}),
    ):
        wrong = unfounded(altered(found, place, changed), board)
        assert {finding.field for finding in wrong} == told
    event = found[place]
    later = replace(event, args={**event.args, "word": event.number("word") + (1 << 192)})
    wrong = unfounded([*found[:place], later], board)
    assert [(one.field, one.difference) for one in wrong] == [("valid_until", 1)]
    # Without the board's newest prices, or without its surface, nothing bears it out.
    names = ("PriceUpdated", "SurfaceListed", "SurfaceUpdated")
    for name in names[:2]:
        kept = [event for event in found if event.name not in (name, names[2])]
        assert unfounded(kept, board)


def altered(events: list[Event], place: int, field: str) -> list[Event]:
    """The same events, one number of one of them raised by one."""
    event = events[place]
    args = {**event.args, field: event.number(field) + 1}
    return [*events[:place], replace(event, args=args), *events[place + 1 :]]


def test_a_digest_names_every_input(venue: OptionVenue) -> None:
    """Recomputed by an ABI library from what the chain itself says."""
    call = venue.options[0]
    told = [event for event in venue.events() if event.name == "RiskArrayRefreshed"]
    event = next(one for one in told if one.number("instrument") == call)
    strike = SPOT
    forward, volatility, valid_until, flags, surface = venue.surface.inputs(venue.expiry, strike)
    words = [event.number("word"), strike | 1 << 88, forward, volatility, surface]
    convention = keccak(text="Black-76, ACT/365 seconds, undiscounted")
    expected = keccak(encode(["bytes32", *["uint256"] * 5], [convention, *words]))
    assert event.word("model") == expected
    assert (event.number("forward"), event.number("volatility")) == (forward, volatility)
    ledger = venue.ledger()
    instrument = ledger.house.instruments[call]
    assert (instrument.valid_until, instrument.jumped) == (valid_until, bool(flags))
    assert pack_instrument(instrument) == event.number("word")


def test_the_engine_is_the_accounts_own_choice(venue: OptionVenue) -> None:
    market = venue.market
    ledger = venue.ledger()
    assert ledger.account(market.ids["writer"]).engine == Engine.SCENARIOS
    assert ledger.account(market.ids["member"]).engine == Engine.SCHEDULE
    with pytest.raises(TransactionFailed, match="house: no options here"):
        venue.trade("member", "maker", LOT, venue.options[0])
    market.choose_engine("writer", 0)
    venue.agree()
    assert venue.ledger().account(market.ids["writer"]).engine == Engine.SCHEDULE
