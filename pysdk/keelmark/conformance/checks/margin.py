"""Initial margin: the schedule, the floors, both sides, every rounding against the account."""

from __future__ import annotations

from fractions import Fraction

from keelmark.conformance.check import Violation, check
from keelmark.conformance.checks.figures import (
    cap_bps,
    distressed,
    floor_bps,
    notional,
    schedule_bps,
    to_cents,
)
from keelmark.conformance.desk import RETAIL, UNIT, Desk, money
from keelmark.conformance.vocabulary import NotOffered
from keelmark.regulation import value
from keelmark.units import BPS, WAD

SCHEDULE = ("IM_CRYPTO_BPS", "IM_OTHER_BPS")
SCAN = ("SCAN_BTC_OTC_BPS", "SCAN_BTC_LISTED_BPS")
PLENTY = 3


@check("margin.schedule-rate", rules=SCHEDULE)
def schedule_rate(desk: Desk) -> None:
    """No position is opened on less initial margin than the schedule's rate."""
    _opening(desk, schedule_bps(desk.one), "the schedule")


@check("margin.scan-range", rules=SCAN)
def scan_range(desk: Desk) -> None:
    """At a venue that clears, a directional position is margined by the scan range at least."""
    if not desk.one.scan_range:
        raise NotOffered("the venue does not clear: the schedule's rate alone counts")
    _opening(desk, floor_bps(desk.one), f"rule {desk.one.scan_range}")


def _opening(desk: Desk, bps: int, why: str) -> None:
    """Below the figure refused, with plenty allowed, the requirement not below it."""
    least = notional(desk, desk.usual) * bps // BPS
    short = desk.party("client below the requirement", cash=to_cents(least) - UNIT)
    desk.refuse(
        desk.trade(short, desk.maker, desk.usual), f"{why} asks for {bps} bps, {money(least)}"
    )
    rich = desk.party("client with plenty", cash=_plenty(desk))
    desk.allow(desk.trade(rich, desk.maker, desk.usual))
    asked = desk.account(rich).requirement
    desk.require(asked >= least, f"requirement {money(asked)}, at least {money(least)}")


def _plenty(desk: Desk) -> int:
    """More than a usual position costs, so that a venue may ask for more than the law does."""
    return to_cents(PLENTY * notional(desk, desk.usual))


@check("margin.both-sides", rules=SCHEDULE)
def both_sides(desk: Desk) -> None:
    """The seller's margin is asked for as the buyer's is."""
    least = notional(desk, desk.usual) * floor_bps(desk.one) // BPS
    short = desk.party("seller below the requirement", cash=to_cents(least) - UNIT)
    desk.refuse(desk.trade(desk.maker, short, desk.usual), f"its margin would be {money(least)}")
    rich = desk.party("seller with plenty", cash=_plenty(desk))
    desk.allow(desk.trade(desk.maker, rich, desk.usual))
    asked = desk.account(rich).requirement
    desk.require(asked >= least, f"requirement {money(asked)}, at least {money(least)}")


@check("margin.increase", rules=SCHEDULE)
def increase(desk: Desk) -> None:
    """Whoever increases a position must hold the margin of all of it."""
    part, least, cash = _steps(desk)
    party = desk.party("client in steps", cash=cash)
    desk.allow(desk.trade(party, desk.maker, part))
    desk.refuse(desk.trade(party, desk.maker, 7 * part), f"all of it asks for {money(least)}")


@check("margin.flip", rules=SCHEDULE)
def flip(desk: Desk) -> None:
    """A trade through zero counts as opening what is on the other side."""
    part, least, cash = _steps(desk)
    party = desk.party("client that turns round", cash=cash)
    desk.allow(desk.trade(party, desk.maker, part))
    desk.refuse(
        desk.trade(desk.maker, party, 9 * part),
        f"what is left on the other side asks for {money(least)}",
    )


def _steps(desk: Desk) -> tuple[int, int, int]:
    """A size, the margin of eight of it, and money a little short of that: for one of it enough
    at a venue too that asks for much more than the law does."""
    part = desk.lots(10_000 * UNIT)
    least = notional(desk, 8 * part) * floor_bps(desk.one) // BPS
    return part, least, to_cents(least) - UNIT


@check("margin.reduce-allowed", basis="venue practice: risk may always be reduced")
def reduce_allowed(desk: Desk) -> None:
    """An account short of margin may reduce and close its position at mark."""
    found = distressed(desk, "client short of margin", 7_000)
    state = desk.account(found.party)
    desk.note(f"equity {money(state.equity)}, requirement {money(state.requirement)}")
    step = found.size // 4 // desk.one.lot * desk.one.lot
    desk.allow(desk.trade(desk.maker, found.party, step))
    desk.allow(desk.trade(desk.maker, found.party, found.size - step))
    left = desk.size_of(found.party)
    desk.require(left == 0, f"its position is {money(left)}")


@check("margin.no-increase-when-short", rules=SCHEDULE)
def no_increase_when_short(desk: Desk) -> None:
    """An account short of margin adds no risk, not by one lot."""
    found = distressed(desk, "client short of margin", 7_000)
    desk.refuse(desk.trade(found.party, desk.maker, desk.one.lot), "its equity is below its margin")
    desk.allow(desk.trade(desk.taker, desk.maker, desk.one.lot))


@check("margin.netting-floor", rules=("NET_FIXED_BPS", "NET_NGR_BPS"))
def netting_floor(desk: Desk) -> None:
    """Offsetting positions keep the share of gross margin that netting never removes."""
    other, size = desk.second(), desk.lots(40_000 * UNIT)
    party = desk.party("hedged client", cash=to_cents(200_000 * UNIT))
    desk.allow(desk.trade(party, desk.maker, size))
    desk.allow(desk.trade(desk.maker, party, size, instrument=other))
    gross = notional(desk, size) * (schedule_bps(desk.one) + schedule_bps(other)) // BPS
    least = gross * value("NET_FIXED_BPS") // BPS
    asked = desk.account(party).requirement
    desk.require(asked >= least, f"requirement {money(asked)} for both, at least {money(least)}")


@check("margin.dust", rules=("NGR_UNDEFINED_BPS", "NGR_RAMP_BPS"))
def dust(desk: Desk) -> None:
    """No position of the smallest size lowers the margin of another by more than its own."""
    other, size = desk.second(), desk.usual
    party = desk.party("client with dust", cash=to_cents(400_000 * UNIT))
    desk.allow(desk.trade(party, desk.maker, size))
    desk.allow(desk.trade(desk.maker, party, other.lot, instrument=other))
    desk.price(desk.mark[desk.one.underlier] * 105 // 100)
    with_dust = desk.account(party).requirement
    own = notional(desk, other.lot, other) * max(floor_bps(other), schedule_bps(other)) // BPS + 2
    desk.allow(desk.trade(party, desk.maker, other.lot, instrument=other))
    without = desk.account(party).requirement
    desk.require(
        with_dust >= without - own,
        f"requirement {money(without)}, with one lot beside it {money(with_dust)}",
    )


@check(
    "margin.rounding", rules=SCHEDULE, basis="venue practice: every rounding against the account"
)
def rounding(desk: Desk) -> None:
    """A requirement is never below its exact figure and equity never above it."""
    start = desk.mark[desk.one.underlier]
    cash = to_cents(10 * notional(desk, desk.usual))
    size = 3 * desk.one.lot
    for party, bps, way in (
        (desk.party("client", cash=cash), floor_bps(desk.one), 1),
        (desk.party("seller", cash=cash), floor_bps(desk.one), -1),
        (desk.party("retail client", RETAIL, cash=cash), cap_bps(desk.one), 1),
    ):
        sides = (party, desk.maker) if way > 0 else (desk.maker, party)
        desk.allow(desk.trade(*sides, size))
        for step in (1, 334, 777_777_777):
            mark = start + start // 500 + step
            desk.price(mark)
            state = desk.account(party)
            exact = Fraction(size * mark, WAD) * bps / BPS
            worth = cash + Fraction(way * size * (mark - start), WAD)
            _not_for(party.name, "requirement", exact - state.requirement)
            _not_for(party.name, "equity", state.equity - worth)
        desk.price(start)
    desk.require(True, "requirements at or above, equities at or below, the exact figures")


def _not_for(name: str, what: str, gain: Fraction) -> None:
    """Refuses a rounding for the account."""
    if gain > 0:
        raise Violation(
            f"{name}: its {what} is rounded for it, by {float(gain):.3g} wei of the exact figure"
        )
