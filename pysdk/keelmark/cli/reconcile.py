"""`keelmark reconcile`: the supervisor's reading of a house on any chain, or of a store of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from keelmark.cli.output import console
from keelmark.errors import InputError, KeelmarkError

if TYPE_CHECKING:
    from keelmark.ledger.audit import Audit

Manifest = Annotated[
    Path | None,
    typer.Option("--manifest", help="Manifest of the deployment; a store carries its own."),
]
StoreAt = Annotated[
    str | None,
    typer.Option("--store", help="Rebuild from the rows of a store in place of the node's logs."),
]
Rpc = Annotated[str, typer.Option("--rpc", help="URL of a node.")]
Underlier = Annotated[int, typer.Option("--underlier", help="Feed whose prices are followed.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON for a program.")]

_HELP = """Rebuild a house's market from its events and compare it with the contracts.

Checks first that the code at the manifest's addresses is the code that was deployed, then reads
every log (or takes the rows of a store, up to its last block), folds each report chain against
storage slot 0, rebuilds the market from the events alone and compares it with the contracts' state
at the same block to the wei. Exits with 1 if anything differs.
"""


class HouseDiffers(KeelmarkError):
    """The rebuilt market and the contracts differ, or a report chain is broken."""


def register(root: typer.Typer) -> None:
    """Add the command to the command line."""
    root.command("reconcile", help=_HELP)(reconcile)


def reconcile(
    rpc: Rpc,
    manifest: Manifest = None,
    store: StoreAt = None,
    underlier: Underlier = 1,
    as_json: Json = False,
) -> None:
    """Read, rebuild, compare."""
    found = (
        _from_store(store, rpc, manifest, underlier) if store else _read(rpc, manifest, underlier)
    )
    head = found.reading.head.number
    findings = found.findings
    differences = [str(item) for item in (*found.discrepancies, *findings)]
    summary = {
        "reconciles": found.holds,
        "block": head,
        "finality": str(found.reading.finality(head)),
        "events": len(found.events),
        "values_compared": found.compared,
        "differences": differences,
        "report_chains": {
            root.name: {
                "address": root.address,
                "records": root.records,
                "folded": "0x" + root.folded.hex(),
                "stored": "0x" + root.stored.hex(),
            }
            for root in found.roots
        },
    }
    if as_json:
        typer.echo(json.dumps(summary, indent=1))
    else:
        shown = Table("contract", "records", "report chain")
        for root in found.roots:
            shown.add_row(root.name, str(root.records), "met" if root.holds else "BROKEN")
        console().print(shown)
        console().print(
            f"block {head} ({summary['finality']}): {len(found.events)} events, "
            f"{found.compared} values compared, {len(found.discrepancies)} differ"
        )
    if not found.holds:
        broken = [root.name for root in found.roots if not root.holds]
        first = [f"report chain of {name} is not met" for name in broken] + differences
        raise HouseDiffers(f"reconcile: {first[0]}")


def _read(rpc: str, manifest: Path | None, underlier: int) -> Audit:
    """The audit of a chain."""
    from keelmark.chain import connect
    from keelmark.deploy import read_manifest, verify
    from keelmark.ledger.audit import audit

    if manifest is None:
        raise InputError("manifest: expected --manifest, or --store with a store that carries one")
    chain = connect(rpc)
    deployment = read_manifest(manifest, chain_id=chain.chain_id())
    chain.run(verify(deployment))
    return chain.run(audit(deployment, underlier))


def _from_store(location: str, rpc: str, manifest: Path | None, underlier: int) -> Audit:
    """The audit of a store."""
    from keelmark.chain import connect
    from keelmark.store import open_store
    from keelmark.verification.reconciled import audit_store

    store = open_store(location, read_only=True)
    try:
        return audit_store(store, connect(rpc), underlier, manifest=manifest)
    finally:
        store.close()
