"""`keelmark denials`: what the contracts of a house refused, and why."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from keelmark.cli.output import console
from keelmark.errors import InputError

if TYPE_CHECKING:
    from keelmark.ledger.denials import Denial

Manifest = Annotated[Path, typer.Option("--manifest", help="Manifest of the deployment.")]
Rpc = Annotated[str, typer.Option("--rpc", help="URL of a node; an archive node for old blocks.")]
First = Annotated[int | None, typer.Option("--from", help="First block; the deployment's.")]
Last = Annotated[int | None, typer.Option("--to", help="Last block; the newest by default.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON for a program.")]

_HELP = """List what the contracts of a house refused: reported denials and failed transactions.

Checks first that the code at the manifest's addresses is the code that was deployed. The reason of
a failed transaction is found by making its call again on the state of the block before; such a row
says 'replayed'.
"""


def register(root: typer.Typer) -> None:
    """Add the command to the command line."""
    root.command("denials", help=_HELP)(denials)


def denials(
    manifest: Manifest, rpc: Rpc, first: First = None, last: Last = None, as_json: Json = False
) -> None:
    """Read, replay, list."""
    from keelmark.chain import connect
    from keelmark.deploy import read_manifest, verify
    from keelmark.ledger.denials import read_denials

    for option, block in (("from", first), ("to", last)):
        if block is not None and block < 0:
            raise InputError(f"--{option} {block}: expected the number of a block")
    if first is not None and last is not None and first > last:
        raise InputError(f"--from {first}: expected a block not after --to {last}")
    chain = connect(rpc)
    deployment = read_manifest(manifest, chain_id=chain.chain_id())
    chain.run(verify(deployment))
    found = chain.run(read_denials(deployment, first, last))
    reading = found.reading
    head = reading.head.number
    counts = Counter(str(row.origin) for row in found.rows)
    if as_json:
        summary = {
            "first_block": reading.first_block,
            "last_block": head,
            "finality": str(reading.finality(head)),
            "counts": dict(sorted(counts.items())),
            "denials": [_document(row) for row in found.rows],
        }
        typer.echo(json.dumps(summary, indent=1))
        return
    if found.rows:
        shown = Table("block", "time", "act", "accounts", "wallets", "refused", "known by")
        for row in found.rows:
            shown.add_row(*_cells(row))
        console().print(shown)
    told = ", ".join(f"{number} {name}" for name, number in sorted(counts.items())) or "none"
    typer.echo(
        f"blocks {reading.first_block} to {head} ({reading.finality(head)}): "
        f"{len(found.rows)} denials ({told})"
    )


def _cells(row: Denial) -> tuple[str, ...]:
    """A denial as a row of the table; accounts that the gate denied carry a star."""
    accounts = [f"{one}*" if one in row.denied else str(one) for one in row.accounts]
    return (
        str(row.block),
        datetime.fromtimestamp(row.time, UTC).strftime("%Y-%m-%d %H:%M:%S"),
        f"{row.contract}.{row.function}" if row.function else row.contract,
        ", ".join(accounts),
        "\n".join(row.wallets),
        row.reason or "not reproduced",
        str(row.origin),
    )


def _document(row: Denial) -> dict[str, Any]:
    """A denial for a program."""
    return {
        "origin": str(row.origin),
        "block": row.block,
        "time": row.time,
        "transaction": "0x" + row.transaction.hex(),
        "position": row.position,
        "contract": row.contract,
        "function": row.function,
        "sender": row.sender,
        "accounts": list(row.accounts),
        "wallets": list(row.wallets),
        "instruments": list(row.instruments),
        "gate": row.gate.name if row.gate is not None else None,
        "denied": list(row.denied),
        "action": row.action.name if row.action is not None else None,
        "reason": row.reason,
        "rule": row.rule,
        "judged_at": row.judged_at,
        "reference": "0x" + row.reference.hex() if any(row.reference) else None,
        "arguments": {
            name: "0x" + value.hex() if isinstance(value, bytes) else value
            for name, value in row.arguments.items()
        },
    }
