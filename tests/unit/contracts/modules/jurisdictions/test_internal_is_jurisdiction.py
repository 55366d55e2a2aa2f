"""`_is_jurisdiction`: the list of ISO 3166-1, code by code, and nothing beside it."""

from __future__ import annotations

from itertools import product
from string import ascii_uppercase
from typing import Any

import pytest
from web3.contract import Contract

from keelmark.chain.pyevm import Backend
from keelmark.identity.jurisdictions import JURISDICTIONS, is_jurisdiction

MEMBER_STATES = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
OTHERS = "US GB CH JP SG HK CA AU BR IN CN KR AE NO IS LI SS CW"
NONE_OF_THEM = "UK EL AA ZZ XK AN YU SU QQ OO XX"
"""Used elsewhere, withdrawn, reserved, for users to assign, or never there."""


@pytest.fixture(scope="module")
def harness(deploy: Any) -> Contract:
    """The module, opened."""
    made: Contract = deploy("tests/mocks/JurisdictionsHarness")
    return made


def ask(harness: Contract, code: str) -> bool:
    return bool(harness.functions.is_jurisdiction(int.from_bytes(code.encode("latin-1"))).call())


def test_default_behavior(harness: Contract, backend: Backend) -> None:
    """All 676 pairs of letters: 249 assigned codes and EU."""
    pairs = ["".join(pair) for pair in product(ascii_uppercase, repeat=2)]
    asking = bytes.fromhex(harness.encode_abi("is_jurisdiction", [0])[2:10])
    place = bytes.fromhex(harness.address[2:])

    def listed(code: str) -> bool:
        word = code.encode("latin-1").rjust(32, b"\0")
        return int.from_bytes(backend.execute(to=place, data=asking + word).output) == 1

    taken = {code for code in pairs if listed(code)}
    assert taken == JURISDICTIONS
    assert len(taken) == 250


def test_known_codes(harness: Contract) -> None:
    for code in ["EU", *MEMBER_STATES.split(), *OTHERS.split()]:
        assert ask(harness, code), code
        assert is_jurisdiction(code)
    for code in NONE_OF_THEM.split():
        assert not ask(harness, code), code
        assert not is_jurisdiction(code)


@pytest.mark.parametrize("code", ["", "D", "de", "dE", "De", "@E", "D@", "[E", "D[", "D1", "ADE"])
def test_no_code(harness: Contract, code: str) -> None:
    assert not ask(harness, code)
    assert not is_jurisdiction(code)


@pytest.mark.parametrize("number", [2**256 - 1, 2**255 + 17_477, 65_536 + 17_477])
def test_bits_above_the_code(harness: Contract, number: int) -> None:
    """17,477 is DE."""
    assert not harness.functions.is_jurisdiction(number).call()
