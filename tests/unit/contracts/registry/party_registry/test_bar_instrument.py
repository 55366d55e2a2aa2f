"""`bar_instrument` and `clear_instrument`: an authority's own jurisdiction, sixteen in all."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.powers import BASIS, CASE, DAY, YEAR, Powers
from tests.support.supervision import code

SWAP = 3
STATES = [
    *("AT", "BE", "BG", "CY", "CZ", "DK", "EE", "ES"),
    *("FI", "GR", "HR", "HU", "IE", "IT", "LT", "LU"),
]


def barred(powers: Powers) -> list[str]:
    """The jurisdictions in which it is barred, as they are stored."""
    word = powers.registry.functions.bars(SWAP).call()
    letters = [(word >> 16 * place & 65535).to_bytes(2, "big") for place in range(16)]
    return [pair.decode() for pair in letters if pair != bytes(2)]


def test_default_behavior(powers: Powers, logs: Any) -> None:
    review = powers.now() + 30 * DAY
    (event,) = logs(powers.bar(SWAP, "authority of FR", review_at=review), powers.registry)
    holder = powers.authorities["authority of FR"]
    assert event.event == "InstrumentBarred"
    assert dict(event.args) == {
        "instrument": SWAP,
        "legal_basis": BASIS,
        "jurisdiction": code("FR"),
        "case_hash": CASE,
        "mandate": holder | review << 64,
    }
    powers.bar(SWAP)
    powers.bar(SWAP, "authority of GB")
    assert powers.registry.functions.bars(SWAP).call() == (
        code("FR") | code("DE") << 16 | code("GB") << 32
    )
    (event,) = logs(powers.clear(SWAP), powers.registry)
    assert event.event == "InstrumentCleared"
    assert dict(event.args) == {
        "instrument": SWAP,
        "legal_basis": BASIS,
        "jurisdiction": code("DE"),
        "case_hash": CASE,
        "mandate": 1,
    }
    assert powers.registry.functions.bars(SWAP).call() == code("FR") | code("GB") << 16
    assert powers.registry.functions.bars(SWAP + 1).call() == 0


def test_already_so(powers: Powers, reverts: Any) -> None:
    powers.bar(SWAP, "authority of GB")
    powers.bar(SWAP)
    with reverts("parties: already so"):
        powers.bar(SWAP)
    with reverts("parties: already so"):
        powers.clear(SWAP, "authority of FR")
    with reverts("parties: already so"):
        powers.clear(SWAP + 1)


def test_no_instrument(powers: Powers, reverts: Any) -> None:
    with reverts("parties: no instrument"):
        powers.bar(0)


@pytest.mark.parametrize("ahead", [0, YEAR + 1])
def test_bad_review_date(powers: Powers, reverts: Any, ahead: int) -> None:
    time = powers.now() + 10
    powers.set_time(time)
    with reverts("parties: bad review date"):
        powers.bar(SWAP, review_at=time + ahead)


def test_no_legal_basis(powers: Powers, reverts: Any) -> None:
    with reverts("parties: no legal basis"):
        powers.bar(SWAP, basis=bytes(32))
    powers.bar(SWAP)
    with reverts("parties: no legal basis"):
        powers.clear(SWAP, basis=bytes(32))


def test_power_not_held(powers: Powers, reverts: Any) -> None:
    powers.bar(SWAP)
    powers.narrow("supervisor", 127 - 4, 2**32 - 1)
    for act in (powers.bar, powers.clear):
        with reverts("supervision: power not held"):
            act(SWAP)


@pytest.mark.parametrize("nobody", ["registrar", "convenor", "stranger"])
def test_no_authority(powers: Powers, reverts: Any, nobody: str) -> None:
    for act in (powers.bar, powers.clear):
        with reverts("supervision: no authority"):
            act(SWAP, nobody)


def test_sixteen_jurisdictions(powers: Powers, reverts: Any) -> None:
    for country in STATES:
        powers.recognise(country, country)
    powers.wait(DAY)
    powers.sync()
    for country in STATES:
        powers.bar(SWAP, country)
    assert barred(powers) == STATES
    with reverts("parties: too many bars"):
        powers.bar(SWAP)
    with reverts("parties: already so"):
        powers.bar(SWAP, "LU")
    other = (powers.actors("member"), 1)
    for country in ("AT", "LU", "FR"):
        account = powers.enter(f"party of {country}", country)
        asked = (powers.actors(f"party of {country}"), account, 1)
        answer = powers.registry.functions.gate_trade(*asked, *other, 1, 7, SWAP).call()
        assert answer[:2] == [0 if country == "FR" else 15, 0]
    for country in STATES[::-1]:
        powers.clear(SWAP, country)
    assert barred(powers) == []


def test_the_union_reaches_all_member_states(powers: Powers) -> None:
    powers.bar(SWAP, "authority of EU")
    other = (powers.actors("member"), 1)
    reached = {}
    for country in ("AT", "DE", "EU", "IE", "SE", "SK", "CH", "GB", "NO", "US"):
        account = powers.enter(country, country)
        asked = (powers.actors(country), account, 2)
        answer = powers.registry.functions.gate_trade(*asked, *other, 4, 7, SWAP).call()
        reached[country] = answer[0] == 15
    hit = {country for country, reaches in reached.items() if reaches}
    assert hit == {"AT", "DE", "EU", "IE", "SE", "SK"}
