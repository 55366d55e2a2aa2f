"""Receipts, headers and proofs over JSON-RPC, from nodes that answer in different ways."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keelmark.chain.consensus import receipt_bytes
from keelmark.chain.operations import GetHeader, GetProof, GetReceipts, Request, StorageProof
from keelmark.chain.rpc import RpcCall, exchange
from keelmark.errors import DecodingFailed, NoSuchBlock, Reorganised, RpcRefused

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[3] / "vectors/evidence.json").read_text("utf-8")
)
BLOCK = VECTORS["mainnet_header"]["block"]
HASHES = ["0x" + f"{place:064x}" for place in range(3)]
ROWS = [
    {
        "status": "0x1",
        "cumulativeGasUsed": hex(place + 1),
        "logsBloom": "0x" + "00" * 256,
        "logs": [],
        "type": "0x2",
        "transactionIndex": hex(place),
        "blockHash": BLOCK["hash"],
    }
    for place in range(3)
]


def driven(request: Request, answer: Callable[[RpcCall], Any]) -> Any:
    """What an exchange makes of a node's answers."""
    steps = exchange(request, None)
    outcome: Any = None
    failure: Exception | None = None
    try:
        while True:
            step = steps.throw(failure) if failure else steps.send(outcome)
            assert isinstance(step, RpcCall)
            outcome, failure = None, None
            try:
                outcome = answer(step)
            except RpcRefused as error:
                failure = error
    except StopIteration as stop:
        return stop.value


def node(**answers: Any) -> Callable[[RpcCall], Any]:
    """A node that knows some methods and refuses the others."""

    def answer(call: RpcCall) -> Any:
        if call.method not in answers:
            raise RpcRefused(f"rpc: {call.method} refused, no such method", -32601)
        found = answers[call.method]
        return found(*call.params) if callable(found) else found

    return answer


def test_receipts_at_once_and_singly() -> None:
    """The same bytes either way, in the order of the block."""
    wanted = tuple(receipt_bytes(row) for row in ROWS)
    assert driven(GetReceipts(1), node(eth_getBlockReceipts=ROWS[::-1])) == wanted
    singly = node(
        eth_getBlockByNumber=BLOCK | {"transactions": HASHES},
        eth_getTransactionReceipt=lambda name: ROWS[int(name, 16)],
    )
    assert driven(GetReceipts(1), singly) == wanted


def test_no_block() -> None:
    for answers in ({"eth_getBlockReceipts": None}, {"eth_getBlockByNumber": None}):
        with pytest.raises(NoSuchBlock):
            driven(GetReceipts(1), node(**answers))


@pytest.mark.parametrize("row", [None, ROWS[0] | {"blockHash": "0x" + "11" * 32}])
def test_replaced_block(row: Any) -> None:
    """Receipts that are gone, or of another block, are not mixed in."""
    singly = node(
        eth_getBlockByNumber=BLOCK | {"transactions": HASHES}, eth_getTransactionReceipt=row
    )
    with pytest.raises(Reorganised, match="block 1"):
        driven(GetReceipts(1), singly)


def test_header() -> None:
    """The bytes behind the hash; a node that alters a field is refused."""
    assert len(driven(GetHeader(1), node(eth_getBlockByNumber=BLOCK))) == 532
    with pytest.raises(DecodingFailed, match="block 1"):
        driven(GetHeader(1), node(eth_getBlockByNumber=BLOCK | {"nonce": "0x539bd4979fef1ec5"}))


def test_proof() -> None:
    """Nodes as they come; an empty trie has none, however a node writes that."""
    row = {"accountProof": ["0xc0", "0xc1c0"], "storageProof": [{"proof": ["0x80"]}]}
    found = driven(GetProof("0x" + "11" * 20, 0, 7), node(eth_getProof=row))
    assert found == StorageProof((b"\xc0", b"\xc1\xc0"), ())
