"""A stand-in for Sourcify's API v2, by its OpenAPI document: verification from standard JSON.

It matches as Sourcify does: creation code by the transaction, runtime code without what the
compiler's trailer says are immutables, and no trailer means that it knows of none.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from tests.support.verification_server import ChainFacts, Received, Troubles, compiled

__all__ = ["SourcifyService"]

SUBMIT = re.compile(r"^/v2/verify/(\d{1,20})/(0x[0-9a-fA-F]{40})$")
JOB = re.compile(r"^/v2/verify/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$")
CONTRACT = re.compile(r"^/v2/contract/(\d{1,20})/(0x[0-9a-fA-F]{40})$")
TAKEN = {"language", "sources", "settings", "storage_layout_overrides"}
REQUIRED = ("stdJsonInput", "compilerVersion", "contractIdentifier")


@dataclass
class SourcifyService:
    """A Sourcify server with one chain."""

    facts: ChainFacts
    chain_id: int
    troubles: Troubles = field(default_factory=Troubles)
    verified: set[str] = field(default_factory=set)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What was verified, by address."""
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    submitted: list[dict[str, Any]] = field(default_factory=list)
    finds_creation: bool = True
    """Whether it learns a creation that nobody named."""

    def answer(self, request: Received) -> tuple[int, Any]:
        """Status and document."""
        submit, job = SUBMIT.match(request.path), JOB.match(request.path)
        if self.troubles.take("busy"):
            return 429, error("too_many_requests", "Too many requests")
        if request.method == "POST" and submit:
            return self._submit(int(submit[1]), submit[2].lower(), request)
        if request.method == "GET" and job:
            return self._job(job[1])
        contract = CONTRACT.match(request.path)
        if request.method == "GET" and contract:
            return self._contract(contract[2].lower(), request.query.get("fields", ""))
        return 404, error("route_not_found", "there is no such route")

    def _submit(self, chain_id: int, address: str, request: Received) -> tuple[int, Any]:
        """Takes a submission on."""
        if request.content_type != "application/json":
            return 415, error("unsupported_media_type", "expected application/json")
        document = json.loads(request.content)
        for name in REQUIRED:
            if name not in document:
                words = f"request/body must have required property '{name}'"
                return 400, error("invalid_parameter", words)
        beyond = set(document["stdJsonInput"]) - TAKEN
        if beyond:
            return 400, error("invalid_parameter", f"unknown fields {sorted(beyond)}")
        if chain_id != self.chain_id:
            return 400, error(
                "unsupported_chain", f"The chain with chainId {chain_id} is not known"
            )
        if document["compilerVersion"] != "0.4.3+commit.bff19ea2":
            return 400, error("unsupported_compiler_version", document["compilerVersion"])
        self.submitted.append(document)
        if address in self.verified:
            words = f"Contract {address} on chain {chain_id} is already verified"
            return 409, error("already_verified", words)
        identifier = f"{len(self.jobs):08x}-0000-4000-8000-000000000000"
        self.jobs[identifier] = self._compare(document, address)
        return 202, {"verificationId": identifier}

    def _compare(self, document: dict[str, Any], address: str) -> dict[str, Any]:
        """Compiles and compares; what the job will say."""
        found = self.facts.get(address)
        if found is None:
            return {"error": error("contract_not_deployed", "there is no contract there")}
        body = document["stdJsonInput"]
        code, runtime, why = compiled(body, document["contractIdentifier"])
        if why:
            return {"error": error("compiler_error", f"Compile error. {why}")}
        named = document.get("creationTransactionHash")
        known = found.creation if named == found.transaction or self.finds_creation else b""
        creation = known.startswith(code) and (len(known) - len(code)) % 32 == 0
        trailer = body["settings"].get("bytecodeMetadata", True)
        same = found.runtime[: len(runtime)] == runtime if trailer else found.runtime == runtime
        if not (creation or same):
            words = "The onchain and recompiled bytecodes don't match."
            return {"error": error("no_match", words)}
        self.verified.add(address)
        self.sources[address] = body["sources"]
        parts = {
            "creationMatch": "match" if creation else None,
            "runtimeMatch": "match" if same else None,
        }
        return {"contract": {"match": "match", **parts, "address": address}}

    def _contract(self, address: str, fields: str) -> tuple[int, Any]:
        """A verified contract, with the fields asked for."""
        if address not in self.verified:
            return 404, {"match": None, "address": address}
        told = {"sources": self.sources[address]} if fields == "sources" else {}
        return 200, {"match": "match", "address": address, **told}

    def _job(self, identifier: str) -> tuple[int, Any]:
        """Where a job stands."""
        if identifier not in self.jobs:
            return 404, error("job_not_found", f"No verification job found for id {identifier}")
        if self.troubles.take("pending"):
            return 200, {"isJobCompleted": False, "verificationId": identifier}
        nothing = {"contract": {"match": None, "creationMatch": None, "runtimeMatch": None}}
        told = {**nothing, **self.jobs[identifier]}
        return 200, {"isJobCompleted": True, "verificationId": identifier, **told}


def error(code: str, words: str) -> dict[str, str]:
    """A refusal, in Sourcify's form."""
    return {"customCode": code, "message": words, "errorId": "00000000"}
