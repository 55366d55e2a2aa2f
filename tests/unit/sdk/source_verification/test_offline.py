"""The comparison without a service: each way in which a deployment can differ is named."""

from dataclasses import replace

import pytest
from eth_utils.crypto import keccak

from keelmark.deploy.factory import FACTORY, SALT, create2_address
from keelmark.deploy.plan import DeployedContract
from keelmark.source_verification import Verdict, check_offline
from tests.unit.sdk.source_verification.conftest import CONTRACTS, with_other_source


def written(deployed, name) -> DeployedContract:
    """What a manifest says of one of the contracts."""
    claim = deployed.claims[name]
    found = deployed.facts[claim.address.lower()]
    return DeployedContract(
        name=name,
        address=claim.address,
        block_number=1,
        block_hash="0x" + "11" * 32,
        transaction_hash=claim.creation_transaction,
        code_hash="0x" + keccak(found.runtime).hex(),
        source_hash="",
        gas_used=0,
        constructor_arguments="0x" + claim.constructor_arguments.hex(),
        init_code_hash="0x" + keccak(found.creation).hex(),
    )


@pytest.mark.parametrize("name", CONTRACTS)
def test_default_behavior(deployed, name):
    claim = deployed.claims[name]
    code = deployed.facts[claim.address.lower()].runtime
    outcome = check_offline(claim, written(deployed, name), "", code)
    assert outcome.verdict is Verdict.VERIFIED
    assert outcome.words.startswith("equal: init code, ")


def test_by_the_factory(deployed):
    claim = deployed.claims["SanctionsList"]
    creation = deployed.facts[claim.address.lower()].creation
    address = create2_address(SALT, creation)
    contract = replace(written(deployed, "SanctionsList"), salt="0x" + SALT.hex(), address=address)
    outcome = check_offline(replace(claim, address=address), contract, FACTORY)
    assert (outcome.verdict, outcome.words) == (Verdict.VERIFIED, "equal: init code, address")
    elsewhere = check_offline(claim, contract, FACTORY)
    assert "does not follow" in elsewhere.words


def refusal(deployed, claim=None, code=None, **fields):
    """The words of a refusal on the sanctions list."""
    name = "SanctionsList"
    contract = replace(written(deployed, name), **fields)
    outcome = check_offline(claim or deployed.claims[name], contract, "", code)
    assert outcome.verdict is Verdict.REFUSED
    return outcome.words


def test_other_sources(deployed):
    wrong = with_other_source(deployed.claims["SanctionsList"])
    assert "init code" in refusal(deployed, wrong)


def test_other_arguments(deployed):
    claim = deployed.claims["SanctionsList"]
    assert "init code" in refusal(deployed, replace(claim, constructor_arguments=bytes(128)))


def test_no_code_there(deployed):
    assert refusal(deployed, code=b"") == "the chain has no code there"


def test_other_code_than_the_manifests(deployed):
    assert "not the manifest's" in refusal(deployed, code=b"\x00")


@pytest.mark.parametrize("change", ["byte", "longer", "shorter"])
def test_other_code_than_the_sources(deployed, change):
    """The manifest agrees with the chain, the sources do not."""
    claim = deployed.claims["SanctionsList"]
    code = deployed.facts[claim.address.lower()].runtime
    wrong = {
        "byte": bytes([code[0] ^ 1]) + code[1:],
        "longer": code + bytes(32),
        "shorter": code[:-32],
    }[change]
    words = refusal(deployed, code=wrong, code_hash="0x" + keccak(wrong).hex())
    assert words == "the chain's code is not what the sources compile to"
