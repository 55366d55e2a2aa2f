"""Published worked examples, with the rules as the only figures."""

import json
from pathlib import Path
from typing import Any

import pytest

from keelmark.regulation import value
from keelmark.units import BPS, div_ceil, div_floor, mul_div_ceil, mul_div_floor

VECTORS = Path(__file__).resolve().parents[3] / "vectors" / "margin.json"
EXAMPLES: dict[str, Any] = json.loads(VECTORS.read_text("utf-8"))


def example(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Input and expected results of one example."""
    return EXAMPLES[name]["input"], EXAMPLES[name]["expected"]


def test_gross_requirement() -> None:
    """Notional times rate."""
    given, expected = example("UMR-1")
    assert mul_div_ceil(given["notional"], value("IM_OTHER_BPS"), BPS) == expected["im"]


def test_net_requirement() -> None:
    """Forty per cent of gross, and sixty scaled by the net-to-gross ratio."""
    given, expected = example("UMR-2")
    values = [trade[2] for trade in given["trades"]]
    gross = sum(mul_div_ceil(trade[1], value("IM_OTHER_BPS"), BPS) for trade in given["trades"])
    positive = sum(max(amount, 0) for amount in values)
    net = max(sum(values), value("NET_REPLACEMENT_FLOOR_EUR"))
    fixed, scaled = value("NET_FIXED_BPS"), value("NET_NGR_BPS")
    assert gross == expected["gross"]
    assert div_ceil(gross * (fixed * positive + scaled * net), BPS * positive) == expected["net"]


def test_haircut() -> None:
    """Main-index equity."""
    given, expected = example("HC-2")
    kept = BPS - value("HAIRCUT_EQUITY_BPS")
    assert mul_div_floor(given["C"], kept, BPS) == expected["value"]


def test_retail_crypto() -> None:
    """Half of notional, closed out at half of that; leverage and margin agree."""
    given, expected = example("ESMA-1")
    margin = mul_div_ceil(given["notional"], value("RETAIL_MARGIN_CRYPTO_BPS"), BPS)
    assert margin == expected["min_im"]
    assert div_floor(margin * value("CLOSE_OUT_BPS"), BPS) == expected["close_out_equity_below"]
    assert given["notional"] == margin * value("RETAIL_LEVERAGE_CRYPTO")


@pytest.mark.parametrize("name", ["MAJOR_FX", "MINOR_FX", "COMMODITY", "EQUITY_OTHER", "CRYPTO"])
def test_retail_margin_is_the_inverse_of_leverage(name: str) -> None:
    """One over the cap, rounded up."""
    leverage = value(f"RETAIL_LEVERAGE_{name}")
    assert value(f"RETAIL_MARGIN_{name}_BPS") == div_ceil(BPS, leverage)


def test_retail_ban() -> None:
    """A retail client in the United Kingdom gets no crypto derivative at any leverage."""
    given, expected = example("ESMA-4")
    allowed = not value("RETAIL_UK_CRYPTO_BAN")
    assert allowed == expected["allowed"]
    assert given["requested_leverage"] > value("RETAIL_UK_CRYPTO_LEVERAGE")


def test_buffer_against_procyclicality() -> None:
    """A quarter on top."""
    given, expected = example("APC-a")
    charged = mul_div_ceil(given["im_calc"], BPS + value("APC_BUFFER_BPS"), BPS)
    assert charged == expected["im_charged_normal"]


def test_weight_of_stress() -> None:
    """A quarter of the stressed figure and three quarters of the current one."""
    given, expected = example("APC-b")
    weight = value("APC_STRESS_WEIGHT_BPS")
    blend = given["im_current"] * (BPS - weight) + given["im_stress"] * weight
    assert div_ceil(blend, BPS) == expected["im"]


def test_own_resources() -> None:
    """A quarter of minimum capital."""
    given, expected = example("SITG")
    assert mul_div_ceil(given["min_capital"], value("SITG_BPS"), BPS) == expected["own_resources"]


def test_schedule_grid() -> None:
    """Rates by class and maturity as a published implementation of the schedule gives them."""
    given, expected = example("SCHED-CDM")
    names = {"COMMODITY": "COMMODITY", "CREDIT": "CREDIT", "EQUITY": "EQUITY", "FX": "FX"}
    names["IR"] = "RATES"
    for asset_class, percents in expected.items():
        for years, percent in zip(given["durations"], percents, strict=True):
            if years <= value("MATURITY_EDGE_SHORT_YEARS"):
                bucket = "_0_2Y"
            elif years <= value("MATURITY_EDGE_LONG_YEARS"):
                bucket = "_2_5Y"
            else:
                bucket = "_OVER_5Y"
            bucket = bucket if asset_class in ("CREDIT", "IR") else ""
            assert value(f"IM_{names[asset_class]}{bucket}_BPS") == percent * 100
