"""Who may do what: attestation, freeze, sanctions, close-only."""

from __future__ import annotations

from keelmark.conformance.check import check
from keelmark.conformance.checks.figures import distressed, to_cents
from keelmark.conformance.desk import UNIT, Desk, money
from keelmark.conformance.vocabulary import Party, Restriction
from keelmark.regulation import value

CASH = 200_000 * UNIT
FREEZE = "EU 596/2014 Art. 23(2): an authority may have assets frozen; the act names its basis"
SANCTIONS = "EU sanctions regulations, 31 CFR ch. V: a listed party's assets are blocked"
DUE = "Directive (EU) 2015/849 Art. 13, 14: a client is identified before business begins"


@check("parties.unknown", basis=DUE)
def unknown(desk: Desk) -> None:
    """A wallet that nobody has attested opens nothing."""
    stranger = desk.party("stranger", admitted=False)
    desk.endow(stranger, to_cents(CASH))
    act = desk.deposit(stranger, to_cents(CASH))
    words = act.call()
    desk.note(f"{act.words}: {'done' if words is None else f'refused ({words})'}")
    desk.refuse(desk.trade(stranger, desk.maker, desk.usual), "nobody has attested it")


@check("parties.frozen", basis=FREEZE)
def frozen(desk: Desk) -> None:
    """A frozen party opens nothing and takes nothing out."""
    party = _with_position(desk, "client")
    desk.allow(desk.withdraw(party, 100 * UNIT))
    desk.restrict(party, Restriction.FROZEN)
    desk.refuse(desk.trade(party, desk.maker, desk.usual), "it is frozen")
    desk.refuse(desk.withdraw(party, 100 * UNIT), "it is frozen")


@check("parties.frozen-liquidated", basis=FREEZE, rules=("CLOSE_OUT_BPS",))
def frozen_liquidated(desk: Desk) -> None:
    """A frozen party's losing position is liquidated all the same."""
    found = distressed(desk, "client in trouble", value("CLOSE_OUT_BPS") // 2)
    desk.restrict(found.party, Restriction.FROZEN)
    step = found.size // 2 // desk.one.lot * desk.one.lot
    desk.allow(desk.liquidate(found.party, desk.taker, step))
    left = desk.size_of(found.party)
    desk.require(left == found.size - step, f"its position is {money(left)}")


@check("parties.sanctioned", basis=SANCTIONS)
def sanctioned(desk: Desk) -> None:
    """A party on the sanctions list takes nothing out and opens nothing."""
    party = _with_position(desk, "client")
    desk.allow(desk.withdraw(party, 100 * UNIT))
    desk.restrict(party, Restriction.SANCTIONED)
    desk.refuse(desk.withdraw(party, 100 * UNIT), "it is on the sanctions list")
    desk.refuse(desk.trade(party, desk.maker, desk.usual), "it is on the sanctions list")


@check("parties.close-only", basis=FREEZE)
def close_only(desk: Desk) -> None:
    """A close-only party neither opens nor increases nor turns its position round."""
    party = _with_position(desk, "client")
    desk.restrict(party, Restriction.CLOSE_ONLY)
    desk.refuse(desk.trade(party, desk.maker, desk.usual), "it is close-only")
    desk.refuse(desk.trade(desk.maker, party, 2 * desk.usual), "it is close-only")


@check("parties.close-only-reduces", basis=FREEZE)
def close_only_reduces(desk: Desk) -> None:
    """A close-only party may reduce and close, and take out what is free."""
    party = _with_position(desk, "client")
    desk.restrict(party, Restriction.CLOSE_ONLY)
    _gets_out(desk, party)


@check("parties.expired", basis=DUE)
def expired(desk: Desk) -> None:
    """A party whose attestation is no longer in force opens nothing."""
    party = _with_position(desk, "client")
    desk.restrict(party, Restriction.EXPIRED)
    desk.refuse(desk.trade(party, desk.maker, desk.usual), "nothing attests it any more")


@check("parties.expired-reduces", basis=DUE)
def expired_reduces(desk: Desk) -> None:
    """A party whose attestation is no longer in force may still reduce and close."""
    party = _with_position(desk, "client")
    desk.restrict(party, Restriction.EXPIRED)
    _gets_out(desk, party)


def _with_position(desk: Desk, name: str) -> Party:
    """A party with a usual position, and money for as much again."""
    party = desk.party(name, cash=to_cents(CASH))
    desk.allow(desk.trade(party, desk.maker, desk.usual))
    return party


def _gets_out(desk: Desk, party: Party) -> None:
    """Reduces, closes, takes money out."""
    step = desk.usual // 2 // desk.one.lot * desk.one.lot
    desk.allow(desk.trade(desk.maker, party, step))
    desk.allow(desk.trade(desk.maker, party, desk.usual - step))
    left = desk.size_of(party)
    desk.require(left == 0, f"its position is {money(left)}")
    desk.allow(desk.withdraw(party, 100 * UNIT))
