"""Evidence that answers a request on chain: what was asked, and the anchor of the answer."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keelmark.errors import InputError, KeelmarkError

if TYPE_CHECKING:
    from keelmark.chain import Chain, Signer
    from keelmark.deploy import Deployment
    from keelmark.evidence import Expected
    from keelmark.evidence.asking import Asked
    from keelmark.evidence.parts import Scope

Answers = Annotated[
    int | None, typer.Option("--answers", min=1, help="Id of a request on chain, with --asked.")
]
AskedFile = Annotated[
    Path | None, typer.Option("--asked", help="The requester's file: scope and public keys.")
]
Deliver = Annotated[
    bool, typer.Option("--deliver", help="Sign and send the transaction that anchors the digest.")
]
AnswerKeyfile = Annotated[
    Path | None, typer.Option("--keyfile", help="Encrypted key file, instead of the environment.")
]

PASSWORD = "KEELMARK_KEYFILE_PASSWORD"
"""Environment variable with the key file's password; asked for where it is not set."""


class NotAnchored(KeelmarkError, RuntimeError):
    """A package was written, and its digest did not get on the chain."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a request on chain asks for."""

    reference: str
    scope: Scope
    salt: str
    recipients: list[str]


def read_asked_file(path: Path) -> Asked:
    """The file of a request.

    Raises:
        InputError: it cannot be read or is none.
    """
    from keelmark.evidence.asking import read_asked

    try:
        return read_asked(path.read_bytes())
    except OSError as error:
        raise InputError(f"--asked {path}: {error.strerror or error}") from None


def answered(
    chain: Chain,
    deployment: Deployment,
    id: int | None,
    path: Path | None,
    told: Mapping[str, object],
    last: int | None,
    signing: Signer | None,
) -> Answered:
    """What a request asks for, by the chain and by the requester's file.

    Args:
        chain: where the request is.
        deployment: whose Supervision it was made to.
        id: of the request.
        path: the requester's file.
        told: options that the file takes the place of.
        last: last block, where the file leaves it to the answer.
        signing: the key that is to anchor the answer, if one is.

    Raises:
        InputError: the two do not fit, the request waits for no package, an option is too many,
            or the key is not the requested authority's.
    """
    from keelmark.evidence.asking import scope_hash
    from keelmark.ledger.cooperation import read_anchor
    from keelmark.ledger.cooperation_words import Kind, State

    if id is None or path is None:
        raise InputError("--answers, --asked: expected both, the request and its file")
    for name, value in told.items():
        if value not in (None, []):
            raise InputError(f"{name}: the request says that, expected none with --answers")
    asked = read_asked_file(path)
    if asked.chain_id != deployment.chain_id:
        raise InputError(
            f"asked: chain_id is {asked.chain_id}, the manifest is of {deployment.chain_id}"
        )
    found = chain.run(read_anchor(deployment.supervision, id))
    if found.scope_hash != scope_hash(asked):
        raise InputError(
            f"asked: scope_hash of {path} is 0x{scope_hash(asked).hex()}, request {id} has "
            f"0x{found.scope_hash.hex()}"
        )
    if found.request.kind not in (Kind.EVIDENCE, Kind.FREEZE, Kind.RESTRICTION):
        raise InputError(
            f"request {id}: kind is {found.request.kind.name}, expected one that a package answers"
        )
    if found.request.state not in (State.REQUESTED, State.ACKNOWLEDGED):
        raise InputError(
            f"request {id}: state is {found.request.state.name}, expected one that waits for an "
            "answer"
        )
    if signing is not None:
        authority = found.request.requested
        asked_of = chain.run(deployment.supervision.authority_of(authority))
        if signing.address != asked_of:
            raise InputError(
                f"--deliver: the key is {signing.address}, request {id} asks authority "
                f"{authority}, {asked_of}"
            )
    strangers = set(asked.contracts) - set(deployment.reporting.values())
    if strangers:
        raise InputError(f"asked: contracts {min(strangers)} is none of the manifest's")
    if last is not None and asked.last_block is not None and last != asked.last_block:
        raise InputError(f"--to: the request says {asked.last_block}, expected none")
    newest = chain.block().number if last is None else last
    return Answered(str(found.reference), asked.scope(newest), asked.salt, list(asked.recipients))


def delivered(
    chain: Chain, deployment: Deployment, id: int, digest: bytes, signing: Signer | None
) -> dict[str, Any]:
    """Anchors a digest, or says by which transaction that is done.

    Args:
        chain: where.
        deployment: whose Supervision the request was made to.
        id: of the request.
        digest: the package's.
        signing: the requested authority's key; None sends nothing.

    Raises:
        NotAnchored: the chain refused it, or did not answer.
    """
    from keelmark.chain.operations import Transact
    from keelmark.ledger.cooperation import deliver

    contract = deployment.supervision
    if signing is None:
        sending = contract.deliver(id, digest)
        transaction = next(sending)
        sending.close()
        assert isinstance(transaction, Transact)
        return {
            "anchored": False,
            "transaction": {"to": contract.address, "data": "0x" + transaction.data.hex()},
        }
    try:
        moved = chain.signing(signing).run(deliver(contract, id, digest))
    except KeelmarkError as error:
        raise NotAnchored(
            f"deliver: the package was written, its digest 0x{digest.hex()} was not anchored, "
            f"{error}"
        ) from error
    return {
        "anchored": True,
        "transaction": {"hash": "0x" + moved.receipt.transaction_hash.hex()},
        "late": moved.request.changed_at > moved.request.deliver_by,
    }


def signer(keyfile: Path | None) -> Signer:
    """The authority's key: from a key file if one is named, else from the environment."""
    from keelmark.chain import Signer

    if keyfile is None:
        return Signer.from_environment()
    password = os.environ.get(PASSWORD) or typer.prompt("Password", hide_input=True, err=True)
    return Signer.from_keyfile(keyfile, str(password))


def written(summary: Mapping[str, Any]) -> None:
    """A summary for a person."""
    for name, value in summary.items():
        text = json.dumps(value) if isinstance(value, dict) else value
        typer.echo(f"{name.replace('_', ' '):<16} {text}")
    if summary.get("anchored") is False:
        typer.echo("Nothing was sent; --deliver signs and sends this transaction.")


def expected_reference(expected: Expected, id: int, manifest: Path | None) -> Expected:
    """The reference of a request that was made to the receiver's own deployment.

    Raises:
        InputError: there is no manifest, or another reference was given as well.
    """
    from keelmark.evidence.asking import ChainReference

    if manifest is None or expected.chain_id is None or expected.supervision is None:
        raise InputError("--answers: expected --manifest with it, to say where the request is")
    if expected.request is not None:
        raise InputError("--request, --answers: expected one of them")
    reference = ChainReference(expected.chain_id, expected.supervision, id)
    return replace(expected, request=str(reference))


def anchored(expected: Expected, rpc: str) -> tuple[Expected, str]:
    """What a node says was anchored for a request, and the remark that only it says so.

    Raises:
        InputError: no request on chain is expected, or the node knows of no digest.
        ChainMismatch: the node is of another chain.
    """
    from keelmark.bindings.supervision import Supervision
    from keelmark.chain import connect
    from keelmark.errors import ChainMismatch
    from keelmark.evidence.asking import read_reference
    from keelmark.ledger.cooperation import read_anchor

    reference = read_reference(expected.request or "")
    if reference is None:
        raise InputError("--rpc: expected --answers, or --request with a reference on chain")
    chain = connect(rpc)
    if chain.chain_id() != reference.chain_id:
        raise ChainMismatch(
            f"--rpc: chain id is {chain.chain_id()}, the request is on {reference.chain_id}"
        )
    found = chain.run(read_anchor(Supervision(reference.supervision), reference.id))
    if not any(found.package_digest):
        raise InputError(f"--rpc: the node says that nothing was delivered for {reference}")
    if expected.digest is None:
        expected = replace(expected, digest=found.package_digest)
    elif expected.digest != found.package_digest:
        raise InputError(
            f"--rpc: the node says 0x{found.package_digest.hex()} was anchored, --digest is "
            f"0x{expected.digest.hex()}"
        )
    said = f"anchored digest 0x{found.package_digest.hex()}, on the word of the node {chain.name}"
    return expected, said
