"""Sourcify's API v2: open, without a key, and a source for other explorers.

``POST /v2/verify/{chainId}/{address}`` answers 202 and the identifier of a job; ``GET
/v2/verify/{verificationId}`` says when it is done and how well the code matched.

Sourcify learns from the compiler's metadata trailer how many bytes of a Vyper contract's code are
immutables. Ours has no trailer, so a contract with immutables matches there by its creation code
only, which is why the transaction that created it is named.

Source: the OpenAPI document of sourcify.dev/server, "Verify Contract (Standard JSON)" and "Check
verification job status"; docs.sourcify.dev.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from keelmark.chain.standard_json import COMPILER_COMMIT, COMPILER_VERSION
from keelmark.source_verification.claim import Claim
from keelmark.source_verification.http import Answer, Endpoint
from keelmark.source_verification.outcome import Outcome, Verdict, VerifierFailed, published
from keelmark.source_verification.patience import Patience

__all__ = ["Sourcify"]

URL = "https://sourcify.dev/server"

_MATCHES = {"exact_match": "exact match", "match": "match"}


@dataclass(frozen=True, slots=True)
class Sourcify:
    """A Sourcify server."""

    endpoint: Endpoint
    patience: Patience = field(default_factory=Patience)
    name: str = "sourcify"

    def verify(self, claim: Claim) -> Outcome:
        """Submits a contract and waits for the decision.

        Raises:
            VerifierFailed: not reached, or it has not this chain.
        """
        document: dict[str, Any] = {
            "stdJsonInput": claim.given.body,
            "compilerVersion": f"{COMPILER_VERSION}+commit.{COMPILER_COMMIT}",
            "contractIdentifier": claim.given.identifier,
        }
        if claim.creation_transaction:
            document["creationTransactionHash"] = claim.creation_transaction
        words = ""
        for _ in self.patience.turns():
            path = f"/v2/verify/{claim.chain_id}/{claim.address}"
            answer = self.endpoint.post(path, document=document)
            code, words = self._error(answer.body)
            if answer.status == 202:
                return self._decision(claim, self._identifier(answer))
            if code == "already_verified":
                return Outcome(Verdict.ALREADY, self._published(claim))
            if code == "unsupported_chain":
                raise VerifierFailed(f"sourcify: chain {claim.chain_id} is refused, {words}")
            if answer.status == 429 or answer.status >= 500:
                continue
            if answer.status == 400:
                return Outcome(Verdict.REFUSED, words)
            raise VerifierFailed(
                f"sourcify: {self.endpoint.shown} answered HTTP {answer.status}; expected its API "
                "v2 at this address"
            )
        return Outcome(Verdict.PENDING, f"not taken on yet: {words}")

    def _identifier(self, answer: Answer) -> str:
        """The job's identifier, from the answer to a submission."""
        found = answer.body.get("verificationId")
        if not isinstance(found, str) or not found.replace("-", "").isalnum():
            raise VerifierFailed(f"sourcify: {self.endpoint.shown} named no job")
        return found

    def _published(self, claim: Claim) -> str:
        """Whether what is published there is ours."""
        path = f"/v2/contract/{claim.chain_id}/{claim.address}"
        sources = self.endpoint.get(path, {"fields": "sources"}).body.get("sources")
        entries = sources.items() if isinstance(sources, dict) else ()
        texts = {name: one.get("content") for name, one in entries if isinstance(one, dict)}
        return published(texts, claim.given)

    def _decision(self, claim: Claim, identifier: str) -> Outcome:
        """What became of a job."""
        words = "in the queue"
        for _ in self.patience.turns():
            answer = self.endpoint.get(f"/v2/verify/{identifier}")
            if answer.status == 429 or answer.status >= 500:
                continue
            if answer.status != 200:
                _, words = self._error(answer.body)
                return Outcome(Verdict.REFUSED, words, identifier)
            if answer.body.get("isJobCompleted") is True:
                return self._result(claim, answer.body, identifier)
        return Outcome(Verdict.PENDING, words, identifier)

    def _result(self, claim: Claim, body: Mapping[str, Any], identifier: str) -> Outcome:
        """The outcome of a job that is done."""
        contract = body.get("contract")
        found = contract if isinstance(contract, dict) else {}
        match = _MATCHES.get(str(found.get("match")))
        if match is not None:
            parts = [
                f"{part} {_MATCHES.get(str(found.get(f'{part}Match')), 'no match')}"
                for part in ("creation", "runtime")
            ]
            return Outcome(Verdict.VERIFIED, f"{match}: {', '.join(parts)}", identifier)
        code, words = self._error(body.get("error"))
        if code == "already_verified":
            return Outcome(Verdict.ALREADY, self._published(claim), identifier)
        return Outcome(Verdict.REFUSED, words, identifier)

    def _error(self, error: object) -> tuple[str, str]:
        """An error's code, and its words for people."""
        body = error if isinstance(error, dict) else {}
        said = body.get("message") or body.get("customCode") or "no reason given"
        return str(body.get("customCode", "")), self.endpoint.said(said)
