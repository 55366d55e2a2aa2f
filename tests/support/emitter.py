"""A contract for anvil that emits as many logs as it is told, a block at a time."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

from eth_utils.crypto import keccak

__all__ = ["ADDRESS", "CODE", "TOPIC", "Emitter", "rpc"]

ADDRESS = bytes.fromhex("e1" * 20)
TOPIC = bytes(keccak(text="Counted(uint256,uint256,uint256)"))
"""Its data are how many logs of the transaction are left, and two words of zeros."""

CODE = bytes.fromhex(
    "5f35"  # how many
    "5b80"
    "15"
    "6037"
    "57"  # until none is left
    "805f52"  # the count is the first word of data
    "7f" + TOPIC.hex() + "6060"
    "5f"
    "a1"  # a log of one topic and three words
    "6001"
    "90"
    "03"  # one less
    "6002"
    "56"
    "5b"
    "00"
)
_FUNDED = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"
"""anvil's first account, unlocked."""


def rpc(url: str, method: str, *params: Any) -> Any:
    """A JSON-RPC call, blocking; raises what the node says."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    request = Request(url, body, {"Content-Type": "application/json"})
    with urlopen(request, timeout=30) as response:
        answer = json.load(response)
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer["result"]


@dataclass(frozen=True)
class Emitter:
    """The contract on an anvil."""

    url: str

    @classmethod
    def install(cls, url: str) -> Emitter:
        """Puts its code on the chain."""
        rpc(url, "anvil_setCode", "0x" + ADDRESS.hex(), "0x" + CODE.hex())
        return cls(url)

    def emit(self, counts: Sequence[int]) -> tuple[int, int]:
        """One block for each count, with so many logs; none for a count of 0.

        Returns:
            the first and the last block.
        """
        first = int(rpc(self.url, "eth_blockNumber"), 16) + 1
        for count in counts:
            if count:
                sent = {
                    "from": _FUNDED,
                    "to": "0x" + ADDRESS.hex(),
                    "data": f"0x{count:064x}",
                    "gas": hex(40_000 + 4_000 * count),
                }
                sent_hash = rpc(self.url, "eth_sendTransaction", sent)
                while rpc(self.url, "eth_getTransactionReceipt", sent_hash) is None:
                    time.sleep(0.001)
            else:
                rpc(self.url, "anvil_mine", "0x1", "0x1")
        return first, int(rpc(self.url, "eth_blockNumber"), 16)
