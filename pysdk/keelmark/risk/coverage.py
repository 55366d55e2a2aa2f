"""Whether a threshold is breached as often as it claims: likelihood-ratio tests of breaches.

Kupiec's test compares the share of breaches with the share that the confidence leaves open;
Christoffersen's asks whether a breach makes the next one likelier; their sum tests both.

    Kupiec, P.: Techniques for Verifying the Accuracy of Risk Measurement Models,
    Journal of Derivatives 3 (2), 1995.
    Christoffersen, P.: Evaluating Interval Forecasts, International Economic Review 39 (4), 1998.

All three take breaches as draws that do not overlap; the statistics are chi-squared in the limit,
so a p-value from a handful of expected breaches is an indication, not a proof.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from keelmark.errors import InputError

__all__ = ["LikelihoodRatio", "conditional_coverage", "independence", "kupiec"]


@dataclass(frozen=True, slots=True)
class LikelihoodRatio:
    """A test statistic, chi-squared under what is tested."""

    statistic: float
    """Twice the logarithm of the ratio of likelihoods, never negative."""
    degrees: int
    """Degrees of freedom: 1 or 2."""

    @property
    def p_value(self) -> float:
        """Probability of a statistic at least this large if what is tested holds."""
        if self.degrees == 1:
            return math.erfc(math.sqrt(self.statistic / 2))
        return math.exp(-self.statistic / 2)


def _log_likelihood(hits: int, misses: int, share: float) -> float:
    """Of that many hits and misses, where a hit has this probability; 0 times log 0 is 0."""
    found = hits * math.log(share) if hits else 0.0
    return found + (misses * math.log1p(-share) if misses else 0.0)


def kupiec(breaches: int, observations: int, share: float) -> LikelihoodRatio:
    """Proportion of failures: is the share of breaches the one claimed?

    Args:
        breaches: how many were seen.
        observations: out of how many.
        share: of breaches that the confidence leaves open, above 0 and below 1.

    Raises:
        InputError: there are fewer observations than breaches, or none, or the share is no share.
    """
    if not 0 <= breaches <= observations or observations == 0:
        raise InputError(
            f"breaches: {breaches} of {observations}, expected 0 to all of at least 1."
        )
    if not 0 < share < 1:
        raise InputError(f"share {share}: expected a number above 0 and below 1.")
    misses = observations - breaches
    claimed = _log_likelihood(breaches, misses, share)
    seen = _log_likelihood(breaches, misses, breaches / observations)
    return LikelihoodRatio(max(0.0, 2 * (seen - claimed)), 1)


def independence(breached: Sequence[bool]) -> LikelihoodRatio:
    """Does a breach follow a breach as often as it follows none?

    Args:
        breached: one entry a period, in order of time.
    """
    counts = [[0, 0], [0, 0]]
    for before, after in pairwise(breached):
        counts[before][after] += 1
    hits, misses = counts[0][1] + counts[1][1], counts[0][0] + counts[1][0]
    if not hits or not misses:
        return LikelihoodRatio(0.0, 1)
    together = _log_likelihood(hits, misses, hits / (hits + misses))
    apart = sum(
        _log_likelihood(hit, miss, hit / (hit + miss)) for miss, hit in counts if hit + miss
    )
    return LikelihoodRatio(max(0.0, 2 * (apart - together)), 1)


def conditional_coverage(proportion: LikelihoodRatio, order: LikelihoodRatio) -> LikelihoodRatio:
    """Both at once: the sum of the statistics, with two degrees of freedom."""
    return LikelihoodRatio(proportion.statistic + order.statistic, 2)
