"""The embedded machine, with a memory: what it has mined once it does not execute again.

A transaction on top of the same block, under the same header in the making, has the same outcome.
Modules that deploy the same venue, and tests that begin with the same steps, meet here: the second
time the block is taken from the store, which only ever grows, and made the head. Nothing is
assumed about contracts: parent, time, state root, sender, nonce and calldata are all in the key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eth.abc import BlockHeaderAPI, SignedTransactionAPI
from eth.constants import GENESIS_PARENT_HASH

from keelmark.chain.pyevm import Backend, Mined

__all__ = ["RememberingBackend"]

MOST = 50_000
"""Outcomes kept; one is some kilobytes."""


@dataclass(frozen=True, slots=True)
class _Message:
    """Of a computation's message, what is asked after it."""

    storage_address: bytes


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Of a computation, what is asked after it; the rest would keep the machine's state alive."""

    is_error: bool
    error: Any
    output: bytes
    msg: _Message


class RememberingBackend(Backend):
    """`Backend`, which mines a transaction it has mined before by going to that block."""

    def reset_to_genesis(self, *_: Any, **__: Any) -> None:
        """Starts anew, and forgets."""
        self._known: dict[tuple[bytes, bytes], tuple[Mined, BlockHeaderAPI]] = {}
        super().reset_to_genesis()

    def apply(self, transaction: SignedTransactionAPI) -> Mined:
        """Executes one signed transaction into a block of its own, or goes to that block."""
        key = (self.chain.header.hash, transaction.hash)
        known = self._known.get(key)
        if known is None:
            mined = super().apply(transaction)
            if len(self._known) < MOST:
                self._known[key] = (_light(mined), self.chain.header)
            return mined
        mined, pending = known
        database = self.chain.chaindb
        database._set_as_canonical_chain_head(database.db, mined.header, GENESIS_PARENT_HASH)
        self.chain.header = pending
        self.time_set = False
        self.last_mined = mined
        self.last_revert = mined.computation.output if mined.computation.is_error else b""
        return mined


def _light(mined: Mined) -> Mined:
    """What is kept of it."""
    done = mined.computation
    outcome: Any = _Outcome(
        done.is_error,
        done.error.with_traceback(None) if done.is_error else None,
        done.output,
        _Message(done.msg.storage_address),
    )
    return Mined(mined.header, mined.transaction, mined.receipt, outcome)
