"""A stand-in for Blockscout's API v2: Vyper verification by an uploaded standard JSON input."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from email.parser import BytesParser
from typing import Any

from tests.support.verification_server import ChainFacts, Received, Troubles, compiled

__all__ = ["BlockscoutService"]

ROOT = "/api/v2/smart-contracts"
SUBMIT = re.compile(rf"^{ROOT}/(0x[0-9a-f]{{40}})/verification/via/vyper-standard-input$")
STATE = re.compile(rf"^{ROOT}/(0x[0-9a-f]{{40}})$")


@dataclass
class BlockscoutService:
    """A chain's Blockscout, with its verification service."""

    facts: ChainFacts
    versions: tuple[str, ...] = ("v0.4.2+commit.c216787f", "v0.4.3+commit.bff19ea2")
    options: tuple[str, ...] = ("flattened-code", "vyper-code", "vyper-standard-input")
    key: str = ""
    troubles: Troubles = field(default_factory=Troubles)
    verified: set[str] = field(default_factory=set)
    passed: set[str] = field(default_factory=set)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What was verified, by address."""
    submitted: list[dict[str, str]] = field(default_factory=list)

    def answer(self, request: Received) -> tuple[int, Any]:
        """Status and document."""
        if self.key and request.query.get("apikey") != self.key:
            return 401, {"message": "Wrong API key"}
        if request.method == "GET" and request.path == f"{ROOT}/verification/config":
            versions, options = list(self.versions), list(self.options)
            return 200, {"vyper_compiler_versions": versions, "verification_options": options}
        submit, state = SUBMIT.match(request.path), STATE.match(request.path)
        if request.method == "GET" and state:
            return self._state(state[1])
        if request.method == "POST" and submit:
            if self.troubles.take("busy"):
                return 429, {"message": "Too Many Requests"}
            return self._submit(submit[1], request)
        return 404, {"message": "Not found"}

    def _state(self, address: str) -> tuple[int, Any]:
        """A contract: a twin's source is shown for one that is not verified itself."""
        if address in self.passed and not self.troubles.take("pending"):
            self.verified.add(address)
        if address not in self.facts:
            return 404, {"message": "Not found"}
        if address not in self.verified:
            return 200, {"is_verified": None, "verified_twin_address_hash": "0x11"}
        files = [
            {"file_path": path, "source_code": entry["content"]}
            for path, entry in self.sources[address].items()
        ]
        return 200, {"is_verified": True, **files[0], "additional_sources": files[1:]}

    def _submit(self, address: str, request: Received) -> tuple[int, Any]:
        """Takes a submission on, or says why not; a failure later is told to nobody."""
        if address not in self.facts or self.troubles.take("unindexed"):
            return 404, {"message": "Address is not a smart-contract"}
        if address in self.verified:
            return 200, {"message": "Already verified"}
        parts = uploaded(request)
        if "files[0]" not in parts:
            return 200, {"message": "JSON files not found"}
        self.submitted.append(parts)
        if parts.get("compiler_version") not in self.versions:
            return 422, {"message": "Invalid parameter(s)"}
        body = json.loads(parts["files[0]"])
        if set(body) != {"language", "sources", "settings"}:
            return 200, {"message": "Smart-contract verification started"}
        (target,) = body["settings"]["outputSelection"]
        name = target.rpartition("/")[2].removesuffix(".vy")
        code, runtime, why = compiled(body, f"{target}:{name}")
        found = self.facts[address]
        same = found.creation.startswith(code) and found.runtime[: len(runtime)] == runtime
        if same and not why:
            self.passed.add(address)
            self.sources[address] = body["sources"]
        return 200, {"message": "Smart-contract verification started"}


def uploaded(request: Received) -> dict[str, str]:
    """The parts of a multipart form, by name."""
    head = f"Content-Type: {request.content_type}\r\n\r\n".encode()
    message = BytesParser().parsebytes(head + request.content)
    found = {}
    for part in message.walk():
        name = part.get_param("name", header="Content-Disposition")
        if isinstance(name, str):
            raw = part.get_payload(decode=True)
            assert isinstance(raw, bytes)
            found[name] = raw.decode("utf-8")
    return found
