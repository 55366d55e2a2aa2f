"""Bringing a sanctions list on a chain into agreement with a published one.

The difference is always taken from the chain, so that a run that stopped half-way is resumed by
running it again. Every batch but the last keeps the list's old time: half a change is never taken
for a fresh list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eth_utils.crypto import keccak

from keelmark.bindings.sanctions_list import Entry, SanctionsList
from keelmark.chain.operations import GetChainId, GetCode, Operation, Receipt
from keelmark.deploy.manifest import read_manifest
from keelmark.errors import ChainMismatch, KeelmarkError
from keelmark.sanctions import Difference, batches, digest
from keelmark.sanctions.difference import BATCH

__all__ = ["Placed", "UpdateStopped", "list_in_manifest", "update_list"]

NAME: Final = "SanctionsList"
"""The contract's name in a manifest."""


class UpdateStopped(KeelmarkError, RuntimeError):
    """Some batches went in, one did not; running again goes on from there."""

    def __init__(self, message: str, sent: int) -> None:
        super().__init__(message)
        self.sent = sent
        """How many batches went in."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a list is."""

    address: str
    first_block: int


def list_in_manifest(path: Path) -> Operation[Placed]:
    """The operation that finds the list that a manifest names, and checks that the chain has
    that code there.

    Args:
        path: the manifest.

    Raises:
        InputError: it is no manifest.
        ChainMismatch: it is for another chain, or other code is at the address.
    """
    chain_id: int = yield GetChainId()
    contract = read_manifest(path, chain_id=chain_id).contracts[NAME]
    code: bytes = yield GetCode(contract.address)
    found = "0x" + keccak(code).hex() if code else "no code"
    if found != contract.code_hash:
        raise ChainMismatch(
            f"manifest: code_hash of {NAME} at {contract.address} is "
            f"{contract.code_hash}, the chain has {found}"
        )
    return Placed(contract.address, contract.block_number)


def update_list(
    contract: SanctionsList,
    difference: Difference,
    as_of: int,
    *,
    size: int = BATCH,
    progress: Callable[[int, int, Receipt], None] | None = None,
    gas: int | None = None,
) -> Operation[tuple[Receipt, ...]]:
    """The operation that sends a difference; the sender is the sanctions officer. Where there is
    none, the list is confirmed.

    Args:
        contract: the list.
        difference: against the list as it is now.
        as_of: seconds at which the source was read.
        size: entries of a batch.
        progress: told the batch's number, how many there are, and its receipt.
        gas: gas limit of each transaction.

    Raises:
        UpdateStopped: a batch was refused; the text says which went in.
        KeelmarkError: the first was, and nothing was sent.
    """
    publication = difference.publication
    before = yield from contract.updated_at()
    parts = batches(difference, size)
    receipts: list[Receipt] = []
    if not parts:
        receipts.append((yield from contract.confirm(publication.source, as_of, gas=gas)))
    for number, batch in enumerate(parts, 1):
        entries = [Entry(entry.address, entry.reference) for entry in batch.additions]
        time = as_of if number == len(parts) else before
        try:
            receipt = yield from contract.update(
                batch.removals, entries, publication.source, time, gas=gas
            )
        except KeelmarkError as error:
            if number == 1:
                raise
            raise UpdateStopped(
                f"update: batch {number} of {len(parts)} did not go in ({error}); batches 1 to "
                f"{number - 1} did, and running again goes on from there",
                number - 1,
            ) from error
        receipts.append(receipt)
        if progress:
            progress(number, len(parts), receipt)
    found = yield from contract.digest()
    expected = digest(publication.references())
    if found != expected:
        raise UpdateStopped(
            f"update: the list's digest is 0x{found.hex()}, expected 0x{expected.hex()} of the "
            "published list; somebody else changed it, and running again goes on from there",
            len(parts),
        )
    return tuple(receipts)
