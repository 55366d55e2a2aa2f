"""`screen`: list and oracles in one answer, against oracles that fail in every way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from eth_utils.crypto import keccak
from web3 import Web3
from web3.contract import Contract

from .conftest import HOUR, ZERO, entry, wallet

CLEAR, LISTED, LISTED_BY_ORACLE, STALE, ORACLE_SILENT = range(5)
HONEST, REVERTING, EMPTY, SHORT, LONG, TWO_WORDS, NEITHER, GREEDY = range(8)


@pytest.fixture(scope="module")
def oracles(deploy: Any) -> list[Contract]:
    """Three oracles, each of which can be told how to behave."""
    return [deploy("tests/mocks/SanctionsOracle") for _ in range(3)]


@pytest.fixture(scope="module")
def beside(deploy: Any, actors: Any, oracles: list[Contract]) -> Contract:
    """A list with all three beside it."""
    made: Contract = deploy(
        "registry/SanctionsList", actors("officer"), *(oracle.address for oracle in oracles)
    )
    return made


@pytest.fixture
def screened(beside: Contract, update: Any) -> Callable[[int], int]:
    """``screened(1)``: the answer for a wallet; wallet 1 is on the list, which is fresh."""
    update([entry(1)], on=beside)

    def answered(number: int, max_age: int = HOUR) -> int:
        return int(beside.functions.screen(wallet(number), max_age).call())

    return answered


@pytest.fixture
def behave(oracles: list[Contract], send: Any) -> Callable[..., None]:
    """``behave(0, REVERTING)``: from now on the first oracle does."""

    def told(number: int, how: int) -> None:
        send(oracles[number].functions.behave(how))

    return told


def test_default_behavior(screened: Any, oracles: list[Contract], send: Any) -> None:
    assert screened(2) == CLEAR
    assert screened(1) == LISTED
    send(oracles[2].functions.bar(wallet(2)))
    assert screened(2) == LISTED_BY_ORACLE


def test_without_oracles(sanctions: Contract, update: Any) -> None:
    update([entry(1)])
    assert sanctions.functions.screen(wallet(1), HOUR).call() == LISTED
    assert sanctions.functions.screen(wallet(2), HOUR).call() == CLEAR


def test_stale(screened: Any, oracles: list[Contract], send: Any, now: Any, set_time: Any) -> None:
    send(oracles[0].functions.bar(wallet(3)))
    set_time(now() + 2 * HOUR)
    assert screened(2) == STALE
    assert screened(1) == LISTED, "a stale list unlists nobody"
    assert screened(3) == LISTED_BY_ORACLE


@pytest.mark.parametrize("how", [REVERTING, EMPTY, SHORT, LONG, TWO_WORDS, NEITHER, GREEDY])
def test_oracle_that_does_not_answer(
    screened: Any, oracles: list[Contract], behave: Any, send: Any, how: int
) -> None:
    send(oracles[1].functions.bar(wallet(3)))
    behave(0, how)
    assert screened(2) == ORACLE_SILENT
    assert screened(1) == LISTED
    assert screened(3) == LISTED_BY_ORACLE, "the others are still asked"
    behave(0, HONEST)
    assert screened(2) == CLEAR


def test_oracle_that_is_gone(screened: Any, oracles: Any, backend: Any, mine: Any) -> None:
    machine = backend.chain.get_vm()
    machine.state.set_code(bytes.fromhex(oracles[0].address[2:]), b"")
    machine.state.persist()
    backend.chain.header = backend.chain.header.copy(state_root=machine.state.state_root)
    mine()
    assert screened(2) == ORACLE_SILENT


def test_starved_oracle(
    w3: Web3, beside: Contract, screened: Any, oracles: list[Contract], send: Any, reverts: Any
) -> None:
    """Whoever pays the gas never turns a listing into a mere silence."""
    send(oracles[2].functions.bar(wallet(3)))
    call = beside.functions.screen(wallet(3), HOUR)
    answers = set()
    for gas in range(25_000, 120_000, 2_500):
        try:
            answers.add(call.call({"gas": gas}))
        except Exception as error:
            answers.add("too little" if "too little gas" in str(error) else "out of gas")
    assert LISTED_BY_ORACLE in answers
    assert "too little" in answers
    assert answers <= {LISTED_BY_ORACLE, "too little", "out of gas"}


def test_greedy_oracles_take_no_more_than_theirs(
    beside: Contract, screened: Any, behave: Any
) -> None:
    for number in range(3):
        behave(number, GREEDY)
    assert screened(2) == ORACLE_SILENT
    answer = beside.functions.screen(wallet(2), HOUR).call({"gas": 260_000})
    assert answer == ORACLE_SILENT


def test_no_age(screened: Any, reverts: Any) -> None:
    for number in (1, 2):
        with reverts("sanctions: no age"):
            screened(number, 0)


def test_list_as_an_oracle(deploy: Any, actors: Any, sanctions: Contract, update: Any) -> None:
    """One list can stand beside another: the shape is the same."""
    outer = deploy("registry/SanctionsList", actors("officer"), sanctions.address, ZERO, ZERO)
    update([entry(5)])
    update([entry(1)], on=outer)
    assert outer.functions.screen(wallet(5), HOUR).call() == LISTED_BY_ORACLE
    assert outer.functions.screen(wallet(2), HOUR).call() == CLEAR
    assert outer.functions.SANCTIONS_OFFICER().call() == keccak(text="sanctions officer")
