"""Sensitivities and scenarios: against closed forms, against arrays, and as sums over scopes."""

import math
from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keelmark.errors import InputError
from keelmark.pricing.risk_array import STEPS, decode, risk_array
from keelmark.risk.book import Book, Holding, Instrument, Linear, Option, Vector, total
from keelmark.risk.scenarios import ladder, margin_scenarios, scenarios, worst_loss
from keelmark.risk.sensitivities import Sensitivity, sensitivities, summed
from keelmark.units import WAD

YEAR = 31_536_000


def wad(units: float | str) -> int:
    """A decimal number as a wad."""
    return int(Fraction(str(units)) * WAD)


def option(**fields: object) -> Option:
    """A call struck at the forward with a year to go, other fields as given."""
    usual: dict[str, object] = {
        "underlier": "BTC",
        "call": True,
        "forward": wad(60_000),
        "strike": wad(60_000),
        "seconds": YEAR,
        "volatility": wad("0.5"),
        "scan_bps": 3300,
    }
    return Option(**{**usual, **fields})


PERPETUAL = Linear(underlier="BTC", price=wad(60_000), scan_bps=3300)
INSTRUMENTS: dict[str, Instrument] = {
    "perpetual": PERPETUAL,
    "call": option(),
    "put": option(call=False, strike=wad(50_000), seconds=YEAR // 12),
    "ether": Linear(underlier="ETH", price=wad(3_000), scan_bps=5000),
    "expiring": option(strike=wad(55_000), seconds=0),
}


def book(*holdings: Holding) -> Book:
    """A house in which account `a1` and `a2` are one party's, and `b1` another's."""
    return Book(
        instruments=INSTRUMENTS, holdings=holdings, parties={"a1": "A", "a2": "A", "b1": "B"}
    )


def alone(instrument: str, size: float | str) -> Book:
    """One holding."""
    return book(Holding("a1", instrument, wad(size)))


def normal_cdf(x: float) -> float:
    """Standard normal distribution function."""
    return 0.5 * math.erfc(-x / math.sqrt(2))


def test_sensitivities_of_an_option() -> None:
    """Black-76 by its textbook formulas (Hull, Options, Futures and Other Derivatives, 18.8)."""
    forward, strike, years, volatility, size = 60_000.0, 50_000.0, 1 / 12, 0.5, -3.0
    found = sensitivities(alone("put", size)).house["BTC"]
    deviation = volatility * math.sqrt(years)
    d1 = math.log(forward / strike) / deviation + deviation / 2
    density = math.exp(-d1 * d1 / 2) / math.sqrt(2 * math.pi)
    worth = strike * normal_cdf(deviation - d1) - forward * normal_cdf(-d1)
    expected = Sensitivity(
        *(
            Fraction(size * figure)
            for figure in (
                worth,
                -normal_cdf(-d1) * forward,
                density / (forward * deviation) * forward**2,
                forward * density * math.sqrt(years),
                -forward * density * volatility / (2 * math.sqrt(years)),
            )
        )
    )
    for name in Sensitivity.__slots__:
        assert float(getattr(found, name)) == pytest.approx(
            float(getattr(expected, name)), rel=1e-9
        )


def test_sensitivities_of_a_linear_instrument() -> None:
    """Delta alone: units times price, exactly."""
    found = sensitivities(alone("perpetual", "-1.5")).house["BTC"]
    assert found == Sensitivity(*map(Fraction, (0, -90_000, 0, 0, 0)))


def test_sensitivities_predict_a_small_move() -> None:
    """The expansion in the head of the module, against a ladder's small cells."""
    held = book(Holding("a1", "call", wad(2)), Holding("b1", "put", wad(-5)))
    found = sensitivities(held).house["BTC"]
    cells = ladder(held, [-1, 1], [0])
    (down,), (up,) = cells.table(cells.scopes.house)
    move = Fraction(1, 10_000)
    assert float(up - down) == pytest.approx(float(2 * found.delta * move), rel=1e-6)
    assert float(up + down) == pytest.approx(float(found.gamma * move**2), rel=1e-4)
    cells = ladder(held, [0], [-1, 1])
    ((lower, higher),) = cells.table(cells.scopes.house)
    assert float(higher - lower) == pytest.approx(float(2 * found.vega * move / 2), rel=1e-6)


def test_scopes_of_two_underliers() -> None:
    """Kept apart by underlier; summed on request."""
    held = book(Holding("a1", "perpetual", wad(1)), Holding("a2", "ether", wad(10)))
    found = sensitivities(held)
    assert set(found.parties) == {"A"}
    assert found.accounts["a2"] == {"ETH": Sensitivity(*map(Fraction, (0, 30_000, 0, 0, 0)))}
    assert summed(found.parties["A"]).delta == 90_000
    assert summed({}).delta == 0


def test_a_ladder_by_hand() -> None:
    """A perpetual moves with the price; a call about to expire by its intrinsic value."""
    held = book(Holding("a1", "perpetual", wad(2)), Holding("a1", "expiring", wad(-1)))
    cells = ladder(held, [-10_000, -1_000, 0, 2_000], [-5_000, 0])
    expected = [-120_000 + 5_000, -12_000 + 5_000, 0, 24_000 - 12_000]
    assert cells.table(cells.scopes.accounts["a1"]) == tuple(
        (Fraction(amount), Fraction(amount)) for amount in expected
    )
    assert cells.table({}) == ((Fraction(0), Fraction(0)),) * 4
    assert cells.table(cells.scopes.house) == cells.table(cells.scopes.parties["A"])


def test_a_put_at_no_forward() -> None:
    """Worth its strike."""
    held = alone("put", 1)
    cells = ladder(held, [-10_000], [0])
    ((gain,),) = cells.table(cells.scopes.house)
    before = sensitivities(held).house["BTC"].value
    assert gain == 50_000 - before


def test_sixteen_scenarios_of_a_perpetual() -> None:
    """Thirds of 33 %, twice each, and the extremes at 66 % weighted 35 %."""
    results = margin_scenarios(alone("perpetual", 1)).house["BTC"]
    expected = [0, 0, 6_600, 6_600, -6_600, -6_600, 13_200, 13_200, -13_200, -13_200]
    expected += [19_800, 19_800, -19_800, -19_800, 13_860, -13_860]
    assert results == tuple(map(Fraction, expected))
    assert worst_loss({"BTC": results}) == 19_800
    assert [found.thirds for found in scenarios()][-4:] == [-3, -3, 6, -6]


def test_worst_loss_by_underlier() -> None:
    """Each underlier's worst by itself; one that only gains takes nothing off."""
    loses, gains = (Fraction(-3), Fraction(1)), (Fraction(2), Fraction(5))
    assert worst_loss({"BTC": loses, "ETH": gains}) == 3
    assert worst_loss({"BTC": loses, "ETH": loses}) == 6
    assert worst_loss({}) == 0


@settings(max_examples=60, deadline=None)
@given(
    call=st.booleans(),
    strike=st.integers(20_000, 150_000),
    seconds=st.integers(0, 2 * YEAR),
    volatility_bps=st.integers(0, 30_000),
    scan_bps=st.integers(100, 5_000),
)
def test_scenarios_are_those_of_the_array(
    call: bool, strike: int, seconds: int, volatility_bps: int, scan_bps: int
) -> None:
    """A lane is the exact result rounded down to a step of 2^-13 of the forward."""
    held = option(
        call=call,
        strike=wad(strike),
        seconds=seconds,
        volatility=volatility_bps * WAD // 10_000,
        scan_bps=scan_bps,
    )
    exact = margin_scenarios(
        Book(instruments={"o": held}, holdings=[Holding("a", "o", WAD)], parties={"a": "A"})
    ).house["BTC"]
    array = risk_array(
        call, held.forward, held.strike, held.seconds, held.volatility, held.scan_bps
    )
    step = Fraction(held.forward, WAD * STEPS)
    assert decode(array.lanes) == tuple(math.floor(result / step) for result in exact)


def added(scopes: Mapping[str, Mapping[str, Vector]]) -> dict[str, Vector]:
    """Sum of several scopes, by underlier."""
    found: dict[str, Vector] = {}
    for scope in scopes.values():
        for underlier, figures in scope.items():
            before = found.get(underlier, (Fraction(0),) * len(figures))
            found[underlier] = tuple(map(Fraction.__add__, before, figures))
    return found


trades = st.lists(
    st.tuples(
        st.sampled_from(sorted(INSTRUMENTS)),
        st.permutations(["a1", "a2", "b1"]),
        st.integers(-(10**24), 10**24),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(trades)
def test_the_house_is_the_sum_and_a_closed_market_is_zero(
    made: list[tuple[str, list[str], int]],
) -> None:
    """To the last unit, for sensitivities, ladders and scenarios alike."""
    holdings = []
    for instrument, (buyer, seller, _), size in made:
        holdings += [Holding(buyer, instrument, size), Holding(seller, instrument, -size)]
    whole = book(*holdings)
    assert whole.closed
    for held in (whole, book(*holdings[::2])):
        for scopes in (ladder(held, [-2_000, 1_000], [0, 4_000]).scopes, margin_scenarios(held)):
            assert added(scopes.accounts) == scopes.house == added(scopes.parties)
            if held.closed:
                assert not any(total(scopes.house))
        found = sensitivities(held)
        house = summed(found.house)
        for by_scope in (found.accounts, found.parties):
            parts = [summed(scope) for scope in by_scope.values()]
            for name in Sensitivity.__slots__:
                assert sum(getattr(part, name) for part in parts) == getattr(house, name)
        if held.closed:
            assert house == summed({})


def test_not_closed() -> None:
    """One side missing."""
    assert not alone("perpetual", 1).closed
    assert book().closed


@pytest.mark.parametrize(
    ("holding", "words"),
    [
        (Holding("a1", "future", 1), "instrument 'future' is not in the book"),
        (Holding("c1", "call", 1), "account 'c1' has no party"),
    ],
)
def test_holdings_that_belong_nowhere(holding: Holding, words: str) -> None:
    """Named."""
    with pytest.raises(InputError, match=words):
        book(holding)


def test_outside_the_domain() -> None:
    """The instrument is named, in the pricing's own words; and moves below nothing."""

    def held(**fields: object) -> Book:
        return Book(
            instruments={"wild": option(**fields)},
            holdings=[Holding("a", "wild", WAD)],
            parties={"a": "A"},
        )

    with pytest.raises(InputError, match="instrument wild: black76: volatility too large"):
        sensitivities(held(volatility=17 * WAD))
    with pytest.raises(InputError, match="instrument wild: black76: gamma has no bound"):
        sensitivities(held(seconds=0))
    with pytest.raises(InputError, match="instrument wild: black76: volatility too large"):
        ladder(held(volatility=10 * WAD), [0], [10_000])
    with pytest.raises(InputError, match="instrument wild: black76: strike out of range"):
        margin_scenarios(held(strike=0))
    with pytest.raises(InputError, match="move -10001: expected at least -10000"):
        ladder(held(), [-10_001], [0])
    with pytest.raises(InputError, match="volatility move -10001: expected at least -10000"):
        ladder(held(), [0], [-10_001])
