"""Bringing what a sanctions list says into a party registry: its time, and each party's flag.

Both are open to anyone. The gate reads what the registry holds and asks the list only before money
leaves, so a change of the list counts for opening from the moment when somebody has done this.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from keelmark.bindings.party_registry import PartyRegistry
from keelmark.bindings.sanctions_list import SanctionsList
from keelmark.chain.operations import Operation, Receipt
from keelmark.ledger.party_book import PartyBook
from keelmark.margin.words import unpack_party
from keelmark.regulation import value
from keelmark.types import PartyFlag

__all__ = ["Screened", "affected", "screen_parties", "sync_list"]

LISTED = (1, 2)
"""Answers of a list that bar a wallet: listed here, or by an oracle."""


@dataclass(frozen=True, slots=True)
class Screened:
    """What a round of screening did."""

    receipts: tuple[Receipt, ...]
    """One a party whose flag changed."""
    undecided: tuple[str, ...]
    """Flagged wallets that no list bars any more, but the list is stale or an oracle silent."""


def affected(book: PartyBook, wallets: Collection[str]) -> tuple[str, ...]:
    """The parties that act, or acted before they lost a key, by one of these wallets.

    Args:
        book: the rebuilt registry.
        wallets: checksummed, as those that a change of the list added or took off.

    Returns:
        the wallets by which they act now, in the order of their accounts.
    """
    return tuple(
        wallet
        for _, wallet in sorted(book.wallets.items())
        if not set(wallets).isdisjoint(_keys(book, wallet))
    )


def sync_list(registry: PartyRegistry, *, gas: int | None = None) -> Operation[Receipt | None]:
    """The operation that copies the list's time into the registry; None if it is there already."""
    address = yield from registry.sanctions_list()
    time = yield from SanctionsList(address).updated_at()
    if time == (yield from registry.list_time()):
        return None
    receipt = yield from registry.sync_list(gas=gas)
    return receipt


def screen_parties(
    registry: PartyRegistry,
    book: PartyBook,
    wallets: Collection[str],
    *,
    progress: Callable[[str, Receipt], None] | None = None,
    gas: int | None = None,
) -> Operation[Screened]:
    """The operation that has parties screened whose flag is not what the list says.

    Args:
        registry: which.
        book: the same, rebuilt: it knows the keys that a party has lost.
        wallets: by which parties act now, as of `affected`.
        progress: told each wallet whose flag changed.
        gas: gas limit of each transaction.
    """
    address = yield from registry.sanctions_list()
    sanctions = SanctionsList(address)
    longest = value("SANCTIONS_LIST_MAX_AGE_SECONDS")
    receipts: list[Receipt] = []
    undecided: list[str] = []
    for wallet in wallets:
        word = yield from registry.word_of(wallet)
        flagged = bool(unpack_party(word).flags & PartyFlag.SANCTIONED)
        answers: list[int] = []
        for key in _keys(book, wallet):
            answers.append((yield from sanctions.screen(key, longest)))
        listed = any(answer in LISTED for answer in answers)
        if flagged == listed:
            continue
        if not listed and any(answers):
            undecided.append(wallet)
            continue
        receipt = yield from registry.screen(wallet, gas=gas)
        receipts.append(receipt)
        if progress:
            progress(wallet, receipt)
    return Screened(tuple(receipts), tuple(undecided))


def _keys(book: PartyBook, wallet: str) -> list[str]:
    """A wallet and those that its party used before it."""
    found = [wallet]
    while earlier := book.predecessors.get(found[-1]):
        found.append(earlier)
    return found
