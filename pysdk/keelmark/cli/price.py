"""`keelmark price`: one option, and two venues' volatilities, by the one pricing convention."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from keelmark.cli.margin import wad_text
from keelmark.cli.output import console
from keelmark.cli.terms import parse_amount, parse_positive, parse_time, time_text
from keelmark.errors import InputError, KeelmarkError, Reverted
from keelmark.units import BPS, WAD

if TYPE_CHECKING:
    from keelmark.cli.pricers import OptionSource
    from keelmark.pricing.cross_venue import OptionTerms, VenueComparison

CONVENTION = (
    "Black-76 on the forward; ACT/365 in seconds; rate zero: the premium is undiscounted, "
    "delta is forward delta; volatility is annualised, vega per 1.00 of it, theta per year"
)
"""Said beside every price."""

_OPTION_HELP = """Price, Greeks and implied volatility of one European option.

Give either the volatility (0.8 is 80 %) or the premium that implies it. Numbers are exact decimals,
times ISO 8601 in UTC. With --on-chain the contract OptionPricer answers, on a chain inside this
process, or the one deployed at --pricer on the node at --rpc; the digits are the same.
"""

_COMPARE_HELP = """Where two venues' implied volatilities for one option differ.

Both files are CSV with the columns underlier, kind (call or put), strike, expiry, time, forward and
premium or volatility. Premiums of both are inverted by the one convention; a quote that cannot be
inverted is listed with the reason. Exits with 1 if any pair differs by more than the tolerance.
"""

Kind = Annotated[Literal["call", "put"], typer.Option("--kind", help="Which right it gives.")]
Forward = Annotated[str, typer.Option("--forward", help="Forward price for the expiry.")]
Strike = Annotated[str, typer.Option("--strike", help="Strike price.")]
Expiry = Annotated[str, typer.Option("--expiry", help="Time of expiry, UTC.")]
At = Annotated[str, typer.Option("--at", help="Time of valuation, UTC.")]
Volatility = Annotated[str | None, typer.Option("--volatility", help="Annualised; 0.8 is 80 %.")]
Premium = Annotated[str | None, typer.Option("--premium", help="Undiscounted, for one unit.")]
OnChain = Annotated[bool, typer.Option("--on-chain", help="Ask the contract.")]
Rpc = Annotated[str | None, typer.Option("--rpc", help="URL of a node; with --on-chain.")]
Pricer = Annotated[
    str | None, typer.Option("--pricer", help="Address of an OptionPricer there; with --rpc.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


class VenuesDiffer(KeelmarkError):
    """Two venues' implied volatilities differ by more than the tolerance."""


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    group = typer.Typer(help="Option prices by one convention.", no_args_is_help=True)
    group.command("option", help=_OPTION_HELP)(option)
    group.command("compare", help=_COMPARE_HELP)(compare)
    root.add_typer(group, name="price")


@dataclass(frozen=True, slots=True)
class _Asked:
    """The checked terms of one option, wads and Unix seconds; one of the last two is None."""

    is_call: bool
    forward: int
    strike: int
    expiry: int
    at: int
    volatility: int | None
    premium: int | None


def option(
    kind: Kind,
    forward: Forward,
    strike: Strike,
    expiry: Expiry,
    at: At,
    volatility: Volatility = None,
    premium: Premium = None,
    on_chain: OnChain = False,
    rpc: Rpc = None,
    pricer: Pricer = None,
    as_json: Json = False,
) -> None:
    """Price one option and print the answer."""
    from keelmark.cli.pricers import TwinSource, deployed_source, embedded_source, figures

    if (rpc is None) != (pricer is None):
        raise InputError("--rpc and --pricer: expected both of them or neither")
    if rpc is not None and not on_chain:
        raise InputError("--rpc: expected only together with --on-chain")
    asked = _read(kind == "call", forward, strike, expiry, at, volatility, premium)
    source: OptionSource = TwinSource()
    if rpc is not None and pricer is not None:
        source = deployed_source(rpc, pricer)
    elif on_chain:
        source = embedded_source()
    terms = (asked.is_call, asked.forward, asked.strike, asked.expiry - asked.at)
    implied = asked.volatility
    if implied is None and asked.premium is not None:
        implied = _implied(source, terms, asked.premium)
    assert implied is not None
    found = {**figures(source, *terms, implied), "volatility": implied}
    shown = {
        "convention": CONVENTION,
        "kind": kind,
        "forward": wad_text(asked.forward),
        "strike": wad_text(asked.strike),
        "expiry": time_text(asked.expiry),
        "at": time_text(asked.at),
        "seconds": terms[3],
        **({} if asked.premium is None else {"premium": wad_text(asked.premium)}),
        "answered_by": source.name,
    }
    if as_json:
        typer.echo(_json(found, shown))
        return
    for name, figure in found.items():
        typer.echo(f"{name:<12} {'has no bound' if figure is None else wad_text(figure)}")
    typer.echo(f"convention   {CONVENTION}")
    typer.echo(f"answered by  {source.name}")


def _json(figures: Mapping[str, int | None], shown: Mapping[str, object]) -> str:
    """A JSON object whose figures are exact numbers: a float would drop their last digits."""
    parts = [
        f" {json.dumps(name)}: {'null' if figure is None else wad_text(figure)}"
        for name, figure in figures.items()
    ]
    parts += [f" {json.dumps(name)}: {json.dumps(told)}" for name, told in shown.items()]
    return "{\n" + ",\n".join(parts) + "\n}"


def _read(
    is_call: bool,
    forward: str,
    strike: str,
    expiry: str,
    at: str,
    volatility: str | None,
    premium: str | None,
) -> _Asked:
    """The terms, each checked against what the contract takes.

    Raises:
        InputError: one is malformed or outside its range; the text names its option.
    """
    from keelmark.pricing.black76 import SECONDS_MAX, VOLATILITY_MAX

    if (volatility is None) == (premium is None):
        raise InputError("--volatility and --premium: expected exactly one of them")
    asked = _Asked(
        is_call=is_call,
        forward=_price(forward, "--forward"),
        strike=_price(strike, "--strike"),
        expiry=parse_time(expiry, "--expiry"),
        at=parse_time(at, "--at"),
        volatility=None if volatility is None else parse_amount(volatility, "--volatility"),
        premium=None if premium is None else parse_amount(premium, "--premium"),
    )
    if asked.expiry < asked.at:
        raise InputError(f"--expiry: {expiry} lies before --at, expected a time from it on")
    if asked.expiry - asked.at > SECONDS_MAX:
        raise InputError(f"--expiry: {expiry}, expected at most ten years of 365 days after --at")
    if asked.volatility is not None and asked.volatility > VOLATILITY_MAX:
        raise InputError(
            f"--volatility: {volatility}, expected 0 to {wad_text(VOLATILITY_MAX)}, 1 is 100 %"
        )
    if asked.premium is not None:
        _check_premium(asked, asked.premium)
    return asked


def _price(text: str, field: str) -> int:
    """A forward or strike within the domain."""
    from keelmark.pricing.black76 import PRICE_LIMIT, PRICE_MIN

    wad = parse_positive(text, field)
    if not PRICE_MIN <= wad < PRICE_LIMIT:
        low, high = wad_text(PRICE_MIN), PRICE_LIMIT // WAD
        raise InputError(f"{field}: {text}, expected a number from {low} to {high}")
    return wad


def _check_premium(asked: _Asked, premium: int) -> None:
    """Refuses a premium that no volatility gives: below intrinsic value, or from the bound on."""
    gain = asked.forward - asked.strike if asked.is_call else asked.strike - asked.forward
    if premium < max(gain, 0):
        least = wad_text(max(gain, 0))
        raise InputError(f"--premium: {wad_text(premium)}, expected at least the intrinsic {least}")
    bound, name = (asked.forward, "forward") if asked.is_call else (asked.strike, "strike")
    if premium >= bound:
        raise InputError(
            f"--premium: {wad_text(premium)}, expected below the {name}, {wad_text(bound)}"
        )
    if asked.expiry == asked.at:
        raise InputError("--premium: expected --volatility instead, as no time is left at --at")


def _implied(source: OptionSource, terms: tuple[bool, int, int, int], premium: int) -> int:
    """The volatility that a premium implies.

    Raises:
        InputError: none within the contract's bound does.
    """
    from keelmark.pricing.black76 import VOLATILITY_MAX

    try:
        return source.implied_volatility(*terms, premium)
    except (InputError, Reverted) as error:
        if "out of range" not in str(error):
            raise
        told, most = wad_text(premium), wad_text(VOLATILITY_MAX)
        raise InputError(
            f"--premium: {told}, expected one that a volatility of at most {most} gives"
        ) from None


Ours = Annotated[Path, typer.Option("--ours", help="CSV of our quotes.")]
Theirs = Annotated[Path, typer.Option("--theirs", help="CSV of the other venue's quotes.")]
Tolerance = Annotated[
    int | None,
    typer.Option("--tolerance", help="Basis points of volatility; by default the rulebook's."),
]


def compare(ours: Ours, theirs: Theirs, tolerance: Tolerance = None, as_json: Json = False) -> None:
    """Compare two venues' quotes and print what differs."""
    from keelmark.cli.quotes import read_quotes
    from keelmark.pricing.cross_venue import compare_venues

    found = compare_venues(read_quotes(ours, "--ours"), read_quotes(theirs, "--theirs"), tolerance)
    if as_json:
        typer.echo(json.dumps(_comparison(found), indent=1))
    else:
        _print_comparison(found)
    if found.differing:
        first = found.differing[0]
        more = len(found.differing) - 1
        raise VenuesDiffer(
            f"price compare: {first.option} differs by {wad_text(first.difference * BPS)} bps of "
            f"volatility, more than {found.tolerance_bps}" + (f", and {more} more" if more else "")
        )


def _terms(of: OptionTerms) -> dict[str, str]:
    return {
        "underlier": of.underlier,
        "kind": "call" if of.is_call else "put",
        "strike": wad_text(of.strike),
        "expiry": time_text(of.expiry),
    }


def _comparison(found: VenueComparison) -> dict[str, object]:
    return {
        "differs": bool(found.differing),
        "tolerance_bps": found.tolerance_bps,
        "convention": CONVENTION,
        "pairs": [
            {
                **_terms(pair.option),
                "ours": wad_text(pair.ours),
                "theirs": wad_text(pair.theirs),
                "difference_bps": wad_text(pair.difference * BPS),
                "differs": pair.exceeds(found.tolerance_bps),
            }
            for pair in found.pairs
        ],
        "not_inverted": [
            {**_terms(item.option), "venue": item.venue, "reason": item.reason}
            for item in found.not_inverted
        ],
        "only_ours": [_terms(of) for of in found.only_ours],
        "only_theirs": [_terms(of) for of in found.only_theirs],
    }


def _print_comparison(found: VenueComparison) -> None:
    from rich.table import Table

    table = Table(title="Implied volatilities", title_justify="left")
    table.add_column("option", no_wrap=True)
    for name in ("ours", "theirs", "difference, bps", ""):
        table.add_column(name, justify="right", no_wrap=True)
    for pair in found.pairs:
        verdict = "DIFFERS" if pair.exceeds(found.tolerance_bps) else "within"
        apart = f"{pair.difference * BPS / WAD:,.2f}"
        levels = (f"{pair.ours / WAD:.6f}", f"{pair.theirs / WAD:.6f}")
        table.add_row(str(pair.option), *levels, apart, verdict)
    console().print(table)
    for item in found.not_inverted:
        typer.echo(f"not inverted  {item.option}, {item.venue}: {item.reason}")
    for venue, only in (("ours", found.only_ours), ("theirs", found.only_theirs)):
        for of in only:
            typer.echo(f"only {venue:<8} {of}")
    typer.echo(
        f"{len(found.differing)} of {len(found.pairs)} differ by more than "
        f"{found.tolerance_bps} bps of volatility"
    )
    typer.echo(f"convention    {CONVENTION}")
