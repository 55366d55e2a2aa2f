"""Figures of the law for one instrument, and prices at which an account is in trouble."""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.conformance.check import Violation
from keelmark.conformance.desk import CENT, Desk, money
from keelmark.conformance.vocabulary import Instrument, NotOffered, Party
from keelmark.margin.schedule import schedule_rule
from keelmark.regulation import value
from keelmark.types import AssetClass, ClientCategory
from keelmark.units import BPS, WAD

__all__ = [
    "Distressed",
    "cap_bps",
    "distressed",
    "floor_bps",
    "notional",
    "schedule_bps",
    "to_cents",
]

RETAIL_CAPS = {
    AssetClass.CRYPTO: "RETAIL_MARGIN_CRYPTO_BPS",
    # Gold and main indices are named with the minor currency pairs, in the same item.
    AssetClass.COMMODITY: "RETAIL_MARGIN_MINOR_FX_BPS",
    AssetClass.EQUITY: "RETAIL_MARGIN_MINOR_FX_BPS",
    AssetClass.FOREIGN_EXCHANGE: "RETAIL_MARGIN_MAJOR_FX_BPS",
}
"""The lightest figure that could apply to a class; any other: a single reference value."""


def cap_bps(item: Instrument) -> int:
    """Margin of a retail client, of gross notional, at least."""
    return value(RETAIL_CAPS.get(item.asset_class, "RETAIL_MARGIN_EQUITY_OTHER_BPS"))


def schedule_bps(item: Instrument) -> int:
    """The schedule's rate at the shortest maturity."""
    return value(schedule_rule(item.asset_class, 0))


def floor_bps(item: Instrument) -> int:
    """The larger of the schedule's rate and the scan range of a venue that clears."""
    return max(schedule_bps(item), value(item.scan_range) if item.scan_range else 0)


def notional(desk: Desk, size: int, item: Instrument | None = None) -> int:
    """At mark, wad, rounded up."""
    mark = desk.mark[(item or desk.one).underlier]
    return -(-abs(size) * mark // WAD)


def to_cents(amount: int) -> int:
    """An amount that every token can pay, rounded up."""
    return -(-amount // CENT) * CENT


@dataclass(frozen=True, slots=True)
class Distressed:
    """A party with a losing long position, the price having fallen."""

    party: Party
    size: int
    cash: int
    """What it had paid in."""


def distressed(
    desk: Desk, name: str, share_bps: int, category: ClientCategory = ClientCategory.PROFESSIONAL
) -> Distressed:
    """A party long a usual position whose equity has fallen to a share of its requirement.

    Args:
        desk: the venue.
        name: the party's role.
        share_bps: equity over requirement; below zero a deficit of so much of the notional.
        category: of the party.

    Raises:
        Violation: the venue does not mark the position to the price.
    """
    size = desk.usual
    bps = max(floor_bps(desk.one), cap_bps(desk.one) if category == ClientCategory.RETAIL else 0)
    party = desk.party(name, category)
    # What this venue asks may be more than the law does: open as much with plenty and see.
    asked = _asked_bps(desk, category)
    cash = to_cents(notional(desk, size) * max(asked, bps) * 11 // (BPS * 10))
    desk.endow(party, cash)
    desk.allow(desk.deposit(party, cash))
    desk.allow(desk.trade(party, desk.maker, size))
    opened = desk.mark[desk.one.underlier]
    base = opened - cash * WAD // size
    if share_bps < 0:
        target = base * (BPS + share_bps) // BPS
    else:
        target = base * BPS * BPS // (BPS * BPS - share_bps * max(asked, bps))
    if target <= 0:
        raise NotOffered("the venue's margin leaves no price at which a position is in trouble")
    desk.price(target)
    state = desk.account(party)
    if state.equity * BPS > state.requirement * max(share_bps, 0) + 300 * state.requirement:
        raise Violation(
            f"{name}: equity {money(state.equity)} at requirement {money(state.requirement)}, "
            f"though the price fell from {money(opened)} to {money(target)}: the position is not "
            "marked to the price"
        )
    return Distressed(party, size, cash)


def _asked_bps(desk: Desk, category: ClientCategory) -> int:
    """What the venue says it asks of a usual position, in basis points of notional."""
    probe = desk.party(f"{category.name.lower()} with plenty", category)
    cash = to_cents(3 * notional(desk, desk.usual))
    desk.endow(probe, cash)
    desk.allow(desk.deposit(probe, cash))
    desk.allow(desk.trade(probe, desk.maker, desk.usual))
    asked = desk.account(probe).requirement
    return -(-asked * BPS // notional(desk, desk.usual))
