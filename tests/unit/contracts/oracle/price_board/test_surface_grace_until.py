"""`surface_grace_until`: options wait after an outage of their surface, futures do not."""

from __future__ import annotations

import pytest

from .conftest import AGE, DAY, START
from .surfaces import EXPIRY, FORWARD_BOUNDS, UNDERLIER, Quoted, forward, node, quotes

HOUR = 3_600
BACK = START + 100 + AGE + 1
"""First second at which what was quoted at START + 100 is stale."""


def waits(quoted: Quoted) -> tuple[int, int]:
    """Of the surface and of the spot, seconds."""
    board = quoted.board
    return board.call("surface_grace_until", UNDERLIER), board.call("grace_until", UNDERLIER)


@pytest.mark.parametrize("feed", [node(0, 0), node(2, 2), forward()])
def test_default_behavior(quoted: Quoted, feed: int) -> None:
    quoted.push({feed: quotes()[feed]}, BACK)
    assert waits(quoted) == (BACK + HOUR, 0)


def test_in_time(quoted: Quoted) -> None:
    quoted.everything(BACK - 1)
    assert waits(quoted) == (0, 0)


def test_the_spot_has_its_own(quoted: Quoted) -> None:
    quoted.push({UNDERLIER: quotes()[UNDERLIER]}, BACK)
    assert waits(quoted) == (0, BACK + HOUR)


def test_the_last_to_come_back(quoted: Quoted) -> None:
    quoted.push({node(0, 0): quotes()[node(0, 0)]}, BACK)
    quoted.push({node(1, 1): quotes()[node(1, 1)]}, BACK + 600)
    quoted.push({node(0, 0): quotes()[node(0, 0)]}, BACK + 700)
    assert waits(quoted) == (BACK + 600 + HOUR, 0)


def test_the_first_price_is_no_outage(surface: Quoted) -> None:
    surface.everything(START + 100)
    assert waits(surface) == (0, 0)


def test_an_expired_forward_holds_nobody_off(quoted: Quoted) -> None:
    later = EXPIRY + DAY
    quoted.board.operate("add_expiry", UNDERLIER, later, *FORWARD_BOUNDS)
    quoted.board.operate("share_signed_source", [forward(later)], UNDERLIER, AGE)
    quoted.push({forward(later): quotes()[forward()]}, EXPIRY - 2 * AGE)
    quoted.push({forward(): quotes()[forward()]}, EXPIRY)
    assert waits(quoted) == (0, 0)
    quoted.push({forward(later): quotes()[forward()]}, EXPIRY + 1)
    assert waits(quoted) == (EXPIRY + 1 + HOUR, 0)


def test_nobody_listed(quoted: Quoted) -> None:
    assert quoted.board.call("surface_grace_until", UNDERLIER + 1) == 0
