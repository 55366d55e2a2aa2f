"""Sums that stay exact whatever their size. Arrow's and DuckDB's own end at 38 digits."""

from __future__ import annotations

from typing import Any

import numpy as np

from keelmark.columns.restore import fixed_bytes

__all__ = ["exact_sum"]


def exact_sum(column: Any) -> int:
    """The sum of a column of integers or of decimals without a fraction.

    Every value is split into pieces of 32 bits, of which 2^31 still add up within 64 bits.

    Args:
        column: a pyarrow Array of int32, int64 or decimal128(38, 0), without nulls.
    """
    if len(column) == 0:
        return 0
    if hasattr(column.type, "scale"):
        pieces = fixed_bytes(column).view("<u4")
        top = fixed_bytes(column).view("<i4")[:, -1]
    else:
        values = np.ascontiguousarray(column.to_numpy(), "<i8")
        pieces = values.view("<u4").reshape(-1, 2)
        top = values.view("<i4").reshape(-1, 2)[:, -1]
    total = int(top.sum(dtype=np.int64))
    for place in range(pieces.shape[1] - 2, -1, -1):
        total = (total << 32) + int(pieces[:, place].sum(dtype=np.uint64))
    return total
