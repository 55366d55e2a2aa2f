"""`keelmark audit`: what stands at an address, who controls it, and what deviates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keelmark.cli.authorities import Json, moment, table_of
from keelmark.cli.nodes import chain_of
from keelmark.errors import InputError, KeelmarkError

if TYPE_CHECKING:
    from keelmark.audit import Audit, Finding, Part

Address = Annotated[str, typer.Argument(help="Any address: a house, one of its parts, another.")]
Rpc = Annotated[str, typer.Option("--rpc", help="URL of a node, or the name of a chain.")]
Manifest = Annotated[
    Path | None, typer.Option("--manifest", help="Manifest that it must agree with.")
]
Accept = Annotated[
    list[str] | None,
    typer.Option("--accept", help="Name of a deviation that is known and accepted; repeatable."),
]
Quick = Annotated[
    bool,
    typer.Option("--quick", help="Ask neither for old states nor for events."),
]

_HELP = """Say what an address is: which release, connected to what, controlled by whom.

Asks the chain alone: code against the hashes of every release, immutables, roles and their holders,
the rulebook's digest, whether the published constructors ran, changes that were announced. Exits
with 1 unless everything is known and nothing deviates; --accept NAME accepts a deviation by its
name.
"""

NOBODY = "0x" + "00" * 20


class Deviates(KeelmarkError):
    """Something is not known, or not as published."""


def register(root: typer.Typer) -> None:
    """Add the command to the command line."""
    root.command("audit", help=_HELP)(audit)


def audit(
    address: Address,
    rpc: Rpc,
    manifest: Manifest = None,
    accept: Accept = None,
    quick: Quick = False,
    as_json: Json = False,
) -> None:
    """See `_HELP`."""
    from keelmark.audit import Level
    from keelmark.audit import audit as auditing
    from keelmark.deploy import read_manifest

    place = checked_address(address)
    accepted = set(accept or ())
    written = read_manifest(manifest) if manifest else None
    chain = chain_of(rpc)
    made = chain.run(auditing(place, manifest=written, history=not quick, events=not quick))
    counted = [one for one in made.of(Level.DEVIATION) if one.code not in accepted]
    unmet = accepted - {one.code for one in made.of(Level.DEVIATION)}
    if as_json:
        typer.echo(json.dumps(document(made, accepted), indent=1))
    else:
        _print(made, accepted)
    for code in sorted(unmet):
        typer.echo(f"--accept {code}: nothing deviates by that name", err=True)
    if counted:
        more = f", and {len(counted) - 1} more" if len(counted) > 1 else ""
        raise Deviates(f"audit: {counted[0]}{more}")


def checked_address(text: str) -> str:
    """A checksummed address.

    Raises:
        InputError: it is none, or its capitals are another's.
    """
    from eth_utils.address import is_address, to_checksum_address

    if not is_address(text):
        raise InputError(
            f"address: {text!r}, expected 0x and 40 hexadecimal digits, with the capitals of its "
            "checksum if it has any"
        )
    return str(to_checksum_address(text))


def _plain(value: Any) -> Any:
    """An immutable for a program: bytes in hexadecimal, large numbers as text."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, int) and not isinstance(value, bool) and value >= 2**53:
        return str(value)
    return value


def _part(part: Part) -> dict[str, Any]:
    """One part for a program."""
    seen, made = part.sight, part.creation
    return {
        "name": part.name,
        "address": seen.address,
        "kind": seen.kind.value,
        "contract": seen.contract or None,
        "release": seen.release or None,
        "found_by": part.found_by,
        "code_hash": seen.code_hash or None,
        "code_length": seen.code_length,
        "runs_code_of": seen.target or None,
        "immutables": {name: _plain(value) for name, value in seen.immutables.items()},
        "creation": {
            "block": made.block,
            "transaction": made.transaction_hash or None,
            "deployer": made.deployer or None,
            "by_factory": made.factory,
            "constructor_arguments": None
            if made.arguments is None
            else "0x" + made.arguments.hex(),
            "shown_by": made.shown_by or None,
            "untold": made.untold or None,
        },
    }


def document(made: Audit, accepted: set[str]) -> dict[str, Any]:
    """An audit for a program."""
    found, powers = made.found, made.powers
    now = powers.governance
    return {
        "address": found.root.sight.address,
        "chain_id": found.chain_id,
        "block": found.block.number,
        "block_hash": "0x" + found.block.hash.hex(),
        "time": found.block.time,
        "what": found.root.sight.told(),
        "holds": made.holds,
        "rulebook_digest": found.rulebook_digest or None,
        "parts": [_part(part) for part in found.parts.values()],
        "roles": [
            {
                "contract": one.contract,
                "role": one.role,
                "holder": None if one.holder == NOBODY else one.holder,
                "holder_is": powers.holders[one.holder].told() if one.holder != NOBODY else None,
                "offered_to": None if one.successor == NOBODY else one.successor,
            }
            for one in powers.roles
        ],
        "delays_seconds": asdict(now.delays) if now else None,
        "authorities": [
            {
                "id": one.id,
                "holder": one.holder,
                "holder_is": powers.holders[one.holder].told() if one.mandate else None,
                "lei": one.lei,
                "state": one.state(now.time),
            }
            for one in now.authorities
        ]
        if now
        else None,
        "issuers": list(now.issuers) if now else None,
        "findings": [
            {
                "level": one.level.value,
                "code": one.code,
                "subject": one.subject,
                "text": one.text,
                "accepted": one.code in accepted,
            }
            for one in made.findings
        ],
    }


def _print(made: Audit, accepted: set[str]) -> None:
    """An audit for a person."""
    from keelmark.audit import Level

    found, powers = made.found, made.powers
    seen = found.root.sight
    typer.echo(
        f"{seen.address}: {seen.told()}; chain {found.chain_id}, block {found.block.number}, "
        f"{moment(found.block.time)}"
    )
    if found.rulebook_digest:
        typer.echo(f"compiled with rulebook {found.rulebook_digest}")
    table_of(
        "contracts",
        ("contract", "address", "what it is", "block", "constructor shown by"),
        (_row(part) for part in found.parts.values()),
    )
    for line in _deployers(made):
        typer.echo(line)
    table_of("what is built in", ("contract", "name", "value"), _built_in(made))
    table_of(
        "roles",
        ("contract", "role", "holder", "what it is", "offered to"),
        (
            (
                one.contract,
                one.role,
                one.holder,
                powers.holders[one.holder].told() if one.holder in powers.holders else "nobody",
                "-" if one.successor == NOBODY else one.successor,
            )
            for one in powers.roles
        ),
    )
    if powers.governance is not None:
        now = powers.governance
        delays = ", ".join(f"{name} {size} s" for name, size in asdict(now.delays).items())
        typer.echo(f"delays: {delays}")
        table_of(
            "authorities",
            ("id", "key", "lei", "state"),
            ((str(one.id), one.holder, one.lei, one.state(now.time)) for one in now.authorities),
        )
    for level, title in (
        (Level.DEVIATION, "deviations"),
        (Level.PENDING, "changes to come"),
        (Level.NOTICE, "worth knowing"),
    ):
        _lines(title, list(made.of(level)), accepted)


def _lines(title: str, findings: list[Finding], accepted: set[str]) -> None:
    """Findings, one a line."""
    typer.echo(f"{title}: {'none' if not findings else len(findings)}")
    for one in findings:
        mark = " (accepted)" if one.code in accepted else ""
        typer.echo(f"  {one.code}{mark}  {one}")


def _row(part: Part) -> tuple[str, ...]:
    """A part as a row."""
    made, seen = part.creation, part.sight
    what = f"release {seen.release}" if part.sound else seen.told()
    shown = made.shown_by + (" (factory)" if made.factory else "")
    block = "-" if made.block is None else str(made.block)
    return part.name, seen.address, what, block, shown or "-"


def _deployers(made: Audit) -> Iterator[str]:
    """Who deployed how many of the contracts."""
    by: dict[str, int] = {}
    for part in made.found.parts.values():
        if part.creation.deployer:
            by[part.creation.deployer] = by.get(part.creation.deployer, 0) + 1
    for deployer, count in by.items():
        yield f"deployed by {deployer}: {count}"


def _built_in(made: Audit) -> Iterator[tuple[str, str, str]]:
    """Immutables: all of the contract that was asked about, and of the others what is no contract
    of the house."""
    from keelmark.audit.links import LINKS
    from keelmark.identifiers import unpack_code

    told: set[tuple[str, str]] = set()
    for part in sorted(made.found.parts.values(), key=lambda one: one != made.found.root):
        for name in part.sight.immutables:
            pair = (name, part.sight.text(name))
            if pair in told or (part != made.found.root and name in LINKS.get(part.name, {})):
                continue
            told.add(pair)
            letters = f" ({unpack_code(int(pair[1]))})" if name == "LEI" else ""
            yield part.name, name, pair[1] + letters
