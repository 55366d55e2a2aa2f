"""Generated from the contracts: PartyDesk. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.bindings.runtime import create
from keelmark.chain.operations import Operation, Receipt

__all__ = ["PartyDesk"]


@dataclass(frozen=True, slots=True)
class PartyDesk:
    """Code without a state of its own: the party registry delegates to it what is called seldom,
    so that both act on one storage and one report chain. Who may call what is said at the
    registry's head; called at its own address it acts on an empty book that nobody asks.
    """

    address: str
    """Where it is, checksummed."""

    @staticmethod
    def create(
        init_code: bytes,
        *,
        supervision: str,
        sanctions: str,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Deploys the contract; the receipt names its address."""
        return create(
            "PartyDesk",
            init_code,
            "(address supervision,address sanctions)",
            (supervision, sanctions),
            gas,
        )
