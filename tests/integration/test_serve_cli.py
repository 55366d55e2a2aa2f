"""`keelmark serve` beside a real node: rows as they come, reorganisations, and a clean end."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from keelmark.chain import Chain
from keelmark.chain.anvil import running_anvil
from keelmark.cli import main
from keelmark.store import open_store
from keelmark.types import Valuation
from keelmark.units import WAD
from tests.integration.test_anvil_equality import BTC, Stage, build
from tests.support.chained_reports import ChainedReports
from tests.support.reading import contents, plainly
from tests.support.stored import described
from tests.unit.sdk.api.served import made_store

SECONDS = 60.0


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command in a process of its own, and where it answers."""
    running = subprocess.Popen(
        [sys.executable, "-c", "from keelmark.cli import main; main()", "serve", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stdout is not None
        line = running.stdout.readline()
        if " on http" not in line:
            running.kill()
            pytest.fail(running.communicate()[1])
        base = line.split(" on ")[1].strip().removesuffix("/v1/status")
        _settle(lambda: httpx.get(f"{base}/v1/status").status_code == 200)
        yield running, base
    finally:
        running.kill()
        running.communicate()


def _reached(base: str, block: int) -> bool:
    found = httpx.get(f"{base}/v1/status").json()["checkpoint"]
    return found is not None and found["last_block"] >= block


def _settle(until: Any) -> None:
    """Waits until something is so."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            if until():
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)


def events(lines: Iterator[str]) -> Iterator[tuple[str, str, Any]]:
    """Server-sent events: kind, id, body."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "event" in fields:
            yield fields["event"], fields["id"], json.loads(fields["data"])
            fields = {}
        else:
            fields = {}


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The sentence with which the command ends."""
    with pytest.raises(SystemExit) as stopped:
        main(["serve", *arguments])
    assert stopped.value.code == 1
    return capsys.readouterr().err


@pytest.fixture(scope="module")
def reports(anvil: Chain) -> Iterator[ChainedReports]:
    """A node with a reporting contract."""
    del anvil
    with running_anvil() as node:
        made = ChainedReports.deploy(node.name)
        made.report([3, 0, 5], seed=10)
        yield made


def test_default_behavior(reports: ChainedReports, tmp_path: Path) -> None:
    """Backlog, new blocks, a reorganisation, an interruption: a reader that does as it is told has
    what a plain reading of the chain has. Then it ends at once, with its readers still there."""
    location = str(tmp_path / "store.duckdb")
    open_store(location, reports.description).close()
    endpoint = reports.url.replace("http", "ws")
    arguments = ("--store", location, "--follow", "--endpoint", endpoint, "--port", "0")
    held: list[tuple[int, int, str]] = []
    last_id, rewound, waits = "", 0, []
    with serving(*arguments) as (running, base):
        for act in (
            lambda: reports.report([4, 2], seed=100),
            lambda: reports.replace(2, [1, 2, 3], seed=300),
            lambda: reports.report([200], seed=400),
            lambda: reports.report([1] * 12, seed=500),
        ):
            headers = {"Last-Event-ID": last_id} if last_id else {}
            query = "?tables=trade_reported" + ("" if last_id else "&from_block=0")
            with httpx.stream(
                "GET", f"{base}/v1/stream{query}", headers=headers, timeout=SECONDS
            ) as answer:
                assert answer.headers["content-type"].startswith("text/event-stream")
                assert answer.headers["cache-control"] == "no-store"
                acted = False
                for kind, found, body in events(answer.iter_lines()):
                    last_id = found
                    if kind == "row":
                        held.append((body["block_number"], body["log_index"], body["block_hash"]))
                    elif kind == "rewound":
                        rewound += 1
                        held = [row for row in held if row[0] <= body["last_block"]]
                    elif not acted:
                        acted, height = True, int(act())
                        begun = time.monotonic()
                    elif body["last_block"] >= height:
                        waits.append(time.monotonic() - begun)
                        break
        assert rewound == 1
        page = httpx.get(f"{base}/v1/trades?limit=1000").json()
        assert [(r["block_number"], r["log_index"], r["block_hash"]) for r in page["rows"]] == held
        assert len(held) > 200
        with httpx.stream("GET", f"{base}/v1/stream", timeout=SECONDS) as answer:
            lines = answer.iter_lines()
            next(events(lines))
            running.send_signal(signal.SIGTERM)
            assert not list(events(lines))
        assert running.wait(timeout=20) in (0, -signal.SIGTERM)
    store = open_store(location, read_only=True)
    assert contents(store) == plainly(reports.url, reports.description)
    store.close()
    assert max(waits) < 10


def test_margin_follows_the_chain(anvil: Chain, tmp_path: Path) -> None:
    """After each block the folded market is the contracts'."""
    del anvil
    location = str(tmp_path / "house.duckdb")
    with running_anvil() as node:
        stage = Stage(node)
        build(stage)
        open_store(location, described(stage.kit)).close()
        arguments = ("--store", location, "--follow", "--endpoint", node.name, "--port", "0")
        with serving(*arguments) as (_, base):
            for size, price in ((WAD, 8000), (WAD // 2, 8100), (WAD // 10, 7900)):
                stage.trade("speculator", "maker", size, 8000 * WAD)
                stage.price(BTC, price * WAD)
                head = node.block()
                _settle(partial(_reached, base, head.number))
                body = httpx.get(f"{base}/v1/margin?limit=1000").json()
                assert body["as_of"]["block_number"] == head.number
                assert len(body["rows"]) >= 3
                for row in body["rows"]:
                    answer = node.run(
                        stage.kit.house.margin(
                            row["account"], Valuation.CLOSE_OUT, block=head.number
                        )
                    )
                    assert int(row["equity"]) == answer.equity
                    assert int(row["initial_margin"]) == answer.requirement


def test_what_somebody_else_writes(tmp_path: Path) -> None:
    """A store in a file that nobody writes is served, and others may read it too."""
    made_store(tmp_path, 8, 4).close()
    arguments = ("--store", str(tmp_path / "made.duckdb"), "--port", "0")
    with serving(*arguments) as (_, base):
        open_store(arguments[1], read_only=True).close()
        assert len(httpx.get(f"{base}/v1/margin-calls").json()["rows"]) == 24


def test_refuses_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bad input, before anything listens."""
    nowhere = str(tmp_path / "none.duckdb")
    assert "there is none at" in refused(capsys, "--store", nowhere)
    assert "--endpoint: expected" in refused(capsys, "--store", nowhere, "--follow")
    assert "--endpoint: expected" in refused(
        capsys, "--store", nowhere, "--endpoint", "http://127.0.0.1:1"
    )
    made_store(tmp_path, 3).close()
    store = ("--store", str(tmp_path / "made.duckdb"))
    assert "there is no such file" in refused(capsys, *store, "--verification", nowhere)
    other = tmp_path / "other.json"
    other.write_text("{}")
    assert "verification: its file" in refused(capsys, *store, "--verification", str(other))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        words = refused(capsys, *store, "--port", port)
        assert words == (
            f"keelmark: --port {port}: cannot listen on 127.0.0.1, Address already in use.\n"
        )
    # 192.0.2.1 is nobody's (RFC 5737), .invalid has no names (RFC 2606).
    for host in ("192.0.2.1", "nowhere.invalid"):
        assert f"--host {host}: " in refused(capsys, *store, "--port", "0", "--host", host)
    words = refused(capsys, *store, "--port", "0", "--follow", "--endpoint", "http://127.0.0.1:1")
    assert words.count("\n") == 1, "a node that is not there ends it with one sentence"
