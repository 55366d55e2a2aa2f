"""Deployments that are killed: a process that ends itself with SIGKILL at one exact moment.

The children are forked by a server process that has imported everything and used nothing.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keelmark.chain import Chain
from keelmark.chain.operations import Request
from keelmark.chain.signer import Signer
from keelmark.chain.transactions import SendRaw, SignFields
from keelmark.chain.transports import RpcNode
from keelmark.deploy.act import Settings, act, open_journal
from tests.support.meddling import Meddling
from tests.support.small_steps import small_steps

__all__ = ["MOMENTS", "Death", "killed_deployment"]

MOMENTS = ("signing", "noted", "sent", "mined")
"""Before a transaction is signed; when it is noted and not sent; when it is sent and not mined;
when it is mined and nobody has looked."""

_PRELOADED = ["tests.support.killed_deployment", "keelmark.chain.client"]


@dataclass(frozen=True)
class Death:
    """When a deployment dies."""

    step: int
    """At which transaction of this process, from 0."""
    moment: str
    """One of `MOMENTS`."""


class _Mortal(Meddling):
    """A node at which the process dies."""

    def __init__(self, chain: Chain, death: Death) -> None:
        super().__init__(chain)
        self._death = death
        self.signed = 0

    def answer(self, request: Request, signer: Any = None) -> Any:
        here = len(self.sent) == self._death.step
        moment = self._death.moment
        if here and isinstance(request, SignFields) and moment == "signing":
            self.die()
        if here and isinstance(request, SendRaw) and moment == "noted":
            self.die()
        answer = super().answer(request, signer)
        if here and isinstance(request, SendRaw):
            if moment == "mined":
                self.mine()
            self.die()
        return answer

    def die(self) -> None:
        """At once, with nothing cleared up."""
        os.kill(os.getpid(), signal.SIGKILL)


def _live(url: str, key: bytes, count: int, journal: Path, death: Death) -> None:
    signer = Signer.from_key(key)
    chain = Chain(RpcNode(url))
    client = Chain(_Mortal(chain, death), signer)
    with open_journal(journal, chain.chain_id()) as book:
        settings = Settings(poll_seconds=1, stuck_seconds=5)
        client.run(act(small_steps(count), signer.address, settings=settings, journal=book))


def killed_deployment(url: str, key: bytes, count: int, journal: Path, death: Death) -> bool:
    """Deploys some small steps in a process of its own until it dies.

    Returns:
        whether it died; it ends well if its moment does not come.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    child = context.Process(target=_live, args=(url, key, count, journal, death))
    child.start()
    child.join()
    assert child.exitcode in (0, -signal.SIGKILL), child.exitcode
    return child.exitcode != 0
