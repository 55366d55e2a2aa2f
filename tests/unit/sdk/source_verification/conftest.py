"""Four deployed contracts that differ in what a verifier must get right, and their claims."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest
from eth_abi.abi import encode

from keelmark.chain import Signer, connect
from keelmark.chain.compiler import compile_contract, contracts_root
from keelmark.chain.operations import Operation, Receipt, Transact
from keelmark.chain.standard_json import standard_input
from keelmark.source_verification import Claim, Patience
from tests.support.deployed_kit import KEY, holder
from tests.support.verification_server import Created, created_by

QUICK = Patience(seconds=20.0, first=0.01, growth=1.0, longest=0.01)
"""Pauses that a test can wait for; the time is never reached where it goes well."""

BRIEF = Patience(seconds=0.05, first=0.01, growth=1.0, longest=0.01)
"""Time that is over soon."""


@dataclass(frozen=True)
class Deployed:
    """Claims by name, and the facts that a service finds on the chain."""

    claims: Mapping[str, Claim]
    facts: Mapping[str, Created]
    chain_id: int


NOBODY = holder(0)

CONTRACTS = {
    "Rulebook": ("rulebook", [], []),
    "InstrumentRegistry": ("registry", ["address"], [holder(0xA4)]),
    "SanctionsList": ("registry", ["address"] * 4, [holder(0xA7), "Rulebook", NOBODY, NOBODY]),
}
"""Neither arguments nor immutables, arguments alone, and both. A name stands for an address."""


def creation(data: bytes) -> Operation[Receipt]:
    """The operation that creates a contract."""
    receipt: Receipt = yield Transact(None, data, gas=8_000_000)
    return receipt


def with_other_source(claim: Claim) -> Claim:
    """A claim on a sanctions list whose sources differ from the deployed ones in one word."""
    body = json.loads(claim.given.text)
    source = body["sources"][claim.given.target]
    assert source["content"].count("oracle has no code") == 1
    source["content"] = source["content"].replace("oracle has no code", "oracle without code")
    return replace(claim, given=replace(claim.given, body=body))


@pytest.fixture(scope="package")
def deployed() -> Deployed:
    """The contracts on an embedded chain."""
    reading = connect()
    signer = Signer.from_key(KEY)
    reading.local.fund(signer.address)
    chain = reading.signing(signer)
    claims: dict[str, Claim] = {}
    facts: dict[str, Created] = {}
    for name, (room, types, values) in CONTRACTS.items():
        source = contracts_root() / room / f"{name}.vy"
        known = {one: claim.address for one, claim in claims.items()}
        arguments = encode(types, [known.get(value, value) for value in values])
        receipt = chain.run(creation(compile_contract(source).bytecode + arguments))
        address, transaction = str(receipt.contract), "0x" + receipt.transaction_hash.hex()
        given = standard_input(source)
        claims[name] = Claim(name, address, chain.chain_id(), given, arguments, transaction)
        found = chain.run(created_by(address, transaction, receipt.block_number))
        facts[address.lower()] = found
    return Deployed(claims, facts, chain.chain_id())
