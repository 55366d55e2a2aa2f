"""`propose_agreement`: a record of what authorities signed, accepted by who enters it."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from keelmark.chain.compiler import compile_contract
from tests.conftest import find
from tests.support.storage import write_slot
from tests.support.supervision import (
    ALL_POWERS,
    BAR,
    COOPERATE,
    FREEZE,
    RESTRICT,
    AgreementFields,
    code,
    read_agreement,
)

from .conftest import BASIS, DELAY, FOREVER, TEXT


def test_default_behavior(
    supervision: Contract, peers: None, propose: Any, logs: Any, now: Any
) -> None:
    end = now() + 1_000
    receipt = propose([2, 1], kinds=3, instruments=[5, 9], begins=77, until=end)
    terms, invited, instruments, text = supervision.functions.agreement(1).call()
    assert read_agreement(terms) == AgreementFields(frozenset({1}), 3, 0, 77, end, 1)
    assert invited == 0b110
    assert instruments == 5 | 9 << 32
    assert text == TEXT
    (event,) = logs(receipt, supervision)
    assert event.event == "AgreementProposed"
    assert dict(event.args) == {
        "agreement": 1,
        "text_hash": TEXT,
        "terms": terms,
        "invited": invited,
        "instruments": instruments,
    }
    assert supervision.functions.agreement_count().call() == 1
    assert supervision.functions.lenders(1, code("DE")).call() == 0b10
    assert supervision.functions.lenders(1, code("FR")).call() == 0


def test_ids_follow_each_other(supervision: Contract, peers: None, propose: Any) -> None:
    propose([1, 2], powers=FREEZE | RESTRICT)
    propose([3, 2], by="AMF")
    first, second = (supervision.functions.agreement(number).call() for number in (1, 2))
    assert read_agreement(first[0]).powers == FREEZE | RESTRICT
    assert read_agreement(second[0]).proposer == 2
    assert second[1] == 0b1100
    assert supervision.functions.agreement(3).call() == (0, 0, 0, bytes(32))


def test_eight_instruments(supervision: Contract, peers: None, propose: Any) -> None:
    listed = [2**32 - 1, *range(1, 8)]
    propose([1, 2], instruments=listed)
    word = supervision.functions.agreement(1).call()[2]
    assert [word >> 32 * place & (2**32 - 1) for place in range(8)] == listed


def test_thirty_two_members(
    supervision: Contract, recognise: Any, later: Any, propose: Any, reverts: Any
) -> None:
    for number in range(2, 33):
        recognise(f"authority {number}", "FR", number)
    later(DELAY)
    propose(range(1, 33))
    assert supervision.functions.agreement(1).call()[1] == 2**33 - 2


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"members": [2, 3]}, "supervision: not a member"),
        ({"members": []}, "supervision: not a member"),
        ({"members": [1]}, "supervision: no other member"),
        ({"members": [1, 1]}, "supervision: member twice"),
        ({"members": [1, 2, 3, 2]}, "supervision: member twice"),
        ({"members": [1, 0]}, "supervision: no authority"),
        ({"members": [1, 4]}, "supervision: no authority"),
        ({"members": [1, 2**256 - 1]}, "supervision: no authority"),
        ({"kinds": 16}, "supervision: bad kinds or powers"),
        ({"kinds": 257}, "supervision: bad kinds or powers"),
        ({"powers": BAR}, "supervision: bad kinds or powers"),
        ({"powers": FREEZE | COOPERATE}, "supervision: bad kinds or powers"),
        ({"powers": 2**20}, "supervision: bad kinds or powers"),
        ({"kinds": 0, "powers": 0}, "supervision: empty agreement"),
        ({"until": FOREVER + 1}, "supervision: bad end"),
        ({"until": 100}, "supervision: bad end"),
        ({"begins": FOREVER, "until": FOREVER}, "supervision: bad end"),
        ({"begins": 2**256 - 1, "until": FOREVER}, "supervision: bad end"),
        ({"text": bytes(32)}, "supervision: no text"),
        ({"instruments": [5, 0]}, "supervision: bad instrument"),
        ({"instruments": [2**32]}, "supervision: bad instrument"),
        ({"instruments": [5, 6, 5]}, "supervision: instrument twice"),
        ({"instruments": [5], "powers": FREEZE}, "supervision: powers reach all"),
    ],
)
def test_bad_argument(
    supervision: Contract,
    peers: None,
    propose: Any,
    reverts: Any,
    change: dict[str, Any],
    reason: str,
) -> None:
    with reverts(reason):
        propose(**{"members": [1, 2], **change})
    assert supervision.functions.agreement_count().call() == 0


def test_ends_after_now(peers: None, propose: Any, later: Any, reverts: Any) -> None:
    moment = later(10)
    with reverts("supervision: bad end"):
        propose([1, 2], until=moment)
    moment = later(10)
    propose([1, 2], until=moment + 1)


def test_longest(peers: None, propose: Any, supervision: Contract) -> None:
    propose([1, 2], begins=FOREVER - 1, until=FOREVER)
    read = read_agreement(supervision.functions.agreement(1).call()[0])
    assert (read.begins, read.until) == (FOREVER - 1, FOREVER)


def test_lends_only_what_it_holds(act: Any, peers: None, propose: Any, reverts: Any) -> None:
    act("narrow_mandate", 1, COOPERATE | FREEZE, FOREVER, BASIS, by="convenor")
    for powers in (RESTRICT, FREEZE | RESTRICT):
        with reverts("supervision: power not held"):
            propose([1, 2], powers=powers)
    propose([1, 2], powers=FREEZE)


def test_without_the_power_to_cooperate(
    peers: None, uncooperative: Any, propose: Any, reverts: Any
) -> None:
    uncooperative(1)
    with reverts("supervision: power not held"):
        propose([1, 2])


def test_no_authority(peers: None, propose: Any, reverts: Any) -> None:
    for stranger in ("convenor", "nobody"):
        with reverts("supervision: no authority"):
            propose([1, 2], by=stranger)


def test_before_its_mandate_begins(recognise: Any, propose: Any, reverts: Any) -> None:
    recognise("AMF", "FR", 2)
    with reverts("supervision: mandate not begun"):
        propose([1, 2], by="AMF")


def test_when_over(act: Any, peers: None, propose: Any, later: Any, reverts: Any) -> None:
    act("narrow_mandate", 1, ALL_POWERS, later(10), BASIS, by="convenor")
    with reverts("supervision: mandate over"):
        propose([1, 2])


def test_ids_end(
    supervision: Contract, peers: None, propose: Any, backend: Any, reverts: Any
) -> None:
    """They are reported in 32 bits."""
    layout: Any = compile_contract(find("supervision/Supervision")).layout["storage_layout"]
    slot = layout["agreement_book"]["agreement_count"]["slot"]
    write_slot(backend, supervision, slot, 2**32 - 2)
    propose([1, 2])
    assert supervision.functions.agreement(2**32 - 1).call()[1] == 0b110
    with reverts("supervision: no more ids"):
        propose([1, 2])
