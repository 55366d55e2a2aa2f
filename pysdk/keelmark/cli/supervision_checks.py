"""What is checked of a request between authorities before an act on it is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keelmark.cli.authorities import moment
from keelmark.cli.supervision_sending import Desk, Line, desk_of, perform
from keelmark.cli.supervision_words import names_of, number
from keelmark.errors import InputError

if TYPE_CHECKING:
    from keelmark.chain import Operation
    from keelmark.evidence.asking import Asked, ChainReference
    from keelmark.ledger.cooperation import Anchored, Moved
    from keelmark.ledger.cooperation_words import Agreement, Kind


def check_asked(desk: Desk, asked: Asked, account: int, instrument: int) -> None:
    """Refuses a file of another house, or one that asks about somebody or something else.

    Raises:
        InputError: says what does not fit.
    """
    deployment = desk.deployment
    if asked.chain_id != deployment.chain_id:
        raise InputError(
            f"--asked: chain_id is {asked.chain_id}, the manifest is of {deployment.chain_id}"
        )
    strangers = set(asked.contracts) - set(deployment.reporting.values())
    if strangers:
        raise InputError(f"--asked: contracts {min(strangers)} is none of the manifest's")
    count = desk.chain.run(deployment.parties.account_count())
    if account > count:
        raise InputError(f"--account {account}: unknown party, accounts are 1 to {count}")
    for option, id, listed in (
        ("--account", account, asked.accounts),
        ("--instrument", instrument, asked.instruments),
    ):
        if id and listed and id not in listed:
            raise InputError(
                f"{option} {id}: the file of --asked names {', '.join(map(str, listed))}"
            )


def check_agreed(
    desk: Desk, found: Agreement, id: int, to: int, kind: Kind, instrument: int
) -> None:
    """Refuses to ask what an agreement does not cover, or whom.

    Raises:
        InputError: says what it does cover.
    """
    wrong = None
    if to == desk.mandate.id:
        wrong = f"authority {to} is yourself, expected another member"
    elif to not in found.accepted:
        wrong = f"authority {to} has not accepted it, or has left"
    elif kind not in found.kinds:
        wrong = f"it has the kinds {', '.join(names_of(found.kinds)) or 'none'}"
    elif instrument and found.instruments and instrument not in found.instruments:
        wrong = f"it is about instruments {', '.join(map(str, found.instruments))}"
    if wrong:
        raise InputError(f"agreement {id}: {wrong}; nothing was sent")


def request_of(
    manifest: Path,
    rpc: str,
    keyfile: Path | None,
    text: str,
    event: str | None,
    *,
    asker: bool = False,
) -> tuple[Desk, Anchored]:
    """A request, and an authority that may act on it.

    Args:
        manifest: of the house.
        rpc: a node.
        keyfile: with the authority's key.
        text: the request's id or reference.
        event: what the act reports; None where both authorities may act, in any state.
        asker: whether it is the requester's act, else the requested authority's.

    Raises:
        InputError: there is none, or it is not the authority's, or in a state that does not allow
            the act.
    """
    from keelmark.ledger.cooperation import read_anchor
    from keelmark.ledger.cooperation_state import ANSWERS
    from keelmark.types import Power

    id, reference = _named(text)
    desk = desk_of(manifest, rpc, keyfile, Power.COOPERATE)
    found = desk.chain.run(read_anchor(desk.deployment.supervision, id))
    if reference is not None and reference != found.reference:
        raise InputError(f"--request {text}: the manifest's requests are as {found.reference}")
    one = found.request
    mine = one.requester if asker else one.requested
    if event is None and desk.mandate.id == one.requester:
        mine = one.requester
    if desk.mandate.id != mine:
        raise InputError(
            f"request {id}: authority {one.requester} asks authority {one.requested}, the key is "
            f"of authority {desk.mandate.id}; nothing was sent"
        )
    if event is not None and one.state not in ANSWERS[event][1]:
        allowed = " or ".join(state.name.lower() for state in ANSWERS[event][1])
        raise InputError(
            f"request {id}: it is {one.state.name.lower()}, expected {allowed}; nothing was sent"
        )
    return desk, found


def move(
    desk: Desk,
    act: str,
    found: Anchored,
    lines: Sequence[Line],
    operation: Callable[..., Operation[Moved]],
    arguments: Sequence[Any],
    yes: bool,
    as_json: bool,
) -> None:
    """Rehearses, prints and sends an act on a request.

    Args:
        desk: who acts.
        act: the command's name.
        found: the request.
        lines: what the act says of its own.
        operation: takes the contract, the id and the arguments.
        arguments: of the operation.
        yes: whether to send it.
        as_json: one document for a program.
    """
    one, contract = found.request, desk.deployment.supervision
    overdue = one.overdue(desk.time)
    perform(
        desk,
        act,
        [
            Line("request", str(found.reference), str(found.reference)),
            Line("from", f"authority {one.requester}", one.requester),
            Line("to", f"authority {one.requested}", one.requested),
            Line("kind", ", ".join(names_of(one.kind)), ", ".join(names_of(one.kind))),
            Line("account", str(one.subject or "none"), one.subject or None),
            Line("state", one.state.name.lower(), one.state.name.lower()),
            Line("deliver by", moment(one.deliver_by), one.deliver_by),
            *([Line("overdue", *[overdue.name.lower()] * 2)] if overdue else []),
            *lines,
        ],
        lambda: operation(contract, found.reference.id, *arguments),
        yes=yes,
        as_json=as_json,
        told=lambda made: [
            Line("now", made.request.state.name.lower(), made.request.state.name.lower())
        ],
    )


def _named(text: str) -> tuple[int, ChainReference | None]:
    """A request's id, and the reference if it was given as one.

    Raises:
        InputError: it is neither.
    """
    from keelmark.evidence.asking import read_reference

    reference = read_reference(text)
    if reference is not None:
        return number("--request", reference.id), reference
    if not (text.isascii() and text.isdigit()) or len(text) > 10:
        raise InputError(f"--request {text!r}: expected an id, or a reference eip155:…")
    return number("--request", int(text)), None
