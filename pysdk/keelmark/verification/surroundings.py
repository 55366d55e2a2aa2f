"""What a row says beside its record: block hash, block time, contract.

The report chain covers a row's block number, event, fields and order. Hash and time of the block
are covered by its header, for every block whose header a trusted hash vouches for; elsewhere they
must at least agree with one another.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from keelmark.verification.rows import Window
from keelmark.verification.work import Work

__all__ = ["Surroundings"]

MOST_TOLD: Final = 20
"""Findings about rows' surroundings, beyond which no more are noted."""


class Surroundings:
    """Looks at rows window by window."""

    def __init__(self, work: Work, first: int, last: int) -> None:
        self._work = work
        self._range = (first, last)
        self._blocks = 0
        self._vouched = 0
        self._time = -1
        self._told = 0

    def look(self, window: Window) -> None:
        """The next window, in chain order."""
        self._strangers(window)
        self._places(window)
        self._headers(window)

    def _tell(self, kind: str, text: str, block: int) -> None:
        """Notes a finding; a few are enough to look at."""
        if self._told < MOST_TOLD:
            self._told += 1
            self._work.found(kind, text, block, block)

    def _strangers(self, window: Window) -> None:
        """Rows of contracts that are not watched."""
        rows = np.flatnonzero(window.contract < 0)
        if len(rows):
            block, place = int(window.block[rows[0]]), int(window.log_index[rows[0]])
            text = f"a row of block {block}, log {place}, is of a contract that is not watched"
            self._tell("invented", text, block)

    def _places(self, window: Window) -> None:
        """Two rows in one place of one block, and places that no block has."""
        same = (np.diff(window.block) == 0) & (np.diff(window.log_index) == 0)
        for row in np.flatnonzero(same)[:1]:
            block, place = int(window.block[row]), int(window.log_index[row])
            self._tell("invented", f"two rows stand at block {block}, log {place}", block)
        for row in np.flatnonzero(window.log_index < 0)[:1]:
            block = int(window.block[row])
            self._tell("altered", f"a row of block {block} has a log index below zero", block)

    def _headers(self, window: Window) -> None:
        """Hash and time of the rows' blocks."""
        firsts = np.flatnonzero(np.diff(window.block, prepend=window.block[0] - 1))
        of_block = np.repeat(firsts, np.diff([*firsts, len(window.block)]))
        other = (window.time != window.time[of_block]) | (
            window.block_hash != window.block_hash[of_block]
        ).any(axis=1)
        for row in np.flatnonzero(other)[:1]:
            block = int(window.block[row])
            self._tell("altered", f"rows of block {block} name two hashes or times of it", block)
        for row in firsts.tolist():
            block, seconds = int(window.block[row]), int(window.time[row])
            if seconds < self._time:
                self._tell("altered", f"rows of block {block} are older than those before", block)
            self._time = max(seconds, self._time)
            self._blocks += 1
            header = self._work.anchors.at(block)
            if header is None:
                continue
            self._vouched += 1
            said = window.block_hash[row].tobytes()
            if (said, seconds) != (header.hash, header.time):
                text = (
                    f"block {block} is 0x{said.hex()} at second {seconds} in its rows, and "
                    f"0x{header.hash.hex()} at second {header.time} on the chain"
                )
                self._tell("altered", text, block)

    def conclude(self) -> None:
        """Says how far hashes and times of blocks are proved."""
        covered = (
            "every block with a row"
            if self._vouched == self._blocks
            else f"{self._vouched} of {self._blocks} blocks with rows"
        )
        self._work.stated.append(
            f"the hash and time of {covered} are proved by headers; of no row is the transaction's "
            "hash, or its place in the block beyond the order of its contract's rows (a receipt "
            "proves these of a single event)"
        )
