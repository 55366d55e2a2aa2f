"""A venue in another language passes as well: nothing is asked about how a venue is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from keelmark.bindings import test_token
from keelmark.bindings.runtime import create, send
from keelmark.chain import Chain, Signer
from keelmark.conformance import Asset, NotOffered
from keelmark.conformance.adapters.example import ExampleAdapter
from keelmark.conformance.adapters.ground import GAS, TOKEN_FEED, Ground, made_up_lei, role
from keelmark.conformance.check import Check, Status, all_checks
from keelmark.conformance.runner import Session
from keelmark.identifiers import pack_lei
from tests.support.solidity import compile_solidity

SOURCE = Path(__file__).resolve().parents[2] / "contracts/examples/SolidityVenue.sol"
TYPES = (
    "(address rulebook,address parties,address instruments,address board,address matcher,"
    "uint256 instrument,address token,uint256 tokenFeed,uint256 lei)"
)
RESERVE = 10**12
NOT_OFFERED = {
    "retail.no-netting",
    "margin.netting-floor",
    "margin.dust",
    "collateral.haircut",
    "collateral.ineligible",
    "collateral.retail-cash",
}
"""It has one instrument and takes money only."""


@pytest.fixture(scope="module")
def session(ground: Ground) -> Session:
    """The venue beside the kit, with a reserve."""
    compiled, kit = compile_solidity(SOURCE), ground.deployment

    class SolidityAdapter(ExampleAdapter):
        """The example's verbs; money is all that it takes, and nobody holds a role."""

        def _assets(self) -> tuple[str, str]:
            return ground.tokens[1], ground.tokens[2]

        def assets(self) -> Sequence[Asset]:
            raise NotOffered("the venue takes money only")

        def abi(self) -> Sequence[Mapping[str, Any]]:
            return compiled.abi

        def insiders(self) -> Mapping[str, Signer]:
            return {"deployer": role("deployer")}

    arguments = (
        kit.rulebook.address,
        kit.parties.address,
        kit.instruments.address,
        kit.board.address,
        kit.matcher.address,
        1,
        ground.tokens[0],
        TOKEN_FEED,
        pack_lei(made_up_lei(5)),
    )
    making = create("SolidityVenue", compiled.bytecode, TYPES, arguments, GAS)
    venue = test_token.TestToken(str(ground.send("deployer", making).contract))
    money, keeper = test_token.TestToken(ground.tokens[0]), role("keeper").address
    ground.send("minter", money.mint(keeper, RESERVE, gas=GAS))
    ground.send("keeper", money.approve(venue.address, RESERVE, gas=GAS))
    ground.send("keeper", send(venue, "contribute(uint256 amount)", (RESERVE,), GAS))
    return Session(SolidityAdapter(ground.chain, venue.address))


@pytest.mark.parametrize("check", list(all_checks().values()), ids=lambda check: check.id)
def test_passes(check: Check, session: Session, anvil: Chain) -> None:
    """What it offers is as it should be; what it does not offer is said."""
    result = session.run(check)
    expected = Status.NOT_APPLICABLE if check.id in NOT_OFFERED else Status.PASSED
    assert result.status is expected, result.seen
