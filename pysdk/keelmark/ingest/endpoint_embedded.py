"""The embedded chain as an endpoint: the same JSON, so that one reader serves every chain.

It is asked in the event loop, since its machine is not made for several threads; that is why a
range of logs is bounded. ``safe`` and ``finalized`` are unknown to it and answered with null, as a
node does that has no such block.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from keelmark.chain.client import Chain, Node, connect
from keelmark.chain.consensus import header_row, receipt_row
from keelmark.chain.embedded import EmbeddedNode
from keelmark.chain.operations import (
    BlockHeader,
    BlockId,
    Call,
    GetBlock,
    GetBody,
    GetChainId,
    GetCode,
    GetHeader,
    GetLogs,
    GetProof,
    GetReceipts,
    GetStorage,
    RawLog,
)
from keelmark.chain.transports import RpcNode
from keelmark.errors import InputError, NoSuchBlock, Reverted, RpcRefused
from keelmark.ingest.endpoint import Endpoint, open_endpoint
from keelmark.ingest.refusals import Measure, TooMuch, Unsupported
from keelmark.ingest.retries import Retries

__all__ = ["EmbeddedEndpoint", "chain_endpoint"]

MOST_BLOCKS: Final = 512
"""Longest range of logs in one request: the event loop stands still meanwhile."""

POLL_SECONDS: Final = 0.02
"""A look at the head costs no request here."""


def chain_endpoint(
    target: str | Path | Chain | EmbeddedNode,
    retries: Retries,
    timeout_seconds: float,
    most_bytes: int,
) -> Endpoint:
    """An endpoint for a chain object; see `endpoint.open_endpoint`.

    Raises:
        InputError: it is no chain.
    """
    chain = connect("embedded") if target == "embedded" else target
    node = chain.node if isinstance(chain, Chain) else chain
    if isinstance(node, RpcNode):
        return open_endpoint(
            node.url, retries=retries, timeout_seconds=timeout_seconds, most_bytes=most_bytes
        )
    if not isinstance(node, EmbeddedNode):
        raise InputError("endpoint: expected a URL, the path of an IPC socket, or a chain")
    return EmbeddedEndpoint(node, retries)


class EmbeddedEndpoint(Endpoint):
    """An `EmbeddedNode` behind the methods of JSON-RPC that a reader uses."""

    def __init__(self, node: EmbeddedNode, retries: Retries) -> None:
        self.name = node.name
        self.retries = retries
        self._node: Node = node
        self._methods: dict[str, Callable[..., Any]] = {
            "eth_chainId": self._chain_id,
            "eth_blockNumber": self._block_number,
            "eth_getBlockByNumber": self._block,
            "eth_getBlockByHash": self._block,
            "eth_getLogs": self._logs,
            "eth_getBlockReceipts": self._receipts,
            "eth_getCode": self._code,
            "eth_getStorageAt": self._word,
            "eth_getProof": self._proof,
            "eth_call": self._call,
            "web3_clientVersion": lambda: "keelmark/embedded",
        }

    async def call(self, method: str, params: Sequence[Any] = ()) -> bytes:
        """Asks once; see `Endpoint.call`."""
        answer = self._methods.get(method)
        if answer is None:
            raise Unsupported(f"rpc: the embedded chain has no {method}", method)
        # What else is ready may run before the next question.
        await asyncio.sleep(0)
        try:
            found = answer(*params)
        except NoSuchBlock as missing:
            raise RpcRefused(f"rpc: embedded refused {method}, {missing}", -32001) from None
        except Reverted as failure:
            raise RpcRefused(f"rpc: embedded refused {method}, {failure}", 3) from None
        except (KeyError, TypeError, ValueError):
            raise RpcRefused(f"rpc: embedded refused {method}, invalid params", -32602) from None
        return msgspec.json.encode({"jsonrpc": "2.0", "id": 1, "result": found})

    async def close(self) -> None:
        """There is nothing to close."""

    async def subscribe_heads(
        self, poll_seconds: float = POLL_SECONDS
    ) -> AsyncIterator[dict[str, Any]]:
        """As `Endpoint.subscribe_heads`."""
        seen = None
        while True:
            head: BlockHeader = self._node.answer(GetBlock())
            if head.hash != seen:
                seen = head.hash
                yield self._row(head.hash, False)
            await asyncio.sleep(min(poll_seconds, POLL_SECONDS))

    # Methods

    def _chain_id(self) -> str:
        return hex(self._node.answer(GetChainId()))

    def _block_number(self) -> str:
        return hex(self._node.answer(GetBlock()).number)

    def _block(self, which: str, whole: bool = False) -> dict[str, Any] | None:
        try:
            return self._row(_block_id(which), whole)
        except NoSuchBlock:
            return None

    def _row(self, which: BlockId, whole: bool) -> dict[str, Any]:
        if whole:
            raise InputError("block: the embedded chain gives transactions by their hashes")
        row = header_row(self._node.answer(GetHeader(which)))
        body = self._node.answer(GetBody(which))
        row["transactions"] = ["0x" + one.hash.hex() for one in body.transactions]
        return row

    def _logs(self, query: dict[str, Any]) -> list[dict[str, Any]]:
        addresses = query.get("address") or []
        addresses = (addresses,) if isinstance(addresses, str) else tuple(addresses)
        topics = _first_topics(query.get("topics") or [])
        if "blockHash" in query:
            wanted = GetLogs(addresses, 0, 0, topics, bytes.fromhex(query["blockHash"][2:]))
        else:
            first, last = self._height(query["fromBlock"]), self._height(query["toBlock"])
            if last - first >= MOST_BLOCKS:
                raise TooMuch(
                    f"rpc: embedded refused eth_getLogs, at most {MOST_BLOCKS} blocks at once",
                    measure=Measure.BLOCKS,
                    limit=MOST_BLOCKS,
                )
            wanted = GetLogs(addresses, first, last, topics)
        logs: tuple[RawLog, ...] = self._node.answer(wanted)
        times = {
            height: hex(self._node.answer(GetBlock(height)).time)
            for height in {log.block_number for log in logs}
        }
        return [_log_row(log, times[log.block_number]) for log in logs]

    def _receipts(self, which: str) -> list[dict[str, Any]] | None:
        try:
            body = self._node.answer(GetBody(_block_id(which)))
        except NoSuchBlock:
            return None
        place = {
            "blockHash": "0x" + body.header.hash.hex(),
            "blockNumber": hex(body.header.number),
        }
        rows, seen = [], 0
        encoded = self._node.answer(GetReceipts(body.header.number))
        for index, (sent, receipt) in enumerate(zip(body.transactions, encoded, strict=True)):
            where = {
                **place,
                "transactionHash": "0x" + sent.hash.hex(),
                "transactionIndex": hex(index),
            }
            row = {**receipt_row(receipt), **where, "from": sent.sender.lower()}
            row["to"] = sent.to.lower() if sent.to else None
            for log in row["logs"]:
                log |= {**where, "logIndex": hex(seen), "removed": False}
                seen += 1
            rows.append(row)
        return rows

    def _code(self, address: str, which: Any = "latest") -> str:
        code: bytes = self._node.answer(GetCode(address, _block_id(which)))
        return "0x" + code.hex()

    def _word(self, address: str, slot: str, which: Any = "latest") -> str:
        word: bytes = self._node.answer(GetStorage(address, int(slot, 16), _block_id(which)))
        return "0x" + word.hex()

    def _proof(self, address: str, slots: list[str], which: Any = "latest") -> dict[str, Any]:
        number = self._height(which)
        storage = []
        account: tuple[bytes, ...] = ()
        for slot in slots:
            place = int(slot, 16)
            proof = self._node.answer(GetProof(address, place, number))
            account = proof.account
            value = int.from_bytes(self._node.answer(GetStorage(address, place, number)), "big")
            storage.append({"key": slot, "value": hex(value), "proof": _texts(proof.storage)})
        return {"address": address, "accountProof": _texts(account), "storageProof": storage}

    def _call(self, fields: dict[str, str], which: Any = "latest") -> str:
        data = bytes.fromhex(fields.get("data", fields.get("input", "0x"))[2:])
        answer: bytes = self._node.answer(
            Call(fields["to"], data, _block_id(which), sender=fields.get("from"))
        )
        return "0x" + answer.hex()

    def _height(self, which: Any) -> int:
        """A block's height by height, tag or hash."""
        block = _block_id(which)
        return block if isinstance(block, int) else int(self._node.answer(GetBlock(block)).number)


def _block_id(which: Any) -> BlockId:
    """A block parameter of JSON-RPC (EIP-1898 included)."""
    if isinstance(which, dict):
        which = which.get("blockHash") or which["blockNumber"]
    if not isinstance(which, str):
        raise TypeError("a block is a text")
    if not which.startswith("0x"):
        return which
    return bytes.fromhex(which[2:]) if len(which) == 66 else int(which, 16)


def _first_topics(topics: list[Any]) -> tuple[bytes, ...]:
    """The first topics that are wanted.

    Raises:
        ValueError: topics behind the first are asked for.
    """
    if any(one is not None for one in topics[1:]):
        raise ValueError("the embedded chain filters by the first topic only")
    first = topics[0] if topics else None
    wanted = [] if first is None else [first] if isinstance(first, str) else first
    return tuple(bytes.fromhex(one[2:]) for one in wanted)


def _log_row(log: RawLog, time: str) -> dict[str, Any]:
    """A log as nodes write it."""
    return {
        "address": log.address.lower(),
        "topics": ["0x" + topic.hex() for topic in log.topics],
        "data": "0x" + log.data.hex(),
        "blockHash": "0x" + log.block_hash.hex(),
        "blockNumber": hex(log.block_number),
        "blockTimestamp": time,
        "transactionHash": "0x" + log.transaction_hash.hex(),
        "transactionIndex": hex(log.transaction_index),
        "logIndex": hex(log.log_index),
        "removed": False,
    }


def _texts(nodes: tuple[bytes, ...]) -> list[str]:
    """Trie nodes as hexadecimal texts."""
    return ["0x" + node.hex() for node in nodes]
