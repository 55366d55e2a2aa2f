"""What to deploy and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from keelmark.bindings.clearing_house import ClearingHouse
from keelmark.bindings.close_out import CloseOut
from keelmark.bindings.default_fund import DefaultFund
from keelmark.bindings.instrument_registry import InstrumentRegistry
from keelmark.bindings.option_pricer import OptionPricer
from keelmark.bindings.order_matcher import OrderMatcher
from keelmark.bindings.party_registry import PartyRegistry
from keelmark.bindings.price_board import PriceBoard
from keelmark.bindings.rulebook import Rulebook
from keelmark.errors import InputError
from keelmark.identifiers import check_lei
from keelmark.types import Regime

__all__ = ["KIT", "REPORTING", "DeployedContract", "Deployment", "Plan"]

ZERO_ADDRESS = "0x" + "00" * 20

KIT = (
    "Rulebook",
    "PartyRegistry",
    "InstrumentRegistry",
    "PriceBoard",
    "OrderMatcher",
    "CloseOut",
    "DefaultFund",
    "TakeOverDesk",
    "LossDesk",
    "BackOffice",
    "InstrumentDesk",
    "ClearingHouse",
    "OptionPricer",
)
"""The contracts of a house, in the order in which they are deployed: none needs a later one."""

SHARED = (*KIT[:7], "OptionPricer")
"""Those that several houses may use."""

REPORTING = ("PartyRegistry", "InstrumentRegistry", "PriceBoard", "DefaultFund", "ClearingHouse")
"""The contracts whose logs are the report, each with its report chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A house and those who will hold its roles. The deployer is given none.

    Raises:
        InputError: the LEI is none, or two roles of a registry would have one holder.
    """

    lei: str
    """The house's Legal Entity Identifier, twenty characters."""
    token: str
    """Settlement token: an ERC-20 with at most eighteen decimals."""
    token_feed: int
    """Feed of the settlement token on the price board."""
    operator: str
    """Lists instruments and collateral and admits members; two-step role of the house."""
    registrar: str
    """Onboards parties."""
    supervisor: str
    """Freezes and restricts parties, with a legal basis."""
    lister: str
    """Registers underliers and instruments."""
    price_operator: str
    """Adds feeds and their sources."""
    regime: Regime = Regime.CLEARED_OTC
    """Which law's margin applies, for good."""
    sequencer: str = ZERO_ADDRESS
    """Uptime feed of a layer-2's sequencer; zero where there is none."""
    existing: Mapping[str, str] = field(default_factory=dict)
    """Contracts that are there already and are used as they are, by name."""

    def __post_init__(self) -> None:
        check_lei(self.lei)
        unknown = set(self.existing) - set(SHARED)
        if unknown:
            raise InputError(
                f"existing: {', '.join(sorted(unknown))} cannot be shared; expected names among "
                f"{', '.join(SHARED)}"
            )


@dataclass(frozen=True, slots=True)
class DeployedContract:
    """One contract on the chain."""

    name: str
    address: str
    """Checksummed."""
    block_number: int
    """Block in which it was created, or was found if it was there before."""
    block_hash: str
    """That block's hash, ``0x`` and 64 digits."""
    transaction_hash: str
    """The transaction that created it; empty if it was there before."""
    code_hash: str
    """keccak256 of the deployed code, ``0x`` and 64 digits."""
    source_hash: str
    """SHA-256 over the sources that it was compiled from, the compiler and its settings."""
    gas_used: int
    """Gas of the creation; 0 if it was there before."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """A house on a chain, with the parts it was built from."""

    chain_id: int
    rulebook_digest: str
    """The digest over every rule, ``0x`` and 64 digits."""
    regime: Regime
    lei: str
    token: str
    """The settlement token."""
    token_feed: int
    contracts: Mapping[str, DeployedContract]
    """By name, in the order of `KIT`."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "contracts", MappingProxyType(dict(self.contracts)))

    @property
    def first_block(self) -> int:
        """The first block that has a log of the kit."""
        return min(contract.block_number for contract in self.contracts.values())

    @property
    def reporting(self) -> Mapping[str, str]:
        """Addresses of the contracts whose logs are the report, by name."""
        return {name: self.contracts[name].address for name in REPORTING}

    @property
    def rulebook(self) -> Rulebook:
        """Binding of the rulebook."""
        return Rulebook(self.contracts["Rulebook"].address)

    @property
    def parties(self) -> PartyRegistry:
        """Binding of the party registry."""
        return PartyRegistry(self.contracts["PartyRegistry"].address)

    @property
    def instruments(self) -> InstrumentRegistry:
        """Binding of the instrument registry."""
        return InstrumentRegistry(self.contracts["InstrumentRegistry"].address)

    @property
    def board(self) -> PriceBoard:
        """Binding of the price board."""
        return PriceBoard(self.contracts["PriceBoard"].address)

    @property
    def matcher(self) -> OrderMatcher:
        """Binding of the order matcher."""
        return OrderMatcher(self.contracts["OrderMatcher"].address)

    @property
    def close_out(self) -> CloseOut:
        """Binding of the close-out contract."""
        return CloseOut(self.contracts["CloseOut"].address)

    @property
    def fund(self) -> DefaultFund:
        """Binding of the default fund."""
        return DefaultFund(self.contracts["DefaultFund"].address)

    @property
    def house(self) -> ClearingHouse:
        """Binding of the clearing house."""
        return ClearingHouse(self.contracts["ClearingHouse"].address)

    @property
    def pricer(self) -> OptionPricer:
        """Binding of the option pricer."""
        return OptionPricer(self.contracts["OptionPricer"].address)
