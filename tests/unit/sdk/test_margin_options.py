"""Options in the twin: trades paid in cash, valuation by formula, exercise, batches."""

from __future__ import annotations

from dataclasses import replace
from math import erf, log, sqrt

import pytest
from eth_abi import encode
from eth_utils import keccak

from keelmark.errors import InputError
from keelmark.margin import check_account
from keelmark.margin.liquidation import batch_take_over, take_over_penalty, trade_account
from keelmark.margin.options import exercised, model_digest, payoff, refresh
from keelmark.margin.trade import apply_option_trade, fill, price_band, within_band
from keelmark.margin.words import pack_instrument
from keelmark.pricing.surface import OptionInputs
from keelmark.types import Action, Option, Position, Valuation
from tests.support.books import DAY, NOW, WAD, perpetual
from tests.support.option_books import (
    EXPIRY,
    option,
    option_market,
    scenario_account,
    unpacked,
)

FORWARD = 8192 * WAD
CALL, OTHER = 1, 2


def black76(forward: float, strike: float, years: float, volatility: float) -> float:
    """A call in double precision."""
    deviation = volatility * sqrt(years)
    near = log(forward / strike) / deviation + deviation / 2

    def normal(x: float) -> float:
        return (1 + erf(x / sqrt(2))) / 2

    return forward * normal(near) - strike * normal(near - deviation)


@pytest.mark.parametrize(
    ("size", "delta", "action", "after", "cash", "entry"),
    [
        (0, 3, Action.OPEN, 3, -1500, 3 * 8192),
        (0, -3, Action.OPEN, -3, 1500, 3 * 8192),
        (2, 3, Action.INCREASE, 5, -1500, 20_000 + 3 * 8192),
        (-4, 1, Action.REDUCE, -3, -500, 15_000),
        (4, -4, Action.CLOSE, 0, 2000, 0),
        (4, -6, Action.OPEN, -2, 3000, 2 * 8192),
    ],
)
def test_a_premium_moves_in_cash(
    size: int, delta: int, action: Action, after: int, cash: int, entry: int
) -> None:
    done = apply_option_trade(size * WAD, delta * WAD, 500 * WAD, FORWARD, 20_000 * WAD)
    assert (done.action, done.size, done.quote) == (action, after * WAD, 0)
    assert (done.cash_change, done.entry_notional) == (cash * WAD, entry * WAD)
    assert done.quote_paid == done.cash_change


def test_both_sides_of_a_premium_cancel_to_the_wei() -> None:
    for size in (1, 7, 10**13 + 1):
        bought = apply_option_trade(0, size, 333 * WAD + 1, FORWARD)
        sold = apply_option_trade(0, -size, 333 * WAD + 1, FORWARD)
        assert bought.cash_change + sold.cash_change == 0
        assert sold.cash_change == size * (333 * WAD + 1) // WAD


def test_a_fill_knows_the_kind() -> None:
    empty = Position(1, 0, 0)
    cash = fill(option([0] * 16), empty, WAD, 500 * WAD, now=NOW, forward=FORWARD)
    quoted = fill(perpetual(), empty, WAD, 500 * WAD, now=NOW)
    assert (cash.quote, cash.cash_change) == (0, -500 * WAD)
    assert (quoted.quote, quoted.cash_change) == (-500 * WAD, 0)


def test_the_band_is_a_part_of_the_mark_or_of_the_forward() -> None:
    assert price_band(1000 * WAD) == 50 * WAD
    assert price_band(1000 * WAD, 8000 * WAD) == 80 * WAD
    assert price_band(3000 * WAD, 8000 * WAD) == 150 * WAD
    assert within_band(0, 80 * WAD, 8000 * WAD)
    assert not within_band(0, 80 * WAD + 1, 8000 * WAD)
    assert within_band(1050 * WAD, 1000 * WAD)
    assert not within_band(1050 * WAD + 1, 1000 * WAD)


@pytest.mark.parametrize(
    ("price", "call", "put"), [(9000, 1000, 0), (8000, 0, 0), (7000, 0, 1000), (1, 0, 7999)]
)
def test_payoff(price: int, call: int, put: int) -> None:
    strike = 8000 * WAD
    assert payoff(Option(strike, call=True), price * WAD) == call * WAD
    assert payoff(Option(strike, call=False), price * WAD) == put * WAD


def test_exercise_leaves_what_was_paid() -> None:
    done = exercised(option([5] * 16, jumped=True), 77)
    assert done == replace(
        option([0] * 16),
        settled=True,
        funding_index=77,
        mark=0,
        valid_until=0,
        worst_long=0,
        worst_short=0,
    )
    assert pack_instrument(done) >> 104 == 77


def test_a_refresh_values_by_the_boards_inputs() -> None:
    seconds, volatility = 30 * DAY + 1234, 3 * WAD // 4
    inputs = OptionInputs(8100 * WAD, volatility, NOW + 99, 1, 65_535, EXPIRY - seconds)
    done = refresh(option([0] * 16), Option(8000 * WAD, call=True), inputs)
    expected = black76(8100, 8000, seconds / (365 * DAY), 0.75)
    assert done.instrument.mark / WAD == pytest.approx(expected, rel=1e-12)
    assert (done.instrument.valid_until, done.instrument.jumped) == (NOW + 99, True)
    assert done.array & 0xFFFF == 65_535
    lanes = unpacked(done.array)
    assert done.instrument.worst_long == -min(lanes)
    assert done.instrument.worst_short == max(lanes) + 1
    # Still, volatility up 40 %: at 30 days the scale is 1, a little longer a little less.
    up = 0.75 * (1 + 0.40 * (30 * DAY / seconds) ** 0.13)
    gain = black76(8100, 8000, seconds / (365 * DAY), up) - expected
    assert lanes[0] == int(gain * 8192 / 8100)
    with pytest.raises(InputError):
        refresh(option([0] * 16), Option(8000 * WAD, call=True), replace(inputs, forward=0))


def test_a_digest_commits_to_the_convention_and_every_input() -> None:
    instrument, terms = option([0] * 16), Option(8000 * WAD, call=True)
    convention = keccak(text="Black-76, ACT/365 seconds, undiscounted")
    words = [pack_instrument(instrument), 8000 * WAD | 1 << 88, 3, 4, 5]
    expected = keccak(encode(["bytes32", *["uint256"] * 5], [convention, *words]))
    assert model_digest(instrument, terms, 3, 4, 5) == expected


def test_a_take_over_is_fined_by_the_forward() -> None:
    lanes = [0] * 15 + [4000]
    made = option_market(
        {CALL: option(lanes, mark=100 * WAD), OTHER: option(lanes, mark=100 * WAD)},
        {1: 8000 * WAD},
        {CALL: lanes, OTHER: lanes},
        {(1, EXPIRY): FORWARD},
    )
    held = (Position(CALL, -2 * WAD, 0), Position(OTHER, -WAD, 0))
    account = scenario_account(*held, cash=6300 * WAD)
    before = check_account(account, made, Valuation.CLOSE_OUT)
    # Three units at a worst of 4,001 each; equity is 6,300 less three marks of 100.
    assert (before.equity, before.initial_margin) == (6000 * WAD, 12_003 * WAD)
    taken = trade_account(account, made, CALL, WAD, 100 * WAD)
    after = check_account(taken, made, Valuation.CLOSE_OUT)
    assert (taken.cash, after.initial_margin) == (6200 * WAD, 8002 * WAD)
    # One percent of 8,192, not of 100.
    assert take_over_penalty(WAD, FORWARD, before, after) == 8192 * WAD // 100
    done = batch_take_over(account, made, [(CALL, WAD), (OTHER, WAD)])
    assert done.penalty == 2 * 8192 * WAD // 100
    assert done.account.cash == 6100 * WAD - done.penalty
    assert done.one_less is not None
    # A lot is a hundred-thousandth.
    assert done.one_less == done.headroom - (4001 * WAD - 8192 * WAD // 100) // 10**5
