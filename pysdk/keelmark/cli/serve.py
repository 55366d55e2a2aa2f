"""`keelmark serve`: the read-only HTTP API over a store."""

from __future__ import annotations

import errno
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from keelmark.errors import InputError, KeelmarkError

if TYPE_CHECKING:
    import uvicorn

    from keelmark.api.app import Background
    from keelmark.api.recent import Recent
    from keelmark.api.watch import Watch
    from keelmark.store import Store

Location = Annotated[str, typer.Option("--store", help="Store, as `keelmark read` names it.")]
Host = Annotated[str, typer.Option("--host", help="Address to listen on.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65_535, help="0 takes a free one.")]
Follow = Annotated[
    bool, typer.Option("--follow", help="Read the chain into the store in the same process.")
]
Endpoints = Annotated[
    list[str] | None,
    typer.Option("--endpoint", help="A node to follow; several must agree."),
]
Verified = Annotated[
    Path | None, typer.Option("--verification", help="What `keelmark verify` wrote of this store.")
]
Origin = Annotated[
    str | None,
    typer.Option("--allow-origin", help="A web origin whose pages may read; none by default."),
]

CLOSE_SECONDS = 2
"""How long open answers have when the server ends."""

_HELP = """Serve a store over HTTP: open interest, trades, positions, margin, rules, the live tail.

Read only. The document at /openapi.json describes every endpoint. A DuckDB file is open in one
process at a time, so that whoever wants its live tail lets this one read the chain too (--follow
--endpoint URL); other stores are watched for what others write.
"""


def register(root: typer.Typer) -> None:
    """Add the command to the command line."""
    root.command("serve", help=_HELP)(serve)


def serve(
    location: Location,
    host: Host = "127.0.0.1",
    port: Port = 8080,
    follow: Follow = False,
    endpoint: Endpoints = None,
    verification: Verified = None,
    allow_origin: Origin = None,
) -> None:
    """Open, listen, answer."""
    import asyncio

    if follow != bool(endpoint):
        raise InputError("--endpoint: expected together with --follow, and only then")
    if verification is not None and not verification.is_file():
        raise InputError(f"--verification {verification}: there is no such file")
    try:
        import fastapi  # noqa: F401
        import uvicorn  # noqa: F401
    except ModuleNotFoundError as error:
        raise InputError(
            f"serve: needs the package {error.name}, which is not installed; install keelmark[api]"
        ) from None
    from keelmark.store import open_store

    store = open_store(location, read_only=not follow)
    try:
        listener = _listener(host, port)
        with listener:
            asyncio.run(_serve(store, listener, endpoint or [], verification, allow_origin))
    finally:
        store.close()


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        # The library's own words repeat the address in brackets; a name that is not found has
        # a number that is no errno (EAI_NONAME).
        words = (error.strerror or str(error)).partition(" (while")[0]
        if error.errno == errno.EADDRNOTAVAIL or error.errno not in errno.errorcode:
            raise InputError(
                f"--host {host}: expected an address of this machine, {words}"
            ) from None
        raise InputError(f"--port {port}: cannot listen on {host}, {words}") from None


async def _serve(
    store: Store,
    listener: socket.socket,
    endpoints: list[str],
    verification: Path | None,
    allow_origin: str | None,
) -> None:
    import uvicorn

    from keelmark.api.app import create_app
    from keelmark.api.recent import Recent
    from keelmark.api.service import Service

    recent = Recent()
    service = Service.of(store, verification, recent)
    # Said now, and not to whoever asks later; it is read anew at each question.
    service.verification()
    failed: list[KeelmarkError] = []
    server: uvicorn.Server

    async def background() -> None:
        try:
            await _following(store, service.watch, recent, endpoints)()
        except KeelmarkError as error:
            failed.append(error)
            server.should_exit = True

    app = create_app(service, background=background, allow_origin=allow_origin)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=CLOSE_SECONDS,
        server_header=False,
    )
    server = _ending(config, service.watch)
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    typer.echo(f"serving {store.location} on http://{shown}:{port}/v1/status")
    await server.serve(sockets=[listener])
    if failed:
        raise failed[0]


def _ending(config: uvicorn.Config, watch: Watch) -> uvicorn.Server:
    """A server that ends its endless answers before it waits for the others."""
    import uvicorn

    class Ending(uvicorn.Server):
        """Lets go of the live tail first."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            """Ends."""
            watch.end_streams()
            await super().shutdown(sockets)

    return Ending(config)


def _following(store: Store, watch: Watch, recent: Recent, endpoints: list[str]) -> Background:
    """What fills the store, or watches it."""
    if not endpoints:
        return watch.poll

    async def follow() -> None:
        from keelmark.api.recent import Tee
        from keelmark.ingest.endpoint import open_endpoint
        from keelmark.ingest.reader import Reader

        opened = [open_endpoint(one) for one in endpoints]
        reader = Reader(opened, cast("Store", Tee(store, recent)))
        try:
            async for _step in reader.follow():
                await watch.refresh()
        finally:
            reader.close()
            for one in opened:
                await one.close()

    return follow
