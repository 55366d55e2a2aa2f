"""A node between a deployment and the real one, that lets a test act at an exact moment.

Time is the test's: a pause does not sleep, it does what the test says, which is to mine a block
unless it says otherwise. So a transaction waits for exactly as many pauses as it is told to.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from keelmark.chain import Chain
from keelmark.chain.operations import Request
from keelmark.chain.rpc import RpcCall
from keelmark.chain.signer import TransactionSigner
from keelmark.chain.transactions import GetNonce, Pause, SendRaw
from keelmark.chain.transports import RpcNode

__all__ = ["Meddling", "rpc", "until_mined"]


def rpc(chain: Chain, method: str, *params: Any) -> Any:
    """One call of a node."""
    assert isinstance(chain.node, RpcNode)
    return chain.node.call(RpcCall(method, params))


class Meddling:
    """Passes requests on, with what the test does before and after them."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.name = chain.name
        self.sent: list[bytes] = []
        """Raw transactions that were handed over, refused ones too."""
        self.pauses = 0
        self.on_pause: Callable[[int], None] = lambda _: self.mine()
        """Told how many pauses there were before."""
        self.before: Callable[[Request], None] = lambda _: None
        self.after: Callable[[Request, Any], None] = lambda *_: None
        self.altered: Callable[[Request, Any], Any] = lambda _, outcome: outcome
        """What is answered instead of an answer."""

    def mine(self) -> None:
        """A block."""
        rpc(self.chain, "evm_mine")

    def answer(self, request: Request, signer: TransactionSigner | None = None) -> Any:
        """The answer to one request."""
        self.before(request)
        if isinstance(request, Pause):
            self.pauses += 1
            assert self.pauses < 500, "waits for ever"
            self.on_pause(self.pauses - 1)
            return None
        if isinstance(request, SendRaw):
            self.sent.append(request.raw)
        outcome = self.chain.node.answer(request, signer)
        self.after(request, outcome)
        return self.altered(request, outcome)


def until_mined(chain: Chain, sender: str, count: int) -> None:
    """Waits until a sender's transactions are in blocks: a node that mines by itself does so after
    it has answered."""
    deadline = time.monotonic() + 10
    while chain.node.answer(GetNonce(sender)) < count:
        assert time.monotonic() < deadline
        time.sleep(0.002)
