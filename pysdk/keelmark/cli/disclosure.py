"""`keelmark disclosure`: the public disclosure of a period, from a store."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keelmark.cli.folders import check_folder, write_folder
from keelmark.cli.output import console
from keelmark.errors import InputError

if TYPE_CHECKING:
    from keelmark.proofs.verification_result import Verification
    from keelmark.reports.disclosure.model import Basis, Disclosure
    from keelmark.store import Store

Location = Annotated[str, typer.Option("--store", help="Store, as `keelmark read` names it.")]
Out = Annotated[Path, typer.Option("--out", help="Folder to write, whole or not at all.")]
From = Annotated[str | None, typer.Option("--from", help="First UTC day; that of the first trade.")]
To = Annotated[str | None, typer.Option("--to", help="Last UTC day, included; the last known.")]
Final = Annotated[
    str, typer.Option("--finality", help="Of the last block: finalized, safe or latest.")
]
Verified = Annotated[
    Path | None, typer.Option("--verification", help="What `keelmark verify` wrote of this store.")
]
Json = Annotated[bool, typer.Option("--json", help="Print a summary as JSON for a program.")]

MARKER = "disclosure.json"
"""Stands in every folder that this command wrote."""

_HELP = """Write the public disclosure of a period: by instrument and UTC day, from a store.

Open interest, volume, liquidations, margin, concentration and default resources, as one JSON
document, a CSV and a Parquet file a table, and one HTML page with plots that opens offline. Names
the blocks that it rests on, how final they were, the rulebook, and the verification it passed.
"""

_EPOCH = date(1970, 1, 1)


def register(root: typer.Typer) -> None:
    """Add the command to the command line."""
    root.command("disclosure", help=_HELP)(disclosure)


def disclosure(
    location: Location,
    out: Out,
    first: From = None,
    last: To = None,
    finality: Final = "finalized",
    verification: Verified = None,
    as_json: Json = False,
) -> None:
    """Read, fold, write."""
    from keelmark.store import open_store

    days = _day("--from", first), _day("--to", last)
    if days[0] is not None and days[1] is not None and days[0] > days[1]:
        raise InputError(f"--from {first}: expected a day not after {last}")
    checked = _verification(verification)
    check_folder(out, MARKER)
    store = open_store(location, read_only=True)
    try:
        found = _disclose(store, finality, checked, *days)
    finally:
        store.close()
    files = _files(found)
    write_folder(out, files)
    summary = {
        "out": str(out),
        "first_block": found.basis.first_block,
        "last_block": found.basis.last_block,
        "finality": found.basis.finality,
        "verification": found.basis.verification,
        "rows": {table.name: len(table.rows) for table in found.tables},
        "files": sorted(files),
    }
    if as_json:
        typer.echo(json.dumps(summary, indent=1))
        return
    basis = found.basis
    console().print(
        f"blocks {basis.first_block} to {basis.last_block} ({basis.finality}), "
        f"{basis.verification}; {len(files)} files in {out}",
        highlight=False,
    )


def _day(option: str, text: str | None) -> int | None:
    """A day as days since 1970-01-01."""
    if text is None:
        return None
    try:
        return (date.fromisoformat(text) - _EPOCH).days
    except ValueError:
        raise InputError(f"{option} {text!r}: expected a UTC day such as 2020-03-12") from None


def _verification(path: Path | None) -> Verification | None:
    from keelmark.proofs.verification_result import Verification

    if path is None:
        return None
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        words = getattr(error, "strerror", None) or "it is no text"
        raise InputError(f"--verification {path}: cannot be read, {words}") from None
    return Verification.from_json(text, str(path))


def _disclose(
    store: Store,
    finality: str,
    verification: Verification | None,
    first: int | None,
    last: int | None,
) -> Disclosure:
    from keelmark.ledger.days import disclose
    from keelmark.ledger.running import RunningMarket
    from keelmark.store.history import read_events
    from keelmark.store.venue import venue_of

    venue = venue_of(store.description)
    if venue is None:
        raise InputError(f"--store {store.location}: is about no clearing house of the kit")
    basis, known = _basis(store, finality, verification)
    return disclose(
        read_events(store, last_block=basis.last_block),
        RunningMarket(venue.house, venue.settlement_feed),
        basis,
        known_blocks=known,
        first_day=first,
        last_day=last,
    )


def _basis(
    store: Store, finality: str, verification: Verification | None
) -> tuple[Basis, list[tuple[int, int]]]:
    """What the figures stand on; and height and time of the blocks that are remembered."""
    from keelmark import __version__
    from keelmark.reports.disclosure.model import Basis
    from keelmark.store.model import Finality
    from keelmark.store.venue import last_block_of, venue_of

    try:
        wanted = Finality(finality)
    except ValueError:
        known = ", ".join(Finality)
        raise InputError(f"--finality {finality!r}: expected one of {known}") from None
    about, venue = store.description, venue_of(store.description)
    assert venue is not None
    end = last_block_of(store, wanted)
    blocks = {one.number: (one.time, one.hash) for one in store.headers(about.first_block, end)}
    newest = _newest_row(store, end)
    if newest is not None:
        blocks.setdefault(newest[0], newest[1:])
    if not blocks:
        raise InputError(f"--store {store.location}: it has no row and no header up to block {end}")
    last = max(blocks)
    verified = verification is not None and verification.covers(
        about.chain_id, about.first_block, end
    )
    words = "not verified"
    if verification is not None:
        words = verification.summary()
        if not verified:
            words = f"not verified: what was named does not cover this range ({words})"
    basis = Basis(
        chain_id=about.chain_id,
        venue=about.venue,
        house=venue.house,
        lei=venue.lei,
        first_block=about.first_block,
        last_block=end,
        last_hash="0x" + blocks[last][1].hex(),
        last_time=blocks[last][0],
        finality=wanted.value,
        rulebook_digest=venue.rulebook_digest,
        regime=venue.regime.name.lower().replace("_", " "),
        software=f"keelmark {__version__}",
        verification=words,
        verified=verified,
    )
    return basis, [(number, blocks[number][0]) for number in sorted(blocks)]


def _newest_row(store: Store, end: int) -> tuple[int, int, bytes] | None:
    """Height, time and hash of the last block up to one that has a row."""
    newest: tuple[int, int, bytes] | None = None
    names = ("block_number", "block_time", "block_hash")
    before = [one.last_block for one in store.checkpoints() if one.last_block < end]
    first = before[-1] + 1 if before else store.description.first_block
    for table in store.description.tables:
        for batch in store.scan(table.name, columns=names, first_block=first, last_block=end):
            number, time, hash = (batch.column(name)[batch.num_rows - 1].as_py() for name in names)
            newest = max(newest or (0, 0, b""), (number, time, hash))
    return newest


def _files(found: Disclosure) -> dict[str, bytes]:
    """Every file by name."""
    from keelmark.reports.disclosure.document import as_json
    from keelmark.reports.disclosure.page import render

    files = {
        "disclosure.html": render(found).encode(),
        "disclosure.json": (json.dumps(as_json(found), indent=1) + "\n").encode(),
    }
    for table in found.tables:
        files[f"{table.name}.csv"] = table.csv().encode()
        files[f"{table.name}.parquet"] = table.parquet()
    return files
