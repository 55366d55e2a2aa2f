"""Blockscout's API v2, which each chain's explorer serves itself.

``POST /api/v2/smart-contracts/{address}/verification/via/vyper-standard-input`` takes the input as
an uploaded file and answers that it has begun; whether the contract is verified is asked of
``GET /api/v2/smart-contracts/{address}``. Why one is not, the service says on a web socket only:
here the wait ends without a reason.

Source: docs.blockscout.com, "Blockscout Smart Contract Verification API"; messages and statuses
from the service's own controllers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from keelmark.chain.standard_json import COMPILER_VERSION
from keelmark.source_verification.claim import Claim
from keelmark.source_verification.http import Answer, Endpoint
from keelmark.source_verification.outcome import Outcome, Verdict, VerifierFailed, published
from keelmark.source_verification.patience import Patience

__all__ = ["Blockscout"]

KEY_VARIABLE = "BLOCKSCOUT_API_KEY"
LICENCE = "apache_2_0"

_CONTRACTS = "/api/v2/smart-contracts"


@dataclass(frozen=True, slots=True)
class Blockscout:
    """A chain's Blockscout."""

    endpoint: Endpoint
    patience: Patience = field(default_factory=Patience)
    name: str = "blockscout"

    def verify(self, claim: Claim) -> Outcome:
        """Submits a contract and waits until it is verified.

        Raises:
            VerifierFailed: not reached, refuses the key, or verifies no such input.
        """
        shown = self._verified(claim)
        if shown is not None:
            return Outcome(Verdict.ALREADY, published(_sources(shown), claim.given))
        compiler = self._compiler()
        words = ""
        for _ in self.patience.turns():
            answer = self._submit(claim, compiler)
            words = self.endpoint.said(answer.body.get("message", "no reason given"))
            lower = words.lower()
            if answer.status == 200 and "started" in lower:
                return self._decision(claim)
            if "already verified" in lower:
                return Outcome(Verdict.ALREADY)
            if answer.status in (401, 403):
                raise VerifierFailed(f"blockscout: {self.endpoint.shown} refuses, {words}")
            indexing = answer.status == 404 and "not a smart-contract" in lower
            if not (indexing or answer.status == 429 or answer.status >= 500):
                return Outcome(Verdict.REFUSED, words)
        return Outcome(Verdict.PENDING, f"not taken on yet: {words}")

    def _submit(self, claim: Claim, compiler: str) -> Answer:
        """Sends the input as a file."""
        path = f"{_CONTRACTS}/{claim.address.lower()}/verification/via/vyper-standard-input"
        form = {"compiler_version": compiler, "license_type": LICENCE}
        files = {"files[0]": (f"{claim.name}.json", claim.given.text, "application/json")}
        return self.endpoint.post(path, form=form, files=files)

    def _compiler(self) -> str:
        """The compiler as this server names it, commit included.

        Raises:
            VerifierFailed: it has not this version, or does not verify Vyper.
        """
        answer = self.endpoint.get(f"{_CONTRACTS}/verification/config")
        versions = answer.body.get("vyper_compiler_versions")
        options = answer.body.get("verification_options")
        if answer.status != 200 or not isinstance(versions, list):
            raise VerifierFailed(
                f"blockscout: {self.endpoint.shown} answered HTTP {answer.status}; expected a "
                "Blockscout with its API v2 at this address"
            )
        if isinstance(options, list) and "vyper-standard-input" not in options:
            raise VerifierFailed(f"blockscout: {self.endpoint.shown} takes no Vyper standard input")
        wanted = f"v{COMPILER_VERSION}+"
        for version in versions:
            if str(version).startswith(wanted) or str(version) == wanted[:-1]:
                return str(version)
        raise VerifierFailed(f"blockscout: {self.endpoint.shown} has no Vyper {COMPILER_VERSION}")

    def _decision(self, claim: Claim) -> Outcome:
        """Waits until the contract counts as verified."""
        for _ in self.patience.turns():
            if self._verified(claim) is not None:
                return Outcome(Verdict.VERIFIED)
        return Outcome(
            Verdict.PENDING,
            f"not verified after {self.patience.seconds:.0f} seconds, and no reason is given here",
        )

    def _verified(self, claim: Claim) -> Mapping[str, Any] | None:
        """What the server has on the contract, if it has its own source; a twin's is none."""
        answer = self.endpoint.get(f"{_CONTRACTS}/{claim.address.lower()}")
        if answer.status in (401, 403):
            words = self.endpoint.said(answer.body.get("message", ""))
            raise VerifierFailed(f"blockscout: {self.endpoint.shown} refuses, {words}")
        verified = answer.status == 200 and answer.body.get("is_verified") is True
        return answer.body if verified else None


def _sources(shown: Mapping[str, Any]) -> dict[str, object]:
    """The texts that a server shows for a contract, by path."""
    others = shown.get("additional_sources")
    entries = [shown, *(others if isinstance(others, list) else ())]
    return {
        str(entry["file_path"]): entry.get("source_code")
        for entry in entries
        if isinstance(entry, dict) and entry.get("file_path")
    }
