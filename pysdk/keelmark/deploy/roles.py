"""Who holds which role of a house: as a plan gives them, and as a chain has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from keelmark.bindings.clearing_house import ClearingHouse
from keelmark.bindings.instrument_registry import InstrumentRegistry
from keelmark.bindings.party_registry import PartyRegistry
from keelmark.bindings.price_board import PriceBoard
from keelmark.bindings.sanctions_list import SanctionsList
from keelmark.bindings.supervision import Supervision
from keelmark.chain.operations import Operation
from keelmark.deploy.plan import HeldRole, Plan

__all__ = ["ROLES", "held_roles", "planned_roles"]

ROLES: Mapping[str, str] = {
    "Supervision": "convenor",
    "SanctionsList": "sanctions officer",
    "PartyRegistry": "registrar",
    "InstrumentRegistry": "lister",
    "PriceBoard": "operator",
    "ClearingHouse": "operator",
}
"""The contracts that have a role, and its name; supervision has its authorities beside."""

_MOST = 127
"""Authorities that a supervision has at most, by its code."""

_Bound: TypeAlias = (
    type[Supervision]
    | type[SanctionsList]
    | type[PartyRegistry]
    | type[InstrumentRegistry]
    | type[PriceBoard]
    | type[ClearingHouse]
)

_BINDINGS: Mapping[str, _Bound] = {
    "Supervision": Supervision,
    "SanctionsList": SanctionsList,
    "PartyRegistry": PartyRegistry,
    "InstrumentRegistry": InstrumentRegistry,
    "PriceBoard": PriceBoard,
    "ClearingHouse": ClearingHouse,
}


def planned_roles(plan: Plan) -> tuple[HeldRole, ...]:
    """Who will hold what when the constructors have run."""
    given = {
        "Supervision": plan.convenor,
        "SanctionsList": plan.sanctions_officer,
        "PartyRegistry": plan.registrar,
        "InstrumentRegistry": plan.lister,
        "PriceBoard": plan.price_operator,
        "ClearingHouse": plan.operator,
    }
    found: list[HeldRole] = []
    for contract, role in ROLES.items():
        found.append(HeldRole(contract, role, to_checksum_address(given[contract])))
        if contract == "Supervision":
            found.append(HeldRole(contract, "authority 1", to_checksum_address(plan.supervisor)))
    return tuple(found)


def held_roles(at: Mapping[str, str]) -> Operation[tuple[HeldRole, ...]]:
    """The operation that reads who holds what.

    Args:
        at: addresses of contracts of the kit by name; what is not in it is not asked.
    """
    found: list[HeldRole] = []
    for contract, role in ROLES.items():
        if contract not in at:
            continue
        bound = _BINDINGS[contract](at[contract])
        holder = yield from bound.holder_of(keccak(text=role))
        found.append(HeldRole(contract, role, holder))
        if isinstance(bound, Supervision):
            for place in range(1, min((yield from bound.mandate_count()), _MOST) + 1):
                wallet = yield from bound.authority_of(place)
                found.append(HeldRole(contract, f"authority {place}", wallet))
    return tuple(found)
