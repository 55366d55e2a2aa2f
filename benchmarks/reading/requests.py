"""How many requests a provider's limit on results costs, against the least possible."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from benchmarks.reading.market import TRADE, Market
from keelmark.columns.decoder import LogDecoder
from keelmark.ingest import open_endpoint
from keelmark.ingest.fetch import fetch_ranges
from tests.support.bad_dialects import ROWS_DIALECTS
from tests.support.bad_provider import bad_provider

__all__ = ["LIMIT", "requests_under_limit"]

LIMIT = 10_000


def requests_under_limit(market: Market) -> dict[str, float]:
    """Requests over the least possible, by the words in which the limit is told.

    Raises:
        RuntimeError: not every event was read.
    """
    blocks = market.last - market.first + 1
    least = -(-blocks // (LIMIT // market.per_block))
    found = {}
    for dialect in ROWS_DIALECTS:
        with bad_provider(market.url) as provider:
            provider.limit_rows(LIMIT, dialect)
            rows = asyncio.run(_read(provider.url, market))
            if rows != market.events:
                raise RuntimeError(f"{dialect.name}: {rows} events, expected {market.events}")
            found[dialect.name] = provider.count("eth_getLogs") / least
    return found


async def _read(url: str, market: Market) -> int:
    address = bytes.fromhex(market.address[2:])
    endpoint = open_endpoint(url)
    pieces = fetch_ranges(
        endpoint,
        [address],
        [TRADE.topic],
        market.first,
        market.last,
        LogDecoder([TRADE], [address]),
    )
    rows = 0
    async with aclosing(pieces):
        async for piece in pieces:
            rows += piece.decoded.rows
    await endpoint.close()
    return rows
