"""`isVerified`: the gate's answer for an opening trade, whatever the product."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.attested import SignedAttestation
from tests.support.parties import Attestation
from tests.support.registry import Registry

from .conftest import DAY, YEAR


@pytest.fixture
def verified(registry: Contract, firm: Attestation) -> Any:
    def answered(wallet: str | None = None) -> bool:
        return bool(registry.functions.isVerified(wallet or firm.wallet).call())

    return answered


def test_default_behavior(registry: Contract, onboard: Any, verified: Any, firm: Any) -> None:
    """Under the selector of ERC-3643, b9209e33."""
    assert not verified()
    onboard(firm)
    assert verified()
    assert registry.encode_abi("isVerified", [firm.wallet]).startswith("0xb9209e33")


def test_attested(issuer: Any, attest: Any, set_issuer: Any, verified: Any, claim: Any) -> None:
    attest(claim)
    assert verified()
    set_issuer(2, False)
    assert not verified()


@pytest.mark.parametrize(("power", "after"), [("freeze", False), ("restrict", False)])
def test_flags(onboard: Any, supervise: Any, verified: Any, firm: Any, power: Any, after) -> None:
    onboard(firm)
    supervise(power)
    assert verified() == after


def test_revoked(registry: Contract, onboard: Any, send: Any, actors: Any, verified, firm) -> None:
    onboard(firm)
    send(registry.functions.revoke(firm.wallet, b"\1" * 32), actors("registrar"))
    assert not verified()


def test_expired(onboard: Any, wait: Any, verified: Any, firm: Attestation) -> None:
    expiry = firm.expiry - 60 * DAY
    onboard(firm.but(expiry=expiry))
    wait(expiry - 1)
    assert verified()
    wait(expiry)
    assert not verified()


def test_stale_screening(onboard: Any, wait: Any, verified: Any, firm: Attestation) -> None:
    onboard(firm.but(expiry=firm.expiry + 2 * YEAR))
    wait(firm.screened_at + YEAR)
    assert verified()
    wait(firm.screened_at + YEAR + 1)
    assert not verified()


@pytest.mark.parametrize(
    ("country", "after"), [(b"FR", True), (b"EU", True), (b"GB", False), (b"US", False)]
)
def test_retail(
    parties: Any,
    onboard: Any,
    standing: Registry,
    actors: Any,
    verified: Any,
    person: Attestation,
    country: bytes,
    after: bool,
) -> None:
    """Where a leverage cap is known; with a ban on one class or without a known rule it is no."""
    onboard(person.but(wallet=actors("other"), jurisdiction=country))
    standing.accept_warning(actors("other"), country.decode())
    assert verified(actors("other")) == after


def test_other_signers_stay_unknown(issuer: Any, verified: Any, claim: SignedAttestation) -> None:
    assert not verified(issuer)
    assert not verified(claim.wallet)
