"""Generated from the contracts: Supervision. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.bindings.runtime import create
from keelmark.bindings.supervision_acts import SupervisionActs
from keelmark.bindings.supervision_reads import Agreement, Mandate, Request
from keelmark.chain.operations import Operation, Receipt

__all__ = ["Supervision", "Agreement", "Mandate", "Request"]


@dataclass(frozen=True, slots=True)
class Supervision(SupervisionActs):
    """Who the authorities are, which power each may use in which jurisdiction, and what they
    agreed to do for each other. It acts on no party and knows no other contract: registries ask
    `check_power` and `check_lift`. Anyone reads. The convenor recognises authorities and widens
    mandates, both after a delay, and narrows them at once; it is never an authority, and its
    role is handed over in two steps. An authority moves its own mandate to another key, agrees
    with others, asks them and answers them. The deployer holds nothing, and nobody here can move
    funds.
    """

    @staticmethod
    def create(
        init_code: bytes,
        *,
        convenor: str,
        authority: str,
        identifier: int,
        jurisdiction: bytes,
        powers: int,
        until: int,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Deploys the contract; the receipt names its address."""
        return create(
            "Supervision",
            init_code,
            "(address convenor,address authority,uint256 identifier,bytes2 jurisdiction,"
            "uint256 powers,uint256 until)",
            (convenor, authority, identifier, jurisdiction, powers, until),
            gas,
        )
