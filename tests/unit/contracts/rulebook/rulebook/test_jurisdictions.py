"""The action gate answers a retail client as the corpus says, jurisdiction by jurisdiction."""

from collections.abc import Callable

import pytest
from web3.contract import Contract

from keelmark.regulation import Status, rules
from keelmark.types import GateReason

NOW = 1_600_000_000
OPEN, CRYPTO, RETAIL, ISSUER, ACCOUNT = 1, 7, 1, 1, 5

CODES = {"EU": "DE", "UK": "GB", "JP": "JP", "SG": "SG", "HK": "HK", "US": "US"}
"""The country code of a party, by the jurisdiction in a rule's id."""


def party(country: str) -> int:
    """The registry word of a retail client, valid and freshly screened."""
    letters = int.from_bytes(country.encode("ascii"), "big")
    lanes = ((ACCOUNT, 0), (letters, 136), (RETAIL, 152), (ISSUER, 168), (NOW + 1, 184), (NOW, 216))
    return sum(lane << offset for lane, offset in lanes)


def expected(jurisdiction: str) -> GateReason:
    """A ban refuses; a cap that was read in its source allows; anything else is not confirmed."""
    ban = rules()[f"RETAIL_{jurisdiction}_CRYPTO_BAN"]
    cap = rules().get(f"RETAIL_{jurisdiction}_CRYPTO_LEVERAGE")
    if ban.value:
        return GateReason(6)
    if cap is not None and cap.value and {ban.status, cap.status} == {Status.READ}:
        return GateReason(0)
    return GateReason(7)


@pytest.mark.parametrize("jurisdiction", CODES)
def test_gate_follows_corpus(deploy: Callable[..., Contract], jurisdiction: str) -> None:
    """Banned, allowed or not confirmed."""
    gate = deploy("tests/mocks/IdentifiersHarness")
    word = party(CODES[jurisdiction])
    table = 1 << ISSUER | NOW << 128  # the sanctions list is of now
    answer = gate.functions.reason(word, ACCOUNT, OPEN, CRYPTO, NOW, table).call()
    assert answer == expected(jurisdiction)


def test_every_jurisdiction_is_asked() -> None:
    """A jurisdiction that enters the corpus enters this test."""
    named = {name.split("_")[1] for name in rules() if name.endswith("_CRYPTO_BAN")}
    assert named == set(CODES)
