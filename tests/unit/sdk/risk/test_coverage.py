"""Kupiec's and Christoffersen's tests against published results."""

import json
import math
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from keelmark.errors import InputError
from keelmark.risk.coverage import LikelihoodRatio, conditional_coverage, independence, kupiec

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[3] / "vectors" / "coverage.json").read_text("utf-8")
)


def printed(number: float, like: str, truncated: bool = False) -> str:
    """A number with as many places as its printed form."""
    rounding = ROUND_DOWN if truncated else ROUND_HALF_EVEN
    return str(Decimal(number).quantize(Decimal(like), rounding))


@pytest.mark.parametrize("found", VECTORS["kupiec"], ids=lambda found: found["source"])
def test_kupiec_published(found: dict[str, Any]) -> None:
    """Statistic and p-value in every printed digit."""
    test = kupiec(found["breaches"], found["observations"], float(found["share"]))
    shown = printed(test.statistic, found["statistic"], found.get("truncated", False))
    assert shown == found["statistic"]
    if "p_value" in found:
        assert printed(test.p_value, found["p_value"]) == found["p_value"]


def sequence(n00: int, n01: int, n10: int, n11: int) -> list[bool]:
    """Periods with these transitions: breaches alone, then a run of breaches, then calm."""
    assert n01 in (n10, n10 + 1)
    calm = [False] * (n00 + 1)
    alone = [True, False] * (n01 - 1)
    last = [True] * (n11 + 1)
    return [*calm, *alone, *last, *([False] if n10 == n01 else [])]


@pytest.mark.parametrize("found", VECTORS["independence"], ids=lambda found: found["source"])
def test_independence_published(found: dict[str, Any]) -> None:
    """From a sequence with the published numbers of transitions."""
    counts = [found[name] for name in ("n00", "n01", "n10", "n11")]
    periods = sequence(*counts)
    seen = [sum(pair == want for pair in pairwise(periods)) for want in PAIRS]
    assert seen == counts
    test = independence(periods)
    assert printed(test.statistic, found["statistic"]) == found["statistic"]
    if "p_value" in found:
        assert printed(test.p_value, found["p_value"]) == found["p_value"]


PAIRS = [(False, False), (False, True), (True, False), (True, True)]


@pytest.mark.parametrize(
    "found", VECTORS["conditional_coverage"], ids=lambda found: found["source"]
)
def test_conditional_coverage_published(found: dict[str, Any]) -> None:
    """The sum, with two degrees of freedom."""
    parts = [LikelihoodRatio(float(text), 1) for text in found["statistics"]]
    both = conditional_coverage(*parts)
    assert printed(both.statistic, found["statistic"]) == found["statistic"]
    assert printed(both.p_value, found["p_value"]) == found["p_value"]


def test_no_and_only_breaches() -> None:
    """0 times log 0 is 0: the statistic is that of the claim alone."""
    assert kupiec(0, 250, 0.01).statistic == pytest.approx(-2 * 250 * math.log(0.99))
    assert kupiec(10, 10, 0.5).statistic == pytest.approx(20 * math.log(2))
    assert kupiec(1, 100, 0.01).statistic == pytest.approx(0, abs=1e-12)
    assert kupiec(1, 100, 0.01).p_value == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    "periods", [[], [True], [False] * 9, [True] * 9, [False, True], [True] + [False] * 9]
)
def test_nothing_to_order(periods: list[bool]) -> None:
    """Without a transition of either kind nothing speaks against independence."""
    assert independence(periods).statistic == pytest.approx(0, abs=1e-12)
    assert independence(periods).p_value == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("breaches", "observations", "share"),
    [(-1, 10, 0.1), (11, 10, 0.1), (0, 0, 0.1), (1, 10, 0.0), (1, 10, 1.0), (1, 10, math.nan)],
)
def test_bad_counts(breaches: int, observations: int, share: float) -> None:
    """Counts that cannot be, and a share that is none."""
    with pytest.raises(InputError, match=r"breaches|share"):
        kupiec(breaches, observations, share)
