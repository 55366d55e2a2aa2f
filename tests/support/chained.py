"""What a contract reported, chained again from receipts and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from eth_utils.crypto import keccak
from web3 import Web3
from web3.types import TxReceipt

__all__ = ["chained_root", "stored_root"]


def chained_root(receipts: Iterable[TxReceipt], address: str, root: bytes = bytes(32)) -> bytes:
    """The root that the logs of these receipts make, beginning from ``root``.

    record = keccak256(block number, three topics, data); root' = keccak256(root, record).
    """
    for receipt in receipts:
        for log in receipt["logs"]:
            if log["address"] != address:
                continue
            assert len(log["topics"]) == 3, "a reporting event has two indexed fields"
            assert len(log["data"]) % 32 == 0, "a reporting event has static words only"
            record = keccak(
                log["blockNumber"].to_bytes(32, "big")
                + b"".join(bytes(topic) for topic in log["topics"])
                + bytes(log["data"])
            )
            root = keccak(root + record)
    return root


def stored_root(w3: Web3, address: str) -> bytes:
    """Storage slot 0 of a reporting contract."""
    return bytes(w3.eth.get_storage_at(Web3.to_checksum_address(address), 0)).rjust(32, b"\0")
