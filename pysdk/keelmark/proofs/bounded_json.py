"""JSON from strangers: text so deep that the reader of JSON would run out of stack is refused.

The reader of the standard library goes down one call of C a bracket. It stops at Python's recursion
limit, which libraries raise beyond what the stack holds (py-evm does), and then ends the process.
"""

from __future__ import annotations

import json
from typing import Any, Final

import numpy as np

__all__ = ["MOST_DEEP", "parse_json"]

MOST_DEEP: Final = 200
"""Brackets open at once, those in strings counted; nothing of ours is deeper than ten."""


def parse_json(data: bytes | str) -> Any:
    """A JSON value.

    Args:
        data: UTF-8, or text.

    Raises:
        ValueError: it is no JSON, or deeper than `MOST_DEEP`.
    """
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    letters = np.frombuffer(raw, np.uint8)
    opened = (letters == ord("[")) | (letters == ord("{"))
    closed = (letters == ord("]")) | (letters == ord("}"))
    depth = np.cumsum(opened.astype(np.int64) - closed)
    if len(depth) and depth.max() > MOST_DEEP:
        raise ValueError(f"more than {MOST_DEEP} brackets deep")
    return json.loads(data)
