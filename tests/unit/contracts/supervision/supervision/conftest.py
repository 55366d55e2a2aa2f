"""Supervision with a convenor, a founding authority of DE, and ways to have more of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from web3.contract import Contract
from web3.types import TxReceipt

from tests.support.parties import lei_text, lei_word
from tests.support.supervision import (
    ALL_POWERS,
    COOPERATE,
    FREEZE,
    RequestFields,
    code,
    read_request,
)

ZERO = "0x" + "00" * 20
BASIS = b"MiFID II Art. 69(2)".ljust(32, b"\0")
DELAY = 86_400
YEAR = 31_536_000
FOREVER = 2**32 - 1
TEXT = b"\x7e" * 32
SCOPE = b"\x5c" * 32
PACKAGE = b"\x9a" * 32
PURPOSE = b"file 12 of 2026".ljust(32, b"\0")
EVERY_KIND = 15


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
        call = supervision.functions.check_power(actors(name), power, code(jurisdiction), agreement)
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


@pytest.fixture
def peers(recognise: Any, later: Any) -> None:
    """AMF of FR is 2, CNMV of ES is 3, both with every power; their mandates have begun."""
    recognise("AMF", "FR", 2)
    recognise("CNMV", "ES", 3)
    later(DELAY)


@pytest.fixture
def propose(act: Any, now: Any) -> Callable[..., TxReceipt]:
    """``propose([1, 2], powers=FREEZE)``: by BaFin, every kind, all instruments, for a year."""

    def proposed(
        members: Iterable[int],
        kinds: int = EVERY_KIND,
        powers: int = 0,
        instruments: Iterable[int] = (),
        begins: int = 0,
        until: int | None = None,
        text: bytes = TEXT,
        by: str = "BaFin",
    ) -> TxReceipt:
        end = now() + YEAR if until is None else until
        made: TxReceipt = act(
            "propose_agreement",
            list(members),
            kinds,
            powers,
            list(instruments),
            begins,
            end,
            text,
            by=by,
        )
        return made

    return proposed


@pytest.fixture
def agreed(peers: None, propose: Any, act: Any) -> None:
    """Agreement 1: BaFin and AMF, every kind, all instruments, freezes lent; CNMV is invited."""
    propose([1, 2, 3], powers=FREEZE)
    act("accept_agreement", 1, by="AMF")


@pytest.fixture
def ask(act: Any, now: Any) -> Callable[..., TxReceipt]:
    """``ask()``: BaFin asks AMF for evidence about account 7, in a day and in a week."""

    def asked(
        agreement: int = 1,
        requested: int = 2,
        kind: int = 2,
        subject: int = 7,
        instrument: int = 0,
        scope: bytes = SCOPE,
        acknowledge_by: int | None = None,
        deliver_by: int | None = None,
        basis: bytes = BASIS,
        by: str = "BaFin",
    ) -> TxReceipt:
        first = now() + DELAY if acknowledge_by is None else acknowledge_by
        made: TxReceipt = act(
            "request",
            agreement,
            requested,
            kind,
            subject,
            instrument,
            scope,
            first,
            now() + 7 * DELAY if deliver_by is None else deliver_by,
            basis,
            by=by,
        )
        return made

    return asked


@pytest.fixture
def request_word(supervision: Contract) -> Callable[[int], RequestFields]:
    """``request_word(1)``: a request, taken apart."""

    def read(number: int) -> RequestFields:
        return read_request(supervision.functions.request_of(number).call()[0])

    return read


@pytest.fixture
def uncooperative(act: Any) -> Callable[[int], TxReceipt]:
    """``uncooperative(2)``: the convenor takes that power from an authority."""

    def narrowed(number: int) -> TxReceipt:
        made: TxReceipt = act(
            "narrow_mandate", number, ALL_POWERS ^ COOPERATE, FOREVER, BASIS, by="convenor"
        )
        return made

    return narrowed
