"""The liquidation report: the call before a take-over and the loss after it, worked by hand."""

from __future__ import annotations

from keelmark.reports.regulatory.fields import make_table
from keelmark.reports.regulatory.life import LifeCycle
from keelmark.reports.regulatory.liquidation import (
    LIQUIDATION_FIELDS,
    Liquidations,
    support_tables,
)
from keelmark.reports.regulatory.registers import Registers
from keelmark.reports.regulatory.terms import Venue
from tests.support.books import WAD
from tests.support.reported import (
    BOARD,
    BUYER,
    HOUSE,
    HOUSE_LEI,
    MAKER,
    MEMBER,
    PERPETUAL,
    Acts,
    begun,
    lei_of,
)


def folded(acts: Acts) -> tuple[Liquidations, LifeCycle]:
    """The report of a script."""
    registers = Registers(HOUSE_LEI)
    life = LifeCycle(Venue(HOUSE_LEI, HOUSE, BOARD), registers)
    found = Liquidations(registers)
    for event in acts.events:
        found.apply(event, list(life.apply(event)))
    return found, life


def taken_in_two() -> Acts:
    """Called at 00:02, a quarter taken at 02:02, the rest at once, then the loss."""
    acts = begun()
    acts.trade((BUYER, 0), (MAKER, 0), 4 * WAD, 8000 * WAD)
    acts.add(
        "MarginCalled",
        account=BUYER,
        member=MEMBER,
        equity=100 * WAD,
        initial_margin=200 * WAD,
        deadline=acts.time + 3660,
    )
    acts.trade((MEMBER, 0), (BUYER, 4 * WAD), WAD, 6000 * WAD, mode=2, after=7200)
    acts.taken(BUYER, MEMBER, WAD, 6000 * WAD, instrument=PERPETUAL)
    acts.trade((MEMBER, WAD), (BUYER, 3 * WAD), 3 * WAD, 6000 * WAD, mode=2)
    acts.taken(BUYER, MEMBER, 3 * WAD, 6000 * WAD, instrument=PERPETUAL)
    acts.add(
        "LossAllocated",
        account=BUYER,
        member=MEMBER,
        deficit=90 * WAD,
        from_member_cash=10 * WAD,
        from_member_share=20 * WAD,
        from_house=25 * WAD,
        from_others=30 * WAD,
        uncovered=5 * WAD,
    )
    acts.add("DebtRecorded", None, account=BUYER, member=MEMBER, amount=90 * WAD)
    return acts


def test_default_behavior() -> None:
    """Both take-overs name the call; the loss and the debt stand with the last."""
    acts = taken_in_two()
    found, life = folded(acts)
    first, last = (one.row for one in found.rows)
    for row in (first, last):
        assert row["called_at"] == "2020-03-12T00:02:00Z"
        assert row["deadline"] == "2020-03-12T01:02:00Z"
        assert (row["counterparty_1"], row["direction"]) == (lei_of(BUYER), "BYER")
        assert (row["account"], row["taker"], row["member"]) == (BUYER, MEMBER, MEMBER)
        assert (row["way"], row["price"], row["penalty"]) == ("take-over", 6000 * WAD, 7 * WAD)
    assert (first["action_type"], first["quantity"]) == ("MODI", WAD)
    assert (last["action_type"], last["event_type"]) == ("TERM", "ETRM")
    assert last["quantity"] == 3 * WAD
    assert first["uti"] == last["uti"]
    assert "deficit" not in first
    layers = ("from_member_cash", "from_member_share", "from_house", "from_others", "uncovered")
    assert [last[key] for key in layers] == [n * WAD for n in (10, 20, 25, 30, 5)]
    assert sum(int(last[key]) for key in layers) == last["deficit"] == last["debt"] == 90 * WAD
    assert make_table("liquidation", LIQUIDATION_FIELDS, [first, last]).parquet()
    assert life.registers.counterparty(BUYER).member == lei_of(MEMBER)


def test_trigger() -> None:
    """90 of 200 is below half: closed out at once, whatever was called."""
    found, _ = folded(taken_in_two())
    assert {one.row["trigger"] for one in found.rows} == {"below half of margin"}


def test_without_a_call() -> None:
    """A call that was met before is not this take-over's."""
    acts = taken_in_two()
    called = next(place for place, one in enumerate(acts.events) if one.name == "MarginCalled")
    later = Acts()
    ended = later.add(
        "MarginCallEnded", account=BUYER, member=MEMBER, equity=300 * WAD, initial_margin=200 * WAD
    )
    acts.events.insert(called + 1, ended)
    found, _ = folded(acts)
    assert all("called_at" not in one.row and "deadline" not in one.row for one in found.rows)


def test_support_tables() -> None:
    """Calls, losses and debts stand in tables of their own, without a replay's marks."""
    acts = taken_in_two()
    _, life = folded(acts)
    names = {"MarginCalled", "LossAllocated", "DebtRecorded"}
    tables = support_tables([one for one in acts.events if one.name in names], life.registers)
    assert [(one.name, len(one.rows)) for one in tables] == [
        ("margin_calls", 1),
        ("losses", 1),
        ("debts", 1),
    ]
    for table in tables:
        assert "synthetic" not in {column.name for column in table.columns}
        assert table.records()[0]["party"] == lei_of(BUYER)
