"""How far the API's live tail and the monitor's alerts are behind the block, in seconds.

The clock starts before a transaction is submitted, and stops at the last row of its block in a
reader of the stream, or at the webhook's receiver.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np

from benchmarks.reading.market import Market, rpc
from keelmark.chain.anvil import running_anvil
from keelmark.deploy import write_manifest
from keelmark.store import open_store
from keelmark.units import WAD
from tests.integration.test_anvil_equality import BTC, Stage, build
from tests.integration.test_monitor_cli import Listening
from tests.support.hook import SECRET

__all__ = ["alerts_behind", "api_behind"]

BLOCKS = 100
WARM = 5
"""First blocks that are not counted."""

PAUSE = 0.2
SECONDS = 60.0


@contextmanager
def _command(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A command of Keelmark's in a process of its own; killed in the end."""
    running = subprocess.Popen(
        [sys.executable, "-c", "from keelmark.cli import main; main()", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "KEELMARK_WEBHOOK_SECRET": SECRET.decode()},
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def _high(taken: list[float]) -> tuple[float, float]:
    """Median and 99th percentile of what is counted."""
    counted = taken[WARM:]
    return float(np.median(counted)), float(np.percentile(counted, 99))


def api_behind(market: Market, folder: Path) -> tuple[float, float]:
    """Median and 99th percentile of the live tail, at the market's events a block.

    Raises:
        RuntimeError: a block's rows did not come.
    """
    head = int(rpc(market.url, "eth_blockNumber"), 16)
    location = str(folder / "served.duckdb")
    open_store(location, replace(market, deployed=head).description(chained=False)).close()
    endpoint = market.url.replace("http", "ws", 1)
    came: dict[int, float] = {}
    arguments = ("--store", location, "--follow", "--endpoint", endpoint, "--port", "0")
    with _command("serve", *arguments) as running:
        base = (running.stdout.readline() if running.stdout else "").split(" on ")[1].strip()
        stream = base.replace("/v1/status", f"/v1/stream?tables=trade_reported&from_block={head}")
        threading.Thread(target=_listen, args=(stream, market.per_block, came), daemon=True).start()
        time.sleep(5.0)
        sent = {}
        for number in range(head + 1, head + 1 + BLOCKS):
            sent[number] = time.monotonic()
            market.emit(market.per_block, number)
            time.sleep(PAUSE)
        _await(lambda: len(came) == BLOCKS)
    return _high([came[block] - at for block, at in sent.items()])


def _listen(url: str, per_block: int, came: dict[int, float]) -> None:
    """Notes when a block's last row has come."""
    counts: dict[int, int] = {}
    # The server ends first.
    with suppress(httpx.TransportError), httpx.stream("GET", url, timeout=SECONDS) as answer:
        kind = ""
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "data" and kind == "row":
                block = json.loads(value)["block_number"]
                counts[block] = counts.get(block, 0) + 1
                if counts[block] == per_block:
                    came[block] = time.monotonic()


def alerts_behind(folder: Path) -> tuple[float, float]:
    """Median and 99th percentile of alerts that begin and end with the price of each block.

    Raises:
        RuntimeError: an alert did not come.
    """
    listening, taken = Listening(), []
    with running_anvil() as node:
        stage = Stage(node)
        build(stage)
        write_manifest(stage.kit, folder / "manifest.json")
        stage.trade("speculator", "maker", WAD, 8000 * WAD)
        stage.price(BTC, 8000 * WAD)
        arguments = (
            *("--store", str(folder / "watched.duckdb"), "--endpoint", node.name),
            *("--manifest", str(folder / "manifest.json"), "--webhook", listening.hook.url),
            *("--log", str(folder / "alerts.jsonl"), "--state", str(folder / "state.sqlite")),
        )
        with _command("monitor", *arguments):
            time.sleep(8.0)
            for number in range(BLOCKS):
                before = len(listening.of("near_close_out"))
                begun = time.monotonic()
                stage.price(BTC, (8000 if number % 2 else 6400) * WAD)
                _await(lambda known=before: len(listening.of("near_close_out")) > known)
                taken.append(time.monotonic() - begun)
    listening.stop()
    return _high(taken)


def _await(until: Callable[[], bool]) -> None:
    """Waits until something is so.

    Raises:
        RuntimeError: it did not come.
    """
    deadline = time.monotonic() + SECONDS
    while not until():
        if time.monotonic() > deadline:
            raise RuntimeError("behind: it did not come")
        time.sleep(0.002)
