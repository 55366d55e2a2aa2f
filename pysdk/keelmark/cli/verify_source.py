"""`keelmark verify-source`: publishes a deployment's sources, or checks them without a service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from keelmark.cli.output import console
from keelmark.errors import ChainMismatch, InputError, KeelmarkError

if TYPE_CHECKING:
    from collections.abc import Callable

    from keelmark.deploy import Deployment
    from keelmark.source_verification import Claim, Outcome

OFFLINE = "offline"

SUBMISSIONS = "submissions.json"
"""File of `--out` that names the others."""

ManifestFile = Annotated[Path, typer.Option("--manifest", help="Manifest of the deployment.")]
Service = Annotated[
    str,
    typer.Option("--with", help="etherscan, sourcify, blockscout, or offline: rebuild here."),
]
Contracts = Annotated[
    list[str] | None, typer.Option("--contract", help="Only this one; may be repeated.")
]
Url = Annotated[
    str | None, typer.Option("--url", help="Where the service is, if not where the chains say.")
]
Rpc = Annotated[
    str | None,
    typer.Option("--rpc", help="URL of a node: offline, compare with the chain's code too."),
]
Wait = Annotated[
    float, typer.Option("--wait", min=0, help="Seconds to wait for each decision of a service.")
]
Out = Annotated[
    Path | None,
    typer.Option("--out", help="Write what is submitted into this folder as well, for any tool."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON for a program.")]

_HELP = """Show that a deployment's code was made from the published sources.

Each contract's standard JSON input is sent to Etherscan (key in ETHERSCAN_API_KEY), Sourcify or the
chain's Blockscout, which compile it and compare it with the chain; or, offline, it is rebuilt here
and compared with the manifest and, with --rpc, with the deployed code. Exits with 1 unless every
contract is verified; the same command again goes on where it stopped.
"""


class NotVerified(KeelmarkError):
    """At least one contract's sources are not verified."""


def register(root: typer.Typer) -> None:
    """Add the command to the command line."""
    root.command("verify-source", help=_HELP)(verify_source)


def verify_source(
    manifest: ManifestFile,
    service: Service,
    contract: Contracts = None,
    url: Url = None,
    rpc: Rpc = None,
    wait: Wait = 180.0,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Verify each contract in turn; what is done is told even if a later one fails."""
    from keelmark.deploy import read_manifest
    from keelmark.source_verification import claims_of

    deployment = read_manifest(manifest)
    claims = claims_of(deployment, tuple(contract or ()))
    verify = (
        _offline(deployment, url, rpc)
        if service == OFFLINE
        else _online(deployment, service, url, rpc, wait)
    )
    if out is not None:
        _write(out, claims)
    done: list[tuple[Claim, Outcome]] = []
    failure: KeelmarkError | None = None
    for claim in claims:
        try:
            done.append((claim, verify(claim)))
        except KeelmarkError as error:
            failure = error
            break
    _tell(deployment.chain_id, service, done, as_json)
    if failure is not None:
        raise failure
    bad = [(claim, outcome) for claim, outcome in done if not outcome.verdict.good]
    if bad:
        claim, outcome = bad[0]
        others = f", and {len(bad) - 1} more" if len(bad) > 1 else ""
        raise NotVerified(
            f"{claim.name}: {outcome.verdict}{others}, {outcome.words or 'no reason given'}"
        )


def _online(
    deployment: Deployment, service: str, url: str | None, rpc: str | None, wait: float
) -> Callable[[Claim], Outcome]:
    """What asks a service.

    Raises:
        InputError: no such service, it has not this chain, or there is no key.
    """
    from keelmark.source_verification import SERVICES, Patience, verifier_for

    if service not in SERVICES:
        names = ", ".join((*SERVICES, OFFLINE))
        raise InputError(f"with: {service!r} is unknown, expected one of {names}")
    if rpc is not None:
        raise InputError("rpc: a service asks its own node; expected --rpc with offline only")
    patience = Patience(seconds=wait, first=min(2.0, wait))
    return verifier_for(service, deployment.chain_id, url=url, patience=patience).verify


def _offline(
    deployment: Deployment, url: str | None, rpc: str | None
) -> Callable[[Claim], Outcome]:
    """What rebuilds and compares.

    Raises:
        InputError: a URL of a service was given.
        ChainMismatch: the node is another chain's.
        RpcUnreachable: no node answers there.
    """
    from keelmark.chain import connect
    from keelmark.source_verification import check_offline

    if url is not None:
        raise InputError("url: offline asks no service; expected --rpc for a node")
    chain = connect(rpc) if rpc is not None else None
    found = chain.chain_id() if chain is not None else deployment.chain_id
    if found != deployment.chain_id:
        raise ChainMismatch(f"manifest: chainId is {deployment.chain_id}, the node says {found}")

    def verify(claim: Claim) -> Outcome:
        code = chain.run(_code(claim.address)) if chain is not None else None
        contract = deployment.contracts[claim.name]
        return check_offline(claim, contract, deployment.factory, code)

    return verify


def _write(out: Path, claims: tuple[Claim, ...]) -> None:
    """Each contract's standard JSON input as a file, and beside them what goes with it."""
    from keelmark.chain.standard_json import COMPILER_COMMIT, COMPILER_VERSION
    from keelmark.cli.folders import check_folder, write_folder

    check_folder(out, SUBMISSIONS)
    told = [
        {
            "name": claim.name,
            "address": claim.address,
            "chainId": claim.chain_id,
            "input": f"{claim.name}.json",
            "contractIdentifier": claim.given.identifier,
            "compilerVersion": f"{COMPILER_VERSION}+commit.{COMPILER_COMMIT}",
            "constructorArguments": "0x" + claim.constructor_arguments.hex(),
            "creationTransactionHash": claim.creation_transaction,
        }
        for claim in claims
    ]
    files = {f"{claim.name}.json": claim.given.text.encode() for claim in claims}
    write_folder(out, {**files, SUBMISSIONS: json.dumps(told, indent=1).encode() + b"\n"})


def _code(address: str) -> Any:
    """The operation that reads deployed code."""
    from keelmark.chain.operations import GetCode

    return (yield GetCode(address))


def _tell(chain_id: int, service: str, done: list[tuple[Claim, Outcome]], as_json: bool) -> None:
    """Prints what came of it."""
    if as_json:
        body = {
            "chainId": chain_id,
            "service": service,
            "contracts": [
                {
                    "name": claim.name,
                    "address": claim.address,
                    "verdict": str(outcome.verdict),
                    "words": outcome.words,
                    "reference": outcome.reference,
                }
                for claim, outcome in done
            ],
        }
        typer.echo(json.dumps(body, indent=1))
        return
    table = Table("contract", "address", f"with {service}", "")
    for claim, outcome in done:
        table.add_row(claim.name, claim.address, str(outcome.verdict), Text(outcome.words))
    if done:
        console().print(table)
