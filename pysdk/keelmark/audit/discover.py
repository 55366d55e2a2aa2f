"""A house and all its parts, found from one address: no manifest is asked.

What the deployed code carries (immutables) leads from contract to contract. The three that nothing
leads to (rulebook, option pricer, governance lens) are looked for in the house's own constructor
arguments, at the addresses that the factory gives them on every chain, and among what the same
account created just before and after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from eth_abi.abi import encode
from eth_utils.address import to_checksum_address

from keelmark.audit.links import DELEGATES, LINKS
from keelmark.audit.origin import Creation, created_at, creation_of
from keelmark.audit.predicted import proved_by_address, released_init_code
from keelmark.audit.sight import Kind, Sight, look
from keelmark.chain.operations import BlockHeader, GetBlock, GetChainId, Operation
from keelmark.deploy.factory import FACTORY, SALT, create2_address
from keelmark.deploy.plan import KIT, DeployedContract, Deployment
from keelmark.errors import ChainMismatch
from keelmark.identifiers import unpack_lei
from keelmark.releases import releases
from keelmark.types import Regime

__all__ = ["Discovery", "Part", "discover", "explore", "trusted"]

NEIGHBOURS: Final = 40
"""Nonces before and after the house's among which its deployer's other contracts are looked for."""

LOOSE: Final = ("Rulebook", "OptionPricer", "GovernanceLens")
"""Contracts of a house to which nothing in it leads."""

GIVEN: Final = "the manifest"
"""Found where a manifest says."""

ARGUMENT: Final = "constructor argument of ClearingHouse"
"""Found where the house's creation says."""


@dataclass(frozen=True, slots=True)
class Part:
    """A contract and how it was found."""

    name: str
    """What it must be; the address where that is not known."""
    sight: Sight
    found_by: str
    """As ``BOARD of ClearingHouse``."""
    creation: Creation = field(default_factory=Creation)

    @property
    def sound(self) -> bool:
        """Whether it is the contract that it must be."""
        return self.sight.kind is Kind.KNOWN and self.sight.contract == self.name


@dataclass(frozen=True, slots=True)
class Mention:
    """A contract that another one's code names."""

    by: str
    immutable: str
    name: str
    """What must stand there."""
    address: str


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found from one address, all at one block."""

    chain_id: int
    block: BlockHeader
    root: Part
    """The address that was asked about."""
    parts: Mapping[str, Part]
    """By name, the root among them, the kit's in the order of `KIT`."""
    mentions: tuple[Mention, ...]
    """Every connection that the code carries."""
    written_blocks: Mapping[str, int] = field(default_factory=dict)
    """In which block a manifest says that a part was created, by name; not believed."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", MappingProxyType(dict(self.parts)))

    @property
    def house(self) -> Part | None:
        """The clearing house, if one was found."""
        return self.parts.get("ClearingHouse")

    def address(self, name: str) -> str:
        """Where a part is; empty if it was not found."""
        part = self.parts.get(name)
        return part.sight.address if part else ""

    @property
    def first_block(self) -> int:
        """The earliest block in which a part was created; 0 where that is not known of each."""
        return self.first_of(self.parts)

    def first_of(self, names: Iterable[str]) -> int:
        """The earliest block in which one of some parts was created; where that is not known of
        each, what a manifest says, and without one 0."""
        wanted = list(names)
        seen = [self.parts[name].creation.block for name in wanted]
        said = [self.written_blocks.get(name) for name in wanted]
        for blocks in (seen, said):
            known = [block for block in blocks if block is not None]
            if known and len(known) == len(wanted):
                return min(known)
        return 0

    @property
    def rulebook_digest(self) -> str:
        """The digest with which the house's release was compiled, ``0x`` and 64 digits; empty where
        no contract of a house is known."""
        part = self.house or self.root
        version = part.sight.release if part.sight.contract in KIT else ""
        return next((one.rulebook_digest for one in releases() if one.version == version), "")

    def deployment(self) -> Deployment:
        """The house as the rest of the package takes it, like one read from a manifest. A block
        that is not known is the one of this discovery, gas is 0, and roles are not asked.

        Raises:
            ChainMismatch: a part is missing or is other code.
        """
        wrong = [name for name in KIT if name not in self.parts or not self.parts[name].sound]
        if wrong:
            raise ChainMismatch(
                f"discover: of the house at {self.root.sight.address} "
                f"{', '.join(wrong)} cannot be found or is other code"
            )
        return self.deployment_of(KIT)

    def deployment_of(self, names: Iterable[str]) -> Deployment:
        """`deployment` with some of the parts; the house must be among those that were found.

        Raises:
            ChainMismatch: the house's code carries a regime or an LEI that is none.
        """
        house = self.parts["ClearingHouse"].sight
        try:
            regime = Regime(int(house.immutables["REGIME"]))
            lei = unpack_lei(int(house.immutables["LEI"]))
        except ValueError as error:
            raise ChainMismatch(f"discover: the house's code is built wrongly, {error}") from None
        parts = [self.parts[name] for name in names]
        return Deployment(
            chain_id=self.chain_id,
            rulebook_digest=self.rulebook_digest,
            regime=regime,
            lei=lei,
            token=str(house.immutables["TOKEN"]),
            token_feed=int(house.immutables["TOKEN_FEED"]),
            contracts={part.name: _deployed(part, self.block) for part in parts},
            release=house.release,
            factory=FACTORY if any(part.creation.factory for part in parts) else "",
        )


def _deployed(part: Part, block: BlockHeader) -> DeployedContract:
    """A part as a manifest has it."""
    made, seen = part.creation, part.sight
    known = made.block is not None and bool(made.block_hash)
    release = next(one for one in releases() if one.version == seen.release)
    return DeployedContract(
        name=part.name,
        address=seen.address,
        block_number=made.block if known and made.block is not None else block.number,
        block_hash=made.block_hash if known else "0x" + block.hash.hex(),
        transaction_hash=made.transaction_hash,
        code_hash=seen.code_hash,
        source_hash=release.contract(part.name).source_hash,
        gas_used=0,
        constructor_arguments="0x" + (made.arguments or b"").hex(),
        init_code_hash=made.init_code_hash if made.shown else "",
        salt=made.salt if made.shown else "",
    )


def trusted(found: Discovery, name: str) -> bool:
    """Whether a part is what it must be, and all that answers in its place."""
    return all(
        one in found.parts and found.parts[one].sound for one in (name, *DELEGATES.get(name, ()))
    )


def discover(
    house: str, *, written: Deployment | None = None, history: bool = True
) -> Operation[Discovery]:
    """The operation that finds a house's parts from its address.

    Args:
        house: the clearing house's address, checksummed.
        written: what a manifest says of it: where parts are to which nothing leads, and with which
            arguments they were built; neither is believed.
        history: whether to ask when and by whom each part was created.

    Raises:
        ChainMismatch: the code there is no clearing house of a release.
    """
    found = yield from explore(house, written=written, history=history)
    if found.root.sight.contract != "ClearingHouse":
        raise ChainMismatch(
            f"discover: at {house} is {found.root.sight.told()}, expected a ClearingHouse of a "
            "release"
        )
    return found


def explore(
    address: str, *, written: Deployment | None = None, history: bool = True
) -> Operation[Discovery]:
    """The operation behind `discover`, for an address that may be anything.

    Args:
        address: where to begin, checksummed.
        written: as for `discover`.
        history: as for `discover`.
    """
    chain_id: int = yield GetChainId()
    head: BlockHeader = yield GetBlock()
    seen = yield from look(address, head.number)
    root = Part(seen.contract or address, seen, "asked about")
    contracts = written.contracts if written is not None else {}
    walk = _Walk(head.number, history, contracts, {root.name: root}, [])
    yield from walk.follow(root.name)
    if "ClearingHouse" in walk.parts and walk.parts["ClearingHouse"].sound:
        yield from walk.loose()
    yield from walk.prove()
    order = [*KIT, *(name for name in walk.parts if name not in KIT)]
    parts = {name: walk.parts[name] for name in order if name in walk.parts}
    blocks = {name: one.block_number for name, one in contracts.items()}
    return Discovery(chain_id, head, parts[root.name], parts, tuple(walk.mentions), blocks)


@dataclass(slots=True)
class _Walk:
    """Parts, as they are found."""

    head: int
    history: bool
    written: Mapping[str, DeployedContract]
    """What a manifest says, by name."""
    parts: dict[str, Part]
    mentions: list[Mention]

    def follow(self, name: str) -> Operation[None]:
        """Goes where a part's code leads; a name that is found twice keeps its first address."""
        waiting = [name]
        while waiting:
            part = yield from self._dated(waiting.pop(0))
            if not part.sound:
                continue
            for immutable, target in LINKS.get(part.name, {}).items():
                address = str(part.sight.immutables[immutable])
                self.mentions.append(Mention(part.name, immutable, target, address))
                if target not in self.parts:
                    seen = yield from look(address, self.head)
                    self.parts[target] = Part(target, seen, f"{immutable} of {part.name}")
                    waiting.append(target)

    def _dated(self, name: str) -> Operation[Part]:
        """A part with how it came to be."""
        part = self.parts[name]
        if self.history and part.sight.kind is not Kind.NOTHING:
            known = (one.creation.block for one in self.parts.values())
            near = next((block for block in known if block is not None), None)
            made = yield from creation_of(part.sight, self.head, near)
            part = self.parts[name] = replace(part, creation=made)
        return part

    def loose(self) -> Operation[None]:
        """Finds what nothing in the house leads to."""
        for name in LOOSE:
            if name in self.parts:
                continue
            for address, how in self._candidates(name):
                seen = yield from look(address, self.head)
                if (seen.contract == name and self._belongs(seen)) or how in (GIVEN, ARGUMENT):
                    self.parts[name] = Part(name, seen, how)
                    yield from self.follow(name)
                    break

    def _belongs(self, seen: Sight) -> bool:
        """Whether a lens looks at this house."""
        if seen.contract != "GovernanceLens":
            return True
        return seen.immutables["HOUSE"] == self.parts["ClearingHouse"].sight.address

    def _candidates(self, name: str) -> Iterator[tuple[str, str]]:
        """Addresses at which a part may be, the surest first, and how they were found."""
        house = self.parts["ClearingHouse"]
        arguments = house.creation.arguments
        if name == "Rulebook" and arguments:
            yield str(to_checksum_address(arguments[12:32])), ARGUMENT
        if name in self.written:
            yield self.written[name].address, GIVEN
        predicted = self._predicted(name)
        if predicted:
            yield predicted, "the factory's address for it"
        deployer, nonce = house.creation.deployer, house.creation.nonce
        if deployer and nonce is not None:
            for near in sorted(range(-NEIGHBOURS, NEIGHBOURS + 1), key=abs):
                if nonce + near >= 0:
                    yield created_at(deployer, nonce + near), "the house's deployer made it"

    def _predicted(self, name: str) -> str:
        """Where the factory puts a part; empty if this package does not have its code."""
        house = self.parts["ClearingHouse"].sight
        code = released_init_code(name, house.release)
        if code and name == "GovernanceLens":
            book = next(address for address, _ in self._candidates("Rulebook"))
            listed = self.parts["InstrumentRegistry"].sight
            code += encode(["address"] * 3, [book, house.address, listed.address])
        return create2_address(SALT, code) if code else ""

    def prove(self) -> Operation[None]:
        """Shows by addresses what transactions did not show."""
        at = {name: part.sight.address for name, part in self.parts.items()}
        for name, part in self.parts.items():
            if part.sound and not part.creation.shown:
                made = yield from proved_by_address(
                    part.sight, part.creation, at, self.written.get(name), self.head
                )
                self.parts[name] = replace(part, creation=made)
