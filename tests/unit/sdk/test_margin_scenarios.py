"""Portfolio margin against its own words in exact fractions, and on books worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings

from keelmark.errors import InputError
from keelmark.margin import Portfolio, check, check_account, withdrawable
from keelmark.margin.marks import JUMPED, STALE, price_flags
from keelmark.regulation.corpus import Status
from keelmark.types import (
    AccountState,
    ClientCategory,
    Engine,
    MarketState,
    Position,
    PriceLane,
    Regime,
    Valuation,
)
from tests.support.books import NOW, WAD, dated, perpetual
from tests.support.option_books import (
    EXPIRY,
    array_word,
    exact_figures,
    is_open_option,
    option,
    option_accounts,
    option_market,
    scenario_account,
)

FORWARD = 8192 * WAD
"""One step of a lane is one settlement unit for one unit of the underlier."""

WEIGHT_ROUNDING = 2**24 * 2**14 // 2**13
"""Wei by which a position's weight, rounded up, can raise its largest result."""

CALL, PUT, FUTURE, ETHER = 1, 2, 3, 4
CALL_LANES = [300, -200, 900, 500, -100, -450, 1600, 1250, -350, -520, 2300, 2000, -500, -560]
CALL_LANES += [1800, -250]
PUT_LANES = [300, -200, -100, -450, 900, 500, -350, -520, 1600, 1250, -500, -560, 2300, 2000]
PUT_LANES += [-250, 1800]


def book() -> MarketState:
    """A call, a put and a future on one underlier, a call on another; scan ranges of 33 %."""
    return option_market(
        {
            CALL: option(CALL_LANES),
            PUT: option(PUT_LANES),
            FUTURE: dated(),
            ETHER: option(CALL_LANES, feed=2),
        },
        {1: 8000 * WAD, 2: 8000 * WAD},
        {CALL: CALL_LANES, PUT: PUT_LANES, ETHER: CALL_LANES},
        {(1, EXPIRY): FORWARD, (2, EXPIRY): FORWARD},
    )


def required(*positions: Position, retail: bool = False) -> tuple[int, int, int]:
    """W, S and IM in whole settlement units, rounded down."""
    account = scenario_account(*positions, retail=retail)
    result = check_account(account, book(), Valuation.OPENING)
    return result.worst // WAD, result.gross // WAD, result.initial_margin // WAD


def test_one_long_option_asks_its_worst_lane() -> None:
    assert required(Position(CALL, WAD, 0)) == (560, 560, 560)
    assert required(Position(CALL, 2 * WAD, 0)) == (1120, 1120, 1120)


def test_one_short_option_asks_its_best_lane_and_a_step() -> None:
    assert required(Position(CALL, -WAD, 0)) == (2301, 2301, 2301)


def test_a_straddle_offsets_by_what_its_worst_scenario_leaves() -> None:
    # Long both: the worst common scenario is two thirds of a scan either way, volatility down:
    # 1250 - 520 gains, so that the worst is no move at all with volatility down: 400.
    # S = 560 + 560; IM = 400 + 0.2 * 720.
    assert required(Position(CALL, WAD, 0), Position(PUT, WAD, 0)) == (400, 1120, 544)


def test_a_hedge_of_the_same_option_leaves_one_step_and_a_fifth() -> None:
    held = (Position(CALL, WAD, 0), Position(ETHER, -WAD, 0))
    # Across underliers nothing offsets.
    assert required(*held) == (2861, 2861, 2861)
    same = book()
    two = replace(same, instruments={**same.instruments, 5: same.instruments[CALL]})
    two = replace(two, arrays={**two.arrays, 5: two.arrays[CALL]})
    account = scenario_account(Position(CALL, WAD, 0), Position(5, -WAD, 0))
    result = check_account(account, two, Valuation.OPENING)
    # W is the step that the short adds against itself; IM = 1 + 0.2 (560 + 2301 - 1).
    assert (result.worst // WAD, result.gross // WAD) == (1, 2861)
    assert result.initial_margin // WAD == 573


def test_linear_positions_join_the_scenarios_by_their_move() -> None:
    # 8,000 at 33 %: a scan range is 2,640.
    assert required(Position(FUTURE, WAD, -8000 * WAD)) == (2640, 2640, 2640)
    # Short call and long future: up, the future gains 880, 1,760, 2,640 against 901, 1,601 and
    # 2,301, so that the worst is 21; the extreme up gains 1,848 against 1,801. Down, it loses
    # 2,640 against the 499 that the call brings then: 2,141.
    worst = 2640 - 499
    own = 2640 + 2301
    assert required(Position(CALL, -WAD, 0), Position(FUTURE, WAD, 0)) == (
        worst,
        own,
        int(worst + Fraction(own - worst, 5)),
    )
    # Long call and short future: down, the future gains at least as much as the call loses; up
    # three thirds with volatility down 2,640 - 2,000; still, with volatility down, 200.
    assert required(Position(CALL, WAD, 0), Position(FUTURE, -WAD, 0))[0] == 640


def test_extremes_move_two_scan_ranges_for_a_third_of_the_result() -> None:
    # Lane 15 loses 250 and the future a further 0.7 * 2,640 = 1,848; lane 13 has more.
    calm = [0] * 14 + [0, -1500]
    quiet = book()
    quiet = replace(
        quiet,
        instruments={**quiet.instruments, CALL: option(calm)},
        arrays={**quiet.arrays, CALL: array_word(calm)},
    )
    account = scenario_account(Position(CALL, WAD, 0), Position(FUTURE, WAD, 0))
    assert check_account(account, quiet, Valuation.OPENING).worst // WAD == 1848 + 1500


def test_a_short_option_asks_one_percent_of_its_forward_at_least() -> None:
    far = book()
    nothing = [0] * 16
    far = replace(
        far,
        instruments={**far.instruments, CALL: option(nothing, mark=0)},
        arrays={**far.arrays, CALL: array_word(nothing)},
    )
    result = check_account(scenario_account(Position(CALL, -3 * WAD, 0)), far, Valuation.OPENING)
    assert result.worst // WAD == 3
    assert result.short_minimum // (WAD // 100) == 3 * 8192
    assert result.initial_margin == result.short_minimum
    long = check_account(scenario_account(Position(CALL, 3 * WAD, 0)), far, Valuation.OPENING)
    assert long.initial_margin == 0


def test_a_multiplier_tightens_options_as_it_does_futures() -> None:
    tight = book()
    tight = replace(
        tight, instruments={**tight.instruments, CALL: option(CALL_LANES, multiplier_bps=15_000)}
    )
    result = check_account(scenario_account(Position(CALL, -WAD, 0)), tight, Valuation.OPENING)
    assert result.initial_margin // (WAD // 10) == 34_515


def test_a_retail_client_pays_for_its_options_and_stays_on_its_floor() -> None:
    long = (Position(CALL, WAD, 0), Position(PUT, WAD, 0))
    assert required(*long, retail=True) == (0, 0, 0)
    # Half of the forward of a short option beats its own 2,301; half of 8,000 beats 2,640; no
    # netting against the long put.
    short = (Position(CALL, -WAD, 0), Position(PUT, WAD, 0), Position(FUTURE, WAD, 0))
    assert required(*short, retail=True) == (0, 2301 + 2640, 4096 + 4000)


def test_a_retail_floor_below_what_positions_lose_alone_does_not_bind() -> None:
    wild = [0] * 15 + [8000]
    made = book()
    made = replace(
        made,
        instruments={**made.instruments, CALL: option(wild)},
        arrays={**made.arrays, CALL: array_word(wild)},
    )
    account = scenario_account(Position(CALL, -WAD, 0), retail=True)
    assert check_account(account, made, Valuation.OPENING).initial_margin // WAD == 8001


def test_close_out_asks_retail_at_the_forward_of_entry() -> None:
    account = scenario_account(
        Position(CALL, -WAD, 0),
        Position(PUT, WAD, 0),
        retail=True,
        entry_notional={CALL: 10_000 * WAD, PUT: 90_000 * WAD},
    )
    result = check_account(account, book(), Valuation.CLOSE_OUT)
    assert (result.retail, result.retail_entry) == (4096 * WAD, 5000 * WAD)
    assert check_account(account, book(), Valuation.OPENING).initial_margin == 4096 * WAD


def test_a_premium_backs_nothing_that_retail_opens() -> None:
    held = (Position(CALL, WAD, 0), Position(PUT, -WAD, 0), Position(FUTURE, WAD, -7000 * WAD))
    # Marks of 500: a long call is worth 500, a short put owes 500, the future has won 1,000.
    expected = {Valuation.OPENING: 1000, Valuation.WITHDRAWAL: 0, Valuation.CLOSE_OUT: 1500}
    for retail in (False, True):
        account = scenario_account(*held, retail=retail, cash=500 * WAD)
        for valuation, equity in expected.items():
            whole = equity + (500 if valuation is Valuation.OPENING and not retail else 0)
            assert check_account(account, book(), valuation).equity == whole * WAD


def test_net_option_value_is_left_out_of_what_may_be_withdrawn() -> None:
    account = scenario_account(Position(CALL, WAD, 0), cash=1000 * WAD)
    assert withdrawable(account, book()) == (1000 - 560) * WAD


def test_a_settled_option_is_worth_what_it_paid_and_asks_nothing() -> None:
    made = book()
    settled = replace(option(CALL_LANES), settled=True, funding_index=123 * WAD)
    made = replace(made, instruments={**made.instruments, CALL: settled})
    for engine in Engine:
        account = AccountState(positions=(Position(CALL, -2 * WAD, 0),), engine=engine)
        result = check_account(account, made, Valuation.CLOSE_OUT)
        assert (result.equity, result.initial_margin) == (-246 * WAD, 0)


def test_the_schedule_knows_no_options() -> None:
    account = AccountState(positions=(Position(CALL, WAD, 0),))
    with pytest.raises(InputError, match="kind must be a perpetual or a dated future"):
        check_account(account, book(), Valuation.OPENING)


def test_a_fifth_underlier_is_refused() -> None:
    instruments = {number: option([0] * 16, feed=number) for number in range(1, 6)}
    arrays = {number: [0] * 16 for number in instruments}
    forwards = {(number, EXPIRY): FORWARD for number in instruments}
    made = option_market(instruments, dict.fromkeys(instruments, WAD), arrays, forwards)
    held = [Position(number, WAD, 0) for number in instruments]
    check_account(scenario_account(*held[:4]), made, Valuation.OPENING)
    with pytest.raises(InputError, match="at most 4 underliers"):
        check_account(scenario_account(*held), made, Valuation.OPENING)


def test_what_makes_an_array_stale() -> None:
    made = book()
    assert [price_flags(number, made) for number in (CALL, FUTURE)] == [0, 0]
    other = replace(made, epochs={1: 8, 2: 7})
    assert [price_flags(number, other) for number in (CALL, ETHER, FUTURE)] == [STALE, 0, 0]
    # No surface, and an array of epoch 0: only its validity tells that there never was one.
    fresh = option([0] * 16, valid_until=0)
    none = replace(made, epochs={}, arrays={}, instruments={CALL: fresh})
    assert price_flags(CALL, none) == STALE
    edge = replace(made, now=NOW + 3600)
    assert price_flags(CALL, edge) == 0
    assert price_flags(CALL, replace(edge, now=NOW + 3601)) == STALE
    old = replace(made, lanes={**made.lanes, 1: PriceLane(WAD, NOW - 1)})
    assert price_flags(CALL, old) == STALE
    jumped = replace(made, instruments={CALL: option(CALL_LANES, jumped=True)})
    assert price_flags(CALL, jumped) == JUMPED


@settings(max_examples=200, deadline=None)
@given(option_accounts(retail=False))
def test_the_requirement_is_the_method_in_fractions(
    drawn: tuple[AccountState, MarketState],
) -> None:
    """From the exact formula by rounding only, which for options is some 2^25 wei each."""
    account, made = drawn
    result = check_account(account, made, Valuation.OPENING)
    worst, alone, minimum, margin = exact_figures(account, made)
    options = sum(is_open_option(made.instruments[held.instrument]) for held in account.positions)
    # A linear charge is rounded up to a wei of notional at a rate rounded up to a basis point.
    linear = sum(
        Fraction(abs(held.size) * made.lanes[made.instruments[held.instrument].feed].price, WAD)
        / 10_000
        + 2
        for held in account.positions
        if not is_open_option(made.instruments[held.instrument])
    )
    room = options * WEIGHT_ROUNDING + linear + 4
    for found, exact in (
        (result.worst, worst),
        (result.gross, alone),
        (result.short_minimum, minimum),
        (result.initial_margin, margin),
    ):
        assert exact - room <= found <= exact + room


@settings(max_examples=100, deadline=None)
@given(option_accounts())
def test_margin_stands_between_the_worst_scenario_and_no_offsets(
    drawn: tuple[AccountState, MarketState],
) -> None:
    account, made = drawn
    result = check_account(account, made, Valuation.CLOSE_OUT)
    assert result.worst >= 0
    assert result.initial_margin >= result.worst
    if account.retail:
        assert result.initial_margin == max(result.gross, result.retail, result.retail_entry)
    else:
        feeds = len({made.instruments[held.instrument].feed for held in account.positions})
        assert result.net <= max(result.gross, result.worst) + 1
        assert 5 * result.net >= result.gross
        assert result.worst <= result.gross + feeds
    parts = (
        check_account(replace(account, positions=(held,)), made, Valuation.CLOSE_OUT)
        for held in account.positions
    )
    # Holding positions together never asks for more than apart.
    assert result.initial_margin <= sum(part.initial_margin for part in parts) + 8


def test_a_perpetual_and_a_future_offset_like_any_two() -> None:
    made = book()
    made = replace(made, instruments={**made.instruments, 9: perpetual()})
    account = scenario_account(Position(FUTURE, WAD, 0), Position(9, -WAD, 0))
    result = check_account(account, made, Valuation.OPENING)
    assert (result.worst, result.gross) == (0, 5280 * WAD)
    assert result.initial_margin == 1056 * WAD


def test_a_check_names_the_rules_of_its_engine() -> None:
    account = scenario_account(Position(CALL, -WAD, 0), cash=9000 * WAD)
    made = Portfolio(Regime.CLEARED_OTC, ClientCategory.PROFESSIONAL, "DE", account, book())
    answer = check(made)
    named = {rule.id: rule.status for rule in answer.rules}
    assert "PORTFOLIO_OFFSET_CAP_BPS" in named
    assert {named[name] for name in named if name.startswith("PM_")} == {Status.PRACTICE}
    assert {"SCAN_BTC_OTC_BPS", "PM_SHORT_MINIMUM_BPS"} <= set(named)
    assert not {"IM_CRYPTO_BPS", "NET_NGR_BPS"} & set(named)
    assert answer.may_open
    linear = AccountState(positions=(Position(FUTURE, WAD, 0),))
    by_schedule = {rule.id for rule in check(replace(made, account=linear)).rules}
    assert {"IM_CRYPTO_BPS", "NET_NGR_BPS"} <= by_schedule
    assert not any(name.startswith("PM_") for name in by_schedule)
