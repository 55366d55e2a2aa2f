"""`keelmark supervision freeze`, `unfreeze`, `restrict`, `release`: powers over parties."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keelmark.cli.authorities import Json, Manifest, Rpc, moment
from keelmark.cli.supervision_sending import (
    KEY,
    Basis,
    Desk,
    Keyfile,
    Line,
    Yes,
    agreement_in_force,
    desk_of,
    perform,
)
from keelmark.cli.supervision_words import Word, committed, named, names_of, number, seconds
from keelmark.errors import InputError

if TYPE_CHECKING:
    from keelmark.types import Party

Wallet = Annotated[str, typer.Option("--wallet", help="The party's address, checksummed.")]
Case = Annotated[
    str,
    typer.Option(
        "--case",
        help="The case: a text, of which the chain gets keccak256, or a hash, 0x and 64 digits. "
        "A short text can be guessed from its hash; add something that nobody knows.",
    ),
]
Review = Annotated[
    str, typer.Option("--review", help="By when it is reviewed, ISO 8601; nothing ends by itself.")
]
Lent = Annotated[
    int,
    typer.Option(
        "--agreement", help="Agreement that lends the power for another jurisdiction; 0 is none."
    ),
]

_LIFTED = "Only the authority's own, or of one whose mandate is over. While others hold the party,"

HELP = {
    "freeze": f"Freeze a party: it can do nothing until it is unfrozen.\n\n{KEY}",
    "unfreeze": f"Lift a freeze.\n\n{_LIFTED} it stays frozen.\n\n{KEY}",
    "restrict": f"Restrict a party to closing what it has.\n\n{KEY}",
    "release": f"Lift a restriction to closing.\n\n{_LIFTED} it stays restricted.\n\n{KEY}",
}


def add_acts(group: typer.Typer) -> None:
    """Add the commands to the group."""
    for command in (freeze, unfreeze, restrict, release):
        group.command(command.__name__, help=HELP[command.__name__])(command)


@dataclass(frozen=True, slots=True)
class Order:
    """What an authority wants done to a party."""

    wallet: str
    basis: Word
    case: Word
    agreement: int
    review_at: int | None
    """Seconds; None lifts a hold."""

    @property
    def lines(self) -> list[Line]:
        """It, printed."""
        found = [
            Line("legal basis", self.basis.said, "0x" + self.basis.word.hex()),
            Line("case", self.case.said, "0x" + self.case.word.hex()),
            Line("agreement", str(self.agreement or "none"), self.agreement),
        ]
        if self.review_at is not None:
            found.append(Line("review", moment(self.review_at), self.review_at))
        return found


def freeze(
    manifest: Manifest,
    rpc: Rpc,
    wallet: Wallet,
    basis: Basis,
    case: Case,
    review: Review,
    agreement: Lent = 0,
    keyfile: Keyfile = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """See `HELP`."""
    order = _order(wallet, basis, case, agreement, review)
    _act("freeze", order, manifest, rpc, keyfile, yes, as_json)


def unfreeze(
    manifest: Manifest,
    rpc: Rpc,
    wallet: Wallet,
    basis: Basis,
    case: Case,
    agreement: Lent = 0,
    keyfile: Keyfile = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """See `HELP`."""
    order = _order(wallet, basis, case, agreement, None)
    _act("unfreeze", order, manifest, rpc, keyfile, yes, as_json)


def restrict(
    manifest: Manifest,
    rpc: Rpc,
    wallet: Wallet,
    basis: Basis,
    case: Case,
    review: Review,
    agreement: Lent = 0,
    keyfile: Keyfile = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """See `HELP`."""
    order = _order(wallet, basis, case, agreement, review)
    _act("restrict", order, manifest, rpc, keyfile, yes, as_json)


def release(
    manifest: Manifest,
    rpc: Rpc,
    wallet: Wallet,
    basis: Basis,
    case: Case,
    agreement: Lent = 0,
    keyfile: Keyfile = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """See `HELP`."""
    order = _order(wallet, basis, case, agreement, None)
    _act("release", order, manifest, rpc, keyfile, yes, as_json)


def _order(wallet: str, basis: str, case: str, agreement: int, review: str | None) -> Order:
    """Options as an order.

    Raises:
        InputError: one of them is malformed.
    """
    from keelmark.identity.statement import check_address

    check_address("--wallet", wallet)
    return Order(
        wallet,
        named("--basis", basis),
        committed("--case", case),
        number("--agreement", agreement, least=0),
        None if review is None else seconds("--review", review),
    )


def _act(
    act: str,
    order: Order,
    manifest: Path,
    rpc: str,
    keyfile: Path | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Checks an order against the chain, prints it and sends it."""
    from keelmark.identifiers import unpack_country
    from keelmark.margin.words import unpack_party
    from keelmark.types import Power

    power = Power.FREEZE if act in ("freeze", "unfreeze") else Power.RESTRICT
    holds = order.review_at is not None
    desk = desk_of(manifest, rpc, keyfile, power if holds else None)
    parties = desk.deployment.parties
    party = unpack_party(desk.chain.run(parties.word_of(order.wallet)))
    if not party.account:
        raise InputError(
            f"{act}: {order.wallet} is no party of {parties.address}, or has lost its key; "
            "nothing was sent"
        )
    country = unpack_country(party.jurisdiction)
    holders = _holders(desk, party, power)
    shown = _authorities(holders) or "nobody"
    if holds:
        _check_hold(act, desk, order, holders)
    elif not holders:
        raise InputError(f"{act}: {order.wallet} is not {_state(power)}; nothing was sent")
    if holds and order.agreement:
        lent = agreement_in_force(desk, order.agreement).powers
        if power not in lent:
            raise InputError(
                f"agreement {order.agreement}: it lends {', '.join(names_of(lent)) or 'no power'}, "
                f"expected {', '.join(names_of(power))}; nothing was sent"
            )
    one = desk.mandate
    arguments = (order.wallet, order.agreement, order.basis.word, order.case.word)
    acts = {
        "freeze": lambda: parties.freeze(*arguments, order.review_at or 0),
        "unfreeze": lambda: parties.unfreeze(*arguments),
        "restrict": lambda: parties.restrict(*arguments, order.review_at or 0),
        "release": lambda: parties.release(*arguments),
    }
    perform(
        desk,
        act,
        [
            Line(
                "party",
                f"{order.wallet}, account {party.account} ({country})",
                {"wallet": order.wallet, "account": party.account, "jurisdiction": country},
            ),
            Line("held by", shown, holders),
            *order.lines,
        ],
        acts[act],
        yes=yes,
        as_json=as_json,
        reasons={
            "supervision: out of scope": _out_of_scope(desk, country, order.agreement),
            "supervision: hold of another": (
                f"held by {shown}, not by authority {one.id}, and that mandate still runs"
            ),
            "supervision: power not held": (
                f"the mandate of authority {one.id} lacks the power {', '.join(names_of(power))}"
                " or to cooperate"
            ),
        },
        told=lambda _: _after(desk, order.wallet, power),
    )


def _state(power: int) -> str:
    """What a party is that is held by a power."""
    return "frozen" if power == 1 else "restricted to closing"


def _out_of_scope(desk: Desk, country: str, agreement: int) -> str:
    """Why a party is out of an authority's reach, and what would change that."""
    one = desk.mandate
    if country == one.jurisdiction:
        return f"the party is of {country}, as authority {one.id} is, expected no --agreement"
    told = f"the party is of {country}, authority {one.id} is of {one.jurisdiction}"
    if agreement:
        return f"{told} and nobody of {country} lends it the power under agreement {agreement}"
    return f"{told}, expected --agreement with one that lends the power"


def _authorities(ids: list[int]) -> str:
    """Authorities by their ids."""
    return ", ".join(f"authority {id}" for id in ids)


def _check_hold(act: str, desk: Desk, order: Order, holders: list[int]) -> None:
    """Refuses a second hold of the same authority, and a review that is past or too far."""
    from keelmark.regulation import value

    if desk.mandate.id in holders:
        raise InputError(
            f"{act}: authority {desk.mandate.id} holds {order.wallet} already; nothing was sent"
        )
    last = desk.time + value("POWER_REVIEW_MAX_SECONDS")
    if order.review_at is not None and not desk.time < order.review_at <= last:
        raise InputError(
            f"--review: {moment(order.review_at)}, expected after {moment(desk.time)} and not "
            f"after {moment(last)}; nothing was sent"
        )


def _holders(desk: Desk, party: Party, power: int) -> list[int]:
    """Ids of the authorities that hold a party by a power, the first one first."""
    from keelmark.ledger.cooperation_words import members_of

    first = party.freezing_authority if power == 1 else party.restricting_authority
    if not first:
        return []
    further = desk.chain.run(desk.deployment.parties.further_holds(party.account))
    mine = further & (1 << 128) - 1 if power == 1 else further >> 128
    return [first, *members_of(mine)]


def _after(desk: Desk, wallet: str, power: int) -> list[Line]:
    """Who holds the party now."""
    from keelmark.margin.words import unpack_party

    party = unpack_party(desk.chain.run(desk.deployment.parties.word_of(wallet)))
    holders = _holders(desk, party, power)
    state = _state(power)
    shown = f"{state}, by {_authorities(holders)}" if holders else f"not {state}"
    return [Line("now", shown, {"state": state if holders else None, "held_by": holders})]
