"""Drivers and nodes: one operation through every driver, with equal answers."""

import asyncio
import pickle

import pytest
from eth_abi import encode
from eth_utils import keccak

from keelmark.chain import Chain, Signer, connect, connect_async
from keelmark.chain.client import AsyncChain
from keelmark.chain.compiler import compile_contract
from keelmark.chain.operations import (
    Call,
    GetBlock,
    GetChainId,
    GetCode,
    GetLogs,
    GetStorage,
    Operation,
    Transact,
)
from keelmark.errors import (
    GateRefusal,
    InputError,
    MachineFailure,
    NoSuchBlock,
    Reverted,
    RoleRefusal,
    RpcUnreachable,
    SigningRequired,
)
from keelmark.types import GateReason
from tests.conftest import find

NUMBER = bytes.fromhex("8381f58a")  # number(), as public selector lists have it

START = 1_583_020_800
KEY = bytes.fromhex("22" * 32)


def selector(signature: str) -> bytes:
    """A function's selector, from its signature."""
    return keccak(text=signature)[:4]


def request(asked) -> Operation:
    """The operation of one request."""
    return (yield asked)


def creation(artefact, keeper: str) -> Operation:
    """Deploys the harness."""
    return request(Transact(None, artefact.bytecode + encode(["address"], [keeper])))


def set_number(house: str, number: int) -> Operation:
    """Sends `set_number`."""
    data = selector("set_number(uint256)") + encode(["uint256"], [number])
    return request(Transact(house, data))


def story(init_code: bytes, keeper: str) -> Operation[dict]:
    """Deploys, writes, reads back, asks for everything a chain can be asked."""
    made = yield Transact(None, init_code + encode(["address"], [keeper]))
    house = made.contract
    written = yield Transact(house, selector("set_number(uint256)") + encode(["uint256"], [41]))
    number = yield Call(house, NUMBER)
    logs = yield GetLogs((house,), 0, written.block_number)
    by_hash = yield GetLogs((house,), block_hash=written.block_hash)
    head = yield GetBlock()
    root = yield GetStorage(house, 0)
    code = yield GetCode(house)
    chain_id = yield GetChainId()
    refused = None
    try:
        yield Transact(house, selector("set_number(uint256)") + encode(["uint256"], [13]))
    except Reverted as error:
        refused = error.reason
    return {
        "contract": house,
        "number": int.from_bytes(number, "big"),
        "logs": [(log.topics, log.data, log.block_number, log.log_index) for log in logs],
        "by_hash": [(log.topics, log.data) for log in by_hash],
        "times": (head.number, head.time),
        "root": root,
        "code": code,
        "chain_id": chain_id,
        "refused": refused,
        "gas": (made.gas_used, written.gas_used),
    }


@pytest.fixture(scope="module")
def artefact():
    return compile_contract(find("tests/mocks/RolesHarness"))


@pytest.fixture
def fresh():
    """An embedded chain of the test's own, with a rich signer."""
    return funded(connect("embedded"))


def funded(chain: Chain) -> Chain:
    signer = Signer.from_key(KEY)
    chain.local.fund(signer.address)
    return chain.signing(signer)


def run_async(chain: Chain, operation):
    async def main():
        async with chain.asynchronous() as asynchronous:
            return await asynchronous.signing(Signer.from_key(KEY)).run(operation)

    return asyncio.run(main())


def told(chain: Chain, artefact, drive) -> dict:
    signing = funded(chain)
    signing.set_time(START + 500)
    return drive(signing, story(artefact.bytecode, signing.address))


def test_blocking_and_async_drivers_agree(artefact):
    blocking = told(connect(), artefact, lambda chain, op: chain.run(op))
    asynchronous = told(connect(), artefact, run_async)
    assert blocking == asynchronous
    assert blocking["number"] == 41
    assert blocking["refused"] == "harness: unlucky number"
    assert blocking["times"] == (2, START + 501)


def test_anvil_and_the_embedded_chain_agree(artefact, anvil):
    embedded = told(connect(), artefact, lambda chain, op: chain.run(op))
    with anvil.undone():
        blocking = told(anvil, artefact, lambda chain, op: chain.run(op))
    with anvil.undone():
        asynchronous = told(anvil, artefact, run_async)
    assert blocking == embedded
    assert asynchronous == embedded


def test_a_call_sees_the_time_that_was_set(fresh, artefact):
    made = fresh.run(
        request(Transact(None, artefact.bytecode + encode(["address"], [fresh.address])))
    )
    fresh.set_time(START + 9_999)
    seen = fresh.run(request(Call(made.contract, selector("clock()"))))
    assert int.from_bytes(seen[:32], "big") == START + 9_999


def test_a_call_on_anvil_sees_the_time_that_was_set(artefact, anvil):
    with anvil.undone():
        chain = funded(anvil)
        made = chain.run(creation(artefact, chain.address))
        chain.set_time(START + 9_999)
        seen = chain.run(request(Call(made.contract, selector("clock()"))))
        assert int.from_bytes(seen[:32], "big") == START + 9_999


def test_two_runs_have_the_same_hashes(artefact):
    def hashes():
        chain = funded(connect())
        chain.run(story(artefact.bytecode, chain.address))
        return [chain.block(number).hash for number in range(4)]

    assert hashes() == hashes()


def test_history_of_the_embedded_chain(fresh, artefact):
    made = fresh.run(
        request(Transact(None, artefact.bytecode + encode(["address"], [fresh.address])))
    )
    fresh.run(
        request(Transact(made.contract, selector("set_number(uint256)") + encode(["uint256"], [7])))
    )
    before = fresh.run(request(Call(made.contract, NUMBER, block=made.block_number)))
    after = fresh.run(request(Call(made.contract, NUMBER)))
    assert (int.from_bytes(before, "big"), int.from_bytes(after, "big")) == (0, 7)


@pytest.mark.parametrize("block", ["safe", "finalized", 10_000, b"\x01" * 32])
def test_blocks_that_are_not_there(fresh, block):
    with pytest.raises(NoSuchBlock):
        fresh.block(block)


def test_a_reading_client_cannot_send():
    with pytest.raises(SigningRequired, match="signer"):
        connect().run(request(Transact(None, b"\x00")))


def test_a_call_that_reverts_is_typed(fresh, artefact):
    house = fresh.run(creation(artefact, "0x" + "33" * 20)).contract
    with pytest.raises(RoleRefusal) as refused:
        fresh.run(
            request(Transact(house, selector("set_number(uint256)") + encode(["uint256"], [1])))
        )
    assert refused.value.reason == "roles: not the holder"
    with pytest.raises(MachineFailure):
        fresh.run(request(Call(house, b"\xde\xad\xbe\xef")))
    words = selector("refuse(string)") + encode(["string"], ["house: gate 6"])
    with pytest.raises(GateRefusal) as gate:
        fresh.run(request(Call(house, words)))
    assert gate.value.gate is GateReason.RETAIL_BANNED


def test_an_unreachable_node_is_one_sentence():
    with pytest.raises(RpcUnreachable) as failure:
        connect("http://user:secret@127.0.0.1:9/v3/apikey")
    assert str(failure.value) == (
        "rpc: http://127.0.0.1:9 does not answer; expected a JSON-RPC node at this address"
    )
    with pytest.raises(RpcUnreachable):
        asyncio.run(connect_async("http://127.0.0.1:9"))


@pytest.mark.parametrize("target", ["ftp://host", "embeded", "", "http://"])
def test_a_target_that_is_no_chain(target):
    with pytest.raises(InputError, match="expected http"):
        connect(target)


def test_time_cannot_go_back(fresh):
    with pytest.raises(InputError, match="timestamp"):
        fresh.set_time(START)


def test_keys_are_not_shown():
    signer = Signer.from_key(KEY)
    assert "22" * 8 not in repr(signer)
    with pytest.raises(TypeError):
        pickle.dumps(signer)
    with pytest.raises(InputError) as refused:
        Signer.from_key(b"\xff" * 32)
    assert "ff" * 8 not in str(refused.value)


def test_a_key_from_the_environment(monkeypatch):
    monkeypatch.setenv("KEELMARK_PRIVATE_KEY", "0x" + "22" * 32)
    assert Signer.from_environment().address == Signer.from_key(KEY).address
    monkeypatch.delenv("KEELMARK_PRIVATE_KEY")
    with pytest.raises(InputError, match="KEELMARK_PRIVATE_KEY"):
        Signer.from_environment()


def test_every_public_reading_method_has_an_async_twin():
    local_only = {"local", "set_time", "undone", "asynchronous"}
    async_only = {"close"}
    blocking = {name for name in vars(Chain) if not name.startswith("_")} - local_only
    asynchronous = {name for name in vars(AsyncChain) if not name.startswith("_")} - async_only
    assert blocking == asynchronous
