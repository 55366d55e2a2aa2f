"""`price_and_surface`: a word of lanes, and where a surface stands."""

from __future__ import annotations

from .conftest import START, Board
from .surfaces import NODES, SPOT, UNDERLIER, Quoted


def test_default_behavior(quoted: Quoted) -> None:
    lanes, surface = quoted.board.call("price_and_surface", UNDERLIER // 2, UNDERLIER)
    assert lanes == quoted.board.call("price_word", UNDERLIER // 2)
    assert lanes % 2**88 == SPOT
    assert surface == 2 + (START + 100) * 2**16


def test_any_word_of_lanes(quoted: Quoted) -> None:
    """The key and the underlier need not belong together."""
    lanes, surface = quoted.board.call("price_and_surface", NODES[0] // 2, UNDERLIER)
    assert lanes == quoted.board.call("price_word", NODES[0] // 2)
    assert surface % 2**16 == 2


def test_before_the_first_price(surface: Quoted) -> None:
    asked = surface.board.call("price_and_surface", UNDERLIER // 2, UNDERLIER)
    listed = surface.board.call("surface_word", UNDERLIER) // 2**16 % 2**32
    assert tuple(asked) == (0, 1 + listed * 2**16)


def test_no_surface(priced: Board) -> None:
    lanes, surface = priced.call("price_and_surface", 3, 7)
    assert lanes == priced.call("price_word", 3) != 0
    assert surface == 0
