"""Metrics, asked for over http as Prometheus asks."""

from __future__ import annotations

import re
import socket
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from keelmark.errors import InputError
from keelmark.monitor import Monitor, Rules
from keelmark.monitor.metrics import Figures
from tests.support.watched import CLIENT, MAKER, market, store_of


@pytest.fixture
def figures() -> Iterator[Figures]:
    """Figures of their own registry."""
    made = Figures()
    yield made
    made.close()


def asked(port: int) -> dict[str, float]:
    """Every sample by its name and labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        text = answer.read().decode()
    return {
        name: float(value)
        for name, value in re.findall(r"^(\S+?(?:\{.*\})?) (\S+)$", text, re.MULTILINE)
        if not name.startswith("#")
    }


def test_figures(tmp_path: Path, figures: Figures) -> None:
    """A market in trouble: 30 units at 5,000 are worth 10,000 over a requirement of 49,500."""
    tape = market()
    tape.trade(CLIENT, MAKER, 30, 8_000)
    tape.block()
    tape.price(5_000)
    tape.block()
    store = store_of(tape, tmp_path / "store.duckdb", finalized=2)
    monitor = Monitor(store, Rules(), tmp_path / "s.sqlite", sinks=("log",))
    monitor.episodes.counted = figures.noticed
    port = figures.serve(0)
    figures.advanced(monitor, monitor.advance())
    figures.attempted("log", True)
    figures.attempted("log", False)
    figures.waiting("log", 7)
    figures.gave_up("log", 2)
    found = {name.removeprefix("keelmark_monitor_"): value for name, value in asked(port).items()}
    expected = {
        'head_block{finality="latest"}': 5.0,
        'head_block{finality="finalized"}': 2.0,
        "evaluated_block": 5.0,
        "lag_blocks": 0.0,
        "blocks_total": 5.0,
        "rows_total": sum(len(events) for _, events in tape.blocks),
        "reorganisations_total": 0.0,
        'open_alerts{detector="near_close_out"}': 1.0,
        'open_alerts{detector="below_close_out"}': 1.0,
        'open_alerts{detector="stale_price"}': 0.0,
        'notices_total{detector="below_close_out",severity="critical",status="fired"}': 1.0,
        "weakest_cover_ratio": 0.202,
        'open_interest{instrument="1"}': 30.0,
        'deliveries_total{outcome="delivered",sink="log"}': 1.0,
        'deliveries_total{outcome="failed",sink="log"}': 1.0,
        'waiting_notices{sink="log"}': 7.0,
        'given_up_notices_total{sink="log"}': 2.0,
        "evaluation_seconds_count": 1.0,
    }
    assert {name: found[name] for name in expected} == expected
    # The blocks are of March 2020.
    assert found["lag_seconds"] > 10**8


def test_port(figures: Figures) -> None:
    """On this machine alone; one that is taken is a sentence."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InputError, match=r"metrics-port: .* Address already in use"):
            figures.serve(taken.getsockname()[1])
    port = figures.serve(0)
    assert figures._server.server_address == ("127.0.0.1", port)
