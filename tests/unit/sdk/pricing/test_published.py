"""Numbers that others have published, against the exact twin and the float version.

Every row of the vectors names its source. Published premiums are often discounted; ours are not,
so the published rate is applied here, in the open: a figure per unit of the spot follows from one
per unit of the forward by the chain rule, and the theta of a discounted premium has the rate's own
part beside ours.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from math import exp
from pathlib import Path
from typing import Any

import pytest

from keelmark.pricing import black76
from keelmark.pricing.analytics import implied_volatilities, option_greeks
from keelmark.pricing.binomial import american_price
from keelmark.pricing.implied_volatility import implied_volatility

WAD = 10**18
YEAR = 31_536_000
VECTORS = Path(__file__).parents[3] / "vectors" / "option_prices.json"
ROWS: list[dict[str, Any]] = json.loads(VECTORS.read_text("utf-8"))["rows"]

Figures = Mapping[str, float]
Engine = Callable[[bool, float, float, int, float], Figures]


def wad(number: float) -> int:
    """A number as the nearest wad."""
    return round(number * WAD)


def exact(call: bool, forward: float, strike: float, seconds: int, volatility: float) -> Figures:
    """Price and Greeks by the integer twin; at the money without volatility the price alone."""
    arguments = (call, wad(forward), wad(strike), seconds, wad(volatility))
    if volatility == 0:
        return {"price": black76.price(*arguments) / WAD}
    found = black76.greeks(*arguments)
    names = ("price", "delta", "gamma", "vega", "theta")
    return {name: getattr(found, name) / WAD for name in names}


def floats(call: bool, forward: float, strike: float, seconds: int, volatility: float) -> Figures:
    """Price and Greeks by the vectorised version."""
    found = option_greeks(call, forward, strike, seconds, volatility)
    names = ("price", "delta", "gamma", "vega", "theta")
    return {name: float(getattr(found, name)) for name in names}


def terms(row: Mapping[str, Any]) -> tuple[float, float, float, float]:
    """Forward, rate, rate less yield, and the spot (or the forward, if there is none)."""
    years = row["seconds"] / YEAR
    rate = float(row.get("rate", 0))
    if "spot" not in row:
        return float(row["forward"]), rate, 0.0, float(row["forward"])
    carry = rate - float(row["yield"])
    spot = float(row["spot"])
    return spot * exp(carry * years), rate, carry, spot


def as_published(row: Mapping[str, Any], engine: Engine, volatility: float) -> dict[str, float]:
    """Our figures in the units of the source."""
    forward, rate, carry, spot = terms(row)
    discount = float(row.get("discount", exp(-rate * row["seconds"] / YEAR)))
    strike, call = float(row["strike"]), row["kind"] == "call"
    ours = engine(call, forward, strike, row["seconds"], volatility)
    found = {"price": discount * ours["price"], "price_in_coin": ours["price"] / forward}
    if len(ours) == 1:
        return found
    slope = forward / spot
    theta = discount * (ours["theta"] - carry * forward * ours["delta"]) + rate * found["price"]
    return found | {
        "delta": discount * slope * ours["delta"],
        "gamma": discount * slope * slope * ours["gamma"],
        "vega": discount * ours["vega"],
        "vega_point": discount * ours["vega"] / 100,
        "theta": theta,
        "theta_day": theta / 365,
    }


every_engine = pytest.mark.parametrize("engine", [exact, floats])
with_volatility = [row for row in ROWS if "volatility" in row and "steps" not in row]
tickers = [row for row in ROWS if "steps" in row]
with_premium = [row for row in ROWS if "premium" in row]


def name_of(row: Mapping[str, Any]) -> str:
    """The row's id, for the report."""
    return str(row["id"])


@every_engine
@pytest.mark.parametrize("row", with_volatility, ids=name_of)
def test_price_and_greeks(row: dict[str, Any], engine: Engine) -> None:
    """Each published figure to its last printed digit."""
    found = as_published(row, engine, float(row["volatility"]))
    for name, published in row["expected"].items():
        if name != "volatility":
            error = abs(found[name] - float(published))
            assert error <= float(row["tolerance"][name]), (name, found[name], published)


@pytest.mark.parametrize("row", with_premium, ids=name_of)
def test_implied_volatility(row: dict[str, Any]) -> None:
    """The published premium, undiscounted, implies the published volatility."""
    forward, rate, _, _ = terms(row)
    premium = float(row["premium"]) * exp(rate * row["seconds"] / YEAR)
    call, strike = row["kind"] == "call", float(row["strike"])
    published = float(row["expected"]["volatility"])
    allowed = float(row["tolerance"]["volatility"])
    found = float(implied_volatilities(call, forward, strike, row["seconds"], premium))
    assert abs(found - published) <= allowed
    terms_of = (call, wad(forward), wad(strike), row["seconds"])
    assert abs(implied_volatility(*terms_of, wad(premium)) - published * WAD) <= allowed * WAD


def test_american_exercise_without_a_rate() -> None:
    """The tree comes to the published American price as its steps grow."""
    row = next(row for row in ROWS if row["id"] == "AMERICAN-1")
    terms_of = (False, *(wad(float(row[name])) for name in ("forward", "strike")), row["seconds"])
    published = wad(float(row["expected"]["price"]))
    errors = [
        abs(american_price(*terms_of, wad(float(row["volatility"])), steps) - published)
        for steps in (8, 32, 128)
    ]
    assert errors[2] < errors[1] < errors[0]
    assert errors[2] < published // 400


@every_engine
@pytest.mark.parametrize("row", tickers, ids=name_of)
def test_tickers(row: dict[str, Any], engine: Engine) -> None:
    """What an exchange prints lies within what the digits it prints allow.

    A ticker's forward, volatility and time are known to a step only, so its figures are held
    to the range that they span, widened by the figure's own step.
    """
    steps = {name: float(step) for name, step in row["steps"].items()}
    spans: dict[str, list[float]] = {name: [] for name in row["expected"]}
    for sides in itertools.product((-1, 0, 1), repeat=3):
        moved = dict(row)
        moved["forward"] = float(row["forward"]) + sides[0] * steps["forward"]
        moved["seconds"] = row["seconds"] + sides[1] * int(steps["seconds"])
        volatility = float(row["volatility"]) + sides[2] * steps["volatility"]
        found = as_published(moved, engine, volatility)
        for name, span in spans.items():
            span.append(found[name])
    for name, published in row["expected"].items():
        step, span = steps[name], spans[name]
        inside = min(span) - step <= float(published) <= max(span) + step
        assert inside, (name, published, min(span), max(span))


def test_every_row_is_cited_and_judged() -> None:
    """No row without a source, none without a test, no tolerance looser than the print allows."""
    assert len({row["id"] for row in ROWS}) == len(ROWS) >= 70
    for row in ROWS:
        assert len(row["source"]) >= len("the same, put")
        allowed = row.get("steps") or row["tolerance"]
        assert set(row["expected"]) <= set(allowed), row["id"]
    judged = {row["id"] for row in (*with_volatility, *tickers, *with_premium)}
    assert judged == {row["id"] for row in ROWS}
