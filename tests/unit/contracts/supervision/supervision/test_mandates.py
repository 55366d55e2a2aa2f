"""`mandates`: the whole book in one call."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.parties import lei_text, lei_word

from .conftest import ZERO


def test_default_behavior(
    supervision: Contract, peers: None, act: Any, actors: Any, word: Any
) -> None:
    act("offer_mandate", actors("new key"), by="AMF")
    shown = supervision.functions.mandates(1, 127).call()
    assert shown == [
        (actors("BaFin"), lei_word(lei_text(1)), word("BaFin"), ZERO),
        (actors("AMF"), lei_word(lei_text(2)), word("AMF"), actors("new key")),
        (actors("CNMV"), lei_word(lei_text(3)), word("CNMV"), ZERO),
    ]


@pytest.mark.parametrize(
    ("first", "count", "expected"),
    [
        (1, 0, []),
        (1, 1, [1]),
        (2, 1, [2]),
        (2, 2, [2, 3]),
        (3, 5, [3]),
        (4, 5, []),
        (1, 2**256 - 1, [1, 2, 3]),
        (2**256 - 1, 2**256 - 1, []),
    ],
)
def test_part(
    supervision: Contract, peers: None, first: int, count: int, expected: list[int]
) -> None:
    shown = supervision.functions.mandates(first, count).call()
    assert [row[2] & 255 for row in shown] == expected


def test_no_authority(supervision: Contract, reverts: Any) -> None:
    with reverts("supervision: no authority"):
        supervision.functions.mandates(0, 5).call()
