"""Etherscan's API V2: one address and one key for every chain that it has.

``POST /v2/api?chainid=…&module=contract&action=verifysourcecode`` answers an identifier, by which
``checkverifystatus`` is asked until it passes or fails.

Source: docs.etherscan.io, "Verify Vyper Source Code", "Check Source Code Verification Status",
"Common Verification Errors", "Common Error Messages".
"""

from __future__ import annotations

from dataclasses import dataclass, field

from keelmark.chain.standard_json import COMPILER_VERSION
from keelmark.source_verification.claim import Claim
from keelmark.source_verification.http import Endpoint
from keelmark.source_verification.outcome import Outcome, Verdict, VerifierFailed
from keelmark.source_verification.patience import Patience

__all__ = ["Etherscan"]

URL = "https://api.etherscan.io/v2/api"
KEY_VARIABLE = "ETHERSCAN_API_KEY"
APACHE_2_0 = "12"
"""The licence's number in Etherscan's list."""

_ALREADY = ("contract source code already verified", "already verified")
_AGAIN = ("rate limit", "unable to locate contractcode", "query timeout")
"""Answers that another minute may change."""
_OTHER_CHAIN = ("chainid", "not supported for this chain")
"""Answers to a chain that it has not, or not for this key's plan."""


@dataclass(frozen=True, slots=True)
class Etherscan:
    """Etherscan, or what speaks its API V2."""

    endpoint: Endpoint
    patience: Patience = field(default_factory=Patience)
    name: str = "etherscan"

    def verify(self, claim: Claim) -> Outcome:
        """Submits a contract and waits for the decision.

        Raises:
            VerifierFailed: not reached, the key is refused, or it has not this chain.
        """
        form = {
            "codeformat": "vyper-json",
            "sourceCode": claim.given.text,
            "contractaddress": claim.address,
            "contractname": claim.given.identifier,
            "compilerversion": f"vyper:{COMPILER_VERSION}",
            "optimizationUsed": "1",
            "constructorArguments": claim.constructor_arguments.hex(),
            "licenseType": APACHE_2_0,
        }
        result = ""
        for _ in self.patience.turns():
            done, result = self._ask(claim, "verifysourcecode", form=form)
            if done:
                return self._decision(claim, result)
            if _starts(result, _ALREADY):
                return Outcome(Verdict.ALREADY)
            if not _has(result, _AGAIN) or "daily" in result.lower():
                return Outcome(Verdict.REFUSED, result)
        return Outcome(Verdict.PENDING, f"not taken on yet: {result}")

    def _decision(self, claim: Claim, identifier: str) -> Outcome:
        """What became of a submission."""
        result = ""
        for _ in self.patience.turns():
            done, result = self._ask(claim, "checkverifystatus", guid=identifier)
            if _starts(result, ("pass",)) or done:
                return Outcome(Verdict.VERIFIED, result, identifier)
            if _starts(result, _ALREADY):
                return Outcome(Verdict.ALREADY, reference=identifier)
            if not _starts(result, ("pending", "in progress")) and not _has(result, _AGAIN):
                return Outcome(Verdict.REFUSED, result, identifier)
        return Outcome(Verdict.PENDING, result, identifier)

    def _ask(
        self, claim: Claim, action: str, *, guid: str = "", form: dict[str, str] | None = None
    ) -> tuple[bool, str]:
        """One question: whether the answer says that it went well, and what it says."""
        query = {"chainid": str(claim.chain_id), "module": "contract", "action": action}
        if form is None:
            answer = self.endpoint.get(query={**query, "guid": guid})
        else:
            answer = self.endpoint.post(query=query, form=form)
        if answer.status == 429:
            return False, "rate limit reached"
        result = answer.body.get("result")
        if answer.status != 200 or not isinstance(result, str):
            raise VerifierFailed(
                f"etherscan: {self.endpoint.shown} answered HTTP {answer.status}; expected its "
                "API V2 at this address"
            )
        done = answer.body.get("status") == "1"
        words = result if done and form is not None else self.endpoint.said(result)
        if not done and "api key" in result.lower() and not _has(result, _AGAIN):
            raise VerifierFailed(f"etherscan: the key in {KEY_VARIABLE} is refused, {words}")
        if not done and _has(result, _OTHER_CHAIN):
            raise VerifierFailed(f"etherscan: chain {claim.chain_id} is refused, {words}")
        return done, words


def _starts(text: str, beginnings: tuple[str, ...]) -> bool:
    """Whether a text begins with one of some words."""
    return text.lower().startswith(beginnings)


def _has(text: str, parts: tuple[str, ...]) -> bool:
    """Whether a text has one of some words in it."""
    return any(part in text.lower() for part in parts)
