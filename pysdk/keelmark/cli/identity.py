"""`keelmark identity`: what issuers of attestations do at a desk, and those who check them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keelmark.errors import InputError

if TYPE_CHECKING:
    from keelmark.chain import Signer
    from keelmark.identity import Statement

Document = Annotated[Path, typer.Argument(help="IVMS101 person, JSON. It is sent nowhere.")]
Statements = Annotated[list[Path], typer.Argument(help="Signed attestations, JSON.")]
One = Annotated[Path, typer.Argument(help="A signed revocation, JSON.")]
Out = Annotated[Path, typer.Option("--out", help="File to write; it must not exist yet.")]
Secret = Annotated[Path, typer.Option("--secret", help="File that `commit` wrote, with the salt.")]
Word = Annotated[
    str | None, typer.Option("--commitment", help="What the chain shows; else the file's own.")
]
Wallet = Annotated[str, typer.Option("--wallet", help="The party's address, checksummed.")]
Lei = Annotated[str | None, typer.Option("--lei", help="LEI of a firm.")]
Code = Annotated[int | None, typer.Option("--client-code", help="Code of a natural person.")]
Member = Annotated[int, typer.Option("--member", help="Account that carries a natural person.")]
Country = Annotated[str, typer.Option("--jurisdiction", help="ISO 3166-1 alpha-2, or EU.")]
Category = Annotated[
    int, typer.Option("--category", help="1 retail, 2 professional, 3 eligible counterparty.")
]
Expiry = Annotated[str, typer.Option("--expiry", help="When it ends, ISO 8601, UTC.")]
StatusUntil = Annotated[
    str | None,
    typer.Option("--status-until", help="When its category counts as retail, ISO 8601, UTC."),
]
Screened = Annotated[
    str, typer.Option("--screened-at", help="When lists were last consulted, ISO 8601, UTC.")
]
Issuer = Annotated[int, typer.Option("--issuer", help="Number of the issuer at the registry.")]
Nonce = Annotated[
    int | None, typer.Option("--nonce", help="Number not used before; else a random one.")
]
Hash = Annotated[str | None, typer.Option("--document", help="Commitment, 0x and 64 digits.")]
Reason = Annotated[str, typer.Option("--reason", help="Reason code or commitment, 0x and digits.")]
ChainId = Annotated[int, typer.Option("--chain-id", help="The chain that it is for.")]
Registry = Annotated[str, typer.Option("--registry", help="The registry that it is for.")]
Trusted = Annotated[
    str | None, typer.Option("--signer", help="The issuer's address, from a source you trust.")
]
Rpc = Annotated[str, typer.Option("--rpc", help="URL of a node.")]
OnChain = Annotated[
    str | None, typer.Option("--rpc", help="URL of a node: ask the registry as well.")
]
Keyfile = Annotated[
    Path | None, typer.Option("--keyfile", help="Encrypted key file, instead of the environment.")
]

PASSWORD = "KEELMARK_KEYFILE_PASSWORD"
"""Environment variable with the key file's password; asked for where it is not set."""


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    group = typer.Typer(help="Attested identity of parties.", no_args_is_help=True)
    group.command("commit")(commit)
    group.command("disclosed")(disclosed)
    group.command("attest")(attest)
    group.command("revoke")(revoke)
    group.command("verify")(verify)
    group.command("relay")(relay)
    group.command("relay-revocation")(relay_revocation)
    root.add_typer(group, name="identity")


def commit(document: Document, out: Out) -> None:
    """Commit to an IVMS101 document under a new salt; the salt goes to a file of yours."""
    from keelmark.identity import commit as commit_to
    from keelmark.identity import read_document

    made = commit_to(read_document(_text(document)))
    word, salt = "0x" + made.word.hex(), "0x" + made.salt.hex()
    _write(out, json.dumps({"commitment": word, "salt": salt}, indent=1))
    typer.echo(word)


def disclosed(document: Document, secret: Secret, commitment: Word = None) -> None:
    """Check a document that was disclosed, with its salt, against a commitment."""
    from keelmark.identity import is_committed, read_document
    from keelmark.identity.reading import read_json

    try:
        kept = read_json(_text(secret), "--secret")
        salt = bytes.fromhex(kept["salt"].removeprefix("0x"))
        word = _word("--commitment", commitment or kept["commitment"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"--secret {secret}: expected JSON with salt and commitment") from None
    if not is_committed(read_document(_text(document)), salt, word):
        raise InputError(f"{document.name}: not the document of 0x{word.hex()}, expected it")
    typer.echo(f"{document.name} is the document of 0x{word.hex()}")


def attest(
    wallet: Wallet,
    jurisdiction: Country,
    category: Category,
    expiry: Expiry,
    screened_at: Screened,
    issuer: Issuer,
    chain_id: ChainId,
    registry: Registry,
    out: Out,
    lei: Lei = None,
    client_code: Code = None,
    member: Member = 0,
    status_until: StatusUntil = None,
    document: Hash = None,
    nonce: Nonce = None,
    keyfile: Keyfile = None,
) -> None:
    """Sign an attestation of a party and write it to a file; nothing is sent.

    The key is in KEELMARK_PRIVATE_KEY or in an encrypted key file.
    """
    from keelmark.identity import attestation, sign

    content = attestation(
        wallet=wallet,
        jurisdiction=jurisdiction,
        category=category,
        expiry=_seconds("--expiry", expiry),
        screened_at=_seconds("--screened-at", screened_at),
        issuer=issuer,
        nonce=_fresh() if nonce is None else nonce,
        lei=lei,
        client_code=client_code,
        member=member,
        status_until=0 if status_until is None else _seconds("--status-until", status_until),
        document=bytes(32) if document is None else _word("--document", document),
    )
    signed = sign(_signer(keyfile), content, chain_id=chain_id, registry=registry)
    _put(out, signed, f"nonce {content.nonce}")


def revoke(
    wallet: Wallet,
    issuer: Issuer,
    chain_id: ChainId,
    registry: Registry,
    reason: Reason,
    out: Out,
    nonce: Nonce = None,
    keyfile: Keyfile = None,
) -> None:
    """Sign that an attestation is taken back, for good, and write it to a file."""
    from keelmark.bindings.party_registry import Revocation
    from keelmark.identity import sign
    from keelmark.identity.statement import check_address

    check_address("--wallet", wallet)
    content = Revocation(
        wallet, issuer, _fresh() if nonce is None else nonce, _word("--reason", reason)
    )
    signed = sign(_signer(keyfile), content, chain_id=chain_id, registry=registry)
    _put(out, signed, f"nonce {content.nonce}")


def verify(files: Statements, signer: Trusted = None, rpc: OnChain = None) -> None:
    """Check signed statements: offline against a trusted address, or against their registry."""
    import time

    from keelmark.identity import verify as check

    if (signer is None) == (rpc is None):
        raise InputError("--signer, --rpc: expected one of them, to say who the issuer is")
    for path in files:
        statement = _read(path)
        trusted = signer if rpc is None else _issuer_on(rpc, statement)
        check(statement, str(trusted), now=int(time.time()))
        content = statement.content
        typer.echo(
            f"{path.name}: {statement.kind} of {content.wallet} by issuer {content.issuer}, "
            f"signed by {trusted}, for chain {statement.chain_id}, registry {statement.registry}"
        )


def relay(files: Statements, rpc: Rpc, keyfile: Keyfile = None) -> None:
    """Bring signed attestations to their registry, all or none; you pay for the transaction."""
    from keelmark.bindings.party_registry import PartyRegistry
    from keelmark.identity import relay as bring

    statements = [_read(path) for path in files]
    _send(rpc, statements[0], keyfile, bring(PartyRegistry(statements[0].registry), statements))


def relay_revocation(file: One, rpc: Rpc, keyfile: Keyfile = None) -> None:
    """Bring a signed revocation to its registry; you pay for the transaction."""
    from keelmark.bindings.party_registry import PartyRegistry
    from keelmark.identity import revoke as bring

    statement = _read(file)
    _send(rpc, statement, keyfile, bring(PartyRegistry(statement.registry), statement))


def _send(rpc: str, statement: Statement, keyfile: Path | None, operation: Any) -> None:
    """Sends, on the chain that the statement is for."""
    from keelmark.chain import connect

    chain = connect(rpc)
    found = chain.chain_id()
    if found != statement.chain_id:
        raise InputError(f"--rpc: chain {found}, the statement is for {statement.chain_id}")
    receipt = chain.signing(_signer(keyfile)).run(operation)
    typer.echo(f"brought in block {receipt.block_number}: 0x{receipt.transaction_hash.hex()}")


def _issuer_on(rpc: str, statement: Statement) -> str:
    """The signer that a statement's registry knows for its issuer; refuses a used nonce."""
    from keelmark.bindings.party_registry import PartyRegistry
    from keelmark.chain import connect

    chain = connect(rpc)
    found = chain.chain_id()
    if found != statement.chain_id:
        raise InputError(f"--rpc: chain {found}, the statement is for {statement.chain_id}")
    registry, content = PartyRegistry(statement.registry), statement.content
    if chain.run(registry.recognised_issuers()) >> content.issuer & 1 == 0:
        raise InputError(f"issuer {content.issuer}: not recognised, expected one that counts")
    if chain.run(registry.is_nonce_used(content.issuer, content.nonce)):
        raise InputError(f"nonce {content.nonce}: used up, expected a fresh one")
    return str(chain.run(registry.signer_of(content.issuer)))


def _signer(keyfile: Path | None) -> Signer:
    """A key: from a key file if one is named, else from the environment."""
    from keelmark.chain import Signer

    if keyfile is None:
        return Signer.from_environment()
    password = os.environ.get(PASSWORD) or typer.prompt("Password", hide_input=True, err=True)
    return Signer.from_keyfile(keyfile, str(password))


def _fresh() -> int:
    """A nonce that nobody guesses and no second desk takes too. It costs the chain a word of its
    own (17,000 gas more to bring); who numbers statements in order gives `--nonce`."""
    import secrets

    return secrets.randbits(256)


def _seconds(option: str, text: str) -> int:
    from datetime import UTC, datetime

    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"{option} {text!r}: expected a time such as 2026-01-31T08:00Z") from None
    return int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp())


def _word(option: str, text: str) -> bytes:
    try:
        word = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        word = b""
    if len(word) != 32:
        raise InputError(f"{option}: expected 0x and 64 hexadecimal digits")
    return word


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path}: expected a text file that can be read") from None


def _read(path: Path) -> Statement:
    from keelmark.identity import read_statement

    return read_statement(_text(path))


def _put(out: Path, statement: Statement, what: str) -> None:
    from keelmark.identity import write_statement

    _write(out, write_statement(statement))
    typer.echo(f"{out}: {statement.kind} of {statement.content.wallet}, {what}")


def _write(out: Path, text: str) -> None:
    """Writes a new file that only its owner reads; never over another."""
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text + "\n")
    except OSError as error:
        raise InputError(f"--out {out}: {error.strerror or error}") from None
