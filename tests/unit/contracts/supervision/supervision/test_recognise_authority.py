"""`recognise_authority`: a mandate that begins after the delay."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.parties import lei_text, lei_word
from tests.support.supervision import ALL_POWERS, FREEZE, MandateFields, read_mandate

from .conftest import BASIS, DELAY, FOREVER, ZERO


def test_default_behavior(
    supervision: Contract, recognise: Any, logs: Any, actors: Any, word: Any, later: Any, check: Any
) -> None:
    moment = later(100)
    (event,) = logs(recognise("AMF", "FR", 2, FREEZE, moment + DELAY + 50), supervision)
    assert read_mandate(word("AMF")) == MandateFields(
        2, "FR", FREEZE, moment + DELAY, moment + DELAY + 50, 0, 0, 0
    )
    assert event.event == "MandateGranted"
    assert dict(event.args) == {
        "authority": 2,
        "legal_basis": BASIS,
        "wallet": actors("AMF"),
        "identifier": lei_word(lei_text(2)),
        "mandate": word("AMF"),
    }
    assert supervision.functions.authority_of(2).call() == actors("AMF")
    assert supervision.functions.mandate_count().call() == 2


def test_begins_after_the_delay(recognise: Any, later: Any, check: Any, reverts: Any) -> None:
    later(100)
    recognise("AMF", "FR", 2)
    later(DELAY - 1)
    with reverts("supervision: mandate not begun"):
        check("AMF", FREEZE, "FR")
    later(1)
    assert check("AMF", FREEZE, "FR") == 2


def test_not_the_convenor(recognise: Any, reverts: Any) -> None:
    with reverts("roles: not the holder"):
        recognise("AMF", "FR", 2, by="BaFin")


def test_no_legal_basis(recognise: Any, reverts: Any) -> None:
    with reverts("supervision: no legal basis"):
        recognise("AMF", "FR", 2, basis=bytes(32))


def test_convenor_is_no_authority(recognise: Any, reverts: Any) -> None:
    with reverts("supervision: is the convenor"):
        recognise("convenor", "FR", 2)


def test_no_address(act: Any, reverts: Any) -> None:
    arguments = (ZERO, lei_word(lei_text(2)), b"FR", FREEZE, FOREVER, BASIS)
    with reverts("supervision: no address"):
        act("recognise_authority", *arguments, by="convenor")


def test_has_a_mandate(recognise: Any, reverts: Any) -> None:
    with reverts("supervision: has a mandate"):
        recognise("BaFin", "FR", 2)
    recognise("AMF", "FR", 2)
    with reverts("supervision: has a mandate"):
        recognise("AMF", "FR", 3)


def test_lei_in_use(recognise: Any, reverts: Any) -> None:
    with reverts("supervision: lei in use"):
        recognise("AMF", "FR", 1)
    recognise("AMF", "FR", 2)
    with reverts("supervision: lei in use"):
        recognise("AMF again", "FR", 2)


def test_after_the_end_a_new_id(
    supervision: Contract,
    recognise: Any,
    later: Any,
    set_time: Any,
    check: Any,
    actors: Any,
    reverts: Any,
) -> None:
    end = later(10) + DELAY + 5
    recognise("AMF", "FR", 2, until=end)
    set_time(end - 2)
    with reverts("supervision: has a mandate"):
        recognise("AMF", "FR", 4)
    set_time(end - 1)
    with reverts("supervision: lei in use"):
        recognise("AMF again", "FR", 2)
    set_time(end)
    recognise("AMF", "FR", 2)
    later(DELAY)
    assert check("AMF", FREEZE, "FR") == 3
    shown = supervision.functions.mandates(1, 127).call()
    assert [row[0] for row in shown] == [actors("BaFin"), actors("AMF"), actors("AMF")]
    assert [row[2] & 255 for row in shown] == [1, 0, 3]


@pytest.mark.parametrize(
    ("jurisdiction", "number", "powers", "until", "reason"),
    [
        ("FR", 2, 0, FOREVER, "supervision: bad powers"),
        ("FR", 2, ALL_POWERS + 1, FOREVER, "supervision: bad powers"),
        ("FR", 2, 2**16, FOREVER, "supervision: bad powers"),
        ("fr", 2, FREEZE, FOREVER, "supervision: bad jurisdiction"),
        ("XX", 2, FREEZE, FOREVER, "supervision: bad jurisdiction"),
        ("FR", 2, FREEZE, FOREVER + 1, "supervision: bad end"),
        ("FR", 2, FREEZE, 2**256 - 1, "supervision: bad end"),
        ("FR", 2, FREEZE, 0, "supervision: bad end"),
    ],
)
def test_bad_argument(
    recognise: Any,
    reverts: Any,
    jurisdiction: str,
    number: int,
    powers: int,
    until: int,
    reason: str,
) -> None:
    with reverts(reason):
        recognise("AMF", jurisdiction, number, powers, until)


def test_bad_lei(act: Any, actors: Any, reverts: Any) -> None:
    arguments = (actors("AMF"), lei_word(lei_text(2)) + 1, b"FR", FREEZE, FOREVER, BASIS)
    with reverts("supervision: bad lei"):
        act("recognise_authority", *arguments, by="convenor")


def test_over_before_it_begins(recognise: Any, reverts: Any, later: Any) -> None:
    moment = later(10)
    with reverts("supervision: bad end"):
        recognise("AMF", "FR", 2, until=moment + DELAY)


def test_union_is_a_jurisdiction(recognise: Any, later: Any, check: Any, reverts: Any) -> None:
    recognise("ESMA", "EU", 2)
    later(DELAY)
    assert check("ESMA", FREEZE, "EU") == 2
    with reverts("supervision: out of scope"):
        check("ESMA", FREEZE, "DE")


def test_ids_end_at_127(supervision: Contract, recognise: Any, later: Any, reverts: Any) -> None:
    for number in range(2, 128):
        recognise(f"authority {number}", "FR", number)
    assert supervision.functions.mandate_count().call() == 127
    with reverts("supervision: no more ids"):
        recognise("authority 128", "FR", 128)
    shown = supervision.functions.mandates(1, 127).call()
    assert [row[2] & 255 for row in shown] == list(range(1, 128))
