"""A real node with blocks of many sizes, for tests that read and change nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from keelmark.chain.anvil import anvil_path, running_anvil
from keelmark.columns.decoder import LogDecoder
from keelmark.columns.spec import from_abi
from tests.support.emitter import ADDRESS, TOPIC, Emitter, rpc

COUNTED = from_abi(
    {
        "type": "event",
        "name": "Counted",
        "inputs": [{"name": name, "type": "uint256"} for name in ("left", "second", "third")],
    }
)
"""The event that the emitter emits."""


@dataclass(frozen=True)
class Emitted:
    """An anvil and what was emitted on it."""

    url: str
    ipc: Path
    first: int
    last: int
    counts: tuple[int, ...]
    """Logs of each block from ``first`` on."""
    logs: list[dict[str, Any]]
    """As the node gives them to a plain request."""

    @property
    def ws(self) -> str:
        """The same port as a websocket."""
        return self.url.replace("http", "ws", 1)

    @property
    def keys(self) -> list[tuple[str, int]]:
        """Block hash and log index of each log, in chain order."""
        return [(log["blockHash"], int(log["logIndex"], 16)) for log in self.logs]


@pytest.fixture(scope="session")
def emitted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emitted]:
    """240 blocks: 5 logs each, then a stretch without, then 1 to 24, then 5 each again."""
    if anvil_path() is None:
        if os.environ.get("CI") == "true":
            pytest.fail("anvil is not installed: scripts/install-anvil installs it from npm")
        pytest.skip("anvil is not installed: scripts/install-anvil installs it from npm")
    counts = (5,) * 80 + (0,) * 40 + tuple(1 + place % 24 for place in range(48)) + (5,) * 72
    ipc = tmp_path_factory.mktemp("ipc") / "anvil.ipc"
    with running_anvil(ipc_path=ipc) as chain:
        emitter = Emitter.install(chain.name)
        first, last = emitter.emit(counts)
        query = {
            "address": "0x" + ADDRESS.hex(),
            "topics": [["0x" + TOPIC.hex()]],
            "fromBlock": hex(first),
            "toBlock": hex(last),
        }
        logs = rpc(chain.name, "eth_getLogs", query)
        assert len(logs) == sum(counts)
        yield Emitted(chain.name, ipc, first, last, counts, logs)


@pytest.fixture(scope="session")
def decoder() -> LogDecoder:
    """The real decoder, for the emitter's event."""
    return LogDecoder([COUNTED], [ADDRESS])
