"""A real node's bytes, decoded to columns, against web3's own decoding of the same logs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from eth_abi.abi import encode
from web3 import HTTPProvider, Web3

from keelmark.chain import Chain
from keelmark.chain.compiler import compile_contract
from keelmark.columns.decoder import LogDecoder
from keelmark.columns.scan import scan
from keelmark.columns.spec import own_tables

EMITTER = Path(__file__).parents[1] / "mocks/TradeEmitter.vy"
BLOCKS = 3
REPORTS = 300
"""A block; log indices of one to three digits."""


@pytest.fixture
def emitted(anvil: Chain) -> tuple[str, str, list[dict[str, Any]]]:
    """The node's URL, the contract's address and its ABI, after some blocks of reports."""
    url = str(getattr(anvil.node, "url", ""))
    w3 = Web3(HTTPProvider(url))
    artefact = compile_contract(EMITTER)
    funded = w3.eth.accounts[0]
    contract = w3.eth.contract(abi=list(artefact.abi), bytecode=artefact.bytecode)
    receipt = w3.eth.wait_for_transaction_receipt(contract.constructor().transact({"from": funded}))
    there = w3.eth.contract(receipt["contractAddress"], abi=list(artefact.abi))
    for seed in range(BLOCKS):
        sent = there.functions.emit_reports(REPORTS, seed).transact(
            {"from": funded, "gas": 20_000_000}
        )
        assert w3.eth.wait_for_transaction_receipt(sent)["status"] == 1
    return url, str(receipt["contractAddress"]), list(artefact.abi)


def test_default_behavior(emitted: tuple[str, str, list[dict[str, Any]]]) -> None:
    """Every field of every row is what web3 says, and the answer was scanned, not parsed."""
    url, address, abi = emitted
    query = {"address": address, "fromBlock": "0x0", "toBlock": "latest"}
    body = {"jsonrpc": "2.0", "id": 1, "method": "eth_getLogs", "params": [query]}
    request = Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urlopen(request) as response:
        answer = response.read()
    decoder = LogDecoder(own_tables(), [bytes.fromhex(address[2:])])
    assert scan(answer, decoder.tables) is not None
    found = decoder.decode(answer)
    rows = found.tables["trade_reported"].to_pylist()
    contract = Web3(HTTPProvider(url)).eth.contract(Web3.to_checksum_address(address), abi=abi)
    outside = contract.events.TradeReported().get_logs(from_block=0)
    assert len(rows) == len(outside) == BLOCKS * REPORTS
    times = {block: contract.w3.eth.get_block(block)["timestamp"] for block in found.blocks}
    for row, log in zip(rows, outside, strict=True):
        assert row["block_hash"] == bytes(log["blockHash"]) == found.blocks[log["blockNumber"]]
        assert row["block_time"] == times[log["blockNumber"]]
        assert row["transaction_hash"] == bytes(log["transactionHash"])
        assert row["address"].hex() == address[2:].lower()
        for name in ("block_number", "transaction_index", "log_index"):
            assert row[name] == log["".join([name.split("_")[0], name.split("_")[1].title()])]
        for name, value in log["args"].items():
            word = encode(["uint256"], [value]) if name == "execution" else value
            assert (row[name] if isinstance(word, bytes) else int(row[name])) == word, name
