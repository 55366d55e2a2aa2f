"""JSON from strangers."""

from __future__ import annotations

import json

import pytest

from keelmark.proofs.bounded_json import MOST_DEEP, parse_json


@pytest.mark.parametrize("value", [1, "a", [], {}, [{"a": [1, "]"]}], None])
def test_same_as_the_library(value: object) -> None:
    assert parse_json(json.dumps(value)) == value
    assert parse_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize("bracket", ["[", '{"a":'])
def test_too_deep(bracket: str) -> None:
    """The library's own reader would end the process here, once py-evm is imported."""
    with pytest.raises(ValueError, match="brackets deep"):
        parse_json(bracket * 1_000_000)


def test_deepest() -> None:
    parse_json("[" * MOST_DEEP + "]" * MOST_DEEP)
    with pytest.raises(ValueError, match="deep"):
        parse_json("[" * (MOST_DEEP + 1) + "]" * (MOST_DEEP + 1))


@pytest.mark.parametrize("text", ["", "{", "\ud800", b"\xff"])
def test_no_json(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"Expecting|decode|surrogate"):
        parse_json(text)
