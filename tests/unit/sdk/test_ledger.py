"""The ledger on events written by hand, with figures worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keelmark.ledger import rebuild, reconcile
from keelmark.ledger.fold import UnknownAccount
from keelmark.ledger.reconcile import money
from keelmark.margin.words import (
    pack_account,
    pack_market,
    pack_position,
)
from keelmark.types import AccountFlag, Position
from tests.support.books import NOW, WAD
from tests.support.ledger_script import (
    CLIENT,
    FUTURE,
    MEMBER,
    PERPETUAL,
    RETAIL,
    Script,
    opened,
    reads_of,
)


@pytest.fixture
def script() -> Script:
    """A member, a client and a retail client, with money in and two instruments."""
    return opened()


def traded(script: Script) -> Script:
    """The client buys two at 5,010 from the member, then sells one at 5,100."""
    script.leg(CLIENT, 2 * WAD, 5010 * WAD, (2 * WAD, -10_020 * WAD, 5000 * WAD))
    script.leg(MEMBER, -2 * WAD, 5010 * WAD, (-2 * WAD, 10_020 * WAD, 5000 * WAD), flags=17)
    script.leg(CLIENT, -WAD, 5100 * WAD, (WAD, -5010 * WAD, 5090 * WAD), action=3)
    script.leg(MEMBER, WAD, 5100 * WAD, (-WAD, 5010 * WAD, 4910 * WAD), action=3, flags=17)
    return script


def test_trades_are_re_done(script: Script) -> None:
    ledger = rebuild(traded(script).events)
    assert ledger.findings == []
    assert ledger.account(CLIENT).cash == 5090 * WAD
    assert ledger.account(CLIENT).positions == {PERPETUAL: Position(PERPETUAL, WAD, -5010 * WAD)}
    market = ledger.house.markets[PERPETUAL]
    assert (market.gross_lots, market.volume_lots) == (2 * 10**5, 3 * 10**5)
    # 10,020 units at 0.2 % and 5,100 units at 2 %.
    assert market.premium_weight == 15_120
    assert market.premium_acc == 10_020 * 200_000 + 5_100 * 2_000_000
    assert money(ledger) == 15_000 * WAD
    assert ledger.account(MEMBER).carried == 3
    assert reconcile(ledger, reads_of(ledger)) == []


@pytest.mark.parametrize("field", ["position_size", "position_quote", "cash"])
def test_a_wrong_wei_in_a_leg_is_a_finding(script: Script, field: str) -> None:
    events = traded(script).events
    wrong = dict(events[-1].args)
    wrong[field] = events[-1].number(field) + 1
    events[-1] = replace(events[-1], args=wrong)
    findings = rebuild(events).findings
    assert [(found.field, found.difference) for found in findings] == [(field, 1)]


def test_funding_is_rolled_again(script: Script) -> None:
    traded(script)
    # The average premium is 0.8 %, clamped to 0.5 %: 25 over 28,800 seconds.
    rate = 25 * WAD // 28_800
    script.add(
        "FundingRolled",
        7200,
        instrument=PERPETUAL,
        feed=1,
        funding_index=0,
        funding_rate=rate,
        index=5000 * WAD,
        premium=500_000,
        weight=15_120,
    )
    paid = 5000 * WAD - 600 * rate
    script.leg(CLIENT, -WAD, 5000 * WAD, (0, 0, 5080 * WAD - 600 * rate), action=4, later=600)
    ledger = rebuild(script.events)
    assert ledger.findings == []
    assert ledger.account(CLIENT).cash == 5090 * WAD - 5010 * WAD + paid
    assert ledger.house.markets[PERPETUAL].premium_weight == 5000 - 5000
    script.events[-2] = replace(
        script.events[-2], args={**script.events[-2].args, "funding_rate": rate + 1}
    )
    assert "funding_rate" in {found.field for found in rebuild(script.events).findings}


def test_retail_entry_notional_is_kept(script: Script) -> None:
    script.leg(RETAIL, WAD, 5010 * WAD, (WAD, -5010 * WAD, 5000 * WAD), flags=3)
    script.leg(RETAIL, -WAD // 4, 5010 * WAD, _three_quarters(), action=3, flags=3)
    assert rebuild(script.events).account(RETAIL).entry_notional == {PERPETUAL: 5010 * WAD * 3 // 4}


def _three_quarters() -> tuple[int, int, int]:
    return 3 * WAD // 4, -5010 * WAD * 3 // 4, 5000 * WAD


def test_settlement_leaves_its_fractions_to_the_house(script: Script) -> None:
    size, price = 10**13, 5000 * WAD + 50_001
    for account, sign, flags in ((CLIENT, 1, 1), (MEMBER, -1, 17)):
        after = (sign * size, -sign * size * 5000, 5000 * WAD)
        script.leg(account, sign * size, 5000 * WAD, after, flags=flags, instrument=FUTURE)
    script.add("InstrumentSettled", instrument=FUTURE, feed=1, price=price, expiry=NOW + 9)
    # 10^13 * 50,001 / 10^18 is 0.50001 wei: nothing for the long, one wei from the short.
    for account, sign, flow in ((CLIENT, 1, 0), (MEMBER, -1, -1)):
        script.add(
            "PositionSettled",
            account=account,
            instrument=FUTURE,
            size=sign * size,
            cash_flow=flow,
            cash=5000 * WAD + flow,
        )
        assert money(rebuild(script.events)) == 15_000 * WAD
    ledger = rebuild(script.events)
    assert ledger.findings == []
    assert ledger.house.dust == 1
    assert ledger.house.markets[FUTURE].gross_lots == 0


def test_calls_losses_and_debts(script: Script) -> None:
    script.add(
        "MarginCalled",
        account=CLIENT,
        member=MEMBER,
        equity=0,
        initial_margin=1,
        deadline=NOW + 9999,
    )
    called = rebuild(script.events).account(CLIENT)
    assert called.flags == AccountFlag.EXISTS | AccountFlag.CALLED
    assert called.call_deadline == NOW + 9999
    script.add("MarginCallEnded", account=CLIENT, member=MEMBER, equity=1, initial_margin=1)
    # The client loses 6,000: 1,000 more than it has. The member bears 400 in cash.
    script.leg(CLIENT, WAD, 5000 * WAD, (WAD, -5000 * WAD, 5000 * WAD))
    script.leg(MEMBER, -WAD, 5000 * WAD, (-WAD, 5000 * WAD, 5000 * WAD), flags=17)
    script.leg(CLIENT, -WAD, WAD, (0, 0, WAD), action=4)
    script.leg(MEMBER, WAD, WAD, (0, 0, 9999 * WAD), action=4, flags=17)
    script.add(
        "CollateralWithdrawn", account=CLIENT, asset=0, amount=1001 * 10**6, balance=-1000 * WAD
    )
    script.add(
        "LossAllocated",
        account=CLIENT,
        member=MEMBER,
        deficit=1000 * WAD,
        from_member_cash=400 * WAD,
        from_member_share=300 * WAD,
        from_house=0,
        from_others=100 * WAD,
        uncovered=200 * WAD,
    )
    script.add("DebtRecorded", account=CLIENT, member=MEMBER, amount=1000 * WAD)
    ledger = rebuild(script.events)
    assert ledger.findings == []
    assert ledger.account(CLIENT).debts == [400 * WAD, 300 * WAD, 0, 100 * WAD, 200 * WAD]
    assert ledger.account(CLIENT).flags == AccountFlag.EXISTS | AccountFlag.INDEBTED
    assert (ledger.house.uncovered, ledger.house.episode) == (200 * WAD, 1)
    assert ledger.account(MEMBER).cash == 9599 * WAD
    script.add("GainCounted", account=MEMBER, episode=1, gain=500 * WAD, total=500 * WAD)
    script.add("GainScaled", account=MEMBER, episode=1, amount=200 * WAD, cash=9399 * WAD)
    script.add("DebtPaid", account=CLIENT, member=MEMBER, amount=650 * WAD, remaining=350 * WAD)
    ledger = rebuild(script.events)
    assert ledger.findings == []
    assert ledger.account(CLIENT).debts == [350 * WAD, 0, 0, 0, 0]
    assert ledger.account(MEMBER).cash == 9449 * WAD
    # What the gain gave up came back from the debtor: it belongs to the house.
    assert (ledger.house.uncovered, ledger.house.dust) == (0, 200 * WAD)


def test_a_take_over_shows_its_penalty(script: Script) -> None:
    traded(script)
    script.leg(CLIENT, -WAD, 5000 * WAD, (0, 0, 5080 * WAD - 7), action=4, mode=2)
    taken = (0, 0, 4920 * WAD + 7)
    script.leg(MEMBER, WAD, 5000 * WAD, taken, action=4, mode=2, flags=17)
    figures = {
        "account": CLIENT,
        "instrument": PERPETUAL,
        "taker": MEMBER,
        "mode": 2,
        "size": WAD,
        "mark": 5000 * WAD,
        "penalty": 7,
        "equity_before": 10,
        "margin_before": 100,
        "equity_after": 3,
        "margin_after": 0,
    }
    script.add("PositionLiquidated", **figures)
    assert rebuild(script.events).findings == []
    script.events.pop()
    script.add("PositionLiquidated", **{**figures, "penalty": 6, "margin_after": 93})
    found = {(finding.field, finding.difference) for finding in rebuild(script.events).findings}
    assert found == {("penalty", -1), ("penalty", 1), ("shortfall", 1)}


def test_collateral_changes_hands(script: Script) -> None:
    figures = {"account": CLIENT, "asset": 1, "buyer": MEMBER, "amount": 30, "cost": 5}
    after = {"cash": 5000 * WAD + 5, "balance": 40}
    bought = {"buyer_cash": 5000 * WAD - 5, "buyer_balance": 30}
    script.add("CollateralSold", **figures, **after, **bought)
    ledger = rebuild(script.events)
    assert ledger.findings == []
    assert (ledger.account(CLIENT).balances, ledger.account(MEMBER).balances) == ({1: 40}, {1: 30})
    assert ledger.account(CLIENT).record().collateral_mask == 1


def test_an_account_that_nobody_opened_is_refused(script: Script) -> None:
    script.leg(9, WAD, 5000 * WAD, (WAD, -5000 * WAD, 0))
    with pytest.raises(UnknownAccount, match="account 9: no event opened it"):
        rebuild(script.events)


def test_every_difference_is_named_to_the_wei(script: Script) -> None:
    ledger = rebuild(traded(script).events)
    true = reads_of(ledger)
    client = true.accounts[CLIENT]
    account = pack_account(replace(ledger.account(CLIENT).record(), cash=5090 * WAD - 1))
    position = pack_position(Position(PERPETUAL, WAD, -5010 * WAD + 3))
    wrong = replace(client, word=account, positions=(position,), balances={1: 69})
    market = pack_market(replace(ledger.house.markets[PERPETUAL], volume_lots=1))
    reads = replace(
        true,
        accounts={MEMBER: true.accounts[MEMBER], CLIENT: wrong, 8: client},
        markets={**true.markets, PERPETUAL: market},
        dust=4,
        token_balance=money(ledger) - 2,
    )
    found = [(gap.place, gap.field, gap.difference) for gap in reconcile(ledger, reads)]
    assert found == [
        ("account 2", "cash", -1),
        ("account 2", "position quote 1", 3),
        ("account 2", "balance 1", -1),
        ("account 3", "open", -1),
        ("account 8", "open", 1),
        ("instrument 1", "volume_lots", 1 - 3 * 10**5),
        ("house", "dust", 4),
        ("house", "token balance", -2),
    ]
    gift = replace(true, token_balance=money(ledger) + 1)
    assert reconcile(ledger, gift) == []


def test_sizes_that_do_not_cancel_break_an_invariant(script: Script) -> None:
    events = traded(script).events
    ledger = rebuild(events[:-1])
    gaps = {(gap.place, gap.field, gap.rebuilt) for gap in reconcile(ledger, reads_of(ledger))}
    assert ("instrument 1", "sum of sizes", -WAD) in gaps
