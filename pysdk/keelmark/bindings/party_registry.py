"""Generated from the contracts: PartyRegistry. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.bindings.party_registry_acts import (
    Attestation,
    PartyRegistryActs,
    Revocation,
    SignedAttestation,
)
from keelmark.bindings.runtime import create
from keelmark.chain.operations import Operation, Receipt

__all__ = ["PartyRegistry", "Attestation", "Revocation", "SignedAttestation"]


@dataclass(frozen=True, slots=True)
class PartyRegistry(PartyRegistryActs):
    """Who may trade: one packed word a wallet, with the account id by which every other contract
    keys its state. Anyone may read, ask the gate, and bring what a recognised issuer signed:
    `attest`, `attest_many`, `revoke_attested`; an issuer may also `revoke_attested` and
    `void_nonces` by itself. The registrar, issuer 1, attests by its own calls: `onboard`,
    `onboard_many`, `renew`, `revoke`. The supervisor, and not the registrar, may `freeze`,
    `restrict` to closing, mark a house as an authorised CCP and recognise an issuer of
    attestations, and undo each; every such act names its legal basis. Both roles are handed over
    in two steps. The deployer holds no role, and no role can move anybody's funds.
    """

    @staticmethod
    def create(
        init_code: bytes,
        *,
        registrar: str,
        supervisor: str,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Deploys the contract; the receipt names its address."""
        return create(
            "PartyRegistry",
            init_code,
            "(address registrar,address supervisor)",
            (registrar, supervisor),
            gas,
        )
