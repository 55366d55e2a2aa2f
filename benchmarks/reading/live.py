"""Keelmark follows the head over a websocket into DuckDB; prints when each block's rows are in."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from pathlib import Path
from typing import Any

from benchmarks.reading.market import Market
from benchmarks.reading.peers.timed import ABOUT
from keelmark.ingest import Reader, open_endpoint
from keelmark.store import open_store


async def follow(about: dict[str, Any]) -> None:
    """Follows until a block."""
    market = Market(**{name: about[name] for name in Market.__dataclass_fields__})
    Path(about["store"]).unlink(missing_ok=True)
    store = open_store(about["store"], market.description(chained=bool(about["chained"])))
    endpoint = open_endpoint(market.url.replace("http", "ws", 1))
    reader = Reader(endpoint, store)
    print("ready", flush=True)
    async with aclosing(reader.follow()) as steps:
        async for step in steps:
            if step.checkpoint is None:
                continue
            print(step.checkpoint.last_block, time.monotonic(), step.added, flush=True)
            if step.checkpoint.last_block >= about["until"]:
                break
    reader.close()
    await endpoint.close()
    store.close()


asyncio.run(follow(dict(ABOUT)))
