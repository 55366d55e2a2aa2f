"""`keelmark rulebook`: show the rules, and derive the scan ranges from prices."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from keelmark.cli.closes import read_closes
from keelmark.cli.output import console
from keelmark.errors import InputError
from keelmark.margin.suitability import JURISDICTIONS, suitability
from keelmark.regulation import Rule, digest, rule, rules
from keelmark.regulation.scan_range import ScanRange, derive
from keelmark.types import ClientCategory

Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    group = typer.Typer(help="The hard-coded rules and their sources.", no_args_is_help=True)
    group.command("show")(show)
    group.command("derive")(derive_ranges)
    group.command("suitability")(show_suitability)
    root.add_typer(group, name="rulebook")


def _fields(entry: Rule) -> Mapping[str, str | int]:
    return {
        "id": entry.id,
        "value": entry.value,
        "unit": entry.unit,
        "status": entry.status.name.lower(),
        "source": entry.citation,
        "title": entry.source.title,
        "theme": entry.theme,
        "description": entry.description,
    }


def show(
    rule_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="One rule's id.")] = None,
    as_json: Json = False,
) -> None:
    """Print every rule, or one: value, unit, status and legal source."""
    chosen = list(rules().values()) if rule_id is None else [rule(rule_id.upper())]
    if as_json:
        document = {"digest": f"0x{digest().hex()}", "rules": [_fields(item) for item in chosen]}
        typer.echo(json.dumps(document if rule_id is None else _fields(chosen[0]), indent=1))
        return
    from rich.table import Table

    if rule_id is not None:
        for name, content in _fields(chosen[0]).items():
            typer.echo(f"{name:<12} {content}")
        return
    for theme in dict.fromkeys(item.theme for item in chosen):
        table = Table(title=theme, title_justify="left")
        table.add_column("id", no_wrap=True)
        table.add_column("value", justify="right", no_wrap=True)
        for name in ("unit", "status", "source", "what"):
            table.add_column(name)
        for item in chosen:
            if item.theme == theme:
                status = item.status.name.lower()
                row = (item.id, f"{item.value:,}", item.unit, status, item.citation)
                table.add_row(*row, item.description)
        console().print(table)
    typer.echo(f"{len(chosen)} rules, digest 0x{digest().hex()}")


def show_suitability(
    jurisdiction: Annotated[
        str | None, typer.Argument(metavar="[XX]", help="Two letters; default: all that are known.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print what a retail client may open in crypto derivatives, where it lives, and why."""
    chosen = JURISDICTIONS if jurisdiction is None else (jurisdiction.upper(),)
    found = [suitability(code, ClientCategory.RETAIL) for code in chosen]
    if as_json:
        document = [
            {
                "jurisdiction": item.jurisdiction,
                "category": item.category.name.lower(),
                "gate": item.gate.name.lower(),
                "leverage": item.leverage,
                "margin_bps": item.margin_bps,
                "warning": item.warning,
                "rules": [_fields(entry) for entry in item.rules],
            }
            for item in found
        ]
        typer.echo(json.dumps(document if jurisdiction is None else document[0], indent=1))
        return
    from rich.table import Table

    table = Table(title="Retail clients, crypto derivatives", title_justify="left")
    for name in ("where", "may open", "leverage", "margin", "warning", "rule, status, source"):
        table.add_column(name)
    for item in found:
        table.add_row(
            item.jurisdiction,
            "yes" if item.margin_bps else "no: " + item.gate.name.lower().replace("_", " "),
            f"{item.leverage}:1" if item.leverage else "",
            f"{item.margin_bps:,} bps" if item.margin_bps else "",
            "accepted first" if item.warning else "",
            "\n".join(
                f"{entry.id}, {entry.status.name.lower()}, {entry.citation}" for entry in item.rules
            ),
        )
    console().print(table)
    typer.echo("Other categories open everywhere, unless an authority has barred the instrument.")


def _parse_day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{option} {text!r}: expected a date such as 2015-01-01.") from None


def derive_ranges(
    prices: Annotated[Path, typer.Option(help="CSV file with the columns date and close.")],
    start: Annotated[str, typer.Option("--from", help="First day used.")] = "2015-01-01",
    end: Annotated[str, typer.Option("--to", help="Last day used.")] = "2025-12-31",
    as_json: Json = False,
) -> None:
    """Derive the scan ranges of both cleared regimes from daily closes."""
    first, last = _parse_day(start, "--from"), _parse_day(end, "--to")
    closes = {day: close for day, close in read_closes(prices).items() if first <= day <= last}
    found = derive(closes)
    if as_json:
        typer.echo(json.dumps(_range_document(closes, found), indent=1))
        return
    from rich.table import Table

    days = sorted(closes)
    table = Table(title=f"{len(days)} closes, {days[0]} to {days[-1]}", title_justify="left")
    table.add_column("regime", no_wrap=True)
    for name in ("confidence", "days", "up", "down", "with buffer", "scan range", "rulebook"):
        table.add_column(name, justify="right")
    for item in found:
        table.add_row(
            item.regime,
            f"{item.confidence_bps / 100:g} %",
            str(item.days),
            f"{float(item.upper_tail_bps):,.1f}",
            f"{float(item.lower_tail_bps):,.1f}",
            f"{float(item.buffered_bps):,.1f}",
            f"{item.scan_bps:,}",
            f"{item.rule.value:,}",
        )
    console().print(table)
    typer.echo("In basis points. The larger tail counts; up is what hurts the short side.")


def _range_document(closes: Mapping[date, object], found: tuple[ScanRange, ...]) -> object:
    days = sorted(closes)
    return {
        "closes": len(days),
        "first": days[0].isoformat(),
        "last": days[-1].isoformat(),
        "ranges": [
            {
                "regime": item.regime,
                "rule": item.rule.id,
                "confidence_bps": item.confidence_bps,
                "days": item.days,
                "returns": item.returns,
                "upper_tail_bps": round(float(item.upper_tail_bps), 4),
                "lower_tail_bps": round(float(item.lower_tail_bps), 4),
                "buffer_bps": item.buffer_bps,
                "scan_bps": item.scan_bps,
                "rulebook_bps": item.rule.value,
            }
            for item in found
        ],
    }
