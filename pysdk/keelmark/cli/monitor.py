"""`keelmark monitor`: watches a house as its chain grows, and sends alerts."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keelmark.errors import InputError, KeelmarkError

if TYPE_CHECKING:
    from keelmark.monitor import Monitor
    from keelmark.monitor.delivery import Courier
    from keelmark.monitor.metrics import Figures
    from keelmark.monitor.sinks import Sink
    from keelmark.store import Store

StoreAt = Annotated[str, typer.Option("--store", help="Where the rows are, or are to be.")]
Endpoints = Annotated[
    list[str] | None,
    typer.Option(
        "--endpoint",
        help="Node to read from; several must agree. Without one, a store that somebody else "
        "fills is watched.",
    ),
]
Manifest = Annotated[
    Path | None,
    typer.Option("--manifest", help="Manifest of the deployment, to make a store that is new."),
]
RulesFile = Annotated[
    Path | None, typer.Option("--rules", help="What to watch for (TOML); else the defaults.")
]
Webhooks = Annotated[
    list[str] | None, typer.Option("--webhook", help="URL to which alerts are posted, signed.")
]
Secret = Annotated[
    Path | None,
    typer.Option("--secret", help="File with the webhooks' secret, else KEELMARK_WEBHOOK_SECRET."),
]
Log = Annotated[
    Path | None, typer.Option("--log", help="File for alerts, a JSON line each; else printed.")
]
Port = Annotated[
    int | None,
    typer.Option(
        "--metrics-port", min=0, max=65_535, help="Loopback port for Prometheus; 0 is any."
    ),
]
StateFile = Annotated[
    Path | None,
    typer.Option("--state", help="What is remembered (SQLite); keelmark-monitor.sqlite."),
]
First = Annotated[
    int | None,
    typer.Option("--from", min=0, help="First block to look at, where the state file is new."),
]
Once = Annotated[bool, typer.Option("--once", help="Up to the present head, and done.")]

STATE = Path("keelmark-monitor.sqlite")

_HELP = """Watch a house: read its chain into a store, look at every block, and send alerts.

Goes on from the last block that was looked at, however long ago, so that no block is skipped.
Alerts go to a log and to webhooks; those that cannot be sent wait in the state file. The secret
that signs webhooks comes from a file or from KEELMARK_WEBHOOK_SECRET. With --once, exits with 1 if
an alert could not be sent.
"""


class NotSent(KeelmarkError):
    """Notices wait in the state file."""


def register(root: typer.Typer) -> None:
    """Add the command to the command line."""
    root.command("monitor", help=_HELP)(monitor)


def monitor(
    store: StoreAt,
    endpoint: Endpoints = None,
    manifest: Manifest = None,
    rules: RulesFile = None,
    webhook: Webhooks = None,
    secret: Secret = None,
    log: Log = None,
    metrics_port: Port = None,
    state: StateFile = None,
    first: First = None,
    once: Once = False,
) -> None:
    """Open everything, then run until interrupted."""
    from keelmark.monitor import Monitor, read_rules
    from keelmark.monitor.metrics import Figures
    from keelmark.monitor.sinks import LogSink, WebhookSink, read_secret
    from keelmark.store import open_store

    found = read_rules(rules)
    targets = list(dict.fromkeys(endpoint or ()))
    sinks: list[Sink] = [LogSink(log)]
    if webhook:
        key = read_secret(secret)
        seconds = float(found.delivery.timeout_seconds)
        sinks += [WebhookSink(url, key, seconds) for url in dict.fromkeys(webhook)]
    elif secret is not None:
        raise InputError("secret: it signs webhooks, expected --webhook as well")
    names = tuple(sink.name for sink in sinks)
    if len(set(names)) < len(names):
        raise InputError("webhook: two of them have one name, expected URLs that differ")
    figures = None if metrics_port is None else Figures()
    with ExitStack() as stack:
        filled = _to_fill(store, manifest) if targets else None
        kept = open_store(store, read_only=True) if filled is None else filled
        stack.callback(kept.close)
        watched = Monitor(kept, found, state or STATE, sinks=names, first_block=first)
        stack.callback(watched.close)
        if figures is not None and metrics_port is not None:
            watched.episodes.counted = figures.noticed
            _say(f"metrics on http://127.0.0.1:{figures.serve(metrics_port)}/metrics")
            stack.callback(figures.close)
        left = asyncio.run(_run(watched, filled, targets, sinks, figures, once=once))
    if left:
        told = ", ".join(f"{count} for {name}" for name, count in left.items())
        raise NotSent(f"monitor: notices wait in {state or STATE} to be sent, {told}")


def _say(words: str) -> None:
    """A line for the operator; standard output is for alerts."""
    typer.echo(f"keelmark: {words}", err=True)


def _to_fill(location: str, manifest: Path | None) -> Store:
    """The store that is read into; made, if there is none yet and a manifest says of what."""
    from keelmark.deploy import read_manifest
    from keelmark.monitor.feed import FedStore
    from keelmark.store import open_store
    from keelmark.store.describe import describe

    described = None
    if manifest is not None:
        described = describe(read_manifest(manifest), manifest.read_text("utf-8"))
    return FedStore(open_store(location, described))


async def _run(
    watched: Monitor,
    filled: Store | None,
    targets: list[str],
    sinks: list[Sink],
    figures: Figures | None,
    *,
    once: bool,
) -> dict[str, int]:
    """Watches until it is interrupted, or once.

    Args:
        watched: over the store.
        filled: the store, if it is read into here; None if somebody else does that.
        targets: where to read from.
        sinks: receivers.
        figures: metrics, if they are served.
        once: only up to the present head.

    Returns:
        receivers for which notices are left, after a single run.
    """
    from keelmark.ingest.endpoint import open_endpoint
    from keelmark.ingest.reader import Reader
    from keelmark.monitor.delivery import Courier
    from keelmark.monitor.outbox import Outbox
    from keelmark.monitor.watch import Watch, follow_store

    async with AsyncExitStack() as stack:
        endpoints = [await stack.enter_async_context(open_endpoint(one)) for one in targets]
        outbox = Outbox(watched.state.path)
        stack.callback(outbox.close)
        for sink in sinks:
            stack.push_async_callback(sink.close)
        tally = figures or _Silent()
        courier = Courier(outbox, sinks, watched.rules.delivery, tally, _say)
        _tell_strangers(courier)
        watch = Watch(watched, courier, _say, figures, endpoint=endpoints[0] if endpoints else None)
        reader = None if filled is None else Reader(endpoints, filled)
        if reader is not None:
            stack.callback(reader.close)
        if once:
            return await watch.once(None if reader is None else reader.sync)

        def follow() -> AsyncIterator[object]:
            return follow_store(watched) if reader is None else reader.follow()

        task = asyncio.ensure_future(watch.run(follow))
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise
            _say("ended; the next run goes on from here")
    return {}


def _tell_strangers(courier: Courier) -> None:
    """Says which receivers of an earlier run are not among those of this one."""
    names = tuple(sink.name for sink in courier.sinks)
    for name, count in courier.outbox.strangers(names).items():
        _say(f"{count} notices wait for {name}, which this run does not send to")


class _Silent:
    """Counts nothing: metrics were not asked for."""

    def attempted(self, sink: str, delivered: bool) -> None:
        """One attempt."""

    def waiting(self, sink: str, count: int) -> None:
        """How many notices wait."""

    def gave_up(self, sink: str, count: int) -> None:
        """Notices that will not be tried again."""
