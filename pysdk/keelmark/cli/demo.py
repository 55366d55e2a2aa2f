"""`keelmark demo`: the main job from end to end, on a chain inside this process."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from keelmark.cli.folders import check_folder, replaced_folder
from keelmark.cli.output import console
from keelmark.errors import KeelmarkError

if TYPE_CHECKING:
    from keelmark.deploy import Deployment
    from keelmark.reports import Report

Prices = Annotated[
    Path | None,
    typer.Option("--prices", help="CSV of daily prices: date, open, high, low, close."),
]
Out = Annotated[Path, typer.Option("--out", help="Folder for the report and its tables.")]
Json = Annotated[bool, typer.Option("--json", help="Print a summary as JSON for a program.")]

MARKER = "report.json"
"""A folder that holds this file, or nothing, may be replaced; any other is left alone."""

_HELP = """Run a supervised market and write the supervisor's report.

Deploys a derivatives house to a chain inside this process, replays daily prices (by default
BTC/USD from 5 to 20 March 2020), lets margin calls and liquidations happen, then reads the chain
back as a supervisor would: rebuilds the market from the events alone, reconciles it with the
contracts to the wei, folds every report chain, and writes report.html, report.json, tables as
Parquet and CSV, and the deployment manifest. Exits with 1 if anything does not reconcile.
"""


class NotReconciled(KeelmarkError):
    """The rebuilt market and the contracts differ, or a report chain is broken."""


def register(root: typer.Typer) -> None:
    """Add the command to the command line."""
    root.command("demo", help=_HELP)(demo)


def demo(prices: Prices = None, out: Out = Path("out/demo"), as_json: Json = False) -> None:
    """Run the main job."""
    from keelmark.scenario.prices import BUNDLED_SOURCE, bundled_prices, read_prices

    days = bundled_prices() if prices is None else read_prices(prices)
    source = BUNDLED_SOURCE if prices is None else f"the file {prices.name}, as it was given"
    check_folder(out, MARKER)
    started = time.perf_counter()

    from keelmark.chain import connect
    from keelmark.ledger.audit import audit
    from keelmark.scenario.bites import UNDERLIER, ask
    from keelmark.scenario.replay import run_replay, steps_of
    from keelmark.scenario.report import build_report

    chain = connect("embedded", genesis_time=days[0].start - 4 * 86_400)
    with _progress(steps_of(days) + 2) as show:
        replay = run_replay(chain, days, lambda done, _total, words: show(done, words))
        found = chain.run(audit(replay.deployment, UNDERLIER, lambda words: show(None, words)))
        answers = chain.run(ask(replay.deployment, replay.refusals))
        show(None, "writing the report")
        report = build_report(found, replay, answers, prices=source, chain=chain.name)
        _write(report, replay.deployment, out)
        show(steps_of(days) + 2, "done")
    seconds = time.perf_counter() - started
    if as_json:
        summary = {
            "reconciles": report.holds,
            "out": str(out),
            "seconds": round(seconds, 2),
            **report.figures,
            "differences_found": list(report.differences),
        }
        typer.echo(json.dumps(summary, indent=1))
    else:
        _summary(report, out, seconds)
    if not report.holds:
        more = len(report.differences) - 1
        rest = f" and {more} more, in {out / MARKER}" if more else ""
        raise NotReconciled(f"demo: does not reconcile: {report.differences[0]}{rest}")


class _Show(Protocol):
    """Shows how far the work is; None for the steps leaves them."""

    def __call__(self, done: int | None, words: str, /) -> None: ...


def _silent(_done: int | None, _words: str) -> None:
    """Shows nothing."""


@contextmanager
def _progress(total: int) -> Iterator[_Show]:
    """A progress bar on a terminal; nothing where there is none."""
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=total)

        def show(done: int | None, words: str) -> None:
            bar.update(task, description=words, completed=done)

        yield show


def _write(report: Report, deployment: Deployment, out: Path) -> None:
    """Writes everything into a folder beside the target, then puts it in the target's place.

    Raises:
        InputError: it cannot be written; what was there before is left as it was.
    """
    from keelmark.deploy import write_manifest
    from keelmark.reports import render
    from keelmark.reports.report import as_json

    with replaced_folder(out) as folder:
        (folder / "report.html").write_text(render(report), "utf-8")
        (folder / "tables").mkdir()
        for table in report.tables:
            (folder / "tables" / f"{table.name}.parquet").write_bytes(table.parquet())
            (folder / "tables" / f"{table.name}.csv").write_text(table.csv(), "utf-8")
        write_manifest(deployment, folder / "deployment.json")
        (folder / "deployment.json").chmod(0o644)
        document = json.dumps(as_json(report), indent=1)
        (folder / MARKER).write_text(document + "\n", "utf-8")


def _summary(report: Report, out: Path, seconds: float) -> None:
    """The table at the end."""
    from rich.table import Table

    screen = console()
    seen = Table(title="Rules seen at work", title_justify="left")
    seen.add_column("", no_wrap=True)
    seen.add_column("rule")
    seen.add_column("what happened")
    for bite in report.bites:
        mark = "seen" if bite.seen else "not in this run"
        if bite.synthetic:
            mark += ", synthetic"
        seen.add_row(mark, bite.title, bite.words)
    screen.print(seen)
    table = Table(title=report.title, title_justify="left", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column()
    for label, value in report.facts:
        table.add_row(label, value)
    table.add_row("seconds", f"{seconds:.1f}")
    table.add_row("reconciles", "yes, to the wei" if report.holds else "NO")
    table.add_row("report", str(out / "report.html"))
    screen.print(table)
