"""A deployment as steps: addresses, arguments and code, before any chain is asked."""

from dataclasses import replace

import pytest
from eth_utils.crypto import keccak

from keelmark.chain import Signer, connect
from keelmark.chain.operations import GetCode, Transact
from keelmark.deploy import factory
from keelmark.deploy.kit import artefacts
from keelmark.deploy.plan import KIT
from keelmark.deploy.steps import addresses, steps
from keelmark.deploy.wiring import arguments, encoded
from keelmark.errors import InputError
from tests.support.houses import DIGITS, house_plan, with_factory, with_token

DEPLOYER = bytes.fromhex("88" * 32)

EIP_1014 = [
    ("00" * 20, "00" * 32, "00", "0x4D1A2e2bB4F88F0250f26Ffff098B0b30B26BF38"),
    ("deadbeef" + "00" * 16, "00" * 32, "00", "0xB928f69Bb1D91Cd65274e3c79d8986362984fDA3"),
    (
        "deadbeef" + "00" * 16,
        "00" * 12 + "feed" + "00" * 18,
        "00",
        "0xD04116cDd17beBE565EB2422F2497E06cC1C9833",
    ),
    ("00" * 20, "00" * 32, "deadbeef", "0x70f2b2914A2a4b783FaEFb75f459A580616Fcb5e"),
    (
        "00" * 16 + "deadbeef",
        "00" * 28 + "cafebabe",
        "deadbeef",
        "0x60f3f640a8508fC6a86d45DF051962668E1e8AC7",
    ),
    (
        "00" * 16 + "deadbeef",
        "00" * 28 + "cafebabe",
        "deadbeef" * 11,
        "0x1d8bfDC5D46DC4f61D6b6115972536eBE6A8854C",
    ),
    ("00" * 20, "00" * 32, "", "0xE33C0C7F7df4809055C3ebA6c09CFe4BaF1BD9e0"),
]
"""Creator, salt, init code and address: the examples of EIP-1014."""


@pytest.fixture(scope="module")
def compiled():
    """The kit, compiled once."""
    return artefacts()


@pytest.mark.parametrize(("creator", "salt", "init_code", "address"), EIP_1014)
def test_addresses_are_those_of_eip_1014(creator, salt, init_code, address):
    found = factory.create2_address(
        bytes.fromhex(salt), bytes.fromhex(init_code), factory="0x" + creator
    )
    assert found == address


def test_the_factory_is_the_published_one():
    from eth_account import Account

    # Hash of the code, as explorers show it for this address on every chain.
    published = "2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989"
    assert factory.FACTORY_CODE_HASH.hex() == published
    assert Account.recover_transaction(factory.CREATION) == factory.CREATOR


def test_arguments_are_those_of_the_abi(compiled):
    plan = house_plan()
    at = {name: f"0x{place:040x}" for place, name in enumerate(KIT, 1)}
    for name in KIT:
        inputs = [
            (item["name"], item["type"])
            for entry in compiled[name].abi
            if entry["type"] == "constructor"
            for item in entry["inputs"]
        ]
        assert [(item.name, item.type) for item in arguments(name, plan, at)] == inputs, name


def test_what_is_predicted_is_what_a_chain_makes(compiled):
    signer = Signer.from_key(DEPLOYER)
    chain = with_factory(connect(), signer)
    plan = house_plan(with_token(chain))
    planned = steps(plan, compiled, chain_id=chain.chain_id(), token_digits=DIGITS)
    assert [step.name for step in planned] == list(KIT)

    def create(step):
        yield Transact(factory.FACTORY, step.calldata, gas=12_000_000)
        return (yield GetCode(step.address))

    for step in planned:
        assert keccak(chain.run(create(step))) == step.code_hash, step.name


def test_the_same_plan_gives_the_same_addresses_whatever_the_chain(compiled):
    plan = house_plan()
    one = steps(plan, compiled, chain_id=1, token_digits=6)
    other = steps(plan, compiled, chain_id=10, token_digits=6)
    assert addresses(plan, one) == addresses(plan, other)
    differing = [a.name for a, b in zip(one, other, strict=True) if a.code_hash != b.code_hash]
    assert differing == ["OrderMatcher"]  # its signing domain names the chain


def test_one_argument_moves_what_depends_on_it_and_nothing_else(compiled):
    plan = house_plan()
    before = addresses(plan, steps(plan, compiled))
    changed = replace(plan, lister="0x" + "5A" * 20)
    after = addresses(changed, steps(changed, compiled))
    moved = {name for name in KIT if before[name] != after[name]}
    assert moved == {
        *("InstrumentRegistry", "TakeOverDesk", "LossDesk", "BackOffice"),
        *("InstrumentDesk", "ClearingHouse", "GovernanceLens"),
    }


def test_what_is_there_is_used_and_not_made(compiled):
    whole = house_plan()
    there = addresses(whole, steps(whole, compiled))
    plan = replace(whole, existing={"Rulebook": there["Rulebook"].lower()})
    planned = steps(plan, compiled)
    assert [step.name for step in planned] == list(KIT[1:])
    assert addresses(plan, planned) == there


def test_the_rulebook_has_no_arguments(compiled):
    plan = house_plan()
    rulebook = steps(plan, compiled)[0]
    assert rulebook.init_code == compiled["Rulebook"].bytecode
    assert rulebook.arguments == () == arguments("Rulebook", plan, {})
    assert encoded(()) == b""
    # Without immutables the code is known before the chain is.
    assert steps(plan, compiled, chain_id=1, token_digits=6)[0].code_hash == keccak(
        compiled["Rulebook"].runtime
    )


def test_no_address_no_steps(compiled):
    with pytest.raises(InputError, match="lister: expected an address"):
        steps(replace(house_plan(), lister="0x12"), compiled)
