"""A stand-in for Etherscan's API V2, by docs.etherscan.io: Vyper verification and its status."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from tests.support.verification_server import ChainFacts, Received, Troubles, compiled

__all__ = ["KEY", "EtherscanService"]

KEY = "ABCDEFGHIJKLMNOPQRSTUVWXYZ01234567"
MISMATCH = (
    "Fail - Unable to verify. Compiled contract deployment bytecode does NOT match the transaction "
    "deployment bytecode."
)
REQUIRED = ("codeformat", "sourceCode", "contractaddress", "contractname", "compilerversion")


@dataclass
class EtherscanService:
    """Etherscan with one customer."""

    facts: ChainFacts
    chain_id: int
    troubles: Troubles = field(default_factory=Troubles)
    verified: set[str] = field(default_factory=set)
    jobs: dict[str, tuple[str, str]] = field(default_factory=dict)
    submitted: list[dict[str, str]] = field(default_factory=list)

    def answer(self, request: Received) -> tuple[int, Any]:
        """Always HTTP 200; whether it went well is in the body."""
        if request.path != "/v2/api":
            return 404, b"<html>not here</html>"
        if request.query.get("chainid") != str(self.chain_id):
            return 200, bad(
                "Missing or unsupported chainid parameter (required for v2 api), please see the "
                "chainlist for the list of supported chainids"
            )
        if request.query.get("apikey") != KEY:
            return 200, bad(f"Invalid API Key (#err2)|{request.query.get('apikey')}")
        if self.troubles.take("busy"):
            return 200, bad("Max calls per sec rate limit reached (3/sec)")
        action = (request.method, request.query.get("module"), request.query.get("action"))
        if action == ("POST", "contract", "verifysourcecode"):
            fields = parse_qs(request.content.decode(), keep_blank_values=True)
            return 200, self._submit({name: values[0] for name, values in fields.items()})
        if action == ("GET", "contract", "checkverifystatus"):
            return 200, self._status(request.query.get("guid", ""))
        return 200, bad("Error! Missing Or invalid Action name")

    def _submit(self, form: dict[str, str]) -> dict[str, str]:
        """Takes a submission on."""
        for name in REQUIRED:
            if not form.get(name):
                return bad(f"Missing {name}")
        self.submitted.append(form)
        address = form["contractaddress"].lower()
        if address not in self.facts or self.troubles.take("unindexed"):
            return bad(f"Unable to locate ContractCode at {form['contractaddress']}")
        if address in self.verified:
            return bad("Contract source code already verified")
        if form["codeformat"] != "vyper-json":
            return bad("Invalid codeformat")
        if form["compilerversion"] != "vyper:0.4.3":
            return bad("Invalid or not supported vyper version")
        guid = f"guid{len(self.jobs):046d}"
        self.jobs[guid] = (address, self._compare(form, address))
        return {"status": "1", "message": "OK", "result": guid}

    def _compare(self, form: dict[str, str], address: str) -> str:
        """Compiles and compares with the creation; the words of the decision."""
        try:
            body = json.loads(form["sourceCode"])
        except ValueError:
            return "Fail - Unable to verify. Invalid JSON"
        code, _, why = compiled(body, form["contractname"])
        if why:
            return f"Fail - Unable to verify. {why}"
        arguments = bytes.fromhex(form.get("constructorArguments", ""))
        return "Pass - Verified" if code + arguments == self.facts[address].creation else MISMATCH

    def _status(self, guid: str) -> dict[str, str]:
        """Where a submission stands."""
        if guid not in self.jobs:
            return bad("Invalid GUID")
        if self.troubles.take("pending"):
            return bad("Pending in queue")
        address, words = self.jobs[guid]
        if address in self.verified:
            return bad("Already Verified")
        if words.startswith("Pass"):
            self.verified.add(address)
            return {"status": "1", "message": "OK", "result": words}
        return bad(words)


def bad(words: str) -> dict[str, str]:
    """An answer that is none."""
    return {"status": "0", "message": "NOTOK", "result": words}
