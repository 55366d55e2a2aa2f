"""A node full of trade reports, the same at every run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from keelmark.columns.spec import TableSpec, own_tables
from keelmark.store.model import Description, Watched

__all__ = ["TRADE", "Market", "market", "rpc"]

TRADE: TableSpec = next(table for table in own_tables() if table.name == "trade_reported")

ROOT = Path(__file__).resolve().parents[2]

EMPTY_BLOCKS = 100
"""Behind the last report, so that all of them are finalized."""

_EMIT = bytes(keccak(text="emit_reports(uint256,uint256)"))[:4]
_FUNDED = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"
"""anvil's first account, unlocked."""


def rpc(url: str, method: str, *params: Any) -> Any:
    """A JSON-RPC call, blocking; raises what the node says."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    with urlopen(Request(url, body, {"Content-Type": "application/json"}), timeout=60) as answer:
        found = json.load(answer)
    if "error" in found:
        raise RuntimeError(found["error"])
    return found["result"]


@dataclass(frozen=True)
class Market:
    """Where the reports are; written as JSON for the processes that read them."""

    url: str
    address: str
    code_hash: str
    abi: list[dict[str, Any]]
    chain_id: int
    deployed: int
    """Block of the contract."""
    first: int
    """Block of the first report."""
    last: int
    """Block of the last report."""
    events: int
    per_block: int

    def to_text(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Market:
        """What `to_text` gave."""
        return cls(**json.loads(text))

    def description(self, *, chained: bool) -> Description:
        """What a store of the reports is about.

        Args:
            chained: whether every row is to be folded into the contract's report chain.
        """
        contract = Watched(
            "tradeEmitter",
            bytes.fromhex(self.address[2:]),
            bytes.fromhex(self.code_hash),
            self.deployed,
            chained,
        )
        tables = own_tables() if chained else (TRADE,)
        return Description(self.chain_id, "benchmark", (contract,), tables, self.deployed)

    def emit(self, times: int, seed: int) -> str:
        """Sends a transaction of so many reports.

        Returns:
            its hash.
        """
        data = _EMIT + encode(["uint256", "uint256"], [times, seed])
        sent = {"from": _FUNDED, "to": self.address, "data": "0x" + data.hex()}
        found = rpc(self.url, "eth_sendTransaction", {**sent, "gas": hex(90_000_000)})
        return str(found)


@contextmanager
def market(events: int, per_block: int) -> Iterator[Market]:
    """Starts anvil and has it emit reports, so many a block."""
    # Whoever only reads a market does not load what deploys one.
    from keelmark.chain.anvil import running_anvil
    from keelmark.chain.compiler import compile_contract

    emitter = compile_contract(ROOT / "tests/mocks/TradeEmitter.vy")
    with running_anvil() as chain:
        url = str(chain.node.url)
        sent = {"from": _FUNDED, "data": "0x" + emitter.bytecode.hex(), "gas": hex(9_000_000)}
        receipt = _receipt(url, rpc(url, "eth_sendTransaction", sent))
        deployed = int(receipt["blockNumber"], 16)
        code = bytes.fromhex(rpc(url, "eth_getCode", receipt["contractAddress"], "latest")[2:])
        about = Market(
            url,
            receipt["contractAddress"],
            keccak(code).hex(),
            [entry for entry in emitter.abi if entry.get("name") == "TradeReported"],
            int(rpc(url, "eth_chainId"), 16),
            deployed,
            deployed + 1,
            deployed + events // per_block,
            events // per_block * per_block,
            per_block,
        )
        for number in range(events // per_block):
            found = _receipt(url, about.emit(per_block, number))
            if int(found["blockNumber"], 16) != about.first + number:
                raise RuntimeError("market: the node put two transactions in one block")
        rpc(url, "anvil_mine", hex(EMPTY_BLOCKS), "0x1")
        yield about


def _receipt(url: str, hash_: str) -> dict[str, Any]:
    """The receipt of a transaction, once it is mined."""
    while True:
        found: dict[str, Any] | None = rpc(url, "eth_getTransactionReceipt", hash_)
        if found is not None:
            if int(found["status"], 16) != 1:
                raise RuntimeError(f"market: transaction {hash_} failed")
            return found
