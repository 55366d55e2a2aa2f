"""An external signer that speaks as Clef or as Web3Signer does, and may be made to misbehave.

It signs with eth-account, which has no part in what checks its answers.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount

__all__ = ["Signing", "signing_process"]

Change = Callable[[dict[str, Any]], dict[str, Any]]

NUMBERS = ("chainId", "nonce", "gas", "value", "maxFeePerGas", "maxPriorityFeePerGas", "gasPrice")


class Signing:
    """What the signer is, and what it was asked."""

    def __init__(self, keys: tuple[bytes, ...], dialect: str) -> None:
        self.accounts: dict[str, LocalAccount] = {
            str(Account.from_key(key).address): Account.from_key(key) for key in keys
        }
        self.dialect = dialect
        self.change: Change = lambda fields: fields
        """What it does to the fields before it signs them."""
        self.refusal: str | None = None
        self.answer: Any = None
        """What it answers instead of a transaction."""
        self.asked: list[dict[str, Any]] = []
        self.url = ""

    def reply(self, body: dict[str, Any]) -> dict[str, Any]:
        """The response to one JSON-RPC request."""
        method, prefix = body["method"], "account_" if self.dialect == "clef" else "eth_"
        head = {"jsonrpc": "2.0", "id": body["id"]}
        if method == {"account_": "account_list", "eth_": "eth_accounts"}[prefix]:
            return {**head, "result": [address.lower() for address in self.accounts]}
        if method != f"{prefix}signTransaction":
            return {**head, "error": {"code": -32601, "message": f"unknown method {method}"}}
        if self.refusal:
            return {**head, "error": {"code": -32000, "message": self.refusal}}
        (given,) = body["params"]
        self.asked.append(given)
        return {**head, "result": self.answer or self._signed(given)}

    def _signed(self, given: dict[str, Any]) -> Any:
        fields = {
            name: int(value, 16) if name in NUMBERS else value for name, value in given.items()
        }
        sender = fields.pop("from")
        fields = self.change(fields)
        accounts = {address.lower(): account for address, account in self.accounts.items()}
        account = accounts[fields.pop("signer", sender).lower()]
        raw = "0x" + bytes(account.sign_transaction(fields).raw_transaction).hex()
        return {"raw": raw, "tx": given} if self.dialect == "clef" else raw


@contextmanager
def signing_process(*keys: bytes, dialect: str = "web3signer") -> Iterator[Signing]:
    """A signer for some keys at a URL; ``dialect`` is ``web3signer`` or ``clef``."""
    signing = Signing(keys, dialect)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            answer = json.dumps(signing.reply(json.loads(self.rfile.read(length)))).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    signing.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield signing
    finally:
        server.shutdown()
        server.server_close()
