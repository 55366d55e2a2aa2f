"""Which constructor arguments each contract of the kit gets, decided here and nowhere else.

Whoever creates the kit, one after another on a chain of one's own or through the factory at
addresses known in advance, takes the arguments from `arguments`; whoever checks deployed code
takes from `immutables` what the constructor must have fixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode
from eth_utils.address import is_address, to_checksum_address
from eth_utils.crypto import keccak

from keelmark.deploy.plan import MAX_ORACLES, ZERO_ADDRESS, Plan
from keelmark.errors import InputError
from keelmark.identifiers import pack_lei

__all__ = [
    "CONTRACT_OF",
    "PARAMETERS",
    "Argument",
    "arguments",
    "check_addresses",
    "encoded",
    "immutables",
    "matcher_domain",
]

_SHARED = (
    ("rulebook", "address"),
    ("parties", "address"),
    ("instruments_", "address"),
    ("board", "address"),
    ("matcher", "address"),
    ("close_out", "address"),
    ("fund", "address"),
    ("token", "address"),
    ("token_feed", "uint256"),
    ("regime", "uint256"),
    ("lei", "uint256"),
)
"""What the house and the four that it delegates to must agree on."""

PARAMETERS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "Supervision": (
        ("convenor", "address"),
        ("authority", "address"),
        ("identifier", "uint256"),
        ("jurisdiction", "bytes2"),
        ("powers", "uint256"),
        ("until", "uint256"),
    ),
    "SanctionsList": (
        ("officer", "address"),
        ("oracle_1", "address"),
        ("oracle_2", "address"),
        ("oracle_3", "address"),
    ),
    "PartyDesk": (("supervision_", "address"), ("sanctions", "address")),
    "PartyRegistry": (
        ("registrar", "address"),
        ("supervision", "address"),
        ("sanctions", "address"),
        ("desk", "address"),
    ),
    "InstrumentRegistry": (("lister", "address"),),
    "PriceBoard": (("operator", "address"), ("sequencer", "address")),
    "DefaultFund": (("token", "address"),),
    "TakeOverDesk": _SHARED,
    "LossDesk": (*_SHARED, ("take_over_desk_", "address")),
    "BackOffice": (*_SHARED, ("loss_desk_", "address")),
    "InstrumentDesk": _SHARED,
    "ClearingHouse": (
        *_SHARED,
        ("back_office_", "address"),
        ("instrument_desk_", "address"),
        ("operator", "address"),
    ),
    "GovernanceLens": (("rulebook", "address"), ("house", "address"), ("instruments", "address")),
}
"""Name and ABI type of each constructor parameter, as in the contract's ABI; a contract that is
not here has none."""

CONTRACT_OF: Mapping[str, str] = {
    "rulebook": "Rulebook",
    "supervision": "Supervision",
    "supervision_": "Supervision",
    "sanctions": "SanctionsList",
    "desk": "PartyDesk",
    "parties": "PartyRegistry",
    "instruments": "InstrumentRegistry",
    "instruments_": "InstrumentRegistry",
    "board": "PriceBoard",
    "matcher": "OrderMatcher",
    "close_out": "CloseOut",
    "fund": "DefaultFund",
    "take_over_desk_": "TakeOverDesk",
    "loss_desk_": "LossDesk",
    "back_office_": "BackOffice",
    "instrument_desk_": "InstrumentDesk",
    "house": "ClearingHouse",
}
"""Parameters that are contracts of the kit, and which."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One constructor argument."""

    name: str
    """As in the contract's ABI."""
    type: str
    """ABI type."""
    value: str | int | bytes
    """A checksummed address, a number or bytes, by its type."""

    def __str__(self) -> str:
        shown = "0x" + self.value.hex() if isinstance(self.value, bytes) else self.value
        return f"{self.name}={shown}"


def encoded(given: tuple[Argument, ...]) -> bytes:
    """The arguments as they are appended to the init code."""
    return encode([item.type for item in given], [item.value for item in given])


def arguments(name: str, plan: Plan, at: Mapping[str, str]) -> tuple[Argument, ...]:
    """The constructor arguments of one contract, in their order.

    Args:
        name: one of `KIT`.
        plan: the house.
        at: addresses of the contracts before it in `KIT`, by name.
    """
    own = _own_values(name, plan)
    found: list[Argument] = []
    for parameter, kind in PARAMETERS.get(name, ()):
        value = own[parameter] if parameter in own else at[CONTRACT_OF[parameter]]
        if kind == "address":
            value = str(to_checksum_address(value))
        found.append(Argument(parameter, kind, value))
    return tuple(found)


def _own_values(name: str, plan: Plan) -> dict[str, Any]:
    """Arguments that are no contract of the kit, by parameter."""
    oracles = (*plan.oracles, *(ZERO_ADDRESS,) * (MAX_ORACLES - len(plan.oracles)))
    own: dict[str, dict[str, Any]] = {
        "Supervision": {
            "convenor": plan.convenor,
            "authority": plan.supervisor,
            "identifier": pack_lei(plan.supervisor_lei),
            "jurisdiction": plan.supervisor_jurisdiction.encode("ascii"),
            "powers": int(plan.supervisor_powers),
            "until": plan.supervisor_until,
        },
        "SanctionsList": {
            "officer": plan.sanctions_officer,
            **{f"oracle_{place}": value for place, value in enumerate(oracles, 1)},
        },
        "PartyRegistry": {"registrar": plan.registrar},
        "InstrumentRegistry": {"lister": plan.lister},
        "PriceBoard": {"operator": plan.price_operator, "sequencer": plan.sequencer},
        "ClearingHouse": {"operator": plan.operator},
    }
    house = {
        "token": plan.token,
        "token_feed": plan.token_feed,
        "regime": int(plan.regime),
        "lei": pack_lei(plan.lei),
    }
    return {**house, **own.get(name, {})}


def immutables(
    name: str, plan: Plan, at: Mapping[str, str], chain_id: int, token_digits: int
) -> tuple[int, ...]:
    """What the constructor fixes for good, one word each, in the order of the code.

    Args:
        name: one of `KIT`.
        plan: the house.
        at: addresses of the whole kit, by name.
        chain_id: the chain on which the contract stands.
        token_digits: decimals of the settlement token.
    """

    def words(*names: str) -> tuple[int, ...]:
        return tuple(int(at[item], 16) for item in names)

    if name == "SanctionsList":
        return tuple(int(str(item.value), 16) for item in arguments(name, plan, at)[1:])
    if name == "PartyDesk":
        return words("Supervision", "SanctionsList")
    if name == "PartyRegistry":
        return words("Supervision", "SanctionsList", "PartyDesk")
    if name == "PriceBoard":
        return (int(plan.sequencer, 16),)
    if name == "OrderMatcher":
        return (chain_id, int.from_bytes(matcher_domain(chain_id, at[name]), "big"))
    if name == "DefaultFund":
        return (int(plan.token, 16),)
    if name == "GovernanceLens":
        return words(
            "Rulebook",
            "ClearingHouse",
            "InstrumentRegistry",
            "PartyRegistry",
            "PriceBoard",
            "Supervision",
            "SanctionsList",
        )
    if name not in _DELEGATES:
        return ()
    return (
        *words("PartyRegistry", "InstrumentRegistry", "PriceBoard", "DefaultFund"),
        *words("OrderMatcher", "CloseOut"),
        int(plan.token, 16),
        10 ** (18 - token_digits),
        plan.token_feed,
        int(plan.regime),
        pack_lei(plan.lei),
        *words(*_DELEGATES[name]),
    )


_DELEGATES: Mapping[str, tuple[str, ...]] = {
    "TakeOverDesk": (),
    "LossDesk": ("TakeOverDesk",),
    "BackOffice": ("LossDesk",),
    "InstrumentDesk": (),
    "ClearingHouse": ("BackOffice", "InstrumentDesk"),
}
"""The house and the four that it delegates to, each with those that it delegates to itself."""


_DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"


def matcher_domain(chain_id: int, matcher: str) -> bytes:
    """The EIP-712 domain separator of an order matcher."""
    names = (
        keccak(text=_DOMAIN_TYPE),
        keccak(text="Keelmark OrderMatcher"),
        keccak(text="1"),
    )
    types = ["bytes32", "bytes32", "bytes32", "uint256", "address"]
    return keccak(encode(types, [*names, chain_id, matcher]))


_ADDRESSES = (
    "token",
    "operator",
    "registrar",
    "convenor",
    "supervisor",
    "sanctions_officer",
    "lister",
    "price_operator",
    "sequencer",
)
"""Fields of a plan that are addresses."""


def check_addresses(plan: Plan) -> None:
    """Refuses a plan with an address that is none.

    Raises:
        InputError: names the field.
    """
    named: dict[str, Any] = {name: getattr(plan, name) for name in _ADDRESSES}
    oracles = {f"oracles[{place}]": value for place, value in enumerate(plan.oracles)}
    for name, value in {**named, **oracles, **plan.existing}.items():
        if not is_address(value):
            raise InputError(f"{name}: expected an address, not {value!r}")
