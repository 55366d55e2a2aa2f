"""A registry with an issuer, and what it says of a firm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from keelmark.bindings.party_registry import PartyRegistry, SignedAttestation
from keelmark.chain.signer import Signer
from keelmark.identity import attestation
from tests.support.parties import lei_text, lei_word
from tests.support.registry import BASIS, CASE, DAY, deploy_registry


@pytest.fixture(scope="module")
def signer(actors: Any) -> Signer:
    """Issuer 2's key."""
    return Signer.from_key(actors("attester").key)


@pytest.fixture(scope="module")
def registry(
    deploy: Any, w3: Any, actors: Any, send: Any, now: Any, signer: Signer
) -> PartyRegistry:
    """A registry that has recognised it."""
    made = deploy_registry(deploy, w3, send, actors, now).parties
    lei = lei_word(lei_text(900))
    call = made.functions.recognise_issuer(2, signer.address, lei, BASIS, CASE)
    send(call, actors("supervisor"))
    return PartyRegistry(made.address)


@pytest.fixture
def content(actors: Any, now: Callable[[], int]) -> Callable[..., SignedAttestation]:
    """``content(nonce=1, category=2, …)``: what issuer 2 says of a firm."""

    def made(**changed: Any) -> SignedAttestation:
        fields = {
            "wallet": str(actors("member")),
            "lei": lei_text(1),
            "jurisdiction": "DE",
            "category": 2,
            "expiry": now() + 300 * DAY,
            "screened_at": now() - DAY,
            "issuer": 2,
            "nonce": 1,
            "now": now(),
        }
        return attestation(**{**fields, **changed})

    return made
