"""`offer_mandate` and `accept_mandate`: an authority changes its key, in two steps."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.supervision import ALL_POWERS, FREEZE, HALT

from .conftest import BASIS, DELAY, FOREVER, ZERO


@pytest.fixture
def offer(act: Any, actors: Any) -> Any:
    """``offer("BaFin", "new key")``; None withdraws it."""

    def offered(holder: str, successor: str | None) -> Any:
        return act("offer_mandate", ZERO if successor is None else actors(successor), by=holder)

    return offered


@pytest.fixture
def accept(act: Any) -> Any:
    """``accept(1, "new key")``."""

    def accepted(number: int, by: str) -> Any:
        return act("accept_mandate", number, by=by)

    return accepted


def test_default_behavior(
    supervision: Contract,
    offer: Any,
    accept: Any,
    logs: Any,
    actors: Any,
    word: Any,
    check: Any,
    reverts: Any,
) -> None:
    before = word("BaFin")
    (event,) = logs(offer("BaFin", "new key"), supervision)
    assert event.event == "MandateOffered"
    assert dict(event.args) == {
        "authority": 1,
        "holder": actors("BaFin"),
        "successor": actors("new key"),
    }
    assert supervision.functions.mandate_offered_to(1).call() == actors("new key")
    assert check("BaFin", FREEZE) == 1
    (event,) = logs(accept(1, "new key"), supervision)
    assert event.event == "MandateMoved"
    assert dict(event.args) == {
        "authority": 1,
        "holder": actors("new key"),
        "predecessor": actors("BaFin"),
        "mandate": before,
    }
    assert (word("BaFin"), word("new key")) == (0, before)
    assert supervision.functions.authority_of(1).call() == actors("new key")
    assert supervision.functions.mandate_offered_to(1).call() == ZERO
    assert check("new key", FREEZE) == 1
    with reverts("supervision: no authority"):
        check("BaFin", FREEZE)


def test_offer_is_used_up(offer: Any, accept: Any, reverts: Any) -> None:
    offer("BaFin", "new key")
    accept(1, "new key")
    with reverts("supervision: not the successor"):
        accept(1, "new key")


def test_new_offer_takes_the_place_of_the_old(offer: Any, accept: Any, reverts: Any) -> None:
    offer("BaFin", "mistyped")
    offer("BaFin", "new key")
    with reverts("supervision: not the successor"):
        accept(1, "mistyped")
    accept(1, "new key")


def test_withdrawn(offer: Any, accept: Any, reverts: Any) -> None:
    offer("BaFin", "new key")
    offer("BaFin", None)
    with reverts("supervision: not the successor"):
        accept(1, "new key")


@pytest.mark.parametrize("number", [0, 2, 257])
def test_offer_is_of_one_mandate(offer: Any, accept: Any, reverts: Any, number: int) -> None:
    offer("BaFin", "new key")
    with reverts("supervision: not the successor"):
        accept(number, "new key")


def test_no_authority_offers(offer: Any, reverts: Any) -> None:
    for stranger in ("nobody", "convenor"):
        with reverts("supervision: no authority"):
            offer(stranger, "new key")


def test_who_has_one_takes_no_other(peers: None, offer: Any, accept: Any, reverts: Any) -> None:
    offer("BaFin", "AMF")
    with reverts("supervision: has a mandate"):
        accept(1, "AMF")
    offer("AMF", "AMF")
    with reverts("supervision: has a mandate"):
        accept(2, "AMF")


def test_convenor_takes_none(offer: Any, accept: Any, reverts: Any) -> None:
    offer("BaFin", "convenor")
    with reverts("supervision: is the convenor"):
        accept(1, "convenor")


def test_over_by_the_offer(act: Any, offer: Any, later: Any, reverts: Any) -> None:
    act("narrow_mandate", 1, ALL_POWERS, later(10), BASIS, by="convenor")
    with reverts("supervision: mandate over"):
        offer("BaFin", "new key")


def test_over_by_the_acceptance(
    act: Any, offer: Any, accept: Any, later: Any, reverts: Any
) -> None:
    offer("BaFin", "new key")
    act("narrow_mandate", 1, ALL_POWERS, later(10), BASIS, by="convenor")
    with reverts("supervision: mandate over"):
        accept(1, "new key")


def test_over_and_followed_by_another(
    act: Any, recognise: Any, offer: Any, accept: Any, later: Any, reverts: Any, check: Any
) -> None:
    """An old offer does not move the mandate that its holder has got since."""
    offer("BaFin", "new key")
    act("narrow_mandate", 1, ALL_POWERS, later(10), BASIS, by="convenor")
    later(10)
    recognise("BaFin", "DE", 1)
    later(DELAY)
    with reverts("supervision: no authority"):
        accept(1, "new key")
    with reverts("supervision: not the successor"):
        accept(2, "new key")
    assert check("BaFin", FREEZE) == 2


def test_onto_one_that_is_over(
    act: Any, peers: None, offer: Any, accept: Any, later: Any, word: Any, check: Any
) -> None:
    act("narrow_mandate", 2, ALL_POWERS, later(10), BASIS, by="convenor")
    offer("BaFin", "AMF")
    accept(1, "AMF")
    assert word("AMF") & 255 == 1
    assert check("AMF", FREEZE) == 1


def test_widening_moves_with_it(
    act: Any,
    recognise: Any,
    offer: Any,
    accept: Any,
    later: Any,
    word: Any,
    check: Any,
    reverts: Any,
) -> None:
    """A widening is of the mandate: it leaves nothing at the key that it had."""
    recognise("AMF", "FR", 2, FREEZE)
    later(DELAY)
    act("widen_mandate", 2, FREEZE | HALT, FOREVER, BASIS, by="convenor")
    before = word("AMF")
    offer("AMF", "new key")
    accept(2, "new key")
    assert (word("AMF"), word("new key")) == (0, before)
    with reverts("supervision: power not held"):
        check("new key", HALT, "")
    later(DELAY)
    assert check("new key", HALT, "") == 2
    with reverts("supervision: no authority"):
        check("AMF", HALT, "")


def test_narrowed_while_offered(
    act: Any, offer: Any, accept: Any, check: Any, reverts: Any
) -> None:
    offer("BaFin", "new key")
    act("narrow_mandate", 1, FREEZE, FOREVER, BASIS, by="convenor")
    accept(1, "new key")
    assert check("new key", FREEZE) == 1
    with reverts("supervision: power not held"):
        check("new key", HALT)


def test_before_it_begins(
    recognise: Any, offer: Any, accept: Any, later: Any, check: Any, reverts: Any
) -> None:
    recognise("AMF", "FR", 2)
    offer("AMF", "new key")
    accept(2, "new key")
    with reverts("supervision: mandate not begun"):
        check("new key", FREEZE, "FR")
    later(DELAY)
    assert check("new key", FREEZE, "FR") == 2


def test_old_key_may_have_another(
    offer: Any, accept: Any, recognise: Any, later: Any, check: Any
) -> None:
    offer("BaFin", "new key")
    accept(1, "new key")
    recognise("BaFin", "AT", 2)
    later(DELAY)
    assert (check("new key", FREEZE), check("BaFin", FREEZE, "AT")) == (1, 2)
