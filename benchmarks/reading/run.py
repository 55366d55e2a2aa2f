"""Measures and prints the table of figures to reach; what is missed is said to be missed."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from benchmarks.reading.behind import alerts_behind, api_behind
from benchmarks.reading.decode import decode_rates
from benchmarks.reading.latency import latencies
from benchmarks.reading.market import Market, market
from benchmarks.reading.requests import requests_under_limit
from benchmarks.reading.roads import ROADS, Results, measure
from tests.support.postgres import running_postgres

PER_BLOCK = 200
DECODE_BLOCKS = 50


def main() -> None:
    """Runs what is asked for."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark-reading", description=__doc__)
    parser.add_argument("--events", type=int, default=320_000, help="trade reports on the chain")
    parser.add_argument("--rounds", type=int, default=3, help="runs of every path, interleaved")
    parser.add_argument("--decode", action="store_true", help="measure decoding alone")
    told = parser.parse_args()
    events = DECODE_BLOCKS * PER_BLOCK if told.decode else told.events
    lines = []
    with market(events, PER_BLOCK) as about:
        print(f"{about.events:,} trade reports in {about.last} blocks", flush=True)
        lines += _decode_lines(about, max(told.rounds, 5))
        if not told.decode:
            with tempfile.TemporaryDirectory() as folder, running_postgres() as postgres:
                lines += _end_to_end_lines(about, told.rounds, Path(folder), postgres.url)
                lines += _request_lines(about)
                lines += _latency_lines(about, Path(folder))
                lines += _behind_lines(about, Path(folder))
    print("\n| what | measured | to reach | |\n|---|---|---|---|")
    print("\n".join(lines))


def _line(what: str, figure: str, target: str = "", met: bool | None = None) -> str:
    verdict = "" if met is None else "met" if met else "missed"
    return f"| {what} | {figure} | {target} | {verdict} |"


def _at_least(what: str, figure: float, target: float, shown: str) -> str:
    return _line(what, shown.format(figure), "≥ " + shown.format(target), figure >= target)


def _at_most(what: str, figure: float, target: float, shown: str) -> str:
    return _line(what, shown.format(figure), "≤ " + shown.format(target), figure <= target)


def _decode_lines(about: Market, rounds: int) -> list[str]:
    last = about.first + min(DECODE_BLOCKS, about.last - about.first + 1) - 1
    query = {"address": about.address, "fromBlock": hex(about.first), "toBlock": hex(last)}
    body = {"jsonrpc": "2.0", "id": 1, "method": "eth_getLogs", "params": [query]}
    request = Request(about.url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urlopen(request) as answer:
        found = decode_rates(answer.read(), bytes.fromhex(about.address[2:]), rounds)
    million = "{:.1f} M/s"
    return [
        _at_least("decode only, bytes to columns", found["scanned"], 180_000, "{:,.0f}/s"),
        _line("the same, answers that are not uniform", f"{found['parsed']:,.0f}/s"),
        _at_least("decode only, binary words to columns", found["words"] / 1e6, 3.0, million),
    ]


def _end_to_end_lines(about: Market, rounds: int, folder: Path, postgres: Any) -> list[str]:
    results = Results()
    for number in range(rounds):
        print(f"round {number + 1}", flush=True)
        for road in ROADS:
            measure(road, about, results, folder, postgres)
    ours = "keelmark to Parquet"
    lines = [
        _line(
            f"{name}, events/s; peak memory",
            f"{results.rate(name):,.0f}; {max(results.peaks[name]):.0f} MB",
        )
        for name in results.rates
    ]
    times = "{:.1f} ×"
    for peer, target in (
        ("web3.py to CSV", 45.0),
        ("Ape to CSV", 20.0),
        ("cryo, binary 256-bit columns", 1.5),
    ):
        lines.append(
            _at_least(f"to Parquet, over {peer}", results.ratio(ours, peer), target, times)
        )
    lines += [
        _at_least(
            "to Parquet, of a bare fetch", 100 * results.ratio(ours, "bare fetch"), 45.0, "{:.0f} %"
        ),
        _at_most(
            "resident memory, any of our stores",
            max(max(found) for name, found in results.peaks.items() if "keelmark" in name),
            250.0,
            "{:.0f} MB",
        ),
        _at_least(
            "into PostgreSQL, over web3.py row by row",
            results.ratio("keelmark to PostgreSQL", "web3.py to PostgreSQL, row by row"),
            10.0,
            times,
        ),
    ]
    return lines


def _request_lines(about: Market) -> list[str]:
    found = requests_under_limit(about)
    worst = max(found, key=lambda name: found[name])
    return [
        _at_most(
            f"requests under a result limit, over the least possible, worst of {len(found)} "
            f"dialects ({worst})",
            found[worst],
            1.3,
            "{:.2f} ×",
        )
    ]


def _latency_lines(about: Market, folder: Path) -> list[str]:
    lines = []
    for per_block in (1, 10, 200):
        found = latencies(about, folder, per_block)
        figure = f"{found['keelmark']:.1f} ms; web3.py {found['web3.py']:.1f} ms"
        lines.append(_line(f"new block to rows, p50, {per_block} events a block", figure))
    ratio = found["web3.py"] / found["keelmark"]
    lines.append(_at_least("the same, over web3.py at 200 a block", ratio, 5.0, "{:.1f} ×"))
    return lines


def _behind_lines(about: Market, folder: Path) -> list[str]:
    lines = []
    for what, (middle, high) in (
        (
            f"API's live tail behind the block, {about.per_block} events a block",
            api_behind(about, folder),
        ),
        ("alert behind the block that caused it", alerts_behind(folder)),
    ):
        lines.append(_line(f"{what}, p50", f"{1_000 * middle:.0f} ms"))
        lines.append(_at_most(f"{what}, p99", 1_000 * high, 1_000, "{:,.0f} ms"))
    return lines


if __name__ == "__main__":
    main()
