"""Thresholds against price histories that can be counted by hand."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from keelmark.errors import InputError
from keelmark.regulation import value
from keelmark.risk.backtest import Backtest, Coverage, Verdict, backtest, thresholds
from keelmark.risk.backtest_words import sentences
from keelmark.risk.coverage import independence, kupiec
from keelmark.risk.history import PriceHistory, read_history
from keelmark.risk.procyclicality import model_rates, procyclicality
from keelmark.types import Regime

START = date(2020, 1, 1)
ALL = (Regime.CLEARED_LISTED, Regime.CLEARED_OTC, Regime.UNCLEARED_SCHEDULE)


def closes(moves: dict[int, str], count: int = 401) -> dict[date, Decimal]:
    """Closes that stand still but for a factor on the days named."""
    price, found = Decimal(100), {}
    for number in range(count):
        price *= Decimal(moves.get(number, "1"))
        found[START + timedelta(days=number)] = price
    return found


def history(moves: dict[int, str], count: int = 401) -> PriceHistory:
    """The same, checked."""
    return read_history(closes(moves, count))


def run(moves: dict[int, str], *regimes: Regime, horizon: int | None = None) -> Backtest:
    """A backtest of BTC's thresholds."""
    return backtest(history(moves), thresholds(regimes, horizon=horizon))


def sides(found: Backtest, number: int = 0) -> tuple[Coverage, Coverage]:
    """Long and short side of one threshold."""
    return found.tests[number][1]


def test_thresholds_of_each_regime() -> None:
    """Figures, periods and confidence as a house of the regime has them."""
    listed = [
        (found.rule.id, found.rule.value, found.days, found.confidence_bps)
        for found in thresholds(ALL)
    ]
    assert listed == [
        ("SCAN_BTC_LISTED_BPS", 1850, 2, 9900),
        ("RETAIL_MARGIN_CRYPTO_BPS", 5000, 2, 9900),
        ("SCAN_BTC_OTC_BPS", 3300, 5, 9950),
        ("RETAIL_MARGIN_CRYPTO_BPS", 5000, 5, 9950),
        ("IM_CRYPTO_BPS", 1500, 10, 9900),
        ("RETAIL_MARGIN_CRYPTO_BPS", 5000, 10, 9900),
    ]
    others = thresholds(ALL, bitcoin=False, horizon=7)
    assert [found.rule.id for found in others][::2] == [
        "SCAN_DEFAULT_LISTED_BPS",
        "SCAN_DEFAULT_OTC_BPS",
        "IM_CRYPTO_BPS",
    ]
    assert {found.days for found in others} == {7}


def test_one_fall_is_in_as_many_periods_as_the_horizon() -> None:
    """Over two days a fall on day 100 is in the periods that start on 98 and on 99."""
    long, short = sides(run({100: "0.8"}, Regime.CLEARED_LISTED))
    assert long.breaches == (98, 99)
    assert short.breaches == ()
    assert long.expected == Fraction(399, 100)
    assert (long.worst_bps, long.worst_start) == (2000, 98)
    assert (long.periods, long.period_breaches) == (200, 1)
    assert long.proportion == kupiec(1, 200, 0.01)
    assert long.order == independence([number == 49 for number in range(200)])
    assert long.verdict is Verdict.CONSISTENT
    assert long.both.statistic == long.proportion.statistic + long.order.statistic


def test_a_rise_hurts_the_short() -> None:
    """And a retail margin of half bears what a scan range does not."""
    found = run({100: "1.4"}, Regime.CLEARED_OTC)
    long, short = sides(found)
    assert (long.breaches, short.breaches) == ((), (95, 96, 97, 98, 99))
    assert sides(found, 1)[1].breaches == ()


@pytest.mark.parametrize(("factor", "breached"), [("0.815", 0), ("0.8149999", 2)])
def test_a_loss_of_the_threshold_is_covered(factor: str, breached: int) -> None:
    """1,850 basis points to the unit, and a hair more."""
    long, _ = sides(run({100: factor}, Regime.CLEARED_LISTED))
    assert len(long.breaches) == breached


def test_starts_move_what_is_tested() -> None:
    """Two falls on days 100 and 103: which fall into one period of five depends on the start."""
    long, _ = sides(run({100: "0.8", 103: "0.8"}, Regime.CLEARED_OTC))
    assert long.breaches == (98, 99)  # only together do they exceed a third
    values = {kupiec(0, 80, 0.005).p_value, kupiec(1, 80, 0.005).p_value}
    assert values < {kupiec(number, size, 0.005).p_value for number in (0, 1) for size in (79, 80)}
    assert long.period_breaches == 0
    assert long.p_range[0] < long.p_range[1]


def test_too_often_and_rarer() -> None:
    """Every period breached, and none in many."""
    falls = dict.fromkeys(range(1, 401), "0.8")
    long, short = sides(run(falls, Regime.CLEARED_LISTED))
    assert long.verdict is Verdict.TOO_OFTEN
    assert short.verdict is Verdict.RARER
    assert kupiec(0, 200, 0.01).p_value < 0.05


def test_ten_days() -> None:
    """The rank at 99 % of 391 ten-day moves is the fourth largest; each move makes ten."""
    found = run({100: "1.6", 200: "0.9"}, *ALL)
    ten = found.ten_days
    assert (ten.days, ten.confidence_bps, ten.periods) == (10, 9900, 391)
    assert (ten.up_bps, ten.down_bps) == (6000, 1000)
    assert ten.short_of == {
        "SCAN_BTC_LISTED_BPS": (0, 10),
        "RETAIL_MARGIN_CRYPTO_BPS": (0, 10),
        "SCAN_BTC_OTC_BPS": (0, 10),
        "IM_CRYPTO_BPS": (0, 10),
    }
    said = " ".join(sentences(found))
    assert "IM_CRYPTO_BPS (15 %) does not cover 10 days for a short" in said
    assert "the loss exceeds it 10 times for a short, out of 391 periods" in said
    calm = " ".join(sentences(run({}, Regime.UNCLEARED_SCHEDULE)))
    assert "IM_CRYPTO_BPS (15 %) covers 10 days at 99 % on both sides" in calm
    assert "derived from BTC's closes" not in calm
    assert "derived from BTC's closes" in said


def test_a_week_with_weekends() -> None:
    """Without a weekend in the file a day is a business day; a long pause is a hole."""
    every = closes({}, 600)
    weekdays = {day: price for day, price in every.items() if day.weekday() < 5}
    found = read_history(weekdays)
    assert (found.every_day, found.year) == (False, 260)
    assert len(found.returns_bps(2)) == len(weekdays) - 2
    hole = START + timedelta(days=55)
    holed = {day: price for day, price in weekdays.items() if not 0 <= (day - hole).days < 8}
    with pytest.raises(InputError, match="2020-02-25 is missing, expected no pause of more"):
        read_history(holed)
    for missing in (5, 6):  # a market that is open on one day of the weekend has holes
        with pytest.raises(InputError, match="is missing, expected every day"):
            read_history({day: price for day, price in every.items() if day.weekday() != missing})
    del every[START + timedelta(days=55)]
    with pytest.raises(InputError, match="2020-02-25 is missing, expected every day"):
        read_history(every)


def test_too_few_closes() -> None:
    """A year and a holding period at least, and ten periods."""
    with pytest.raises(InputError, match="365 days in the period, expected at least 366"):
        history({}, 365)
    assert len(run({}, Regime.CLEARED_LISTED, horizon=36).tests) == 2
    with pytest.raises(InputError, match="401 days in the period, expected at least 402 for a"):
        run({}, Regime.CLEARED_LISTED, horizon=37)
    with pytest.raises(InputError, match="401 days in the period, expected at least 1001 for a"):
        run({}, Regime.CLEARED_LISTED, horizon=100)
    for horizon in (0, -1):
        with pytest.raises(InputError, match=f"horizon {horizon}: expected at least 1"):
            run({}, Regime.CLEARED_LISTED, horizon=horizon)


def test_model_is_a_rank_of_the_last_year() -> None:
    """The fourth largest of 365 moves at 99 %: a fall counts from its second pair of periods on."""
    own = thresholds([Regime.CLEARED_LISTED])[0]
    moves = {100: "0.8", 110: "0.7", 400: "1.5"}
    first, rates = model_rates(history(moves, 800), own)
    assert first == 364 + 2
    by_day = {first + number: rate for number, rate in enumerate(rates)}
    # Four moves of two days from two falls: the fourth largest is the smaller fall.
    assert by_day[366] == pytest.approx(0.2)
    # A rise on day 400 brings two moves of the other tail only.
    assert by_day[401] == pytest.approx(0.2)
    # The move from 98 to 100 leaves the window on day 465; a year after it, three are left.
    assert by_day[464] == pytest.approx(0.2)
    assert by_day[465] == 0.0
    assert max(rate for day, rate in by_day.items() if day >= 480) == 0.0


def test_rises_and_peak_to_trough() -> None:
    """The price doubles on day 500 and falls to a fifth on day 900: by hand."""
    own = thresholds([Regime.CLEARED_LISTED])[0]
    fixed, _, rate = procyclicality(history({500: "2", 503: "1.5", 900: "0.2"}, 1200), own)
    assert fixed.margin == "SCAN_BTC_LISTED_BPS"
    assert [found.days for found in fixed.rises] == [1, 5, 30]
    assert [found.share for found in fixed.rises] == pytest.approx([1.0, 2.0, 2.0])
    assert fixed.rises[0].amount == pytest.approx(18.5)
    assert fixed.rises[0].end == START + timedelta(days=500)
    assert fixed.rises[1].end == START + timedelta(days=503)
    assert fixed.peak_to_trough == pytest.approx(5.0)
    assert fixed.year_peak_to_trough == pytest.approx(5.0)
    assert fixed.first == START + timedelta(days=366)
    assert rate.peak_to_trough is None  # no move at all in the year before: the model asks nothing


def test_peak_and_trough_more_than_a_year_apart() -> None:
    """Only the whole period sees both; the year sees one step."""
    own = thresholds([Regime.CLEARED_LISTED])[0]
    fixed, *_ = procyclicality(history({500: "2", 900: "2"}, 1400), own)
    assert fixed.peak_to_trough == pytest.approx(4.0)
    assert fixed.year_peak_to_trough == pytest.approx(2.0)
    near, *_ = procyclicality(history({500: "2", 863: "2"}, 1400), own)
    assert near.year_peak_to_trough == pytest.approx(4.0)
    # Days 499 and 864 are 366 closes, one more than a year.
    apart, *_ = procyclicality(history({500: "2", 864: "2"}, 1400), own)
    assert apart.year_peak_to_trough == pytest.approx(2.0)


def test_windows_of_the_rises_are_rules() -> None:
    """Five and thirty days stand in the corpus."""
    assert (value("APC_METRIC_SHORT_DAYS"), value("APC_METRIC_LONG_DAYS")) == (5, 30)
