"""`keelmark margin`: check a portfolio against the hard-coded rules, without a chain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from keelmark.cli.backtest import HELP as BACKTEST_HELP
from keelmark.cli.backtest import run_backtest
from keelmark.cli.output import console
from keelmark.margin.results import MarginResult
from keelmark.regulation import Rule
from keelmark.types import GateReason, Regime
from keelmark.units import WAD

File = Annotated[Path, typer.Option("--portfolio", help="JSON file; see the example below.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]

_EXAMPLE = """Check a portfolio: requirement by component, equity, headroom, rules.

A portfolio is a JSON file such as

\b
{"regime": "cleared_listed",
 "client": {"category": "retail", "jurisdiction": "DE"},
 "prices": {"BTC": "7938.05"},
 "cash": "5000",
 "collateral": [{"class": "e_money", "balance": "1000"}],
 "positions": [{"instrument": "BTC-PERP", "kind": "perpetual",
   "asset_class": "crypto", "underlier": "BTC", "size": "1.2", "entry": "8000"}]}

Amounts are decimal numbers in settlement units, read exactly.
"""

_REQUIREMENT = (
    ("schedule, gross", "gross"),
    ("schedule, netted", "net"),
    ("directional floor", "directional"),
    ("retail leverage cap, now", "retail"),
    ("retail leverage cap, at entry", "retail_entry"),
    ("initial margin", "initial_margin"),
)
_EQUITY = (
    ("cash", "cash_part"),
    ("collateral", "collateral_part"),
    ("positions", "position_part"),
    ("equity", "equity"),
    ("headroom", "headroom"),
)


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    group = typer.Typer(
        help="Margin of a portfolio, and thresholds against prices.", no_args_is_help=True
    )
    group.command("check", help=_EXAMPLE)(check)
    group.command("backtest", help=BACKTEST_HELP)(run_backtest)
    root.add_typer(group, name="margin")


def wad_text(amount: int) -> str:
    """A wad as an exact decimal number."""
    whole, part = divmod(abs(amount), WAD)
    digits = f"{part:018d}".rstrip("0")
    return f"{'-' if amount < 0 else ''}{whole}{'.' + digits if digits else ''}"


def _shown(amount: int, *, up: bool = False) -> str:
    """A wad for people: thousands apart, cents; requirements rounded up, the rest down."""
    cents = -(-amount * 100 // WAD) if up else amount * 100 // WAD
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def _view(result: MarginResult) -> dict[str, str]:
    amounts = {name: wad_text(getattr(result, name)) for _, name in (*_REQUIREMENT, *_EQUITY)}
    return {**amounts, "replacement_gross": wad_text(result.replacement_gross)} | {
        "replacement_net": wad_text(result.replacement_net)
    }


def _rule(found: Rule) -> dict[str, str | int]:
    return {
        "id": found.id,
        "value": found.value,
        "unit": found.unit,
        "status": found.status.name.lower(),
        "source": found.citation,
    }


def check(portfolio: File, as_json: Json = False) -> None:
    """Check a portfolio and print the answer."""
    from keelmark.cli.portfolio import read_portfolio
    from keelmark.margin import check as check_portfolio

    read, names = read_portfolio(portfolio)
    answer = check_portfolio(read)
    views = {
        "opening": answer.opening,
        "withdrawal": answer.withdrawal,
        "close_out": answer.close_out,
    }
    if as_json:
        document: dict[str, object] = {
            "regime": read.regime.name.lower(),
            "time": read.market.now,
            **{name: _view(result) for name, result in views.items()},
            "positions": [
                {
                    "instrument": names[line.instrument],
                    "size": wad_text(line.size),
                    "mark": wad_text(line.mark),
                    "notional": wad_text(line.notional),
                    "value": wad_text(line.value),
                    "rate_bps": line.rate_bps,
                    "gross": wad_text(line.gross),
                }
                for line in answer.close_out.positions
            ],
            "withdrawable": wad_text(answer.withdrawable),
            "close_out_level": wad_text(answer.close_out_level),
            "closing_out": answer.closing_out,
            "may_open": answer.may_open,
            "gate": answer.gate.name.lower(),
            "refused_by": answer.refusal.id if answer.refusal is not None else None,
            "rules": [_rule(found) for found in answer.rules],
        }
        typer.echo(json.dumps(document, indent=1))
        return
    _print_tables(read.regime, views, answer.rules)
    typer.echo(f"withdrawable     {_shown(answer.withdrawable)}")
    below = ", and equity is below it" if answer.closing_out else ""
    typer.echo(f"close-out below  {_shown(answer.close_out_level, up=True)}{below}")
    words = "yes" if answer.may_open else "no"
    if answer.gate is not GateReason.ALLOWED:
        words += f", {answer.gate.name.lower().replace('_', ' ')}"
        words += f" ({answer.refusal.id})" if answer.refusal is not None else ""
    elif not answer.may_open:
        words += ", equity is below the initial margin"
    typer.echo(f"may open         {words}")


def _print_tables(regime: Regime, views: dict[str, MarginResult], rules: tuple[Rule, ...]) -> None:
    from rich.table import Table

    title = f"Margin under {regime.name.lower().replace('_', ' ')}, in settlement units"
    table = Table(title=title, title_justify="left")
    table.add_column("", no_wrap=True)
    for name in views:
        table.add_column(name.replace("_", "-"), justify="right", no_wrap=True)
    for group in (_REQUIREMENT, _EQUITY):
        for label, name in group:
            up = group is _REQUIREMENT
            row = [_shown(getattr(result, name), up=up) for result in views.values()]
            table.add_row(label, *row, end_section=name in ("initial_margin", "headroom"))
    console().print(table)
    listed = Table(title="Rules that took part", title_justify="left")
    listed.add_column("id", no_wrap=True)
    listed.add_column("value", justify="right", no_wrap=True)
    for name in ("unit", "status", "source"):
        listed.add_column(name)
    for found in rules:
        status = found.status.name.lower()
        listed.add_row(found.id, f"{found.value:,}", found.unit, status, found.citation)
    console().print(listed)
