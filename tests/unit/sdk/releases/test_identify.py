"""`identify`: deployed code is recognised, other code is not, immutables are read."""

import pytest
from eth_utils.address import to_checksum_address

from keelmark import __version__
from keelmark.deploy.plan import KIT
from keelmark.releases import current, identify
from tests.support.deployed_kit import HOUSE_LEI, code_at, holder


@pytest.mark.parametrize("name", KIT)
def test_default_behavior(kit, name):
    match = identify(kit.code(name))
    assert match is not None
    assert (match.contract, match.release) == (name, __version__)
    assert match.released == current().contract(name)
    assert len(match.immutables) == len(match.released.immutables)


def test_play_money_is_known_as_such(kit):
    match = identify(kit.chain.run(code_at(kit.plan.token)))
    assert match is not None
    assert match.released.path == "testnet/TestToken.vy"


def test_immutables_are_what_the_constructor_was_given(kit):
    """Every immutable of the house against the plan and the addresses, from outside the code."""
    match = identify(kit.code("ClearingHouse"))
    assert match is not None
    at = {name: contract.address for name, contract in kit.deployment.contracts.items()}
    assert {item.name: item.value for item in match.immutables} == {
        "PARTIES": at["PartyRegistry"],
        "INSTRUMENTS": at["InstrumentRegistry"],
        "BOARD": at["PriceBoard"],
        "FUND": at["DefaultFund"],
        "MATCHER": at["OrderMatcher"],
        "CLOSE_OUT": at["CloseOut"],
        "TOKEN": to_checksum_address(kit.plan.token),
        "TOKEN_SCALE": 10**12,
        "TOKEN_FEED": 2,
        "REGIME": int(kit.plan.regime),
        "LEI": int(HOUSE_LEI, 36),
        "BACK_OFFICE": at["BackOffice"],
        "INSTRUMENT_DESK": at["InstrumentDesk"],
    }
    assert match.immutables[0].interface == "IPartyRegistry"
    assert match.value("LEI") == int(HOUSE_LEI, 36)
    with pytest.raises(KeyError, match="OPERATOR"):
        match.value("OPERATOR")


def test_bytes_and_chain_id(kit):
    match = identify(kit.code("OrderMatcher"))
    assert match is not None
    assert match.value("_CHAIN_ID") == kit.chain.chain_id()
    domain = match.value("_DOMAIN")
    assert isinstance(domain, bytes)
    assert len(domain) == 32


def test_code_of_nobody(kit):
    assert identify(b"") is None
    assert identify(bytes.fromhex("ef0100") + bytes.fromhex(holder(7)[2:])) is None
    assert identify(bytes(20_000)) is None


@pytest.mark.parametrize("name", ["Rulebook", "ClearingHouse"])
def test_one_byte_more_less_or_other(kit, name):
    """Nothing may hide behind our code: its length and every byte before the immutables count."""
    code = kit.code(name)
    assert identify(code + b"\x00") is None
    assert identify(code + bytes(32)) is None
    assert identify(code[:-1]) is None
    assert identify(code[:-32]) is None
    changed = bytearray(code)
    changed[current().contract(name).runtime_length - 1] ^= 1
    assert identify(bytes(changed)) is None


def test_word_that_is_no_address(kit):
    """An address with dirt above it was not written by the constructor."""
    code = bytearray(kit.code("DefaultFund"))
    code[-32] = 1
    assert identify(bytes(code)) is None
