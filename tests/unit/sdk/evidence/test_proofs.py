"""Trie proofs, headers and receipts: published values, and the library `trie` beside our reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import rlp
from eth_utils import keccak
from hypothesis import given
from hypothesis import strategies as st
from trie import HexaryTrie
from trie.exceptions import BadTrieProof

from keelmark.chain.consensus import header_bytes, receipt_bytes
from keelmark.errors import DecodingFailed
from keelmark.proofs.blocks import (
    Account,
    Header,
    ancestry,
    prove_account,
    prove_receipt,
    prove_word,
    read_header,
    receipt_logs,
)
from keelmark.proofs.merkle import EMPTY_ROOT, ProofBroken, lookup, ordered_proofs, path_nodes

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[3] / "vectors/evidence.json").read_text("utf-8")
)

KEYS = st.one_of(st.binary(min_size=1, max_size=3), st.binary(min_size=32, max_size=32))
VALUES = st.one_of(st.binary(min_size=1, max_size=4), st.binary(min_size=33, max_size=80))
TRIES = st.dictionaries(KEYS, VALUES, min_size=1, max_size=24)


def raw(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def tree_of(content: dict[bytes, bytes]) -> HexaryTrie:
    tree = HexaryTrie({})
    for key, value in content.items():
        tree[key] = value
    return tree


def by_the_library(root: bytes, key: bytes, nodes: tuple[bytes, ...]) -> bytes:
    return bytes(HexaryTrie.get_from_proof(root, key, [rlp.decode(node) for node in nodes]))


def header(state_root: bytes = bytes(32), receipts_root: bytes = bytes(32)) -> Header:
    return Header(bytes(32), bytes(32), state_root, receipts_root, 1, 0)


@given(TRIES, KEYS)
def test_reads_what_the_library_reads(content: dict[bytes, bytes], other: bytes) -> None:
    """Keys that are there and keys that are not, in tries with nodes held whole."""
    tree = tree_of(content)
    for key in (*content, other):
        nodes = path_nodes(tree, key)
        assert lookup(tree.root_hash, key, nodes) == content.get(key)
        assert by_the_library(tree.root_hash, key, nodes) == content.get(key, b"")


@given(TRIES, st.data())
def test_an_altered_proof_is_refused(content: dict[bytes, bytes], data: st.DataObject) -> None:
    """One bit, a node too few, too many or out of order: always an error, never another value."""
    tree = tree_of(content)
    key = data.draw(st.sampled_from(sorted(content)))
    nodes = list(path_nodes(tree, key))
    place = data.draw(st.integers(0, len(nodes) - 1))
    bit = data.draw(st.integers(0, len(nodes[place]) * 8 - 1))
    flipped = bytearray(nodes[place])
    flipped[bit // 8] ^= 1 << bit % 8
    wrong = [
        [*nodes[:place], bytes(flipped), *nodes[place + 1 :]],
        [*nodes[:place], *nodes[place + 1 :]],
        [*nodes, nodes[place]],
        [*nodes, rlp.encode([b"\x20", b"more"])],
    ]
    if len(nodes) > 1:
        wrong.append(nodes[::-1])
    for bad in wrong:
        with pytest.raises(ProofBroken):
            lookup(tree.root_hash, key, bad)
    with pytest.raises(ProofBroken):
        lookup(keccak(tree.root_hash), key, nodes)


def test_the_library_does_not_mind_what_is_left_over() -> None:
    """Why the reader is ours: a surplus node passes there."""
    tree = tree_of({b"\x01": b"one" * 20, b"\x02": b"two" * 20})
    nodes = path_nodes(tree, b"\x01")
    surplus = (*nodes, rlp.encode([b"\x20", b"more" * 20]))
    assert by_the_library(tree.root_hash, b"\x01", surplus) == b"one" * 20
    with pytest.raises(ProofBroken, match="1 nodes too many"):
        lookup(tree.root_hash, b"\x01", surplus)
    with pytest.raises(BadTrieProof):
        by_the_library(tree.root_hash, b"\x01", nodes[:-1])


@pytest.mark.parametrize(
    ("node", "reason"),
    [
        (b"\xc1", "no RLP"),
        (rlp.encode(b"text" * 10), "expected an RLP list"),
        (rlp.encode([b"a", b"b", b"c"]), "3 items"),
        (rlp.encode([b"", b"value"]), "without a path"),
        (rlp.encode([b"\x40", b"value"]), "without a path"),
        (rlp.encode([b"\x00", bytes(32)]), "extension without a path"),
        (rlp.encode([b"\x20\xab", [b"list"]]), "a list in place of a value"),
        (rlp.encode([b"\x00\xab", b"short"]), "a reference of 5 bytes"),
        (rlp.encode([b"\x00\xab", bytes(32)]), "missing"),
        (b"\xc1" * 3_000 + b"\xc0", "no RLP"),
    ],
)
def test_malformed_nodes(node: bytes, reason: str) -> None:
    with pytest.raises(ProofBroken, match=reason):
        lookup(keccak(node), b"\xab", [node])


def test_too_long_and_empty() -> None:
    with pytest.raises(ProofBroken, match="66 nodes"):
        lookup(bytes(32), b"", [b"\xc0"] * 66)
    assert lookup(EMPTY_ROOT, b"key", []) is None
    assert EMPTY_ROOT.hex() == "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
    assert path_nodes(HexaryTrie({}), b"key") == ()


def test_published_secure_trie() -> None:
    """The root of the consensus tests, and every account proved from it."""
    vector = VECTORS["secure_trie"]
    content = {keccak(raw(key)): raw(value) for key, value in vector["data"].items()}
    tree = tree_of(content)
    assert tree.root_hash == raw(vector["root"])
    for key, value in vector["data"].items():
        nodes = path_nodes(tree, keccak(raw(key)))
        assert lookup(raw(vector["root"]), keccak(raw(key)), nodes) == raw(value)
        account = prove_account(header(raw(vector["root"])), key, nodes)
        assert account is not None
        assert account.storage_root.hex() in value
        assert account.code_hash.hex() in value


def test_published_storage_proof() -> None:
    """A node's answer to `eth_getProof`, as published: code hash, storage root and word."""
    vector = VECTORS["storage_proof"]
    nodes = [raw(node) for node in vector["account_proof"]]
    account = prove_account(header(keccak(nodes[0])), vector["address"], nodes)
    assert account is not None
    assert account.code_hash == raw(vector["code_hash"])
    assert account.storage_root == raw(vector["storage_hash"])
    storage = [raw(node) for node in vector["storage_proof"]]
    assert prove_word(account, vector["slot"], storage) == raw(vector["value"])
    with pytest.raises(ProofBroken):
        prove_word(account, 1, storage)
    with pytest.raises(ProofBroken, match="too many"):
        prove_word(None, 0, storage)
    assert prove_word(None, 0, []) == bytes(32)


def test_mainnet_header() -> None:
    row = VECTORS["mainnet_header"]["block"]
    found = read_header(header_bytes(row))
    assert found.hash == raw(row["hash"])
    assert (found.number, found.time) == (1, int(row["timestamp"], 16))
    assert found.parent_hash == raw(row["parentHash"])
    assert found.state_root == raw(row["stateRoot"])
    with pytest.raises(DecodingFailed, match="block 1"):
        header_bytes(row | {"timestamp": "0x55ba4225"})
    with pytest.raises(DecodingFailed, match="block 1"):
        header_bytes(row | {"baseFeePerGas": "0x0"})


def test_mainnet_receipts() -> None:
    vector = VECTORS["mainnet_receipts"]
    receipts = [receipt_bytes(row) for row in vector["receipts"]]
    root, proofs = ordered_proofs(receipts, [0])
    assert root == raw(vector["receipts_root"])
    prove_receipt(header(receipts_root=root), 0, receipts[0], proofs[0])
    assert receipt_logs(receipts[0]) == ()


def test_receipts_of_every_type() -> None:
    """Two hundred receipts, of several types: each at its own place and at no other."""
    log = {"address": "0x" + "ab" * 20, "topics": ["0x" + "01" * 32], "data": "0x" + "02" * 40}
    rows = [
        {
            "status": "0x1" if place % 3 else "0x0",
            "cumulativeGasUsed": hex(21_000 * (place + 1)),
            "logsBloom": "0x" + "00" * 256,
            "logs": [log] * (place % 3),
            "type": hex(place % 5),
        }
        for place in range(200)
    ]
    receipts = [receipt_bytes(row) for row in rows]
    assert [data[0] for data in receipts[:5]] == [0xF9, 1, 2, 3, 4]
    root, proofs = ordered_proofs(receipts, range(200))
    block = header(receipts_root=root)
    for place, data in enumerate(receipts):
        prove_receipt(block, place, data, proofs[place])
        assert by_the_library(root, rlp.encode(place), proofs[place]) == data
        assert len(receipt_logs(data)) == place % 3
    assert receipt_logs(receipts[1])[0].data == b"\x02" * 40
    with pytest.raises(ProofBroken, match="has another receipt"):
        prove_receipt(block, 7, receipts[8], proofs[7])
    with pytest.raises(ProofBroken):
        prove_receipt(block, 7, receipts[8], proofs[8])
    with pytest.raises(ProofBroken):
        prove_receipt(block, 200, receipts[7], proofs[7])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "receipt"),
        (rlp.encode([b"\x01", b"", b""]), "status, gas, bloom and logs"),
        (rlp.encode([b"\x01", b"", b"", b"text"]), "status, gas, bloom and logs"),
        (rlp.encode([b"\x01", b"", b"", [b"log"]]), "a log without"),
        (rlp.encode([b"\x01", b"", b"", [[b"a" * 20, []]]]), "a log without"),
        (rlp.encode([b"\x01", b"", b"", [[b"short", [], b""]]]), "log's address"),
        (rlp.encode([b"\x01", b"", b"", [[b"a" * 20, [b"t"], b""]]]), "log's topic"),
        (rlp.encode([b"\x01", b"", b"", [[b"a" * 20, b"t", b""]]]), "a log without"),
    ],
)
def test_malformed_receipts(data: bytes, reason: str) -> None:
    with pytest.raises(ProofBroken, match=reason):
        receipt_logs(data)


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        ([b""] * 14, "14 fields"),
        ([b""] * 15, "parent hash"),
        ([bytes(32)] * 15, "number"),
        ([bytes(32)] * 8 + [b"\0\1"] + [b""] * 6, "number"),
    ],
)
def test_malformed_headers(items: list[bytes], reason: str) -> None:
    with pytest.raises(ProofBroken, match=reason):
        read_header(rlp.encode(items))


def test_true_proofs_of_something_else() -> None:
    """A place without a transaction; a leaf that is no account; a leaf that is no word."""
    receipts = {rlp.encode(place): b"\x02receipt" * 9 for place in range(9)}
    tree = tree_of(receipts)
    nodes = path_nodes(tree, rlp.encode(77))
    with pytest.raises(ProofBroken, match="block 1 has no transaction 77"):
        prove_receipt(header(receipts_root=tree.root_hash), 77, b"", nodes)

    address = "0x" + "ab" * 20
    key = keccak(bytes.fromhex("ab" * 20))
    tree = tree_of({key: rlp.encode([b"\x01", b"\x02", bytes(32)])})
    with pytest.raises(ProofBroken, match="account: 3 fields"):
        prove_account(header(tree.root_hash), address, path_nodes(tree, key))

    slot = keccak(bytes(32))
    for value, reason in ((b"\x01" * 33, "longer than 32"), ([b"\x01"], "longer than 32")):
        tree = tree_of({slot: rlp.encode(value)})
        with pytest.raises(ProofBroken, match=reason):
            prove_word(Account(tree.root_hash, bytes(32)), 0, path_nodes(tree, slot))
    tree = tree_of({slot: b"\xc1"})
    with pytest.raises(ProofBroken, match="word: no RLP"):
        prove_word(Account(tree.root_hash, bytes(32)), 0, path_nodes(tree, slot))


def chain(*numbers: int) -> dict[int, Header]:
    """Headers whose hashes and parents fit, of a chain of a hundred blocks."""
    return {
        number: Header(
            keccak(number), keccak(number - 1) if number else bytes(32), bytes(32), bytes(32),
            number, number,
        )
        for number in numbers
    }  # fmt: skip


def test_ancestry() -> None:
    """A trusted hash vouches for itself and its ancestors, up to the first gap and no further."""
    blocks = chain(1, 2, 3, 5, 6)
    assert set(ancestry(blocks.values(), [keccak(6)])) == {5, 6}
    assert set(ancestry(blocks.values(), [keccak(2)])) == {1, 2}
    assert set(ancestry(blocks.values(), [keccak(3), keccak(6)])) == {1, 2, 3, 5, 6}
    assert set(ancestry(blocks.values(), [keccak(9)])) == set()
    other = Header(keccak(7), keccak(0), bytes(32), bytes(32), 4, 4)
    with pytest.raises(ProofBroken, match="block 3: its hash"):
        ancestry([*blocks.values(), other], [keccak(6)])
    with pytest.raises(ProofBroken, match="block 2: two headers"):
        ancestry([*blocks.values(), blocks[2]], [keccak(6)])
