"""`keelmark verify`: a store or a package against the chain, and against nobody's word."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from keelmark.cli.output import console
from keelmark.errors import InputError, KeelmarkError

if TYPE_CHECKING:
    from keelmark.chain import Chain
    from keelmark.deploy import Deployment
    from keelmark.proofs.verification_result import Verification
    from keelmark.verification.anchors import Trust
    from keelmark.verification.inclusion import Included
    from keelmark.verification.source import Source

StoreAt = Annotated[str | None, typer.Option("--store", help="Store to verify.")]
PackageAt = Annotated[Path | None, typer.Option("--package", help="Package to verify, offline.")]
Trusted = Annotated[
    list[str] | None,
    typer.Option(
        "--trust", help="Block hash from a source of your own: HASH or NUMBER:HASH; several may be."
    ),
]
TrustFile = Annotated[
    Path | None, typer.Option("--trust-file", help="File with one trusted block a line.")
]
Endpoint = Annotated[
    str | None,
    typer.Option(
        "--endpoint", help="Node with proofs and headers that the store lacks; untrusted."
    ),
]
First = Annotated[int | None, typer.Option("--from", help="First block of the period.")]
Last = Annotated[int | None, typer.Option("--to", help="Last block of the period, included.")]
Events = Annotated[
    list[str] | None,
    typer.Option(
        "--event", help="BLOCK:LOG_INDEX of an event: only this is proved, by its receipt."
    ),
]
Known = Annotated[
    Path | None, typer.Option("--manifest", help="Your own manifest of the deployment.")
]
Headers = Annotated[
    bool, typer.Option("--headers", help="Ask for every header: proves all rows' times and hashes.")
]
Record = Annotated[
    Path | None,
    typer.Option("--record", help="Write the result to a file for reports and the API."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON for a program.")]

_HELP = """Prove that a store's rows are all that the contracts reported, unaltered and in order.

Folds every reporting contract's rows and compares them with its root on the chain, which a storage
proof shows from a block whose hash you trust. Says which blocks hold the first difference, and
with a node which log it is. Exits with 1 unless everything that was asked for is proved.
"""


class NotVerified(KeelmarkError):
    """A store is not what the chain has, or it is not shown that it is."""


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    group = typer.Typer(help=_HELP, invoke_without_command=True, no_args_is_help=True)
    group.callback()(verify)
    group.command("pack")(pack)
    root.add_typer(group, name="verify")


def verify(
    context: typer.Context,
    store: StoreAt = None,
    package: PackageAt = None,
    trust: Trusted = None,
    trust_file: TrustFile = None,
    endpoint: Endpoint = None,
    first: First = None,
    last: Last = None,
    event: Events = None,
    manifest: Known = None,
    headers: Headers = False,
    record: Record = None,
    as_json: Json = False,
) -> None:
    """Verify, show, and exit with 1 unless everything is proved."""
    if context.invoked_subcommand is not None:
        if any(one is not None for one in (store, package, trust, endpoint, record)):
            raise InputError(f"verify: options stand after {context.invoked_subcommand}")
        return
    from keelmark.verification.verify import verify_store

    trusted = _trusted(trust or [], trust_file)
    places = [_place(text) for text in event or []]
    if places and (record is not None or first is not None or last is not None):
        raise InputError("event: it is proved by itself, without --record, --from and --to")
    if headers and endpoint is None:
        raise InputError("headers: they are asked of a node, expected --endpoint")
    chain = _connected(endpoint)
    source = _source(store, package)
    try:
        expected = _manifest(manifest, source)
        if places:
            _show_events(_included(source, trusted, chain, places), as_json)
            return
        found = verify_store(
            source,
            trusted,
            first_block=first,
            last_block=last,
            chain=chain,
            expected=expected,
            headers=headers,
        )
    finally:
        _close(source)
    if record is not None:
        _write(record, found.to_json())
    if as_json:
        typer.echo(json.dumps(found.as_json(), indent=1))
    else:
        _print(found)
    if found.findings:
        raise NotVerified(f"verify: {found.findings[0].text}")
    if found.not_proved:
        raise NotVerified(f"verify: not proved, {found.not_proved[0]}")


def pack(
    store: Annotated[str, typer.Option("--store", help="Store to pack.")],
    out: Annotated[Path, typer.Option("--out", help="File to write.")],
    endpoint: Endpoint = None,
    first: First = None,
    last: Last = None,
    event: Events = None,
    linked: Annotated[
        bool, typer.Option("--headers", help="Put in every header: one hash vouches for all.")
    ] = False,
) -> None:
    """Write rows, proofs and receipts into one file that is verified without a network."""
    from keelmark.verification.package import pack as write

    places = [_place(text) for text in event or []]
    source = _source(store, None)
    try:
        packed = write(
            source,
            out,
            first_block=first,
            last_block=last,
            chain=_connected(endpoint),
            events=places,
            linked=linked,
        )
    finally:
        _close(source)
    console().print(
        f"{out}: {packed.rows} rows of blocks {packed.first_block} to {packed.last_block}, "
        f"{packed.receipts} receipts, {packed.headers} headers; verify it with --trust "
        f"{packed.last_block}:0x{packed.last_hash.hex()} once a source of your own confirms this "
        "hash",
        soft_wrap=True,
        highlight=False,
        markup=False,
    )


def _source(store: str | None, package: Path | None) -> Any:
    """What is verified.

    Raises:
        InputError: not exactly one was named, or it cannot be opened.
    """
    from keelmark.store import open_store
    from keelmark.verification.unpack import open_package

    if (store is None) == (package is None):
        raise InputError("verify: expected either --store or --package")
    if package is not None:
        return open_package(package)
    assert store is not None
    return open_store(store, read_only=True)


def _close(source: Any) -> None:
    """Lets go of a store; a package needs nothing."""
    close = getattr(source, "close", None)
    if close is not None:
        close()


def _connected(endpoint: str | None) -> Chain | None:
    """A client of the node that was named."""
    from keelmark.chain import connect

    if endpoint is not None and not endpoint.startswith(("http://", "https://")):
        raise InputError("endpoint: expected the URL of a node, http:// or https://")
    return None if endpoint is None else connect(endpoint)


def _trusted(texts: Sequence[str], path: Path | None) -> list[Trust]:
    """Trusted blocks from options and a file, where empty lines and those with # are left out.

    Raises:
        InputError: one is malformed, or the file cannot be read.
    """
    from keelmark.verification.anchors import read_trust

    lines = list(texts)
    if path is not None:
        try:
            content = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            said = getattr(error, "strerror", None) or "is no text"
            raise InputError(f"trust-file: {path} cannot be read, {said}") from None
        lines += [line for line in content.splitlines() if line.strip() and line.strip()[0] != "#"]
    return [read_trust(line) for line in lines]


def _place(text: str) -> tuple[int, int]:
    """Block and log index.

    Raises:
        InputError: it is not of that form.
    """
    block, colon, index = text.partition(":")
    if not (colon and block.isdecimal() and index.isdecimal() and len(text) < 30):
        raise InputError(f"event: {text!r}, expected BLOCK:LOG_INDEX")
    return int(block), int(index)


def _manifest(path: Path | None, source: Source) -> Deployment | None:
    """The user's own manifest."""
    from keelmark.deploy import read_manifest

    if path is None:
        return None
    return read_manifest(path, chain_id=source.description.chain_id)


def _included(
    source: Source, trusted: Sequence[Trust], chain: Chain | None, places: Sequence[tuple[int, int]]
) -> list[Included]:
    """Events, each proved by its receipt."""
    from keelmark.verification.anchors import gathered
    from keelmark.verification.inclusion import prove_event

    if not places:
        return []
    anchors = gathered(source, trusted, chain)
    return [prove_event(source, anchors, *place, chain=chain) for place in places]


def _write(path: Path, text: str) -> None:
    """Writes a file by rename.

    Raises:
        InputError: it cannot be written.
    """
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise InputError(f"record: {path} cannot be written, {error.strerror}") from None


def _show_events(included: Sequence[Included], as_json: bool) -> None:
    """Events that were proved."""
    if as_json:
        typer.echo(json.dumps([one.as_json() for one in included], indent=1))
        return
    for one in included:
        order = "" if one.log_index_proved else " (by its order in the receipt)"
        console().print(
            f"proved: {one.event} of {one.contract}, block {one.block} ({one.block_hash}), second "
            f"{one.time}, transaction {one.transaction_index}, log {one.log_index}{order}",
            soft_wrap=True,
            highlight=False,
            markup=False,
        )


def _print(found: Verification) -> None:
    """A verification for a person."""
    shown = console()
    table = Table("contract", "address", "records", "report chain")
    for one in found.contracts:
        if not one.holds:
            state = "BROKEN" if one.proved else "DOES NOT FIT"
        else:
            state = "proved" if one.proved else "NOT PROVED"
        table.add_row(one.name, one.address, str(one.records), state)
    shown.print(table)
    for title, lines in (
        ("WRONG", [one.text for one in found.findings]),
        ("NOT PROVED", found.not_proved),
        ("stated, or not covered", found.stated),
    ):
        for line in lines:
            shown.print(f"{title:<22} {line}", soft_wrap=True, highlight=False, markup=False)
    shown.print(found.summary(), soft_wrap=True, highlight=False, markup=False)
