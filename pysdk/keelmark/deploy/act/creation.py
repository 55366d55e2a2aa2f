"""When and by what a contract was created: from the journal, else from the chain itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eth_utils.crypto import keccak

from keelmark.chain.operations import BlockBody, BlockHeader, GetBlock, GetBody, GetCode, Operation
from keelmark.chain.transactions import GetOutcome, TransactionOutcome
from keelmark.deploy.act.journal import Journal
from keelmark.deploy.factory import FACTORY
from keelmark.deploy.steps import Step
from keelmark.errors import NoSuchBlock, RpcRefused

__all__ = ["Made", "creations"]


@dataclass(frozen=True, slots=True)
class Made:
    """A contract that is there."""

    name: str
    address: str
    """Checksummed."""
    block_number: int
    """The block in which it was created; if that is not to be found, one in which it was there."""
    block_hash: bytes
    transaction_hash: bytes
    """The transaction that created it; empty if it is not to be found."""
    gas_used: int
    """Gas of that transaction; 0 if it is not to be found."""
    gas_price: int
    """Wei a gas that it paid; 0 if it is not to be found."""
    code_hash: bytes
    """keccak256 of the code that is there."""


def creations(
    steps: Sequence[Step], journal: Journal, head: BlockHeader
) -> Operation[tuple[Made, ...] | None]:
    """The operation that looks up how each contract of some steps came to be.

    Args:
        steps: contracts that are there.
        journal: what was sent.
        head: a block in which all of them are.

    Returns:
        one each, in the order of the steps; None if the chain was reorganised meanwhile.
    """
    made: list[Made] = []
    for step in steps:
        try:
            one = yield from _creation(step, journal, head)
        except NoSuchBlock:
            return None
        if one is None:
            return None
        made.append(one)
    return tuple(made)


def _creation(step: Step, journal: Journal, head: BlockHeader) -> Operation[Made | None]:
    """One contract's; None if what is told of it does not fit together any more."""
    code: bytes = yield GetCode(step.address)
    found = yield from _in_journal(step, journal)
    number, transaction = (
        (found.block_number, found) if found else (yield from _in_chain(step, head))
    )
    block: BlockHeader = yield GetBlock(number)
    if not code or (transaction is not None and transaction.block_hash != block.hash):
        return None
    return Made(
        name=step.name,
        address=step.address,
        block_number=number,
        block_hash=block.hash,
        transaction_hash=transaction.hash if transaction else b"",
        gas_used=transaction.gas_used if transaction else 0,
        gas_price=transaction.gas_price if transaction else 0,
        code_hash=keccak(code),
    )


def _in_journal(step: Step, journal: Journal) -> Operation[TransactionOutcome | None]:
    """The one of the journal's transactions that did it."""
    for sent in reversed(journal.of(step.address)):
        outcome: TransactionOutcome | None = yield GetOutcome(sent.hash)
        if outcome is not None and outcome.succeeded:
            return outcome
    return None


def _in_chain(step: Step, head: BlockHeader) -> Operation[tuple[int, TransactionOutcome | None]]:
    """The first block that has the code, and in it the call of the factory that brought it.

    A node that has forgotten old states, or a factory that was called by another contract, leaves
    it at the oldest block that is known to have the code.
    """
    oldest, found = yield from _first_block(step, head.number)
    if not found:
        return oldest, None
    body: BlockBody = yield GetBody(oldest)
    for transaction in body.transactions:
        if transaction.to == FACTORY and transaction.data == step.calldata:
            outcome: TransactionOutcome | None = yield GetOutcome(transaction.hash)
            if outcome is not None and outcome.succeeded:
                return oldest, outcome
    return oldest, None


def _first_block(step: Step, newest: int) -> Operation[tuple[int, bool]]:
    """The oldest block known to have the code, and whether the one before it has none.

    From the newest block back in steps that double, so that what is recent is found on a node that
    holds no old states; then by halves.
    """
    there, absent, stride = newest, -1, 1
    while there > 0:
        try:
            code: bytes = yield GetCode(step.address, max(0, there - stride))
        except (RpcRefused, NoSuchBlock):
            return there, False
        if not code:
            absent = max(0, there - stride)
            break
        there, stride = max(0, there - stride), 2 * stride
    while there - absent > 1:
        middle = (there + absent) // 2
        if (yield GetCode(step.address, middle)):
            there = middle
        else:
            absent = middle
    return there, True
