"""Houses that are sound, and houses that only look like it: each fault is said by its name."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.address import to_checksum_address

from keelmark.audit import discover
from keelmark.audit.discover import explore
from keelmark.audit.sight import Kind
from keelmark.chain import Chain, connect
from keelmark.deploy.plan import KIT
from keelmark.errors import ChainMismatch, Reorganised
from keelmark.regulation import digest
from tests.support.audited import (
    Dropping,
    Pruned,
    Replacing,
    altered,
    make,
    put,
    told_of,
    told_of_all,
    with_immutable,
)
from tests.support.deployed_kit import HOUSE_LEI, DeployedKit, deploy_kit, holder

WIRED = {"BackOffice": "BACK_OFFICE", "InstrumentDesk": "INSTRUMENT_DESK"}
STRANGER = str(to_checksum_address(holder(0xEE)))


@pytest.fixture(scope="module")
def kit() -> DeployedKit:
    """A house made by its own constructors."""
    return deploy_kit(connect())


@pytest.fixture(autouse=True)
def undone(kit: DeployedKit) -> Iterator[None]:
    """Puts the chain back after each test."""
    with kit.chain.undone():
        yield


def house_with(kit: DeployedKit, **values: int | str) -> str:
    """The house's code again, with other immutables."""
    return altered(kit, "ClearingHouse", **values)


def test_every_part_is_found_from_the_address_alone(kit):
    found = kit.chain.run(discover(kit.deployment.house.address))
    assert tuple(found.parts) == KIT
    assert found.rulebook_digest == "0x" + digest().hex()
    assert found.first_block == kit.deployment.first_block
    made = found.deployment()
    written = kit.deployment
    assert replace(made, contracts=written.contracts, roles=written.roles) == written
    for name, contract in written.contracts.items():
        assert replace(made.contracts[name], gas_used=contract.gas_used) == contract
    assert {part.creation.deployer for part in found.parts.values()} == {kit.chain.address}
    assert {part.creation.shown_by for part in found.parts.values()} == {"transaction"}


def test_from_any_part_as_far_as_it_leads(kit):
    at = {name: contract.address for name, contract in kit.deployment.contracts.items()}
    lens = kit.chain.run(explore(at["GovernanceLens"]))
    assert set(lens.parts) == set(KIT)
    desk, told = told_of(kit.chain, at["PartyDesk"])
    assert set(desk.parts) == {"PartyDesk", "Supervision", "SanctionsList"}
    assert told.texts == {}
    with pytest.raises(ChainMismatch, match=r"PartyDesk of release .*, expected a Clear"):
        kit.chain.run(discover(at["PartyDesk"]))


def test_a_sound_house_deviates_by_its_operator_alone(kit):
    made, told = told_of_all(kit.chain, kit.deployment.house.address, manifest=kit.deployment)
    assert {one.code for one in made.findings if one.level.value == "deviation"} == {
        "operator-without-delay"
    }
    assert "plain key" in told.one("operator-without-delay")
    assert len(told.texts["plain-key"]) == 6
    assert not made.holds
    assert {one.role for one in made.powers.roles} == {
        "operator", "lister", "registrar", "convenor", "sanctions officer"
    }  # fmt: skip
    assert made.deployment() == replace(
        kit.deployment,
        contracts={
            name: replace(one, gas_used=0) for name, one in kit.deployment.contracts.items()
        },
        roles=made.powers.held,
    )


@pytest.mark.parametrize("what", ["key", "clone", "proxy", "answers", "other"])
def test_what_is_no_house(kit, what):
    house = kit.deployment.house.address
    at = kit.deployment.contracts
    if what == "key":
        place, expected = STRANGER, "no-code"
    elif what == "clone":
        code = "363d3d373d3d3d363d73" + house[2:] + "5af43d82803e903d91602b57fd5bf3"
        place, expected = put(kit.chain, bytes.fromhex(code)), "proxy"
    elif what == "proxy":
        slot = 0x360894A13BA1A3210667C828492DB98DCA3E2076CC3735A920A3CA505D382BBC
        code = bytes.fromhex("365f5f375f5f365f73" + house[2:] + "5af43d5f5f3e3d5ff3")
        place, expected = put(kit.chain, code, {slot: int(house, 16)}), "proxy"
    elif what == "answers":
        named = [at[name].address for name in ("PartyRegistry", "PriceBoard", "BackOffice")]
        arguments = encode(["address"] * 3, named)
        place, expected = make(kit.chain, "tests/mocks/LikeAHouse", arguments), "unknown-code"
    else:
        place, expected = make(kit.chain, "tests/mocks/OtherRulebook"), "unknown-code"
    found, told = told_of(kit.chain, place)
    assert expected in told
    assert place in told.one(expected)
    assert found.root.sight.kind is not Kind.KNOWN
    assert list(found.parts) == [place]
    assert ("answers-like-a-house" in told) == (what in ("clone", "proxy", "answers"))
    if expected == "proxy":
        assert found.root.sight.target == house
        assert ("can be changed" in told.one("proxy")) == (what == "proxy")
        assert "ClearingHouse of release" in told.one("proxy-target")
    with pytest.raises(ChainMismatch, match="expected a ClearingHouse"):
        kit.chain.run(discover(place))


def test_one_byte_of_code(kit):
    code = bytearray(kit.code("ClearingHouse"))
    code[1000] ^= 1
    _, told = told_of(kit.chain, put(kit.chain, bytes(code)))
    assert "unknown-code" in told
    _, told = told_of(kit.chain, put(kit.chain, kit.code("ClearingHouse") + b"\0" * 32))
    assert "unknown-code" in told


@pytest.mark.parametrize("name", WIRED)
def test_a_desk_of_other_code(kit, name):
    at = kit.deployment.contracts
    arguments = encode(["address"] * 3, [at["PartyRegistry"].address] * 3)
    other = make(kit.chain, "tests/mocks/LikeAHouse", arguments)
    made, told = told_of_all(kit.chain, house_with(kit, **{WIRED[name]: other}))
    assert f"{name}: the code at {other}" in told.one("unknown-code")
    assert "ClearingHouse: who holds its role operator was not asked" in told.one("not-asked")
    assert "ClearingHouse" not in {one.contract for one in made.powers.roles}
    assert "creation-not-shown" in told
    assert not made.holds


def test_a_desk_that_is_another_contract_of_ours(kit):
    other = kit.deployment.contracts["LossDesk"].address
    _, told = told_of(kit.chain, house_with(kit, BACK_OFFICE=other))
    assert "is LossDesk of release" in told.one("other-contract")
    assert "expected BackOffice" in told.one("other-contract")


@pytest.mark.parametrize(
    ("values", "code", "words"),
    [
        ({"REGIME": 9}, "bad-regime", "its REGIME is 9, expected 1 to 3"),
        ({"LEI": 2**200}, "bad-lei", "which is no LEI"),
        ({"TOKEN_SCALE": 1}, "token-scale", "counts its unit as 1 wad, expected 1000000000000"),
        ({"TOKEN": STRANGER}, "no-token", f"no contract at {STRANGER}"),
        ({"BOARD": STRANGER}, "no-code", f"PriceBoard: no contract at {STRANGER}"),
    ],
)
def test_a_houses_own_values(kit, values, code, words):
    made, told = told_of_all(kit.chain, house_with(kit, **values))
    assert words in told.one(code)
    (differ,) = values
    if differ in ("REGIME", "LEI", "TOKEN_SCALE", "TOKEN"):
        desks = told.texts["values-differ"]
        assert [text.split(":")[0] for text in desks] == [
            "BackOffice", "LossDesk", "TakeOverDesk", "InstrumentDesk"
        ]  # fmt: skip
    else:
        assert all(STRANGER in text for text in told.texts["wired-elsewhere"])
    assert not made.holds


def test_parts_of_two_houses(kit):
    board = altered(kit, "PriceBoard", SEQUENCER=STRANGER)
    _, told = told_of(kit.chain, house_with(kit, BOARD=board))
    assert {text.split(":")[0] for text in told.texts["wired-elsewhere"]} == {
        "BackOffice", "LossDesk", "TakeOverDesk", "InstrumentDesk"
    }  # fmt: skip
    assert f"it asks {STRANGER} whether the layer 2 was down" in told.one("asks-nobody")


@pytest.mark.parametrize(
    ("name", "code"), [("_DOMAIN", "other-domain"), ("_CHAIN_ID", "other-chain")]
)
def test_a_matcher_that_signs_for_somebody_else(kit, name, code):
    matcher = altered(kit, "OrderMatcher", **{name: 1})
    _, told = told_of(kit.chain, matcher)
    assert code in told


def test_a_fund_in_another_token(kit):
    fund = altered(kit, "DefaultFund", TOKEN=kit.deployment.board.address)
    _, told = told_of(kit.chain, house_with(kit, FUND=fund))
    assert told.one("other-token").startswith("DefaultFund: its token is")


def test_a_registry_of_another_supervision(kit):
    desk = altered(kit, "PartyDesk", SUPERVISION=STRANGER)
    _, told = told_of(kit.chain, altered(kit, "PartyRegistry", PARTY_DESK=desk))
    assert f"PartyDesk: its SUPERVISION is {STRANGER}" in told.one("wired-elsewhere")


def test_a_rulebook_with_another_digest(kit):
    other = make(kit.chain, "tests/mocks/OtherRulebook")
    lens = altered(kit, "GovernanceLens", RULEBOOK=other)
    _, told = told_of(kit.chain, lens)
    assert "the house was compiled with 0x" + digest().hex() in told.one("other-digest")
    assert "Rulebook: the code at" in told.one("unknown-code")


def test_the_rulebook_that_the_house_was_built_with_goes_before_a_lens(kit):
    other = make(kit.chain, "tests/mocks/OtherRulebook")
    contracts = dict(kit.deployment.contracts)
    contracts["Rulebook"] = replace(contracts["Rulebook"], address=other)
    written: Any = replace(kit.deployment, contracts=contracts)
    found, told = told_of(kit.chain, kit.deployment.house.address, written=written)
    assert found.address("Rulebook") == kit.deployment.rulebook.address
    assert "other-digest" not in told


def test_no_rulebook(kit):
    _, told = told_of(kit.chain, house_with(kit), history=False)
    assert "0x" + digest().hex() in told.one("no-rulebook")


def test_storage_that_has_no_end(kit):
    """Counts that no house can have are not counted up to."""
    planted = put(kit.chain, kit.code("ClearingHouse"), dict.fromkeys(range(1, 60), 2**150))
    _, told = told_of(kit.chain, planted)
    assert "creation-not-shown" in told
    assert "too-many-assets" in told


def test_storage_that_no_constructor_wrote(kit):
    planted = put(kit.chain, kit.code("ClearingHouse"), {7: 10**30})
    found, told = told_of(kit.chain, planted)
    assert told.one("creation-not-shown").startswith("ClearingHouse: it is not shown")
    assert "the init code that ran is of no release" in told.one("creation-not-shown")
    assert found.house is not None
    assert found.house.creation.deployer == kit.chain.address
    assert found.house.creation.arguments is None


def test_an_immutable_word_that_is_no_address(kit):
    code = with_immutable(kit.code("ClearingHouse"), "ClearingHouse", "TOKEN", 2**200)
    _, told = told_of(kit.chain, put(kit.chain, code))
    assert "unknown-code" in told


def test_lei_is_read_from_the_code(kit):
    found = kit.chain.run(discover(kit.deployment.house.address, history=False))
    assert found.deployment_of(["ClearingHouse"]).lei == HOUSE_LEI
    with pytest.raises(ChainMismatch, match="Rulebook, OptionPricer, GovernanceLens cannot be"):
        found.deployment()


def test_plain_creation_without_old_states_is_not_shown(kit):
    found, told = told_of(Chain(Pruned(kit.chain)), kit.deployment.house.address)
    names, _, why = told.one("creation-not-shown").partition(": ")
    assert names.split(", ") == [
        "Supervision", "SanctionsList", "PartyRegistry", "InstrumentRegistry", "PriceBoard",
        "OrderMatcher", "CloseOut", "DefaultFund", "ClearingHouse",
    ]  # fmt: skip
    assert "the node has no states old enough" in why
    assert "no-rulebook" in told
    assert found.first_block == 0
    said = kit.chain.run(
        explore(kit.deployment.house.address, written=kit.deployment, history=False)
    )
    assert said.first_of(["PartyRegistry", "PriceBoard"]) == min(
        kit.deployment.contracts[name].block_number for name in ("PartyRegistry", "PriceBoard")
    )


def test_a_log_that_the_node_leaves_out(kit):
    made, told = told_of_all(Chain(Dropping(kit.chain)), kit.deployment.house.address)
    assert "do not fold to its report chain" in told.one("governance-unreadable")
    assert made.powers.governance is None
    assert len(made.powers.roles) == 6


def test_blocks_that_were_replaced_meanwhile(kit):
    with pytest.raises(Reorganised, match=r"block \d+: replaced while it was read"):
        told_of_all(Chain(Replacing(kit.chain)), kit.deployment.house.address, events=False)


def test_not_blocking(kit):
    address = kit.deployment.house.address
    found = asyncio.run(kit.chain.asynchronous().run(discover(address, history=False)))
    assert found == kit.chain.run(discover(address, history=False))
