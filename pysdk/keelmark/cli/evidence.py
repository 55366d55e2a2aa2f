"""`keelmark evidence`: build a package for an authority, and verify one without a node."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from keelmark.cli.evidence_answers import (
    AnswerKeyfile,
    Answers,
    AskedFile,
    Deliver,
    answered,
    delivered,
    signer,
    written,
)
from keelmark.cli.evidence_verify import verify
from keelmark.errors import InputError

_HELP = "Evidence for another authority: built from a chain, encrypted, verified without a node."

Manifest = Annotated[Path, typer.Option("--manifest", help="Manifest of the deployment.")]
Rpc = Annotated[str, typer.Option("--rpc", help="URL of a node.")]
RequestId = Annotated[
    str | None, typer.Option("--request", help="The requester's own reference, without --answers.")
]
Recipients = Annotated[
    list[str] | None,
    typer.Option("--recipient", help="The authority's public key, age1…; repeatable."),
]
Out = Annotated[Path, typer.Option("--out", help="File to write; never overwritten.")]
Contracts = Annotated[
    list[str] | None,
    typer.Option("--contract", help="Reporting contract by name; repeatable; all by default."),
]
First = Annotated[int | None, typer.Option("--from", help="First block; the deployment's.")]
Last = Annotated[int | None, typer.Option("--to", help="Last block; the newest by default.")]
Accounts = Annotated[list[int] | None, typer.Option("--account", help="Account id; repeatable.")]
Instruments = Annotated[
    list[int] | None, typer.Option("--instrument", help="Instrument id; repeatable.")
]
Names = Annotated[
    list[str] | None, typer.Option("--event", help="Event by name, TradeReported; repeatable.")
]
Linked = Annotated[int, typer.Option("--linked", help="Blocks up to which all headers go in.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON for a program.")]


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    group = typer.Typer(name="evidence", help=_HELP, no_args_is_help=True)
    group.command("keygen")(keygen)
    group.command("ask")(ask)
    group.command("build")(build)
    group.command("verify")(verify)
    root.add_typer(group)


def _write(path: Path, data: bytes, mode: int) -> None:
    """Writes a new file.

    Raises:
        InputError: it is there already, or cannot be written.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
    except OSError as error:
        raise InputError(f"out: {path} cannot be written, {error.strerror}") from None


def keygen(out: Out) -> None:
    """Make a key pair: the private key goes into a file of yours, the public one is printed."""
    from keelmark.evidence import new_identity

    identity, recipient = new_identity()
    _write(out, identity.encode(), 0o600)
    typer.echo(recipient)


def ask(
    manifest: Manifest,
    recipient: Recipients,
    out: Out,
    contract: Contracts = None,
    first: First = None,
    last: Annotated[
        int | None, typer.Option("--to", help="Last block; left to the answer by default.")
    ] = None,
    account: Accounts = None,
    instrument: Instruments = None,
    event: Names = None,
) -> None:
    """Write the file of a request, to be sent to another authority, and print its hash.

    The hash is the scope hash of the request on chain. No node is asked.
    """
    from keelmark.deploy import read_manifest
    from keelmark.evidence import seal
    from keelmark.evidence.asking import asked_bytes, new_asked, scope_hash

    seal(b"", recipient or [])
    deployment = read_manifest(manifest)
    fields = _fields(deployment, contract, first, account, instrument, event)
    asked = new_asked(fields | {"last_block": last}, recipient or [])
    _write(out, asked_bytes(asked), 0o600)
    typer.echo("0x" + scope_hash(asked).hex())


def build(
    manifest: Manifest,
    rpc: Rpc,
    out: Out,
    request: RequestId = None,
    recipient: Recipients = None,
    answers: Answers = None,
    asked: AskedFile = None,
    contract: Contracts = None,
    first: First = None,
    last: Last = None,
    account: Accounts = None,
    instrument: Instruments = None,
    event: Names = None,
    linked: Linked = 8_192,
    deliver: Deliver = False,
    keyfile: AnswerKeyfile = None,
    as_json: Json = False,
) -> None:
    """Read a chain and write an encrypted package that answers a request.

    With --answers and --asked, the request is one on chain: its file must have the scope hash that
    the chain has, and says what goes in and to whose key it is encrypted. Then the digest and the
    transaction that anchors it are printed, or signed and sent with --deliver.
    """
    from keelmark.chain import connect
    from keelmark.deploy import read_manifest
    from keelmark.deploy import verify as verify_code
    from keelmark.evidence import pack, package_digest, seal
    from keelmark.ledger.evidence import build_evidence

    chain = connect(rpc)
    deployment = read_manifest(manifest, chain_id=chain.chain_id())
    salt, signing = None, signer(keyfile) if deliver else None
    if answers is None and asked is None:
        if request is None:
            raise InputError("--request, --answers: expected one of them, to name the request")
        if deliver:
            raise InputError("--deliver: expected --answers with it, the request on chain")
        seal(b"", recipient or [])  # a wrong key is told before the chain is read
        chain.run(verify_code(deployment))
        fields = _fields(deployment, contract, first, account, instrument, event)
        newest = chain.block().number if last is None else last
        scope = _scope(request, fields | {"last_block": newest})
        recipients = recipient or []
    else:
        told = {
            "--request": request, "--recipient": recipient, "--contract": contract,
            "--from": first, "--account": account, "--instrument": instrument, "--event": event,
        }  # fmt: skip
        chain.run(verify_code(deployment))
        found = answered(chain, deployment, answers, asked, told, last, signing)
        request, scope, salt = found.reference, found.scope, found.salt
        recipients = found.recipients
    package = chain.run(build_evidence(request, scope, salt=salt, linked=linked))
    digest = package_digest(package)
    _write(out, seal(pack(package), recipients), 0o644)
    records = [record for one in package.chains.contracts for record in one.records]
    summary: dict[str, Any] = {
        "digest": "0x" + digest.hex(),
        "request": request,
        "last_block": scope.last_block,
        "last_block_hash": package.reading.last_block_hash,
        "records": len(records),
        "in_scope": sum(1 for record in records if record.transaction is not None),
        "receipts": len(package.receipts.items),
        "roots_proved": all(one.after.proof is not None for one in package.chains.contracts),
    }
    if answers is not None:
        summary |= delivered(chain, deployment, answers, digest, signing)
    if as_json:
        typer.echo(json.dumps(summary, indent=1))
    else:
        written(summary)


def _fields(
    deployment: Any,
    contract: list[str] | None,
    first: int | None,
    account: list[int] | None,
    instrument: list[int] | None,
    event: list[str] | None,
) -> dict[str, Any]:
    """The fields of a scope without its last block, from options."""
    return {
        "chain_id": deployment.chain_id,
        "contracts": sorted(_addresses(deployment.reporting, contract)),
        "first_block": deployment.first_block if first is None else first,
        "accounts": sorted(set(account or ())),
        "instruments": sorted(set(instrument or ())),
        "topics": sorted(_topics(event or [])),
    }


def _scope(request: str, fields: dict[str, Any]) -> Any:
    """The scope that was asked for.

    Raises:
        InputError: a field is out of its range; the text names it.
    """
    from pydantic import ValidationError

    from keelmark.evidence.parts import Request

    try:
        return Request.model_validate({"request": request, "salt": None, "scope": fields}).scope
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise InputError(f"{where}: {first['msg'].lower()}") from None


def _addresses(reporting: Any, names: list[str] | None) -> set[str]:
    """Addresses of reporting contracts by name.

    Raises:
        InputError: a name is none of theirs.
    """
    for name in names or ():
        if name not in reporting:
            raise InputError(f"contract: {name}, expected among {', '.join(reporting)}")
    return {reporting[name] for name in names or reporting}


def _topics(names: list[str]) -> set[str]:
    """First topics of events by name.

    Raises:
        InputError: a name is none of the kit's events.
    """
    from keelmark.events import BY_NAME

    for name in names:
        if name not in BY_NAME:
            raise InputError(f"event: {name} is no event of the kit")
    return {"0x" + BY_NAME[name].topic.hex() for name in names}
