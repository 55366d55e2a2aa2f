"""What protects a retail client: the leverage cap, the close-out level, bans, no debt."""

from __future__ import annotations

from keelmark.conformance.check import check
from keelmark.conformance.checks.figures import cap_bps, distressed, notional, to_cents
from keelmark.conformance.desk import RETAIL, UNIT, Desk, money
from keelmark.conformance.vocabulary import NotOffered
from keelmark.regulation import value
from keelmark.types import AssetClass
from keelmark.units import BPS

CAP = ("RETAIL_MARGIN_CRYPTO_BPS", "RETAIL_LEVERAGE_CRYPTO", "RETAIL_PERPETUAL_AS_CFD")
PLENTY = 3


@check("retail.leverage-cap", rules=CAP)
def leverage_cap(desk: Desk) -> None:
    """A retail client opens no position above the leverage cap."""
    least = notional(desk, desk.usual) * cap_bps(desk.one) // BPS
    short = desk.party("retail client below the cap", RETAIL, cash=to_cents(least) - UNIT)
    desk.refuse(
        desk.trade(short, desk.maker, desk.usual),
        f"the cap of {cap_bps(desk.one)} bps asks for {money(least)}",
    )
    rich = desk.party("retail client with plenty", RETAIL, cash=to_cents(least * PLENTY))
    desk.allow(desk.trade(rich, desk.maker, desk.usual))
    asked = desk.account(rich).requirement
    desk.require(asked >= least, f"requirement {money(asked)}, at least {money(least)}")


@check("retail.leverage-cap-short", rules=CAP)
def leverage_cap_short(desk: Desk) -> None:
    """The cap holds for a retail client that sells."""
    least = notional(desk, desk.usual) * cap_bps(desk.one) // BPS
    short = desk.party("retail seller below the cap", RETAIL, cash=to_cents(least) - UNIT)
    desk.refuse(desk.trade(desk.maker, short, desk.usual), f"the cap asks for {money(least)}")
    rich = desk.party("retail seller with plenty", RETAIL, cash=to_cents(least * PLENTY))
    desk.allow(desk.trade(desk.maker, rich, desk.usual))


@check("retail.leverage-cap-increase", rules=CAP)
def leverage_cap_increase(desk: Desk) -> None:
    """A retail client does not pass the cap by increasing a position step by step."""
    # A small step first, so that a venue that asks for more than the law does allows it.
    part = desk.lots(10_000 * UNIT)
    least = notional(desk, 8 * part) * cap_bps(desk.one) // BPS
    party = desk.party("retail client in steps", RETAIL, cash=to_cents(least) - UNIT)
    desk.allow(desk.trade(party, desk.maker, part))
    desk.refuse(desk.trade(party, desk.maker, 7 * part), f"the cap asks for {money(least)} for all")


@check("retail.no-netting", rules=CAP, basis="ESMA 2018/796 Annex I: the margin of each position")
def no_netting(desk: Desk) -> None:
    """A retail client's cap is of gross notional: offsetting positions do not net."""
    other, size = desk.second(), desk.lots(40_000 * UNIT)
    party = desk.party("retail client on both sides", RETAIL, cash=to_cents(200_000 * UNIT))
    desk.allow(desk.trade(party, desk.maker, size))
    desk.allow(desk.trade(desk.maker, party, size, instrument=other))
    least = 2 * notional(desk, size) * cap_bps(desk.one) // BPS
    asked = desk.account(party).requirement
    desk.require(asked >= least, f"requirement {money(asked)} for both, at least {money(least)}")


@check("retail.jurisdiction-ban", rules=("RETAIL_UK_CRYPTO_BAN", "RETAIL_UK_CRYPTO_LEVERAGE"))
def jurisdiction_ban(desk: Desk) -> None:
    """A retail client of the United Kingdom opens no crypto derivative."""
    if desk.one.asset_class != AssetClass.CRYPTO:
        raise NotOffered("the venue's principal instrument is no crypto derivative")
    plenty = 10 * notional(desk, desk.usual)
    banned = desk.party("retail client of GB", RETAIL, "GB", cash=to_cents(plenty))
    desk.refuse(desk.trade(banned, desk.maker, desk.usual), "crypto derivatives are banned there")
    desk.refuse(desk.trade(desk.maker, banned, desk.usual), "crypto derivatives are banned there")
    free = desk.party("professional of GB", country="GB", cash=to_cents(plenty))
    desk.allow(desk.trade(free, desk.maker, desk.usual))
    neighbour = desk.party("retail client of DE", RETAIL, "DE", cash=to_cents(plenty))
    desk.allow(desk.trade(neighbour, desk.maker, desk.usual))


@check("retail.close-out", rules=("CLOSE_OUT_BPS",))
def close_out(desk: Desk) -> None:
    """A retail client's position can be closed out once its equity is below half of its margin."""
    found = distressed(desk, "retail client", value("CLOSE_OUT_BPS") * 9 // 10, RETAIL)
    desk.allow(desk.liquidate(found.party, desk.taker, _half(desk, found.size)))
    left = desk.size_of(found.party)
    desk.require(0 <= left < found.size, f"its position fell to {money(left)}")


@check("retail.negative-balance", rules=("RETAIL_NEGATIVE_BALANCE_GUARD",))
def negative_balance(desk: Desk) -> None:
    """A retail client owes nothing when a loss was larger than its account."""
    found = distressed(desk, "retail client", -500, RETAIL)
    owed = desk.account(found.party).equity
    desk.note(f"its equity is {money(owed)}")
    desk.allow(desk.liquidate(found.party, desk.taker, found.size))
    desk.settle_loss(found.party)
    left = desk.account(found.party).equity
    desk.require(left >= 0, f"equity afterwards {money(left)}")
    fresh = 100 * UNIT
    desk.endow(found.party, fresh)
    before = desk.holdings(found.party)
    desk.allow(desk.deposit(found.party, fresh))
    desk.allow(desk.withdraw(found.party, fresh))
    after = desk.holdings(found.party)
    desk.require(
        after >= before,
        f"of new money, {money(fresh)}, it could take out {money(after - before + fresh)}",
    )


def _half(desk: Desk, size: int) -> int:
    """About half of a size, in lots."""
    return size // 2 // desk.one.lot * desk.one.lot
