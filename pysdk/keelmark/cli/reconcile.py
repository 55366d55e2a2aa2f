"""`keelmark reconcile`: the supervisor's reading of a house on any chain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from keelmark.cli.output import console
from keelmark.errors import KeelmarkError

Manifest = Annotated[Path, typer.Option("--manifest", help="Manifest of the deployment.")]
Rpc = Annotated[str, typer.Option("--rpc", help="URL of a node.")]
Underlier = Annotated[int, typer.Option("--underlier", help="Feed whose prices are followed.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON for a program.")]

_HELP = """Rebuild a house's market from its events and compare it with the contracts.

Checks first that the code at the manifest's addresses is the code that was deployed, then reads
every log, folds each report chain against storage slot 0, rebuilds the market from the events
alone and compares it with the contracts' state to the wei. Exits with 1 if anything differs.
"""


class HouseDiffers(KeelmarkError):
    """The rebuilt market and the contracts differ, or a report chain is broken."""


def register(root: typer.Typer) -> None:
    """Add the command to the command line."""
    root.command("reconcile", help=_HELP)(reconcile)


def reconcile(
    manifest: Manifest, rpc: Rpc, underlier: Underlier = 1, as_json: Json = False
) -> None:
    """Read, rebuild, compare."""
    from keelmark.chain import connect
    from keelmark.deploy import read_manifest, verify
    from keelmark.ledger.audit import audit

    chain = connect(rpc)
    deployment = read_manifest(manifest, chain_id=chain.chain_id())
    chain.run(verify(deployment))
    found = chain.run(audit(deployment, underlier))
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
