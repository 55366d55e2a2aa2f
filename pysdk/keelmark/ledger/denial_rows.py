"""What is said of one denial, and how it follows from an event or from a failed transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from keelmark.bindings.calldata import Calldata, Scalar
from keelmark.bindings.events import ActDenied
from keelmark.chain.operations import BlockBody, SentTransaction
from keelmark.errors import GateRefusal, Reverted, reverted
from keelmark.types import Action, GateReason

__all__ = ["Denial", "Origin", "Place", "asked_about", "from_event", "from_failure"]

T = TypeVar("T", int, str)

_ACCOUNTS = frozenset(
    {"account", "buyer", "buyer_account", "counterparty", "from_member", "member", "members"}
    | {"owners", "seller_account", "taker"}
)
_WALLETS = frozenset({"lost", "members", "owner", "party", "replacement", "wallet"})
_INSTRUMENTS = frozenset({"instrument", "instruments", "options"})
"""Names of the arguments that are an account id, a party's wallet, an instrument id."""

_GATED: Mapping[tuple[str, str], tuple[str, Action]] = MappingProxyType(
    {
        ("ClearingHouse", "choose_engine"): ("account", Action.WITHDRAW),
        ("ClearingHouse", "close_account"): ("account", Action.WITHDRAW),
        ("ClearingHouse", "commit_backstop"): ("member", Action.DEPOSIT),
        ("ClearingHouse", "deposit"): ("account", Action.DEPOSIT),
        ("ClearingHouse", "open_account"): ("member", Action.DEPOSIT),
        ("ClearingHouse", "withdraw"): ("account", Action.WITHDRAW),
        ("CloseOut", "buy_collateral"): ("buyer", Action.LIQUIDATE),
        ("CloseOut", "liquidate"): ("taker", Action.LIQUIDATE),
        ("CloseOut", "liquidate_many"): ("taker", Action.LIQUIDATE),
        ("DefaultFund", "claim"): ("member", Action.WITHDRAW),
        ("DefaultFund", "contribute"): ("member", Action.DEPOSIT),
        ("DefaultFund", "withdraw"): ("member", Action.WITHDRAW),
    }
)
"""By contract and function: the argument that the gate is asked about, and as which action."""


class Origin(StrEnum):
    """How a denial is known."""

    REPORTED = "reported"
    """By an event of the house."""
    REPLAYED = "replayed"
    """By making the call again; see `denials`."""
    OUT_OF_GAS = "out of gas"
    """It used all of its gas, or made again the call passes with more gas only."""
    UNEXPLAINED = "unexplained"
    """The transaction failed; made again the call passes, or the node has no such old state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """One act that was refused."""

    origin: Origin
    block: int
    time: int
    """Of the block, Unix seconds."""
    transaction: bytes
    """Hash."""
    position: int
    """Of the transaction in its block, from 0. Above 0, a replay may not see what came before."""
    contract: str
    """Name of the contract called; of the house if the call came through another contract."""
    function: str
    """Its name; its selector if the contract has no such function; empty if it is not known."""
    arguments: Mapping[str, Scalar]
    """What the function was given; see `Calldata`."""
    sender: str
    """Who sent the transaction."""
    accounts: tuple[int, ...]
    """Account ids that the act names."""
    wallets: tuple[str, ...]
    """Wallets of those who wanted to act, as far as the act names them, else the sender."""
    instruments: tuple[int, ...]
    """Instrument ids that the act names."""
    gate: GateReason | None
    """The gate's reason, if it was the gate that refused."""
    denied: tuple[int, ...]
    """Accounts that the gate denied; empty if it was not the gate, or either side may be meant."""
    action: Action | None
    """What the gate was asked for, where that is known."""
    reason: str
    """The contract's words; empty if unexplained."""
    rule: str | None
    """Id of the rule that bound, if a threshold of the rulebook is behind the refusal."""
    judged_at: int | None
    """Block whose state the reason was found on; None where nothing was replayed."""
    reference: bytes
    """Names the match, in a reported row of a trade; empty or zero elsewhere."""


@dataclass(frozen=True, slots=True)
class Place:
    """A transaction in its block, and the contract of the kit that it called."""

    body: BlockBody
    position: int
    contract: str
    call: Calldata

    @property
    def sent(self) -> SentTransaction:
        """The transaction."""
        return self.body.transactions[self.position]


def from_failure(
    place: Place,
    origin: Origin,
    refusal: Reverted | None,
    judged_at: int | None,
    denied: tuple[int, ...],
) -> Denial:
    """The row of a failed transaction."""
    arguments = place.call.arguments
    gate = refusal.gate if isinstance(refusal, GateRefusal) else None
    asked = _GATED.get((place.contract, place.call.function)) if gate is not None else None
    return Denial(
        origin=origin,
        block=place.body.header.number,
        time=place.body.header.time,
        transaction=place.sent.hash,
        position=place.position,
        contract=place.contract,
        function=place.call.function,
        arguments=arguments,
        sender=place.sent.sender,
        accounts=_chosen(arguments, _ACCOUNTS, int),
        wallets=_chosen(arguments, _WALLETS, str) or (place.sent.sender,),
        instruments=_chosen(arguments, _INSTRUMENTS, int),
        gate=gate,
        denied=denied,
        action=asked[1] if asked else None,
        reason=refusal.reason if refusal else "",
        rule=refusal.rule if refusal else None,
        judged_at=judged_at,
        reference=b"",
    )


def from_event(place: Place, event: ActDenied) -> Denial:
    """The row of a denial that the house reported."""
    known = reverted(f"house: gate {event.reason}")
    action = Action(event.action) if event.action in set(Action) else None
    paid = action in (Action.DEPOSIT, Action.WITHDRAW)
    return Denial(
        origin=Origin.REPORTED,
        block=place.body.header.number,
        time=place.body.header.time,
        transaction=place.sent.hash,
        position=place.position,
        contract=place.contract,
        function=place.call.function,
        arguments=place.call.arguments,
        sender=place.sent.sender,
        accounts=(event.account,),
        wallets=(event.wallet,),
        instruments=() if paid else (event.subject,),
        gate=known.gate if isinstance(known, GateRefusal) else None,
        denied=(event.account,),
        action=action,
        reason=known.reason,
        rule=known.rule,
        judged_at=None,
        reference=event.reference,
    )


def asked_about(place: Place) -> tuple[int, ...]:
    """The account that a function asks the gate about; none if that is not one of its arguments."""
    asked = _GATED.get((place.contract, place.call.function))
    return _chosen(place.call.arguments, {asked[0]}, int) if asked else ()


def _chosen(arguments: Mapping[str, Scalar], names: Iterable[str], kind: type[T]) -> tuple[T, ...]:
    """The arguments of some names and one type, each value once, in their order."""
    found: dict[T, None] = {}
    for name, value in arguments.items():
        leaf = next(part for part in reversed(name.split(".")) if not part.isdigit())
        if leaf in names and isinstance(value, kind) and not isinstance(value, bool):
            found.setdefault(value)
    return tuple(found)
