"""`keelmark read`: a chain's events into a store, once or as they come."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keelmark.cli.memory import stay_small
from keelmark.cli.output import console
from keelmark.cli.read_about import Foreign, described, described_foreign
from keelmark.errors import InputError

if TYPE_CHECKING:
    from keelmark.ingest import Reader, Step
    from keelmark.ingest.endpoint import Endpoint
    from keelmark.ingest.progress import Progress, Told
    from keelmark.store import Store

Endpoints = Annotated[
    list[str],
    typer.Option(
        "--endpoint",
        help="A node: http(s) or ws(s) URL, or the path of its IPC socket. Several must agree.",
    ),
]
Location = Annotated[
    str,
    typer.Option(
        "--store", help="A DuckDB file, parquet:DIR, delta:DIR, or postgresql://USER@HOST/DATABASE."
    ),
]
Manifest = Annotated[
    Path | None, typer.Option("--manifest", help="Manifest of a deployment of the kit.")
]
Until = Annotated[
    str, typer.Option("--until", help="latest, safe, finalized or the number of a block.")
]
Follow = Annotated[bool, typer.Option("--follow", help="Go on with every block as it comes.")]
Contract = Annotated[
    str | None, typer.Option("--contract", help="Address of another venue's contract.")
]
Abi = Annotated[Path | None, typer.Option("--abi", help="Its ABI: a JSON file.")]
Events = Annotated[
    list[str] | None, typer.Option("--event", help="An event to read; all of the ABI if none.")
]
Venue = Annotated[str | None, typer.Option("--venue", help="Name of the other venue.")]
From = Annotated[
    int | None, typer.Option("--from", min=0, help="First block of the other venue's contract.")
]
AnyCode = Annotated[
    bool,
    typer.Option(
        "--any-code", help="Do not ask that the contract's code holds the ABI's events (diamonds)."
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        help="Dask's scheduler, tcp://HOST:PORT: final blocks are read by its workers.",
    ),
]
PartBlocks = Annotated[
    int | None,
    typer.Option("--partition-blocks", min=1, help="Blocks that a worker reads at once."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON for a program.")]

PLAIN_SECONDS = 10.0
"""Between two lines of progress where there is no terminal."""

_HELP = """Read a chain's events into a store, each exactly once.

Reads a deployment of the kit (--manifest) or another venue's contract (--contract, --abi, --venue,
--from). Goes on where the store ends, whatever ended the last run; rows of blocks that the chain
replaces are removed and read again, and a replaced finalized block stops it. With several
endpoints their answers must be the same. Checks the chain id, the contracts' code and, where there
are report chains, that no log is missing.
"""


def register(root: typer.Typer) -> None:
    """Add the command to the command line."""
    root.command("read", help=_HELP)(read)


def read(
    endpoint: Endpoints,
    store: Location,
    manifest: Manifest = None,
    until: Until = "latest",
    follow: Follow = False,
    contract: Contract = None,
    abi: Abi = None,
    event: Events = None,
    venue: Venue = None,
    first_block: From = None,
    any_code: AnyCode = False,
    scheduler: Scheduler = None,
    partition_blocks: PartBlocks = None,
    as_json: Json = False,
) -> None:
    """Read."""
    import asyncio

    stay_small()
    goal = _until(until)
    if follow and until != "latest":
        raise InputError("until: --follow goes on from the latest block, expected no --until")
    foreign = {"contract": contract, "abi": abi, "venue": venue, "from": first_block}
    if (manifest is None) == all(value is None for value in foreign.values()):
        raise InputError("manifest: expected either --manifest or --contract with --abi")
    if manifest is None:
        for name in ("contract", "abi", "venue"):
            if foreign[name] is None:
                raise InputError(f"{name}: expected --{name} for a contract of another venue")
    if scheduler is not None and not store.startswith("delta:"):
        raise InputError(f"store: {store}, a cluster writes to Delta Lake, expected delta:DIR")
    if partition_blocks is not None and scheduler is None:
        raise InputError("partition blocks: only a cluster has parts, expected --scheduler as well")
    about = Foreign(contract, abi, tuple(event or ()), venue, first_block or 0, any_code)
    cluster = None if scheduler is None else (scheduler, partition_blocks)
    asyncio.run(_run(endpoint, store, manifest, about, goal, follow, cluster, as_json))


def _until(text: str) -> int | str:
    """A finality or a block.

    Raises:
        InputError: it is neither.
    """
    if text in ("latest", "safe", "finalized"):
        return text
    if not (text.isascii() and text.isdigit()):
        raise InputError(f"until: {text}, expected latest, safe, finalized or a block")
    return int(text)


async def _run(
    targets: list[str],
    location: str,
    manifest: Path | None,
    foreign: Foreign,
    until: int | str,
    follow: bool,
    cluster: tuple[str, int | None] | None,
    as_json: bool,
) -> None:
    """Opens everything, reads, and closes everything."""
    from contextlib import AsyncExitStack

    from keelmark.ingest import Reader, open_endpoint
    from keelmark.ingest.checks import check_contracts
    from keelmark.ingest.node import Node
    from keelmark.store import open_store

    if manifest is not None:
        description = described(manifest)
    else:
        # Said before anybody is asked.
        foreign.entries(), foreign.address()
    async with AsyncExitStack() as stack:
        endpoints = [await stack.enter_async_context(open_endpoint(one)) for one in targets]
        if manifest is None:
            description = await described_foreign(endpoints[0], foreign)
        # The reader asks again; asked first, a mistyped URL or manifest makes no empty store.
        for node in (Node(one, description) for one in endpoints):
            await node.check_chain()
            await check_contracts(node, description.contracts)
        store = open_store(location, description)
        stack.callback(store.close)
        with _shown() as progress:
            added = 0
            if cluster is not None:
                added = await _on_cluster(cluster, targets, endpoints, store, until, progress)
            reader = Reader(endpoints, store)
            stack.callback(reader.close)
            await _read(reader, store, until, follow, as_json, progress, added)


async def _on_cluster(
    cluster: tuple[str, int | None],
    targets: list[str],
    endpoints: list[Endpoint],
    store: Store,
    until: int | str,
    progress: Progress,
) -> int:
    """Reads what is final by a cluster's workers; the rows added."""
    from typing import cast

    from keelmark.cluster import Cut, backfill
    from keelmark.ingest import Reader
    from keelmark.store.delta import DeltaStore

    scheduler, blocks = cluster
    reader = Reader(endpoints, store)
    try:
        last, heads = await reader.plan(until)
    finally:
        reader.close()
    return await backfill(
        scheduler,
        targets,
        cast(DeltaStore, store),
        last,
        heads,
        cut=Cut(blocks),
        progress=progress,
        note=lambda words: print(f"keelmark: {words}.", file=sys.stderr),
    )


async def _read(
    reader: Reader,
    store: Store,
    until: int | str,
    follow: bool,
    as_json: bool,
    progress: Progress,
    rows: int,
) -> None:
    """Reads on and says what came of it, together with rows that are there already."""
    started = time.perf_counter()
    steps = reader.follow(progress) if follow else reader.steps(until, progress)
    removed = 0
    noted: set[str] = set()
    async for step in steps:
        rows += step.added
        removed += step.removed
        for note in set(reader.notes) - noted:
            noted.add(note)
            print(f"keelmark: {note}.", file=sys.stderr)
        if step.back_to is not None:
            print(f"keelmark: {_went_back(step)}", file=sys.stderr)
        if follow and as_json:
            typer.echo(json.dumps(_as_json(step)))
    # Heads are recorded with rows: a store that has nothing yet has none.
    point, heads = store.checkpoint(), store.heads()
    finality = None if point is None or heads is None else str(heads.finality(point.last_block))
    summary = {
        "block": None if point is None else point.last_block,
        "finality": finality,
        "added": rows,
        "removed": removed,
        "seconds": round(time.perf_counter() - started, 2),
        "proofs": len(store.proofs()),
        "without": list(reader.notes),
        "store": store.location,
    }
    if as_json:
        typer.echo(json.dumps(summary, indent=1))
    elif point is None:
        there = "there" if until == "latest" else until
        console().print(
            f"nothing to read: no block of the store, from {store.description.first_block:,} on, "
            f"is {there} yet",
            soft_wrap=True,
        )
    else:
        console().print(
            f"block {point.last_block:,} ({summary['finality']}): {rows:,} events added, "
            f"{removed:,} removed, {summary['seconds']} s, {summary['proofs']} root proofs kept"
        )


def _went_back(step: Step) -> str:
    return (
        f"the chain replaced blocks above {step.back_to}: {step.removed} events were removed and "
        "are read again."
    )


def _as_json(step: Step) -> dict[str, Any]:
    """A step for a program."""
    point = step.checkpoint
    return {
        "block": None if point is None else point.last_block,
        "added": step.added,
        "removed": step.removed,
        "back_to": step.back_to,
        "latest": step.heads.latest,
        "safe": step.heads.safe,
        "finalized": step.heads.finalized,
    }


@contextmanager
def _shown() -> Iterator[Progress]:
    """A bar on a terminal; elsewhere a line at long intervals."""
    if not sys.stderr.isatty():
        due = time.monotonic() + PLAIN_SECONDS

        def line(told: Told) -> None:
            nonlocal due
            if time.monotonic() >= due:
                due = time.monotonic() + PLAIN_SECONDS
                print(f"keelmark: {told.words()}", file=sys.stderr)

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (BarColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=1.0)
        yield lambda told: bar.update(task, description=told.words(), completed=told.share)
