"""The proposal: what a deployment would do on a chain, before anything is signed.

`propose` only reads. It answers every contract with its address and whether it is there, the roles
with their holders, fees and funds, and the reasons why the chain or the plan must be refused; gas
comes from `simulate` and is added by `Proposal.with_gas`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from keelmark.chain.compiler import Artefact
from keelmark.chain.operations import GetChainId, GetCode, Operation
from keelmark.chain.transactions import Fees, GetBalance, GetFees
from keelmark.deploy.act.fees import first_price
from keelmark.deploy.chain_needs import chain_refusals, token_digits
from keelmark.deploy.house_file import House
from keelmark.deploy.kit import whole_existing
from keelmark.deploy.plan import KIT, MAX_ORACLES, ZERO_ADDRESS, HeldRole, Plan
from keelmark.deploy.roles import held_roles, planned_roles
from keelmark.deploy.steps import Step, addresses, steps
from keelmark.deploy.wiring import matcher_domain
from keelmark.errors import InputError, KeelmarkError, RpcUnreachable

__all__ = ["PlannedStep", "Proposal", "coins", "propose"]


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One contract, and how it stands on the chain."""

    step: Step
    state: str
    """``missing``, ``exists``, or ``foreign``: there is code, and it is not what we create."""
    gas: int | None = None
    """What its creation takes, by simulation; None if it was not simulated."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a deployment would do."""

    chain_id: int
    system: str
    plan: Plan
    """With everything that is there already among its `existing`."""
    sender: str
    """Who pays; is given no role."""
    steps: tuple[PlannedStep, ...]
    """In the order of `KIT`, without those that the plan says are there."""
    roles: tuple[HeldRole, ...]
    """Who holds what, or will: read from the chain where the contract is there."""
    balance: int
    """The sender's, wei."""
    fees: Fees
    refusals: tuple[str, ...]
    """Why nothing is sent, a sentence each; empty if nothing stands in the way."""
    notes: tuple[str, ...] = ()
    """What a reader should know and nothing refuses."""

    @property
    def missing(self) -> tuple[Step, ...]:
        """The steps to take."""
        return tuple(item.step for item in self.steps if item.state == "missing")

    @property
    def addresses(self) -> dict[str, str]:
        """Every contract's address by name."""
        return addresses(self.plan, tuple(item.step for item in self.steps))

    @property
    def gas(self) -> int:
        """Gas of everything that is missing; 0 before the simulation."""
        return sum(item.gas or 0 for item in self.steps if item.state == "missing")

    @property
    def gas_price(self) -> int:
        """Wei a gas at current fees."""
        return (self.fees.base_fee or 0) + self.fees.tip

    @property
    def cost(self) -> int:
        """Wei at current fees."""
        return self.gas * self.gas_price

    def most(self, max_fee: int | None = None) -> int:
        """Wei that are offered at most, and that the sender must hold: the base fee may double.

        Args:
            max_fee: wei a gas that are paid at most; None without a limit.
        """
        price = first_price(self.fees, max_fee)
        return self.gas * (price.max_fee if price is not None else max_fee or 0)

    def with_gas(self, used: Mapping[str, int], max_fee: int | None = None) -> Proposal:
        """The proposal with what the simulation found, and what follows from it.

        Args:
            used: gas by contract.
            max_fee: wei a gas that are paid at most; None without a limit.
        """
        known = tuple(replace(item, gas=used.get(item.step.name, item.gas)) for item in self.steps)
        found = replace(self, steps=known)
        refusals = list(self.refusals)
        for item in known:
            if item.gas is not None and item.gas > self.fees.block_gas_limit:
                refusals.append(
                    f"gas: {item.step.name} takes {item.gas:,}, a block of this chain holds "
                    f"{self.fees.block_gas_limit:,}; nothing was sent"
                )
        needed = found.most(max_fee)
        if found.missing and self.balance < needed:
            refusals.append(
                f"funds: {self.sender} holds {coins(self.balance)}, expected {coins(needed)} at "
                f"least for {len(found.missing)} contracts; nothing was sent"
            )
        return replace(found, refusals=tuple(refusals))

    def check(self) -> None:
        """Refuses what must be refused.

        Raises:
            InputError: the first reason.
        """
        if self.refusals:
            raise InputError(self.refusals[0])


def coins(wei: int) -> str:
    """Wei in whole coins, as short as it can be said exactly to eight digits, rounded up."""
    unit = 10**10
    rounded = -(-wei // unit)
    whole, rest = divmod(rounded, 10**8)
    return f"{whole:,}.{rest:08d}".rstrip("0").rstrip(".")


def propose(house: House, compiled: Mapping[str, Artefact], sender: str) -> Operation[Proposal]:
    """The operation that reads a chain and says what a deployment would do there.

    Args:
        house: what to deploy.
        compiled: the kit, by name.
        sender: who would pay.

    Raises:
        InputError: an address of the plan is none, or the plan names what is not there.
    """
    sender = str(to_checksum_address(sender))
    chain_id: int = yield GetChainId()
    existing = yield from whole_existing(house.plan)
    plan = replace(house.plan, existing=existing)
    refusals = list((yield from chain_refusals()))
    digits, words = yield from token_digits(plan.token)
    refusals += words
    refusals += yield from _named_contracts(plan)
    refused, unlike = yield from _existing_words(plan, chain_id)
    refusals += refused
    planned = steps(plan, compiled, chain_id=chain_id, token_digits=digits)
    standing: list[PlannedStep] = []
    for step in planned:
        code: bytes = yield GetCode(step.address)
        state = "missing"
        if code:
            known = step.code_hash in (None, keccak(code))
            state = "exists" if known else "foreign"
        if state == "foreign":
            refusals.append(
                f"{step.name}: the code at {step.address} is not ours, its hash is "
                f"0x{keccak(code).hex()}; nothing was sent"
            )
        standing.append(PlannedStep(step, state))
    at = addresses(plan, planned)
    # Code that is not ours may answer without end: it is asked nothing more.
    there = {name: at[name] for name in existing if not refused}
    there |= {item.step.name: item.step.address for item in standing if item.state == "exists"}
    roles, notes = yield from _roles(plan, there, sender)
    balance: int = yield GetBalance(sender)
    fees: Fees = yield GetFees()
    return Proposal(
        chain_id=chain_id,
        system=house.system,
        plan=plan,
        sender=sender,
        steps=tuple(standing),
        roles=roles,
        balance=balance,
        fees=fees,
        refusals=tuple(refusals),
        notes=(*unlike, *notes),
    )


def _named_contracts(plan: Plan) -> Operation[list[str]]:
    """Contracts of others that a plan names and that must be there."""
    named = {f"oracles[{place}]": address for place, address in enumerate(plan.oracles)}
    if plan.sequencer != ZERO_ADDRESS:
        named["sequencer"] = plan.sequencer
    refusals: list[str] = []
    for field, address in named.items():
        if not (yield GetCode(address)):
            refusals.append(f"{field}: there is no contract at {address}; nothing was sent")
    return refusals


def _existing_words(plan: Plan, chain_id: int) -> Operation[tuple[list[str], list[str]]]:
    """Whether what the plan says is there is what it says: why it is refused, and what was built
    into it for good and is not what the plan has."""
    from keelmark.releases import identify

    refusals: list[str] = []
    notes: list[str] = []
    oracles = (*plan.oracles, *(ZERO_ADDRESS,) * (MAX_ORACLES - len(plan.oracles)))
    planned = {f"ORACLE_{place}": oracle for place, oracle in enumerate(oracles, 1)}
    planned["SEQUENCER"] = plan.sequencer
    for name, address in plan.existing.items():
        code: bytes = yield GetCode(address)
        match = identify(code)
        if match is None or match.contract != name:
            stands = f"is {match.contract}" if match else "is of no release of ours"
            refusals.append(
                f"existing: the code at {address} {stands}, expected {name}; nothing was sent"
            )
            continue
        if name == "OrderMatcher" and match.value("_DOMAIN") != matcher_domain(chain_id, address):
            refusals.append(
                f"existing: the {name} at {address} signs for another contract or chain; "
                "nothing was sent"
            )
        for item in match.immutables:
            wanted, found = planned.get(item.name), str(item.value)
            if wanted is not None and found.lower() != wanted.lower():
                notes.append(f"{name} is there already; its {item.name} is {found}, not {wanted}")
    return refusals, notes


def _roles(
    plan: Plan, there: Mapping[str, str], sender: str
) -> Operation[tuple[tuple[HeldRole, ...], tuple[str, ...]]]:
    """Who holds or will hold what, and what is notable about it."""
    try:
        held = yield from held_roles(there)
    except RpcUnreachable:
        raise
    except KeelmarkError:
        held = ()  # what stands there is no contract of ours, and is refused for that
    told = {(role.contract, role.role): role for role in held}
    found: list[HeldRole] = list(held)
    notes: list[str] = []
    for role in planned_roles(plan):
        actual = told.get((role.contract, role.role))
        if role.contract not in there:
            found.append(role)
        elif actual is not None and actual.holder != role.holder:
            notes.append(
                f"{role.contract} is there already; its {role.role} is {actual.holder}, "
                f"not {role.holder}"
            )
    found.sort(key=lambda role: KIT.index(role.contract))
    own = [f"{role.role} of {role.contract}" for role in found if role.holder == sender]
    if own:
        notes.append(f"the sender itself holds: {', '.join(own)}")
    return tuple(found), tuple(notes)
