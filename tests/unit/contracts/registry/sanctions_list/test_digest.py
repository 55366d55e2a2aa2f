"""`digest`: the whole list in one word, whatever the order of the changes."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils.crypto import keccak
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from py_ecc.optimized_bn128 import FQ, Z1, add, field_modulus, normalize
from web3.contract import Contract

from keelmark.sanctions import digest

from .conftest import entry, reference, wallet


def by_the_library(entries: dict[str, bytes]) -> bytes:
    """The same digest by a curve library, and roots by trial of both signs."""
    total = Z1
    for address, word in entries.items():
        head, attempt = bytes.fromhex(address[2:]).rjust(32, b"\0") + word, 0
        while True:
            hashed = keccak(head + attempt.to_bytes(32, "big"))
            x = FQ(int.from_bytes(hashed, "big") % field_modulus)
            y = (x**3 + 3) ** ((field_modulus + 1) // 4)
            if y**2 == x**3 + 3:
                break
            attempt += 1
        even = y if int(y) % 2 == 0 else -y
        total = add(total, (x, even, FQ.one()))
    if total[2] == FQ.zero():
        return keccak(bytes(64))
    x, y = normalize(total)[:2]
    return keccak(int(x).to_bytes(32, "big") + int(y).to_bytes(32, "big"))


def test_default_behavior(sanctions: Contract, update: Any) -> None:
    entries = [entry(number) for number in range(1, 9)]
    update(entries)
    assert sanctions.functions.digest().call() == by_the_library(dict(entries))
    assert digest(dict(entries)) == by_the_library(dict(entries))


def test_empty_list(sanctions: Contract, update: Any) -> None:
    empty = keccak(bytes(64))
    assert sanctions.functions.digest().call() == empty == digest({})
    update([entry(1), entry(2)])
    update(removed=[wallet(2), wallet(1)])
    assert sanctions.functions.digest().call() == empty


def test_order_does_not_matter(sanctions: Contract, update: Any, snapshot: Any) -> None:
    with snapshot():
        update([entry(1), entry(2), entry(3)])
        first = sanctions.functions.digest().call()
    update([entry(3), entry(9)])
    update([entry(2)], [wallet(9)])
    update([entry(1)])
    assert sanctions.functions.digest().call() == first


@pytest.mark.parametrize(
    "other",
    [
        {wallet(1): reference(1)},
        {wallet(1): reference(1), wallet(2): reference(3)},
        {wallet(1): reference(2), wallet(2): reference(1)},
        {wallet(1): reference(1), wallet(3): reference(2)},
    ],
)
def test_another_list_has_another(sanctions: Contract, update: Any, other: Any) -> None:
    update([entry(1), entry(2)])
    assert sanctions.functions.digest().call() != digest(other)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.dictionaries(st.integers(0, 11), st.none() | st.integers(1, 4), min_size=1, max_size=6),
        max_size=6,
    )
)
def test_any_sequence_of_updates(
    sanctions: Contract, update: Any, snapshot: Any, steps: list[dict[int, int | None]]
) -> None:
    """A step says of some wallets under which reference they shall be listed, or not at all."""
    known: dict[str, bytes] = {}
    with snapshot():
        for step in steps:
            wanted = {wallet(number): word for number, word in step.items()}
            removed = [address for address in wanted if address in known]
            added = [
                (address, reference(word)) for address, word in wanted.items() if word is not None
            ]
            if not (added or removed):
                continue
            update(added, removed)
            for address in removed:
                del known[address]
            known.update(added)
            assert sanctions.functions.digest().call() == by_the_library(known) == digest(known)
            assert sanctions.functions.listed_count().call() == len(known)
        found = {
            wallet(number)
            for number in range(12)
            if sanctions.functions.isSanctioned(wallet(number)).call()
        }
        assert found == set(known)
