"""Each way to falsify rows is found, and the named range holds the first difference."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from eth_utils.crypto import keccak
from rlp.codec import decode, encode
from trie.hexary import HexaryTrie

from keelmark.columns import arrow_schema
from keelmark.columns.restore import words_of
from keelmark.columns.schema import SYSTEM
from keelmark.proofs.merkle import lookup, path_nodes
from keelmark.proofs.verification_result import FAILED, VERIFIED, Verification
from keelmark.store import RootProof
from keelmark.verification import verify_store
from tests.support.verified import Memory
from tests.unit.sdk.verification.conftest import Lived

NOT_COVERED = {"transaction_index", "transaction_hash", "log_index", "block_hash", "block_time"}
"""Columns that the report chain does not cover by themselves; headers and receipts do."""


def stretch(lived: Lived, block: int) -> tuple[int, int]:
    """First and last block of the checkpoint that holds a block."""
    last = next(end for end in lived.ends if end >= block)
    place = lived.ends.index(last)
    first = lived.ends[place - 1] + 1 if place else lived.store.description.first_block
    return first, last


def judged(lived: Lived, store: Memory, *, node: bool = False, **options: Any) -> Verification:
    """The verdict with the last block trusted."""
    return verify_store(store, [lived.head], chain=lived.chain if node else None, **options)


def name_of(store: Memory, address: bytes) -> str:
    """A contract's name."""
    return next(one.name for one in store.description.contracts if one.address == address)


def other(value: Any) -> Any:
    """A value of the same type that differs a little."""
    if isinstance(value, bytes):
        return value[:-1] + bytes([value[-1] ^ 1])
    if isinstance(value, bool):
        return not value
    return value + 1 if not isinstance(value, Decimal) else value + Decimal(1)


def test_default_behavior(lived: Lived) -> None:
    found = judged(lived, lived.store)
    assert found.verdict == VERIFIED
    assert (found.first_block, found.last_block) == (lived.store.description.first_block, 63)
    assert found.anchored_hash == "0x" + lived.head.hash.hex()
    assert sum(one.records for one in found.contracts) == len(lived.reading.rows)
    assert all(one.holds and one.proved for one in found.contracts)
    assert any("not anchored" in text for text in found.stated)


def test_every_field_of_every_table(lived: Lived) -> None:
    """One row of each table, each field of its own altered by one."""
    tried = 0
    halves = (lived.store.description.first_block, lived.ends[2], lived.ends[-1])
    few = [one for one in lived.store.root_proofs if one.block_number in halves]
    for table in lived.store.description.tables:
        if not lived.store.count(table.name):
            continue
        for name in arrow_schema(table).names[len(SYSTEM) :]:
            store = lived.store.copy()
            store.root_proofs = few
            row = store.count(table.name) // 2
            here = store.tables[table.name].slice(row, 1).to_pylist()[0]
            store.set(table.name, row, name, other(here[name]))
            found = judged(lived, store)
            assert found.verdict == FAILED, (table.name, name)
            (finding,) = found.findings
            assert finding.contract == name_of(store, here["address"])
            first, last = halves[:2] if here["block_number"] <= halves[1] else halves[1:]
            first += first == halves[1]
            assert (finding.first_block, finding.last_block) == (first, last), (table.name, name)
            tried += 1
    assert tried > 100


def test_the_very_field_by_a_node(lived: Lived) -> None:
    """With a node, the log and its altered fields are named."""
    store = lived.store.copy()
    here = store.tables["trade_reported"].slice(0, 1).to_pylist()[0]
    store.set("trade_reported", 0, "price", here["price"] + 1)
    store.set("trade_reported", 0, "size", here["size"] - 1)
    (finding,) = judged(lived, store, node=True).findings
    assert finding.kind == "altered"
    assert finding.first_block == finding.last_block == here["block_number"]
    assert f"TradeReported of block {here['block_number']}, log {here['log_index']}" in finding.text
    assert "altered in size, price" in finding.text or "altered in price, size" in finding.text
    assert "fold to the root that the store has of that block" in finding.text
    store.root_proofs = [one for one in store.root_proofs if one.block_number == 63]
    (finding,) = judged(lived, store, node=True).findings
    assert finding.first_block == finding.last_block == here["block_number"]
    assert "fold to the root that is proved" in finding.text


def test_misled_by_a_false_proof(lived: Lived) -> None:
    """A stored proof of the forger's own fits the altered rows and points elsewhere: what trusted
    hashes say stands beside it, and a node finds the very log."""
    store = lived.store.copy()
    here = store.tables["trade_reported"].slice(0, 1).to_pylist()[0]
    store.set("trade_reported", 0, "price", here["price"] + 1)
    end = next(one for one in lived.ends if one >= here["block_number"])
    later = lived.ends[lived.ends.index(end) + 1]
    root = bytes(32)
    for block, _, table, row, address in store.places():
        if address == here["address"] and block <= end:
            spec = store.description.table(table)
            words = words_of(store.tables[table].slice(row, 1).to_batches()[0], spec)
            data = block.to_bytes(32, "big") + spec.topic + words.tobytes()
            root = keccak(root + keccak(data))
    store.root_proofs = [
        invented(one, root) if one.block_number == end and one.contract == here["address"] else one
        for one in store.root_proofs
    ]
    (finding,) = judged(lived, store).findings
    assert (finding.first_block, finding.last_block) == (end + 1, later)
    assert "not anchored; by trusted hashes alone in blocks 3 to 63" in finding.text
    (finding,) = judged(lived, store, node=True).findings
    assert (finding.kind, finding.first_block) == ("altered", here["block_number"])


def invented(proof: RootProof, root: bytes) -> RootProof:
    """A proof that holds by itself, of a state that never was: tries of one leaf each."""
    old = HexaryTrie({})
    account = decode(lookup(decode(proof.header)[3], keccak(proof.contract), proof.account))
    old[keccak(bytes(32))] = encode(root)
    account[2] = old.root_hash
    state = HexaryTrie({})
    state[keccak(proof.contract)] = encode(account)
    fields = decode(proof.header)
    fields[3] = state.root_hash
    header = encode(fields)
    return RootProof(
        proof.contract,
        proof.block_number,
        keccak(header),
        header,
        root,
        path_nodes(state, keccak(proof.contract)),
        path_nodes(old, keccak(bytes(32))),
    )


def test_rows_omitted(lived: Lived) -> None:
    for block, _, table, row, address in lived.store.places()[::3]:
        store = lived.store.copy()
        store.drop(table, row)
        found = judged(lived, store, node=True)
        assert found.verdict == FAILED
        finding = found.findings[0]
        assert (finding.kind, finding.contract) == ("omitted", name_of(store, address))
        assert finding.first_block == finding.last_block == block


def test_omitted_without_node(lived: Lived) -> None:
    block, _, table, row, address = lived.store.places()[20]
    store = lived.store.copy()
    store.drop(table, row)
    (finding,) = judged(lived, store).findings
    assert (finding.kind, finding.contract) == ("difference", name_of(store, address))
    assert (finding.first_block, finding.last_block) == stretch(lived, block)


def test_invented(lived: Lived) -> None:
    """A row that is like another one, in a block of its own."""
    block, _, table, row, _ = lived.store.places()[25]
    store = lived.store.copy()
    taken = {one[0] for one in store.places()}
    free = next(number for number in range(block, 63) if number not in taken)
    store.add(table, row, block_number=free, block_hash=lived.chain.block(free).hash)
    (finding,) = [one for one in judged(lived, store, node=True).findings if one.contract]
    assert (finding.kind, finding.first_block) == ("invented", free)


def test_doubled(lived: Lived) -> None:
    """The very same row twice."""
    block, _, table, row, _ = lived.store.places()[25]
    store = lived.store.copy()
    store.add(table, row)
    found = judged(lived, store)
    assert found.verdict == FAILED
    assert any(f"two rows stand at block {block}" in one.text for one in found.findings)
    assert any(one.kind == "difference" for one in found.findings)


def in_one_block(store: Memory) -> tuple[Any, Any]:
    """Two rows of one contract in one block."""
    places = store.places()
    return next(
        (left, right)
        for left, right in pairwise(places)
        if left[0] == right[0] and left[4] == right[4]
    )


def test_reordered(lived: Lived) -> None:
    store = lived.store.copy()
    left, right = in_one_block(store)
    store.set(left[2], left[3], "log_index", right[1])
    store.set(right[2], right[3], "log_index", left[1])
    (finding,) = judged(lived, store, node=True).findings
    assert (finding.kind, finding.first_block) == ("reordered", left[0])


def test_moved_to_another_block(lived: Lived) -> None:
    """Only the height is altered, or hash and time as well, to those of the other block."""
    taken = {place[0] for place in lived.store.places()}
    block, _, table, row, _ = next(
        place for place in lived.store.places()[5:] if place[0] - 1 not in {*taken, *lived.ends}
    )
    head = lived.chain.block(block - 1)
    for values in (
        {"block_number": block - 1},
        {"block_number": block - 1, "block_hash": head.hash, "block_time": head.time},
    ):
        store = lived.store.copy()
        for name, value in values.items():
            store.set(table, row, name, value)
        found = judged(lived, store, node=True)
        assert found.verdict == FAILED
        assert any(
            one.kind == "altered" and "altered in block_number" in one.text
            for one in found.findings
        )


def test_contracts_swapped(lived: Lived) -> None:
    """A row given to another reporting contract is wrong in both chains."""
    block, _, table, row, address = lived.store.places()[-1]
    store = lived.store.copy()
    taker = next(one for one in store.description.contracts if one.address != address)
    store.set(table, row, "address", taker.address)
    found = judged(lived, store)
    assert {one.contract for one in found.findings} == {name_of(store, address), taker.name}
    assert all(one.last_block == stretch(lived, block)[1] for one in found.findings)


def test_a_strangers_row(lived: Lived) -> None:
    store = lived.store.copy()
    store.add("trade_reported", 0, address=b"\x77" * 20, log_index=99)
    (finding,) = judged(lived, store).findings
    assert finding.kind == "invented"
    assert "is of a contract that is not watched" in finding.text


def test_place_below_zero(lived: Lived) -> None:
    """A log index that no log has, which leaves the order as it is."""
    block, _, table, row, _ = next(place for place in lived.store.places() if place[1] == 0)
    store = lived.store.copy()
    store.set(table, row, "log_index", -1)
    (finding,) = judged(lived, store).findings
    assert (finding.kind, finding.first_block) == ("altered", block)
    assert "below zero" in finding.text


def test_times_that_run_backwards(lived: Lived) -> None:
    """Every row of one block dated before the block in front of it, where no header is at hand."""
    places = lived.store.places()
    block = places[20][0]
    store = lived.store.copy()
    for at, _, table, row, _ in places:
        if at == block:
            store.set(table, row, "block_time", 1)
    (finding,) = judged(lived, store).findings
    assert (finding.kind, finding.first_block) == ("altered", block)
    assert "older than those before" in finding.text


def test_end_cut_off(lived: Lived) -> None:
    """Rows after some block left out, with the checkpoints as they were."""
    cut = lived.ends[2]
    store = lived.store.copy()
    for name, rows in store.tables.items():
        store.tables[name] = rows.filter(pa.compute.less_equal(rows["block_number"], cut))
    found = judged(lived, store)
    assert found.verdict == FAILED
    assert min(one.first_block for one in found.findings) == cut + 1


def test_beginning_cut_off(lived: Lived) -> None:
    cut = lived.ends[0]
    store = lived.store.copy()
    for name, rows in store.tables.items():
        store.tables[name] = rows.filter(pa.compute.greater(rows["block_number"], cut))
    found = judged(lived, store)
    assert found.verdict == FAILED
    assert {(one.first_block, one.last_block) for one in found.findings} == {
        (store.description.first_block, cut)
    }


def test_rows_outside_the_checkpoints(lived: Lived) -> None:
    for block in (lived.ends[-1] + 1, lived.store.description.first_block - 1):
        store = lived.store.copy()
        store.add("trade_reported", 0, block_number=block)
        found = judged(lived, store)
        assert [(one.kind, one.first_block) for one in found.findings] == [("invented", block)]


@pytest.mark.parametrize(
    ("column", "value"), [("block_hash", b"\x01" * 32), ("block_time", 1_700_000_000)]
)
def test_hash_and_time_of_a_block(lived: Lived, column: str, value: Any) -> None:
    """Nothing in the report chain covers them: headers do, or a neighbour in the block."""
    alone = next(
        place
        for place in lived.store.places()
        if sum(other[0] == place[0] for other in lived.store.places()) == 1
        and place[0] not in lived.ends
    )
    store = lived.store.copy()
    store.set(alone[2], alone[3], column, value)
    found = judged(lived, store, node=True, headers=True)
    assert found.verdict == FAILED
    assert found.findings[0].first_block == alone[0]
    assert "on the chain" in found.findings[0].text
    left, _ = in_one_block(store)
    store = lived.store.copy()
    store.set(left[2], left[3], column, value)
    found = judged(lived, store)
    assert any("two hashes or times" in one.text for one in found.findings)
    whole = judged(lived, lived.store, node=True, headers=True)
    assert whole.verdict == VERIFIED
    assert any("every block with a row are proved" in text for text in whole.stated)


def test_what_is_not_covered_is_said(lived: Lived) -> None:
    """Columns that no root covers: the verdict says so."""
    assert {name for name, _ in SYSTEM} - {"block_number", "address"} == NOT_COVERED
    store = lived.store.copy()
    store.set("trade_reported", 0, "transaction_hash", b"\x05" * 32)
    found = judged(lived, store)
    assert found.verdict == VERIFIED
    assert any("of no row is the transaction's hash" in text for text in found.stated)


def _empty(store: Memory) -> None:
    store.tables = {}


def _null(store: Memory) -> None:
    rows = store.tables["trade_reported"]
    place = rows.schema.get_field_index("price")
    field = rows.schema.field(place)
    values = [None, *rows["price"].to_pylist()[1:]]
    store.tables["trade_reported"] = rows.set_column(place, field, pa.array(values, field.type))


def _other_type(store: Memory) -> None:
    rows = store.tables["trade_reported"]
    place = rows.schema.get_field_index("price")
    text = pa.array([str(one) for one in rows["price"].to_pylist()])
    store.tables["trade_reported"] = rows.set_column(place, "price", text)


@pytest.mark.parametrize("alter", [_null, _other_type])
def test_rows_that_are_none(lived: Lived, alter: Callable[[Memory], None]) -> None:
    store = lived.store.copy()
    alter(store)
    with pytest.raises(ValueError, match="have not the columns of the table"):
        judged(lived, store)


def test_no_rows_at_all(lived: Lived) -> None:
    store = lived.store.copy()
    _empty(store)
    found = judged(lived, store)
    assert found.verdict == FAILED
    assert len(found.findings) == len(
        [one for one in lived.store.description.contracts if _has_rows(lived, one.address)]
    )


def _has_rows(lived: Lived, address: bytes) -> bool:
    return any(place[4] == address for place in lived.store.places())
