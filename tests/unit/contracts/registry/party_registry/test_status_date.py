"""`status_until`: from then on a category counts as retail, for new risk alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.parties import lei_text, lei_word
from tests.support.powers import DAY, Powers

DATED = 64


def suitability(powers: Powers) -> int:
    """The party's suitability word."""
    return int(powers.registry.functions.suitability_of(powers.ids["party"]).call())


def test_default_behavior(powers: Powers) -> None:
    until = powers.now() + 50 * DAY
    powers.enter("party", "FR", status_until=until)
    assert powers.flags("party") == DATED
    assert suitability(powers) == until
    powers.until(until - 100)
    powers.sync()
    powers.until(until - 1)
    assert powers.reasons("party") == [0] * 7
    powers.until(until)
    assert powers.reasons("party") == [14, 14, 0, 0, 0, 0, 0]


def test_reported(powers: Powers, logs: Any) -> None:
    until = powers.now() + 50 * DAY
    stated = powers.statement("party", status_until=until)
    call = powers.registry.functions.onboard(stated[:9])
    events = logs(powers.send(call, powers.actors("registrar")), powers.registry)
    account = int(powers.registry.functions.account_count().call())
    assert [event.event for event in events] == ["SuitabilityChanged", "PartyOnboarded"]
    assert dict(events[0].args) == {
        "account": account,
        "wallet": powers.actors("party"),
        "suitability": until,
    }


def test_renewed_before_it_lapses(powers: Powers) -> None:
    """Without a gap, and without a request."""
    powers.enter("party", status_until=powers.now() + 50 * DAY)
    later = powers.now() + 90 * DAY
    powers.renew("party", status_until=later)
    assert suitability(powers) == later
    powers.wait(60 * DAY)
    powers.sync()
    assert powers.reason("party", 1) == 0
    powers.renew("party")
    assert suitability(powers) == 0
    assert powers.flags("party") == 0


def test_renewed_after_it_lapsed(powers: Powers, reverts: Any) -> None:
    powers.enter("party", status_until=powers.now() + DAY)
    powers.wait(DAY)
    with reverts("parties: not requested"):
        powers.renew("party")
    powers.request("party", 2)
    powers.wait(DAY)
    powers.renew("party")
    assert powers.flags("party") == 0
    assert suitability(powers) == 0


def test_a_request_before_it_lapsed_is_none(powers: Powers, reverts: Any) -> None:
    powers.enter("party", status_until=powers.now() + DAY)
    with reverts("parties: bad category"):
        powers.request("party", 2)


def test_lapses_with_a_warning_accepted(powers: Powers) -> None:
    """Who has accepted it goes on as a retail client does."""
    text = b"\x61" * 32
    powers.publish("FR", text, powers.now() + 1)
    powers.enter("party", "FR", status_until=powers.now() + DAY)
    powers.accept("party", text)
    powers.wait(DAY)
    assert powers.reasons("party") == [0] * 7
    told = powers.registry.functions.gate(powers.actors("party"), powers.ids["party"], 1, 7)
    assert told.call()[1] >> 152 & 255 == 1


@pytest.mark.parametrize("off", [0, -1])
def test_past(powers: Powers, reverts: Any, off: int) -> None:
    time = powers.now() + 10
    stated = powers.statement("party", status_until=time + off)
    call = powers.registry.functions.onboard(stated[:9])
    powers.set_time(time)
    with reverts("parties: bad status date"):
        powers.send(call, powers.actors("registrar"))


def test_too_far(powers: Powers, reverts: Any) -> None:
    with reverts("parties: bad status date"):
        powers.enter("party", status_until=2**32)


def test_not_for_retail(powers: Powers, reverts: Any) -> None:
    with reverts("parties: bad status date"):
        powers.enter("party", "FR", 1, status_until=powers.now() + DAY)


def test_signed(powers: Powers) -> None:
    """It is part of what an issuer signs."""
    powers.recognise_issuer(2, powers.actors("attester"), lei_word(lei_text(700)))
    until = powers.now() + 50 * DAY
    stated = powers.statement("party", issuer=2, nonce=1, status_until=until)
    signature = powers.signed(stated, "attester")
    for other in (0, until + 1):
        with pytest.raises(Exception, match="parties: not the issuer"):
            powers.attest(stated.but(status_until=other), signature)
    powers.attest(stated, signature)
    powers.ids["party"] = int(powers.registry.functions.account_count().call())
    assert suitability(powers) == until
