"""Headers and receipts as the chain encodes them, from the JSON that nodes give.

A block's hash is taken over the encoded header and the root of its receipts over the encoded
receipts, neither of which the standard methods of a node return. Both are put together here from
their fields and are checked at once: a header must have the hash that the node names. A header of a
chain with fields of its own fails that check rather than passing for something else.
"""

from __future__ import annotations

from typing import Any, Final

from eth_utils.crypto import keccak
from rlp.codec import decode, encode

from keelmark.errors import DecodingFailed

__all__ = ["header_bytes", "header_row", "receipt_bytes", "receipt_row"]

_DATA: Final = "data"
_QUANTITY: Final = "quantity"

_FIRST_LIST_BYTE: Final = 0xC0
"""Of an RLP list; what begins below it begins with a transaction's type (EIP-2718)."""

_ROOT_BYTES: Final = 32

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


def _text(value: bytes, kind: str) -> str:
    """An RLP item as nodes write it in JSON."""
    return "0x" + value.hex() if kind == _DATA else hex(int.from_bytes(value, "big"))


def header_row(encoded: bytes) -> dict[str, Any]:
    """A header's fields and its hash as nodes write them; what `header_bytes` takes.

    Args:
        encoded: the header's RLP.
    """
    values = decode(encoded)
    names = (*_FIELDS, *_LATER)[: len(values)]
    row: dict[str, Any] = {
        name: _text(value, kind) for (name, kind), value in zip(names, values, strict=True)
    }
    row["hash"] = "0x" + keccak(encoded).hex()
    return row


def receipt_row(encoded: bytes) -> dict[str, Any]:
    """A receipt's fields as nodes write them; what `receipt_bytes` takes.

    Args:
        encoded: as the chain encodes it.
    """
    kind, body = (encoded[0], encoded[1:]) if encoded[0] < _FIRST_LIST_BYTE else (0, encoded)
    outcome, gas, bloom, logs = decode(body)
    row: dict[str, Any] = {
        "type": hex(kind),
        "cumulativeGasUsed": _text(gas, _QUANTITY),
        "logsBloom": _text(bloom, _DATA),
        "logs": [
            {
                "address": _text(address, _DATA),
                "topics": [_text(topic, _DATA) for topic in topics],
                "data": _text(data, _DATA),
            }
            for address, topics, data in logs
        ],
    }
    # Before Byzantium a state root stood where the status stands now (EIP-658).
    before = len(outcome) == _ROOT_BYTES
    row["root" if before else "status"] = _text(outcome, _DATA if before else _QUANTITY)
    return row
