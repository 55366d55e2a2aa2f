"""Simulation and what a chain is asked for, on the embedded chain."""

from dataclasses import replace

import pytest

from keelmark.bindings.runtime import create
from keelmark.chain import Chain, Signer, connect
from keelmark.chain.compiler import compile_contract
from keelmark.chain.transactions import Simulate
from keelmark.deploy.chain_needs import OPCODES, chain_refusals, token_digits
from keelmark.deploy.house_file import House
from keelmark.deploy.kit import artefacts
from keelmark.deploy.plan import KIT
from keelmark.deploy.proposal import coins, propose
from keelmark.deploy.simulate import BATCH_GAS, RUN_BY, batches, simulated
from keelmark.errors import InputError, RpcRefused
from tests.conftest import find
from tests.support.houses import holder, house_plan, with_factory, with_token

SENDER = Signer.from_key(bytes.fromhex("88" * 32))

MANY = find("tests/mocks/ManyDecimals")

GETH_GAS = 50_000_000
"""What geth gives a whole simulation unless told otherwise (--rpc.gascap)."""

WHOLE_GAS = 61_307_093
"""The whole deployment's, one transaction a contract, as it was last measured. Lower it when it
falls."""


@pytest.fixture(scope="module")
def compiled():
    """The kit, compiled once."""
    return artefacts()


@pytest.fixture(scope="module")
def chain():
    """An embedded chain with the factory on it and a sender that can pay."""
    return with_factory(connect(), SENDER)


@pytest.fixture(scope="module")
def token(chain):
    """A settlement token."""
    return with_token(chain)


@pytest.fixture(scope="module")
def proposal(chain, token, compiled):
    """What a deployment would do there."""
    return chain.run(propose(House(house_plan(token), "keelmark"), compiled, SENDER.address))


@pytest.fixture(scope="module")
def gas(chain, proposal):
    """Gas by contract, simulated."""
    before = chain.block()
    found = chain.run(simulated(proposal.missing, SENDER.address))
    assert chain.block() == before
    return found


def test_the_whole_deployments_gas_is_no_higher(gas):
    assert set(gas) == set(KIT)
    assert sum(gas.values()) <= WHOLE_GAS


def test_no_creation_is_beyond_a_transaction_or_half_a_small_block(gas):
    assert max(gas.values()) < 2**24  # EIP-7825
    assert max(gas.values()) < 15_000_000


def test_each_batch_is_less_than_geth_gives(proposal, gas):
    groups = batches(proposal.missing)
    assert {step.name for group in groups for step in group} == set(KIT)
    for group in groups:
        assert sum(gas[step.name] for step in group) < 0.97 * GETH_GAS
        names = [step.name for step in group]
        assert names == sorted(names, key=KIT.index)
        for name in names:
            assert set(RUN_BY.get(name, ())) <= set(names)
    assert BATCH_GAS < GETH_GAS


def test_batches_leave_out_what_is_there(proposal):
    few = tuple(step for step in proposal.missing if step.name in ("LossDesk", "GovernanceLens"))
    assert [[step.name for step in group] for group in batches(few)] == [
        ["LossDesk", "GovernanceLens"]
    ]
    assert batches(()) == []


def test_a_constructors_reason_is_told(chain, token, compiled):
    plan = house_plan(token, registrar=holder(0xA3))
    found = chain.run(propose(House(plan, "x"), compiled, SENDER.address))
    told = "PartyRegistry would fail, parties: one holder, two roles; nothing was sent"
    with pytest.raises(InputError, match=told):
        chain.run(simulated(found.missing, SENDER.address))


def test_a_failure_without_a_reason_is_told(chain, proposal):
    broken = replace(proposal.missing[0], init_code=b"\xfe")
    with pytest.raises(InputError, match=r"Rulebook would fail, .*; nothing was sent"):
        chain.run(simulated((broken,), SENDER.address))


def test_other_code_than_expected_is_told(chain, proposal):
    last = proposal.missing[0]
    with pytest.raises(InputError, match="code of Rulebook would have the hash"):
        chain.run(simulated((replace(last, code_hash=b"\x11" * 32),), SENDER.address))
    with pytest.raises(InputError, match="Rulebook would be at 0x"):
        chain.run(simulated((replace(last, address=holder(1)),), SENDER.address))


class Answering:
    """An embedded chain, some of whose answers to a simulation are altered."""

    name = "altered"

    def __init__(self, node, change):
        self.node = node
        self.change = change

    def answer(self, request, signer=None):
        found = self.node.answer(request, signer)
        return self.change(found) if isinstance(request, Simulate) else found


def test_a_node_that_does_not_say_what_was_created(chain, proposal):
    def change(results):
        return (*results[:-1], replace(results[-1], returned=b""))

    altered = Chain(Answering(chain.node, change))
    with pytest.raises(InputError, match="did not tell what was created"):
        altered.run(simulated(proposal.missing[:1], SENDER.address))


def test_a_node_that_cannot_simulate_and_cannot_be_forked(chain, proposal):
    from keelmark.deploy.simulate import simulate

    def refuse(results):
        raise RpcRefused("rpc: eth_simulateV1 refused, no such method", -32601)

    with pytest.raises(InputError, match="has no eth_simulateV1 that does it"):
        simulate(Chain(Answering(chain.node, refuse)), proposal.missing, SENDER.address)


def test_what_follows_from_gas(proposal, gas):
    priced = proposal.with_gas(gas)
    assert priced.refusals == ()
    assert priced.gas == sum(gas.values())
    assert priced.cost == priced.gas * priced.gas_price
    needed = priced.gas * (2 * priced.fees.base_fee + priced.fees.tip)
    assert replace(proposal, balance=needed).with_gas(gas).refusals == ()
    (told,) = replace(proposal, balance=needed - 1).with_gas(gas).refusals
    assert told.startswith(f"funds: {SENDER.address} holds ")
    # A cap lowers what is offered, also one below what the next block costs.
    cap = priced.fees.base_fee + priced.fees.tip + 1
    assert priced.most(cap) == priced.gas * cap
    assert priced.most(1) == priced.gas
    assert replace(proposal, balance=priced.gas * cap).with_gas(gas, cap).refusals == ()
    old = replace(priced, fees=replace(priced.fees, base_fee=None, tip=7))
    assert (old.cost, old.most()) == (7 * priced.gas, 7 * priced.gas)
    small = replace(proposal.fees, block_gas_limit=max(gas.values()) - 1)
    (told,) = replace(proposal, fees=small).with_gas(gas).refusals
    assert "takes 5,588,774, a block of this chain holds 5,588,773" in told
    with pytest.raises(InputError, match="gas: LossDesk takes"):
        replace(proposal, fees=small).with_gas(gas).check()


@pytest.mark.parametrize(
    ("wei", "text"),
    [
        (0, "0"),
        (1, "0.00000001"),
        (10**18, "1"),
        (10**18 + 1, "1.00000001"),
        (1_234 * 10**18 + 5 * 10**17, "1,234.5"),
    ],
)
def test_coins_are_rounded_up(wei, text):
    assert coins(wei) == text


def test_a_chain_with_all_that_is_needed(chain, token):
    assert chain.run(chain_refusals()) == []
    assert chain.run(token_digits(token)) == (6, [])


def test_a_token_with_too_many_decimals(chain):
    receipt = chain.run(create("ManyDecimals", compile_contract(MANY).bytecode, "()", (), None))
    digits, (told,) = chain.run(token_digits(receipt.contract))
    assert digits is None
    assert "decimals, expected an ERC-20 with at most 18" in told


def test_a_chain_without_the_factory():
    (told,) = connect().run(chain_refusals())
    assert told.startswith("factory: there is none at 0x4e59")


def test_the_opcodes_are_those_that_the_kit_uses(compiled):
    """Walks over the code of the kit: every opcode younger than London's is in the list."""
    younger = {0x44: "", 0x49: "", 0x4A: "", 0x5C: "TLOAD", 0x5D: "TSTORE", 0x5E: "MCOPY"}
    younger |= {0x5F: "PUSH0"}
    seen = set()
    for artefact in compiled.values():
        place = 0
        while place < len(artefact.runtime):
            opcode = artefact.runtime[place]
            seen |= {younger[opcode]} if opcode in younger else set()
            place += 1 + (opcode - 0x5F if 0x60 <= opcode <= 0x7F else 0)
    listed = " ".join(OPCODES)
    assert all(name in listed for name in seen)
    assert "PUSH0" in seen
