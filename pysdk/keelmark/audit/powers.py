"""Who holds which role and power, and what is under way, asked of the contracts themselves.

The same getters that the governance lens reads, at one block, so that no lens is needed and none is
trusted. What a contract answers that delegates to unknown code counts for nothing: such a contract
is not asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from eth_utils.crypto import keccak

from keelmark.audit.discover import Discovery, trusted
from keelmark.audit.sight import Kind, Sight, look, probe
from keelmark.bindings.governance_lens import Delays, FeedChange, Mandate
from keelmark.bindings.governance_lens import Governance as LensAnswer
from keelmark.bindings.governance_lens import Role as LensRole
from keelmark.bindings.party_registry import PartyRegistry
from keelmark.bindings.price_board import PriceBoard
from keelmark.bindings.supervision import Supervision
from keelmark.chain.operations import Operation
from keelmark.deploy.plan import ZERO_ADDRESS, HeldRole
from keelmark.deploy.roles import ROLES
from keelmark.errors import (
    KeelmarkError,
    NoSuchBlock,
    Reorganised,
    RpcRefused,
    RpcUnreachable,
)
from keelmark.events import BY_NAME
from keelmark.ledger.governance import Governance, Role, assemble
from keelmark.ledger.parties import rebuild_parties
from keelmark.ledger.party_book import PartyBook
from keelmark.ledger.reader import Reading, read_logs, read_roots
from keelmark.proofs import report_chain
from keelmark.regulation import value

__all__ = ["Holder", "Powers", "read_powers"]

_PLACES: Final = 4
"""Places of a feed that can change: its limits and three sources."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who stands behind an address that holds a role."""

    sight: Sight
    delay: int | None = None
    """Seconds for which it says that it makes acts wait; None if it says nothing. Code that is not
    ours says it."""
    signers: tuple[int, int] | None = None
    """How many of how many owners it says must sign; None if it says nothing."""

    def told(self) -> str:
        """In a few words."""
        kinds = {
            Kind.NOTHING: "plain key",
            Kind.DELEGATED: f"key that runs {self.sight.target}",
            Kind.PROXY: f"proxy ({self.sight.standard})",
            Kind.KNOWN: self.sight.told(),
            Kind.UNKNOWN: "contract",
        }
        told = kinds[self.sight.kind]
        if self.delay is not None:
            told += f", says it waits {self.delay} s"
        if self.signers is not None:
            told += f", says {self.signers[0]} of {self.signers[1]} sign"
        return told


@dataclass(frozen=True, slots=True)
class Powers:
    """Roles and what hangs on them, at one block."""

    roles: tuple[Role, ...]
    holders: Mapping[str, Holder]
    """By address: of roles, of offers, of authorities' keys."""
    governance: Governance | None
    """None where the house has a part missing that it is read from."""
    reading: Reading | None
    """Logs of the party registry and the price board, shown to be whole; None if not read."""
    trouble: str = ""
    """Why what is under way could not be read; empty if it could, or was not asked for."""

    @property
    def held(self) -> tuple[HeldRole, ...]:
        """Roles and authorities as a manifest names them."""
        found: list[HeldRole] = []
        for one in self.roles:
            found.append(HeldRole(one.contract, one.role, one.holder))
            if one.contract == "Supervision" and self.governance is not None:
                found += [
                    HeldRole(one.contract, f"authority {authority.id}", authority.holder)
                    for authority in self.governance.authorities
                ]
        return tuple(found)


def read_powers(found: Discovery, *, events: bool = True) -> Operation[Powers]:
    """The operation that reads who can change what.

    Args:
        found: the parts.
        events: whether to read the events of the party registry and the price board, in which
            announced changes, holds and recoveries are.

    Raises:
        RpcRefused: the node gives no logs, not even of a single block.
    """
    block = found.block.number
    roles: dict[str, LensRole] = {}
    for name, role in ROLES.items():
        if not trusted(found, name):
            continue
        place = Supervision(found.address(name))  # any binding with these two getters
        key = bytes(keccak(text=role))
        holder = yield from place.holder_of(key, block=block)
        successor = yield from place.successor_of(key, block=block)
        roles[name] = LensRole(place.address, key, holder, successor)
    told = tuple(Role(name, ROLES[name], one.holder, one.successor) for name, one in roles.items())
    governance, reading, trouble = None, None, ""
    if all(name in roles for name in ROLES):
        try:
            if events:
                reading = yield from _read(found, block)
            governance = yield from _governance(found, tuple(roles.values()), reading)
        except (RpcUnreachable, RpcRefused, NoSuchBlock, Reorganised):
            raise
        except KeelmarkError as error:
            trouble = str(error)
    holders = yield from _holders(told, governance, block)
    return Powers(told, holders, governance, reading, trouble)


def _governance(
    found: Discovery, roles: tuple[LensRole, ...], reading: Reading | None
) -> Operation[Governance]:
    """What the getters and the events say together."""
    book = PartyBook()
    if reading is not None:
        parties = found.address("PartyRegistry")
        own = [event for event in reading.events() if event.address == parties]
        book = rebuild_parties(own, parties)
    answer = yield from _ask(found, roles, reading, found.block.number)
    seen = reading or Reading((), 0, found.block, None, None, ())
    return assemble(found.deployment_of(ROLES), seen, answer, book)


def _read(found: Discovery, block: int) -> Operation[Reading]:
    """Logs of the party registry and the price board, and the proof that none is missing."""
    names = ("PartyRegistry", "PriceBoard")
    places = [found.address(name) for name in names]
    reading = yield from read_logs(places, found.first_of(names), block)
    roots = yield from read_roots(places, block)
    for name, place in zip(names, places, strict=True):
        if report_chain.fold(reading.chain_logs(place)) != roots[place]:
            raise report_chain.ReportChainBroken(
                f"audit: the logs of {name} at {place} do not fold to its report chain; some are "
                "missing or altered, or its storage did not begin empty"
            )
    return reading


def _ask(
    found: Discovery, roles: tuple[LensRole, ...], reading: Reading | None, block: int
) -> Operation[LensAnswer]:
    """What the lens would answer."""
    supervision = Supervision(found.address("Supervision"))
    registry = PartyRegistry(found.address("PartyRegistry"))
    count = yield from supervision.mandate_count(block=block)
    mandates = yield from supervision.mandates(1, count, block=block)
    changes: list[FeedChange] = []
    if reading is not None:
        board = PriceBoard(found.address("PriceBoard"))
        for feed in _announced(reading):
            for slot in range(_PLACES):
                due = yield from board.due_at(feed * _PLACES + slot, block=block)
                if due:
                    word = yield from board.announced_at(feed * _PLACES + slot, block=block)
                    changes.append(FeedChange(feed, slot, word, due))
    return LensAnswer(
        rulebook_digest=bytes.fromhex(found.rulebook_digest[2:]),
        issuers=(yield from registry.recognised_issuers(block=block)),
        list_time=(yield from registry.list_time(block=block)),
        halted_until=(yield from registry.halted_until(block=block)),
        delays=Delays(
            mandate=value("MANDATE_DELAY_SECONDS"),
            feed=value("TIGHTENING_NOTICE_SECONDS"),
            recovery=value("RECOVERY_DELAY_SECONDS"),
            category=value("CATEGORY_COOLING_OFF_SECONDS"),
            review=value("POWER_REVIEW_MAX_SECONDS"),
            halt=value("HALT_MAX_SECONDS"),
        ),
        roles=roles,
        mandates=tuple(
            Mandate(one.authority, one.identifier, one.word, one.successor) for one in mandates
        ),
        changes=tuple(changes),
    )


def _announced(reading: Reading) -> list[int]:
    """Feeds that ever had a change announced."""
    topic = BY_NAME["FeedChangeAnnounced"].topic
    rows = (row.log.topics for row in reading.rows if row.log.topics[0] == topic)
    return sorted({int.from_bytes(topics[1], "big") for topics in rows})


def _holders(
    roles: Sequence[Role], governance: Governance | None, block: int
) -> Operation[dict[str, Holder]]:
    """Who stands behind each address that holds something or is offered it."""
    wanted = [address for one in roles for address in (one.holder, one.successor)]
    if governance is not None:
        wanted += [
            address
            for one in governance.authorities
            if one.mandate is not None
            for address in (one.holder, one.successor)
        ]
    found: dict[str, Holder] = {}
    for address in dict.fromkeys(wanted):
        if address != ZERO_ADDRESS:
            found[address] = yield from _holder(address, block)
    return found


def _holder(address: str, block: int) -> Operation[Holder]:
    """One holder, and what it says of itself."""
    seen = yield from look(address, block)
    if seen.kind in (Kind.NOTHING, Kind.KNOWN):
        return Holder(seen)
    delay = None
    for signature in ("getMinDelay()", "delay()"):
        answer = yield from probe(address, signature, block)
        if len(answer) == 32:
            delay = int.from_bytes(answer, "big")
            break
    threshold = yield from probe(address, "getThreshold()", block)
    owners = yield from probe(address, "getOwners()", block)
    signers = None
    if len(threshold) == 32 and len(owners) >= 64:
        signers = int.from_bytes(threshold, "big"), int.from_bytes(owners[32:64], "big")
    return Holder(seen, delay, signers)
