"""Stores to serve, and a client in the same process."""

from __future__ import annotations

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pyarrow as pa

from keelmark.api.app import create_app
from keelmark.api.service import Service
from keelmark.columns import arrow_schema
from keelmark.columns.spec import own_tables
from keelmark.store import (
    Checkpoint,
    Description,
    Header,
    Heads,
    RowSet,
    Store,
    Watched,
    open_store,
)
from tests.support.stored import stored_market

T = TypeVar("T")
WAD = 10**18
HOUSE = b"\x11" * 20
GENESIS = 1_700_000_000
SECONDS = 12

Get = Callable[..., Awaitable[httpx.Response]]


@asynccontextmanager
async def client(store: Store, **options: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application over a store."""
    app = create_app(Service.of(store), **options)
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://venue") as found,
    ):
        yield found


def with_store(location: str, work: Callable[[httpx.AsyncClient], Awaitable[T]]) -> T:
    """Does something with a client of a store that nobody writes."""

    async def run() -> T:
        store = open_store(location, read_only=True)
        try:
            async with client(store) as found:
                return await work(found)
        finally:
            store.close()

    return asyncio.run(run())


def get(path: str, location: str = "", **headers: str) -> httpx.Response:
    """One answer, of the store of March 2020 unless another is named."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return with_store(
        location or stored_market().location, lambda found: found.get(path, headers=headers)
    )


def ok(path: str, location: str = "") -> dict[str, Any]:
    """An answer's body."""
    answer = get(path, location)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def march_copy(folder: Path) -> str:
    """A copy of the store of March 2020, to change."""
    return str(shutil.copy(stored_market().location, folder / "march.duckdb"))


# A chain made by hand


def described() -> Description:
    """A store about a house whose rows are made here; no market follows from them."""
    watched = Watched("ClearingHouse", HOUSE, bytes(32), 1, True)
    return Description(31337, "keelmark", (watched,), own_tables(), 1)


def block_hash(number: int, fork: str = "a") -> bytes:
    """The hash of a block of a fork."""
    return sha256(f"{fork}{number}".encode()).digest()


def row_set(
    number: int, heads: Heads, logs: Sequence[int] = (0, 1, 2), fork: str = "a", parent: str = ""
) -> RowSet:
    """A block with margin calls: log 1 in a table of its own, the others together.

    Args:
        number: of the block.
        heads: the chain's.
        logs: places in the block that have a row.
        fork: names its history.
        parent: that of its parent, if another.
    """
    time = GENESIS + SECONDS * number
    rows: dict[str, Any] = {}
    for name, ended in (("margin_called", False), ("margin_call_ended", True)):
        table = described().table(name)
        schema = arrow_schema(table)
        made = []
        for log in logs:
            if (log == 1) != ended:
                continue
            row: dict[str, Any] = {
                "block_number": number,
                "block_hash": block_hash(number, fork),
                "block_time": time,
                "transaction_index": 0,
                "transaction_hash": sha256(b"transaction").digest(),
                "log_index": log,
                "address": HOUSE,
                "account": 1 + (number + log) % 3,
                "member": 9,
                "equity": Decimal(number * WAD),
                "initial_margin": Decimal(10**38 - 1),
            }
            if not ended:
                row["deadline"] = time + 3_600
            made.append(row)
        if made:
            rows[name] = pa.Table.from_pylist(made, schema)
    found = block_hash(number, fork)
    header = Header(number, found, block_hash(number - 1, parent or fork), time)
    count = sum(table.num_rows for table in rows.values())
    point = Checkpoint(number, number, found, time, heads, count, time)
    return RowSet(rows, (header,), point)


def heads(latest: int, finalized: int | None = None) -> Heads:
    """Of a chain."""
    return Heads(latest, finalized, finalized)


def made_store(folder: Path, blocks: int, finalized: int | None = None) -> Store:
    """A store of some blocks, to write to; a copy of one that is made once."""
    path = folder / "made.duckdb"
    shutil.copy(_template(blocks, finalized), path)
    return open_store(str(path), described())


@cache
def _template(blocks: int, finalized: int | None) -> Path:
    folder = tempfile.mkdtemp(prefix="keelmark-made-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "made.duckdb"
    store = open_store(str(path), described())
    for number in range(1, blocks + 1):
        store.commit(row_set(number, heads(blocks, finalized)))
    store.close()
    return path


def replace(store: Store, ancestor: int, last: int, fork: str, **options: Any) -> None:
    """The chain replaced every block above one."""
    store.rewind(store.headers(ancestor, ancestor)[0])
    for number in range(ancestor + 1, last + 1):
        parent = "a" if number == ancestor + 1 else fork
        store.commit(row_set(number, heads(last), fork=fork, parent=parent, **options))
