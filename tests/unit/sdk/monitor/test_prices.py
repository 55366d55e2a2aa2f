"""Detectors that time alone sets off."""

from __future__ import annotations

from keelmark.margin.words import pack_hold_mandate, pack_instrument, pack_option
from keelmark.monitor.detectors import conditions
from keelmark.monitor.rules import Rules
from keelmark.monitor.signals import Signal
from keelmark.pricing.surface import Surface, forward_feed
from keelmark.types import HoldMandate, Instrument, Kind, Option
from keelmark.units import WAD
from tests.support.watched import CLIENT, DAY, HOUR, SPOT, TOKEN, Tape, market

LIST_MAX_AGE = 3 * DAY
"""Three days, by the rulebook."""


def said(tape: Tape, later: int, rules: Rules | None = None) -> dict[str, Signal]:
    """What time alone says, some seconds later."""
    found = conditions(tape.moment(later), rules or Rules(), by_time=True)
    return {one.subject: one for one in found}


def test_stale_from_the_second_after() -> None:
    """A price is valid to its last second; the spot's is short, the token's long."""
    tape = market()
    tape.price(8_000, valid=HOUR)
    tape.price(1, feed=TOKEN, valid=2 * HOUR)
    assert not said(tape, HOUR)
    late = said(tape, HOUR + 1)
    assert list(late) == [f"feed {SPOT}"]
    assert late[f"feed {SPOT}"].figures["late_seconds"] == 1
    assert late[f"feed {SPOT}"].feed == SPOT
    assert list(said(tape, 2 * HOUR + 1)) == [f"feed {SPOT}", f"feed {TOKEN}"]
    tape.price(8_000, valid=3 * HOUR)
    assert list(said(tape, 2 * HOUR + 1)) == [f"feed {TOKEN}"]


def test_lead_time() -> None:
    """Said some seconds before."""
    tape = market()
    tape.price(8_000, valid=HOUR)
    rules = Rules.model_validate({"stale_price": {"lead_seconds": 600}})
    assert not said(tape, HOUR - 600, rules)
    assert "is valid until" in said(tape, HOUR - 599, rules)[f"feed {SPOT}"].sentence


def test_price_that_nothing_hangs_on() -> None:
    """A feed without an instrument or collateral is nobody's worry, nor one of a settled one."""
    tape = market()
    tape.price(200, feed=7, valid=10)
    assert not said(tape, HOUR)
    tape.price(8_000, valid=10)
    assert said(tape, HOUR)
    tape.add("InstrumentSettled", instrument=1, feed=SPOT, price=8_000 * WAD)
    assert not said(tape, HOUR)


def test_surface_of_options() -> None:
    """Points of a surface count together, and only while an option hangs on them."""
    tape = market()
    tape.price(8_000, valid=10 * DAY)
    tape.price(1, feed=TOKEN, valid=10 * DAY)
    tape.books.parties.market.list_time = tape.time + 10 * DAY
    expiry = (tape.time // DAY + 5) * DAY + 8 * HOUR
    surface = Surface(SPOT, 1, tape.time, (7, 30), (9_000, 11_000))
    tape.add("SurfaceListed", underlier=SPOT, epoch=1, word=surface.word())
    for row in surface.volatility_feeds():
        for feed in row:
            tape.price(1, feed=feed, valid=2 * HOUR)
    tape.price(8_000, feed=forward_feed(SPOT, expiry), valid=HOUR)
    assert not said(tape, 3 * HOUR)
    option = Instrument(expiry, SPOT, 7, Kind.OPTION, 3_300, lot_exp=15)
    tape.add("InstrumentListed", instrument=2, feed=SPOT, word=pack_instrument(option))
    tape.add("OptionListed", instrument=2, feed=SPOT, word=pack_option(Option(8_000 * WAD, True)))
    assert not said(tape, HOUR)
    one = said(tape, HOUR + 1)["surface 1"]
    assert (one.figures["stale_points"], one.figures["points"]) == (1, 5)
    assert said(tape, 2 * HOUR + 1)["surface 1"].figures["stale_points"] == 5
    assert not said(tape, expiry - tape.time)


def test_stale_sanctions_list() -> None:
    """After three days nobody may open; that nobody has an account yet is no worry."""
    tape = market()
    tape.price(8_000, valid=10 * DAY)
    tape.price(1, feed=TOKEN, valid=10 * DAY)
    age = tape.time - tape.books.parties.market.list_time
    assert not said(tape, LIST_MAX_AGE - age)
    one = said(tape, LIST_MAX_AGE - age + 1)["sanctions list"]
    assert one.figures == {"age_seconds": LIST_MAX_AGE + 1, "limit_seconds": LIST_MAX_AGE}
    assert one.rule == "SANCTIONS_LIST_MAX_AGE_SECONDS"
    assert not said(Tape(), LIST_MAX_AGE)


def test_overdue_reviews() -> None:
    """Of a freeze and of a bar, from the second after the date; lifted ones are over."""
    tape = market()
    tape.freeze(CLIENT, review_at=tape.time + 100)
    mandate = pack_hold_mandate(HoldMandate(1, 0, tape.time + 200))
    letters = int.from_bytes(b"FR", "big")
    tape.add("InstrumentBarred", instrument=1, jurisdiction=letters, mandate=mandate)
    assert not said(tape, 100)
    assert list(said(tape, 101)) == ["freeze of account 2 by authority 1"]
    assert list(said(tape, 201))[1] == "bar of instrument 1 in FR"
    tape.add("InstrumentCleared", instrument=1, jurisdiction=letters, mandate=1)
    assert list(said(tape, 201)) == ["freeze of account 2 by authority 1"]
