"""`keelmark risk`: sensitivities and ladders of accounts, parties and the house."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keelmark.cli.margin import wad_text
from keelmark.cli.output import console
from keelmark.errors import InputError
from keelmark.units import WAD

if TYPE_CHECKING:
    from keelmark.risk.book import Vector
    from keelmark.risk.scenarios import Ladder
    from keelmark.risk.sensitivities import Sensitivity

HELP = """Sensitivities, a ladder and the margin scenarios of every account, party and the house.

A portfolio is a JSON file such as

\b
{"regime": "cleared_otc", "time": "2026-03-01T00:00:00Z",
 "prices": {"BTC": "60000"},
 "instruments": [
  {"instrument": "BTC-PERP", "kind": "perpetual", "asset_class": "crypto",
   "underlier": "BTC"},
  {"instrument": "BTC-27MAR26-70000-C", "kind": "option", "right": "call",
   "asset_class": "crypto", "underlier": "BTC", "strike": "70000",
   "volatility": "0.55", "expiry": "2026-03-27T08:00:00Z",
   "forward": "60400"}],
 "accounts": [{"account": "1", "party": "Maker", "positions": [
  {"instrument": "BTC-PERP", "size": "1.5"},
  {"instrument": "BTC-27MAR26-70000-C", "size": "-2"}]}]}

Amounts are decimal numbers, read exactly. Black-76, premiums undiscounted, ACT/365.
"""

HOUSE = "house"
MOST_TABLES = 4
"""Ladders printed at most without being asked for by name."""


@dataclass(frozen=True)
class _Scope:
    """Everything found for one account, one party or the house."""

    name: str
    sensitivities: Mapping[str, Sensitivity]
    cells: Mapping[str, Vector]
    scenarios: Mapping[str, Vector]


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    group = typer.Typer(help="Risk of a house's positions, from a file.", no_args_is_help=True)
    group.command("ladder", help=HELP)(run_ladder)
    # A group of one command would swallow its name.
    group.callback()(lambda: None)
    root.add_typer(group, name="risk")


def _moves(text: str, option: str) -> list[int]:
    """Moves in per cent as basis points."""
    try:
        moves = [Fraction(part.strip()) * 100 for part in text.split(",")]
    except (ValueError, ZeroDivisionError):
        moves = [Fraction(1, 2)]
    if not all(move.denominator == 1 and -10_000 <= move <= 100_000 for move in moves):
        raise InputError(
            f"{option} {text!r}: expected per cent from -100 to 1000 with commas between, "
            "at most two decimals."
        )
    return [int(move) for move in moves]


def run_ladder(
    portfolio: Annotated[Path, typer.Option(help="JSON file; see the example above.")],
    moves: Annotated[
        str, typer.Option(help="Moves of the price in per cent.")
    ] = "-30,-20,-10,-5,0,5,10,20,30",
    volatility_moves: Annotated[
        str, typer.Option(help="Relative moves of volatility in per cent.")
    ] = "-25,0,25",
    of: Annotated[
        str | None, typer.Option(help="Print the ladder of this account, party, or the house.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON for a program to read.")
    ] = False,
) -> None:
    """Print what a book gains and loses."""
    from keelmark.cli.book import read_book
    from keelmark.risk.scenarios import ladder, margin_scenarios
    from keelmark.risk.sensitivities import sensitivities

    rows, columns = _moves(moves, "--moves"), _moves(volatility_moves, "--volatility-moves")
    book, regime, now = read_book(portfolio)
    cells, results, found = (
        ladder(book, rows, columns),
        margin_scenarios(book),
        sensitivities(book),
    )
    accounts, parties = (
        [
            _Scope(name, sensitive[name], table[name], sixteen[name])
            for name in dict.fromkeys(names)
            if name in sensitive
        ]
        for names, sensitive, table, sixteen in (
            (list(book.parties), found.accounts, cells.scopes.accounts, results.accounts),
            (book.parties.values(), found.parties, cells.scopes.parties, results.parties),
        )
    )
    house = _Scope(HOUSE, found.house, cells.scopes.house, results.house)
    chosen = _chosen(of, house, parties, accounts)
    if as_json:
        document = {
            "regime": regime,
            "time": now,
            "closed": book.closed,
            "moves_bps": rows,
            "volatility_moves_bps": columns,
            "margin_scenarios": _scenario_terms(),
            HOUSE: _view(house, cells),
            "parties": {scope.name: _view(scope, cells) for scope in parties},
            "accounts": {scope.name: _view(scope, cells) for scope in accounts},
        }
        typer.echo(json.dumps(document, indent=1))
        return
    _print_sensitivities([house], parties, accounts)
    for scope in chosen:
        _print_ladder(scope, cells)
    _print_scenarios(chosen)
    typer.echo("Worst loss: each underlier's worst scenario by itself, added up.")
    if book.closed:
        typer.echo("Every long has its short in this file: the house sums to zero, exactly.")


def _chosen(
    of: str | None, house: _Scope, parties: Sequence[_Scope], accounts: Sequence[_Scope]
) -> Sequence[_Scope]:
    """Scopes whose ladders are printed: the one named, else the parties if they are few."""
    if of is None:
        return parties if len(parties) <= MOST_TABLES else [house]
    for scope in (house, *parties, *accounts):
        if scope.name == of:
            return [scope]
    raise InputError(f"--of {of!r}: expected house, a party or an account of the file.")


def _text(amount: Fraction) -> str:
    """An amount as a decimal number of 18 places, rounded down."""
    return wad_text(amount.numerator * WAD // amount.denominator)


def _shown(amount: Fraction) -> str:
    return f"{round(amount):,}"


def _scenario_terms() -> list[dict[str, Any]]:
    from keelmark.risk.scenarios import scenarios

    return [
        {
            "thirds_of_scan": found.thirds,
            "volatility": "up" if found.volatility_up else "down",
            "weight_bps": found.weight_bps,
        }
        for found in scenarios()
    ]


def _view(scope: _Scope, cells: Ladder) -> dict[str, Any]:
    from keelmark.risk.scenarios import worst_loss
    from keelmark.risk.sensitivities import Sensitivity

    return {
        "sensitivities": {
            underlier: {name: _text(getattr(found, name)) for name in Sensitivity.__slots__}
            for underlier, found in scope.sensitivities.items()
        },
        "ladder": [[_text(cell) for cell in row] for row in cells.table(scope.cells)],
        "scenarios": {
            underlier: [_text(result) for result in results]
            for underlier, results in scope.scenarios.items()
        },
        "worst_loss": _text(worst_loss(scope.scenarios)),
    }


def _print_sensitivities(*groups: Sequence[_Scope]) -> None:
    from rich.table import Table

    from keelmark.risk.scenarios import worst_loss
    from keelmark.risk.sensitivities import summed

    table = Table(title="Sensitivities, in settlement units", title_justify="left")
    table.add_column("of")
    for name in ("options", "delta", "gamma, 1 %", "vega, 1 point", "theta, 1 day", "worst loss"):
        table.add_column(name, justify="right")
    for kind, scopes in zip(("", "party ", "account "), groups, strict=True):
        for scope in scopes:
            found = summed(scope.sensitivities)
            amounts = (
                found.value,
                found.delta,
                found.gamma / 100,
                found.vega / 100,
                found.theta / 365,
                worst_loss(scope.scenarios),
            )
            table.add_row(f"{kind}{scope.name}", *map(_shown, amounts))
        table.add_section()
    console().print(table)


def _percent(bps: int) -> str:
    return f"{bps / 100:+g} %" if bps else "0 %"


def _print_ladder(scope: _Scope, cells: Ladder) -> None:
    from rich.table import Table

    title = f"{scope.name}: price by volatility"
    table = Table(title=title, title_justify="left")
    table.add_column("", justify="right")
    for shift in cells.volatility_moves_bps:
        table.add_column(_percent(shift), justify="right")
    for move, row in zip(cells.moves_bps, cells.table(scope.cells), strict=True):
        table.add_row(_percent(move), *map(_shown, row))
    console().print(table)


def _print_scenarios(scopes: Sequence[_Scope]) -> None:
    from rich.table import Table

    from keelmark.risk.book import total
    from keelmark.risk.scenarios import scenarios, worst_loss

    table = Table(title="The sixteen margin scenarios", title_justify="left")
    for name in ("move", "volatility", "weight"):
        table.add_column(name, justify="right")
    for scope in scopes:
        table.add_column(scope.name, justify="right")
    terms = scenarios()
    columns = [total(scope.scenarios) or (Fraction(0),) * len(terms) for scope in scopes]
    for number, found in enumerate(terms):
        table.add_row(
            f"{Fraction(found.thirds, 3)} scan",
            "up" if found.volatility_up else "down",
            _percent(found.weight_bps).lstrip("+"),
            *(_shown(column[number]) for column in columns),
            end_section=number == len(terms) - 1,
        )
    losses = (_shown(worst_loss(scope.scenarios)) for scope in scopes)
    table.add_row("worst loss", "", "", *losses)
    console().print(table)
