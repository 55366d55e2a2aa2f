"""The constructor: an operator, who is not the deployer."""

from __future__ import annotations

from typing import Any

from eth_utils.crypto import keccak

from .conftest import ZERO, Board


def test_default_behavior(board: Board, actors: Any) -> None:
    assert board.call("holder_of", keccak(text="operator")) == actors("operator")


def test_no_holder(deploy: Any, reverts: Any) -> None:
    with reverts("roles: no holder"):
        deploy("oracle/PriceBoard", ZERO, ZERO)
