"""The difference between two lists, and the batches that close it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from keelmark.sanctions import batches, compare, read_xml, reference_text
from keelmark.sanctions.model import reference_word
from tests.support.sdn import Listed, evm, plain_xml

LISTS = st.dictionaries(st.integers(0, 40), st.integers(1, 3), max_size=30)


def published(entries: dict[int, int]) -> object:
    """A publication with these wallets under these entries, and one of another chain."""
    listed = [Listed(uid, [("ETH", evm(number))]) for number, uid in entries.items()]
    return read_xml("SDN.XML", [plain_xml([*listed, Listed(9, [("XBT", "1x")])]).encode()])


def on_chain(entries: dict[int, int]) -> dict[str, bytes]:
    """The same, as a chain has it."""
    return {evm(number): reference_word(uid) for number, uid in entries.items()}


def test_default_behavior() -> None:
    found = compare(published({1: 1, 2: 2, 3: 3}), on_chain({2: 2, 3: 1, 4: 1}))
    assert [entry.address for entry in found.added] == [evm(1)]
    assert found.removed == {evm(4): reference_word(1)}
    assert [(change.entry.uid, change.before) for change in found.changed] == [
        (3, reference_word(1))
    ]
    assert found.unchanged == 1
    assert not found.empty
    assert compare(published({1: 1}), on_chain({1: 1})).empty


@given(LISTS, LISTS, st.integers(1, 7))
def test_batches_lead_there(wanted: dict[int, int], known: dict[int, int], size: int) -> None:
    """Each batch applied as the contract would: nothing twice, nothing that is not there."""
    state = on_chain(known)
    difference = compare(published(wanted), state)
    for batch in batches(difference, size):
        assert len(batch.removals) + len(batch.additions) > 0
        assert max(len(batch.removals), len(batch.additions)) <= size
        for address in batch.removals:
            del state[address]
        for entry in batch.additions:
            assert entry.address not in state
            state[entry.address] = entry.reference
    assert state == on_chain(wanted)
    assert compare(published(wanted), state).empty


def test_references_as_text() -> None:
    assert reference_text(reference_word(12)) == "OFAC-SDN-12"
    assert reference_text(b"\xff" * 32) == "0x" + "ff" * 32
    assert reference_text(b"\n".ljust(32, b"\0")).startswith("0x0a")
