"""`_reason` against the table of its rules, and every code of two letters for the retail rule."""

from __future__ import annotations

from itertools import product
from string import ascii_uppercase
from typing import Any

import pytest
from web3.contract import Contract

from tests.support.registry import MEMBER_STATES

NOW = 1_600_000_000
YEAR = 31_536_000
DAY = 86_400
HOUR = 3_600
LIST_AGE = 3 * DAY
TABLE = 1 << 1 | (NOW - LIST_AGE) << 128
"""The registrar counts, the list is just not stale, and there has been no halt."""


BANS = {"GB", "SG", "HK"}
CRYPTO, EQUITY = 7, 3
RISKY, SAFE = (1, 2, 6), (3, 4, 5, 7)


@pytest.fixture(scope="module")
def gate(deploy: Any) -> Contract:
    made: Contract = deploy("tests/mocks/IdentifiersHarness")
    return made


def word(
    account: int = 5,
    jurisdiction: str = "DE",
    category: int = 2,
    flags: int = 0,
    issuer: int = 1,
    expiry: int = NOW + 1,
    screened_at: int = NOW - YEAR,
) -> int:
    """A party word, lane by lane."""
    letters = int.from_bytes(jurisdiction.encode(), "big")
    lanes = (
        (account, 32),
        (77, 104),
        (letters, 16),
        (category, 8),
        (flags, 8),
        (issuer, 8),
        (200, 8),
        (expiry, 32),
        (screened_at, 32),
        (201, 8),
    )
    packed = offset = 0
    for value, width in lanes:
        packed += value * 2**offset
        offset += width
    return packed


def ask(
    gate: Contract, party: int, action: int, asset_class: int = CRYPTO, table: int = TABLE
) -> int:
    answer = gate.functions.reason(party, 5, action, asset_class, NOW, table).call()
    return int(answer)


def test_default_behavior(gate: Contract) -> None:
    assert {ask(gate, word(), action) for action in (*RISKY, *SAFE)} == {0}


@pytest.mark.parametrize(
    ("party", "risky", "safe"),
    [
        (0, 1, 1),
        (word(expiry=NOW), 2, 0),
        (word(flags=8), 3, 0),
        (word(flags=4), 4, 4),
        (word(flags=2), 5, 0),
        (word(screened_at=NOW - YEAR - 1), 8, 0),
        (word(account=6), 9, 9),
        (word(issuer=2), 10, 0),
        (word(issuer=127), 10, 0),
        (word(flags=16), 0, 0),
        (word(flags=32), 11, 11),
        (word(flags=32 + 4), 4, 4),
        (word(flags=32 + 8 + 2), 11, 11),
        (word(account=6, flags=32), 9, 9),
        (word(flags=64), 0, 0),
        (word(flags=128), 0, 0),
        (word(category=3), 0, 0),
        (word(flags=4 + 8 + 2, expiry=0), 4, 4),
        (word(account=6, flags=4), 9, 9),
        (word(category=1, jurisdiction="GB"), 6, 0),
        (word(category=1, jurisdiction="US"), 7, 0),
        (word(category=1, jurisdiction="FR", flags=1), 0, 0),
        (word(category=1, jurisdiction="GB", flags=2), 5, 0),
        (word(category=2, jurisdiction="GB"), 0, 0),
    ],
)
def test_table(gate: Contract, party: int, risky: int, safe: int) -> None:
    assert {ask(gate, party, action) for action in RISKY} == {risky}
    assert {ask(gate, party, action) for action in SAFE} == {safe}


def test_list_stale(gate: Contract) -> None:
    """Nothing is opened or increased; take-overs go on."""
    stale = TABLE - (1 << 128)
    assert {ask(gate, word(), action, table=stale) for action in (1, 2, 0, 8)} == {12}
    assert {ask(gate, word(), action, table=stale) for action in (6, *SAFE)} == {0}
    assert ask(gate, word(flags=2), 1, table=stale) == 5
    assert ask(gate, word(category=1, jurisdiction="US"), 1, table=stale) == 12


@pytest.mark.parametrize(
    ("until", "opening", "taking"),
    [
        (NOW + DAY, 13, 13),
        (NOW + 1, 13, 13),
        (NOW, 0, 13),
        (NOW - HOUR + 1, 0, 13),
        (NOW - HOUR, 0, 0),
        (1, 0, 0),
    ],
)
def test_halted(gate: Contract, until: int, opening: int, taking: int) -> None:
    """Take-overs wait an hour longer; getting out of risk never waits."""
    halted = TABLE | until << 160
    assert {ask(gate, word(), action, table=halted) for action in (1, 2, 0, 8)} == {opening}
    assert ask(gate, word(), 6, table=halted) == taking
    assert {ask(gate, word(), action, table=halted) for action in SAFE} == {0}


def test_list_stale_before_halted(gate: Contract) -> None:
    table = TABLE - (1 << 128) | (NOW + 1) << 160
    assert [ask(gate, word(), action, table=table) for action in (1, 6)] == [12, 13]


@pytest.mark.parametrize("action", [0, 8, 256, 259, 2**255])
def test_a_number_that_is_no_action_adds_risk(gate: Contract, action: int) -> None:
    assert ask(gate, word(flags=2), action) == 5


def test_retail_by_jurisdiction(gate: Contract) -> None:
    for pair in product(ascii_uppercase, repeat=2):
        code = "".join(pair)
        party = word(category=1, jurisdiction=code)
        allowed = code in MEMBER_STATES or code == "EU"
        assert ask(gate, party, 1) == (0 if allowed else 6 if code in BANS else 7), code


def test_retail_outside_crypto(gate: Contract) -> None:
    for code in ("GB", "SG", "HK", "US", "CH"):
        assert ask(gate, word(category=1, jurisdiction=code), 1, EQUITY) == 7
    assert ask(gate, word(category=1, jurisdiction="ES"), 1, EQUITY) == 0
