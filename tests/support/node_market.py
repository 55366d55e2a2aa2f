"""A whole venue's surroundings on a real node: what `Market` needs, spoken over JSON-RPC."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from web3 import Web3
from web3.contract import Contract
from web3.types import RPCEndpoint, TxReceipt

from keelmark.chain.compiler import compile_contract
from tests.support.market import Market
from tests.support.tester import Actor

__all__ = ["DEPLOYER", "DEVELOPER_KEYS", "OWNER", "market_on_node"]

DEVELOPER_KEYS = (
    "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
    "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
)
"""The first two keys that anvil prints when it starts; worth nothing anywhere."""

DEPLOYER, OWNER = (
    "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
    "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
)
"""Their addresses: who deploys a venue, and who has an account there."""


def market_on_node(url: str, find: Callable[[str], Any]) -> Market:
    """The kit on an anvil, which lets everybody send without a key; "owner" is one of its own.

    Args:
        url: the node's.
        find: gives a contract's file by its path, as the tests name it.
    """
    w3 = Web3(Web3.HTTPProvider(url, request_kwargs={"timeout": 60}))

    def ask(method: str, *arguments: Any) -> Any:
        answer = w3.provider.make_request(RPCEndpoint(method), list(arguments))
        assert "error" not in answer, answer
        return answer["result"]

    ask("anvil_autoImpersonateAccount", True)
    known: dict[str, Actor] = {"owner": cast(Actor, OWNER)}

    def actors(name: str) -> Actor:
        if name not in known:
            known[name] = Actor(name)
            ask("anvil_setBalance", known[name], hex(10**21))
        return known[name]

    def sent(transaction: Any, sender: str | None) -> TxReceipt:
        made = transaction.transact({"from": sender or actors("deployer"), "gas": 16_000_000})
        receipt = w3.eth.wait_for_transaction_receipt(made, timeout=30, poll_latency=0.01)
        assert receipt["status"] == 1, transaction
        return receipt

    def deploy(path: str, *arguments: Any, sender: Actor | None = None) -> Contract:
        artefact = compile_contract(find(path))
        factory = w3.eth.contract(abi=list(artefact.abi), bytecode=artefact.bytecode)
        receipt = sent(factory.constructor(*arguments), sender)
        address = receipt["contractAddress"]
        assert address is not None
        return w3.eth.contract(address=address, abi=list(artefact.abi))

    def send(call: Any, sender: str | None = None) -> TxReceipt:
        return sent(call, sender)

    def set_time(time: int) -> None:
        ask("evm_setNextBlockTimestamp", time)

    def now() -> int:
        return int(w3.eth.get_block("latest")["timestamp"])

    return Market(w3, deploy, actors, send, set_time, now)
