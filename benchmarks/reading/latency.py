"""From the submission of a transaction to its rows in the store, block by block."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from benchmarks.reading.market import Market, rpc
from benchmarks.reading.roads import READERS, ROOT

__all__ = ["latencies"]

BLOCKS = 60
PAUSE = 0.6
WARM = 5
"""First blocks that are not counted."""

_PROGRAMS = {
    "keelmark": (sys.executable, "-m", "benchmarks.reading.live"),
    "web3.py": (str(READERS / "web3/bin/python"), "benchmarks/reading/peers/live_web3.py"),
}


def latencies(market: Market, folder: Path, per_block: int) -> dict[str, float]:
    """Median milliseconds of each reader, one after the other on the same node.

    Raises:
        RuntimeError: a reader ended early or missed a block.
    """
    return {name: _one(name, market, folder, per_block) for name in _PROGRAMS}


def _one(name: str, market: Market, folder: Path, per_block: int) -> float:
    head = int(rpc(market.url, "eth_blockNumber"), 16)
    until = head + BLOCKS
    about = {
        **asdict(replace(market, deployed=head)),
        "folder": str(folder),
        "store": str(folder / "live.duckdb"),
        "chained": False,
        "until": until,
    }
    process = subprocess.Popen(
        [*_PROGRAMS[name], json.dumps(about)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    if process.stdout is None or process.stdout.readline() != "ready\n":
        raise RuntimeError(f"{name}: did not begin")
    time.sleep(2.0)
    sent = {}
    for number in range(head + 1, until + 1):
        sent[number] = time.monotonic()
        market.emit(per_block, number)
        time.sleep(PAUSE)
    told, _ = process.communicate(timeout=60)
    rows = [line.split() for line in told.splitlines()]
    found = {int(block): (float(at), int(count)) for block, at, count in rows}
    if process.returncode or any(found.get(block, (0, 0))[1] != per_block for block in sent):
        raise RuntimeError(f"{name}: not every block was read by itself")
    taken = [found[block][0] - at for block, at in sent.items()][WARM:]
    return float(np.median(taken)) * 1_000
