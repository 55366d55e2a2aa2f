"""Cooperation between authorities: what each of them does on chain, one operation an act.

Each answers with what it made. `keelmark.ledger.supervision` reads all of it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from keelmark.bindings.supervision import Supervision
from keelmark.chain.operations import BlockId, GetChainId, Operation, Receipt
from keelmark.errors import InputError
from keelmark.events import BY_NAME, Event, decode
from keelmark.evidence.asking import Asked, ChainReference, scope_hash
from keelmark.ledger.cooperation_words import Kind, Request, read_request
from keelmark.types import Power

__all__ = [
    "Anchored",
    "Made",
    "Moved",
    "Proposed",
    "accept",
    "acknowledge",
    "ask",
    "close",
    "deliver",
    "leave",
    "log_access",
    "propose",
    "read_anchor",
    "refuse",
    "text_word",
    "withdraw",
]


NO_POWERS: Final = Power(0)
"""An agreement that lends none."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """An agreement that was proposed, and accepted by who proposed it."""

    receipt: Receipt
    id: int


@dataclass(frozen=True, slots=True)
class Made:
    """A request that was made."""

    receipt: Receipt
    reference: ChainReference
    request: Request


@dataclass(frozen=True, slots=True)
class Moved:
    """A request after an act."""

    receipt: Receipt
    request: Request


@dataclass(frozen=True, slots=True)
class Anchored:
    """A request as a node tells it; no proof comes with it."""

    reference: ChainReference
    request: Request
    scope_hash: bytes
    package_digest: bytes
    """Zero before it was delivered."""


def _event(receipt: Receipt, contract: str, name: str) -> Event:
    """The one event of a name in a receipt.

    Raises:
        InputError: there is none; the contract is another one.
    """
    for log in receipt.logs:
        if log.address == contract and log.topics[:1] == (BY_NAME[name].topic,):
            place = {"block_number": log.block_number, "log_index": log.log_index}
            return decode(log.topics, log.data, address=log.address, **place)
    raise InputError(f"supervision: {contract} reported no {name}; expected a Supervision contract")


def text_word(text: str, what: str) -> bytes:
    """A short text as a left-aligned word, as legal bases and purposes are written.

    Raises:
        InputError: it is empty, not ASCII, or longer than 32 characters.
    """
    if not text or len(text) > 32 or not text.isascii():
        raise InputError(f"{what}: {text!r}, expected 1 to 32 ASCII characters")
    return text.encode("ascii").ljust(32, b"\0")


def propose(
    contract: Supervision,
    *,
    members: Sequence[int],
    kinds: Kind,
    powers: Power = NO_POWERS,
    instruments: Sequence[int] = (),
    begins: int,
    until: int,
    text_hash: bytes,
    gas: int | None = None,
) -> Operation[Proposed]:
    """The operation that proposes an agreement; its sender, a member, has accepted it with that.

    Args:
        contract: where.
        members: ids of the authorities, the sender's among them.
        kinds: what each answers.
        powers: what each lets the others use at home; with none of instruments only.
        instruments: ids, at most eight; empty means all.
        begins: seconds.
        until: seconds; the first that no longer counts.
        text_hash: commitment to the text that was signed.
        gas: gas limit.

    Raises:
        Reverted: the contract refuses it and says why.
    """
    receipt = yield from contract.propose_agreement(
        members, int(kinds), int(powers), instruments, begins, until, text_hash, gas=gas
    )
    event = _event(receipt, contract.address, "AgreementProposed")
    return Proposed(receipt, event.number("agreement"))


def accept(contract: Supervision, id: int, *, gas: int | None = None) -> Operation[Receipt]:
    """The operation by which a member accepts an agreement."""
    return contract.accept_agreement(id, gas=gas)


def leave(contract: Supervision, id: int, *, gas: int | None = None) -> Operation[Receipt]:
    """The operation by which a member leaves an agreement, or declines it, for good."""
    return contract.leave_agreement(id, gas=gas)


def ask(
    contract: Supervision,
    asked: Asked,
    *,
    agreement: int,
    to: int,
    kind: Kind,
    subject: int = 0,
    instrument: int = 0,
    acknowledge_by: int,
    deliver_by: int,
    legal_basis: bytes,
    gas: int | None = None,
) -> Operation[Made]:
    """The operation that asks another authority. The file of `asked` is sent to it off chain.

    Args:
        contract: where.
        asked: what is wanted; its hash goes on chain.
        agreement: id of the agreement.
        to: id of the authority.
        kind: one kind that the agreement has.
        subject: account id; 0 names no party, which freezes and restrictions must.
        instrument: id; 0 means all in the agreement.
        acknowledge_by: seconds, in the future.
        deliver_by: seconds, not before.
        legal_basis: names the law.
        gas: gas limit.

    Raises:
        InputError: what is asked for is of another chain.
        Reverted: the contract refuses it and says why.
    """
    chain_id: int = yield GetChainId()
    if asked.chain_id != chain_id:
        raise InputError(f"asked: chain_id is {asked.chain_id}, the chain has {chain_id}")
    receipt = yield from contract.request(
        agreement,
        to,
        int(kind),
        subject,
        instrument,
        scope_hash(asked),
        acknowledge_by,
        deliver_by,
        legal_basis,
        gas=gas,
    )
    event = _event(receipt, contract.address, "RequestMade")
    reference = ChainReference(chain_id, contract.address, event.number("request"))
    return Made(receipt, reference, read_request(event.number("word")))


def acknowledge(contract: Supervision, id: int, *, gas: int | None = None) -> Operation[Moved]:
    """The operation by which the requested authority says that a request has arrived."""
    receipt = yield from contract.acknowledge(id, gas=gas)
    return _moved(contract, receipt, "RequestAcknowledged")


def refuse(
    contract: Supervision, id: int, code: int, reason_hash: bytes, *, gas: int | None = None
) -> Operation[Moved]:
    """The operation by which the requested authority refuses.

    Args:
        contract: where.
        id: the request.
        code: 1 to 255; 1 against its law, 2 proceedings under way, 3 not by the terms, 4 public
            interest.
        reason_hash: commitment to the reasons.
        gas: gas limit.
    """
    receipt = yield from contract.refuse(id, code, reason_hash, gas=gas)
    return _moved(contract, receipt, "RequestRefused")


def deliver(
    contract: Supervision, id: int, digest: bytes, *, gas: int | None = None
) -> Operation[Moved]:
    """The operation by which the requested authority anchors the digest of its package."""
    receipt = yield from contract.deliver(id, digest, gas=gas)
    return _moved(contract, receipt, "RequestDelivered")


def close(
    contract: Supervision, id: int, outcome: bytes, *, gas: int | None = None
) -> Operation[Moved]:
    """The operation by which the requester ends a request that it has opened, or that was
    refused; `outcome` commits to what came of it."""
    receipt = yield from contract.close(id, outcome, gas=gas)
    return _moved(contract, receipt, "RequestClosed")


def withdraw(contract: Supervision, id: int, *, gas: int | None = None) -> Operation[Moved]:
    """The operation by which the requester takes back what has no answer yet."""
    receipt = yield from contract.withdraw_request(id, gas=gas)
    return _moved(contract, receipt, "RequestWithdrawn")


def log_access(
    contract: Supervision, id: int, digest: bytes, purpose: bytes, *, gas: int | None = None
) -> Operation[Moved]:
    """The operation by which either authority says that it opened the package, and why."""
    receipt = yield from contract.log_access(id, digest, purpose, gas=gas)
    return _moved(contract, receipt, "AccessLogged")


def _moved(contract: Supervision, receipt: Receipt, name: str) -> Moved:
    return Moved(receipt, read_request(_event(receipt, contract.address, name).number("word")))


def read_anchor(
    contract: Supervision, id: int, *, block: BlockId = "latest"
) -> Operation[Anchored]:
    """The operation that reads one request, as the node tells it.

    Raises:
        InputError: there is none.
    """
    chain_id: int = yield GetChainId()
    found = yield from contract.request_of(id, block=block)
    if not found.word:
        raise InputError(f"request: {contract.address} has no request {id}")
    return Anchored(
        ChainReference(chain_id, contract.address, id),
        read_request(found.word),
        found.scope_hash,
        found.package_digest,
    )
