"""Every way to read the market, each in a process of its own, and its results."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow.parquet as pq

from benchmarks.reading.market import Market

__all__ = ["ROADS", "Road", "Results", "measure"]

ROOT = Path(__file__).resolve().parents[2]
READERS = ROOT / ".cache" / "readers"
RANGE_EVENTS = 10_000
"""Events that peers are told to ask for at once: a usual limit of providers."""


@dataclass(frozen=True)
class Road:
    """One way to read."""

    name: str
    program: tuple[str, ...]
    """Interpreter and script."""
    about: dict[str, Any] = field(default_factory=dict)
    slow: bool = False
    """Reads the last part of the market only; its rate does not depend on how much."""
    postgres: bool = False


def _ours(store: str, **more: Any) -> dict[str, Any]:
    return {"store": store, "chained": False, **more}


_PYTHON = (sys.executable, "-m")
_PEERS = "benchmarks/reading/peers/"


def _peer(name: str) -> tuple[str, ...]:
    return (str(READERS / name / "bin" / "python"), f"{_PEERS}with_{name}.py")


ROADS = (
    Road("bare fetch", (*_PYTHON, "benchmarks.reading.bare")),
    Road("keelmark to Parquet", (*_PYTHON, "benchmarks.reading.ours"), _ours("parquet:{}/rows")),
    Road(
        "keelmark to Parquet, each row folded into its report chain",
        (*_PYTHON, "benchmarks.reading.ours"),
        _ours("parquet:{}/rows", chained=True),
    ),
    Road("keelmark to DuckDB", (*_PYTHON, "benchmarks.reading.ours"), _ours("{}/rows.duckdb")),
    Road("keelmark to Delta Lake", (*_PYTHON, "benchmarks.reading.ours"), _ours("delta:{}/delta")),
    Road("cryo, binary 256-bit columns", _peer("cryo")),
    Road("cryo, default columns", _peer("cryo"), {"default_columns": True}),
    Road("Ape to CSV", _peer("ape"), slow=True),
    Road("web3.py to CSV", _peer("web3"), slow=True),
    Road(
        "keelmark to PostgreSQL",
        (*_PYTHON, "benchmarks.reading.ours"),
        _ours("{postgres}"),
        postgres=True,
    ),
    Road("web3.py to PostgreSQL, row by row", _peer("web3"), slow=True, postgres=True),
)
"""In the order in which each round runs them."""


@dataclass
class Results:
    """Events a second and megabytes of each path, a round each."""

    rates: dict[str, list[float]] = field(default_factory=dict)
    peaks: dict[str, list[float]] = field(default_factory=dict)

    def rate(self, name: str) -> float:
        """The median rate of a road."""
        return median(self.rates[name])

    def ratio(self, name: str, other: str) -> float:
        """The median of the ratios within each round."""
        return median(
            one / two for one, two in zip(self.rates[name], self.rates[other], strict=True)
        )


def measure(road: Road, market: Market, results: Results, folder: Path, postgres: Any) -> None:
    """Runs a path once.

    Args:
        road: which.
        market: what to read.
        results: where its figures go.
        folder: to write to.
        postgres: gives the URL of a new schema.

    Raises:
        RuntimeError: it failed, or did not read every event.
    """
    part = market
    if road.slow:
        blocks = min(market.last - market.first + 1, SLOW_EVENTS // market.per_block)
        part = replace(market, first=market.last - blocks + 1, events=blocks * market.per_block)
    blocks = max(1, RANGE_EVENTS // market.per_block)
    about = {**asdict(part), "folder": str(folder), "range": blocks, "chunk": 4 * blocks}
    if road.postgres:
        about["postgres"] = postgres().split("&schema=")[0]
    for key, value in road.about.items():
        about[key] = (
            value.replace("{postgres}", postgres() if road.postgres else "").replace(
                "{}", str(folder)
            )
            if isinstance(value, str)
            else value
        )
    run = subprocess.run(
        [*road.program, json.dumps(about)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise RuntimeError(f"{road.name}: failed, {run.stderr.strip()[-2000:]}")
    told = json.loads(run.stdout.splitlines()[-1])
    events = told["events"]
    if events is None:
        events = sum(pq.read_metadata(file).num_rows for file in told["files"])
    if events != part.events:
        raise RuntimeError(f"{road.name}: read {events} events, expected {part.events}")
    results.rates.setdefault(road.name, []).append(events / told["seconds"])
    results.peaks.setdefault(road.name, []).append(told["peak_mb"])
    print(f"  {road.name}: {events / told['seconds']:,.0f} events/s, {told['peak_mb']:.0f} MB")


SLOW_EVENTS = 20_000
"""What the slow ones read."""
