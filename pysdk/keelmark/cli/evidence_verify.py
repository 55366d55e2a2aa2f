"""`keelmark evidence verify`: a package judged without trust in its sender or in a node."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keelmark.cli.evidence_answers import (
    Answers,
    AskedFile,
    anchored,
    expected_reference,
    read_asked_file,
)
from keelmark.cli.output import console
from keelmark.errors import InputError, KeelmarkError

if TYPE_CHECKING:
    from keelmark.evidence import Expected, Verdict

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON for a program.")]
Identity = Annotated[Path, typer.Option("--identity", help="File with your private key.")]
Hashes = Annotated[
    list[str],
    typer.Option("--block-hash", help="Hash of the last block, from a source you trust."),
]
Digest = Annotated[
    str | None, typer.Option("--digest", "--anchored", help="The digest that was anchored.")
]
Node = Annotated[
    str | None,
    typer.Option("--rpc", help="Node to ask for the anchor, with --answers; it is not trusted."),
]
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


def _read(path: Path, what: str) -> bytes:
    """A file's bytes.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{what}: {path} cannot be read, {error.strerror}") from None


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
    answers: Answers = None,
    asked: AskedFile = None,
    chain_id: ChainId = None,
    manifest: Known = None,
    rpc: Node = None,
    accept_gaps: Gaps = False,
    as_json: Json = False,
) -> None:
    """Decrypt a package, verify every proof in it, and say what was proved.

    No node is asked, unless one is named for the anchored digest; what it says is not proved. Exits
    with 1 if something is broken or, unless gaps are accepted, not proved.
    """
    from keelmark.evidence import EvidenceBroken, unpack, unseal
    from keelmark.evidence import verify as judge

    expected = _expected(block_hash, digest, request, chain_id, manifest)
    if answers is not None:
        expected = expected_reference(expected, answers, manifest)
    if asked is not None:
        expected = replace(expected, asked=read_asked_file(asked))
    node_says = ""
    if rpc is not None:
        expected, node_says = anchored(expected, rpc)
    key = _read(identity, "identity").decode("utf-8", "replace")
    try:
        opened, found = unpack(unseal(_read(package, "package"), key))
        verdict = judge(opened, found, expected)
    except EvidenceBroken as error:
        if as_json:
            broken = {"part": error.part, "reason": error.reason}
            typer.echo(json.dumps({"whole": False, "broken": broken}, indent=1))
        raise
    if node_says:
        verdict.stated.append(node_says)
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
        supervision=known.supervision.address if known else None,
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
