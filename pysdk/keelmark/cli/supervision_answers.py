"""`keelmark supervision ask`, `acknowledge`, `refuse`, `close`, `withdraw`, `log-access`.

Requests between authorities, from the side of each. An answer with a package is given by
`keelmark evidence build --answers --deliver`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keelmark.cli.authorities import Json, Manifest, Rpc, moment
from keelmark.cli.evidence_answers import read_asked_file
from keelmark.cli.supervision_checks import check_agreed, check_asked, move, request_of
from keelmark.cli.supervision_sending import (
    KEY,
    Basis,
    Keyfile,
    Line,
    Yes,
    agreement_in_force,
    desk_of,
    perform,
)
from keelmark.cli.supervision_words import (
    committed,
    flags,
    hash_given,
    named,
    number,
    seconds,
)
from keelmark.errors import InputError

if TYPE_CHECKING:
    from keelmark.ledger.cooperation import Made

Asks = Annotated[
    Path, typer.Option("--asked", help="File that `keelmark evidence ask` wrote; its hash is sent.")
]
Under = Annotated[int, typer.Option("--agreement", help="Agreement under which it is asked.")]
Whom = Annotated[int, typer.Option("--to", help="Id of the authority that is asked.")]
What = Annotated[str, typer.Option("--kind", help="information, evidence, freeze or restriction.")]
Account = Annotated[
    int, typer.Option("--account", help="Account of the party; freezes and restrictions name one.")
]
Instrument = Annotated[
    int, typer.Option("--instrument", help="Instrument id; 0 is all in the agreement.")
]
AcknowledgeBy = Annotated[
    str, typer.Option("--acknowledge-by", help="Deadline to say that it arrived, ISO 8601.")
]
DeliverBy = Annotated[str, typer.Option("--deliver-by", help="Deadline to answer it, ISO 8601.")]
Id = Annotated[
    str, typer.Option("--request", help="The request: its id, or its reference, eip155:….")
]
Code = Annotated[
    int,
    typer.Option(
        "--code",
        help="1 to 255: 1 against its law, 2 proceedings under way, 3 not by the terms, 4 public "
        "interest, others as agreed.",
    ),
]
Reasons = Annotated[
    str, typer.Option("--reasons", help="The reasons: a text, which is hashed, or a hash.")
]
Outcome = Annotated[
    str, typer.Option("--outcome", help="What came of it: a text, which is hashed, or a hash.")
]
Digest = Annotated[str, typer.Option("--digest", help="Digest of the package, 0x and 64 digits.")]
Purpose = Annotated[
    str, typer.Option("--purpose", help="Why it was opened: as --basis of the other acts.")
]

HELP = {
    "ask": "Ask another authority, under an agreement.\n\nThe file of `keelmark evidence ask` "
    f"goes to it on another way; the chain gets its hash.\n\n{KEY}",
    "acknowledge": f"Say that a request has arrived.\n\n{KEY}",
    "refuse": f"Refuse a request.\n\n{KEY}",
    "close": f"End a request that was refused, or answered and opened.\n\n{KEY}",
    "withdraw": f"Take back a request that has no answer yet.\n\n{KEY}",
    "log-access": f"Say that you have opened the package of a request, and why.\n\n{KEY}",
}


def add_answers(group: typer.Typer) -> None:
    """Add the commands to the group."""
    for command in (ask, acknowledge, refuse, close, withdraw, log_access):
        name = command.__name__.replace("_", "-")
        group.command(name, help=HELP[name])(command)


def ask(
    manifest: Manifest,
    rpc: Rpc,
    asked: Asks,
    agreement: Under,
    to: Whom,
    kind: What,
    acknowledge_by: AcknowledgeBy,
    deliver_by: DeliverBy,
    basis: Basis,
    account: Account = 0,
    instrument: Instrument = 0,
    keyfile: Keyfile = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """See `HELP`."""
    from keelmark.evidence.asking import scope_hash
    from keelmark.ledger import cooperation
    from keelmark.ledger.cooperation_words import Kind
    from keelmark.types import Power

    number("--agreement", agreement)
    number("--to", to, most=127)
    number("--account", account, least=0)
    number("--instrument", instrument, least=0)
    wanted = flags("--kind", [kind], Kind(15))
    times = seconds("--acknowledge-by", acknowledge_by), seconds("--deliver-by", deliver_by)
    if times[1] < times[0]:
        raise InputError(f"--deliver-by {deliver_by}: expected no earlier than --acknowledge-by")
    if not account and wanted in (Kind.FREEZE, Kind.RESTRICTION):
        raise InputError(f"--account: expected the party, --kind {kind} is about one")
    law, file = named("--basis", basis), read_asked_file(asked)
    desk = desk_of(manifest, rpc, keyfile, Power.COOPERATE)
    if times[0] <= desk.time:
        raise InputError(
            f"--acknowledge-by {acknowledge_by}: expected a time after {moment(desk.time)}"
        )
    found = agreement_in_force(desk, agreement)
    check_asked(desk, file, account, instrument)
    check_agreed(desk, found, agreement, to, wanted, instrument)
    perform(
        desk,
        "ask",
        [
            Line("to", f"authority {to}", to),
            Line("agreement", str(agreement), agreement),
            Line("kind", kind, kind),
            Line("account", str(account or "none"), account or None),
            Line("instrument", str(instrument or "all in the agreement"), instrument or None),
            Line(
                "scope hash",
                f"0x{scope_hash(file).hex()}, of {asked}",
                "0x" + scope_hash(file).hex(),
            ),
            Line("acknowledge by", moment(times[0]), times[0]),
            Line("deliver by", moment(times[1]), times[1]),
            Line("legal basis", law.said, "0x" + law.word.hex()),
        ],
        lambda: cooperation.ask(
            desk.deployment.supervision,
            file,
            agreement=agreement,
            to=to,
            kind=wanted,
            subject=account,
            instrument=instrument,
            acknowledge_by=times[0],
            deliver_by=times[1],
            legal_basis=law.word,
        ),
        yes=yes,
        as_json=as_json,
        reasons={
            "supervision: other cannot answer": f"authority {to} has no mandate to cooperate now"
        },
        told=_made,
    )


def acknowledge(
    manifest: Manifest,
    rpc: Rpc,
    request: Id,
    keyfile: Keyfile = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """See `HELP`."""
    from keelmark.ledger import cooperation

    desk, found = request_of(manifest, rpc, keyfile, request, "RequestAcknowledged")
    move(desk, "acknowledge", found, [], cooperation.acknowledge, (), yes, as_json)


def refuse(
    manifest: Manifest,
    rpc: Rpc,
    request: Id,
    code: Code,
    reasons: Reasons,
    keyfile: Keyfile = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """See `HELP`."""
    from keelmark.ledger import cooperation

    number("--code", code, most=255)
    word = committed("--reasons", reasons)
    desk, found = request_of(manifest, rpc, keyfile, request, "RequestRefused")
    lines = [
        Line("code", str(code), code),
        Line("reasons", word.said, "0x" + word.word.hex()),
    ]
    move(desk, "refuse", found, lines, cooperation.refuse, (code, word.word), yes, as_json)


def close(
    manifest: Manifest,
    rpc: Rpc,
    request: Id,
    outcome: Outcome,
    keyfile: Keyfile = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """See `HELP`."""
    from keelmark.ledger import cooperation
    from keelmark.ledger.cooperation_words import State

    word = committed("--outcome", outcome)
    desk, found = request_of(manifest, rpc, keyfile, request, "RequestClosed", asker=True)
    if found.request.state is State.DELIVERED and not found.request.accesses:
        raise InputError(
            f"request {found.reference.id}: its package was not opened by authority "
            f"{desk.mandate.id}, expected log-access first; nothing was sent"
        )
    lines = [Line("outcome", word.said, "0x" + word.word.hex())]
    move(desk, "close", found, lines, cooperation.close, (word.word,), yes, as_json)


def withdraw(
    manifest: Manifest,
    rpc: Rpc,
    request: Id,
    keyfile: Keyfile = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """See `HELP`."""
    from keelmark.ledger import cooperation

    desk, found = request_of(manifest, rpc, keyfile, request, "RequestWithdrawn", asker=True)
    move(desk, "withdraw", found, [], cooperation.withdraw, (), yes, as_json)


def log_access(
    manifest: Manifest,
    rpc: Rpc,
    request: Id,
    digest: Digest,
    purpose: Purpose,
    keyfile: Keyfile = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """See `HELP`."""
    from keelmark.ledger import cooperation

    package, why = hash_given("--digest", digest), named("--purpose", purpose)
    desk, found = request_of(manifest, rpc, keyfile, request, None)
    id = found.reference.id
    if not any(found.package_digest):
        raise InputError(f"request {id}: nothing was delivered for it; nothing was sent")
    if found.package_digest != package:
        raise InputError(
            f"--digest: 0x{package.hex()}, delivered for request {id} was "
            f"0x{found.package_digest.hex()}; nothing was sent"
        )
    lines = [
        Line("digest", "0x" + package.hex(), "0x" + package.hex()),
        Line("purpose", why.said, "0x" + why.word.hex()),
    ]
    arguments = (package, why.word)
    move(desk, "log-access", found, lines, cooperation.log_access, arguments, yes, as_json)


def _made(made: Made) -> list[Line]:
    """A request that was made."""
    return [Line("request", str(made.reference), str(made.reference))]
