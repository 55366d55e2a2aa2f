"""What the commands about authorities share: the house, times and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keelmark.cli.output import console

if TYPE_CHECKING:
    from keelmark.chain import Chain
    from keelmark.deploy import Deployment

Manifest = Annotated[Path, typer.Option("--manifest", help="Manifest of the deployment.")]
Rpc = Annotated[str, typer.Option("--rpc", help="URL of a node.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON for a program.")]


def house(manifest: Path, rpc: str) -> tuple[Chain, Deployment]:
    """A chain and the house on it, whose code is what the manifest says."""
    from keelmark.chain import connect
    from keelmark.deploy import read_manifest, verify

    chain = connect(rpc)
    deployment = read_manifest(manifest, chain_id=chain.chain_id())
    chain.run(verify(deployment))
    return chain, deployment


def moment(seconds: int) -> str:
    """Seconds as a time in UTC."""
    if seconds >= 2**32 - 1:
        return "no end"
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def table_of(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A titled table, or one line that says that there is nothing in it."""
    from rich.table import Table

    lines = list(rows)
    if not lines:
        typer.echo(f"{title}: none")
        return
    table = Table(*columns, title=title, title_justify="left")
    for line in lines:
        table.add_row(*line)
    console().print(table)
