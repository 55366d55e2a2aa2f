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
    keys its state. Anyone may read, ask the gate, have a party screened, and bring what a
    recognised issuer signed: `attest`, `attest_many`, `revoke_attested`; an issuer may also
    `revoke_attested` and `void_nonces` by itself. The registrar, issuer 1, attests by its own
    calls: `onboard`, `onboard_many`, `renew`, `revoke`; it publishes risk warnings. A party's
    own wallet accepts a warning, asks for another category and contests a recovery of its key;
    who attests a party announces one. Authorities freeze, restrict to closing, mark a house as
    an authorised CCP, bar instruments, halt trading and recognise issuers, each as far as its
    mandate reaches; every such act names its legal basis. The deployer holds no role, and nobody
    but a party's own key, or its replacement after a recovery, can move its funds.
    """

    @staticmethod
    def create(
        init_code: bytes,
        *,
        registrar: str,
        supervision: str,
        sanctions: str,
        desk: str,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Deploys the contract; the receipt names its address."""
        return create(
            "PartyRegistry",
            init_code,
            "(address registrar,address supervision,address sanctions,address desk)",
            (registrar, supervision, sanctions, desk),
            gas,
        )
