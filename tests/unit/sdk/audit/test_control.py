"""Who controls a house: roles on offer, keys, time locks, deployers, changes under way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from eth_abi.abi import encode
from eth_utils import keccak

from keelmark.audit import audit
from keelmark.audit.control import loosened
from keelmark.audit.manifests import manifest_findings
from keelmark.bindings import TestToken as Token
from keelmark.bindings.clearing_house import ClearingHouse
from keelmark.chain import connect
from keelmark.chain.compiler import compile_contract
from keelmark.chain.operations import Transact
from keelmark.deploy.plan import HeldRole
from keelmark.ledger.governance import read_governance
from keelmark.ledger.reader import read_logs
from keelmark.types import Regime
from tests.support.audited import make, told_of_all
from tests.support.authorities import DAY, Venue, govern

GAS = 8_000_000
OPERATOR = keccak(text="operator")


@pytest.fixture(scope="module")
def venue() -> Venue:
    """A house under two authorities, before anything is announced."""
    return Venue(connect())


@pytest.fixture(autouse=True)
def undone(venue: Venue) -> Iterator[None]:
    """Puts the chain back after each test."""
    with venue.chain.undone():
        yield


def whole(venue: Venue, **settings):
    """The audit of its house."""
    return told_of_all(venue.chain, venue.kit.house.address, **settings)


def test_everything_under_way_is_said(venue):
    govern(venue)
    made, told = whole(venue)
    now = made.powers.governance
    assert now is not None
    assert len(told.texts["feed-change"]) == len(now.changes) > 0
    assert any("its limits change from" in text for text in told.texts["feed-change"])
    assert len(told.texts["recovery"]) == len(now.recoveries) > 0
    assert "role-offered" in told
    assert "mandate-grows" in told
    assert "mandate-offered" in told
    assert "halted" in told
    standing = f"{len(now.holds)} freezes and restrictions and {len(now.bars)} bars stand"
    assert standing in told.one("holds")
    assert now.holds
    assert now.bars
    shown = {one.level.value for one in made.findings if one.code in ("feed-change", "recovery")}
    assert shown == {"pending"}


def test_without_a_lens_the_same_is_read(venue):
    """What the audit asks of the contracts themselves is what the lens answers."""
    govern(venue)
    made, _ = whole(venue)
    lens = venue.chain.run(read_governance(venue.kit))
    assert made.powers.governance is not None
    order = {(one.contract, one.role): one for one in made.powers.governance.roles}
    assert {(one.contract, one.role): one for one in lens.roles} == order
    assert replace(made.powers.governance, roles=lens.roles) == lens


def test_events_that_are_not_read(venue):
    govern(venue)
    made, told = whole(venue, events=False)
    assert "were not asked for" in told.one("events-not-read")
    assert "feed-change" not in told
    assert "mandate-grows" in told
    assert made.powers.reading is None


def test_a_role_on_offer_to_the_deployer(venue):
    house = venue.kit.house
    offer = house.hand_over_role(OPERATOR, venue.wallet("deployer"), gas=GAS)
    venue.act("operator", offer)
    made, told = whole(venue)
    assert f"offered to {venue.wallet('deployer')} (plain key)" in told.one("role-offered")
    assert f"is offered to the deployer {venue.wallet('deployer')}" in told.one(
        "deployer-holds-role"
    )
    venue.act("deployer", house.accept_role(OPERATOR, gas=GAS))
    made, told = whole(venue)
    assert "role-offered" not in told
    assert "role operator is held by the deployer" in told.one("deployer-holds-role")
    assert not made.holds


@pytest.mark.parametrize(("delay", "enough"), [(DAY, True), (DAY - 1, False)])
def test_an_operator_that_says_it_waits(venue, delay, enough):
    chain = venue.chain.signing(venue.signers["deployer"])
    lock = make(chain, "tests/mocks/TimeLock", encode(["uint256"], [delay]))
    house = venue.kit.house
    venue.act("operator", house.hand_over_role(OPERATOR, lock, gas=GAS))
    accept = keccak(text="accept_role(bytes32)")[:4] + OPERATOR
    data = keccak(text="act(address,bytes)")[:4] + encode(
        ["address", "bytes"], [house.address, accept]
    )
    venue.act("keeper", _send(lock, data))
    made, told = whole(venue)
    assert made.powers.roles[-1].holder == lock or lock in {one.holder for one in made.powers.roles}
    assert ("operator-without-delay" in told) != enough
    assert f"says it waits {delay} s, says 2 of 3 sign" in told.one("holder-code")
    if enough:
        assert "its code is not of a release" in told.one("operator-waits")
        assert made.holds


def _send(to: str, data: bytes):
    receipt = yield Transact(to, data, gas=GAS)
    return receipt


def test_one_key_with_several_roles_and_an_authority_among_them(venue):
    house = venue.kit.house
    venue.act("operator", house.hand_over_role(OPERATOR, venue.wallet("BaFin"), gas=GAS))
    venue.act("BaFin", house.accept_role(OPERATOR, gas=GAS))
    _, told = whole(venue)
    assert "authority 1" in told.one("authority-holds-role")
    lister = keccak(text="lister")
    listing = venue.kit.instruments
    venue.act("lister", listing.hand_over_role(lister, venue.wallet("BaFin"), gas=GAS))
    venue.act("BaFin", listing.accept_role(lister, gas=GAS))
    _, told = whole(venue)
    assert "holds 2 roles" in told.one("one-holder")


def test_collateral_that_the_operator_listed(venue):
    creation = Token.create(
        compile_contract("testnet/TestToken").bytecode,
        long_name="Own money",
        short_name="OWN",
        digits=6,
        minter=venue.wallet("operator"),
        gas=GAS,
    )
    token = venue.act("operator", creation).contract
    venue.feed(3)
    listing = venue.kit.house.list_collateral(token, 3, 1, False, 6, 0, 10**24, gas=GAS)
    venue.act("operator", listing)
    _, told = whole(venue, events=False)
    assert f"asset 1, {token} (TestToken of release" in told.one("collateral")


def test_limits_that_grew_looser(venue):
    venue.feed(1, 10**18)
    made, told = whole(venue)
    assert "loosened" not in told
    assert "one source is enough for feed 1" in told.one("single-source")
    board = venue.kit.board
    venue.act("board operator", board.set_limits(1, 10**11, 10**25, 500, 1, gas=GAS))
    _, told = whole(venue)
    assert "feed 1: its limits change from" in told.one("feed-change")
    venue.later(DAY + 1)
    made, told = whole(venue)
    assert "can be applied now" in told.one("feed-change")
    venue.act("board operator", board.apply_change(1, 0, gas=GAS))
    made, told = whole(venue)
    assert told.one("loosened").endswith("looser than at its first price: lowest price")
    assert not made.holds


def test_limits_that_tightened_are_silent(venue):
    venue.feed(1, 10**18)
    board = venue.kit.board
    venue.act("board operator", board.set_limits(1, 10**13, 10**24, 400, 1, gas=GAS))
    reading = venue.chain.run(read_logs([board.address], 0))
    assert [one.code for one in loosened(reading, board.address)] == ["single-source"]


def changed(deployment, **fields):
    """A manifest with other fields; of a contract where its name is given."""
    contracts = dict(deployment.contracts)
    for name in list(fields):
        if name in contracts:
            contracts[name] = replace(contracts[name], **fields.pop(name))
    return replace(deployment, contracts=contracts, **fields)


def test_manifests_that_say_something_else(venue):
    kit = venue.kit
    made = venue.chain.run(audit(kit.house.address, manifest=kit))
    written = made.deployment()
    new = [str(one) for one in made.findings if one.code.startswith("manifest")]
    assert new == [f"manifest: it does not have authority 2 of Supervision, {venue.wallet('AMF')}"]
    assert manifest_findings(made.found, made.powers, written) == []
    cases = {
        "manifest-chain": changed(written, chain_id=1),
        "manifest-digest": changed(written, rulebook_digest="0x" + "11" * 32),
        "manifest-release": changed(written, release="9.9.9"),
        "manifest-address": changed(written, PriceBoard={"address": kit.house.address}),
        "manifest-code": changed(written, PriceBoard={"code_hash": "0x" + "11" * 32}),
        "manifest-creation": changed(written, PriceBoard={"transaction_hash": "0x" + "11" * 32}),
        "manifest-terms": changed(written, regime=Regime.CLEARED_LISTED),
        "manifest-role": changed(
            written, roles=(*written.roles[1:], HeldRole("Supervision", "convenor", kit.token))
        ),
    }
    for code, manifest in cases.items():
        found = {one.code for one in manifest_findings(made.found, made.powers, manifest)}
        assert found == {code}, code
    arguments = changed(written, PriceBoard={"constructor_arguments": "0x" + "11" * 64})
    found = {one.code for one in manifest_findings(made.found, made.powers, arguments)}
    assert found == {"manifest-creation"}


def test_a_role_that_moved_since_the_manifest(venue):
    written = venue.chain.run(audit(venue.kit.house.address)).deployment()
    house: ClearingHouse = venue.kit.house
    venue.act("operator", house.hand_over_role(OPERATOR, venue.wallet("keeper"), gas=GAS))
    venue.act("keeper", house.accept_role(OPERATOR, gas=GAS))
    _, told = whole(venue, manifest=written)
    assert f"{venue.wallet('keeper')} holds it now" in told.one("manifest-role")
