"""Deploys the kit: one operation, in the order in which the contracts need one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypedDict

from eth_utils.address import is_address, to_checksum_address
from eth_utils.crypto import keccak

from keelmark.bindings.back_office import BackOffice
from keelmark.bindings.clearing_house import ClearingHouse
from keelmark.bindings.close_out import CloseOut
from keelmark.bindings.default_fund import DefaultFund
from keelmark.bindings.governance_lens import GovernanceLens
from keelmark.bindings.instrument_desk import InstrumentDesk
from keelmark.bindings.instrument_registry import InstrumentRegistry
from keelmark.bindings.loss_desk import LossDesk
from keelmark.bindings.option_pricer import OptionPricer
from keelmark.bindings.order_matcher import OrderMatcher
from keelmark.bindings.party_desk import PartyDesk
from keelmark.bindings.party_registry import PartyRegistry
from keelmark.bindings.price_board import PriceBoard
from keelmark.bindings.rulebook import Rulebook
from keelmark.bindings.sanctions_list import SanctionsList
from keelmark.bindings.supervision import Supervision
from keelmark.bindings.take_over_desk import TakeOverDesk
from keelmark.chain.client import SigningChain
from keelmark.chain.compiler import Artefact, compile_contract
from keelmark.chain.operations import (
    BlockHeader,
    GetBlock,
    GetChainId,
    GetCode,
    Operation,
    Receipt,
)
from keelmark.deploy.plan import (
    KIT,
    MAX_ORACLES,
    ZERO_ADDRESS,
    DeployedContract,
    Deployment,
    Plan,
)
from keelmark.errors import ChainMismatch, InputError
from keelmark.identifiers import pack_lei
from keelmark.regulation import digest

__all__ = ["artefacts", "deploy", "deployment"]

Progress = Callable[[int, int, str], None]
"""Told how many contracts are there, of how many, and the name of the newest."""

_ROOMS: Mapping[str, str] = {
    "Rulebook": "rulebook",
    "Supervision": "supervision",
    "GovernanceLens": "supervision",
    "SanctionsList": "registry",
    "PartyDesk": "registry",
    "PartyRegistry": "registry",
    "InstrumentRegistry": "registry",
    "PriceBoard": "oracle",
    "OptionPricer": "pricing",
}

_GAS = 8_000_000
"""Gas limit of a creation: the largest contract there may be costs less."""


def artefacts() -> dict[str, Artefact]:
    """The compiled kit, by name."""
    return {name: compile_contract(f"{_ROOMS.get(name, 'margin')}/{name}") for name in KIT}


def deploy(chain: SigningChain, plan: Plan, *, progress: Progress | None = None) -> Deployment:
    """Deploys a house and its parts.

    Args:
        chain: where; its signer pays and is given no role.
        plan: the house.
        progress: told after each contract.

    Raises:
        InputError: an address of the plan is none.
        Reverted: a constructor refused.
    """
    return chain.run(deployment(plan, artefacts(), progress=progress))


def deployment(
    plan: Plan, compiled: Mapping[str, Artefact], *, progress: Progress | None = None
) -> Operation[Deployment]:
    """The operation behind `deploy`, for either driver."""
    _check_addresses(plan)
    chain_id: int = yield GetChainId()
    for name, address in plan.existing.items():
        if not (yield GetCode(address)):
            raise ChainMismatch(f"{name}: no contract at {address}")
    existing = yield from _existing(plan)
    made = _Builder(existing, compiled, progress, {})
    rulebook = yield from made.add("Rulebook", lambda code: Rulebook.create(code, gas=_GAS))
    found = yield from Rulebook(rulebook).digest()
    if found != digest():
        raise ChainMismatch(f"rulebook: its digest is 0x{found.hex()}, expected 0x{digest().hex()}")
    parties = yield from _parties(plan, made)
    instruments = yield from made.add(
        "InstrumentRegistry",
        lambda code: InstrumentRegistry.create(code, lister=plan.lister, gas=_GAS),
    )
    board = yield from made.add(
        "PriceBoard",
        lambda code: PriceBoard.create(
            code, operator=plan.price_operator, sequencer=plan.sequencer, gas=_GAS
        ),
    )
    matcher = yield from made.add("OrderMatcher", lambda code: OrderMatcher.create(code, gas=_GAS))
    close_out = yield from made.add("CloseOut", lambda code: CloseOut.create(code, gas=_GAS))
    fund = yield from made.add(
        "DefaultFund", lambda code: DefaultFund.create(code, token=plan.token, gas=_GAS)
    )
    wiring = _Wiring(
        rulebook=rulebook,
        parties=parties,
        instruments=instruments,
        board=board,
        matcher=matcher,
        close_out=close_out,
        fund=fund,
        token=plan.token,
        token_feed=plan.token_feed,
        regime=int(plan.regime),
        lei=pack_lei(plan.lei),
        gas=_GAS,
    )
    takers = yield from made.add("TakeOverDesk", lambda code: TakeOverDesk.create(code, **wiring))
    desk = yield from made.add(
        "LossDesk", lambda code: LossDesk.create(code, take_over_desk=takers, **wiring)
    )
    office = yield from made.add(
        "BackOffice", lambda code: BackOffice.create(code, loss_desk=desk, **wiring)
    )
    products = yield from made.add(
        "InstrumentDesk", lambda code: InstrumentDesk.create(code, **wiring)
    )
    house = yield from made.add(
        "ClearingHouse",
        lambda code: ClearingHouse.create(
            code,
            back_office=office,
            instrument_desk=products,
            operator=plan.operator,
            **wiring,
        ),
    )
    yield from made.add("OptionPricer", lambda code: OptionPricer.create(code, gas=_GAS))
    yield from made.add(
        "GovernanceLens",
        lambda code: GovernanceLens.create(
            code, rulebook=rulebook, house=house, instruments=instruments, gas=_GAS
        ),
    )
    return Deployment(
        chain_id=chain_id,
        rulebook_digest="0x" + found.hex(),
        regime=plan.regime,
        lei=plan.lei,
        token=to_checksum_address(plan.token),
        token_feed=plan.token_feed,
        contracts=made.contracts,
    )


def _existing(plan: Plan) -> Operation[dict[str, str]]:
    """What is there already: what the plan names, and what a registry that it names is built on.

    Raises:
        ChainMismatch: the plan names another contract than the registry.
    """
    found = dict(plan.existing)
    if "PartyRegistry" not in found:
        return found
    registry = PartyRegistry(to_checksum_address(found["PartyRegistry"]))
    for name, asking in (
        ("Supervision", registry.supervision),
        ("SanctionsList", registry.sanctions_list),
        ("PartyDesk", registry.party_desk),
    ):
        address = yield from asking()
        named = to_checksum_address(found.setdefault(name, address))
        if named != address:
            raise ChainMismatch(
                f"{name}: the plan names {named}, the party registry is built on {address}"
            )
    return found


def _parties(plan: Plan, made: _Builder) -> Operation[str]:
    """Who the authorities are, who is barred, and who may trade; answers the registry's address."""
    supervision = yield from made.add(
        "Supervision",
        lambda code: Supervision.create(
            code,
            convenor=plan.convenor,
            authority=plan.supervisor,
            identifier=pack_lei(plan.supervisor_lei),
            jurisdiction=plan.supervisor_jurisdiction.encode("ascii"),
            powers=int(plan.supervisor_powers),
            until=plan.supervisor_until,
            gas=_GAS,
        ),
    )
    oracles = (*plan.oracles, *(ZERO_ADDRESS,) * (MAX_ORACLES - len(plan.oracles)))
    sanctions = yield from made.add(
        "SanctionsList",
        lambda code: SanctionsList.create(
            code,
            officer=plan.sanctions_officer,
            oracle_1=oracles[0],
            oracle_2=oracles[1],
            oracle_3=oracles[2],
            gas=_GAS,
        ),
    )
    desk = yield from made.add(
        "PartyDesk",
        lambda code: PartyDesk.create(code, supervision=supervision, sanctions=sanctions, gas=_GAS),
    )
    address = yield from made.add(
        "PartyRegistry",
        lambda code: PartyRegistry.create(
            code,
            registrar=plan.registrar,
            supervision=supervision,
            sanctions=sanctions,
            desk=desk,
            gas=_GAS,
        ),
    )
    return address


class _Wiring(TypedDict):
    """Constructor arguments that the house and the four that it delegates to must agree on."""

    rulebook: str
    parties: str
    instruments: str
    board: str
    matcher: str
    close_out: str
    fund: str
    token: str
    token_feed: int
    regime: int
    lei: int
    gas: int


@dataclass(slots=True)
class _Builder:
    """Creates contracts, or takes those that the plan says are there, and notes them."""

    existing: Mapping[str, str]
    """Addresses of those that are there, by name."""
    compiled: Mapping[str, Artefact]
    progress: Progress | None
    contracts: dict[str, DeployedContract]

    def add(self, name: str, create: Callable[[bytes], Operation[Receipt]]) -> Operation[str]:
        """One contract; answers its address."""
        artefact = self.compiled[name]
        known = self.existing.get(name)
        if known is None:
            receipt = yield from create(artefact.bytecode)
            address = str(receipt.contract)
            number, block_hash = receipt.block_number, receipt.block_hash
            transaction, gas = "0x" + receipt.transaction_hash.hex(), receipt.gas_used
        else:
            address = to_checksum_address(known)
            head: BlockHeader = yield GetBlock()
            number, block_hash, transaction, gas = head.number, head.hash, "", 0
        code: bytes = yield GetCode(address)
        self.contracts[name] = DeployedContract(
            name=name,
            address=address,
            block_number=number,
            block_hash="0x" + block_hash.hex(),
            transaction_hash=transaction,
            code_hash="0x" + keccak(code).hex(),
            source_hash=artefact.source_hash,
            gas_used=gas,
        )
        if self.progress:
            self.progress(len(self.contracts), len(KIT), name)
        return address


def _check_addresses(plan: Plan) -> None:
    """Refuses a plan with an address that is none.

    Raises:
        InputError: names the field.
    """
    named = {
        name: getattr(plan, name)
        for name in (
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
    }
    oracles = {f"oracles[{place}]": value for place, value in enumerate(plan.oracles)}
    for name, value in {**named, **oracles, **plan.existing}.items():
        if not is_address(value):
            raise InputError(f"{name}: expected an address, not {value!r}")
