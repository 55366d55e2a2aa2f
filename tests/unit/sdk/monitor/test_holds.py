"""Parties that may not act, and do: every act is seen, and nothing that only happens to them."""

from __future__ import annotations

import pytest

from keelmark.types import Execution, PartyFlag
from keelmark.units import WAD
from tests.support.watched import CLIENT, MAKER, MEMBER, Tape, mandate, market, party, wallet_of

TRADE, LIQUIDATION, BACKSTOP, COMPULSORY = (int(one) for one in Execution)
OPEN, INCREASE, REDUCE, CLOSE = 1, 2, 3, 4


def leg(account: int, mode: int = TRADE, action: int = OPEN) -> dict[str, int]:
    """Fields of a trade report."""
    return {
        "account": account,
        "instrument": 1,
        "execution": mode | action << 8 | 1 << 16,
        "size": 3 * WAD,
    }


def frozen(tape: Tape) -> None:
    tape.freeze(CLIENT)


def sanctioned(tape: Tape) -> None:
    tape.add("EntryListed", wallet=wallet_of(50))
    word = party(CLIENT, PartyFlag.SANCTIONED)
    tape.add("PartyScreened", account=CLIENT, wallet=wallet_of(CLIENT), word=word, answer=1)


def listed(tape: Tape) -> None:
    tape.add("EntryListed", wallet=wallet_of(CLIENT), reference=b"one".ljust(32, b"\0"))


def listed_under_a_lost_key(tape: Tape) -> None:
    tape.add("RecoveryAnnounced", account=CLIENT, lost=wallet_of(CLIENT), replacement=wallet_of(60))
    tape.add(
        "PartyRecovered",
        account=CLIENT,
        lost=wallet_of(CLIENT),
        replacement=wallet_of(60),
        word=party(CLIENT, PartyFlag.RECOVERED),
    )
    listed(tape)


every_bar = pytest.mark.parametrize(
    ("bar", "words"),
    [
        (frozen, "account 2 is frozen by authority 1, and"),
        (sanctioned, "account 2 is flagged as sanctioned, and"),
        (listed, f"account 2 is on the sanctions list as {wallet_of(CLIENT)}, and"),
        (
            listed_under_a_lost_key,
            f"account 2 is on the sanctions list as {wallet_of(CLIENT)}, and",
        ),
    ],
)


@every_bar
@pytest.mark.parametrize(
    ("event", "fields", "act"),
    [
        ("TradeReported", leg(CLIENT), "opened or increased a position by 3"),
        ("TradeReported", leg(CLIENT, action=REDUCE), "reduced or closed a position by 3"),
        ("CollateralDeposited", {"account": CLIENT}, "paid in"),
        ("CollateralWithdrawn", {"account": CLIENT}, "took out"),
        ("EngineChosen", {"account": CLIENT}, "chose a margin engine"),
        ("AccountOpened", {"account": 9, "member": CLIENT}, "opened a client's account"),
        ("CollateralSold", {"account": MAKER, "buyer": CLIENT}, "bought collateral"),
        ("ShareContributed", {"member": CLIENT}, "paid into the default fund"),
        ("ShareWithdrawn", {"member": CLIENT}, "took out of the default fund"),
        ("ShareClaimed", {"member": CLIENT}, "claimed from the default fund"),
        (
            "BackstopCommitted",
            {"member": CLIENT, "wallet": wallet_of(CLIENT), "amount": 5},
            "promised to take over",
        ),
        (
            "PositionLiquidated",
            {"account": MAKER, "taker": CLIENT, "mode": LIQUIDATION},
            "took over a position",
        ),
        (
            "PositionLiquidated",
            {"account": MAKER, "taker": CLIENT, "mode": BACKSTOP},
            "took over a position",
        ),
    ],
)
def test_acts(bar, words: str, event: str, fields: dict, act: str) -> None:  # type: ignore[no-untyped-def, type-arg]
    """Each act of each kind of barred party is an alert; of one that is not barred, none is."""
    tape = market()
    assert not tape.heard(event, **fields)
    bar(tape)
    said = tape.heard(event, **fields)
    assert [one.detector for one in said] == ["held_party_moved"]
    assert said[0].sentence == f"{words} {act}"
    assert said[0].account == CLIENT
    assert said[0].once


@every_bar
@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ("TradeReported", leg(CLIENT, LIQUIDATION, REDUCE)),
        ("TradeReported", leg(CLIENT, BACKSTOP, CLOSE)),
        ("TradeReported", leg(CLIENT, COMPULSORY, CLOSE)),
        ("PositionLiquidated", {"account": CLIENT, "taker": MAKER, "mode": LIQUIDATION}),
        ("PositionLiquidated", {"account": MAKER, "taker": CLIENT, "mode": COMPULSORY}),
        ("CollateralSold", {"account": CLIENT, "buyer": MAKER}),
        ("PositionSettled", {"account": CLIENT, "instrument": 1}),
        ("MarginCalled", {"account": CLIENT}),
        ("DebtPaid", {"account": CLIENT}),
        ("BackstopCommitted", {"member": CLIENT, "wallet": wallet_of(0)}),
        ("TradeReported", leg(MAKER)),
    ],
)
def test_what_happens_to_them(bar, words: str, event: str, fields: dict) -> None:  # type: ignore[no-untyped-def, type-arg]
    """Take-overs, sales, settlement, calls and payments by others are expected."""
    tape = market()
    bar(tape)
    assert not tape.heard(event, **fields)


def test_lifted_and_delisted() -> None:
    """A hold that ended bars nothing, nor does an entry that was taken off."""
    tape = market()
    frozen(tape)
    tape.add("PartyUnfrozen", account=CLIENT, word=party(CLIENT), mandate=1 | 1 << 64)
    assert not tape.heard("CollateralWithdrawn", account=CLIENT)
    listed(tape)
    assert tape.heard("CollateralWithdrawn", account=CLIENT)
    tape.add("EntryDelisted", wallet=wallet_of(CLIENT), reference=b"one".ljust(32, b"\0"))
    assert not tape.heard("CollateralWithdrawn", account=CLIENT)


@pytest.mark.parametrize("flag", [PartyFlag.CLOSE_ONLY, PartyFlag.REVOKED])
def test_may_only_close(flag: PartyFlag) -> None:
    """Who may only close closes and takes out in silence; opening is an alert."""
    tape = market()
    if flag == PartyFlag.CLOSE_ONLY:
        word = party(CLIENT, flag, restricting_authority=1)
        tape.add("PartyRestricted", account=CLIENT, word=word, mandate=1 | 2**40 << 64)
    else:
        tape.add("PartyRevoked", account=CLIENT, wallet=wallet_of(CLIENT), word=party(CLIENT, flag))
    assert not tape.heard("TradeReported", **leg(CLIENT, action=REDUCE))
    assert not tape.heard("CollateralWithdrawn", account=CLIENT)
    said = tape.heard("TradeReported", **leg(CLIENT, action=INCREASE))
    assert [one.detector for one in said] == ["held_party_moved"]


def test_tried() -> None:
    """A refusal that was reported informs, where the party is barred."""
    tape = market()
    assert not tape.heard("ActDenied", account=CLIENT, reason=4)
    frozen(tape)
    said = tape.heard("ActDenied", account=CLIENT, reason=4)
    assert [one.detector for one in said] == ["held_party_tried"]


def test_opened_below_margin() -> None:
    """Opening without the margin is a broken rule; reducing without it is allowed."""
    tape = market()
    short = {"equity": 99, "initial_margin": 100}
    said = tape.heard("TradeReported", **leg(MEMBER), **short)
    assert [one.detector for one in said] == ["opened_below_margin"]
    assert not tape.heard("TradeReported", **leg(MEMBER, action=REDUCE), **short)
    assert not tape.heard("TradeReported", **leg(MEMBER), equity=100, initial_margin=100)
    assert mandate(1)
