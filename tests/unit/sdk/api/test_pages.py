"""Pages: every row once and in order, bounds, cursors that stay in place, and those that cannot."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from keelmark.api import scans
from keelmark.api.head import HeadRequests
from keelmark.store import Store
from tests.unit.sdk.api.served import (
    GENESIS,
    SECONDS,
    block_hash,
    client,
    heads,
    made_store,
    replace,
    row_set,
)

BLOCKS = 20
EVERY = [(block, log) for block in range(1, BLOCKS + 1) for log in range(3)]
CALLS = "/v1/margin-calls"


@pytest.fixture
def store(tmp_path: Path) -> Any:
    """Twenty blocks with three rows each, twelve of them final."""
    made = made_store(tmp_path, BLOCKS, 12)
    yield made
    made.close()


def asked(store: Store, work: Callable[[httpx.AsyncClient], Awaitable[Any]]) -> Any:
    """Does something with a client."""

    async def run() -> Any:
        async with client(store, heartbeat=0.2) as found:
            return await work(found)

    return asyncio.run(run())


def body(store: Store, path: str) -> dict[str, Any]:
    """An answer that must be good."""
    answer = asked(store, lambda found: found.get(path))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refused(store: Store, path: str) -> tuple[int, str]:
    """Status and sentence of a refusal."""
    answer = asked(store, lambda found: found.get(path))
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json()
    assert found["status"] == answer.status_code
    assert "\n" not in found["detail"]
    return answer.status_code, found["detail"]


def places(found: dict[str, Any]) -> list[tuple[int, int]]:
    """Where a page's rows stand."""
    return [(row["block_number"], row["log_index"]) for row in found["rows"]]


async def all_pages(found: httpx.AsyncClient, path: str, limit: int) -> list[tuple[int, int]]:
    """Every row of a query, page by page."""
    rows, cursor = [], ""
    while True:
        answer = await found.get(f"{path}{'&' if '?' in path else '?'}limit={limit}{cursor}")
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["rows"]) <= limit
        rows += places(page)
        if page["next"] is None:
            return rows
        cursor = f"&cursor={page['next']}"


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 59, 60, 61, 1000])
def test_every_row_once_in_chain_order(store: Store, limit: int) -> None:
    """Of two tables that take turns inside a block."""
    assert asked(store, lambda found: all_pages(found, CALLS, limit)) == EVERY


def test_a_page_that_looked_far_enough(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one request looks at is bounded; the cursor goes on, and nothing is lost."""
    monkeypatch.setattr(scans, "MOST_SCANNED", 1)
    monkeypatch.setattr("keelmark.store.duck.BATCH_ROWS", 4)
    assert asked(store, lambda found: all_pages(found, CALLS, 1000)) == EVERY
    only = asked(store, lambda found: all_pages(found, f"{CALLS}?account=2", 1000))
    assert only == [(block, log) for block, log in EVERY if 1 + (block + log) % 3 == 2]


def test_rows_say_where_they_stand(store: Store) -> None:
    """Chain, venue, block, time and finality; the widest amount in full."""
    row = body(store, f"{CALLS}?from_block=13&limit=1")["rows"][0]
    assert row["chain_id"] == 31337
    assert row["venue"] == "keelmark"
    assert row["contract"] == "ClearingHouse"
    assert (row["block_number"], row["log_index"]) == (13, 0)
    assert row["block_hash"] == "0x" + block_hash(13).hex()
    assert row["finality"] == "latest"
    assert row["initial_margin"] == "9" * 38
    assert row["equity"] == "13" + "0" * 18


def test_filters(store: Store) -> None:
    """By block, time, account and finality; both ends included."""
    assert places(body(store, f"{CALLS}?from_block=3&to_block=4")) == EVERY[6:12]
    assert places(body(store, f"{CALLS}?finality=finalized")) == EVERY[:36]
    assert {row["finality"] for row in body(store, f"{CALLS}?finality=safe")["rows"]} == {
        "finalized"
    }
    mine = places(body(store, f"{CALLS}?account=2"))
    assert mine == [(block, log) for block, log in EVERY if 1 + (block + log) % 3 == 2]
    first, last = "2023-11-14T22:13:56Z", "2023-11-14T22:14:20Z"
    assert GENESIS + 3 * SECONDS == 1_700_000_036
    assert places(body(store, f"{CALLS}?from_time={first}&to_time={last}")) == EVERY[6:15]
    assert places(body(store, f"{CALLS}?from_time=2023-11-14&to_time=2023-11-14")) == EVERY
    assert places(body(store, f"{CALLS}?from_time=2023-11-15")) == []
    ended = body(store, "/v1/events/margin_call_ended")
    assert places(ended) == [(block, log) for block, log in EVERY if log == 1]


def test_no_block_is_that_final(tmp_path: Path) -> None:
    """A chain that does not say has no final row."""
    store = made_store(tmp_path, 3)
    found = body(store, f"{CALLS}?finality=finalized")
    assert found["rows"] == []
    assert found["range"]["to_block"] is None
    store.close()


def test_empty_store(tmp_path: Path) -> None:
    """Nothing has been read."""
    store = made_store(tmp_path, 0)
    assert body(store, CALLS)["rows"] == []
    assert body(store, "/v1/status")["checkpoint"] is None
    status, words = refused(store, "/v1/margin")
    assert (status, words) == (404, "market: this store is about no clearing house of the kit")
    store.close()


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=many", "limit"),
        ("from_block=-1", "from_block"),
        ("from_block=5&to_block=4", "from_block"),
        ("from_block=99999999999999999999", "from_block"),
        ("from_time=yesterday", "from_time"),
        ("from_time=2023-02-30", "from_time"),
        ("to_time=2023-11-14T22:13:56", "to_time"),
        ("from_time=2023-11-15&to_time=2023-11-14", "from_time"),
        ("account=x", "account"),
        ("account=4294967296", "account"),
        ("instrument=1", "instrument"),
        ("finality=sure", "finality"),
        ("cursor=AAAA", "cursor"),
        ("cursor=%27%3B--", "cursor"),
        ("cursor=" + "A" * 500, "cursor"),
        ("acount=1", "acount"),
        ("from_block=1;drop", "from_block"),
    ],
)
def test_bad_input(store: Store, query: str, name: str) -> None:
    """One sentence that begins with the field."""
    status, words = refused(store, f"{CALLS}?{query}")
    assert status == 422
    assert words.startswith(f"{name}: ")


@pytest.mark.parametrize(
    "table",
    [
        "nothing",
        "keelmark_checkpoints",
        'margin_called"',
        "a; DROP TABLE x",
        "..%2F..%2Fetc",
        "x" * 65,
    ],
)
def test_unknown_table(store: Store, table: str) -> None:
    """Only what the description names is read; nothing is put into SQL or a path."""
    status, words = refused(store, f"/v1/events/{table}")
    assert status in (404, 422)
    assert words.startswith(("table: ", "request: "))
    assert places(body(store, CALLS)) == EVERY[:100]


def test_unknown_path(store: Store) -> None:
    """Whoever mistypes a path is told where all of them are."""
    for path in ("/", "/docs", "/v1/trade"):
        status, words = refused(store, path)
        assert status == 404
        assert words == "request: there is no such path, expected one of those in /openapi.json"


def test_cursor_belongs_to_its_query(store: Store) -> None:
    """With other filters it would skip rows; another page size is no other query."""
    cursor = body(store, f"{CALLS}?account=2&limit=2")["next"]
    assert refused(store, f"{CALLS}?cursor={cursor}")[0] == 422
    assert refused(store, f"/v1/events/margin_called?account=2&cursor={cursor}")[0] == 422
    assert len(body(store, f"{CALLS}?account=2&limit=5&cursor={cursor}")["rows"]) == 5


def test_new_rows_do_not_move_a_cursor(store: Store) -> None:
    """Neither in the middle nor at the end."""
    cursor = body(store, f"{CALLS}?limit=58")["next"]
    end = body(store, f"{CALLS}?limit=60")["next"]
    store.commit(row_set(BLOCKS + 1, heads(BLOCKS + 1, 12)))
    assert places(body(store, f"{CALLS}?cursor={cursor}")) == [
        *EVERY[58:],
        *((BLOCKS + 1, log) for log in range(3)),
    ]
    assert places(body(store, f"{CALLS}?cursor={end}")) == [(BLOCKS + 1, log) for log in range(3)]


def test_cursor_of_a_replaced_block(store: Store) -> None:
    """Its block is gone: 410. A cursor below the fork goes on, on the new history."""
    below = body(store, f"{CALLS}?limit=45")["next"]
    above = body(store, f"{CALLS}?limit=50")["next"]
    replace(store, 15, BLOCKS, "b")
    status, words = refused(store, f"{CALLS}?cursor={above}")
    assert status == 410
    assert words.startswith("cursor: block 17 was replaced")
    found = body(store, f"{CALLS}?cursor={below}")
    assert places(found) == EVERY[45:]
    assert {row["block_hash"] for row in found["rows"]} == {
        "0x" + block_hash(number, "b").hex() for number in range(16, BLOCKS + 1)
    }


def test_blocks_replaced_while_a_page_is_read(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of two histories never stand in one page: it is read again."""
    real, calls = scans.scan_rows, []

    def scan(found: Store, *arguments: Any) -> Any:
        rows = real(found, *arguments)
        if not calls:
            calls.append(1)
            replace(store, 15, BLOCKS, "b")
        return rows

    monkeypatch.setattr("keelmark.api.pages.scan_rows", scan)
    rows = body(store, f"{CALLS}?from_block=14")["rows"]
    forks = {row["block_number"]: row["block_hash"] for row in rows}
    assert forks == {
        number: "0x" + block_hash(number, "a" if number <= 15 else "b").hex()
        for number in range(14, BLOCKS + 1)
    }


def test_tags(store: Store) -> None:
    """A final range is for ever; the head is fresh for a second; the same tag gives 304."""

    async def work(found: httpx.AsyncClient) -> None:
        final = await found.get(f"{CALLS}?from_block=1&to_block=12")
        assert "immutable" in final.headers["cache-control"]
        for path in (f"{CALLS}?to_block=13", CALLS, f"{CALLS}?finality=finalized"):
            answer = await found.get(path)
            assert answer.headers["cache-control"] == "public, max-age=1, must-revalidate"
        head = await found.get(CALLS)
        tags = {"If-None-Match": f'"other", {head.headers["etag"]}'}
        same = await found.get(CALLS, headers=tags)
        assert (same.status_code, same.content) == (304, b"")
        assert same.headers["etag"] == head.headers["etag"]
        other = await found.get(f"{CALLS}?limit=5", headers=tags)
        assert other.status_code == 200
        store.commit(row_set(BLOCKS + 1, heads(BLOCKS + 1, 14)))
        for _ in range(100):
            changed = await found.get(CALLS, headers=tags)
            if changed.status_code == 200:
                break
            await asyncio.sleep(0.05)
        assert changed.headers["etag"] != head.headers["etag"]
        kept = {"If-None-Match": final.headers["etag"]}
        again = await found.get(f"{CALLS}?to_block=12&from_block=1", headers=kept)
        assert again.status_code == 304
        later = await found.get(f"{CALLS}?from_block=1&to_block=14")
        assert "immutable" in later.headers["cache-control"]

    asked(store, work)


def test_tag_changes_with_finality_and_history(store: Store) -> None:
    """No new block, but rows became final; the same height, but another block."""

    async def tag() -> str:
        async with client(store) as found:
            return str((await found.get(CALLS)).headers["etag"])

    first = asyncio.run(tag())
    assert asyncio.run(tag()) == first
    store.note(heads(BLOCKS, 13))
    second = asyncio.run(tag())
    replace(store, 18, BLOCKS, "b")
    store.note(heads(BLOCKS, 13))
    third = asyncio.run(tag())
    assert len({first, second, third}) == 3


def test_head_and_other_methods(store: Store) -> None:
    """HEAD answers as GET without a body; nothing can be written."""

    async def work(found: httpx.AsyncClient) -> None:
        for path in (CALLS, "/v1/status", "/v1/stream", "/openapi.json"):
            answer = await found.head(path)
            assert (answer.status_code, answer.content) == (200, b"")
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            answer = await found.request(method, CALLS)
            assert answer.status_code == 405
            assert answer.headers["allow"] == "GET, HEAD"

    asked(store, work)


def test_head_sends_no_body() -> None:
    """On the wire, whatever a client makes of it: the headers of GET and no byte behind."""
    sent: list[Any] = []

    async def answer(scope: Any, _receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x", b"y")]})
        await send({"type": "http.response.body", "body": b"body"})

    async def note(message: Any) -> None:
        sent.append(message)

    async def nothing() -> Any:
        return {}

    asyncio.run(HeadRequests(answer)({"type": "http", "method": "HEAD"}, nothing, note))
    assert sent[0]["headers"] == [(b"x", b"y")]
    assert sent[1]["body"] == b""


def test_no_other_origin_unless_named(store: Store) -> None:
    """CORS is off by default."""

    async def work() -> None:
        origin = {"Origin": "https://elsewhere.example"}
        async with client(store) as found:
            answer = await found.get(CALLS, headers=origin)
            assert "access-control-allow-origin" not in answer.headers
        async with client(store, allow_origin="https://elsewhere.example") as found:
            answer = await found.get(CALLS, headers=origin)
            assert answer.headers["access-control-allow-origin"] == "https://elsewhere.example"
            other = await found.get(CALLS, headers={"Origin": "https://third.example"})
            assert "access-control-allow-origin" not in other.headers

    asyncio.run(work())
