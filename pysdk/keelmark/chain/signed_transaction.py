"""Signed transactions, taken apart: what somebody else signed is looked at before it is sent.

Two kinds are read: those with a base fee and a tip (type 2, EIP-1559) and legacy ones, with the
chain's id in their signature (EIP-155) or without.
"""

from __future__ import annotations

from typing import Any

from eth_account import Account
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from rlp.codec import decode
from rlp.exceptions import DecodingError

from keelmark.errors import InputError

__all__ = ["check_signed", "transaction_fields", "transaction_hash"]

_DYNAMIC = (
    "chainId",
    "nonce",
    "maxPriorityFeePerGas",
    "maxFeePerGas",
    "gas",
    "to",
    "value",
    "data",
    "accessList",
)
_LEGACY = ("nonce", "gasPrice", "gas", "to", "value", "data")
_BYTES = ("to", "data", "accessList")


def transaction_hash(raw: bytes) -> bytes:
    """The hash by which a chain will know a signed transaction."""
    return keccak(raw)


def transaction_fields(raw: bytes) -> dict[str, Any]:
    """The fields of a signed transaction as `SignFields` gives them, and ``from``, who signed.

    Raises:
        InputError: it is no signed transaction of a kind that is read here.
    """
    try:
        dynamic = raw[:1] == b"\x02"
        words: Any = decode(raw[1:] if dynamic else raw)
        names = _DYNAMIC if dynamic else _LEGACY
        if not isinstance(words, list) or len(words) != len(names) + 3:
            raise ValueError("words")
        fields: dict[str, Any] = {
            name: word if name in _BYTES else int.from_bytes(word, "big")
            for name, word in zip(names, words, strict=False)
        }
        if dynamic:
            fields["type"] = 2
        elif (signature := int.from_bytes(words[6], "big")) >= 35:
            fields["chainId"] = (signature - 35) // 2
        fields["to"] = to_checksum_address(fields["to"]) if fields["to"] else None
        if not fields.pop("accessList", None):
            fields["from"] = str(Account.recover_transaction(raw))
            return fields
    except (DecodingError, ValueError, TypeError, IndexError):
        pass
    except Exception:
        # Signatures that belong to no point have exception types of a library's library.
        pass
    raise InputError("signer: expected a signed transaction of type 2 or a legacy one")


def check_signed(raw: bytes, fields: dict[str, Any], address: str) -> None:
    """Refuses a transaction that is not the one that was to be signed, or signed by another.

    Args:
        raw: what came back.
        fields: what was to be signed.
        address: who was to sign.

    Raises:
        InputError: names the field, what came and what was expected.
    """
    found = transaction_fields(raw)
    wanted = {"to": None, "value": 0, "data": b"", **fields, "from": address}
    if wanted["to"]:
        wanted["to"] = to_checksum_address(wanted["to"])
    for name in sorted(set(found) | set(wanted)):
        if found.get(name) != wanted.get(name):
            raise InputError(
                f"signer: {name} in the signed transaction is {_shown(found.get(name))}, expected "
                f"{_shown(wanted.get(name))}; it is not sent"
            )


def _shown(value: object) -> str:
    """A field in a sentence: init code is long."""
    if isinstance(value, bytes):
        return f"{len(value)} bytes with hash 0x{keccak(value).hex()}"
    return "missing" if value is None else str(value)
