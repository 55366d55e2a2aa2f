"""`keelmark sanctions`: a published list against a chain's, and what makes them equal."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keelmark.cli.output import console
from keelmark.errors import InputError

if TYPE_CHECKING:
    from keelmark.chain import Chain, Signer, SigningChain
    from keelmark.deploy.sanctions import Placed
    from keelmark.sanctions import Difference, Publication

File = Annotated[Path, typer.Option("--file", help="OFAC's SDN.XML, SDN_ADVANCED.XML or SDN.CSV.")]
Comments = Annotated[
    Path | None, typer.Option("--comments", help="SDN_COMMENTS.CSV, beside SDN.CSV.")
]
Rpc = Annotated[str | None, typer.Option("--rpc", help="URL of a node.")]
Manifest = Annotated[
    Path | None, typer.Option("--manifest", help="Manifest that names a SanctionsList.")
]
Contract = Annotated[
    str | None, typer.Option("--contract", help="Address of the list, instead of a manifest.")
]
FirstBlock = Annotated[
    int, typer.Option("--from-block", min=0, help="Block to read from, with --contract.")
]
ListFile = Annotated[
    Path | None, typer.Option("--list", help="A list saved by `show`, instead of a chain.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON for a program.")]
Yes = Annotated[bool, typer.Option("--yes", help="Sign and send; without it nothing is sent.")]
Keyfile = Annotated[
    Path | None, typer.Option("--keyfile", help="Encrypted key file, instead of the environment.")
]
LeaveOut = Annotated[
    bool, typer.Option("--leave-out-rejected", help="Go on although addresses are rejected.")
]
Shrink = Annotated[
    bool, typer.Option("--shrink", help="Go on although half of the list would be taken off.")
]
Screen = Annotated[
    bool,
    typer.Option(
        "--screen",
        help="Then bring it to the manifest's party registry: its time, and the flags of parties "
        "that were listed or taken off.",
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="When the file was fetched, ISO 8601; else its time of change."),
]

PASSWORD = "KEELMARK_KEYFILE_PASSWORD"
"""Environment variable with the key file's password; asked for where it is not set."""

_CHUNK = 1 << 20


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    group = typer.Typer(help="Sanctions lists, published and on a chain.", no_args_is_help=True)
    group.command("diff")(diff)
    group.command("update")(update)
    group.command("show")(show)
    root.add_typer(group, name="sanctions")


def _chunks(path: Path) -> Iterator[bytes]:
    """A file in pieces."""
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except OSError as error:
        raise InputError(f"--file {path}: {error.strerror or error}") from None


def read_publication(path: Path, comments: Path | None) -> Publication:
    """A published list, by the first byte of its file.

    Raises:
        InputError: it cannot be read or is none.
    """
    from keelmark.sanctions import read_csv, read_xml

    head = next(_chunks(path), b"").removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if head == b"<":
        if comments is not None:
            raise InputError("--comments: only SDN.CSV has a comments file, expected none")
        return read_xml(path.name, _chunks(path))
    return read_csv(
        path.name, _chunks(path), (comments.name, _chunks(comments)) if comments else None
    )


def read_saved(path: Path) -> dict[str, bytes]:
    """A list saved by `show`: address to reference.

    Raises:
        InputError: the file is none.
    """
    from eth_utils.address import is_checksum_address

    try:
        entries = json.loads(path.read_text("utf-8"))["entries"]
        found = {str(address): _word(str(text)) for address, text in entries.items()}
    except OSError as error:
        raise InputError(f"--list {path}: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(
            f"--list {path}: expected JSON with 'entries', address to reference"
        ) from None
    for address in found:
        if not is_checksum_address(address):
            raise InputError(f"--list {path}: {address[:80]!r}, expected a checksummed address")
    return found


def _word(text: str) -> bytes:
    """A reference as printed, back as 32 bytes."""
    word = bytes.fromhex(text[2:]) if text.startswith("0x") else text.encode("ascii")
    if not 0 < len(word) <= 32:
        raise ValueError(text)
    return word.ljust(32, b"\0")


def _place(chain: Chain, manifest: Path | None, contract: str | None, first: int) -> Placed:
    """Where the list is."""
    from eth_utils.address import is_checksum_address

    from keelmark.deploy.sanctions import Placed, list_in_manifest

    if (manifest is None) == (contract is None):
        raise InputError("--manifest, --contract: expected one of them, to say where the list is")
    if manifest is not None:
        return chain.run(list_in_manifest(manifest))
    if contract is None or not is_checksum_address(contract):
        raise InputError(f"--contract {contract}: expected a checksummed address")
    return Placed(contract, first)


def _listed(chain: Chain, place: Placed) -> Any:
    """The chain's list, rebuilt and found to hold."""
    from keelmark.ledger.sanctions import read_list

    found = chain.run(read_list(place.address, place.first_block))
    if found.folded != found.stored:
        raise InputError(
            f"list {place.address}: its logs do not fold to its report chain, expected all of "
            "them; is --from-block after the block of its creation?"
        )
    wrong = [*found.discrepancies, *found.book.findings]
    if wrong:
        raise InputError(f"list {place.address}: it differs from its own events, {wrong[0]}")
    return found


def _connect(rpc: str | None) -> Chain:
    from keelmark.chain import connect

    if rpc is None:
        raise InputError("--rpc: expected the URL of a node, or --list with a saved list")
    return connect(rpc)


def show(
    rpc: Rpc = None, manifest: Manifest = None, contract: Contract = None, first: FirstBlock = 0
) -> None:
    """Print a chain's list as JSON, rebuilt from its events and checked against the contract."""
    from keelmark.sanctions import reference_text

    chain = _connect(rpc)
    found = _listed(chain, _place(chain, manifest, contract, first))
    head = found.reading.head.number
    entries = sorted(found.book.references.items())
    document = {
        "as_of": found.book.as_of,
        "block": head,
        "finality": str(found.reading.finality(head)),
        "source": "0x" + found.book.source.hex(),
        "digest": "0x" + found.book.digest.hex(),
        "entries": {address: reference_text(word) for address, word in entries},
    }
    typer.echo(json.dumps(document, indent=1))


def diff(
    file: File,
    comments: Comments = None,
    rpc: Rpc = None,
    manifest: Manifest = None,
    contract: Contract = None,
    first: FirstBlock = 0,
    saved: ListFile = None,
    as_json: Json = False,
) -> None:
    """Print what differs between a published list and a chain's. Nothing is signed."""
    from keelmark.sanctions import compare

    publication = read_publication(file, comments)
    if saved is not None:
        listed = read_saved(saved)
    else:
        chain = _connect(rpc)
        listed = _listed(chain, _place(chain, manifest, contract, first)).book.references
    _print(compare(publication, listed), as_json)


def update(
    file: File,
    comments: Comments = None,
    rpc: Rpc = None,
    manifest: Manifest = None,
    contract: Contract = None,
    first: FirstBlock = 0,
    keyfile: Keyfile = None,
    yes: Yes = False,
    leave_out_rejected: LeaveOut = False,
    shrink: Shrink = False,
    as_of: AsOf = None,
    screen: Screen = False,
) -> None:
    """Make a chain's list equal to a published one, in batches; without a change, confirm it.

    The key is in KEELMARK_PRIVATE_KEY or in an encrypted key file.
    """
    from keelmark.bindings.sanctions_list import SanctionsList
    from keelmark.deploy.sanctions import update_list
    from keelmark.sanctions import compare

    if screen and manifest is None:
        raise InputError("--screen: expected --manifest as well, which names the party registry")
    chain = _connect(rpc)
    place = _place(chain, manifest, contract, first)
    publication = read_publication(file, comments)
    found = _listed(chain, place)
    time = _fetched(file, as_of, chain.block().time)
    if time < found.book.as_of:
        raise InputError(
            f"--as-of: {file.name} is of {time}, expected no older than the list's time, "
            f"{found.book.as_of}"
        )
    references = found.book.references
    difference = compare(publication, references)
    _print(difference, as_json=False)
    if publication.rejected and not leave_out_rejected:
        raise InputError(f"--file {file.name}: {publication.rejected[0]}; nothing was sent")
    if 2 * len(difference.removed) > len(references) and not shrink:
        raise InputError(
            f"--file {file.name}: {len(difference.removed)} of {len(references)} wallets would "
            "be taken off, expected half at most without --shrink; nothing was sent"
        )
    if not yes:
        typer.echo("Nothing was sent; --yes signs and sends this.")
        return
    signing = chain.signing(_signer(keyfile))
    sent = signing.run(
        update_list(
            SanctionsList(place.address),
            difference,
            time,
            progress=lambda number, of, receipt: typer.echo(
                f"batch {number} of {of}: 0x{receipt.transaction_hash.hex()}"
            ),
        )
    )
    what = "confirmed" if difference.empty else "updated"
    typer.echo(f"{what} as of {time}, {len(sent)} transactions")
    if screen and manifest is not None:
        changed = {e.address for e in difference.added} | set(difference.removed)
        _screen(signing, manifest, changed)


def _screen(chain: SigningChain, manifest: Path, changed: set[str]) -> None:
    """Brings a list that was just updated to the party registry of its manifest."""
    from keelmark.deploy import read_manifest
    from keelmark.deploy.screening import affected, screen_parties, sync_list
    from keelmark.ledger.parties import rebuild_parties
    from keelmark.ledger.reader import read_logs

    deployment = read_manifest(manifest, chain_id=chain.chain_id())
    registry = deployment.parties
    reading = chain.run(read_logs([registry.address], deployment.first_block))
    book = rebuild_parties(reading.events(), registry.address)
    synced = chain.run(sync_list(registry))
    if synced is not None:
        typer.echo(f"time copied: 0x{synced.transaction_hash.hex()}")
    done = chain.run(
        screen_parties(
            registry,
            book,
            affected(book, changed),
            progress=lambda wallet, receipt: typer.echo(
                f"screened {wallet}: 0x{receipt.transaction_hash.hex()}"
            ),
        )
    )
    for wallet in done.undecided:
        typer.echo(f"not cleared {wallet}: the list is stale or an oracle does not answer")
    typer.echo(f"parties screened: {len(done.receipts)}")


def _fetched(file: Path, told: str | None, now: int) -> int:
    """Seconds at which the source was read, not after the chain's newest block.

    Raises:
        InputError: the option is no time.
    """
    from datetime import UTC, datetime

    if told is None:
        return min(int(file.stat().st_mtime), now)
    try:
        time = datetime.fromisoformat(told)
    except ValueError:
        raise InputError(f"--as-of {told!r}: expected a time such as 2026-01-31T08:00Z") from None
    return min(int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()), now)


def _signer(keyfile: Path | None) -> Signer:
    """The officer's key: from a key file if one is named, else from the environment."""
    from keelmark.chain import Signer

    if keyfile is None:
        return Signer.from_environment()
    password = os.environ.get(PASSWORD) or typer.prompt("Password", hide_input=True, err=True)
    return Signer.from_keyfile(keyfile, str(password))


def _print(difference: Difference, as_json: bool) -> None:
    """A difference, for a person or for a program."""
    from keelmark.sanctions import digest, reference_text

    publication = difference.publication
    day = publication.published.isoformat() if publication.published else None
    rows = [
        *(("add", e.address, reference_text(e.reference)) for e in difference.added),
        *(
            ("change", c.entry.address, reference_text(c.entry.reference))
            for c in difference.changed
        ),
        *(("remove", address, reference_text(w)) for address, w in difference.removed.items()),
    ]
    counts = {
        "added": len(difference.added),
        "changed": len(difference.changed),
        "removed": len(difference.removed),
        "unchanged": difference.unchanged,
    }
    if as_json:
        document = {
            "published": day,
            "source": "0x" + publication.source.hex(),
            "digest": "0x" + digest(publication.references()).hex(),
            **counts,
            "changes": [dict(zip(("act", "address", "reference"), r, strict=True)) for r in rows],
            "skipped": dict(publication.skipped),
            "rejected": [str(item) for item in publication.rejected],
        }
        typer.echo(json.dumps(document, indent=1))
        return
    from rich.table import Table

    if rows:
        table = Table("act", "address", "reference")
        for row in rows:
            table.add_row(*row)
        console().print(table)
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    typer.echo(f"published {day or 'on a day that the file does not name'}: {told}")
    others = ", ".join(f"{name} {count}" for name, count in publication.skipped.items())
    typer.echo(f"of other chains, skipped: {others or 'none'}")
    for item in publication.rejected:
        typer.echo(f"rejected: {item}")
