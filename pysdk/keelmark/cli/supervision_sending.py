"""How an authority's act gets to the chain: its mandate, the rehearsal, what is sent.

Nothing is sent that the contract would refuse as things stand: the same call is made first without
a transaction, by the same key, and its reason becomes the sentence of the refusal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from keelmark.cli.authorities import house, moment
from keelmark.cli.evidence_answers import signer
from keelmark.cli.supervision_words import names_of
from keelmark.errors import InputError, KeelmarkError, Reverted

if TYPE_CHECKING:
    from keelmark.chain import Chain, Operation, Signer
    from keelmark.chain.operations import Transact
    from keelmark.deploy import Deployment
    from keelmark.ledger.cooperation_words import Agreement, Mandate
    from keelmark.types import Power

T = TypeVar("T")

Keyfile = Annotated[
    Path | None, typer.Option("--keyfile", help="Encrypted key file, instead of the environment.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Sign and send; without it nothing is sent.")]
Basis = Annotated[
    str,
    typer.Option("--basis", help="The law: up to 31 ASCII characters as they are, else hashed."),
]

KEY = (
    "The key is in KEELMARK_PRIVATE_KEY or in an encrypted key file. Everything is checked "
    "against the chain and printed first; only --yes signs and sends."
)
"""What the help of every act ends with."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is printed of an act."""

    name: str
    shown: str
    """For a person."""
    value: Any
    """For a program."""


@dataclass(frozen=True, slots=True)
class Desk:
    """An authority at a house."""

    chain: Chain
    deployment: Deployment
    signing: Signer
    mandate: Mandate
    time: int
    """Of the newest block, seconds."""

    @property
    def line(self) -> Line:
        """Who acts."""
        one = self.mandate
        return Line(
            "authority",
            f"{one.id} ({one.jurisdiction}), {self.signing.address}",
            {"id": one.id, "jurisdiction": one.jurisdiction, "key": self.signing.address},
        )


def desk_of(manifest: Path, rpc: str, keyfile: Path | None, power: Power | None) -> Desk:
    """The authority whose key this is.

    Args:
        manifest: of the house.
        rpc: a node.
        keyfile: with the key; None: the environment has it.
        power: that the act takes; None where a mandate that runs is enough.

    Raises:
        InputError: the key has no mandate that runs and holds the power.
    """
    from keelmark.ledger.cooperation_words import read_mandate

    chain, deployment = house(manifest, rpc)
    signing = signer(keyfile)
    word = chain.run(deployment.supervision.mandate_of(signing.address))
    if not word:
        raise InputError(
            f"authority: {signing.address} has no mandate from {deployment.supervision.address}, "
            "expected an authority's key; nothing was sent"
        )
    mandate, time = read_mandate(word), chain.block().time
    terms = mandate.now(time)
    wrong = None
    if time < terms.begins:
        wrong = f"its mandate begins at {moment(terms.begins)}"
    elif time >= terms.until:
        wrong = f"its mandate was over at {moment(terms.until)}"
    elif power is not None and power not in terms.powers:
        wrong = f"its mandate does not hold the power {', '.join(names_of(power))}"
    if wrong:
        raise InputError(f"authority {mandate.id}: {wrong}; nothing was sent")
    return Desk(chain, deployment, signing, mandate, time)


def agreement_of(desk: Desk, id: int, *, over: bool = False) -> Agreement:
    """An agreement that the authority is a member of.

    Args:
        desk: whose.
        id: of the agreement.
        over: whether it may be over.

    Raises:
        InputError: there is none, or it is over, or not the authority's.
    """
    from keelmark.ledger.cooperation_words import read_agreement

    found = desk.chain.run(desk.deployment.supervision.agreement(id))
    if not found.terms:
        raise InputError(
            f"agreement: {desk.deployment.supervision.address} has no agreement {id}; nothing was "
            "sent"
        )
    one = read_agreement(found.terms, found.invited, found.instruments, found.text_hash)
    if desk.mandate.id not in one.invited:
        raise InputError(
            f"agreement {id}: authority {desk.mandate.id} is not a member; nothing was sent"
        )
    if desk.time >= one.until and not over:
        raise InputError(f"agreement {id}: it was over at {moment(one.until)}; nothing was sent")
    return one


def agreement_in_force(desk: Desk, id: int) -> Agreement:
    """An agreement that the authority accepted, and that runs.

    Raises:
        InputError: it does not, or there is none.
    """
    one = agreement_of(desk, id)
    if desk.mandate.id not in one.accepted:
        raise InputError(
            f"agreement {id}: authority {desk.mandate.id} has not accepted it; nothing was sent"
        )
    if desk.time < one.begins:
        raise InputError(f"agreement {id}: it begins at {moment(one.begins)}; nothing was sent")
    return one


def perform(
    desk: Desk,
    act: str,
    lines: Sequence[Line],
    operation: Callable[[], Operation[T]],
    *,
    yes: bool,
    as_json: bool,
    reasons: Mapping[str, str] | None = None,
    told: Callable[[T], Sequence[Line]] | None = None,
) -> None:
    """Rehearses an act, prints it, and sends it if that is wanted.

    Args:
        desk: who acts.
        act: the command's name.
        lines: what it says.
        operation: makes it.
        yes: whether to send it.
        as_json: one document for a program, printed when all is done.
        reasons: the contract's reasons in words that say more.
        told: what there is to say once it is done.

    Raises:
        InputError: the contract would refuse it.
        Reverted: it refused it all the same, as the chain has moved on.
    """
    from keelmark.chain.operations import Receipt

    try:
        transaction = desk.chain.run(_rehearsed(operation(), desk.signing.address))
    except Reverted as refusal:
        reason = refusal.reason or "without a reason"
        more = (reasons or {}).get(reason)
        why = f"{more} ({reason})" if more else f"the contract would refuse it, {reason}"
        raise InputError(f"{act}: {why}; nothing was sent") from None
    chain_id = desk.deployment.chain_id
    shown = [
        Line("act", act, act),
        desk.line,
        *lines,
        Line("contract", f"{transaction.to}, chain {chain_id}", transaction.to),
        Line("data", "0x" + transaction.data.hex(), "0x" + transaction.data.hex()),
    ]
    if not as_json:
        _print(shown)
    shown.append(Line("chain id", "", chain_id))
    if yes:
        made: Any = desk.chain.signing(desk.signing).run(operation())
        receipt = made if isinstance(made, Receipt) else made.receipt
        word = "0x" + receipt.transaction_hash.hex()
        sent = Line("sent", f"{word}, block {receipt.block_number}", True)
        block = Line("block", "", receipt.block_number)
        shown += [sent, Line("transaction hash", "", word), block]
        if not as_json:
            _print([sent])
        after = _told(told, made)
        shown += after
        if not as_json:
            _print(after)
    else:
        shown.append(Line("sent", "", False))
        if not as_json:
            typer.echo("Nothing was sent; --yes signs and sends this transaction.")
    if as_json:
        document = {line.name.replace(" ", "_"): line.value for line in shown}
        typer.echo(json.dumps(document, indent=1))


def _told(told: Callable[[T], Sequence[Line]] | None, made: T) -> Sequence[Line]:
    """What there is to say once an act is done; that it was sent is said even if the node is
    silent from then on."""
    try:
        return told(made) if told else ()
    except KeelmarkError as error:
        return (Line("now", f"not read, {error}", None),)


def _rehearsed(operation: Operation[Any], sender: str) -> Operation[Transact]:
    """The transaction of an operation, which the contract was asked about without sending it."""
    from keelmark.chain.operations import Call, Transact

    request = next(operation)
    while not isinstance(request, Transact):
        request = operation.send((yield request))
    operation.close()
    yield Call(str(request.to), request.data, sender=sender, value=request.value)
    return request


def _print(lines: Sequence[Line]) -> None:
    for line in lines:
        typer.echo(f"{line.name:<16} {line.shown}")
