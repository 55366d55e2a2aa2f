"""`keelmark evidence`: build a package for an authority, and verify one without a node."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keelmark.cli.output import console
from keelmark.errors import InputError, KeelmarkError

if TYPE_CHECKING:
    from keelmark.evidence import Expected, Verdict

_HELP = "Evidence for another authority: built from a chain, encrypted, verified without a node."

Manifest = Annotated[Path, typer.Option("--manifest", help="Manifest of the deployment.")]
Rpc = Annotated[str, typer.Option("--rpc", help="URL of a node.")]
RequestId = Annotated[str, typer.Option("--request", help="Reference of the request.")]
Recipients = Annotated[
    list[str], typer.Option("--recipient", help="The authority's public key, age1…; repeatable.")
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
Identity = Annotated[Path, typer.Option("--identity", help="File with your private key.")]
Hashes = Annotated[
    list[str],
    typer.Option("--block-hash", help="Hash of the last block, from a source you trust."),
]
Digest = Annotated[str | None, typer.Option("--digest", help="The digest that was anchored.")]
Asked = Annotated[str | None, typer.Option("--request", help="Reference that you asked under.")]
ChainId = Annotated[int | None, typer.Option("--chain-id", help="Chain that you asked about.")]
Known = Annotated[
    Path | None, typer.Option("--manifest", help="Your own manifest of the deployment.")
]
Gaps = Annotated[
    bool, typer.Option("--accept-gaps", help="Exit with 0 if something is not proved.")
]


class EvidenceIncomplete(KeelmarkError):
    """No proof in the package is broken, but something is not proved."""


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    group = typer.Typer(name="evidence", help=_HELP, no_args_is_help=True)
    group.command("keygen")(keygen)
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


def _read(path: Path, what: str) -> bytes:
    """A file's bytes.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{what}: {path} cannot be read, {error.strerror}") from None


def keygen(out: Out) -> None:
    """Make a key pair: the private key goes into a file of yours, the public one is printed."""
    from keelmark.evidence import new_identity

    identity, recipient = new_identity()
    _write(out, identity.encode(), 0o600)
    typer.echo(recipient)


def build(
    manifest: Manifest,
    rpc: Rpc,
    request: RequestId,
    recipient: Recipients,
    out: Out,
    contract: Contracts = None,
    first: First = None,
    last: Last = None,
    account: Accounts = None,
    instrument: Instruments = None,
    event: Names = None,
    linked: Linked = 8_192,
    as_json: Json = False,
) -> None:
    """Read a chain and write an encrypted package that answers a request."""
    from keelmark.chain import connect
    from keelmark.deploy import read_manifest
    from keelmark.deploy import verify as verify_code
    from keelmark.evidence import pack, package_digest, seal
    from keelmark.ledger.evidence import build_evidence

    seal(b"", recipient)  # a wrong key is told before the chain is read
    chain = connect(rpc)
    deployment = read_manifest(manifest, chain_id=chain.chain_id())
    chain.run(verify_code(deployment))
    fields = {
        "chain_id": deployment.chain_id,
        "contracts": sorted(_addresses(deployment.reporting, contract)),
        "first_block": deployment.first_block if first is None else first,
        "last_block": chain.block().number if last is None else last,
        "accounts": sorted(set(account or ())),
        "instruments": sorted(set(instrument or ())),
        "topics": sorted(_topics(event or [])),
    }
    scope = _scope(request, fields)
    package = chain.run(build_evidence(request, scope, linked=linked))
    digest = "0x" + package_digest(package).hex()
    _write(out, seal(pack(package), recipient), 0o644)
    records = [record for one in package.chains.contracts for record in one.records]
    summary = {
        "digest": digest,
        "request": request,
        "last_block": scope.last_block,
        "last_block_hash": package.reading.last_block_hash,
        "records": len(records),
        "in_scope": sum(1 for record in records if record.transaction is not None),
        "receipts": len(package.receipts.items),
        "roots_proved": all(one.after.proof is not None for one in package.chains.contracts),
    }
    if as_json:
        typer.echo(json.dumps(summary, indent=1))
        return
    for name, value in summary.items():
        typer.echo(f"{name.replace('_', ' '):<16} {value}")


def _scope(request: str, fields: dict[str, Any]) -> Any:
    """The scope that was asked for.

    Raises:
        InputError: a field is out of its range; the text names it.
    """
    from pydantic import ValidationError

    from keelmark.evidence.parts import Request

    try:
        return Request.model_validate({"request": request, "scope": fields}).scope
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


def _hash(text: str, what: str) -> bytes:
    """32 bytes from hexadecimal text.

    Raises:
        InputError: it is none.
    """
    digits = text.removeprefix("0x")
    if len(digits) != 64 or any(digit not in "0123456789abcdefABCDEF" for digit in digits):
        raise InputError(f"{what}: expected 0x and 64 hexadecimal digits")
    return bytes.fromhex(digits)


def verify(
    package: Annotated[Path, typer.Argument(help="The encrypted package.")],
    identity: Identity,
    block_hash: Hashes,
    digest: Digest = None,
    request: Asked = None,
    chain_id: ChainId = None,
    manifest: Known = None,
    accept_gaps: Gaps = False,
    as_json: Json = False,
) -> None:
    """Decrypt a package, verify every proof in it, and say what was proved.

    No node is asked. Exits with 1 if something is broken or, unless gaps are accepted, not proved.
    """
    from keelmark.evidence import EvidenceBroken, unpack, unseal
    from keelmark.evidence import verify as judge

    expected = _expected(block_hash, digest, request, chain_id, manifest)
    key = _read(identity, "identity").decode("utf-8", "replace")
    try:
        opened, found = unpack(unseal(_read(package, "package"), key))
        verdict = judge(opened, found, expected)
    except EvidenceBroken as error:
        if as_json:
            broken = {"part": error.part, "reason": error.reason}
            typer.echo(json.dumps({"whole": False, "broken": broken}, indent=1))
        raise
    if as_json:
        typer.echo(json.dumps(_summary(verdict), indent=1))
    else:
        _print(verdict)
    if verdict.not_proved and not accept_gaps:
        raise EvidenceIncomplete(f"evidence: not proved, {verdict.not_proved[0]}")


def _expected(
    hashes: list[str],
    digest: str | None,
    request: str | None,
    chain_id: int | None,
    manifest: Path | None,
) -> Expected:
    """What the receiver knows, from options and a manifest.

    Raises:
        InputError: an option is malformed, or the manifest is of another chain.
    """
    from keelmark.deploy import read_manifest
    from keelmark.evidence import Expected

    known = read_manifest(manifest, chain_id=chain_id) if manifest else None
    return Expected(
        block_hashes=tuple(_hash(text, "block-hash") for text in hashes),
        digest=_hash(digest, "digest") if digest else None,
        request=request,
        chain_id=known.chain_id if known else chain_id,
        contracts=(
            {
                known.contracts[name].address: known.contracts[name].code_hash
                for name in known.reporting
            }
            if known
            else None
        ),
        rulebook_digest=known.rulebook_digest if known else None,
    )


def _summary(verdict: Verdict) -> dict[str, Any]:
    """A verdict for a program; 32-byte words as hexadecimal text, numbers as text where large."""
    return {
        "whole": verdict.whole,
        "digest": "0x" + verdict.digest.hex(),
        "request": verdict.request,
        "scope": verdict.scope.model_dump(mode="json"),
        "proved": verdict.proved,
        "not_proved": verdict.not_proved,
        "stated_by_the_sender": verdict.stated,
        "events": [
            {
                "block": one.record.block,
                "time": one.time,
                "transaction": one.record.transaction,
                "contract": one.contract,
                "name": one.event.name if one.event else None,
                "fields": {
                    name: "0x" + value.hex() if isinstance(value, bytes) else str(value)
                    for name, value in (one.event.args.items() if one.event else ())
                },
                "topics": list(one.record.topics),
                "data": one.record.data,
            }
            for one in verdict.events
        ],
    }


def _print(verdict: Verdict) -> None:
    """A verdict for a person."""
    shown = console()
    scope = verdict.scope
    shown.print(
        f"request {verdict.request}: {len(verdict.events)} events in scope, "
        f"blocks {scope.first_block} to {scope.last_block} of chain {scope.chain_id}",
        soft_wrap=True,
    )
    for title, lines in (
        ("proved", verdict.proved),
        ("NOT PROVED", verdict.not_proved),
        ("stated by the sender", verdict.stated),
    ):
        for line in lines:
            shown.print(f"{title:<22} {line}", soft_wrap=True, highlight=False, markup=False)
