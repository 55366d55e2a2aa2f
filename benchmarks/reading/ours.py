"""Keelmark's reader: a whole sync into a store, with row sets, checkpoints and all its checks."""

# ruff: noqa: E402
from __future__ import annotations

# The command does so first of all.
from keelmark.cli.memory import stay_small

stay_small()

import asyncio
import shutil
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.reading.market import Market
from benchmarks.reading.peers.timed import ABOUT, begin, done
from keelmark.ingest import Reader, open_endpoint
from keelmark.store import open_store


async def read(about: dict[str, Any], market: Market) -> int:
    """Reads the market's blocks into a new store; returns how many rows it has then."""
    description = market.description(chained=bool(about["chained"]))
    store = open_store(about["store"], description)
    endpoint = open_endpoint(market.url)
    try:
        reader = Reader(endpoint, store)
        await reader.sync(about["last"])
        reader.close()
        return store.count("trade_reported")
    finally:
        await endpoint.close()
        store.close()


def main() -> None:
    """One run."""
    about = dict(ABOUT)
    fields = Market.__dataclass_fields__
    market = Market(**{name: about[name] for name in fields})
    kind, _, place = about["store"].partition(":")
    if kind in ("parquet", "delta"):
        shutil.rmtree(place, ignore_errors=True)
    elif kind != "postgresql":
        Path(about["store"]).unlink(missing_ok=True)
    # What the command loads before it begins is loaded.
    modules = {"parquet": "parquet", "delta": "delta", "postgresql": "postgres"}
    import_module(f"keelmark.store.{modules.get(kind, 'duck')}")
    begin()
    done(asyncio.run(read(about, market)))


main()
