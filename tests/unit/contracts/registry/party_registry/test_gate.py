"""`gate` and what it reads: the registry's own words, its table of issuers and the clock."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.parties import Attestation
from tests.support.registry import Registry

from .conftest import CRYPTO, OPEN, RISKY, SAFE, YEAR


def test_default_behavior(
    registry: Contract, parties: Any, firm: Attestation, person: Attestation
) -> None:
    for account, party in ((1, firm), (2, person)):
        word = registry.functions.word_of(party.wallet).call()
        for action in (*RISKY, *SAFE):
            answer = registry.functions.gate(party.wallet, account, action, CRYPTO).call()
            assert answer == [0, word]


def test_unknown_wallet(registry: Contract, parties: Any, actors: Any) -> None:
    for account in (0, 1):
        answer = registry.functions.gate(actors("stranger"), account, OPEN, CRYPTO).call()
        assert answer == [1, 0]


def test_account_of_another(reason: Any, parties: Any) -> None:
    assert {reason(action, account=2) for action in (*RISKY, *SAFE)} == {9}


def test_expired(reason: Any, parties: Any, firm: Attestation, wait: Any, mine: Any) -> None:
    wait(firm.screened_at + YEAR)
    mine()
    assert {reason(action) for action in RISKY} == {0}
    wait(firm.expiry)
    mine()
    assert {reason(action) for action in RISKY} == {2}
    assert {reason(action) for action in SAFE} == {0}


def test_stale_screening(
    reason: Any, onboard: Any, firm: Attestation, wait: Any, mine: Any
) -> None:
    onboard(firm.but(expiry=firm.expiry + YEAR))
    wait(firm.screened_at + YEAR)
    mine()
    assert {reason(action) for action in RISKY} == {0}
    wait(firm.screened_at + YEAR + 1)
    mine()
    assert {reason(action) for action in RISKY} == {8}
    assert {reason(action) for action in SAFE} == {0}


@pytest.mark.parametrize(
    ("jurisdiction", "answer"),
    [(b"FR", 0), (b"EU", 0), (b"GB", 6), (b"SG", 6), (b"HK", 6), (b"JP", 7), (b"US", 7)],
)
def test_retail(
    registry: Contract,
    onboard: Any,
    standing: Registry,
    firm: Attestation,
    person: Attestation,
    jurisdiction: bytes,
    answer: int,
) -> None:
    onboard(firm)
    onboard(person.but(jurisdiction=jurisdiction))
    standing.accept_warning(person.wallet, jurisdiction.decode())
    for actions, expected in ((RISKY, answer), (SAFE, 0)):
        for action in actions:
            given = registry.functions.gate(person.wallet, 2, action, CRYPTO).call()[0]
            assert given == expected


def test_gate_trade_answers_for_both_sides(
    registry: Contract, parties: Any, supervise: Any, firm: Attestation, person: Attestation
) -> None:
    supervise("restrict")
    words = [registry.functions.word_of(party.wallet).call() for party in (firm, person)]
    ask = registry.functions.gate_trade
    assert ask(firm.wallet, 1, 1, person.wallet, 2, 1, CRYPTO, 9).call() == [5, 0, *words]
    assert ask(firm.wallet, 1, 4, person.wallet, 1, 4, CRYPTO, 9).call() == [0, 9, *words]
    assert ask(person.wallet, 2, 1, firm.wallet, 1, 2, CRYPTO, 9).call() == [0, 5, *words[::-1]]
