"""The embedded chain as an endpoint: the JSON of a node, checked against its own roots and proofs,
and against what the node of another maker writes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any, TypeVar

import pytest
from rlp.codec import encode
from trie.hexary import HexaryTrie

from keelmark.chain import Chain, Operation, Signer, connect
from keelmark.chain.consensus import header_bytes, header_row, receipt_bytes, receipt_row
from keelmark.chain.operations import Receipt, Request, Transact
from keelmark.columns.decoder import LogDecoder
from keelmark.errors import InputError, RpcRefused
from keelmark.ingest.endpoint import Endpoint, open_endpoint
from keelmark.ingest.endpoint_http import HttpEndpoint
from keelmark.ingest.fetch import Fetched, fetch_ranges
from keelmark.ingest.refusals import Measure, TooMuch, Unsupported
from keelmark.proofs.blocks import prove_account, prove_word, read_header
from tests.support.emitter import CODE, TOPIC, rpc

from .conftest import COUNTED, Emitted

T = TypeVar("T")
COUNTS = (3, 1, 0, 24)
CREATION = bytes.fromhex(f"60{len(CODE):02x}8060095f395ff3") + CODE
"""Copies the code behind it into memory and returns it."""


def one(request: Request) -> Operation[Any]:
    """The operation of one request."""
    return (yield request)


class Venue:
    """An embedded chain with the emitter on it."""

    def __init__(self) -> None:
        signer = Signer.from_key(bytes.fromhex("33" * 32))
        self.chain: Chain = connect("embedded")
        self.chain.local.fund(signer.address)
        sending = self.chain.signing(signer)
        created: Receipt = sending.run(one(Transact(None, CREATION)))
        assert created.contract is not None
        self.house = created.contract
        self.first = self.chain.block().number + 1
        self.receipts = [
            sending.run(one(Transact(self.house, count.to_bytes(32, "big")))) for count in COUNTS
        ]
        self.last = self.chain.block().number
        self.address = bytes.fromhex(self.house[2:])

    def ask(self, question: Callable[[Endpoint], Awaitable[T]]) -> T:
        """Asks the chain as an endpoint."""

        async def run() -> T:
            async with open_endpoint(self.chain) as endpoint:
                return await question(endpoint)

        return asyncio.run(run())

    def result(self, method: str, *params: Any) -> Any:
        """A result."""
        return self.ask(lambda endpoint: endpoint.result(method, params))


@pytest.fixture(scope="module")
def venue() -> Venue:
    """Four blocks with 3, 1, 0 and 24 logs; tests read only, or mine empty blocks behind them."""
    return Venue()


def logs_query(venue: Venue, **bounds: Any) -> dict[str, Any]:
    """Every log of the emitter."""
    return {"address": [venue.house], "topics": [["0x" + TOPIC.hex()]], **bounds}


def test_default_behavior(venue: Venue) -> None:
    """The same reader reads it: ranges, columns, every log once."""

    async def question(endpoint: Endpoint) -> list[Fetched]:
        decoder = LogDecoder([COUNTED], [venue.address])
        pieces = fetch_ranges(endpoint, [venue.address], [TOPIC], venue.first, venue.last, decoder)
        async with aclosing(pieces):
            return [piece async for piece in pieces]

    (piece,) = venue.ask(question)
    table = piece.decoded.tables["counted"]
    assert table["block_number"].to_pylist() == [
        venue.first + place for place, count in enumerate(COUNTS) for _ in range(count)
    ]
    expected = [
        (log.block_hash, log.log_index, log.transaction_hash)
        for receipt in venue.receipts
        for log in receipt.logs
    ]
    names = ("block_hash", "log_index", "transaction_hash")
    assert list(zip(*(table[name].to_pylist() for name in names), strict=True)) == expected
    assert not piece.decoded.needs_times


def test_logs_by_block_hash(venue: Venue) -> None:
    """As the tip is read."""
    for place, count in enumerate(COUNTS):
        block = venue.result("eth_getBlockByNumber", hex(venue.first + place), False)
        logs = venue.result("eth_getLogs", logs_query(venue, blockHash=block["hash"]))
        assert len(logs) == count
        assert {log["blockHash"] for log in logs} <= {block["hash"]}
    with pytest.raises(RpcRefused, match="no block"):
        venue.result("eth_getLogs", logs_query(venue, blockHash="0x" + "ab" * 32))


def test_a_log_has_the_fields_that_a_node_writes(venue: Venue, emitted: Emitted) -> None:
    """By name and by form."""
    bounds = {"fromBlock": hex(venue.first), "toBlock": hex(venue.last)}
    ours = venue.result("eth_getLogs", logs_query(venue, **bounds))[0]
    theirs = emitted.logs[0]
    assert ours.keys() == theirs.keys()
    for name, value in theirs.items():
        assert type(ours[name]) is type(value)
        if isinstance(value, str) and len(value) > 20:
            assert len(ours[name]) == len(value)
            assert ours[name] == ours[name].lower()


def test_headers_have_the_hash_of_their_fields(venue: Venue) -> None:
    """By number, tag and hash; parent by parent."""
    parent = None
    for number in range(venue.first, venue.last + 1):
        row = venue.result("eth_getBlockByNumber", hex(number), False)
        encoded = header_bytes(row)
        assert header_row(encoded) == {key: row[key] for key in header_row(encoded)}
        assert row == venue.result("eth_getBlockByHash", row["hash"], False)
        assert parent is None or row["parentHash"] == parent
        parent = row["hash"]
        receipt = venue.receipts[number - venue.first]
        assert row["transactions"] == ["0x" + receipt.transaction_hash.hex()]
    assert venue.result("eth_blockNumber") == hex(venue.last)
    assert venue.result("eth_getBlockByNumber", "latest", False)["hash"] == parent
    for missing in (hex(venue.last + 1), "safe", "finalized"):
        assert venue.result("eth_getBlockByNumber", missing, False) is None
    assert venue.result("eth_getBlockByHash", "0x" + "ab" * 32, False) is None


def test_a_node_s_headers_and_receipts_there_and_back(emitted: Emitted) -> None:
    """`header_row` and `receipt_row` give what the node gave."""
    block = rpc(emitted.url, "eth_getBlockByNumber", hex(emitted.first), False)
    header = header_row(header_bytes(block))
    assert header == {name: block[name] for name in header}
    (receipt,) = rpc(emitted.url, "eth_getBlockReceipts", hex(emitted.first))
    row = receipt_row(receipt_bytes(receipt))
    assert len(row["logs"]) == 5
    for name in ("type", "status", "cumulativeGasUsed", "logsBloom"):
        assert row[name] == receipt[name]
    for ours, theirs in zip(row["logs"], receipt["logs"], strict=True):
        assert ours == {name: theirs[name] for name in ("address", "topics", "data")}
    before = {**receipt, "root": "0x" + "ab" * 32, "status": None, "type": "0x0"}
    assert receipt_row(receipt_bytes(before))["root"] == "0x" + "ab" * 32


def test_receipts_give_the_header_s_root(venue: Venue) -> None:
    """All of a block, in order, with their logs' places."""
    for number, count in zip(range(venue.first, venue.last + 1), COUNTS, strict=True):
        block = venue.result("eth_getBlockByNumber", hex(number), False)
        rows = venue.result("eth_getBlockReceipts", block["hash"])
        trie = HexaryTrie({})
        for index, row in enumerate(rows):
            trie[encode(index)] = receipt_bytes(row)
        assert "0x" + trie.root_hash.hex() == block["receiptsRoot"]
        logs = [log for row in rows for log in row["logs"]]
        assert [int(log["logIndex"], 16) for log in logs] == list(range(count))
        assert logs == [
            {key: value for key, value in log.items() if key != "blockTimestamp"}
            for log in venue.result("eth_getLogs", logs_query(venue, blockHash=block["hash"]))
        ]
    assert venue.result("eth_getBlockReceipts", "0xffff") is None


def test_storage_proofs_prove(venue: Venue) -> None:
    """Against the header of the same block."""
    number = hex(venue.last)
    header = read_header(header_bytes(venue.result("eth_getBlockByNumber", number, False)))
    slot = "0x" + "00" * 32
    proof = venue.result("eth_getProof", venue.house, [slot], number)
    nodes = [bytes.fromhex(node[2:]) for node in proof["accountProof"]]
    account = prove_account(header, venue.house, nodes)
    assert account is not None
    (storage,) = proof["storageProof"]
    nodes = [bytes.fromhex(node[2:]) for node in storage["proof"]]
    assert prove_word(account, 0, nodes) == b"\x00" * 32
    assert storage["value"] == "0x0"


def test_code_words_and_calls(venue: Venue) -> None:
    """As contracts are checked before a row of theirs is believed."""
    assert venue.result("eth_getCode", venue.house, "latest") == "0x" + CODE.hex()
    assert venue.result("eth_getCode", "0x" + "01" * 20, "latest") == "0x"
    block = venue.result("eth_getBlockByNumber", "latest", False)
    by_hash = {"blockHash": block["hash"]}
    assert venue.result("eth_getStorageAt", venue.house, "0x0", by_hash) == "0x" + "00" * 32
    call = {"to": venue.house, "data": "0x" + "00" * 32}
    assert venue.result("eth_call", call, "latest") == "0x"
    assert int(venue.result("eth_chainId"), 16) == venue.chain.chain_id()
    assert "keelmark" in venue.result("web3_clientVersion")


def test_what_it_lacks(venue: Venue) -> None:
    """Is said by type."""
    for method in ("eth_subscribe", "debug_traceBlock", "eth_getTransactionReceipt"):
        with pytest.raises(Unsupported, match=f"the embedded chain has no {method}"):
            venue.result(method)
    with pytest.raises(RpcRefused, match="invalid params"):
        venue.result("eth_getLogs", logs_query(venue, fromBlock=7, toBlock="0x1"))
    for params in ([], [7, False], ["0x1", True]):
        with pytest.raises(RpcRefused, match="invalid params"):
            venue.result("eth_getBlockByNumber", *params)


def test_a_long_range(venue: Venue) -> None:
    """Is refused as a provider refuses it, with the limit."""
    with pytest.raises(TooMuch) as caught:
        venue.result("eth_getLogs", logs_query(venue, fromBlock="0x0", toBlock="0x200"))
    assert (caught.value.measure, caught.value.limit) == (Measure.BLOCKS, 512)


def test_new_heads() -> None:
    """The newest first, then each change."""
    chain = connect("embedded")

    async def run() -> list[int]:
        async with open_endpoint(chain) as endpoint:
            heads = endpoint.subscribe_heads()
            seen = [int((await anext(heads))["number"], 16)]
            for _ in range(3):
                chain.local.mine()
                seen.append(int((await asyncio.wait_for(anext(heads), 5))["number"], 16))
            await heads.aclose()
        return seen

    assert asyncio.run(run()) == [0, 1, 2, 3]


def test_what_may_be_opened(venue: Venue, emitted: Emitted) -> None:
    """A chain, its node, the word, a chain over http; nothing else."""
    assert open_endpoint(venue.chain).name == "embedded"
    assert open_endpoint(venue.chain.node).name == "embedded"  # type: ignore[arg-type]
    assert open_endpoint("embedded").name == "embedded"
    over_http = open_endpoint(connect(emitted.url))
    assert isinstance(over_http, HttpEndpoint)
    assert over_http.name == emitted.url
    with pytest.raises(InputError, match=r"^endpoint: expected a URL"):
        open_endpoint(7)  # type: ignore[arg-type]
