"""How a contract came to be: found by halving, shown by a transaction or by its address."""

from __future__ import annotations

from typing import Any

import pytest
import rlp
from eth_utils import keccak, to_checksum_address
from hypothesis import given, settings
from hypothesis import strategies as st

from keelmark.audit import discover
from keelmark.audit.connections import connection_findings
from keelmark.audit.origin import created_at, first_block_of, nonce_of
from keelmark.chain import Chain, SigningChain, connect
from keelmark.chain.operations import GetCode, Request
from keelmark.deploy.factory import FACTORY, SALT
from keelmark.deploy.plan import KIT
from tests.support.audited import Pruned, by_factory, told_of, told_of_all
from tests.support.deployed_kit import plan_kit

SENDER = "0x00000000000000000000000000000000000000Aa"


@pytest.fixture(scope="module")
def factory() -> tuple[SigningChain, dict[str, str]]:
    """A house that the deterministic factory made."""
    chain, plan = plan_kit(connect())
    return chain, by_factory(chain, plan)


class Codes:
    """A node on which every address has code from one block on."""

    name = "codes"

    def __init__(self, first: int, head: int) -> None:
        self.first, self.head, self.asked = first, head, 0

    def answer(self, request: Request, signer: Any = None) -> Any:
        """The code at a block."""
        assert isinstance(request, GetCode)
        assert isinstance(request.block, int)
        assert 0 <= request.block <= self.head
        self.asked += 1
        return b"\x01" if request.block >= self.first else b""


def expected_address(sender: str, nonce: int) -> str:
    """Where a contract is created, by the yellow paper's formula."""
    return to_checksum_address(keccak(rlp.encode([bytes.fromhex(sender[2:]), nonce]))[12:])


@pytest.mark.parametrize("nonce", [0, 1, 127, 128, 255, 256, 65_535])
def test_address_of_a_nonce_and_back(nonce):
    assert created_at(SENDER, nonce) == expected_address(SENDER, nonce)
    assert nonce_of(SENDER, expected_address(SENDER, nonce)) == nonce


def test_a_nonce_that_nobody_looks_for():
    assert nonce_of(SENDER, expected_address(SENDER, 65_536)) is None


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_first_block(data):
    """Whatever the place and the guess, the first block with code is found, in few questions."""
    head = data.draw(st.integers(0, 10**9), "head")
    first = data.draw(st.integers(0, head), "first")
    near = data.draw(st.none() | st.integers(-5, head + 5), "near")
    node = Codes(first, head)
    assert Chain(node).run(first_block_of(SENDER, head, near)) == first
    assert node.asked <= 62


def test_by_the_factory(factory):
    chain, made = factory
    found = chain.run(discover(made["ClearingHouse"]))
    assert {name: part.sight.address for name, part in found.parts.items()} == made
    assert tuple(found.parts) == KIT
    for part in found.parts.values():
        assert part.creation.shown_by == "transaction"
        assert part.creation.factory
        assert part.creation.deployer == chain.address
        assert part.creation.salt == "0x" + SALT.hex()
    assert found.parts["Rulebook"].found_by == "constructor argument of ClearingHouse"
    assert found.parts["OptionPricer"].found_by == "the factory's address for it"
    assert found.parts["GovernanceLens"].found_by == "the factory's address for it"
    assert found.deployment().factory == FACTORY
    assert not [one for one in chain.run(connection_findings(found)) if one.level.value != "notice"]


def test_without_old_states_the_address_shows_it(factory):
    chain, made = factory
    found = Chain(Pruned(chain)).run(discover(made["ClearingHouse"]))
    assert {name: part.sight.address for name, part in found.parts.items()} == made
    assert {part.creation.shown_by for part in found.parts.values()} == {"address"}
    assert {part.creation.block for part in found.parts.values()} == {None}
    assert found.first_block == 0
    _, told = told_of(chain, made["ClearingHouse"], history=False)
    assert "creation-not-asked" not in told


def test_the_whole_audit_without_old_states(factory):
    chain, made = factory
    _, told = told_of_all(Chain(Pruned(chain)), made["ClearingHouse"])
    assert "creation-not-shown" not in told
    assert "governance-unreadable" not in told
