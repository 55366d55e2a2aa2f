"""A signer in another process, by its URL: Clef, Web3Signer, or whatever speaks as they do.

It is sent ``eth_signTransaction`` (execution-apis; Web3Signer's and geth's name for it) and, if it
does not know that, ``account_signTransaction`` (Clef's own). It answers the serialised transaction,
alone or as ``raw`` of an object. What it answers is checked before anybody sends it: a signer that
changes a fee or signs with another key is refused.
"""

from __future__ import annotations

from typing import Any

from eth_utils.address import is_address, to_checksum_address

from keelmark.chain.rpc_calls import RpcCall, data_bytes
from keelmark.chain.signed_transaction import check_signed
from keelmark.chain.transports import RpcNode
from keelmark.errors import InputError, RpcRefused

__all__ = ["RemoteSigner"]

APPROVAL_SECONDS = 600.0
"""How long a signature is waited for: a human may be asked to approve it."""

_UNKNOWN_METHOD = -32601


class RemoteSigner:
    """Signs by asking a signer at a URL; holds no key."""

    def __init__(self, url: str, address: str | None = None) -> None:
        """Asks the signer for its accounts, unless it is told which one.

        Args:
            url: http or https; credentials in it are not shown.
            address: whose signature, where the signer has several accounts.

        Raises:
            InputError: the URL or the address is none, or the signer has none or several accounts.
            RpcUnreachable: nobody answers.
        """
        self._node = RpcNode(url, APPROVAL_SECONDS)
        self.name = self._node.name
        """The URL without credentials."""
        self.address = str(to_checksum_address(_checked(address) if address else self._only()))
        """Checksummed address."""

    def sign_transaction(self, fields: dict[str, Any]) -> bytes:
        """The signed transaction, serialised.

        Raises:
            RpcRefused: the signer does not want to.
            InputError: what it answered is not what was asked for.
        """
        wanted = {"from": self.address, **{name: _spelled(fields[name]) for name in fields}}
        wanted.pop("type", None)
        answer = self._ask(("eth_signTransaction", "account_signTransaction"), wanted)
        text = answer.get("raw") if isinstance(answer, dict) else answer
        try:
            raw = data_bytes(str(text))
        except ValueError:
            raise InputError(f"signer: {self.name} answered no signed transaction") from None
        check_signed(raw, fields, self.address)
        return raw

    def _only(self) -> str:
        """The signer's one account."""
        accounts = self._ask(("eth_accounts", "account_list"))
        if not isinstance(accounts, list) or len(accounts) != 1:
            count = len(accounts) if isinstance(accounts, list) else "no list of"
            raise InputError(
                f"signer: {self.name} has {count} accounts, expected one or the sender's address"
            )
        return _checked(accounts[0])

    def _ask(self, methods: tuple[str, str], *params: Any) -> Any:
        """A call under the first of two names that the signer knows."""
        try:
            return self._node.call(RpcCall(methods[0], params))
        except RpcRefused as refusal:
            if refusal.code != _UNKNOWN_METHOD:
                raise
        return self._node.call(RpcCall(methods[1], params))

    def __repr__(self) -> str:
        return f"RemoteSigner({self.address} at {self.name})"


def _checked(address: object) -> str:
    if not is_address(address):
        raise InputError(f"signer: expected an address, not {address!r}")
    return str(address)


def _spelled(value: object) -> Any:
    """A field as JSON-RPC spells it."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return hex(value) if isinstance(value, int) else value
