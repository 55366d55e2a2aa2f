"""The same requests with their answers thrown away: what the node and the wire allow."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from benchmarks.reading.peers.timed import ABOUT, begin, done, ranges


async def fetch(about: dict[str, Any]) -> int:
    """Asks for every range, four at a time, and reads the bytes; returns how many."""
    turns = asyncio.Semaphore(4)
    total = 0

    async def one(client: aiohttp.ClientSession, first: int, last: int) -> None:
        nonlocal total
        query = {"address": about["address"], "fromBlock": hex(first), "toBlock": hex(last)}
        body = {"jsonrpc": "2.0", "id": 1, "method": "eth_getLogs", "params": [query]}
        async with turns, client.post(about["url"], json=body) as answer:
            async for part in answer.content.iter_any():
                total += len(part)

    limits = aiohttp.ClientTimeout(total=600)
    async with aiohttp.ClientSession(timeout=limits, read_bufsize=1 << 22) as client:
        wanted = ranges(about["first"], about["last"], about["range"])
        await asyncio.gather(*(one(client, *part) for part in wanted))
    return total


begin()
size = asyncio.run(fetch(dict(ABOUT)))
done(ABOUT["events"], bytes=size)
