"""`narrow_mandate`: less power or an earlier end, at once."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.supervision import ALL_POWERS, FREEZE, HALT, RESTRICT, read_mandate

from .conftest import BASIS, DELAY, FOREVER


@pytest.fixture
def narrow(act: Any) -> Any:
    """``narrow(1, FREEZE, FOREVER)``: by the convenor."""

    def narrowed(
        number: int, powers: int, until: int, basis: bytes = BASIS, by: str = "convenor"
    ) -> Any:
        return act("narrow_mandate", number, powers, until, basis, by=by)

    return narrowed


def test_default_behavior(
    supervision: Contract, narrow: Any, logs: Any, word: Any, check: Any, reverts: Any
) -> None:
    before = read_mandate(word("BaFin"))
    (event,) = logs(narrow(1, FREEZE, FOREVER - 5), supervision)
    after = read_mandate(word("BaFin"))
    assert after == before._replace(powers=FREEZE, until=FOREVER - 5)
    assert event.event == "MandateNarrowed"
    assert dict(event.args) == {
        "authority": 1,
        "legal_basis": BASIS,
        "mandate": word("BaFin"),
    }
    assert check("BaFin", FREEZE) == 1
    with reverts("supervision: power not held"):
        check("BaFin", RESTRICT)


def test_ends_at_once(narrow: Any, later: Any, check: Any, reverts: Any) -> None:
    narrow(1, ALL_POWERS, later(50))
    with reverts("supervision: mandate over"):
        check("BaFin", FREEZE)


def test_end_in_the_past(narrow: Any, later: Any, reverts: Any) -> None:
    moment = later(50)
    with reverts("supervision: end in the past"):
        narrow(1, ALL_POWERS, moment - 1)


def test_of_all_powers(narrow: Any, check: Any, reverts: Any) -> None:
    narrow(1, 0, FOREVER)
    for power in (1, 2, 4, 8, 16, 32, 64):
        with reverts("supervision: power not held"):
            check("BaFin", power)


def test_never_lengthens(narrow: Any, later: Any, reverts: Any) -> None:
    end = later(50) + 1_000
    narrow(1, ALL_POWERS, end)
    with reverts("supervision: not narrower"):
        narrow(1, FREEZE, end + 1)


@pytest.mark.parametrize("powers", [FREEZE | HALT, ALL_POWERS, 128 | FREEZE, 2**16 | FREEZE])
def test_never_adds_powers(narrow: Any, reverts: Any, powers: int) -> None:
    narrow(1, FREEZE | RESTRICT, FOREVER)
    with reverts("supervision: not narrower"):
        narrow(1, powers, FOREVER)


def test_nothing_changes(narrow: Any, reverts: Any) -> None:
    with reverts("supervision: nothing changes"):
        narrow(1, ALL_POWERS, FOREVER)


def test_nothing_changes_after_a_widening(narrow: Any, act: Any, later: Any, reverts: Any) -> None:
    narrow(1, FREEZE, FOREVER)
    act("widen_mandate", 1, ALL_POWERS, FOREVER, BASIS, by="convenor")
    later(DELAY)
    with reverts("supervision: nothing changes"):
        narrow(1, ALL_POWERS, FOREVER)


def test_withdraws_a_widening(
    narrow: Any, act: Any, word: Any, later: Any, check: Any, reverts: Any
) -> None:
    narrow(1, FREEZE, FOREVER)
    before = word("BaFin")
    act("widen_mandate", 1, ALL_POWERS, FOREVER, BASIS, by="convenor")
    narrow(1, FREEZE, FOREVER)
    assert word("BaFin") == before
    later(DELAY)
    with reverts("supervision: power not held"):
        check("BaFin", RESTRICT)


def test_withdraws_a_widening_and_narrows(narrow: Any, act: Any, later: Any, word: Any) -> None:
    """What was announced does not count when it is compared, nor come back later."""
    narrow(1, FREEZE | RESTRICT, FOREVER - 9)
    act("widen_mandate", 1, ALL_POWERS, FOREVER, BASIS, by="convenor")
    narrow(1, RESTRICT, FOREVER - 9)
    later(2 * DELAY)
    after = read_mandate(word("BaFin"))
    assert (after.powers, after.until) == (RESTRICT, FOREVER - 9)
    assert (after.wider_powers, after.wider_from, after.wider_until) == (0, 0, 0)


def test_a_widening_to_come_is_no_room(narrow: Any, act: Any, reverts: Any) -> None:
    narrow(1, FREEZE, FOREVER)
    act("widen_mandate", 1, FREEZE | RESTRICT, FOREVER, BASIS, by="convenor")
    with reverts("supervision: not narrower"):
        narrow(1, FREEZE | RESTRICT, FOREVER)


def test_a_widening_in_force_is_room(
    narrow: Any, act: Any, later: Any, word: Any, check: Any
) -> None:
    narrow(1, FREEZE, FOREVER)
    ripe = later(10) + DELAY
    act("widen_mandate", 1, FREEZE | RESTRICT | HALT, FOREVER, BASIS, by="convenor")
    later(DELAY)
    narrow(1, FREEZE | RESTRICT, FOREVER)
    after = read_mandate(word("BaFin"))
    assert (after.powers, after.begins, after.wider_from) == (FREEZE | RESTRICT, ripe, 0)
    assert check("BaFin", RESTRICT) == 1


def test_before_it_begins(
    recognise: Any, narrow: Any, later: Any, check: Any, reverts: Any
) -> None:
    recognise("AMF", "FR", 2)
    narrow(2, ALL_POWERS, later(10))
    later(2 * DELAY)
    with reverts("supervision: mandate over"):
        check("AMF", FREEZE, "FR")


def test_what_is_over(narrow: Any, later: Any, reverts: Any) -> None:
    narrow(1, ALL_POWERS, later(10))
    with reverts("supervision: mandate over"):
        narrow(1, 0, later(10))


@pytest.mark.parametrize("number", [0, 2, 127, 128, 255, 256, 257, 2**256 - 1])
def test_no_authority(narrow: Any, reverts: Any, number: int) -> None:
    with reverts("supervision: no authority"):
        narrow(number, 0, FOREVER)


def test_not_the_convenor(narrow: Any, reverts: Any) -> None:
    with reverts("roles: not the holder"):
        narrow(1, 0, FOREVER, by="BaFin")


def test_no_legal_basis(narrow: Any, reverts: Any) -> None:
    with reverts("supervision: no legal basis"):
        narrow(1, 0, FOREVER, basis=bytes(32))
