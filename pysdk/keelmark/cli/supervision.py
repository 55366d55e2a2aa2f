"""`keelmark supervision`: who can change what in a house, and what authorities do there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import typer

from keelmark.cli.authorities import Json, Manifest, Rpc, house, moment, table_of
from keelmark.cli.supervision_acts import add_acts
from keelmark.cli.supervision_agreements import add_agreements
from keelmark.cli.supervision_answers import add_answers
from keelmark.cli.supervision_requests import REQUESTS, requests

if TYPE_CHECKING:
    from keelmark.ledger.cooperation_words import Terms
    from keelmark.ledger.governance import Governance
    from keelmark.types import Power

NOBODY = "0x" + "00" * 20

_SHOW = """Print who can change what in a house, from when, and what stands.

Roles, mandates and pending changes are one call to the governance lens; the rest follows from the
party registry's events, which are checked against its report chain.
"""


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    group = typer.Typer(
        help="Authorities over a house, and their cooperation.", no_args_is_help=True
    )
    group.command("show", help=_SHOW)(show)
    group.command("requests", help=REQUESTS)(requests)
    add_acts(group)
    add_agreements(group)
    add_answers(group)
    root.add_typer(group, name="supervision")


def show(manifest: Manifest, rpc: Rpc, as_json: Json = False) -> None:
    """See `_SHOW`."""
    from keelmark.ledger.governance import read_governance

    chain, deployment = house(manifest, rpc)
    found = chain.run(read_governance(deployment))
    if as_json:
        typer.echo(json.dumps(_document(found), indent=1))
    else:
        _print(found)


def _span(seconds: int) -> str:
    """A length of time, in the largest unit that gives a whole number."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _names(flags: Power) -> list[str]:
    """Names of the powers that are set."""
    return [(bit.name or "").lower() for bit in type(flags) if bit in flags]


def _address(address: str) -> str:
    """An address; nobody is a dash."""
    return "-" if address == NOBODY else address


def _none(address: str) -> str | None:
    """An address for a program; nobody is null."""
    return None if address == NOBODY else address


def _terms(terms: Terms | None) -> dict[str, Any] | None:
    """Powers and times, for a program."""
    if terms is None:
        return None
    return {"powers": _names(terms.powers), "from": terms.begins, "until": terms.until}


_SIGNED = 2
"""Kind of a source whose prices a set of reporters signs."""

PLACES = {0: "limits", 1: "source 1", 2: "source 2", 3: "source 3"}
"""What of a feed changes."""


def _change(slot: int, word: int) -> str:
    """What a feed's limits or source will be, in words."""
    if slot == 0:
        least, most = (word >> at & (1 << 88) - 1 for at in (0, 88))
        shown = " to ".join(
            f"{Decimal(bound).scaleb(-18).normalize():f}" for bound in (least, most)
        )
        return f"{shown}, {word >> 176 & 0xFFFF} bps apart, {word >> 192 & 0xFF} fresh sources"
    if not word:
        return "emptied"
    age = _span(word >> 160 & 0xFFFFFFFF)
    if word >> 200 & 0xFF == _SIGNED:
        members, threshold = word >> 128 & 0xFFFFFFFF, word >> 120 & 0xFF
        return f"{threshold} signers of reporter set {members}, stale after {age}"
    return f"aggregator 0x{word & (1 << 160) - 1:040x}, stale after {age}"


def _document(found: Governance) -> dict[str, Any]:
    """Governance for a program; times are seconds."""
    return {
        "block": found.block,
        "time": found.time,
        "finality": found.finality,
        "rulebook_digest": "0x" + found.rulebook_digest.hex(),
        "halted": found.halted,
        "halted_until": found.halted_until,
        "sanctions_list": {
            "time": found.list_time,
            "age_seconds": found.list_age,
            "stale": found.list_stale,
        },
        "issuers": list(found.issuers),
        "delays_seconds": asdict(found.delays),
        "roles": [
            {
                "contract": one.contract,
                "role": one.role,
                "holder": _none(one.holder),
                "offered_to": _none(one.successor),
            }
            for one in found.roles
        ],
        "authorities": [
            {
                "id": one.id,
                "holder": one.holder,
                "lei": one.lei,
                "jurisdiction": one.mandate.jurisdiction if one.mandate else None,
                "state": one.state(found.time),
                **(_terms(one.terms(found.time)) or {"powers": [], "from": None, "until": None}),
                "pending": _terms(one.pending(found.time)),
                "offered_to": _none(one.successor),
            }
            for one in found.authorities
        ],
        "feed_changes": [
            {
                "feed": one.feed,
                "what": PLACES[one.slot],
                "becomes": _change(one.slot, one.word),
                "word": f"0x{one.word:064x}",
                "due": one.due,
                "ripe": found.time >= one.due,
            }
            for one in found.changes
        ],
        "holds": [{**asdict(one), "overdue": found.overdue(one.review_at)} for one in found.holds],
        "bars": [{**asdict(one), "overdue": found.overdue(one.review_at)} for one in found.bars],
        "recoveries": [
            {**asdict(one), "ripe": found.time >= one.ripe_at, "lapsed": found.time > one.until}
            for one in found.recoveries
        ],
    }


def _print(found: Governance) -> None:
    """Governance for a person."""
    typer.echo(
        f"block {found.block} ({found.finality}), {moment(found.time)}, rulebook "
        f"0x{found.rulebook_digest.hex()}"
    )
    if found.halted:
        typer.echo(f"HALTED until {moment(found.halted_until)}: nobody may add risk")
    else:
        typer.echo("not halted")
    if found.list_time:
        stale = ", STALE: nobody may open" if found.list_stale else ""
        typer.echo(f"sanctions list of {moment(found.list_time)}, {found.list_age} s old{stale}")
    else:
        typer.echo("sanctions list: never confirmed, STALE: nobody may open")
    typer.echo(f"issuers of attestations: {', '.join(str(one) for one in found.issuers)}")
    delays = ", ".join(f"{name} {_span(size)}" for name, size in asdict(found.delays).items())
    typer.echo(f"delays: {delays}")
    table_of(
        "roles",
        ("contract", "role", "holder", "offered to"),
        (
            (one.contract, one.role, _address(one.holder), _address(one.successor))
            for one in found.roles
        ),
    )
    table_of(
        "authorities",
        ("id", "jurisdiction", "lei", "key", "offered to"),
        (
            (
                str(one.id),
                one.mandate.jurisdiction if one.mandate else "-",
                one.lei,
                one.holder,
                _address(one.successor),
            )
            for one in found.authorities
        ),
    )
    table_of("their mandates", ("id", "state", "powers", "from", "until"), _mandates(found))
    table_of(
        "changes of feeds that were announced",
        ("feed", "what", "from", "to what"),
        (
            (
                str(one.feed),
                PLACES[one.slot],
                moment(one.due) + (" (ripe)" if found.time >= one.due else ""),
                _change(one.slot, one.word),
            )
            for one in found.changes
        ),
    )
    table_of(
        "freezes and restrictions",
        ("account", "wallet", "of", "what", "authority", "agreement", "review"),
        (
            (
                str(one.account),
                one.wallet,
                one.jurisdiction,
                "frozen" if one.frozen else "close-only",
                _authority(found, one.authority),
                str(one.agreement or "-"),
                _review(found, one.review_at),
            )
            for one in found.holds
        ),
    )
    table_of(
        "barred instruments",
        ("instrument", "for parties of", "authority", "review"),
        (
            (
                str(one.instrument),
                one.jurisdiction,
                _authority(found, one.authority),
                _review(found, one.review_at),
            )
            for one in found.bars
        ),
    )
    table_of(
        "recoveries of keys",
        ("account", "lost key", "replacement", "from", "until"),
        (
            (
                str(one.account),
                one.lost,
                one.replacement,
                moment(one.ripe_at) + (" (ripe)" if found.time >= one.ripe_at else ""),
                moment(one.until) + (" (LAPSED)" if found.time > one.until else ""),
            )
            for one in found.recoveries
        ),
    )


def _mandates(found: Governance) -> Iterable[Sequence[str]]:
    """One row an authority, and one for a widening that does not count yet."""
    for one in found.authorities:
        terms, wider = one.terms(found.time), one.pending(found.time)
        for state, what in ((one.state(found.time), terms), ("PENDING", wider)):
            if what is not None:
                powers = ", ".join(_names(what.powers)) or "none"
                when = (moment(what.begins), moment(what.until))
                yield str(one.id), state, powers, *when
            elif state != "PENDING":
                yield str(one.id), state, "-", "-", "-"


def _authority(found: Governance, id: int) -> str:
    """An authority by id and jurisdiction."""
    known = next((one for one in found.authorities if one.id == id), None)
    return f"{id} ({known.mandate.jurisdiction})" if known and known.mandate else str(id)


def _review(found: Governance, review_at: int) -> str:
    """A review's date, and whether it has passed."""
    return moment(review_at) + (" OVERDUE" if found.overdue(review_at) else "")
