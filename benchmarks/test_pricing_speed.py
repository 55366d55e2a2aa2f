"""Option pricing in Python: options a second on one core, beside other libraries in the same run.

Every line prices the same options, calls and puts over strikes from half to twice the forward, up
to a year and 10 % to 200 % of volatility, with delta, gamma, vega and theta. The others come from
`requirements-benchmark.lock`, which `scripts/benchmark` installs; what is missing is said so.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from rich.table import Table

from keelmark.pricing.analytics import implied_volatilities, option_greeks

TARGET = 5e6
"""Options a second, with all Greeks, on one core."""

YEAR = 31_536_000.0
COUNT = 400_000
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    rate: float
    """Options a second; 0 if the library is not there."""
    target: float | None = None
    ratio: bool = False
    """Whether `rate` is a ratio of two rates instead."""


ROWS: list[Row] = []


@pytest.fixture(scope="module", autouse=True)
def table() -> Iterator[None]:
    """Holds the process to one core, and prints the table at the end."""
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    if cores:
        os.sched_setaffinity(0, {min(cores)})
    yield
    if cores:
        os.sched_setaffinity(0, cores)
    title = f"Option pricing in Python, one core, {COUNT:,} options, best of {ROUNDS}"
    shown = Table("what", "million a second", "to reach", "", title=title)
    for row in ROWS:
        verdict = "" if row.target is None else ("met" if row.rate >= row.target else "MISSED")
        goal = "" if row.target is None else f"{row.target / 1e6:g}"
        rate = f"{row.rate / 1e6:,.2f}" if row.rate else "not installed"
        rate = f"{row.rate:.1f} times" if row.ratio else rate
        shown.add_row(row.name, rate, goal, verdict)
    Console(width=130).print(shown)


@pytest.fixture(scope="module")
def options() -> tuple[Any, ...]:
    """Kind, forward, strike, seconds and volatility."""
    random = np.random.default_rng(20_200_312)
    return (
        random.random(COUNT) < 0.5,
        np.full(COUNT, 100.0),
        random.uniform(50, 200, COUNT),
        random.uniform(86_400, YEAR, COUNT),
        random.uniform(0.1, 2.0, COUNT),
    )


def rate_of(work: Callable[[], object], count: int, rounds: int = ROUNDS) -> float:
    """Options a second of the fastest round."""
    best = float("inf")
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return count / best


LIBRARIES = Path(__file__).parents[1] / ".cache" / "benchmark-libraries"
"""Where `scripts/benchmark` puts what we are compared with."""


def optional(name: str) -> Any:
    """A library, or None."""
    if str(LIBRARIES) not in sys.path:
        sys.path.append(str(LIBRARIES))
    try:
        return import_module(name)
    except ImportError:
        return None


def test_greeks(options: tuple[Any, ...]) -> None:
    """Ours: the target, or else five times the best library of the same run."""
    ours = rate_of(lambda: option_greeks(*options), COUNT)
    ROWS.append(Row("keelmark, price and four Greeks", ours, TARGET))
    others = [vectorised_vollib(options), quantlib(options)]
    ROWS.extend(others)
    ROWS.append(by_hand(options))
    best = max(row.rate for row in others)
    if best:
        ROWS.append(Row("keelmark over the best library", ours / best, ratio=True))
    assert ours >= TARGET or (best and ours >= 5 * best)


def test_implied_volatility(options: tuple[Any, ...]) -> None:
    """Ours beside the library that inverts fastest; no target was set."""
    call, forward, strike, seconds, _ = options
    premium = option_greeks(*options).price
    work = lambda: implied_volatilities(call, forward, strike, seconds, premium)  # noqa: E731
    ROWS.append(Row("keelmark, implied volatility", rate_of(work, COUNT)))
    library = optional("py_vollib_vectorized")
    rate = 0.0
    if library is not None:
        flags, years = np.where(call, "c", "p"), seconds / YEAR
        columns = (premium, forward, strike, 0.0, years, flags)

        def invert(count: int) -> object:
            few = [column[:count] if np.ndim(column) else column for column in columns]
            return library.vectorized_implied_volatility_black(*few, return_as="numpy")

        invert(10)  # compiles
        rate = rate_of(lambda: invert(COUNT), COUNT, 2)
    ROWS.append(Row("py_vollib_vectorized, implied volatility", rate))


def vectorised_vollib(options: tuple[Any, ...]) -> Row:
    """py_vollib_vectorized: compiled loops over arrays."""
    name = "py_vollib_vectorized, price and Greeks (rho too)"
    library = optional("py_vollib_vectorized")
    if library is None:
        return Row(name, 0.0)
    call, forward, strike, seconds, volatility = options
    flags, years = np.where(call, "c", "p"), seconds / YEAR

    def work(count: int) -> None:
        few = (flags[:count], forward[:count], strike[:count], years[:count], 0.0)
        library.vectorized_black(*few, volatility[:count], return_as="numpy")
        library.get_all_greeks(*few, volatility[:count], model="black", return_as="dict")

    work(10)  # compiles
    return Row(name, rate_of(lambda: work(COUNT), COUNT, 2))


def quantlib(options: tuple[Any, ...]) -> Row:
    """QuantLib: one calculator object an option, from Python."""
    name = "QuantLib, BlackCalculator, price and four Greeks"
    library = optional("QuantLib")
    if library is None:
        return Row(name, 0.0)
    few = [column[:20_000].tolist() for column in options]

    def work() -> None:
        for call, forward, strike, seconds, volatility in zip(*few, strict=True):
            kind = library.Option.Call if call else library.Option.Put
            years = seconds / YEAR
            payoff = library.PlainVanillaPayoff(kind, strike)
            one = library.BlackCalculator(payoff, forward, volatility * years**0.5, 1.0)
            one.value(), one.deltaForward(), one.gammaForward()
            one.vega(years), one.theta(forward, years)

    return Row(name, rate_of(work, len(few[0]), 2))


def by_hand(options: tuple[Any, ...]) -> Row:
    """The textbook's lines with numpy and scipy's normal distribution, unchecked."""
    name = "the formula by hand with numpy and scipy, unchecked"
    special = optional("scipy.special")
    if special is None:
        return Row(name, 0.0)
    call, forward, strike, seconds, volatility = options

    def work() -> object:
        root = np.sqrt(seconds / YEAR)
        deviation = volatility * root
        first = np.log(forward / strike) / deviation + deviation / 2
        above, below = special.ndtr(first), special.ndtr(first - deviation)
        density = np.exp(-first * first / 2) * 0.3989422804014327
        price = forward * above - strike * below
        price = np.where(call, price, price - forward + strike)
        delta = np.where(call, above, above - 1)
        gamma = density / (forward * deviation)
        theta = -forward * density * volatility / (2 * root)
        return price, delta, gamma, forward * density * root, theta

    return Row(name, rate_of(work, COUNT))
