"""`update`: who is listed, when and by how many; a batch goes in whole or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from keelmark.sanctions import digest

from .conftest import SOURCE, ZERO, entry, reference, wallet


def test_default_behavior(sanctions: Contract, update: Any, logs: Any, now: Any) -> None:
    first = now()
    receipt = update([entry(1), entry(2)], as_of=first)
    listed, second, summary = logs(receipt, sanctions)
    assert listed.event == second.event == "EntryListed"
    assert dict(listed.args) == {"wallet": wallet(1), "reference": reference(1)}
    assert summary.event == "ListUpdated"
    assert dict(summary.args) == {
        "source": SOURCE,
        "as_of": first,
        "added": 2,
        "removed": 0,
        "listed": 2,
        "digest": digest(dict([entry(1), entry(2)])),
    }
    assert sanctions.functions.updated_at().call() == first
    assert sanctions.functions.listed_count().call() == 2

    receipt = update([entry(3)], [wallet(1)])
    gone, come, summary = logs(receipt, sanctions)
    assert (gone.event, come.event) == ("EntryDelisted", "EntryListed")
    assert dict(gone.args) == {"wallet": wallet(1), "reference": reference(1)}
    assert (summary.args.added, summary.args.removed, summary.args.listed) == (1, 1, 2)
    answers = [sanctions.functions.isSanctioned(wallet(number)).call() for number in range(4)]
    assert answers == [False, False, True, True]


def test_changes_a_reference(sanctions: Contract, update: Any) -> None:
    update([entry(1)])
    update([(wallet(1), reference(9))], [wallet(1)])
    assert sanctions.functions.reference_of(wallet(1)).call() == reference(9)
    assert sanctions.functions.listed_count().call() == 1


def test_full_batch(sanctions: Contract, update: Any) -> None:
    update([entry(number) for number in range(100)])
    update([entry(number) for number in range(100, 200)], [wallet(number) for number in range(100)])
    assert sanctions.functions.listed_count().call() == 100


def test_more_than_a_batch(update: Any, reverts: Any) -> None:
    with reverts(""):
        update([entry(number) for number in range(101)])


def test_half_a_change_is_not_fresh(sanctions: Contract, update: Any, now: Any) -> None:
    update([entry(1)], as_of=0)
    assert not sanctions.functions.is_fresh(2**255).call()
    update([entry(2)])
    assert sanctions.functions.is_fresh(3_600).call()


@pytest.mark.parametrize("by", ["deployer", "registrar"])
def test_not_the_officer(update: Any, reverts: Any, by: str) -> None:
    with reverts("roles: not the holder"):
        update([entry(1)], by=by)


def test_empty_batch(update: Any, reverts: Any) -> None:
    with reverts("sanctions: empty batch"):
        update()


def test_already_listed(sanctions: Contract, update: Any, reverts: Any) -> None:
    update([entry(1)])
    with reverts("sanctions: already listed"):
        update([entry(2), (wallet(1), reference(7))])
    assert not sanctions.functions.isSanctioned(wallet(2)).call()
    assert sanctions.functions.listed_count().call() == 1


def test_twice_in_a_batch(sanctions: Contract, update: Any, reverts: Any) -> None:
    with reverts("sanctions: already listed"):
        update([entry(1), entry(1)])
    update([entry(1)])
    with reverts("sanctions: not listed"):
        update(removed=[wallet(1), wallet(1)])
    assert sanctions.functions.listed_count().call() == 1


def test_not_listed(update: Any, reverts: Any) -> None:
    with reverts("sanctions: not listed"):
        update([entry(1)], [wallet(1)])


def test_no_wallet(update: Any, reverts: Any) -> None:
    with reverts("sanctions: no wallet"):
        update([(ZERO, reference(1))])


def test_no_reference(update: Any, reverts: Any) -> None:
    with reverts("sanctions: no reference"):
        update([(wallet(1), bytes(32))])


def test_no_source(update: Any, reverts: Any) -> None:
    with reverts("sanctions: no source"):
        update([entry(1)], source=bytes(32))


def test_future_time(update: Any, reverts: Any, now: Any, set_time: Any) -> None:
    moment = now() + 10
    set_time(moment)
    with reverts("sanctions: future time"):
        update([entry(1)], as_of=moment + 1)
    update([entry(1)], as_of=moment)


def test_time_goes_back(update: Any, reverts: Any, now: Any) -> None:
    first = now()
    update([entry(1)], as_of=first)
    with reverts("sanctions: time goes back"):
        update([entry(2)], as_of=first - 1)
    update([entry(2)], as_of=first)
