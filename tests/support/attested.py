"""What issuers sign, written down from EIP-712 and signed without the code under test."""

from __future__ import annotations

from typing import Any, NamedTuple

from eth_account import Account
from eth_account.messages import SignableMessage, encode_typed_data
from web3 import Web3

__all__ = ["NO_DOCUMENT", "Revocation", "SignedAttestation", "short_v"]

NO_DOCUMENT = bytes(32)

ATTESTATION_TYPE = {
    "Attestation": [
        {"name": "wallet", "type": "address"},
        {"name": "identifier", "type": "uint256"},
        {"name": "jurisdiction", "type": "bytes2"},
        {"name": "category", "type": "uint256"},
        {"name": "natural_person", "type": "bool"},
        {"name": "member", "type": "uint256"},
        {"name": "expiry", "type": "uint256"},
        {"name": "status_until", "type": "uint256"},
        {"name": "screened_at", "type": "uint256"},
        {"name": "issuer", "type": "uint256"},
        {"name": "nonce", "type": "uint256"},
        {"name": "document", "type": "bytes32"},
    ]
}

REVOCATION_TYPE = {
    "Revocation": [
        {"name": "wallet", "type": "address"},
        {"name": "issuer", "type": "uint256"},
        {"name": "nonce", "type": "uint256"},
        {"name": "reason", "type": "bytes32"},
    ]
}


def _domain(registry: str, chain_id: int) -> dict[str, Any]:
    return {
        "name": "Keelmark PartyRegistry",
        "version": "1",
        "chainId": chain_id,
        "verifyingContract": registry,
    }


class SignedAttestation(NamedTuple):
    """The registry's struct, field by field."""

    wallet: str
    identifier: int
    jurisdiction: bytes
    category: int
    natural_person: bool
    member: int
    expiry: int
    status_until: int
    screened_at: int
    issuer: int
    nonce: int
    document: bytes = NO_DOCUMENT

    def but(self, **fields: Any) -> SignedAttestation:
        """A copy with other fields."""
        return self._replace(**fields)

    def message(self, registry: str, chain_id: int) -> SignableMessage:
        """What is signed."""
        return encode_typed_data(_domain(registry, chain_id), ATTESTATION_TYPE, self._asdict())

    def digest(self, registry: str, chain_id: int) -> bytes:
        """The 32 bytes under the signature."""
        message = self.message(registry, chain_id)
        return bytes(Web3.keccak(b"\x19" + message.version + message.header + message.body))

    def sign(self, key: bytes, registry: str, chain_id: int) -> bytes:
        """r || s || v."""
        return bytes(Account.sign_message(self.message(registry, chain_id), key).signature)


class Revocation(NamedTuple):
    """The registry's struct, field by field."""

    wallet: str
    issuer: int
    nonce: int
    reason: bytes = b"\x22" * 32

    def sign(self, key: bytes, registry: str, chain_id: int) -> bytes:
        """r || s || v."""
        message = encode_typed_data(_domain(registry, chain_id), REVOCATION_TYPE, self._asdict())
        return bytes(Account.sign_message(message, key).signature)


def short_v(signature: bytes) -> bytes:
    """The same signature with v counted from zero, as some libraries accept it."""
    return signature[:64] + bytes([signature[64] - 27])
