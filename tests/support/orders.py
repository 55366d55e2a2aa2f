"""Orders as a wallet signs them: EIP-712 by eth-account, which knows nothing of our contract."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from eth_account import Account
from eth_account.messages import SignableMessage, encode_typed_data
from web3 import Web3

WAD = 10**18
"""One unit of an underlier, or of the settlement unit."""

NOBODY = "0x" + "00" * 20
"""The zero address."""

CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""The order of secp256k1 (SEC 2, section 2.4.1)."""

ORDER_FIELDS = (
    ("house", "address"),
    ("owner", "address"),
    ("account", "uint256"),
    ("instrument", "uint256"),
    ("size", "int256"),
    ("limit", "uint256"),
    ("nonce", "uint256"),
    ("expiry", "uint256"),
    ("venue", "address"),
    ("kind", "uint256"),
)
"""The fields that an owner signs, in order."""


@dataclass(frozen=True, slots=True)
class Order:
    """One order; sizes and limits in wad, a negative size sells."""

    house: str
    owner: str
    account: int
    instrument: int
    size: int
    limit: int
    nonce: int
    expiry: int
    venue: str = NOBODY
    kind: int = 0

    def message(self, matcher: str, chain_id: int) -> SignableMessage:
        """What a wallet is asked to sign."""
        domain = {
            "name": "Keelmark OrderMatcher",
            "version": "1",
            "chainId": chain_id,
            "verifyingContract": matcher,
        }
        types = {"Order": [{"name": name, "type": kind} for name, kind in ORDER_FIELDS]}
        return encode_typed_data(domain, types, asdict(self))

    def digest(self, matcher: str, chain_id: int) -> bytes:
        """The 32 bytes under the signature."""
        message = self.message(matcher, chain_id)
        return bytes(Web3.keccak(b"\x19" + message.version + message.header + message.body))

    def sign(self, key: bytes, matcher: str, chain_id: int) -> bytes:
        """The owner's signature, r || s || v."""
        return bytes(Account.sign_message(self.message(matcher, chain_id), key).signature)

    def fields(self) -> tuple[Any, ...]:
        """The tuple that the contract takes."""
        return tuple(getattr(self, name) for name, _ in ORDER_FIELDS)


def high_s(signature: bytes) -> bytes:
    """The twin of a signature that ecrecover takes as well: order minus s, the other v."""
    s = CURVE_ORDER - int.from_bytes(signature[32:64], "big")
    return signature[:32] + s.to_bytes(32, "big") + bytes([55 - signature[64]])
