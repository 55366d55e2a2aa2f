"""`check_lift`: each authority lifts its own hold; that of one that cannot, another in scope."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.supervision import ALL_POWERS, COOPERATE, FREEZE, RESTRICT

from .conftest import BASIS, DELAY, FOREVER


@pytest.fixture
def neighbours(peers: None, recognise: Any, later: Any) -> None:
    """Bundesbank of DE is 4, with every power; its mandate has begun."""
    recognise("Bundesbank", "DE", 4)
    later(DELAY)


@pytest.fixture
def narrow(act: Any) -> Any:
    """``narrow(1, powers, until)``: by the convenor."""

    def narrowed(number: int, powers: int, until: int = FOREVER) -> Any:
        return act("narrow_mandate", number, powers, until, BASIS, by="convenor")

    return narrowed


def test_default_behavior(neighbours: None, lift: Any, reverts: Any) -> None:
    assert lift("BaFin", 1, FREEZE) == 1
    for other in ("Bundesbank", "AMF"):
        with reverts("supervision: hold of another"):
            lift(other, 1, FREEZE)


def test_own_hold_elsewhere(peers: None, lift: Any) -> None:
    """As it stands where the authority acted under an agreement that is over."""
    assert lift("AMF", 2, FREEZE, "DE") == 2


def test_own_hold_without_the_power(narrow: Any, lift: Any) -> None:
    narrow(1, RESTRICT)
    assert lift("BaFin", 1, FREEZE) == 1


def test_own_hold_names_no_invented_agreement(agreed: None, lift: Any, reverts: Any) -> None:
    """What it names is reported in 32 bits."""
    assert lift("BaFin", 1, FREEZE, "FR", 1) == 1
    for number in (2, 2**32 + 1, 2**256 - 1):
        with reverts("supervision: no such agreement"):
            lift("BaFin", 1, FREEZE, "FR", number)


def test_own_hold_when_over(peers: None, narrow: Any, later: Any, lift: Any, reverts: Any) -> None:
    narrow(1, ALL_POWERS, later(10))
    with reverts("supervision: mandate over"):
        lift("BaFin", 1, FREEZE)


def test_own_hold_before_it_begins(recognise: Any, lift: Any, reverts: Any) -> None:
    recognise("AMF", "FR", 2)
    with reverts("supervision: mandate not begun"):
        lift("AMF", 2, FREEZE, "FR")


def test_of_one_that_is_over(
    neighbours: None, narrow: Any, later: Any, lift: Any, reverts: Any
) -> None:
    end = later(10) + 100
    narrow(1, ALL_POWERS, end)
    later(99)
    with reverts("supervision: hold of another"):
        lift("Bundesbank", 1, FREEZE)
    later(1)
    assert lift("Bundesbank", 1, FREEZE) == 4
    with reverts("supervision: out of scope"):
        lift("AMF", 1, FREEZE)
    narrow(4, RESTRICT)
    with reverts("supervision: power not held"):
        lift("Bundesbank", 1, FREEZE)


def test_of_one_that_lost_the_power(neighbours: None, narrow: Any, lift: Any, reverts: Any) -> None:
    narrow(1, FREEZE)
    assert lift("Bundesbank", 1, RESTRICT) == 4
    with reverts("supervision: hold of another"):
        lift("Bundesbank", 1, FREEZE)


def test_of_one_that_gets_it_back(
    neighbours: None, narrow: Any, act: Any, later: Any, lift: Any, reverts: Any
) -> None:
    narrow(1, COOPERATE)
    act("widen_mandate", 1, ALL_POWERS, FOREVER, BASIS, by="convenor")
    later(DELAY - 1)
    assert lift("Bundesbank", 1, FREEZE) == 4
    later(1)
    with reverts("supervision: hold of another"):
        lift("Bundesbank", 1, FREEZE)


def test_of_one_that_moved(
    neighbours: None, act: Any, actors: Any, lift: Any, reverts: Any
) -> None:
    act("offer_mandate", actors("new key"), by="BaFin")
    act("accept_mandate", 1, by="new key")
    assert lift("new key", 1, FREEZE) == 1
    with reverts("supervision: hold of another"):
        lift("Bundesbank", 1, FREEZE)
    with reverts("supervision: no authority"):
        lift("BaFin", 1, FREEZE)


def test_of_a_former_mandate_of_the_same_key(
    recognise: Any, narrow: Any, later: Any, lift: Any
) -> None:
    narrow(1, ALL_POWERS, later(10))
    later(10)
    recognise("BaFin", "DE", 1)
    later(DELAY)
    assert lift("BaFin", 1, FREEZE) == 2
    assert lift("BaFin", 2, FREEZE) == 2


def test_under_an_agreement(
    agreed: None, neighbours: None, act: Any, narrow: Any, later: Any, lift: Any, reverts: Any
) -> None:
    """AMF lifts a hold of Bundesbank, which is over, where BaFin lends it that power."""
    narrow(4, ALL_POWERS, later(10))
    assert lift("AMF", 4, FREEZE, "DE", 1) == 2
    with reverts("supervision: power not lent"):
        lift("AMF", 4, RESTRICT, "DE", 1)
    with reverts("supervision: out of scope"):
        lift("AMF", 4, FREEZE, "ES", 1)


@pytest.mark.parametrize("holder", [0, 4, 127, 128, 256, 257, 2**256 - 1])
def test_nobody_holds(peers: None, lift: Any, reverts: Any, holder: int) -> None:
    """A hold of nobody, as on the tombstone of a lost key, is lifted by nobody."""
    with reverts("supervision: no authority"):
        lift("BaFin", holder, FREEZE)
