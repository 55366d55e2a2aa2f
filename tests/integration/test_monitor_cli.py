"""`keelmark monitor` beside a real node: killed and started again, with a receiver that dies."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest

from keelmark.chain import Chain
from keelmark.chain.anvil import running_anvil
from keelmark.chain.rpc import RpcCall
from keelmark.cli import main
from keelmark.deploy import write_manifest
from keelmark.ingest.endpoint import open_endpoint
from keelmark.monitor import Monitor, Rules
from keelmark.monitor.delivery import Courier
from keelmark.monitor.outbox import Outbox
from keelmark.monitor.watch import Watch
from keelmark.store import open_store
from keelmark.units import WAD
from tests.integration.test_anvil_equality import BTC, Stage, build, live
from tests.support.hook import SECRET, Answer, Hook
from tests.support.watched import Receiver
from tests.unit.sdk.monitor.test_delivery import Count
from tests.unit.sdk.monitor.test_monitor import notices


@dataclass
class Listening:
    """A hook in a thread with a loop of its own."""

    hook: Hook = field(default_factory=Hook)

    def __post_init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.start()

    def start(self) -> None:
        """Listens, at the same port as before."""
        port = self.hook.port
        asyncio.run_coroutine_threadsafe(self.hook.start(port), self.loop).result(10)

    def stop(self) -> None:
        """Is gone."""
        asyncio.run_coroutine_threadsafe(self.hook.stop(), self.loop).result(10)

    def of(self, detector: str) -> list[tuple[str, int]]:
        """Status and block of what was taken of a detector, each notice once."""
        found = {one["key"]: one for one in self.hook.taken if one["detector"] == detector}
        return [(one["status"], one["block"]["number"]) for one in found.values()]


def settle(until: Callable[[], object], seconds: float = 60.0) -> None:
    """Waits until something is so."""
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.01)


def cli(*arguments: str) -> int:
    """Runs the command in this process; the exit code."""
    with pytest.raises(SystemExit) as stopped:
        main(["monitor", *arguments])
    return int(stopped.value.code or 0)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, anvil: Chain) -> Iterator[tuple[Stage, Path]]:
    """A house with three parties on a node of its own, and its manifest."""
    del anvil
    with running_anvil() as node:
        stage = Stage(node)
        build(stage)
        manifest = tmp_path_factory.mktemp("house") / "manifest.json"
        write_manifest(stage.kit, manifest)
        yield stage, manifest


@pytest.fixture(autouse=True)
def as_before(request: pytest.FixtureRequest) -> Iterator[None]:
    """The node forgets what a test did."""
    if "house" not in request.fixturenames:
        yield
        return
    stage: Stage = request.getfixturevalue("house")[0]
    with stage.chain.undone():
        yield


@contextmanager
def process(arguments: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own; killed in the end."""
    running = subprocess.Popen(
        [sys.executable, "-c", "from keelmark.cli import main; main()", "monitor", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "KEELMARK_WEBHOOK_SECRET": SECRET.decode()},
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def metrics(port: str) -> str:
    """What is scraped."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        return str(answer.read().decode())


def test_default_behavior(house: tuple[Stage, Path], tmp_path: Path) -> None:
    """Alerts by webhook and log as blocks come; killed and away while a crash passes; back, it
    skips none of it, though its receiver was dead meanwhile; ended, it says so."""
    stage, manifest = house
    listening, log = Listening(), tmp_path / "alerts.jsonl"
    arguments = [
        "--store", str(tmp_path / "house.duckdb"), "--manifest", str(manifest),
        "--endpoint", stage.chain.name, "--webhook", listening.hook.url,
        "--log", str(log), "--state", str(tmp_path / "state.sqlite"), "--metrics-port", "0",
    ]  # fmt: skip
    with process(arguments) as running:
        assert running.stderr is not None
        port = running.stderr.readline().split(":")[-1].split("/")[0]
        stage.trade("speculator", "maker", WAD, 8000 * WAD)
        stage.trade("maker", "speculator", WAD // 10, 8000 * WAD)
        # 0.9 units: 3,000 + 0.9 (6,400 - 8,000) = 1,560 over 1,900.8 is 82 %.
        stage.price(BTC, 6400 * WAD)
        fallen = stage.chain.block().number
        settle(lambda: ("fired", fallen) in listening.of("margin_shortfall"))
        settle(lambda: f"keelmark_monitor_evaluated_block {fallen}.0" in metrics(port))
        running.send_signal(signal.SIGKILL)
    listening.stop()
    # 3,000 + 0.9 (5,700 - 8,000) = 930 over 1,692.9 is 54 %, then below half, and back.
    for price in (5_700, 5_400, 8_100):
        stage.price(BTC, price * WAD)
    crashed = stage.chain.block().number - 1
    with process(arguments) as running:
        settle(lambda: log.exists() and "below_close_out" in log.read_text())
        listening.start()
        settle(lambda: len(listening.of("near_close_out")) == 2)
        running.send_signal(signal.SIGTERM)
        _, said = running.communicate(timeout=30)
        assert running.returncode == 0
    assert "ended; the next run goes on from here" in said
    assert "Traceback" not in said
    assert listening.of("below_close_out") == [("fired", crashed), ("resolved", crashed)]
    assert [block for _, block in listening.of("near_close_out")] == [crashed - 1] * 2
    assert not listening.hook.forged
    receiver = Receiver()
    for one in {one["key"]: one for one in listening.hook.taken}.values():
        receiver.take(one)
    whole = [
        "--store", str(tmp_path / "house.duckdb"), "--state", str(tmp_path / "other.sqlite"),
        "--log", str(tmp_path / "other.jsonl"), "--once",
    ]  # fmt: skip
    assert cli(*whole) == 0
    other = Receiver()
    for line in (tmp_path / "other.jsonl").read_text().splitlines():
        other.take(json.loads(line))
    told = {one for one in receiver.alerts if one[0] not in ("reader_stalled", "report_chain")}
    assert told == other.alerts


def test_reorganisation(house: tuple[Stage, Path], tmp_path: Path) -> None:
    """A crash that the chain replaces: what it set off is taken back, by the same receiver."""
    stage, manifest = house
    listening = Listening()
    arguments = [
        "--store", str(tmp_path / "house.duckdb"), "--manifest", str(manifest),
        "--endpoint", stage.chain.name, "--webhook", listening.hook.url,
        "--log", str(tmp_path / "log"), "--state", str(tmp_path / "state.sqlite"),
        "--from", str(stage.chain.block().number),
    ]  # fmt: skip
    with process(arguments):
        stage.trade("speculator", "maker", WAD, 8000 * WAD)
        settle(lambda: stage.chain.block().number in _evaluated(tmp_path / "state.sqlite"))
        stage.price(BTC, 5000 * WAD)
        settle(lambda: listening.of("below_close_out"))
        fallen = listening.of("below_close_out")[0][1]
        # One block for one: the price is gone.
        stage.chain._node.call(RpcCall("anvil_reorg", (1, [])))  # type: ignore[attr-defined]
        stage.chain.local.mine()
        settle(lambda: len(listening.of("below_close_out")) == 2)
        assert listening.of("below_close_out") == [("fired", fallen), ("retracted", fallen)]


def _evaluated(path: Path) -> set[int]:
    """Blocks that a state file has."""
    try:
        with sqlite3.connect(path) as connection:
            return {row[0] for row in connection.execute("SELECT number FROM evaluated")}
    except sqlite3.Error:
        return set()


def test_report_chains(house: tuple[Stage, Path], tmp_path: Path) -> None:
    """The rows fold to the roots that the node has; without one row, they do not."""
    stage, manifest = house
    live(stage)
    location = tmp_path / "house.duckdb"
    arguments = ("--store", str(location), "--manifest", str(manifest), "--once")
    state = ("--state", str(tmp_path / "s.sqlite"), "--log", str(tmp_path / "log"))
    assert cli(*arguments, "--endpoint", stage.chain.name, *state) == 0
    assert "report_chain" not in (tmp_path / "log").read_text()

    def compared(name: str) -> list[str]:
        store = open_store(str(location), read_only=True)
        path = tmp_path / name
        monitor = Monitor(store, Rules(), path, sinks=("log",))
        outbox = Outbox(path)

        async def run() -> None:
            async with open_endpoint(stage.chain.name) as endpoint:
                courier = Courier(outbox, [], monitor.rules.delivery, Count(), print)
                await Watch(monitor, courier, print, endpoint=endpoint).once()

        asyncio.run(run())
        for one in (outbox, monitor, store):
            one.close()
        said = [one for one in notices(path) if one["detector"] == "report_chain"]
        return [one["subject"] for one in said]

    assert compared("whole.sqlite") == []
    with duckdb.connect(str(location)) as connection:
        connection.execute("DELETE FROM margin_called")
    assert compared("less.sqlite") == ["ClearingHouse"]


def test_latency(house: tuple[Stage, Path], tmp_path: Path) -> None:
    """From a mined block to the receiver: within a second, for nearly all."""
    stage, manifest = house
    listening = Listening()
    rules = tmp_path / "rules.toml"
    rules.write_text(
        '[[threshold]]\nname = "odd"\nmeasure = "price"\nabove = 8_500\nfeed = 1\n'
        "[reader_stalled]\nenabled = false\n"
    )
    arguments = [
        "--store", str(tmp_path / "house.duckdb"), "--manifest", str(manifest),
        "--endpoint", stage.chain.name.replace("http://", "ws://"),
        "--webhook", listening.hook.url, "--rules", str(rules),
        "--log", str(tmp_path / "log"), "--state", str(tmp_path / "state.sqlite"),
        "--from", str(stage.chain.block().number),
    ]  # fmt: skip
    waits = []
    with process(arguments):
        settle(lambda: stage.chain.block().number in _evaluated(tmp_path / "state.sqlite"))
        for turn in range(20):
            before = len(listening.of("threshold"))
            stage.price(BTC, (9_000 if turn % 2 == 0 else 8_000) * WAD)
            mined = time.monotonic()
            settle(lambda before=before: len(listening.of("threshold")) > before)  # type: ignore[misc]
            waits.append(time.monotonic() - mined)
    waits.sort()
    print(f"p50 {waits[10]:.3f} s, p95 {waits[18]:.3f} s, max {waits[-1]:.3f} s")
    assert waits[10] < 1.0


def test_dead_receiver_of_a_single_run(
    house: tuple[Stage, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """--once ends with 1 and says what waits; the next run sends it, and alone that."""
    stage, manifest = house
    stage.trade("speculator", "maker", WAD, 8000 * WAD)
    stage.price(BTC, 5000 * WAD)
    listening = Listening(Hook([Answer(500)]))
    monkeypatch.setenv("KEELMARK_WEBHOOK_SECRET", SECRET.decode())
    arguments = (
        "--store", str(tmp_path / "house.duckdb"), "--manifest", str(manifest),
        "--endpoint", stage.chain.name, "--webhook", listening.hook.url, "--once",
        "--log", str(tmp_path / "log"), "--state", str(tmp_path / "state.sqlite"),
    )  # fmt: skip
    assert cli(*arguments) == 1
    said = capsys.readouterr().err
    assert "notices wait in" in said.splitlines()[-1]
    assert "for webhook 127.0.0.1" in said.splitlines()[-1]
    time.sleep(1.1)
    assert cli(*arguments) == 0
    assert len(listening.hook.taken) == len((tmp_path / "log").read_text().splitlines())
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--store", "none.duckdb"], "store: there is none at none.duckdb"),
        (["--store", "none.duckdb", "--rules", "none.toml"], "rules: none.toml cannot be read"),
        (
            ["--store", "x", "--webhook", "http://example.org/"],
            "webhook: http to example.org, expected https",
        ),
        (["--store", "x", "--secret", "secret"], "secret: it signs webhooks, expected --webhook"),
        (
            ["--store", "x", "--webhook", "https://example.org/", "--secret", "none"],
            "secret: none cannot be read",
        ),
        (
            ["--store", "x", "--endpoint", "http://127.0.0.1:9", "--manifest", "none.json"],
            "manifest: none.json cannot be read",
        ),
        (["--store", "x", "--log", "."], "log: . cannot be opened"),
    ],
)
def test_refused(
    arguments: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One sentence, exit 1, and nothing left behind."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEELMARK_WEBHOOK_SECRET", SECRET.decode())
    assert cli(*arguments) == 1
    said = capsys.readouterr().err.strip()
    assert sentence in said
    assert len(said.splitlines()) == 1
    assert "Traceback" not in said
    assert not list(tmp_path.iterdir())


def test_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """A webhook is never sent unsigned."""
    monkeypatch.delenv("KEELMARK_WEBHOOK_SECRET", raising=False)
    monkeypatch.chdir(tmp_path)
    assert cli("--store", "x", "--webhook", "https://example.org/") == 1
    assert "no secret to sign with" in capsys.readouterr().err


def test_unreachable_node(
    house: tuple[Stage, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """A single run says which node does not answer."""
    monkeypatch.chdir(tmp_path)
    _, manifest = house
    arguments = ("--store", "x.duckdb", "--manifest", str(manifest), "--once")
    assert cli(*arguments, "--endpoint", "http://127.0.0.1:9") == 1
    said = capsys.readouterr().err
    assert "http://127.0.0.1:9" in said
    assert "Traceback" not in said
