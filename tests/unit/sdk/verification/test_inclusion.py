"""A single event by its receipt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from keelmark.chain.operations import GetReceipts
from keelmark.errors import DecodingFailed, InputError
from keelmark.verification import Trust
from keelmark.verification.anchors import Anchors, gathered
from keelmark.verification.inclusion import NotIncluded, prove_event, read_receipt
from tests.support.verified import Memory
from tests.unit.sdk.verification.conftest import Lived
from tests.unit.sdk.verification.test_attacks import odd


def anchors(lived: Lived, *trusted: Trust) -> Anchors:
    """With every header that the store and the node have."""
    return gathered(lived.store, trusted or [lived.head], lived.chain)


def test_every_event(lived: Lived) -> None:
    """Every row of the store is a log of its block, from one trusted hash."""
    known = anchors(lived)
    for row in lived.reading.rows[::4]:
        log = row.log
        found = prove_event(lived.store, known, log.block_number, log.log_index, chain=lived.chain)
        assert (found.contract, found.time) == (log.address, row.block_time)
        assert found.block_hash == "0x" + log.block_hash.hex()
        assert found.transaction_index == log.transaction_index
        assert found.log_index_proved


def place(lived: Lived, table: str = "trade_reported") -> tuple[int, int]:
    """Where a table's first row stands."""
    first = lived.store.tables[table].slice(0, 1).to_pylist()[0]
    return first["block_number"], first["log_index"]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("price", None, "is not what transaction 0 of that block logged there"),
        ("address", b"\x07" * 20, "is not what transaction 0"),
        ("block_hash", b"\x07" * 32, "names another hash or time"),
        ("block_time", 7, "names another hash or time"),
        ("transaction_index", 1, "has no transaction 1"),
        ("transaction_index", -1, "has no transaction -1"),
        ("log_index", 77, "is not what transaction 0"),
    ],
)
def test_altered(lived: Lived, column: str, value: Any, said: str) -> None:
    store = lived.store.copy()
    block, log_index = place(lived)
    here = store.tables["trade_reported"][column].to_pylist()[0]
    store.set("trade_reported", 0, column, here + 1 if value is None else value)
    log_index = value if column == "log_index" else log_index
    with pytest.raises(NotIncluded, match=said):
        prove_event(store, anchors(lived), block, log_index, chain=lived.chain)


def test_place_of_another_event_of_the_receipt(lived: Lived) -> None:
    """Two logs of one transaction that changed places are each found out."""
    store = lived.store.copy()
    block, log_index = place(lived)
    neighbours = [one for one in store.places() if one[0] == block and one[1] not in (log_index,)]
    other = neighbours[0]
    store.set(other[2], other[3], "log_index", log_index)
    store.set("trade_reported", 0, "log_index", other[1])
    with pytest.raises(NotIncluded, match="is not what"):
        prove_event(store, anchors(lived), block, other[1], chain=lived.chain)


def test_no_such_row(lived: Lived) -> None:
    with pytest.raises(InputError, match="the store has no row at block 20, log 999"):
        prove_event(lived.store, anchors(lived), 20, 999, chain=lived.chain)


def test_two_rows_in_one_place(lived: Lived) -> None:
    store = lived.store.copy()
    store.add("trade_reported", 0)
    with pytest.raises(NotIncluded, match="two rows"):
        prove_event(store, anchors(lived), *place(lived), chain=lived.chain)


def test_block_that_nothing_vouches_for(lived: Lived) -> None:
    known = anchors(lived, Trust(b"\x05" * 32))
    with pytest.raises(NotIncluded, match="no trusted hash leads to block"):
        prove_event(lived.store, known, *place(lived), chain=lived.chain)
    own = anchors(lived, lived.trust(place(lived)[0]))
    assert prove_event(lived.store, own, *place(lived), chain=lived.chain).event == "TradeReported"


def test_no_receipt_at_hand(lived: Lived) -> None:
    own = anchors(lived, lived.trust(place(lived)[0]))
    with pytest.raises(NotIncluded, match="has no receipt at hand"):
        prove_event(lived.store, own, *place(lived))


def test_receipts_of_a_node_that_lies(lived: Lived) -> None:
    """One byte of a receipt's data altered: its root is another."""

    def lies(request: Any, answer: Any) -> Any:
        found = answer()
        if isinstance(request, GetReceipts):
            return tuple(one[:-1] + bytes([one[-1] ^ 1]) for one in found)
        return found

    known = anchors(lived)
    with pytest.raises(DecodingFailed, match="receipts give the root"):
        prove_event(lived.store, known, *place(lived), chain=odd(lived, lies))


def test_receipt_from_a_package(lived: Lived) -> None:
    """A receipt at hand serves without a node, and a forged one does not."""
    block, log_index = place(lived)
    known = anchors(lived, lived.trust(block))
    header = known.at(block)
    assert header is not None
    proof = read_receipt(lived.chain, header, 0)
    store: Memory = lived.store.copy()
    store.receipts = (replace(proof, logs_before=None),)
    found = prove_event(store, known, block, log_index)
    assert not found.log_index_proved
    store.receipts = (replace(proof, receipt=proof.receipt[:-1] + bytes([proof.receipt[-1] ^ 1])),)
    with pytest.raises(NotIncluded, match="another receipt"):
        prove_event(store, known, block, log_index)
    store.receipts = (replace(proof, nodes=()),)
    with pytest.raises(NotIncluded, match="missing"):
        prove_event(store, known, block, log_index)
