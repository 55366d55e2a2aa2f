"""`keelmark supervision propose`, `accept`, `leave`: agreements between authorities."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keelmark.cli.authorities import Json, Manifest, Rpc, moment
from keelmark.cli.supervision_sending import (
    KEY,
    Desk,
    Keyfile,
    Line,
    Yes,
    agreement_of,
    desk_of,
    perform,
)
from keelmark.cli.supervision_words import (
    Word,
    flags,
    hash_given,
    hash_of_file,
    names_of,
    number,
    seconds,
)
from keelmark.errors import InputError

if TYPE_CHECKING:
    from keelmark.ledger.cooperation_words import Agreement, Kind
    from keelmark.types import Power

Members = Annotated[
    list[int], typer.Option("--member", help="Id of an authority, your own too; repeatable.")
]
Kinds = Annotated[
    list[str] | None,
    typer.Option(
        "--kind", help="What each answers: information, evidence, freeze, restriction; repeatable."
    ),
]
Powers = Annotated[
    list[str] | None,
    typer.Option(
        "--power", help="Power that each lends the others at home: freeze, restrict; repeatable."
    ),
]
Instruments = Annotated[
    list[int] | None,
    typer.Option("--instrument", help="Instrument id; repeatable, at most 8; all by default."),
]
Begins = Annotated[str, typer.Option("--from", help="From when on, ISO 8601; may be past.")]
Until = Annotated[str, typer.Option("--until", help="When it is over, ISO 8601.")]
Text = Annotated[
    Path | None,
    typer.Option("--text", help="File with the text that was signed; keccak256 of it goes along."),
]
TextHash = Annotated[
    str | None, typer.Option("--text-hash", help="Hash of the text, instead of its file.")
]
Id = Annotated[int, typer.Option("--agreement", help="Id of the agreement.")]

HELP = {
    "propose": f"Propose an agreement to other authorities, and accept it.\n\n{KEY}",
    "accept": f"Accept an agreement, with all that it lends.\n\n{KEY}",
    "leave": "Leave an agreement at once and for good, or decline it.\n\nRequests that were made "
    f"stay to be answered.\n\n{KEY}",
}

MOST_MEMBERS = 32

MOST_INSTRUMENTS = 8


def add_agreements(group: typer.Typer) -> None:
    """Add the commands to the group."""
    for command in (propose, accept, leave):
        group.command(command.__name__, help=HELP[command.__name__])(command)


def propose(
    manifest: Manifest,
    rpc: Rpc,
    member: Members,
    begins: Begins,
    until: Until,
    kind: Kinds = None,
    power: Powers = None,
    instrument: Instruments = None,
    text: Text = None,
    text_hash: TextHash = None,
    keyfile: Keyfile = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """See `HELP`."""
    from keelmark.ledger import cooperation
    from keelmark.ledger.cooperation_words import Kind
    from keelmark.types import Power

    members = _ids("--member", member, most=MOST_MEMBERS)
    listed = _ids("--instrument", instrument or [], most=MOST_INSTRUMENTS)
    kinds = flags("--kind", kind or (), Kind(15))
    powers = flags("--power", power or (), Power.FREEZE | Power.RESTRICT)
    first, last = seconds("--from", begins), seconds("--until", until)
    word = _text(text, text_hash)
    if not kinds and not powers:
        raise InputError("--kind, --power: expected one at least")
    if powers and listed:
        raise InputError("--instrument: powers reach all instruments, expected none with --power")
    if last <= first:
        raise InputError(f"--until {until}: expected a time after --from {begins}")
    desk = desk_of(manifest, rpc, keyfile, Power.COOPERATE)
    if desk.mandate.id not in members:
        raise InputError(f"--member: expected {desk.mandate.id} among them, your own id")
    if len(members) < 2:
        raise InputError("--member: expected another authority beside your own")
    if last <= desk.time:
        raise InputError(f"--until {until}: expected a time to come")
    count = desk.chain.run(desk.deployment.supervision.mandate_count())
    if members[-1] > count:
        raise InputError(f"--member {members[-1]}: expected an authority, ids are 1 to {count}")
    _check_lent(desk, "propose", powers)
    perform(
        desk,
        "propose",
        [
            Line("members", ", ".join(map(str, members)), members),
            *_terms(kinds, powers, listed, first, last),
            Line("text", word.said, "0x" + word.word.hex()),
        ],
        lambda: cooperation.propose(
            desk.deployment.supervision,
            members=members,
            kinds=kinds,
            powers=powers,
            instruments=listed,
            begins=first,
            until=last,
            text_hash=word.word,
        ),
        yes=yes,
        as_json=as_json,
        told=lambda made: [Line("agreement", f"{made.id}, to be accepted by the others", made.id)],
    )


def accept(
    manifest: Manifest,
    rpc: Rpc,
    agreement: Id,
    keyfile: Keyfile = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """See `HELP`."""
    from keelmark.ledger import cooperation
    from keelmark.types import Power

    number("--agreement", agreement)
    desk = desk_of(manifest, rpc, keyfile, Power.COOPERATE)
    found = agreement_of(desk, agreement)
    if desk.mandate.id in found.accepted:
        raise InputError(
            f"agreement {agreement}: authority {desk.mandate.id} has accepted it already; "
            "nothing was sent"
        )
    _check_lent(desk, "accept", found.powers)
    perform(
        desk,
        "accept",
        _lines(agreement, found),
        lambda: cooperation.accept(desk.deployment.supervision, agreement),
        yes=yes,
        as_json=as_json,
        told=lambda _: [Line("now", "accepted", "accepted")],
    )


def leave(
    manifest: Manifest,
    rpc: Rpc,
    agreement: Id,
    keyfile: Keyfile = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """See `HELP`."""
    from keelmark.ledger import cooperation

    number("--agreement", agreement)
    desk = desk_of(manifest, rpc, keyfile, None)
    found = agreement_of(desk, agreement, over=True)
    perform(
        desk,
        "leave",
        _lines(agreement, found),
        lambda: cooperation.leave(desk.deployment.supervision, agreement),
        yes=yes,
        as_json=as_json,
        told=lambda _: [Line("now", "left, for good", "left")],
    )


def _ids(option: str, given: list[int], *, most: int) -> list[int]:
    """Ids in order.

    Raises:
        InputError: one is none, or stands twice, or there are too many.
    """
    for one in given:
        number(option, one)
        if given.count(one) > 1:
            raise InputError(f"{option} {one}: expected it once")
    if len(given) > most:
        raise InputError(f"{option}: expected at most {most}, not {len(given)}")
    return sorted(given)


def _text(path: Path | None, given: str | None) -> Word:
    """The commitment to the text that was signed."""
    if path is not None and given is None:
        return hash_of_file("--text", path)
    if given is not None and path is None:
        word = hash_given("--text-hash", given)
        return Word(word, f"0x{word.hex()}, as given")
    raise InputError("--text, --text-hash: expected one of them, for the text that was signed")


def _check_lent(desk: Desk, act: str, powers: Power) -> None:
    """Refuses to lend what the authority does not hold itself."""
    lacking = powers & ~desk.mandate.now(desk.time).powers
    if lacking:
        raise InputError(
            f"{act}: the mandate of authority {desk.mandate.id} does not hold "
            f"{', '.join(names_of(lacking))}, which the agreement lends; nothing was sent"
        )


def _terms(
    kinds: Kind, powers: Power, instruments: list[int], begins: int, until: int
) -> list[Line]:
    """What an agreement says."""
    return [
        Line("kinds", ", ".join(names_of(kinds)) or "none", names_of(kinds)),
        Line("powers lent", ", ".join(names_of(powers)) or "none", names_of(powers)),
        Line("instruments", ", ".join(map(str, instruments)) or "all", instruments),
        Line("from", moment(begins), begins),
        Line("until", moment(until), until),
    ]


def _lines(id: int, found: Agreement) -> list[Line]:
    """An agreement that is there."""
    return [
        Line("agreement", str(id), id),
        Line("members", ", ".join(map(str, found.invited)), list(found.invited)),
        Line("accepted by", ", ".join(map(str, found.accepted)) or "-", list(found.accepted)),
        *_terms(found.kinds, found.powers, list(found.instruments), found.begins, found.until),
        Line("text", "0x" + found.text_hash.hex(), "0x" + found.text_hash.hex()),
    ]
