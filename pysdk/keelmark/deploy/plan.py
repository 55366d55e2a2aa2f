"""What to deploy and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from keelmark.bindings.clearing_house import ClearingHouse
from keelmark.bindings.close_out import CloseOut
from keelmark.bindings.default_fund import DefaultFund
from keelmark.bindings.governance_lens import GovernanceLens
from keelmark.bindings.instrument_registry import InstrumentRegistry
from keelmark.bindings.option_pricer import OptionPricer
from keelmark.bindings.order_matcher import OrderMatcher
from keelmark.bindings.party_registry import PartyRegistry
from keelmark.bindings.price_board import PriceBoard
from keelmark.bindings.rulebook import Rulebook
from keelmark.bindings.sanctions_list import SanctionsList
from keelmark.bindings.supervision import Supervision
from keelmark.errors import InputError
from keelmark.identifiers import check_lei
from keelmark.identity.jurisdictions import is_jurisdiction
from keelmark.types import Power, Regime

__all__ = [
    "COMPILER",
    "KIT",
    "REPORTING",
    "CompilerSettings",
    "DeployedContract",
    "Deployment",
    "HeldRole",
    "Plan",
]

ZERO_ADDRESS = "0x" + "00" * 20

MAX_ORACLES = 3

ALL_POWERS = Power(127)

LAST_SECOND = 2**32 - 1
"""The latest end that a mandate can have."""

KIT = (
    "Rulebook",
    "Supervision",
    "SanctionsList",
    "PartyDesk",
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
    "GovernanceLens",
)
"""The contracts of a house, in the order in which they are deployed: none needs a later one."""

SHARED = (*KIT[:10], "OptionPricer")
"""Those that several houses may use."""

REPORTING = (
    "Supervision",
    "SanctionsList",
    "PartyRegistry",
    "InstrumentRegistry",
    "PriceBoard",
    "DefaultFund",
    "ClearingHouse",
)
"""The contracts whose logs are the report, each with its report chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A house and those who will hold its roles. The deployer is given none.

    Raises:
        InputError: an LEI or the jurisdiction is none, the convenor would be an authority, or
            there are too many oracles.
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
    convenor: str
    """Recognises authorities and widens or narrows their mandates; has no power itself."""
    supervisor: str
    """The founding authority, id 1, with every power from the start."""
    supervisor_lei: str
    """Its Legal Entity Identifier."""
    supervisor_jurisdiction: str
    """ISO 3166-1 alpha-2, or "EU": whose parties it may act on."""
    sanctions_officer: str
    """Updates and confirms the sanctions list. Nothing opens before it has done so once and
    somebody has called `sync_list` on the registry."""
    lister: str
    """Registers underliers and instruments."""
    price_operator: str
    """Adds feeds and their sources."""
    regime: Regime = Regime.CLEARED_OTC
    """Which law's margin applies, for good."""
    sequencer: str = ZERO_ADDRESS
    """Uptime feed of a layer-2's sequencer; zero where there is none."""
    supervisor_powers: Power = ALL_POWERS
    """What the founding authority's mandate allows."""
    supervisor_until: int = LAST_SECOND
    """Second in which the founding authority's mandate is over."""
    oracles: tuple[str, ...] = ()
    """Contracts with `isSanctioned(address)` asked beside the list, at most three, for good."""
    existing: Mapping[str, str] = field(default_factory=dict)
    """Contracts that are there already and are used as they are, by name. A party registry
    brings the desk, the list and the supervision that it was built with."""

    def __post_init__(self) -> None:
        check_lei(self.lei)
        check_lei(self.supervisor_lei)
        if not is_jurisdiction(self.supervisor_jurisdiction):
            raise InputError(
                "supervisor_jurisdiction: expected a code of ISO 3166-1 or EU, not "
                f"{self.supervisor_jurisdiction!r}"
            )
        if self.convenor == self.supervisor:
            raise InputError("convenor: is the supervisor, expected somebody without a mandate")
        if len(self.oracles) > MAX_ORACLES:
            raise InputError(f"oracles: expected at most {MAX_ORACLES}, not {len(self.oracles)}")
        unknown = set(self.existing) - set(SHARED)
        if unknown:
            raise InputError(
                f"existing: {', '.join(sorted(unknown))} cannot be shared; expected names among "
                f"{', '.join(SHARED)}"
            )


@dataclass(frozen=True, slots=True)
class CompilerSettings:
    """What compiled the kit, and how."""

    name: str
    version: str
    evm_version: str
    """The fork whose opcodes the code may use."""
    optimise: str
    bytecode_metadata: bool
    """Whether the init code ends with a trailer about its sources."""


COMPILER = CompilerSettings("vyper", "0.4.3", "prague", "gas", bytecode_metadata=False)
"""The compiler of this release."""


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role and who holds it."""

    contract: str
    """Name of the contract where it counts."""
    role: str
    """Its name, as the contract hashes it, or ``authority 1`` and so on for mandates."""
    holder: str
    """Checksummed; the zero address: nobody, for good."""


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
    constructor_arguments: str = "0x"
    """ABI-encoded, ``0x`` and hexadecimal; empty as well where they are not known."""
    init_code_hash: str = ""
    """keccak256 of the creation code with its arguments; empty if it is not known."""
    salt: str = ""
    """What the factory was given, ``0x`` and 64 digits; empty if no factory created it."""


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
    system: str = "keelmark"
    """Its name among the deployments of a chain, and its manifest's."""
    release: str = ""
    """Version of the package whose sources these are; empty if it is not known."""
    factory: str = ""
    """The CREATE2 factory; empty if the contracts were created one by one."""
    compiler: CompilerSettings = COMPILER
    roles: tuple[HeldRole, ...] = ()
    """Who held what when this was written."""

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
    def supervision(self) -> Supervision:
        """Binding of supervision."""
        return Supervision(self.contracts["Supervision"].address)

    @property
    def sanctions(self) -> SanctionsList:
        """Binding of the sanctions list."""
        return SanctionsList(self.contracts["SanctionsList"].address)

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

    @property
    def lens(self) -> GovernanceLens:
        """Binding of the governance lens."""
        return GovernanceLens(self.contracts["GovernanceLens"].address)
