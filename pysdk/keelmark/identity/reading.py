"""JSON from strangers: read only if it is small and shallow, and says each thing once.

The parser of the standard library recurses, and a text of brackets alone ends the process where
some library has raised the limit of recursion. So depth is counted before anything is parsed.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from keelmark.errors import InputError

__all__ = ["DEEPEST", "read_json"]

DEEPEST: Final = 32
"""Levels of objects and lists in one another."""

LARGEST: Final = 1 << 20
"""Characters of a text."""

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]')


def read_json(text: str, name: str) -> Any:
    """What a JSON text says.

    Args:
        text: from anybody.
        name: what it should be, for the refusal; nothing of the text is repeated.

    Raises:
        InputError: it is no JSON, too large, nested too deep, or names a key twice.
    """
    if len(text) > LARGEST:
        raise InputError(f"{name}: expected at most {LARGEST} characters, not {len(text)}")
    depth = 0
    for token in _TOKEN.finditer(text):
        mark = token.group()[0]
        depth += (mark in "[{") - (mark in "]}")
        if depth > DEEPEST:
            raise InputError(f"{name}: expected at most {DEEPEST} levels")

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise InputError(f"{name}: a key stands there twice, expected it once")
        return found

    try:
        return json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError:
        raise InputError(f"{name}: expected JSON") from None
