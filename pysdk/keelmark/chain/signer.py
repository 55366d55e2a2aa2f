"""Keys: held here, used here, shown nowhere."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NoReturn, Protocol

from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32

from keelmark.errors import InputError

__all__ = ["Signer", "TransactionSigner"]


class TransactionSigner(Protocol):
    """Signs transactions for one address, with a key that it holds or that another process does."""

    @property
    def address(self) -> str:
        """Checksummed address."""

    def sign_transaction(self, fields: dict[str, Any]) -> bytes:
        """The signed transaction, serialised; the fields are those of JSON-RPC, integers and bytes
        as their values."""


class Signer:
    """Signs for one address. Its text form is the address; it can be neither pickled nor
    asked for its key."""

    __slots__ = ("_account", "address")

    def __init__(self, account: LocalAccount) -> None:
        self._account = account
        self.address = str(account.address)
        """Checksummed address."""

    @classmethod
    def from_key(cls, key: bytes) -> Signer:
        """A signer for a private key of 32 bytes.

        Raises:
            InputError: it is no private key; the key is not repeated.
        """
        try:
            return cls(Account.from_key(key))
        except Exception:
            raise InputError("private key: expected 32 bytes below the curve's order") from None

    @classmethod
    def from_environment(cls, name: str = "KEELMARK_PRIVATE_KEY") -> Signer:
        """A signer for the key, in hexadecimal, in an environment variable.

        Raises:
            InputError: the variable is not set or holds no key.
        """
        text = os.environ.get(name)
        if not text:
            raise InputError(f"{name}: expected a private key in this environment variable")
        try:
            return cls.from_key(bytes.fromhex(text.strip().removeprefix("0x")))
        except ValueError:
            raise InputError(f"{name}: expected a private key of 64 hexadecimal digits") from None

    @classmethod
    def from_keyfile(cls, path: Path, password: str) -> Signer:
        """A signer for an encrypted key file (web3 secret storage).

        Raises:
            InputError: the file is no key file or the password is wrong.
        """
        try:
            return cls(Account.from_key(Account.decrypt(json.loads(path.read_text()), password)))
        except Exception:
            raise InputError(f"{path}: expected a key file that this password opens") from None

    @classmethod
    def generate(cls) -> Signer:
        """A signer for a new random key."""
        return cls(Account.create())

    def sign_transaction(self, fields: dict[str, Any]) -> bytes:
        """The signed transaction, serialised."""
        return bytes(self._account.sign_transaction(fields).raw_transaction)

    def sign_typed_data(
        self, domain: dict[str, Any], types: dict[str, Any], message: dict[str, Any]
    ) -> bytes:
        """An EIP-712 signature: r, s and v, 65 bytes."""
        signable = encode_typed_data(domain_data=domain, message_types=types, message_data=message)
        return bytes(self._account.sign_message(signable).signature)

    def sign_digest(self, digest: bytes) -> bytes:
        """A signature of a 32-byte digest: r, s and v, 65 bytes."""
        return bytes(self._account.unsafe_sign_hash(Hash32(digest)).signature)

    def __repr__(self) -> str:
        return f"Signer({self.address})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a signer is not pickled: its key would be written out")
