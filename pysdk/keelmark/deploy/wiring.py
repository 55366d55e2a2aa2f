"""Which constructor arguments each contract of the kit gets, decided here and nowhere else.

Whoever creates the kit, one after another on a chain of one's own or through the factory at
addresses known in advance, takes the arguments from `arguments`; whoever checks deployed code
takes from `immutables` what the constructor must have fixed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode
from eth_utils.address import is_address, to_checksum_address
from eth_utils.crypto import keccak

from keelmark.deploy.plan import MAX_ORACLES, ZERO_ADDRESS, Plan
from keelmark.errors import InputError
from keelmark.identifiers import pack_lei

__all__ = ["Argument", "arguments", "check_addresses", "encoded", "immutables"]


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
    return _MAKERS[name](plan, at) if name in _MAKERS else ()


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
        return (chain_id, int.from_bytes(_matcher_domain(chain_id, at[name]), "big"))
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


def _matcher_domain(chain_id: int, matcher: str) -> bytes:
    """The EIP-712 domain separator of an order matcher."""
    names = (
        keccak(text=_DOMAIN_TYPE),
        keccak(text="Keelmark OrderMatcher"),
        keccak(text="1"),
    )
    types = ["bytes32", "bytes32", "bytes32", "uint256", "address"]
    return keccak(encode(types, [*names, chain_id, matcher]))


def _address(name: str, value: str) -> Argument:
    return Argument(name, "address", to_checksum_address(value))


def _supervision(plan: Plan, _at: Mapping[str, str]) -> tuple[Argument, ...]:
    return (
        _address("convenor", plan.convenor),
        _address("authority", plan.supervisor),
        Argument("identifier", "uint256", pack_lei(plan.supervisor_lei)),
        Argument("jurisdiction", "bytes2", plan.supervisor_jurisdiction.encode("ascii")),
        Argument("powers", "uint256", int(plan.supervisor_powers)),
        Argument("until", "uint256", plan.supervisor_until),
    )


def _sanctions(plan: Plan, _at: Mapping[str, str]) -> tuple[Argument, ...]:
    oracles = (*plan.oracles, *(ZERO_ADDRESS,) * (MAX_ORACLES - len(plan.oracles)))
    return (
        _address("officer", plan.sanctions_officer),
        *(_address(f"oracle_{place}", value) for place, value in enumerate(oracles, 1)),
    )


def _party_desk(_plan: Plan, at: Mapping[str, str]) -> tuple[Argument, ...]:
    return (
        _address("supervision_", at["Supervision"]),
        _address("sanctions", at["SanctionsList"]),
    )


def _party_registry(plan: Plan, at: Mapping[str, str]) -> tuple[Argument, ...]:
    return (
        _address("registrar", plan.registrar),
        _address("supervision", at["Supervision"]),
        _address("sanctions", at["SanctionsList"]),
        _address("desk", at["PartyDesk"]),
    )


def _instrument_registry(plan: Plan, _at: Mapping[str, str]) -> tuple[Argument, ...]:
    return (_address("lister", plan.lister),)


def _price_board(plan: Plan, _at: Mapping[str, str]) -> tuple[Argument, ...]:
    return (_address("operator", plan.price_operator), _address("sequencer", plan.sequencer))


def _default_fund(plan: Plan, _at: Mapping[str, str]) -> tuple[Argument, ...]:
    return (_address("token", plan.token),)


def _shared(plan: Plan, at: Mapping[str, str]) -> tuple[Argument, ...]:
    """What the house and the four that it delegates to must agree on."""
    return (
        _address("rulebook", at["Rulebook"]),
        _address("parties", at["PartyRegistry"]),
        _address("instruments_", at["InstrumentRegistry"]),
        _address("board", at["PriceBoard"]),
        _address("matcher", at["OrderMatcher"]),
        _address("close_out", at["CloseOut"]),
        _address("fund", at["DefaultFund"]),
        _address("token", plan.token),
        Argument("token_feed", "uint256", plan.token_feed),
        Argument("regime", "uint256", int(plan.regime)),
        Argument("lei", "uint256", pack_lei(plan.lei)),
    )


def _loss_desk(plan: Plan, at: Mapping[str, str]) -> tuple[Argument, ...]:
    return (*_shared(plan, at), _address("take_over_desk_", at["TakeOverDesk"]))


def _back_office(plan: Plan, at: Mapping[str, str]) -> tuple[Argument, ...]:
    return (*_shared(plan, at), _address("loss_desk_", at["LossDesk"]))


def _clearing_house(plan: Plan, at: Mapping[str, str]) -> tuple[Argument, ...]:
    return (
        *_shared(plan, at),
        _address("back_office_", at["BackOffice"]),
        _address("instrument_desk_", at["InstrumentDesk"]),
        _address("operator", plan.operator),
    )


def _lens(_plan: Plan, at: Mapping[str, str]) -> tuple[Argument, ...]:
    return (
        _address("rulebook", at["Rulebook"]),
        _address("house", at["ClearingHouse"]),
        _address("instruments", at["InstrumentRegistry"]),
    )


_MAKERS: Mapping[str, Callable[[Plan, Mapping[str, str]], tuple[Argument, ...]]] = {
    "Supervision": _supervision,
    "SanctionsList": _sanctions,
    "PartyDesk": _party_desk,
    "PartyRegistry": _party_registry,
    "InstrumentRegistry": _instrument_registry,
    "PriceBoard": _price_board,
    "DefaultFund": _default_fund,
    "TakeOverDesk": _shared,
    "LossDesk": _loss_desk,
    "BackOffice": _back_office,
    "InstrumentDesk": _shared,
    "ClearingHouse": _clearing_house,
    "GovernanceLens": _lens,
}


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
