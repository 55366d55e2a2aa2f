"""`sync_list`: the list's time, by anyone, never newer than the list's own."""

from __future__ import annotations

from copy import copy
from typing import Any

from tests.support.powers import DAY, Powers


def test_default_behavior(powers: Powers, logs: Any) -> None:
    asked = powers.registry.functions
    before = asked.list_time().call()
    powers.wait(DAY)
    powers.confirm()
    assert asked.list_time().call() == before
    time = powers.sanctions.functions.updated_at().call()
    receipt = powers.send(asked.sync_list(), powers.actors("stranger"))
    (event,) = logs(receipt, powers.registry)
    assert event.event == "ListSynced"
    assert dict(event.args) == {"list": powers.sanctions.address, "as_of": time}
    assert asked.list_time().call() == time > before
    assert asked.halted_until().call() == 0
    assert asked.recognised_issuers().call() == 2


def test_already_so(powers: Powers, reverts: Any) -> None:
    with reverts("parties: already so"):
        powers.send(powers.registry.functions.sync_list())


def test_the_gate_opens_again(powers: Powers) -> None:
    powers.wait(3 * DAY + 1)
    assert powers.reasons("member") == [12, 12, 0, 0, 0, 0, 0]
    powers.sync()
    assert powers.reasons("member") == [0] * 7


def test_a_list_without_a_time(powers: Powers, deploy: Any, actors: Any) -> None:
    nobody = "0x" + "00" * 20
    without = copy(powers)
    without.sanctions = deploy("registry/SanctionsList", actors("officer"), *(nobody,) * 3)
    without.registry = without.another_registry()
    without.enter("party")
    assert without.reasons("party") == [12, 12, 0, 0, 0, 0, 0]
