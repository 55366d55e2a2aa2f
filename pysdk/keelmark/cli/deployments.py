"""`keelmark deployments`: manifests and houses, listed, shown, compared, exported."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keelmark.cli.authorities import Json, table_of
from keelmark.cli.nodes import chain_of
from keelmark.cli.output import printable
from keelmark.errors import InputError, KeelmarkError

if TYPE_CHECKING:
    from keelmark.audit.compare import Comparison, Row
    from keelmark.deploy import Deployment

WHERE = "FILE of a manifest, FILE@NODE for it as it is now, or ADDRESS@NODE for a house"

Where = Annotated[str, typer.Argument(help=WHERE)]
Sides = Annotated[list[str], typer.Argument(help=f"Two or more: {WHERE}.")]
Folder = Annotated[Path, typer.Option("--folder", help="Folder of manifests.")]
All = Annotated[bool, typer.Option("--all", help="Show what is the same as well.")]
Out = Annotated[Path, typer.Option("--out", help="Folder to write.")]
Tool = Annotated[str, typer.Option("--for", help="ape, titanoboa or foundry.")]
Rpc = Annotated[
    str | None, typer.Option("--rpc", help="Node that says the chain's first block, for Ape.")
]
Network = Annotated[
    str, typer.Option("--network", help="Ape's name of the chain, as ethereum:sepolia.")
]
Write = Annotated[Path | None, typer.Option("--write", help="Write a manifest of it.")]
System = Annotated[str | None, typer.Option("--system", help="Name of the system in it.")]

_LIST = "List the manifests of a folder: <chain id>/<system>.json."

_SHOW = """Show a deployment, from its manifest or from a house's address alone.

NODE is a URL or the name of a chain. --write makes a manifest of what was found on the chain.
"""

_COMPARE = """Compare deployments side by side: manifests as written, houses as they are.

Says whether the rulebook, the code, the addresses, what is built in, the terms and the roles are
the same, and shows what differs. Exits with 1 if anything differs that the chains do not explain.
"""

_EXPORT = """Write a deployment's ABIs and addresses as Ape, titanoboa or Foundry reads them."""


class SidesDiffer(KeelmarkError):
    """Deployments are not the same."""


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    group = typer.Typer(help="Manifests and deployed houses.", no_args_is_help=True)
    group.command("list", help=_LIST)(list_all)
    group.command("show", help=_SHOW)(show)
    group.command("compare", help=_COMPARE)(compare)
    group.command("export", help=_EXPORT)(export)
    root.add_typer(group, name="deployments")


def list_all(folder: Folder = Path("deployments"), as_json: Json = False) -> None:
    """See `_LIST`."""
    from keelmark.deploy import read_manifest
    from keelmark.deploy.chains import find_chain

    if not folder.is_dir():
        raise InputError(f"folder: {folder} is no folder, expected one with manifests")
    rows: list[dict[str, Any]] = []
    broken: list[str] = []
    for path in sorted(folder.glob("*/*.json")):
        if not re.fullmatch("[0-9]+", path.parent.name):
            continue
        try:
            found = read_manifest(path, chain_id=int(path.parent.name))
        except KeelmarkError as error:
            broken.append(str(error))
            continue
        chain = find_chain(found.chain_id)
        rows.append(
            {
                "chain_id": found.chain_id,
                "chain": chain.name if chain else None,
                "system": found.system,
                "release": found.release or None,
                "rulebook_digest": found.rulebook_digest,
                "house": found.house.address,
                "file": str(path),
            }
        )
    if as_json:
        typer.echo(json.dumps({"deployments": rows, "unreadable": broken}, indent=1))
    else:
        columns = ("chain id", "chain", "system", "release", "house", "rulebook digest")
        keys = ("chain_id", "chain", "system", "release", "house", "rulebook_digest")
        lines = [[in_table(str(row[key] or "-")) for key in keys] for row in rows]
        table_of("deployments", columns, lines)
    if broken:
        more = f", and {len(broken) - 1} more" if len(broken) > 1 else ""
        raise InputError(broken[0] + more)


def show(where: Where, write: Write = None, system: System = None, as_json: Json = False) -> None:
    """See `_SHOW`."""
    from keelmark.deploy import write_manifest
    from keelmark.deploy.manifest import manifest_body

    found = _deployment(where)
    if system is not None:
        found = replace(found, system=system)
    body = manifest_body(found)
    if write is not None:
        write_manifest(found, write)
    if as_json:
        typer.echo(json.dumps(body, indent=1))
        return
    release = printable(found.release) or "not known"
    typer.echo(
        f"{found.system} on chain {found.chain_id}: release {release}, "
        f"LEI {found.lei}, regime {int(found.regime)}, token {found.token} (feed "
        f"{found.token_feed})"
    )
    typer.echo(f"rulebook {found.rulebook_digest}")
    typer.echo(f"created by the factory {found.factory}" if found.factory else "created one by one")
    contracts = found.contracts.values()
    table_of(
        "contracts",
        ("contract", "address", "block", "transaction"),
        [(c.name, c.address, str(c.block_number), c.transaction_hash or "-") for c in contracts],
    )
    roles = [(in_table(one.contract), in_table(one.role), one.holder) for one in found.roles]
    table_of("roles", ("contract", "role", "holder"), roles)
    if write is not None:
        typer.echo(f"written: {write}")


def compare(sides: Sides, show_all: All = False, as_json: Json = False) -> None:
    """See `_COMPARE`."""
    from keelmark.audit.compare import Verdict
    from keelmark.audit.compare import compare as comparing

    made = comparing([_side(text) for text in sides])
    if as_json:
        typer.echo(json.dumps(_document(made), indent=1))
    else:
        _print(made, show_all)
    if not made.same:
        first = [row for row in made.rows if row.verdict is Verdict.DIFFERS]
        more = f", and {len(first) - 1} more" if len(first) > 1 else ""
        values = " and ".join(
            dict.fromkeys(printable(one) or "not known" for one in first[0].values)
        )
        raise SidesDiffer(f"compare: {first[0].group}, {first[0].name}: {values}{more}")


def export(where: Where, tool: Tool, out: Out, rpc: Rpc = None, network: Network = "") -> None:
    """See `_EXPORT`."""
    from keelmark.audit.export import MARKER
    from keelmark.audit.export import export as exporting
    from keelmark.cli.folders import check_folder, replaced_folder

    check_folder(out, MARKER)
    found = _deployment(where)
    genesis = None
    if rpc is not None:
        chain = chain_of(rpc)
        if chain.chain_id() != found.chain_id:
            raise InputError(
                f"rpc: the node's chain is {chain.chain_id()}, the deployment's {found.chain_id}"
            )
        genesis = chain.block(0).hash
    files = exporting(found, tool, genesis=genesis, network=network)
    with replaced_folder(out) as folder:
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    typer.echo(f"{out}: {len(files)} files for {tool}")
    if tool == "ape" and genesis is None:
        typer.echo("without --rpc the EIP-2678 manifest has no deployments; ape-config.yaml has")


def in_table(text: str) -> str:
    """The same as a table may show it: what looks like mark-up is none."""
    from rich.markup import escape

    return escape(printable(text))


def _parts(text: str) -> tuple[str, str]:
    """What and at which node; the node is empty for a manifest as it was written."""
    try:
        there = Path(text).exists()
    except OSError:  # too long for a name, and told so when it is read
        there = False
    if there:
        return text, ""
    what, _, node = text.partition("@")
    if not node and what.startswith("0x"):
        raise InputError(f"{what}: expected ADDRESS@NODE, with a node's URL or a chain's name")
    return what, node


def _side(text: str) -> Any:
    """One side of a comparison."""
    from keelmark.audit.compare import side_of_chain, side_of_manifest
    from keelmark.deploy import read_manifest

    what, node = _parts(text)
    if not node:
        return side_of_manifest(Path(what).name, read_manifest(Path(what)))
    made, name = _audit(what, node)
    return side_of_chain(f"{Path(what).name} at {name}", made)


def _audit(what: str, node: str) -> tuple[Any, str]:
    """The audit of a house on a chain, and the chain's name."""
    from keelmark.audit import audit
    from keelmark.cli.audit import checked_address
    from keelmark.deploy import read_manifest

    chain = chain_of(node)
    if what.startswith("0x"):
        return chain.run(audit(checked_address(what))), chain.name
    written = read_manifest(Path(what), chain_id=chain.chain_id())
    return chain.run(audit(written.house.address, manifest=written)), chain.name


def _deployment(text: str) -> Deployment:
    """A deployment, from a manifest or from a chain."""
    from keelmark.deploy import read_manifest

    what, node = _parts(text)
    if not node:
        return read_manifest(Path(what))
    from keelmark.audit import Level

    made, _ = _audit(what, node)
    found: Deployment = made.deployment()
    wrong = dict.fromkeys(one.code for one in made.of(Level.DEVIATION))
    if wrong:
        typer.echo(f"its audit finds {', '.join(wrong)}", err=True)
    return found


def _document(made: Comparison) -> dict[str, Any]:
    """A comparison for a program."""
    return {
        "same": made.same,
        "sides": [
            {
                "label": side.label,
                "live": side.live,
                "chain_id": side.chain_id,
                "deviations": side.deviations,
            }
            for side in made.sides
        ],
        "rows": [{**asdict(row), "verdict": row.verdict.value} for row in made.rows],
    }


_GROUPS = ("rulebook", "code", "addresses", "built in", "terms", "roles")


def _print(made: Comparison, show_all: bool) -> None:
    """A comparison for a person."""
    from keelmark.audit.compare import Verdict

    for place, side in enumerate(made.sides, 1):
        state = "as it is" if side.live else "as written"
        found = "" if side.deviations is None else f", {side.deviations} deviations (audit)"
        typer.echo(f"{place}  {side.label}: chain {side.chain_id}, {state}{found}")
    for group in _GROUPS:
        typer.echo(f"{group}: {_summary(made.of(group))}")
    shown = (Verdict.DIFFERS, Verdict.BY_CHAIN)
    for row in made.rows:
        if show_all or row.verdict in shown:
            typer.echo(f"{row.verdict.value}: {row.group}, {row.name}")
            for value in dict.fromkeys(row.values):
                sides = [str(place) for place, one in enumerate(row.values, 1) if one == value]
                typer.echo(f"    {', '.join(sides)}  {printable(value) or 'not known'}")


def _summary(rows: Sequence[Row]) -> str:
    """How many are the same, in words."""
    from keelmark.audit.compare import Verdict

    counts = {verdict: sum(row.verdict is verdict for row in rows) for verdict in Verdict}
    if counts[Verdict.SAME] == len(rows) and rows:
        return "same"
    words = [f"{count} {verdict.value}" for verdict, count in counts.items() if count]
    return ", ".join(words) or "nothing to compare"
