"""Which services there are, and how one is reached: by the chains' data, or by a URL."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Protocol

from keelmark.deploy.chains import find_chain
from keelmark.errors import InputError
from keelmark.source_verification import blockscout, etherscan, sourcify
from keelmark.source_verification.claim import Claim
from keelmark.source_verification.http import Endpoint
from keelmark.source_verification.outcome import Outcome
from keelmark.source_verification.patience import Patience

__all__ = ["SERVICES", "Verifier", "verifier_for"]

SERVICES = ("etherscan", "sourcify", "blockscout")


class Verifier(Protocol):
    """A service that takes sources."""

    @property
    def name(self) -> str:
        """One of `SERVICES`."""

    def verify(self, claim: Claim) -> Outcome:
        """Submits a contract and waits for the decision."""


def verifier_for(
    service: str,
    chain_id: int,
    *,
    url: str | None = None,
    patience: Patience | None = None,
    environment: Mapping[str, str] | None = None,
) -> Verifier:
    """A service for a chain.

    Args:
        service: one of `SERVICES`.
        chain_id: the chain, which the chains' data must say that the service has.
        url: where the service is, in place of what the data says.
        patience: how long it is waited for.
        environment: where keys are; the process's own by default.

    Raises:
        InputError: no such service, it has not this chain, there is no key, or the URL is none.
    """
    if service not in SERVICES:
        raise InputError(f"with: {service!r} is unknown, expected one of {', '.join(SERVICES)}")
    place = url or _known_place(service, chain_id)
    given = os.environ if environment is None else environment
    waited = patience or Patience()
    if service == "etherscan":
        key = given.get(etherscan.KEY_VARIABLE, "").strip()
        if not key:
            raise InputError(f"etherscan: expected a key in {etherscan.KEY_VARIABLE}")
        return etherscan.Etherscan(Endpoint(place, key), waited)
    if service == "sourcify":
        return sourcify.Sourcify(Endpoint(place), waited)
    key = given.get(blockscout.KEY_VARIABLE, "").strip()
    return blockscout.Blockscout(Endpoint(place, key), waited)


def _known_place(service: str, chain_id: int) -> str:
    """Where the service is for a chain, by the chains' data.

    Raises:
        InputError: the data does not say that it has this chain.
    """
    chain = find_chain(chain_id)
    known = {
        "etherscan": etherscan.URL if chain and chain.etherscan else "",
        "sourcify": sourcify.URL if chain and chain.sourcify else "",
        "blockscout": chain.blockscout if chain else "",
    }[service]
    if not known:
        named = f"{chain.title or chain.name} ({chain_id})" if chain else f"chain {chain_id}"
        raise InputError(f"{service}: not known to have {named}; expected --url if it has")
    return known
