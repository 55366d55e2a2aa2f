"""Supervision with a convenor, a founding authority of DE, and ways to have more of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from web3.contract import Contract
from web3.types import TxReceipt

from tests.support.parties import lei_text, lei_word
from tests.support.supervision import ALL_POWERS, code

ZERO = "0x" + "00" * 20
BASIS = b"MiFID II Art. 69(2)".ljust(32, b"\0")
DELAY = 86_400
YEAR = 31_536_000
FOREVER = 2**32 - 1


@pytest.fixture(scope="module")
def supervision(deploy: Any, actors: Any) -> Contract:
    """One authority, "BaFin" of DE, with every power and no end."""
    made: Contract = deploy(
        "supervision/Supervision",
        actors("convenor"),
        actors("BaFin"),
        lei_word(lei_text(1)),
        b"DE",
        ALL_POWERS,
        FOREVER,
    )
    return made


@pytest.fixture
def act(supervision: Contract, send: Any, actors: Any) -> Callable[..., TxReceipt]:
    """``act("narrow_mandate", 1, 0, …, by="convenor")``: any function by anyone."""

    def acted(name: str, *arguments: Any, by: str) -> TxReceipt:
        made: TxReceipt = send(supervision.functions[name](*arguments), actors(by))
        return made

    return acted


@pytest.fixture
def recognise(act: Any, actors: Any) -> Callable[..., TxReceipt]:
    """``recognise("AMF", "FR", 2)``: with the LEI of a number."""

    def recognised(
        name: str,
        jurisdiction: str,
        number: int,
        powers: int = ALL_POWERS,
        until: int = FOREVER,
        basis: bytes = BASIS,
        by: str = "convenor",
    ) -> TxReceipt:
        made: TxReceipt = act(
            "recognise_authority",
            actors(name),
            lei_word(lei_text(number)),
            jurisdiction.encode(),
            powers,
            until,
            basis,
            by=by,
        )
        return made

    return recognised


@pytest.fixture
def later(set_time: Any, now: Any) -> Callable[[int], int]:
    """``later(seconds)``: the time moves on; gives the new one."""

    def moved(seconds: int) -> int:
        moment: int = now() + seconds
        set_time(moment)
        return moment

    return moved


@pytest.fixture
def word(supervision: Contract, actors: Any) -> Callable[[str], int]:
    """``word("BaFin")``: its mandate word."""

    def read(name: str) -> int:
        made: int = supervision.functions.mandate_of(actors(name)).call()
        return made

    return read


@pytest.fixture
def check(supervision: Contract, actors: Any) -> Callable[..., int]:
    """``check("BaFin", FREEZE, "DE")``: what `check_power` answers."""

    def checked(name: str, power: int, jurisdiction: str = "DE", agreement: int = 0) -> int:
        call = supervision.functions.check_power(
            actors(name), power, code(jurisdiction), agreement
        )
        made: int = call.call()
        return made

    return checked


@pytest.fixture
def lift(supervision: Contract, actors: Any) -> Callable[..., int]:
    """``lift("BaFin", 2, FREEZE, "DE")``: what `check_lift` answers."""

    def lifted(
        name: str, holder: int, power: int, jurisdiction: str = "DE", agreement: int = 0
    ) -> int:
        call = supervision.functions.check_lift(
            actors(name), holder, power, code(jurisdiction), agreement
        )
        made: int = call.call()
        return made

    return lifted
