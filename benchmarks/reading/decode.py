"""Decoding alone, on one core: bytes of answers to typed columns, and binary words to columns."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from benchmarks.reading.market import TRADE
from keelmark.columns.decoder import LogDecoder
from keelmark.columns.restore import words_of
from keelmark.columns.words import columns_of_words

__all__ = ["decode_rates"]

WORD_ROWS = 400_000


def decode_rates(body: bytes, address: bytes, rounds: int) -> dict[str, float]:
    """Events a second of processor time, the median of some rounds.

    Args:
        body: a response of trade reports.
        address: of their contract.
        rounds: how often.
    """
    decoder = LogDecoder([TRADE], [address])
    rows = decoder.decode(body).tables["trade_reported"]
    spaced = body.replace(b'"removed"', b' "removed"')
    (batch,) = rows.combine_chunks().to_batches()
    some = words_of(batch, TRADE)
    words = np.concatenate([some] * -(-WORD_ROWS // len(some)))
    return {
        "scanned": _rate(lambda: decoder.decode(body), rows.num_rows, rounds),
        "parsed": _rate(lambda: decoder.decode(spaced), rows.num_rows, rounds),
        "words": _rate(lambda: columns_of_words(words, TRADE), len(words), rounds),
    }


def _rate(work: Callable[[], object], rows: int, rounds: int) -> float:
    """Rows a second."""
    taken = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return rows / float(np.median(taken))
