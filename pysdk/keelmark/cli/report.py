"""`keelmark report`: regulatory reports of a period, from a store."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from keelmark.cli.folders import check_folder, write_folder
from keelmark.cli.output import console
from keelmark.errors import InputError

if TYPE_CHECKING:
    from keelmark.cli.reporting.parts import Asked, Made

Location = Annotated[str, typer.Option("--store", help="Store, as `keelmark read` names it.")]
From = Annotated[str, typer.Option("--from", help="UTC day, time or block at which it begins.")]
To = Annotated[str, typer.Option("--to", help="UTC day, time or block with which it ends.")]
Out = Annotated[Path, typer.Option("--out", help="Folder to write, whole or not at all.")]
Final_ = Annotated[
    str, typer.Option("--finality", help="Of the last block: finalized, safe or latest.")
]
KindList = Annotated[
    str, typer.Option("--kind", help="Of trade, valuation, margin, liquidation; commas between.")
]
FormatList = Annotated[
    str, typer.Option("--format", help="Of csv, parquet, json, xml; commas between.")
]
Verified = Annotated[
    Path | None, typer.Option("--verification", help="What `keelmark verify` wrote of this store.")
]
Xsd = Annotated[
    list[Path] | None, typer.Option("--xsd", help="Schema that messages must be valid against.")
]
Paths = Annotated[
    Path | None, typer.Option("--paths", help="JSON: where elements stand in messages.")
]
Corrections = Annotated[
    Path | None, typer.Option("--corrections", help="JSON or CSV: what was reported wrongly.")
]
Previous = Annotated[
    list[Path] | None,
    typer.Option("--previous", help="JSON of an earlier report of the period, to compare with."),
]
Platform = Annotated[str, typer.Option("--platform", help="MIC of the trading venue (2.17).")]
At = Annotated[
    str | None, typer.Option("--at", help="Reporting timestamp (2.4), such as 2020-03-13T06:00:00Z")
]
Json = Annotated[bool, typer.Option("--json", help="Print a summary as JSON for a program.")]

KINDS: Final = ("trade", "valuation", "margin", "liquidation")
FORMATS: Final = ("csv", "parquet", "json", "xml")

_HELP = """Write regulatory reports of a period, from a store.

Trades and positions through their lives, valuations and margins at the end of each UTC day, and
liquidations, in the fields of the CDE guidance, as CSV, Parquet and JSON; ISO 20022 messages as far
as their structure is known, validated against schemas that you supply. With --previous or
--corrections, also what must be sent so that an earlier report becomes right, and messages then
hold only that.
"""


def register(root: typer.Typer) -> None:
    """Add the command to the command line."""
    root.command("report", help=_HELP)(report)


def report(
    location: Location,
    first: From,
    last: To,
    out: Out,
    finality: Final_ = "finalized",
    kind: KindList = "trade,valuation,margin,liquidation",
    format: FormatList = "csv,parquet,json",
    verification: Verified = None,
    xsd: Xsd = None,
    paths: Paths = None,
    corrections: Corrections = None,
    previous: Previous = None,
    platform: Platform = "XXXX",  # ISO 10383: on no trading venue
    at: At = None,
    as_json: Json = False,
) -> None:
    """Read, fold, write."""
    from keelmark.cli.reporting.files import MARKER, files_of
    from keelmark.cli.reporting.parts import make

    asked = _asked(finality, first, last, kind, format, platform, at)
    named = {"verification": verification, "paths": paths, "corrections": corrections}
    asked.texts.update({field: _text(field, path) for field, path in named.items()})
    asked.where.update({field: str(path) for field, path in named.items()})
    asked.xsd.update({path.name: _text("xsd", path) or "" for path in xsd or ()})
    asked.previous.update({str(path): _text("previous", path) or "" for path in previous or ()})
    if asked.xsd and "xml" not in asked.formats:
        raise InputError("xsd: only messages are validated, expected xml among the formats")
    check_folder(out, MARKER)
    made = make(location, asked)
    files = files_of(made, asked)
    write_folder(out, files)
    _say(made, sorted(files), out, as_json)


def _asked(
    finality: str, first: str, last: str, kind: str, format: str, platform: str, at: str | None
) -> Asked:
    from keelmark.cli.reporting.parts import Asked
    from keelmark.reports.regulatory.period import Period, parse_bound
    from keelmark.store.model import Finality

    if finality not in tuple(Finality):
        raise InputError(f"finality: expected one of {', '.join(Finality)}, not {finality!r}")
    if re.fullmatch(r"[A-Z0-9]{4}", platform) is None:
        raise InputError(f"platform: expected a MIC of four letters or digits, not {platform!r}")
    made = int(time.time()) if at is None else _moment(at)
    return Asked(
        period=Period(parse_bound(first, "from"), parse_bound(last, "to")),
        finality=Finality(finality),
        kinds=_listed("kind", kind, KINDS),
        formats=_listed("format", format, FORMATS),
        platform=platform,
        reported_at=made,
    )


def _moment(text: str) -> int:
    """A time in seconds."""
    from datetime import UTC, datetime

    try:
        found = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise InputError(
            f"at: expected a time such as 2020-03-13T06:00:00Z, not {text!r}"
        ) from None
    return int(found.timestamp())


def _listed(field: str, text: str, known: Sequence[str]) -> tuple[str, ...]:
    """The words of a list, in the order in which they are known."""
    words = [word.strip() for word in text.split(",")]
    for word in words:
        if word not in known:
            raise InputError(f"{field}: expected of {', '.join(known)}, not {word!r}")
    return tuple(word for word in known if word in words)


def _text(field: str, path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise InputError(f"{field}: {path} cannot be read, {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{field}: {path} is no text in UTF-8") from None


def _say(made: Made, names: list[str], out: Path, as_json: bool) -> None:
    """What was written, for a person or a program."""
    from keelmark.reports.regulatory.document import head_json

    rows = {table.name: len(table.rows) for table in made.tables}
    if as_json:
        body = {"out": str(out), **head_json(made.head), "rows": rows, "files": names}
        typer.echo(json.dumps(body, indent=1))
        return
    head = made.head
    counted = ", ".join(f"{count} {name}" for name, count in rows.items() if name != "fields")
    screen = console()
    screen.print(
        f"blocks {head.scope.first_block} to {head.scope.last_block} ({head.finality}); {counted}",
        highlight=False,
    )
    for words in (head.verification, *head.notes):
        screen.print(words, highlight=False)
    screen.print(f"{len(names)} files in {out}", highlight=False)
