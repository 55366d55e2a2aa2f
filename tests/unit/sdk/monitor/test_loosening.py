"""What loosens is said, when it is announced and when it counts; what tightens is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from eth_utils.crypto import keccak

from keelmark.margin.words import pack_collateral, pack_instrument
from keelmark.types import Power
from keelmark.units import WAD
from tests.support.books import NOW, perpetual, token
from tests.support.watched import (
    CLIENT,
    DAY,
    FEED_LIMITS,
    SPOT,
    Tape,
    mandate,
    market,
    party,
    wallet_of,
)

SOURCE = 5 | 3_600 << 160 | 2 << 200
"""Of the spot feed, as `market` sets it."""


def heard(tape: Tape, event: str, **args: Any) -> list[tuple[str, str]]:
    """Detector and words."""
    return [(one.detector, one.sentence) for one in tape.heard(event, **args)]


def limits(low: int = WAD, high: int = 10**6 * WAD, apart: int = 500, quorum: int = 1) -> int:
    """A limits word."""
    return low | high << 88 | apart << 176 | quorum << 192


@pytest.mark.parametrize(
    ("word", "looser"),
    [
        (FEED_LIMITS, False),
        (limits(low=WAD - 1), True),
        (limits(low=WAD + 1), False),
        (limits(high=10**6 * WAD + 1), True),
        (limits(high=10**6 * WAD - 1), False),
        (limits(apart=501), True),
        (limits(apart=499), False),
        (limits(quorum=2), False),
    ],
)
def test_limits(word: int, looser: bool) -> None:
    """Each of the four, to either side."""
    tape = market()
    assert bool(heard(tape, "FeedChanged", feed=SPOT, slot=0, word=word)) == looser


def test_lower_quorum() -> None:
    """From two sources to one."""
    tape = market()
    tape.add("FeedChanged", feed=SPOT, slot=0, word=limits(quorum=2))
    assert heard(tape, "FeedChanged", feed=SPOT, slot=0, word=FEED_LIMITS)


@pytest.mark.parametrize(
    ("word", "looser"),
    [
        (SOURCE ^ 3_600 << 160 | 3_599 << 160, False),
        (SOURCE ^ 3_600 << 160 | 3_601 << 160, True),
        (SOURCE + 1, True),
        (0, True),
    ],
)
def test_sources(word: int, looser: bool) -> None:
    """Any change of a live feed's source but a shorter age."""
    tape = market()
    assert bool(heard(tape, "FeedChanged", feed=SPOT, slot=3, word=word)) == looser


def test_feed_without_a_price() -> None:
    """Setting up loosens nothing."""
    tape = market()
    tape.add("FeedChanged", feed=7, slot=0, word=FEED_LIMITS)
    assert not heard(tape, "FeedChanged", feed=7, slot=0, word=limits(apart=501))
    assert not heard(tape, "FeedChanged", feed=7, slot=3, word=SOURCE)


def test_announcement() -> None:
    """An announced change is said with the time from which it can be applied."""
    tape = market()
    word = limits(apart=501)
    said = heard(tape, "FeedChangeAnnounced", feed=SPOT, slot=0, word=word, due=NOW + DAY)
    assert said == [
        (
            "loosened",
            "feed 1: limits become 1 to 1,000,000, 5.01 % apart, 1 sources, announced for "
            "2020-03-13 00:00:00 UTC",
        )
    ]


def test_mandates() -> None:
    """New, wider and moved ones; the founding authority and a narrower one are silent."""
    tape = market()
    assert not heard(tape, "MandateGranted", authority=1, mandate=mandate(1))
    new = heard(tape, "MandateGranted", authority=2, mandate=mandate(2, int(Power.FREEZE)))
    assert new[0][1].startswith("authority 2 of DE is recognised with powers")
    wider = heard(tape, "MandateWidened", authority=1, mandate=mandate(1, wider=127))
    assert "will have powers" in wider[0][1]
    moved = heard(tape, "MandateMoved", authority=1, holder=wallet_of(71), mandate=mandate(1))
    assert wallet_of(71) in moved[0][1]
    assert not heard(tape, "MandateNarrowed", authority=1, mandate=mandate(1, 1))


def test_roles() -> None:
    """Offered and taken; the first holder and an offer withdrawn are silent."""
    tape = market()
    role = {"role": bytes(keccak(text="operator")), "holder": wallet_of(5)}
    assert not heard(tape, "RoleAccepted", **role)
    assert not heard(tape, "RoleProposed", **role)
    assert "role of operator" in heard(tape, "RoleProposed", **role, successor=wallet_of(6))[0][1]
    assert "moved from" in heard(tape, "RoleAccepted", **role, predecessor=wallet_of(4))[0][1]


def test_issuers() -> None:
    """Recognised and restored; ended is silent."""
    tape = market()
    assert heard(tape, "IssuerRecognised", issuer=2, signer=wallet_of(8))
    assert heard(tape, "IssuerChanged", issuer=2, recognised=1)
    assert not heard(tape, "IssuerChanged", issuer=2, recognised=0)


def test_margin_terms() -> None:
    """An instrument that asks less than before; a new one, or one that asks more, is silent."""
    tape = market()
    known = replace(perpetual(time=NOW), lot_exp=15, multiplier_bps=12_000)
    tape.add("InstrumentListed", instrument=2, feed=SPOT, word=pack_instrument(known))

    def listed(**changes: int) -> list[tuple[str, str]]:
        word = pack_instrument(replace(known, **changes))
        return heard(tape, "InstrumentListed", instrument=2, feed=SPOT, word=word)

    assert listed(multiplier_bps=11_999) == [
        ("loosened", "instrument 2: its margin multiplier falls from 12000 to 11999 bps")
    ]
    assert listed(scan_bps=3_299)
    assert not listed(multiplier_bps=12_001, scan_bps=3_301)
    assert not heard(
        tape, "InstrumentListed", instrument=3, feed=SPOT, word=pack_instrument(perpetual())
    )


def test_collateral_terms() -> None:
    """A higher cap of collateral that is known."""
    tape = market()
    tape.add("CollateralListed", asset=1, feed=50, word=pack_collateral(token(cap=100)))

    def listed(asset: int, cap: int) -> list[tuple[str, str]]:
        word = pack_collateral(token(cap=cap))
        return heard(tape, "CollateralListed", asset=asset, feed=50, word=word)

    assert listed(1, 101)
    assert not listed(1, 100)
    assert not listed(2, 10**9)


def test_lifted() -> None:
    """What an authority lifts informs; what it imposes is silent."""
    tape = market()
    letters = int.from_bytes(b"FR", "big")
    for event, args in (
        ("PartyUnfrozen", {"account": CLIENT, "word": party(CLIENT)}),
        ("PartyReleased", {"account": CLIENT, "word": party(CLIENT)}),
        ("CcpAuthorised", {"account": CLIENT, "word": party(CLIENT)}),
        ("TradingResumed", {"authority": 1}),
        ("InstrumentCleared", {"instrument": 1, "jurisdiction": letters}),
        ("EntryDelisted", {"wallet": wallet_of(9)}),
    ):
        assert [name for name, _ in heard(tape, event, **args)] == ["lifted"], event
    for event, args in (
        ("PartyFrozen", {"account": CLIENT, "word": party(CLIENT)}),
        ("PartyRestricted", {"account": CLIENT, "word": party(CLIENT)}),
        ("CcpWithdrawn", {"account": CLIENT, "word": party(CLIENT)}),
        ("TradingHalted", {"authority": 1}),
        ("InstrumentBarred", {"instrument": 1, "jurisdiction": letters}),
        ("EntryListed", {"wallet": wallet_of(9)}),
    ):
        assert not heard(tape, event, **args), event
