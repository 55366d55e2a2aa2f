"""`liquidate_many`: a liquidator takes over positions in several instruments at once."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils import keccak

from keelmark.ledger import reconcile
from tests.support.chained import chained_root, stored_root
from tests.support.distress import LOT, SHORT, check_money, events
from tests.support.market import BTC, ETH, HOUSE_LEI, RETAIL, TOKEN_FEED, Market, Position
from tests.support.orders import WAD
from tests.support.parties import lei_word
from tests.support.rebuilt import ledger, reads
from tests.support.several import fall, hedged, two_longs

HOUR = 3_600
MASK_48, MASK_64 = 2**48 - 1, 2**64 - 1


@pytest.fixture
def low(market: Market) -> tuple[Market, list[tuple[int, int]]]:
    """Two longs below the close-out level, and what a liquidator takes: 2 BTC and 50 ETH."""
    ether = two_longs(market)
    fall(market)
    return market, [(market.perpetual, 2 * WAD), (ether, 50 * WAD)]


def take(market: Market, takes: list[tuple[int, int]], taker: str = "liquidator") -> Any:
    """A named party takes over from the two longs."""
    return market.do(market.liquidating("two longs", taker, takes), market.actors(taker))


def lots(market: Market, number: int) -> tuple[int, int]:
    """Gross lots and volume in lots of an instrument."""
    word = int(market.house.functions.markets(number).call())
    return word & MASK_48, (word >> 48) & MASK_64


def test_default_behavior(low: tuple[Market, list[tuple[int, int]]]) -> None:
    market, takes = low
    ether = takes[1][0]
    before = {number: lots(market, number) for number, _ in takes}
    take(market, takes)
    # 24,000 less 2 * 2,000 and 50 * 100 of losses, less 1 % of 12,000 + 5,000.
    assert market.cash("two longs") == 14_830 * WAD
    assert market.cash("liquidator") == 1_000_170 * WAD
    assert market.position("two longs") == Position(3 * WAD, -24_000 * WAD)
    assert market.position("two longs", ether) == Position(50 * WAD, -10_000 * WAD)
    assert market.position("liquidator") == Position(2 * WAD, -12_000 * WAD)
    assert market.position("liquidator", ether) == Position(50 * WAD, -5_000 * WAD)
    # 3,300 bps of 18,000 and 5,000 bps of 5,000.
    after = market.margin("two longs")
    assert (after["equity"], after["requirement"]) == (3_830 * WAD, 8_440 * WAD)
    # What changed hands is open as before; it counts as volume.
    for number, size in takes:
        assert lots(market, number)[0] == before[number][0]
        assert lots(market, number)[1] - before[number][1] == size // LOT
    check_money(market)


def test_events(low: tuple[Market, list[tuple[int, int]]], logs: Any) -> None:
    """Two legs and a take-over for each position; what is reported is the state after all."""
    market, takes = low
    receipt = take(market, takes)
    names = [log.event for log in logs(receipt, market.house)]
    assert names == ["TradeReported", "TradeReported", "PositionLiquidated"] * 2
    legs = events(market, logs, receipt, "TradeReported")
    account, taker = market.ids["two longs"], market.ids["liquidator"]
    assert [(leg["account"], leg["instrument"]) for leg in legs] == [
        (who, number) for number, _ in takes for who in (account, taker)
    ]
    keys = ("size", "price", "index", "position_size", "position_quote", "cash")
    assert [tuple(leg[key] // WAD for key in keys) for leg in legs] == [
        (-2, 6_000, 6_000, 3, -24_000, 20_000),
        (2, 6_000, 6_000, 2, -12_000, 1_000_000),
        (-50, 100, 100, 50, -10_000, 14_830),
        (50, 100, 100, 50, -5_000, 1_000_170),
    ]
    # Way 2 (liquidation); action 3 (reduced) or 1 (opened); flag 1 (the account exists).
    assert [leg["execution"] for leg in legs] == [0x010302, 0x010102] * 2
    assert {(leg["equity"], leg["initial_margin"]) for leg in legs[::2]} == {
        (3_830 * WAD, 8_440 * WAD)
    }
    # The taker's: 3,300 bps of 12,000 and 5,000 bps of 5,000, against cash alone.
    assert {(leg["equity"], leg["initial_margin"]) for leg in legs[1::2]} == {
        (1_000_170 * WAD, 6_460 * WAD)
    }
    common = {
        "account": account,
        "taker": taker,
        "mode": 2,
        "equity_before": 4_000 * WAD,
        "margin_before": 14_900 * WAD,
        "equity_after": 3_830 * WAD,
        "margin_after": 8_440 * WAD,
    }
    first, last = events(market, logs, receipt, "PositionLiquidated")
    assert first == common | {
        "instrument": takes[0][0],
        "size": 2 * WAD,
        "mark": 6_000 * WAD,
        "penalty": 0,
    }
    assert last == common | {
        "instrument": takes[1][0],
        "size": 50 * WAD,
        "mark": 100 * WAD,
        "penalty": 170 * WAD,
    }


def test_utis(low: tuple[Market, list[tuple[int, int]]], logs: Any) -> None:
    """Each take has an id: the root before, both accounts, its place. Each leg has a UTI."""
    market, takes = low
    root = stored_root(market.w3, market.house.address)
    legs = events(market, logs, take(market, takes), "TradeReported")
    head = bytes(3) + lei_word(HOUSE_LEI).to_bytes(13, "big")
    for place, leg in enumerate(legs):
        ids = (market.ids["two longs"], market.ids["liquidator"], place // 2)
        trade_id = keccak(root + b"".join(number.to_bytes(32, "big") for number in ids))
        assert bytes(leg["prior_uti"]) == head + trade_id[:16]
        # Leg 1 buys: the taker.
        parts = (market.w3.eth.chain_id, int(market.house.address, 16))
        preimage = b"".join(number.to_bytes(32, "big") for number in parts) + trade_id
        uti = keccak(preimage + (2 - place % 2).to_bytes(32, "big"))
        assert bytes(leg["uti"]) == head + uti[:16]
    assert len({bytes(leg["uti"]) for leg in legs}) == 4


def test_report_chain(low: tuple[Market, list[tuple[int, int]]]) -> None:
    market, takes = low
    house = market.house.address
    root = stored_root(market.w3, house)
    receipt = take(market, takes)
    assert stored_root(market.w3, house) == chained_root([receipt], house, root) != root


def test_rebuilt_from_events_alone(low: tuple[Market, list[tuple[int, int]]]) -> None:
    market, takes = low
    take(market, takes)
    assert reconcile(ledger(market), reads(market)) == []


def test_taker_reduces(low: tuple[Market, list[tuple[int, int]]]) -> None:
    """The maker is short of both: what it takes is open no more."""
    market, takes = low
    before = [lots(market, number)[0] for number, _ in takes]
    take(market, takes, "maker")
    after = [lots(market, number)[0] for number, _ in takes]
    # Both sides give up 2 BTC and 50 ETH.
    assert [one - other for one, other in zip(before, after, strict=True)] == [4_000, 100_000]
    assert market.position("maker") == Position(-23 * WAD, 23 * 8_000 * WAD)
    check_money(market)
    assert reconcile(ledger(market), reads(market)) == []


def test_whole_account(low: tuple[Market, list[tuple[int, int]]], logs: Any) -> None:
    """Nothing is left, so nothing is required; without equity there is no penalty."""
    market, takes = low
    ether = takes[1][0]
    market.price(BTC, 4_000 * WAD)
    receipt = take(market, [(ether, 100 * WAD), (market.perpetual, 5 * WAD)])
    # 24,000 - 20,000 - 10,000.
    assert market.cash("two longs") == -6_000 * WAD
    assert market.statement("two longs")[7] == 0
    found = events(market, logs, receipt, "PositionLiquidated")
    assert [event["penalty"] for event in found] == [0, 0]
    assert {event["equity_after"] for event in found} == {-6_000 * WAD}
    assert {event["margin_after"] for event in found} == {0}
    check_money(market)
    assert reconcile(ledger(market), reads(market)) == []


def test_short_positions(market: Market) -> None:
    ether = market.list_instrument(ETH)
    market.join("two longs", cash=24_000)
    market.trade("maker", "two longs", 5 * WAD, 8_000 * WAD)
    market.trade("maker", "two longs", 100 * WAD, 200 * WAD, ether)
    # 24,000 - 5 * 2,000 - 100 * 40 against 3,300 bps of 50,000 and 5,000 bps of 24,000.
    market.price(BTC, 10_000 * WAD)
    market.price(ETH, 240 * WAD)
    take(market, [(market.perpetual, WAD), (ether, 10 * WAD)])
    assert market.position("two longs") == Position(-4 * WAD, 32_000 * WAD)
    assert market.position("liquidator", ether) == Position(-10 * WAD, 2_400 * WAD)
    # Losses of 2,000 and 400, and 1 % of 12,400.
    assert market.cash("two longs") == (24_000 - 2_400 - 124) * WAD
    assert market.cash("liquidator") == 1_000_124 * WAD
    check_money(market)


def test_same_instrument_twice(low: tuple[Market, list[tuple[int, int]]], logs: Any) -> None:
    """Two takes of 1 BTC are a take of 2; each is judged by what the one before it left."""
    market, _ = low
    receipt = take(market, [(market.perpetual, WAD)] * 2)
    assert market.position("two longs") == Position(3 * WAD, -24_000 * WAD)
    assert market.position("liquidator") == Position(2 * WAD, -12_000 * WAD)
    # 24,000 - 4,000 - 1 % of 12,000.
    assert market.cash("two longs") == 19_880 * WAD
    legs = events(market, logs, receipt, "TradeReported")
    assert [leg["position_size"] // WAD for leg in legs] == [4, 1, 3, 2]
    assert len({bytes(leg["uti"]) for leg in legs}) == 4
    check_money(market)
    assert reconcile(ledger(market), reads(market)) == []


def test_same_instrument_twice_for_more_than_is_held(
    low: tuple[Market, list[tuple[int, int]]], reverts: Any
) -> None:
    market, _ = low
    with reverts("house: size too large"):
        take(market, [(market.perpetual, 3 * WAD)] * 2)


def test_retail_in_part(market: Market) -> None:
    """A retail account's margin at entry goes down with what is taken."""
    ether = market.list_instrument(ETH)
    market.deposit("retail client", 10_000)
    market.trade("retail client", "maker", 100 * WAD, 200 * WAD, ether)
    market.price(BTC, 5_000 * WAD)
    market.price(ETH, 150 * WAD)
    # 55,000 - 30,000 - 5,000 against half of 80,000 + 20,000 at entry.
    before = market.margin("retail client")
    assert (before["equity"], before["requirement"]) == (20_000 * WAD, 50_000 * WAD)
    takes = [(market.perpetual, 4 * WAD), (ether, 40 * WAD)]
    market.do(market.liquidating("retail client", "liquidator", takes), market.actors("liquidator"))
    entry = market.house.functions.entry_notional
    account = market.ids["retail client"]
    assert entry(account, market.perpetual).call() == 48_000 * WAD
    assert entry(account, ether).call() == 12_000 * WAD
    # 1 % of 20,000 + 6,000 is the penalty.
    after = market.margin("retail client")
    assert (after["equity"], after["requirement"]) == (19_740 * WAD, 30_000 * WAD)
    check_money(market)
    assert reconcile(ledger(market), reads(market)) == []


def test_penalty_is_capped(low: tuple[Market, list[tuple[int, int]]]) -> None:
    """The shortfall's share of the requirement may not grow by a penalty."""
    market, takes = low
    # 24,000 - 13,900 - 10,000 = 100, against 3,300 bps of 26,100 and 5,000 bps of 10,000.
    market.price(BTC, 5_220 * WAD)
    take(market, takes)
    # 5,945.2 of 13,613 goes with what is taken; 1 % of 10,440 + 5,000 would be 154.4.
    share = -(-100 * WAD * 59_452 // 136_130)
    assert market.margin("two longs")["equity"] == 100 * WAD - (share - 1)


def test_not_liquidatable(market: Market, reverts: Any) -> None:
    ether = two_longs(market)
    market.price(BTC, SHORT * WAD)
    with reverts("close-out: not liquidatable"):
        take(market, [(market.perpetual, WAD), (ether, WAD)])


def test_stale_price(
    low: tuple[Market, list[tuple[int, int]]], set_time: Any, now: Any, reverts: Any
) -> None:
    market, takes = low
    set_time(now() + 10 * HOUR)
    with reverts("close-out: stale price"):
        take(market, takes)


def test_grace_period(
    low: tuple[Market, list[tuple[int, int]]], set_time: Any, now: Any, reverts: Any
) -> None:
    market, takes = low
    set_time(now() + 10 * HOUR)
    market.price(TOKEN_FEED, WAD)
    fall(market)
    with reverts("close-out: grace period"):
        take(market, takes)
    set_time(now() + HOUR + 2)
    take(market, takes)


def test_price_in_doubt(market: Market, set_time: Any, now: Any, reverts: Any) -> None:
    """A dead feed that could make no difference shields its own position and no other."""
    ether = market.list_instrument(ETH)
    market.trade("client", "maker", LOT, 200 * WAD, ether)
    set_time(now() + 10 * HOUR)
    market.price(TOKEN_FEED, WAD)
    market.price(BTC, 5_500 * WAD)
    set_time(now() + HOUR + 2)
    call = market.liquidating("client", "liquidator", [(market.perpetual, WAD), (ether, LOT)])
    with reverts("close-out: price in doubt"):
        market.do(call, market.actors("liquidator"))
    call = market.liquidating("client", "liquidator", [(market.perpetual, WAD)])
    market.do(call, market.actors("liquidator"))
    assert market.position("client").size == 9 * WAD


def test_somebody_elses_account(low: tuple[Market, list[tuple[int, int]]], reverts: Any) -> None:
    market, takes = low
    with reverts("close-out: gate 9"):
        market.do(market.liquidating("two longs", "maker", takes), market.actors("liquidator"))


def test_retail_taker(low: tuple[Market, list[tuple[int, int]]], reverts: Any) -> None:
    market, takes = low
    market.join("retail taker", RETAIL, "DE", cash=1_000_000)
    with reverts("close-out: retail taker"):
        take(market, takes, "retail taker")


def test_more_than_five(low: tuple[Market, list[tuple[int, int]]], reverts: Any) -> None:
    """The list has room for five."""
    market, _ = low
    with reverts(""):
        take(market, [(market.perpetual, LOT)] * 6)
    take(market, [(market.perpetual, LOT)] * 5)
    assert market.position("two longs").size == 5 * WAD - 5 * LOT


def test_hedge_in_halves(market: Market) -> None:
    """Half of each leg: half of the requirement, and the gain and the loss turn into cash."""
    long, short = hedged(market)
    takes = [(long, 65 * WAD // 10), (short, 45 * WAD // 10)]
    before = market.margin("hedger")["requirement"]
    market.do(market.liquidating("hedger", "liquidator", takes), market.actors("liquidator"))
    assert market.margin("hedger")["requirement"] == before // 2
    # -1,280.5 + 1,336.5, less 1 % of 11 * 7,803.
    assert market.cash("hedger") == (56 * 100 - 85_833) * WAD // 100
    check_money(market)
    assert reconcile(ledger(market), reads(market)) == []
