"""Headers and receipts as the chain encodes them, from the JSON that nodes give.

A block's hash is taken over the encoded header and the root of its receipts over the encoded
receipts, neither of which the standard methods of a node return. Both are put together here from
their fields and are checked at once: a header must have the hash that the node names. A header of a
chain with fields of its own fails that check rather than passing for something else.
"""

from __future__ import annotations

from typing import Any, Final

from eth_utils.crypto import keccak
from rlp.codec import encode

from keelmark.errors import DecodingFailed

__all__ = ["header_bytes", "receipt_bytes"]

_DATA: Final = "data"
_QUANTITY: Final = "quantity"

_FIELDS: Final = (
    ("parentHash", _DATA),
    ("sha3Uncles", _DATA),
    ("miner", _DATA),
    ("stateRoot", _DATA),
    ("transactionsRoot", _DATA),
    ("receiptsRoot", _DATA),
    ("logsBloom", _DATA),
    ("difficulty", _QUANTITY),
    ("number", _QUANTITY),
    ("gasLimit", _QUANTITY),
    ("gasUsed", _QUANTITY),
    ("timestamp", _QUANTITY),
    ("extraData", _DATA),
    ("mixHash", _DATA),
    ("nonce", _DATA),
)
"""The header of the yellow paper."""

_LATER: Final = (
    ("baseFeePerGas", _QUANTITY),
    ("withdrawalsRoot", _DATA),
    ("blobGasUsed", _QUANTITY),
    ("excessBlobGas", _QUANTITY),
    ("parentBeaconBlockRoot", _DATA),
    ("requestsHash", _DATA),
    ("blockAccessListHash", _DATA),
)
"""What forks added at its end (EIPs 1559, 4895, 4844, 4788, 7685, 7928), each only if present."""


def _item(text: str, kind: str) -> bytes:
    """A JSON field as RLP holds it."""
    if kind == _DATA:
        return bytes.fromhex(text[2:])
    number = int(text, 16)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def header_bytes(row: dict[str, Any]) -> bytes:
    """A header's RLP.

    Args:
        row: a block as ``eth_getBlockByNumber`` gives it.

    Raises:
        DecodingFailed: its hash is not the one that the row names.
    """
    fields = [_item(row[name], kind) for name, kind in _FIELDS]
    fields += [_item(row[name], kind) for name, kind in _LATER if row.get(name) is not None]
    encoded: bytes = encode(fields)
    if "0x" + keccak(encoded).hex() != row["hash"]:
        raise DecodingFailed(
            f"block {int(row['number'], 16)}: its header's fields do not give its hash "
            f"{row['hash']}; expected the header of an Ethereum fork"
        )
    return encoded


def receipt_bytes(row: dict[str, Any]) -> bytes:
    """A receipt as the chain encodes it: of EIP-2718 with its type in front, older ones without.

    Args:
        row: as ``eth_getBlockReceipts`` gives it.
    """
    outcome = (
        _item(row["status"], _QUANTITY)
        if row.get("status") is not None
        else _item(row["root"], _DATA)
    )
    logs = [
        [
            _item(log["address"], _DATA),
            [_item(topic, _DATA) for topic in log["topics"]],
            _item(log["data"], _DATA),
        ]
        for log in row["logs"]
    ]
    gas = _item(row["cumulativeGasUsed"], _QUANTITY)
    body: bytes = encode([outcome, gas, _item(row["logsBloom"], _DATA), logs])
    kind = int(row.get("type") or "0x0", 16)
    return bytes([kind]) + body if kind else body
