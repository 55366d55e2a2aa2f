"""Two venues' implied volatilities by one convention: what differs, and what cannot be compared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keelmark.errors import InputError
from keelmark.pricing.cross_venue import (
    OptionTerms,
    Quote,
    compare_venues,
    quoted_volatility,
)
from keelmark.regulation import value
from tests.support.black76_reference import black76

WAD = 10**18
DAY = 86_400
EXPIRY = 1_585_296_000
"""27 March 2020, 08:00 UTC."""

CALL = OptionTerms("BTC", EXPIRY, 8_500 * WAD, is_call=True)
PUT = OptionTerms("BTC", EXPIRY, 7_000 * WAD, is_call=False)


def quote(option: OptionTerms, volatility: str, *, forward: int = 8_000, days: int = 15) -> Quote:
    """A quote whose premium fifty-digit arithmetic gives."""
    strike = option.strike // WAD
    exact = black76(option.is_call, forward, strike, days * DAY, volatility)
    return Quote(option, EXPIRY - days * DAY, forward * WAD, round(exact.price * WAD))


def near(found: int, wanted: str) -> bool:
    """Within 1e-12 of a volatility."""
    return abs(found - round(float(wanted) * WAD)) <= 10**6 + 200


def test_default_behavior() -> None:
    """Different forwards and hours, the same volatility: no difference; three points: one."""
    ours = [quote(CALL, "0.80"), quote(PUT, "0.95")]
    theirs = [quote(PUT, "0.98", days=14), quote(CALL, "0.81", forward=8_050)]
    found = compare_venues(ours, theirs)
    assert found.tolerance_bps == value("CROSS_VENUE_VOLATILITY_BPS")
    assert [pair.option for pair in found.pairs] == [PUT, CALL]
    assert [pair.option for pair in found.differing] == [PUT]
    put, call = found.pairs
    assert near(put.ours, "0.95")
    assert near(put.theirs, "0.98")
    assert near(call.ours, "0.80")
    assert near(call.theirs, "0.81")
    assert not found.not_inverted


def test_the_tolerance_itself_is_no_difference() -> None:
    """More than the tolerance, to the last unit."""
    ours = [Quote(CALL, EXPIRY - DAY, WAD, volatility=WAD)]
    at = [Quote(CALL, EXPIRY - DAY, WAD, volatility=WAD + 200 * WAD // 10_000)]
    beyond = [replace(at[0], volatility=WAD + 200 * WAD // 10_000 + 1)]
    assert not compare_venues(ours, at, 200).differing
    assert compare_venues(ours, beyond, 200).differing
    assert compare_venues(beyond, ours, 200).differing
    assert not compare_venues(ours, ours, 0).differing
    assert compare_venues(ours, beyond, 0).differing


def test_a_premium_goes_before_a_stated_volatility() -> None:
    """What a venue states by a formula of its own does not hide what its premium means."""
    told = replace(quote(CALL, "0.80"), volatility=3 * WAD)
    assert near(quoted_volatility(told), "0.80")
    assert quoted_volatility(replace(told, premium=None)) == 3 * WAD


def test_quotes_that_imply_nothing_are_listed() -> None:
    """Each with its venue and reason; the others are compared all the same."""
    base = quote(CALL, "0.8")
    strikes = [replace(CALL, strike=strike * WAD) for strike in (1_000, 2_000, 3_000, 4_000, 5_000)]
    below, above, late, empty, wild = strikes
    ours = [
        base,
        Quote(below, EXPIRY - DAY, 8_000 * WAD, premium=6_999 * WAD),
        Quote(above, EXPIRY - DAY, 8_000 * WAD, premium=8_000 * WAD),
        Quote(late, EXPIRY + 1, 8_000 * WAD, premium=5_000 * WAD),
    ]
    theirs = [
        base,
        Quote(empty, EXPIRY - DAY, 8_000 * WAD),
        Quote(wild, EXPIRY - DAY, 8_000 * WAD, volatility=16 * WAD + 1),
    ]
    found = compare_venues(ours, theirs)
    assert [(item.option, item.venue, item.reason) for item in found.not_inverted] == [
        (below, "ours", "implied: premium below intrinsic"),
        (above, "ours", "implied: premium above bound"),
        (late, "ours", "quoted after its expiry"),
        (empty, "theirs", "neither a premium nor a volatility"),
        (wild, "theirs", "volatility outside 0 to 16"),
    ]
    assert [pair.option for pair in found.pairs] == [CALL]
    assert found.only_ours == (below, above, late)
    assert found.only_theirs == (empty, wild)


def test_the_kind_and_the_expiry_belong_to_the_option() -> None:
    """A put is not compared with a call, nor one month with another."""
    other = replace(CALL, is_call=False)
    later = replace(CALL, expiry=EXPIRY + 7 * DAY)
    found = compare_venues([quote(CALL, "0.8")], [quote(other, "0.9"), quote(later, "0.9")])
    assert not found.pairs
    assert found.only_ours == (CALL,)
    assert set(found.only_theirs) == {other, later}


def test_an_option_quoted_twice_is_refused() -> None:
    """Either could be the stale one."""
    twice = [quote(CALL, "0.8"), quote(CALL, "0.9")]
    with pytest.raises(InputError, match=r"^theirs: BTC 2020-03-27T08:00:00Z 8500 call is quoted"):
        compare_venues([], twice)


def test_a_negative_tolerance_is_refused() -> None:
    """One sentence with the field."""
    with pytest.raises(InputError, match=r"^tolerance: -1, expected"):
        compare_venues([], [], -1)
