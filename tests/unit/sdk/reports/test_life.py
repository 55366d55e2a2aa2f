"""Lives of contracts, worked by hand: which reports a market's acts call for, and what they say."""

from __future__ import annotations

from fractions import Fraction

import pytest

from keelmark.errors import InputError
from keelmark.reports.regulatory.life import LifeCycle
from keelmark.reports.regulatory.registers import Registers
from keelmark.reports.regulatory.terms import Venue
from tests.support.books import NOW, WAD
from tests.support.reported import (
    BOARD,
    BUYER,
    CALL,
    CLIENT_CODE,
    FUTURE,
    HOUSE,
    HOUSE_LEI,
    MAKER,
    MEMBER,
    PERPETUAL,
    PERSON,
    SUPERVISED,
    Acts,
    begun,
    lei_of,
    party_word,
)

Told = dict[str, int | str | bool]


def rows(acts: Acts) -> list[Told]:
    """Every report that a script calls for."""
    return [one.row for one in _life(acts)[1]]


def _life(acts: Acts):  # type: ignore[no-untyped-def]
    life = LifeCycle(Venue(HOUSE_LEI, HOUSE, BOARD), Registers(HOUSE_LEI))
    return life, [one for event in acts.events for one in life.apply(event)]


def of(found: list[Told], account: int, level: str = "PSTN") -> list[Told]:
    """Those of one account at one level."""
    return [row for row in found if row["account"] == account and row["level"] == level]


def said(found: list[Told], *keys: str) -> list[tuple[object, ...]]:
    """Some fields of rows."""
    return [tuple(row.get(key, "") for key in keys) for row in found]


WHAT = ("action_type", "event_type")


def test_default_behavior() -> None:
    """A fill of a perpetual: two legs with UTIs of their own, one match, two new positions."""
    acts = begun()
    buys, sells, match = acts.trade((BUYER, 0), (MAKER, 0), 2 * WAD, 8000 * WAD + WAD // 2)
    found = rows(acts)
    assert said(found, "account", *WHAT, "level", "direction") == [
        (BUYER, "POSC", "TRAD", "TCTN", "BYER"),
        (BUYER, "NEWT", "INCP", "PSTN", "BYER"),
        (MAKER, "POSC", "TRAD", "TCTN", "SLLR"),
        (MAKER, "NEWT", "INCP", "PSTN", "SLLR"),
    ]
    legs = [row for row in found if row["level"] == "TCTN"]
    assert said(legs, "uti", "prior_uti") == [(buys, match), (sells, match)]
    position = of(found, BUYER)[0]
    assert legs[0]["subsequent_uti"] == position["uti"] not in (buys, sells, match)
    assert str(position["uti"]).startswith(HOUSE_LEI)
    assert len({str(row["uti"]) for row in found}) == 4
    for row in found:
        assert row["counterparty_1"] == lei_of(int(row["account"]))
        assert (row["counterparty_2"], row["counterparty_2_is_lei"]) == (HOUSE_LEI, True)
        assert (row["cleared"], row.get("ccp"), row.get("clearing_member")) == ("N", None, None)
        assert (row["price"], row["notional"]) == (8000 * WAD + WAD // 2, 16_001 * WAD)
        assert row["quantity"] == 2 * WAD
        assert row["event_timestamp"] == row["execution_timestamp"] == "2020-03-12T00:01:00Z"
        assert row["effective_date"] == "2020-03-12"
        assert "expiration_date" not in row
        assert "premium" not in row
        assert (row["contract_type"], row["cfi"], row["crypto"]) == ("CFDS", "JTMXCC", True)
        assert (row["underlier"], row["settlement_currency"]) == ("4H95J0R2X", "USD")


def test_position_grows_shrinks_and_ends() -> None:
    """Entry prices are averaged on the way up and kept on the way down; flat is the end."""
    acts = begun()
    acts.trade((BUYER, 0), (MAKER, 0), 2 * WAD, 8000 * WAD)
    acts.trade((BUYER, 2 * WAD), (MAKER, -2 * WAD), WAD, 9000 * WAD, after=86_400)
    acts.trade((MAKER, -3 * WAD), (BUYER, 3 * WAD), WAD, 7000 * WAD)
    acts.trade((MAKER, -2 * WAD), (BUYER, 2 * WAD), 2 * WAD, 7500 * WAD)
    found = of(rows(acts), BUYER)
    assert said(found, "sequence", *WHAT, "quantity") == [
        (1, "NEWT", "INCP", 2 * WAD),
        (2, "MODI", "INCP", 3 * WAD),
        (3, "MODI", "INCP", 2 * WAD),
        (4, "TERM", "ETRM", 2 * WAD),
    ]
    average = Fraction(2 * 8000 + 9000, 3)
    exact = [16_000 * WAD, 25_000 * WAD, 2 * average * WAD, 2 * average * WAD]
    for row, notional in zip(found, exact, strict=True):
        assert 0 <= Fraction(notional) - int(row["notional"]) < 1
    assert 0 <= average * WAD - int(found[2]["price"]) < 1
    assert len({row["uti"] for row in found}) == 1
    assert {row["execution_timestamp"] for row in found} == {"2020-03-12T00:01:00Z"}
    assert said(found, "early_termination_date") == [("",), ("",), ("",), ("2020-03-13",)]


def test_flip_ends_one_position_and_begins_another() -> None:
    """A position that turns over has two lives, with two identifiers."""
    acts = begun()
    acts.trade((BUYER, 0), (MAKER, 0), 2 * WAD, 8000 * WAD)
    _, sells, _ = acts.trade((MAKER, -2 * WAD), (BUYER, 2 * WAD), 5 * WAD, 8100 * WAD)
    found = rows(acts)
    assert said(of(found, BUYER), *WHAT, "direction", "quantity", "notional") == [
        ("NEWT", "INCP", "BYER", 2 * WAD, 16_000 * WAD),
        ("TERM", "ETRM", "BYER", 2 * WAD, 16_000 * WAD),
        ("NEWT", "INCP", "SLLR", 3 * WAD, 24_300 * WAD),
    ]
    first, ended, second = (row["uti"] for row in of(found, BUYER))
    assert first == ended != second
    leg = next(row for row in found if row["uti"] == sells)
    assert leg["subsequent_uti"] == second


def test_partial_take_over() -> None:
    """The position goes on, smaller; who takes over steps in."""
    acts = begun()
    acts.trade((BUYER, 0), (MAKER, 0), 4 * WAD, 8000 * WAD)
    _, _, match = acts.trade((MEMBER, 0), (BUYER, 4 * WAD), WAD, 6000 * WAD, mode=2, after=3600)
    acts.taken(BUYER, MEMBER, WAD, 6000 * WAD, instrument=PERPETUAL)
    found = rows(acts)
    assert said(of(found, BUYER)[1:], *WHAT, "quantity", "notional", "event_identifier") == [
        ("MODI", "ETRM", 3 * WAD, 24_000 * WAD, match)
    ]
    assert len(of(found, BUYER, "TCTN")) == 1
    assert said(of(found, MEMBER, "TCTN"), *WHAT, "price", "event_identifier") == [
        ("POSC", "NOVA", 6000 * WAD, match)
    ]
    assert said(of(found, MEMBER), *WHAT, "notional") == [("NEWT", "INCP", 6000 * WAD)]


def test_whole_take_over() -> None:
    """Early liquidation of everything is TERM with ETRM and the date."""
    acts = begun()
    acts.trade((BUYER, 0), (MAKER, 0), 4 * WAD, 8000 * WAD)
    acts.trade((MEMBER, 0), (BUYER, 4 * WAD), 4 * WAD, 6000 * WAD, mode=3, after=86_400)
    acts.taken(BUYER, MEMBER, 4 * WAD, 6000 * WAD, instrument=PERPETUAL, mode=3)
    ended = of(rows(acts), BUYER)[-1]
    assert said([ended], *WHAT, "early_termination_date", "execution") == [
        ("TERM", "ETRM", "2020-03-13", "backstop")
    ]


def test_compulsory_close() -> None:
    """Neither side traded: both positions end early, and nobody has a new contract."""
    acts = begun()
    acts.trade((BUYER, 0), (MAKER, 0), 4 * WAD, 8000 * WAD)
    acts.trade((MAKER, -4 * WAD), (BUYER, 4 * WAD), 4 * WAD, 6000 * WAD, mode=4)
    acts.taken(BUYER, MAKER, 4 * WAD, 6000 * WAD, instrument=PERPETUAL, mode=4)
    found = rows(acts)[4:]
    assert said(found, "account", *WHAT) == [(BUYER, "TERM", "ETRM"), (MAKER, "TERM", "ETRM")]


def test_option() -> None:
    """Strike times quantity; the premium in its own fields, paid the same day; no price."""
    acts = begun()
    acts.trade((BUYER, 0), (MAKER, 0), 3 * WAD, 250 * WAD, instrument=CALL)
    leg, position = [row for row in rows(acts) if row["account"] == BUYER]
    for row in (leg, position):
        assert row["notional"] == 30_000 * WAD
        assert (row["strike"], row["strike_currency"]) == (10_000 * WAD, "USD")
        assert (row["option_type"], row["option_style"]) == ("CALL", "EURO")
        assert row["first_exercise_date"] == row["expiration_date"] == "2020-04-11"
        assert "price" not in row
    assert (leg["premium"], leg["premium_currency"]) == (750 * WAD, "USD")
    assert leg["premium_date"] == "2020-03-12"


@pytest.mark.parametrize(("payoff", "ends"), [(500 * WAD, ["TERM"]), (0, [])])
def test_option_at_expiry(payoff: int, ends: list[str]) -> None:
    """What pays is exercised; what does not matures, which needs no report."""
    acts = begun()
    acts.trade((BUYER, 0), (MAKER, 0), 3 * WAD, 250 * WAD, instrument=CALL)
    expiry = {"expiry": NOW, "price": 10_500 * WAD, "strike": 10_000 * WAD}
    acts.add("OptionExercised", instrument=CALL, feed=1, payoff=payoff, **expiry)
    for account, size in ((BUYER, 3 * WAD), (MAKER, -3 * WAD)):
        flow = size * payoff // WAD
        acts.add(
            "PositionSettled", account=account, instrument=CALL, size=size, cash_flow=flow, cash=0
        )
    life, found = _life(acts)
    for account in (BUYER, MAKER):
        mine = [one.row for one in found if one.row["account"] == account][2:]
        assert [(row["action_type"], row["event_type"]) for row in mine] == [
            (action, "EXER") for action in ends
        ]
        assert all("early_termination_date" not in row for row in mine)
    assert len(life.matured) == (0 if payoff else 2)
    assert life.positions == {}


def test_future_matures() -> None:
    """A future that reaches its expiry ends without a report."""
    acts = begun()
    acts.trade((BUYER, 0), (MAKER, 0), WAD, 8000 * WAD, instrument=FUTURE)
    acts.add("InstrumentSettled", instrument=FUTURE, feed=1, price=9000 * WAD, expiry=NOW)
    for account, sign in ((BUYER, 1), (MAKER, -1)):
        acts.add(
            "PositionSettled",
            account=account,
            instrument=FUTURE,
            size=sign * WAD,
            cash_flow=sign * 1000 * WAD,
            cash=0,
        )
    life, found = _life(acts)
    assert [one.row["action_type"] for one in found] == ["POSC", "NEWT"] * 2
    assert [held.account for _, held in life.matured] == [BUYER, MAKER]
    assert found[0].row["contract_type"] == "FUTR"
    assert found[0].row["expiration_date"] == found[0].row["settlement_date"] == "2020-04-11"


def test_natural_person() -> None:
    """No LEI: the house reports, against the member's LEI and the client's code, its own way."""
    acts = begun()
    acts.trade((PERSON, 0), (MAKER, 0), WAD, 8000 * WAD)
    for row in (one for one in rows(acts) if one["account"] == PERSON):
        assert row["counterparty_1"] == HOUSE_LEI
        assert row["counterparty_2"] == lei_of(MEMBER) + CLIENT_CODE
        assert row["counterparty_2_is_lei"] is False
        assert row["direction"] == "SLLR"


def test_authorised_ccp() -> None:
    """From the authorisation on trades are cleared, and what is open is updated; then no more."""
    acts = begun()
    acts.trade((BUYER, 0), (MAKER, 0), WAD, 8000 * WAD)
    law = {"legal_basis": bytes(32), "case_hash": bytes(32)}
    # Another party's mark says nothing of the house.
    acts.add("CcpAuthorised", account=MAKER, word=party_word(MAKER, ccp=True), **law)
    before = len(rows(acts))
    acts.add("CcpAuthorised", account=SUPERVISED, word=party_word(SUPERVISED, ccp=True), **law)
    acts.trade((BUYER, WAD), (MAKER, -WAD), WAD, 8000 * WAD)
    acts.add("CcpWithdrawn", account=SUPERVISED, word=party_word(SUPERVISED), **law)
    found = rows(acts)
    assert before == 4
    assert said(found[4:], *WHAT, "level", "cleared", "ccp", "clearing_member") == [
        ("MODI", "UPDT", "PSTN", "Y", HOUSE_LEI, lei_of(MEMBER)),
        ("MODI", "UPDT", "PSTN", "Y", HOUSE_LEI, lei_of(MEMBER)),
        ("POSC", "CLRG", "TCTN", "Y", HOUSE_LEI, lei_of(MEMBER)),
        ("MODI", "INCP", "PSTN", "Y", HOUSE_LEI, lei_of(MEMBER)),
        ("POSC", "CLRG", "TCTN", "Y", HOUSE_LEI, lei_of(MEMBER)),
        ("MODI", "INCP", "PSTN", "Y", HOUSE_LEI, lei_of(MEMBER)),
        ("MODI", "UPDT", "PSTN", "N", "", ""),
        ("MODI", "UPDT", "PSTN", "N", "", ""),
    ]


def test_upi_assigned() -> None:
    """A product's identifier that comes later updates what is open in it, and nothing else."""
    acts = begun()
    acts.trade((BUYER, 0), (MAKER, 0), WAD, 8000 * WAD)
    acts.trade((BUYER, 0), (MAKER, 0), WAD, 8000 * WAD, instrument=FUTURE)
    upi = b"QZXYZ1234567".ljust(32, b"\0")
    acts.add("UpiAssigned", instrument=FUTURE, upi=upi)
    found = rows(acts)[8:]
    assert said(found, *WHAT, "instrument", "upi") == [("MODI", "UPDT", FUTURE, "QZXYZ1234567")] * 2


def test_settlement_in_what_is_no_currency() -> None:
    """A token's ticker never stands in a field of a currency (ESMA74-362-2281, para 370)."""
    acts = begun()
    listed = next(one for one in acts.events if one.name == "InstrumentRegistered")
    listed.args["settlement_currency"] = b"USDC".ljust(32, b"\0")  # type: ignore[index]
    acts.trade((BUYER, 0), (MAKER, 0), WAD, 8000 * WAD)
    life, found = _life(acts)
    for one in found:
        fields = [value for key, value in one.row.items() if key.endswith("currency")]
        assert fields
        assert set(fields) == {""}
        assert one.row["settlement_token"] == HOUSE
    assert life.registers.doubts() == [
        "Instrument 1 settles in what has no ISO 4217 code: its currencies stay empty."
    ]


def test_unknown_account() -> None:
    """A leg of an account that nobody onboarded is refused by name."""
    acts = begun()
    acts.trade((9, 0), (MAKER, 0), WAD, 8000 * WAD)
    with pytest.raises(InputError, match="account 9: no event onboarded its party, expected one"):
        rows(acts)
