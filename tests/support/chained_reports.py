"""A contract with a report chain on anvil, and what a store about it is: readers' bread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eth_utils.address import to_canonical_address
from eth_utils.crypto import keccak

from keelmark.chain.compiler import compile_contract
from keelmark.columns import own_tables
from keelmark.store import Description, Watched
from tests.conftest import find
from tests.support.emitter import rpc

__all__ = ["ChainedReports"]

_FUNDED = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"
"""anvil's first account, unlocked."""

_SELECTOR = bytes(keccak(text="report(uint256,uint256)"))[:4]


@dataclass(frozen=True)
class ChainedReports:
    """Contracts on an anvil that emit trades and prices when told."""

    url: str
    addresses: tuple[bytes, ...]
    first_block: int

    @classmethod
    def deploy(cls, url: str, count: int = 1) -> ChainedReports:
        """Deploys some of them, each in a block."""
        code = compile_contract(find("tests/mocks/ChainedReports")).bytecode
        addresses = []
        first = int(rpc(url, "eth_blockNumber"), 16) + 1
        for _ in range(count):
            made = cls._sent(url, {"data": "0x" + code.hex(), "gas": hex(3_000_000)})
            addresses.append(to_canonical_address(made["contractAddress"]))
        return cls(url, tuple(addresses), first)

    @property
    def description(self) -> Description:
        """Of a store about them, with the kit's tables."""
        chain_id = int(rpc(self.url, "eth_chainId"), 16)
        watched = tuple(
            Watched(
                f"Reports{place}",
                address,
                bytes(keccak(hexstr=rpc(self.url, "eth_getCode", self._hex(address), "latest"))),
                self.first_block + place,
                True,
            )
            for place, address in enumerate(self.addresses)
        )
        return Description(chain_id, "reports", watched, own_tables(), self.first_block)

    def report(self, counts: Sequence[int], which: int = 0, seed: int = 0) -> int:
        """One block for each count, with so many trades; an empty one for a count of 0.

        Returns:
            the newest block.
        """
        for place, count in enumerate(counts):
            if not count:
                rpc(self.url, "anvil_mine", "0x1", "0x1")
                continue
            words = count.to_bytes(32, "big") + (seed + place).to_bytes(32, "big")
            self._sent(
                self.url,
                {
                    "to": self._hex(self.addresses[which]),
                    "data": "0x" + (_SELECTOR + words).hex(),
                    "gas": hex(200_000 + 60_000 * count),
                },
            )
        return self.head

    def replace(self, depth: int, counts: Sequence[int] = (), seed: int = 1_000) -> int:
        """Replaces the newest blocks by empty ones, and goes on with new ones.

        Returns:
            the newest block.
        """
        rpc(self.url, "anvil_reorg", depth, [])
        return self.report(counts, seed=seed)

    @property
    def head(self) -> int:
        """Height of the newest block."""
        return int(rpc(self.url, "eth_blockNumber"), 16)

    def root(self, which: int = 0, block: str = "latest") -> bytes:
        """A contract's storage slot 0."""
        slot = rpc(self.url, "eth_getStorageAt", self._hex(self.addresses[which]), "0x0", block)
        return bytes.fromhex(slot[2:])

    @staticmethod
    def _hex(address: bytes) -> str:
        return "0x" + address.hex()

    @staticmethod
    def _sent(url: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Sends from the first account; the receipt."""
        sent = rpc(url, "eth_sendTransaction", {"from": _FUNDED, **fields})
        receipt: dict[str, Any] | None = None
        while receipt is None:
            receipt = rpc(url, "eth_getTransactionReceipt", sent)
        assert receipt["status"] == "0x1", "the transaction failed"
        return receipt
