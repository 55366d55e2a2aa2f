"""Fixtures of every test: one embedded chain a session, put back after each test.

Contracts that several tests share are deployed by a module-scoped fixture: `deploy`, `actors`,
`w3` and `send` live as long as the session, and what a module deploys is there before the
snapshot that a test goes back to. Every module begins at the genesis block, so that what two
modules deploy alike is executed once (`tests/support/remembering.py`); a contract of a wider scope
would be gone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from eth_tester.exceptions import TransactionFailed
from web3 import Web3
from web3.contract import Contract
from web3.types import EventData, TxReceipt

# Ten times faster than the implementation that would be taken by itself.
os.environ.setdefault("ETH_HASH_BACKEND", "pysha3")

REPOSITORY = Path(__file__).resolve().parents[1]
for _folder in (REPOSITORY / "pysdk", REPOSITORY):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))

from keelmark.chain import Chain  # noqa: E402
from keelmark.chain.anvil import anvil_path, running_anvil  # noqa: E402
from keelmark.chain.compiler import compile_contract  # noqa: E402
from keelmark.chain.embedded import EmbeddedNode  # noqa: E402
from keelmark.chain.pyevm import Backend, Snapshot  # noqa: E402
from tests.support.remembering import RememberingBackend  # noqa: E402
from tests.support.tester import Actor, make_web3  # noqa: E402


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--campaign``: the state machine's long run."""
    parser.addoption(
        "--campaign", action="store_true", help="run the state machine for long, and tell its acts"
    )


_machines: list[tuple[Backend, Snapshot]] = []
"""The session's machine and its genesis, once a test has asked for it."""


@pytest.fixture(scope="session")
def backend() -> Backend:
    """The embedded chain's machine: raw access to time, state and revert data."""
    machine = RememberingBackend()
    _machines.append((machine, machine.take_snapshot()))
    return machine


@pytest.fixture(scope="module", autouse=True)
def genesis() -> None:
    """Every module begins with an empty chain."""
    for machine, beginning in _machines:
        machine.revert_to_snapshot(beginning)


@pytest.fixture(scope="session")
def chain(backend: Backend) -> Chain:
    """The SDK's client for the same chain as `w3`."""
    return Chain(EmbeddedNode(backend))


@pytest.fixture(scope="session")
def anvil() -> Iterator[Chain]:
    """A real node. Tests that ask for it are skipped by name where there is none, except where
    the environment says ``CI=true``."""
    if anvil_path() is None:
        if os.environ.get("CI") == "true":
            pytest.fail("anvil is not installed: scripts/install-anvil installs it from npm")
        pytest.skip("anvil is not installed: scripts/install-anvil installs it from npm")
    with running_anvil() as node:
        yield node


@pytest.fixture(scope="session")
def w3(backend: Backend) -> Web3:
    """web3 over the embedded chain."""
    return make_web3(backend)


@pytest.fixture(autouse=True)
def isolation(request: pytest.FixtureRequest) -> Iterator[None]:
    """Puts the chain back after each test that touches it, the embedded one or the node."""
    if "anvil" in request.fixturenames:
        node: Chain = request.getfixturevalue("anvil")
        with node.undone():
            yield
        return
    if "backend" not in request.fixturenames:
        yield
        return
    machine: Backend = request.getfixturevalue("backend")
    before = machine.take_snapshot()
    yield
    machine.revert_to_snapshot(before)


@pytest.fixture(scope="session")
def snapshot(backend: Backend) -> Callable[[], AbstractContextManager[None]]:
    """``with snapshot():`` undoes what the block did, for examples inside one test."""

    @contextmanager
    def undone() -> Iterator[None]:
        before = backend.take_snapshot()
        try:
            yield
        finally:
            backend.revert_to_snapshot(before)

    return undone


@pytest.fixture(scope="session")
def actors(backend: Backend) -> Callable[[str], Actor]:
    """``actors("registrar")``: a rich account, usable as ``{"from": …}``, with ``.key``."""
    known: dict[str, Actor] = {}

    def actor(name: str) -> Actor:
        if name not in known:
            known[name] = Actor(name)
            backend.add_account(known[name].key)
        return known[name]

    return actor


@pytest.fixture(scope="session")
def deploy(w3: Web3, actors: Callable[[str], Actor]) -> Callable[..., Contract]:
    """``deploy("margin/OrderMatcher", *args, sender=None)``: compiles and deploys.

    The path is relative to the repository (``tests/mocks/Token``) or to ``contracts/``.
    """

    def deployed(path: str, *args: Any, sender: Actor | None = None) -> Contract:
        artefact = compile_contract(find(path))
        assert len(artefact.bytecode) <= 49_152, f"{path}: init code over the limit of EIP-3860"
        factory = w3.eth.contract(abi=list(artefact.abi), bytecode=artefact.bytecode)
        made = factory.constructor(*args).transact({"from": sender or actors("deployer")})
        receipt = w3.eth.get_transaction_receipt(made)
        address = receipt["contractAddress"]
        assert address is not None
        return w3.eth.contract(address=address, abi=list(artefact.abi))

    return deployed


def find(path: str) -> Path:
    """A contract's file, by a path relative to the repository or to its contracts."""
    named = path if path.endswith(".vy") else f"{path}.vy"
    for base in (REPOSITORY, REPOSITORY / "contracts"):
        if (base / named).is_file():
            return base / named
    raise FileNotFoundError(f"no contract {path}")


@pytest.fixture(scope="session")
def send(w3: Web3, actors: Callable[[str], Actor]) -> Callable[..., TxReceipt]:
    """``send(contract.functions.f(…), sender)``: sends, raises if it fails, gives the receipt."""

    def sent(call: Any, sender: str | None = None, **fields: Any) -> TxReceipt:
        made = call.transact({"from": sender or actors("deployer"), **fields})
        return w3.eth.get_transaction_receipt(made)

    return sent


@pytest.fixture(scope="session")
def set_time(backend: Backend) -> Callable[[int], None]:
    """``set_time(unix)``: the next block's time; calls before it see it too."""
    return backend.set_time


@pytest.fixture(scope="session")
def now(backend: Backend) -> Callable[[], int]:
    """``now()``: the time, in seconds, that a call sees."""

    def time() -> int:
        header = backend.chain.header if backend.time_set else backend.head
        return int(header.timestamp)

    return time


@pytest.fixture(scope="session")
def mine(backend: Backend) -> Callable[..., None]:
    """``mine(count=1)``: empty blocks, a second apart."""

    def mined(count: int = 1) -> None:
        backend.mine_blocks(count)

    return mined


@pytest.fixture(scope="session")
def logs() -> Callable[[TxReceipt, Contract], list[EventData]]:
    """``logs(receipt, contract)``: the contract's logs in order, each with ``.event``, ``.args``.

    A log whose event is not in the contract's ABI fails the test.
    """

    def decoded(receipt: TxReceipt, contract: Contract) -> list[EventData]:
        events = {
            Web3.keccak(text=_signature(entry)): contract.events[entry["name"]]()
            for entry in contract.abi
            if entry["type"] == "event"
        }
        return [
            events[log["topics"][0]].process_log(log)
            for log in receipt["logs"]
            if log["address"] == contract.address
        ]

    return decoded


def _signature(entry: Any) -> str:
    """An event's signature; events have static words only, so types are plain."""
    return f"{entry['name']}({','.join(field['type'] for field in entry['inputs'])})"


@pytest.fixture(scope="session")
def reverts() -> Callable[[str | None], AbstractContextManager[None]]:
    """``with reverts("module: reason"):`` passes if the block reverts with exactly this reason.

    ``reverts("")`` asks for an empty revert (an overflow, a bad argument), ``reverts(None)``
    takes any.
    """

    @contextmanager
    def reverting(reason: str | None) -> Iterator[None]:
        try:
            yield
        except TransactionFailed as failure:
            words = str(failure.args[0]).removeprefix("execution reverted: ")
            expected = "empty revert" if reason == "" else reason
            assert expected is None or words == expected, f"{words!r}, expected {expected!r}"
        else:
            pytest.fail(f"no revert, expected {reason!r}")

    return reverting
