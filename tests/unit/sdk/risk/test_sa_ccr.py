"""SA-CCR against the Basel Committee's five examples, and each rule that they do not reach."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from keelmark.errors import InputError
from keelmark.regulation import Status
from keelmark.risk.sa_ccr import Exposure, MarginAgreement, NettingSet, exposure
from keelmark.risk.sa_ccr_parameters import ExposureClass, figures, parameters
from keelmark.risk.sa_ccr_trade import (
    PERPETUAL,
    Direction,
    Nature,
    OptionTerms,
    Trade,
    Tranche,
    supervisory_delta,
)

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[3] / "vectors" / "sa_ccr.json").read_text("utf-8")
)


def build(fields: dict[str, Any]) -> Trade:
    """A trade from its line in the file of examples."""
    terms = fields.get("option")
    option = OptionTerms(**terms) if terms is not None else None
    return Trade(**{**fields, "direction": Direction(fields["direction"]), "option": option})


def example(found: dict[str, Any]) -> NettingSet:
    """The netting set of one example."""
    agreement = found.get("agreement")
    return NettingSet(
        trades=[build(VECTORS["trades"][name]) for name in found["trades"]],
        independent_collateral=found.get("independent_collateral", 0.0),
        variation_margin=found.get("variation_margin", 0.0),
        agreement=MarginAgreement(**agreement) if agreement is not None else None,
    )


def trade(subclass: str = "FOREIGN_EXCHANGE", underlier: str = "EURUSD", **fields: Any) -> Trade:
    """A year's long trade of 1,000, with other fields as given."""
    usual: dict[str, Any] = {"direction": Direction.LONG, "notional": 1000.0, "maturity": 1.0}
    return Trade(subclass=subclass, underlier=underlier, **{**usual, **fields})


def add_on(*trades: Trade) -> float:
    """Aggregate add-on of an unmargined set."""
    return exposure(NettingSet(trades=trades)).add_on


@pytest.mark.parametrize("found", VECTORS["examples"], ids=lambda found: found["what"])
def test_published_examples(found: dict[str, Any]) -> None:
    """Every published figure, to the unit in which it is published."""
    answer = exposure(example(found))
    published = found["published"]
    for name in ("replacement_cost", "add_on", "exposure_at_default"):
        assert round(getattr(answer, name)) == published[name], name
    places = len(published["multiplier"].partition(".")[2])
    assert f"{answer.multiplier:.{places}f}" == published["multiplier"]
    assert answer.period_days == published.get("period_days")


def test_published_steps() -> None:
    """Adjusted notionals and deltas of the first example."""
    found = VECTORS["examples"][0]
    answer = exposure(example(found))
    sets = answer.classes[ExposureClass.INTEREST_RATE].hedging_sets
    lines = [line for held in sets for line in held.lines]
    assert [round(line.adjusted_notional) for line in lines] == found["steps"]["adjusted_notional"]
    assert [f"{line.delta:.2f}" for line in lines] == found["steps"]["delta_two_places"]


@pytest.mark.parametrize("found", VECTORS["margin_agreements"], ids=lambda found: found["source"])
def test_replacement_cost_under_a_margin_agreement(found: dict[str, Any]) -> None:
    """What may be owed before anything is called, less what is held."""
    netting_set = NettingSet(
        trades=[trade(value=found["value"])],
        independent_collateral=found["independent_collateral"],
        variation_margin=found["variation_margin"],
        agreement=MarginAgreement(
            threshold=found["threshold"], minimum_transfer=found["minimum_transfer"]
        ),
    )
    assert exposure(netting_set).replacement_cost == found["replacement_cost"]


def test_crypto_is_a_hedging_set_of_its_own() -> None:
    """The figure of the derived example; two assets do not offset; the status shows."""
    found = VECTORS["crypto"]
    first = build(found["trade"])
    answer = exposure(NettingSet(trades=[first]))
    assert answer.add_on == pytest.approx(found["add_on"], rel=1e-12)
    assert answer.exposure_at_default == pytest.approx(found["exposure_at_default"], rel=1e-12)
    assert [line.status for line in answer.parameters] == [Status.UNCONFIRMED]
    perpetual = replace(first, maturity=PERPETUAL)
    assert add_on(perpetual) == answer.add_on
    other = replace(first, underlier="ETH", direction=Direction.SHORT)
    assert add_on(first, other) == pytest.approx(2 * found["add_on"])
    assert add_on(first, replace(first, direction=Direction.SHORT)) == 0


def test_replacement_cost_margined_is_what_may_stay_uncalled() -> None:
    """Threshold and minimum transfer less independent collateral, where that is most."""
    agreement = MarginAgreement(threshold=100.0, minimum_transfer=5.0)
    held = NettingSet(trades=[trade(value=-9e9)], independent_collateral=30.0, agreement=agreement)
    margined = replace(held, trades=[trade(notional=1e9, value=10.0)])
    assert exposure(margined).replacement_cost == 75.0
    owed = replace(margined, trades=[trade(notional=1e9, value=200.0)])
    assert exposure(owed).replacement_cost == 170.0
    assert not exposure(owed).capped
    assert exposure(held).capped  # far out of the money, no threshold is ever reached
    assert exposure(held).replacement_cost == 0.0


def test_a_margined_exposure_is_capped_at_the_unmargined_one() -> None:
    """CRE52.2: here by a threshold that nothing reaches."""
    held = NettingSet(trades=[trade(value=10.0)])
    plain = exposure(held)
    capped = exposure(replace(held, agreement=MarginAgreement(threshold=1e6)))
    assert (plain.capped, capped.capped) == (False, True)
    assert capped.exposure_at_default == plain.exposure_at_default == pytest.approx(1.4 * 50)


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ({}, 10),
        ({"remargin_days": 5}, 14),
        ({"cleared_client": True}, 5),
        ({"large_or_illiquid": True}, 20),
        ({"large_or_illiquid": True, "cleared_client": True}, 20),
        ({"disputed": True}, 20),
        ({"large_or_illiquid": True, "disputed": True}, 40),
        ({"estimated_days": 7.0}, 10),
        ({"estimated_days": 12.0}, 12),
    ],
)
def test_margin_period_of_risk(fields: dict[str, Any], days: float) -> None:
    """Floors of CRE52.50-51 and CRE54.12, or a longer estimate."""
    assert MarginAgreement(**fields).period_days == days


def test_margined_maturity_factor() -> None:
    """One and a half times the root of the period: 0.3 for ten days of 250."""
    held = NettingSet(trades=[trade()], variation_margin=0.0, agreement=MarginAgreement())
    assert exposure(held).add_on == pytest.approx(0.04 * 1000 * 0.3)


@pytest.mark.parametrize(
    ("maturity", "factor"),
    [(0.0, math.sqrt(0.04)), (0.04, math.sqrt(0.04)), (0.25, 0.5), (1.0, 1.0), (30.0, 1.0)],
)
def test_unmargined_maturity_factor(maturity: float, factor: float) -> None:
    """Root of the maturity, from ten business days to a year."""
    assert add_on(trade(maturity=maturity)) == pytest.approx(0.04 * 1000 * factor)


def test_duration_has_a_floor() -> None:
    """A period of no length counts as ten business days (CRE52.34)."""
    found = trade("INTEREST_RATE", "USD", maturity=1.0, start=1.0, end=1.0)
    assert found.supervisory_duration == pytest.approx(0.04)


@pytest.mark.parametrize(
    ("other_end", "expected"),
    [(0.99, math.sqrt(2 - 1.4)), (1.0, 0.0), (5.0, 0.0), (5.01, math.sqrt(2 - 1.4))],
)
def test_maturity_buckets(other_end: float, expected: float) -> None:
    """Edges belong to the middle bucket; equal and opposite amounts offset fully only there."""
    middle = trade("INTEREST_RATE", "USD", maturity=3.0)
    other = trade("INTEREST_RATE", "USD", maturity=other_end, direction=Direction.SHORT)
    scale = middle.supervisory_duration / other.supervisory_duration / _factor(other_end)
    other = replace(other, notional=1000 * scale)
    one = add_on(middle)
    assert add_on(middle, other) == pytest.approx(one * expected, abs=one * 1e-9)


def _factor(maturity: float) -> float:
    return math.sqrt(min(maturity, 1.0))


def test_far_buckets_and_currencies() -> None:
    """First and last bucket correlate by 0.3; two currencies never offset."""
    last = trade("INTEREST_RATE", "USD", maturity=8.0)
    first = trade("INTEREST_RATE", "USD", maturity=0.5, direction=Direction.SHORT)
    scale = last.supervisory_duration / first.supervisory_duration / _factor(0.5)
    first = replace(first, notional=1000 * scale)
    one = add_on(last)
    assert add_on(last, first) == pytest.approx(one * math.sqrt(2 - 0.6))
    foreign = replace(last, underlier="EUR", direction=Direction.SHORT)
    assert add_on(last, foreign) == pytest.approx(2 * one)


def test_equity_correlation() -> None:
    """Two names, long and short: the systematic half offsets, the rest does not."""
    long = trade("EQUITY_SINGLE_NAME", "A")
    short = trade("EQUITY_SINGLE_NAME", "B", direction=Direction.SHORT)
    assert add_on(long, short) == pytest.approx(320 * math.sqrt(2 * (1 - 0.25)))
    assert add_on(long, replace(short, underlier="A")) == 0
    index = trade("EQUITY_INDEX", "C", direction=Direction.SHORT, notional=1600.0)
    systematic = 0.5 * 320 - 0.8 * 320
    own = (1 - 0.25) * 320**2 + (1 - 0.64) * 320**2
    assert add_on(long, index) == pytest.approx(math.sqrt(systematic**2 + own))


def test_commodity_sets_do_not_offset() -> None:
    """Energy and metals add up; two types within one set offset in part."""
    oil = trade("COMMODITY_OIL_GAS", "oil")
    gas = trade("COMMODITY_OIL_GAS", "gas", direction=Direction.SHORT)
    power = trade("COMMODITY_ELECTRICITY", "power")
    silver = trade("COMMODITY_METALS", "silver", direction=Direction.SHORT)
    assert add_on(oil, silver) == pytest.approx(2 * 180)
    assert add_on(oil, gas) == pytest.approx(180 * math.sqrt(2 * (1 - 0.16)))
    assert add_on(oil, power) == pytest.approx(
        math.sqrt((0.4 * (180 + 400)) ** 2 + 0.84 * (180**2 + 400**2))
    )


def test_basis_and_volatility_are_sets_of_their_own() -> None:
    """Half and five times the factor, and no offset with outright trades (CRE52.46-47, 73)."""
    outright = trade()
    basis = trade(nature=Nature.BASIS, underlier="3m 6m", direction=Direction.SHORT)
    volatility = trade(nature=Nature.VOLATILITY, direction=Direction.SHORT)
    assert add_on(basis) == pytest.approx(20)
    assert add_on(volatility) == pytest.approx(200)
    assert add_on(outright, basis, volatility) == pytest.approx(40 + 20 + 200)
    equity = trade("EQUITY_SINGLE_NAME", "A", nature=Nature.VOLATILITY)
    assert add_on(equity, trade("EQUITY_SINGLE_NAME", "A")) == pytest.approx(320 + 1600)
    dollars = trade("INTEREST_RATE", "3m 6m", nature=Nature.BASIS, currency="USD")
    euros = replace(dollars, currency="EUR", direction=Direction.SHORT)
    assert add_on(dollars, euros) == pytest.approx(2 * add_on(dollars))


# Standard normal at d = 0.5: 0.6914624612740131 (Abramowitz and Stegun, Table 26.1).
AT_HALF = 0.6914624612740131


@pytest.mark.parametrize(
    ("call", "direction", "expected"),
    [
        (True, Direction.LONG, AT_HALF),
        (True, Direction.SHORT, -AT_HALF),
        (False, Direction.LONG, AT_HALF - 1),
        (False, Direction.SHORT, 1 - AT_HALF),
    ],
)
def test_option_deltas(call: bool, direction: Direction, expected: float) -> None:
    """The four signs of CRE52.40, at the money, where d is half the deviation of 1."""
    terms = OptionTerms(call=call, price=100.0, strike=100.0, expiry=1.0)
    found = trade("CREDIT_A", "A", direction=direction, option=terms)
    assert supervisory_delta(found) == pytest.approx(expected, abs=1e-15)


def test_option_shift_for_negative_rates() -> None:
    """Price and strike move together (CRE52.40 FAQ 2)."""
    shifted = OptionTerms(call=True, price=-0.01, strike=-0.01, expiry=1.0, shift=0.03)
    plain = OptionTerms(call=True, price=0.02, strike=0.02, expiry=1.0)
    deltas = [supervisory_delta(trade("CREDIT_A", "A", option=terms)) for terms in (shifted, plain)]
    assert deltas[0] == pytest.approx(deltas[1], abs=1e-15)


def test_tranche_delta() -> None:
    """CRE52.41 by hand: 15 over 1.42 times 1.98 for the slice from 3 % to 7 %."""
    terms = Tranche(attachment=0.03, detachment=0.07)
    bought = trade("CREDIT_INDEX_INVESTMENT_GRADE", "X", tranche=terms)
    assert supervisory_delta(bought) == pytest.approx(15 / (1.42 * 1.98))
    sold = replace(bought, direction=Direction.SHORT)
    assert supervisory_delta(sold) == -supervisory_delta(bought)
    whole = replace(bought, tranche=Tranche(attachment=0.0, detachment=1.0))
    assert supervisory_delta(whole) == 1.0


def test_multiplier_bounds() -> None:
    """One with a positive value, never below five per cent, one for a set without add-on."""

    def multiplier(value: float, notional: float = 1000.0) -> Exposure:
        return exposure(NettingSet(trades=[trade(value=value, notional=notional)]))

    assert multiplier(0.0).multiplier == 1.0
    assert multiplier(5.0).multiplier == 1.0
    assert 0.05 < multiplier(-50.0).multiplier < 1.0
    assert multiplier(-1e9).multiplier == 0.05
    assert multiplier(-5.0, notional=0.0).multiplier == 1.0
    assert multiplier(-40.0).multiplier == pytest.approx(0.05 + 0.95 * math.exp(-40 / (1.9 * 40)))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"subclass": "GOLD"}, "subclass 'GOLD': expected one of Table 2"),
        ({"notional": -1.0}, "notional -1.0: expected a number"),
        ({"notional": math.inf}, "notional inf: expected a number"),
        ({"value": math.nan}, "value nan: expected a number"),
        ({"value": 1e61}, r"value 1e\+61: expected a number"),
        ({"maturity": -0.1}, "maturity -0.1: expected years"),
        ({"maturity": math.nan}, "maturity nan: expected years"),
        ({"subclass": "CREDIT_A", "maturity": PERPETUAL}, "end inf: expected a number"),
        ({"subclass": "CREDIT_A", "start": 2.0}, "end 1.0: .* not before the start"),
        ({"start": -1.0}, "start -1.0: expected a number"),
    ],
)
def test_bad_trades(fields: dict[str, Any], words: str) -> None:
    """One sentence that names the field."""
    with pytest.raises(InputError, match=words):
        trade(**fields)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        (OptionTerms(call=True, price=0.0, strike=1.0, expiry=1.0), "option price 0.0"),
        (OptionTerms(call=True, price=1.0, strike=-0.1, expiry=1.0), "option strike -0.1"),
        (OptionTerms(call=True, price=1.0, strike=1.0, expiry=0.0), "option expiry 0.0"),
    ],
)
def test_bad_options(terms: OptionTerms, words: str) -> None:
    """Prices above zero once shifted, and time left."""
    with pytest.raises(InputError, match=words):
        trade(option=terms)


@pytest.mark.parametrize(("low", "high"), [(-0.1, 0.5), (1.0, 1.0), (0.5, 0.5), (0.2, 1.1)])
def test_bad_tranches(low: float, high: float) -> None:
    """A slice within the pool."""
    with pytest.raises(InputError, match=r"attachment|detachment"):
        trade(tranche=Tranche(attachment=low, detachment=high))


def test_bad_sets() -> None:
    """No trade, two factors for one name, collateral that is no amount, an agreement."""
    with pytest.raises(InputError, match="trades: expected at least one"):
        NettingSet(trades=[])
    with pytest.raises(InputError, match="'A': expected one subclass, not CREDIT_A and CREDIT_B"):
        NettingSet(trades=[trade("CREDIT_A", "A"), trade("CREDIT_B", "A")])
    with pytest.raises(InputError, match="variation_margin: expected a number"):
        NettingSet(trades=[trade()], variation_margin=math.nan)
    with pytest.raises(InputError, match="independent_collateral: expected a number"):
        NettingSet(trades=[trade()], independent_collateral=-math.inf)
    with pytest.raises(InputError, match="threshold -1"):
        MarginAgreement(threshold=-1.0)
    with pytest.raises(InputError, match="remargin_days 0"):
        MarginAgreement(remargin_days=0)
    terms = OptionTerms(call=True, price=1.0, strike=1.0, expiry=1.0)
    with pytest.raises(InputError, match="tranche: expected none on an option"):
        trade(option=terms, tranche=Tranche(attachment=0.0, detachment=1.0))


# Table 2 of CRE52.72 a second time: supervisory factor, correlation and volatility in per cent.
TABLE_2 = """
INTEREST_RATE 0.50 0 50
FOREIGN_EXCHANGE 4.0 0 15
CREDIT_AAA 0.38 50 100
CREDIT_AA 0.38 50 100
CREDIT_A 0.42 50 100
CREDIT_BBB 0.54 50 100
CREDIT_BB 1.06 50 100
CREDIT_B 1.6 50 100
CREDIT_CCC 6.0 50 100
CREDIT_INDEX_INVESTMENT_GRADE 0.38 80 80
CREDIT_INDEX_SPECULATIVE_GRADE 1.06 80 80
EQUITY_SINGLE_NAME 32 50 120
EQUITY_INDEX 20 80 75
COMMODITY_ELECTRICITY 40 40 150
COMMODITY_OIL_GAS 18 40 70
COMMODITY_METALS 18 40 70
COMMODITY_AGRICULTURAL 18 40 70
COMMODITY_OTHER 18 40 70
CRYPTO 32 0 120
"""


def test_supervisory_parameters() -> None:
    """Each line as the text prints it; only the line that is not in CRE52 is unconfirmed."""
    rows = {name: numbers for name, *numbers in map(str.split, TABLE_2.split("\n")[1:-1])}
    assert list(parameters()) == list(rows)
    for name, numbers in rows.items():
        found = parameters()[name]
        held = (found.factor, found.correlation, found.volatility)
        assert held == pytest.approx([float(number) / 100 for number in numbers], abs=1e-15)
        expected = Status.UNCONFIRMED if name == "CRYPTO" else Status.READ
        assert found.status is expected
        assert found.citation.startswith("Basel CRE52.72" if name != "CRYPTO" else "Basel SCO60")
    assert all(found.description and found.citation for found in figures().values())
