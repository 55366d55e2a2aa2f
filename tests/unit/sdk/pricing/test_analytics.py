"""The vectorised Black-76 against fifty digits, at its edges, and on bad input."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keelmark.errors import InputError
from keelmark.pricing import float_inversion
from keelmark.pricing.analytics import implied_volatilities, option_greeks
from keelmark.pricing.float_kernel import mills_ratio, out_of_the_money
from tests.support.black76_reference import black76

DAY = 86_400
YEAR = 31_536_000.0
PRICE_ERROR = 2e-15
"""Largest error of a price over the larger of forward and strike."""

DELTA_ERROR = 5e-16
"""Largest error of a delta."""

GREEK_ERROR = 3e-13
"""Largest error of gamma, vega and theta relative to themselves, in the far tails: 1e-16 d²."""

NAMES = ("price", "delta", "gamma", "vega", "theta")


def points(count: int, seed: int) -> tuple[np.ndarray, ...]:
    """Options of all kinds: forwards over six decades, minutes to nine years, 0.5 % to 900 %."""
    random = np.random.default_rng(seed)
    forward = 10 ** random.uniform(-1, 5, count)
    strike = forward * np.exp(random.normal(0, 0.7, count))
    seconds = 10 ** random.uniform(np.log10(60), np.log10(9 * YEAR), count)
    volatility = 10 ** random.uniform(np.log10(0.005), np.log10(9), count)
    return random.random(count) < 0.5, forward, strike, seconds, volatility


def test_mills_ratio_against_its_definition() -> None:
    """On the whole half line, to a few units in the last place."""
    places = np.concatenate([[0.0], 10 ** np.linspace(-8, 15, 400), np.linspace(0.01, 12, 400)])
    with mpmath.workdps(60):
        for place, found in zip(places, mills_ratio(places), strict=True):
            x = mpmath.mpf(float(place))
            if place < 1e4:
                exact = mpmath.sqrt(mpmath.pi / 2) * mpmath.exp(x * x / 2)
                exact *= mpmath.erfc(x / mpmath.sqrt(2))
            else:
                exact = 1 / x - 1 / x**3
            assert abs(mpmath.mpf(float(found)) / exact - 1) < 1e-15, place


def test_against_fifty_digits() -> None:
    """Price and every Greek of two thousand options."""
    calls, forward, strike, seconds, volatility = points(2_000, 7)
    found = option_greeks(calls, forward, strike, seconds, volatility)
    for i in range(calls.size):
        exact = black76(bool(calls[i]), forward[i], strike[i], seconds[i], volatility[i])
        where = (calls[i], forward[i], strike[i], seconds[i], volatility[i])
        larger = max(forward[i], strike[i])
        assert abs(found.price[i] - exact.price) <= PRICE_ERROR * larger, where
        assert abs(found.delta[i] - exact.delta) <= DELTA_ERROR, where
        for name in NAMES[2:]:
            wanted = getattr(exact, name)
            if abs(wanted) > 1e-200:
                error = abs(getattr(found, name)[i] / wanted - 1)
                assert error <= GREEK_ERROR, (name, where)


def test_a_chain_in_one_call() -> None:
    """Strikes along one axis, expiries along another, both kinds along a third."""
    kinds = np.array([True, False])[:, None, None]
    seconds = np.array([7.0, 30.0, 90.0])[:, None] * DAY
    forward = np.array([8_000.0, 8_010.0, 8_050.0])[:, None]
    strike = np.linspace(4_000, 16_000, 25)
    chain = option_greeks(kinds, forward, strike, seconds, 0.8)
    assert chain.price.shape == (2, 3, 25)
    exact = black76(False, 8_050.0, strike[3], 90 * DAY, 0.8)
    for name in NAMES:
        assert getattr(chain, name)[1, 2, 3] == pytest.approx(
            float(getattr(exact, name)), rel=1e-12
        )
    parity = chain.price[0] - chain.price[1] - (forward - strike)
    assert np.abs(parity).max() < 1e-11
    found = implied_volatilities(kinds, forward, strike, seconds, chain.price)
    assert found.shape == (2, 3, 25)


def test_scalars_make_scalars() -> None:
    """An array of no dimension, as numpy does."""
    assert option_greeks(True, 100, 100, YEAR, 0.2).price.shape == ()
    assert option_greeks(np.zeros(0, bool), 100, 100, YEAR, 0.2).price.shape == (0,)


def test_longer_than_a_block() -> None:
    """The seams between blocks do not show."""
    count = 20_011
    strike = np.linspace(50, 200, count)
    whole = option_greeks(True, 100.0, strike, YEAR, 0.3)
    single = [option_greeks(True, 100.0, strike[i], YEAR, 0.3).vega for i in (0, 8191, 8192, -1)]
    assert [whole.vega[i] for i in (0, 8191, 8192, -1)] == single
    found = implied_volatilities(True, 100.0, strike, YEAR, whole.price)
    assert np.abs(found - 0.3).max() < 1e-9


@pytest.mark.parametrize(("seconds", "volatility"), [(0.0, 0.5), (YEAR, 0.0), (0.0, 0.0)])
@pytest.mark.parametrize("is_call", [True, False])
def test_without_time_or_volatility(seconds: float, volatility: float, is_call: bool) -> None:
    """The intrinsic value exactly, the delta of having it or not, and no other sensitivity."""
    forward = np.array([100.0, 0.1 + 0.2, 7.0, 1e-9, 3e20])
    strike = np.array([70.0, 0.1, 7.0, 1.0, 1.0])
    found = option_greeks(is_call, forward, strike, seconds, volatility)
    sign = 1 if is_call else -1
    assert (found.price == np.maximum(sign * (forward - strike), 0.0)).all()
    inside = np.sign(sign * (forward - strike))
    assert (found.delta == sign * (1 + inside) / 2).all()
    assert not found.gamma.any()
    assert not found.theta.any()
    expected = 7.0 / np.sqrt(2 * np.pi) if seconds and volatility == 0 else 0.0
    assert found.vega == pytest.approx([0, 0, expected, 0, 0])


def test_no_price_below_intrinsic_or_above_its_bound() -> None:
    """Over ten thousand options, none of them with a volatility that matters to the bound alone."""
    calls, forward, strike, seconds, volatility = points(10_000, 11)
    price = option_greeks(calls, forward, strike, seconds, volatility).price
    assert (price >= np.maximum(np.where(calls, forward - strike, strike - forward), 0)).all()
    assert (price <= np.where(calls, forward, strike) * (1 + 1e-15)).all()


def test_volatility_comes_back() -> None:
    """As exactly as the premium's own last place allows."""
    calls, forward, strike, seconds, volatility = points(10_000, 13)
    made = option_greeks(calls, forward, strike, seconds, volatility)
    found = implied_volatilities(calls, forward, strike, seconds, made.price)
    larger = np.maximum(forward, strike)
    told = made.vega * volatility > 1e-9 * larger
    allowed = 8e-16 * larger[told] / made.vega[told] + 1e-15 * volatility[told]
    assert told.sum() > 3_000
    assert (np.abs(found - volatility)[told] <= 4 * allowed).all()
    assert np.median(np.abs(found / volatility - 1)[told]) < 1e-15


@pytest.mark.parametrize(
    ("is_call", "premium", "seconds", "expected"),
    [
        (True, 20.0, YEAR, 0.0),
        (True, 19.999, YEAR, np.nan),
        (True, 120.0, YEAR, np.nan),
        (True, 121.0, YEAR, np.nan),
        (False, 0.0, YEAR, 0.0),
        (False, 100.0, YEAR, np.nan),
        (False, 1.0, 0.0, np.nan),
        (True, 20.0, 0.0, 0.0),
    ],
)
def test_bounds_of_a_premium(
    is_call: bool, premium: float, seconds: float, expected: float
) -> None:
    """Zero at the intrinsic value; nothing below it, nor from the upper bound on."""
    found = implied_volatilities(is_call, 120.0, 100.0, seconds, premium)
    assert float(found) == pytest.approx(expected, nan_ok=True)


@given(
    moneyness=st.floats(-30, 30),
    part=st.floats(1e-300, 1, exclude_max=True),
    seconds=st.floats(1, 1e9),
)
def test_the_search_ends(moneyness: float, part: float, seconds: float) -> None:
    """Whatever the premium: a volatility that gives it back, and never a number of no meaning."""
    forward = float(np.exp(moneyness))
    premium = part * min(forward, 1.0)
    put = forward > 1.0  # the out-of-the-money side, so that no intrinsic value hides the premium
    found = implied_volatilities(not put, forward, 1.0, seconds, premium)
    assert found > 0
    assert np.isfinite(found)
    again = option_greeks(not put, forward, 1.0, seconds, found).price
    assert abs(again - premium) <= 1e-9 * premium + 1e-15 * min(forward, 1.0)


def test_the_search_ends_when_no_step_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    """With useless steps the halving alone still arrives."""
    monkeypatch.setattr(
        float_inversion, "_step", lambda moneyness, *_: np.full_like(moneyness, np.nan)
    )
    found = implied_volatilities(True, 100.0, 120.0, YEAR, 3.0)
    assert option_greeks(True, 100.0, 120.0, YEAR, found).price == pytest.approx(3.0, rel=1e-12)


def test_out_of_the_money_never_negative() -> None:
    """The difference of two nearly equal ratios is cut at zero."""
    random = np.random.default_rng(3)
    deviation = 10 ** random.uniform(-16, -14, 100_000)
    moneyness = random.uniform(0, 6, 100_000) * deviation
    value, rest, _, _, _ = out_of_the_money(moneyness, deviation)
    assert (value >= 0).all()
    assert (rest <= 1).all()


def test_few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Premiums that say little of the volatility do not keep the search busy."""
    sizes: list[int] = []

    def counted(moneyness: np.ndarray, deviation: np.ndarray) -> object:
        sizes.append(moneyness.size)
        return out_of_the_money(moneyness, deviation)

    monkeypatch.setattr(float_inversion, "out_of_the_money", counted)
    calls, forward, strike, seconds, volatility = points(8_000, 17)
    premium = option_greeks(calls, forward, strike, seconds, volatility).price
    implied_volatilities(calls, forward, strike, seconds, premium)
    assert len(sizes) < 40
    assert sum(sizes) < 6 * 8_000


GOOD = {"forward": 100.0, "strike": 100.0, "seconds": YEAR, "volatility": 0.2}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("forward", 0.0),
        ("forward", [100.0, -1.0]),
        ("forward", np.inf),
        ("strike", 0.0),
        ("strike", -5.0),
        ("strike", np.nan),
        ("seconds", -1.0),
        ("volatility", -0.2),
        ("volatility", np.nan),
        ("strike", "ten"),
    ],
)
def test_bad_input_names_the_field(field: str, value: object) -> None:
    """One sentence with the field in front and what was expected."""
    with pytest.raises(InputError, match=rf"^{field}: .*expected"):
        option_greeks(True, **{**GOOD, field: value})


def test_bad_premium_kind_and_shapes() -> None:
    """The same for the rest of the arguments."""
    with pytest.raises(InputError, match=r"^premium: -1, expected finite numbers of zero or more"):
        implied_volatilities(True, 100.0, 100.0, YEAR, -1.0)
    with pytest.raises(InputError, match=r"^is_call: expected True"):
        option_greeks("call", 100.0, 100.0, YEAR, 0.2)
    with pytest.raises(InputError, match=r"^shapes: expected ones that broadcast.*strike \(3,\)"):
        option_greeks(True, [1.0, 2.0], [1.0, 2.0, 3.0], YEAR, 0.2)
