"""web3 over the embedded chain, as contract tests want it.

A transaction that names no gas gets plenty instead of an estimate, its sender is always rich, it
is mined in a block of its own, and it raises when it fails, though it stays mined.
"""

from __future__ import annotations

from typing import Any

from eth_account import Account
from eth_tester import EthereumTester
from eth_tester.exceptions import TransactionFailed
from eth_utils import encode_hex, keccak, to_canonical_address
from web3 import EthereumTesterProvider, Web3

from keelmark.chain.pyevm import Backend, reason_text

GAS = 20_000_000
"""Gas given to a transaction that names none."""

_POOR_WEI = 10**21


class Tester(EthereumTester):
    """eth-tester with the habits above."""

    def __init__(self, backend: Backend) -> None:
        super().__init__(backend)
        self.machine = backend

    def send_transaction(self, transaction: dict[str, Any]) -> str:
        """Sends for an added account."""
        filled = {"gas": GAS, **transaction}
        raw = self.normalizer.normalize_inbound_transaction(filled)
        if self.machine.chain.get_vm().state.get_balance(raw["from"]) < _POOR_WEI:
            self.machine.fund(raw["from"])
        return self._checked(self.machine.send_transaction(raw))

    def send_raw_transaction(self, raw_transaction_hex: str) -> str:
        """Sends a signed transaction."""
        raw = bytes.fromhex(raw_transaction_hex.removeprefix("0x"))
        return self._checked(self.machine.send_raw_transaction(raw))

    def _checked(self, transaction_hash: bytes) -> str:
        """The hash, unless the transaction just mined failed."""
        mined = self.machine.last_mined
        assert mined is not None
        if mined.computation.is_error:
            raise TransactionFailed(reason_text(mined.computation))
        return encode_hex(transaction_hash)


class Actor(str):
    """A named account: its checksummed address, and the key to sign with."""

    name: str
    key: bytes

    def __new__(cls, name: str) -> Actor:
        """The account of a name, the same in every run."""
        key = keccak(text=f"keelmark test actor {name}")
        account = Account.from_key(key)
        actor = super().__new__(cls, account.address)
        actor.name = name
        actor.key = key
        return actor

    @property
    def address(self) -> str:
        """The address as a plain string."""
        return str(self)

    @property
    def canonical(self) -> bytes:
        """The address as twenty bytes."""
        return bytes(to_canonical_address(str(self)))


def make_web3(backend: Backend) -> Web3:
    """web3 over a backend, without the layers that cost time and add nothing here.

    Calls come from the backend's first account, as they do anyway: web3 does not ask for it each
    time where it is the default.
    """
    w3 = Web3(EthereumTesterProvider(Tester(backend)))
    for layer in ("gas_estimate", "ens_name_to_address", "gas_price_strategy", "validation"):
        w3.middleware_onion.remove(layer)
    w3.eth.default_account = w3.eth.accounts[0]
    return w3
