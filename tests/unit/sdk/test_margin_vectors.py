"""Published worked examples: what the law's own arithmetic gives."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from keelmark.margin import Portfolio, check, check_account
from keelmark.margin.collateral import collateral_margin
from keelmark.margin.losses import dedicated_minimum
from keelmark.margin.procyclicality import buffered, floored, released, stress_weighted
from keelmark.margin.schedule import (
    YEAR_SECONDS,
    gross_requirement,
    net_requirement,
    replacement_costs,
    schedule_rate,
)
from keelmark.margin.suitability import retail_gate
from keelmark.types import (
    AccountState,
    AssetClass,
    ClientCategory,
    CollateralClass,
    GateReason,
    Position,
    Regime,
    Valuation,
)
from tests.support.books import NOW, WAD, dated, market, perpetual, token

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "margin.json").read_text("utf-8")
)

CLASS_NAMES = {
    "COMMODITY": AssetClass.COMMODITY,
    "CREDIT": AssetClass.CREDIT,
    "EQUITY": AssetClass.EQUITY,
    "FX": AssetClass.FOREIGN_EXCHANGE,
    "IR": AssetClass.INTEREST_RATE,
}


def test_gross_requirement_of_the_schedule() -> None:
    vector = VECTORS["UMR-1"]
    got = gross_requirement(vector["input"]["notional"] * WAD, 1500)
    assert got == vector["expected"]["im"] * WAD


def test_netting_of_the_schedule() -> None:
    vector = VECTORS["UMR-2"]
    trades = vector["input"]["trades"]
    gross = sum(gross_requirement(amount * WAD, 1500) for _, amount, _ in trades)
    assert gross == vector["expected"]["gross"] * WAD
    # The example's values are the collecting party's; an account's are their opposites.
    positive, net = replacement_costs(-worth * WAD for _, _, worth in trades)
    assert Fraction(net, positive) == Fraction(vector["expected"]["ngr"])
    assert net_requirement(gross, positive, net) == vector["expected"]["net"] * WAD


def test_the_netting_example_on_an_account() -> None:
    """The same example through positions: the house's claims are the account's losses."""
    instruments = {1: dated(1, 0, asset_class=AssetClass.OTHER), 2: dated(2, 0)}
    book = market(instruments, {1: 1000 * WAD, 2: 1000 * WAD})
    account = AccountState(
        positions=(
            Position(1, 100 * WAD, -106_000 * WAD),
            Position(2, -100 * WAD, 102_000 * WAD),
        )
    )
    result = check_account(account, book, Valuation.CLOSE_OUT)
    assert result.position_part == -4000 * WAD
    assert result.net == 24_000 * WAD
    mirrored = AccountState(
        positions=(Position(1, 100 * WAD, -94_000 * WAD), Position(2, -100 * WAD, 98_000 * WAD))
    )
    # Only 2,000 is owed, under a tenth of G: NGR is (0 + 3,000 - 2,000) / 3,000, not 0.
    assert check_account(mirrored, book, Valuation.CLOSE_OUT).net == 18_000 * WAD


def test_haircut_of_a_main_index_equity() -> None:
    vector = VECTORS["HC-2"]
    asset = token(CollateralClass.EQUITY)
    book = market({}, {50: WAD}, {1: asset})
    balance = vector["input"]["C"] * 10**6
    line = collateral_margin(1, balance, book, Valuation.OPENING, retail=False)
    assert line.counted == vector["expected"]["value"] * WAD


def test_haircuts_add_and_do_not_multiply() -> None:
    book = market({}, {50: WAD}, {1: token(CollateralClass.EQUITY, foreign_currency=True)})
    line = collateral_margin(1, 10**6 * 10**6, book, Valuation.OPENING, retail=False)
    assert line.counted == 770_000 * WAD


def test_retail_leverage_of_crypto() -> None:
    vector = VECTORS["ESMA-1"]
    book = market({1: perpetual(scan_bps=1850)}, {1: 10_000 * WAD})
    account = AccountState(
        cash=5000 * WAD,
        positions=(Position(1, WAD, -10_000 * WAD),),
        entry_notional={1: 10_000 * WAD},
        retail=True,
    )
    portfolio = Portfolio(Regime.CLEARED_LISTED, ClientCategory.RETAIL, "DE", account, book)
    answer = check(portfolio)
    assert answer.opening.initial_margin == vector["expected"]["min_im"] * WAD
    assert answer.close_out_level == vector["expected"]["close_out_equity_below"] * WAD
    assert answer.may_open
    assert not answer.closing_out


@pytest.mark.parametrize(("cash", "closing_out"), [(2500, False), (2499, True)])
def test_close_out_below_half(cash: int, closing_out: bool) -> None:
    book = market({1: perpetual(scan_bps=1850)}, {1: 10_000 * WAD})
    account = AccountState(cash * WAD, (Position(1, WAD, -10_000 * WAD),), retail=True)
    portfolio = Portfolio(Regime.CLEARED_LISTED, ClientCategory.RETAIL, "DE", account, book)
    assert check(portfolio).closing_out is closing_out


def test_a_ban_refuses_retail_at_any_leverage() -> None:
    vector = VECTORS["ESMA-4"]
    reason, rule = retail_gate(
        ClientCategory.RETAIL, vector["input"]["jurisdiction"], AssetClass.CRYPTO
    )
    assert (reason is GateReason.ALLOWED) is vector["expected"]["allowed"]
    assert rule is not None
    assert rule.id == "RETAIL_UK_CRYPTO_BAN"


def test_silence_of_a_jurisdiction_is_no_permission() -> None:
    for place in ("JP", "US", "ZZ"):
        reason, _ = retail_gate(ClientCategory.RETAIL, place, AssetClass.CRYPTO)
        assert reason is GateReason.RETAIL_RULE_UNCONFIRMED
    for category in (ClientCategory.PROFESSIONAL, ClientCategory.ELIGIBLE_COUNTERPARTY):
        assert retail_gate(category, "GB", AssetClass.CRYPTO) == (GateReason.ALLOWED, None)


def test_anti_procyclicality_tools() -> None:
    a, b, c = (VECTORS[f"APC-{letter}"] for letter in "abc")
    calculated = a["input"]["im_calc"]
    assert buffered(calculated) == a["expected"]["im_charged_normal"]
    assert released(calculated, 0) == a["expected"]["im_min_when_released"]
    assert stress_weighted(b["input"]["im_current"], b["input"]["im_stress"]) == b["expected"]["im"]
    assert floored(c["input"]["im_current"], c["input"]["im_10y"]) == c["expected"]["im"]


def test_dedicated_resources_of_a_house() -> None:
    vector = VECTORS["SITG"]
    got = dedicated_minimum(vector["input"]["min_capital"])
    assert got == vector["expected"]["own_resources"]


def test_schedule_rates_equal_the_common_domain_model() -> None:
    vector = VECTORS["SCHED-CDM"]
    durations = vector["input"]["durations"]
    for name, percents in vector["expected"].items():
        for years, percent in zip(durations, percents, strict=True):
            expiry = NOW + int(years * YEAR_SECONDS)
            instrument = dated(asset_class=CLASS_NAMES[name], time=expiry)
            assert schedule_rate(instrument, NOW) == percent * 100, (name, years)
            # Bucket edges belong to the shorter bucket; a second more does not.
            if years in (2, 5) and name in ("CREDIT", "IR"):
                longer = dated(asset_class=CLASS_NAMES[name], time=expiry + 1)
                assert schedule_rate(longer, NOW) > percent * 100


def test_a_perpetual_takes_the_shortest_bucket() -> None:
    rates = perpetual(asset_class=AssetClass.INTEREST_RATE, time=0)
    assert schedule_rate(rates, NOW) == 100
