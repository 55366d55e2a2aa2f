"""Who can change what in a house, when it takes effect, and what is under way.

Roles, mandates, delays and announced changes come from one call of the governance lens. What no
getter lists (whom which authority holds, what is barred, which keys are being recovered) follows
from the party registry's events; its report chain is folded against storage slot 0 first, so that
none can be missing. Both are of one block.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from keelmark.bindings.governance_lens import Delays, FeedChange, GovernanceLens
from keelmark.bindings.governance_lens import Governance as LensAnswer
from keelmark.chain.operations import Operation
from keelmark.deploy.plan import Deployment
from keelmark.events import BY_NAME
from keelmark.identifiers import unpack_country, unpack_lei
from keelmark.ledger.cooperation_words import Mandate, Terms, members_of, read_mandate
from keelmark.ledger.parties import PartyBook, rebuild_parties
from keelmark.ledger.reader import Reading, read_logs, read_roots
from keelmark.margin.words import unpack_party
from keelmark.proofs import report_chain
from keelmark.regulation import value
from keelmark.types import PartyFlag

__all__ = ["Authority", "Bar", "Governance", "Hold", "Recovery", "Role", "read_governance"]

NOBODY: Final = "0x" + "00" * 20

MOST_FEEDS: Final = 64
"""Feeds in one call of the lens."""

ROLES: Final = {
    bytes(keccak(text=name)): name
    for name in ("operator", "lister", "registrar", "convenor", "sanctions officer")
}
"""Names of roles by their hash."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role that one address holds."""

    contract: str
    """Name of the contract where it counts."""
    role: str
    holder: str
    """The zero address: nobody, for good."""
    successor: str
    """To whom it is offered; the zero address: to nobody."""


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority and its mandate."""

    id: int
    holder: str
    """Its key."""
    lei: str
    mandate: Mandate | None
    """None where it is over and its key has a later one."""
    successor: str
    """To whom its key is offered; the zero address: to nobody."""

    def state(self, time: int) -> str:
        """``runs``, ``not begun`` or ``over``."""
        if self.mandate is None:
            return "over"
        terms = self.mandate.now(time)
        return "not begun" if time < terms.begins else "runs" if time < terms.until else "over"

    def terms(self, time: int) -> Terms | None:
        """What counts at a second."""
        return self.mandate.now(time) if self.mandate else None

    def pending(self, time: int) -> Terms | None:
        """A widening that does not count yet."""
        wider = self.mandate.wider if self.mandate else None
        return wider if wider is not None and time < wider.begins else None


@dataclass(frozen=True, slots=True)
class Hold:
    """An authority's freeze of a party, or restriction to closing."""

    account: int
    wallet: str
    jurisdiction: str
    """The party's."""
    frozen: bool
    """False: restricted to closing."""
    authority: int
    agreement: int
    """Under which it acted in another jurisdiction; 0 is its own."""
    review_at: int
    """Seconds by which it is reviewed; it does not end by itself."""


@dataclass(frozen=True, slots=True)
class Bar:
    """An instrument that parties of a jurisdiction may not open."""

    instrument: int
    jurisdiction: str
    authority: int
    review_at: int
    """Seconds by which it is reviewed; it does not end by itself."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """A party whose key is said to be lost."""

    account: int
    lost: str
    replacement: str
    ripe_at: int
    """Seconds from which the replacement can take over."""
    until: int
    """Seconds until which it can."""


@dataclass(frozen=True, slots=True)
class Governance:
    """What a house's governance is at one block."""

    block: int
    time: int
    """Of the block, seconds."""
    finality: str
    rulebook_digest: bytes
    issuers: tuple[int, ...]
    """Those whose attestations count; 1 is the registrar."""
    list_time: int
    """Seconds: the sanctions list's, as the gate knows it; 0 if never."""
    halted_until: int
    """Seconds; 0 if there has been no halt."""
    delays: Delays
    roles: tuple[Role, ...]
    authorities: tuple[Authority, ...]
    changes: tuple[FeedChange, ...]
    """Of feeds, announced and not applied."""
    holds: tuple[Hold, ...]
    bars: tuple[Bar, ...]
    recoveries: tuple[Recovery, ...]

    @property
    def halted(self) -> bool:
        """Whether nobody may add risk."""
        return self.time < self.halted_until

    @property
    def list_age(self) -> int:
        """Seconds since the sanctions list was last said to equal its source."""
        return self.time - self.list_time

    @property
    def list_stale(self) -> bool:
        """Whether the list is too old for anybody to open."""
        return self.list_age > value("SANCTIONS_LIST_MAX_AGE_SECONDS")

    def overdue(self, review_at: int) -> bool:
        """Whether a review's date has passed."""
        return self.time > review_at


def read_governance(deployment: Deployment) -> Operation[Governance]:
    """The operation that reads a house's governance.

    Args:
        deployment: the house; `verify` says whether its code is what it should be.

    Raises:
        ReportChainBroken: the node's logs are not all, or not unaltered.
    """
    parties, board = deployment.parties.address, deployment.board.address
    reading = yield from read_logs([parties, board], deployment.first_block)
    block = reading.head.number
    roots = yield from read_roots([parties, board], block)
    for name, address in (("PartyRegistry", parties), ("PriceBoard", board)):
        if report_chain.fold(reading.chain_logs(address)) != roots[address]:
            raise report_chain.ReportChainBroken(
                f"governance: the logs of {name} at {address} do not fold to its report chain; "
                "some are missing or altered"
            )
    answer = yield from _ask(deployment.lens, _announced(reading), block)
    book = rebuild_parties(
        [event for event in reading.events() if event.address == parties], parties
    )
    return assemble(deployment, reading, answer, book)


def _announced(reading: Reading) -> list[int]:
    """Feeds that ever had a change announced."""
    topic = BY_NAME["FeedChangeAnnounced"].topic
    rows = (row.log.topics for row in reading.rows if row.log.topics[0] == topic)
    return sorted({int.from_bytes(topics[1], "big") for topics in rows})


def _ask(lens: GovernanceLens, feeds: Sequence[int], block: int) -> Operation[LensAnswer]:
    """The lens's answer: one call, and one more for every further `MOST_FEEDS` feeds."""
    first = yield from lens.governance(feeds[:MOST_FEEDS], block=block)
    changes = list(first.changes)
    for place in range(MOST_FEEDS, len(feeds), MOST_FEEDS):
        more = yield from lens.governance(feeds[place : place + MOST_FEEDS], block=block)
        changes += more.changes
    return replace(first, changes=tuple(changes))


def assemble(
    deployment: Deployment, reading: Reading, answer: LensAnswer, book: PartyBook
) -> Governance:
    """What was read, as one."""
    names = {contract.address: name for name, contract in deployment.contracts.items()}
    return Governance(
        block=reading.head.number,
        time=reading.head.time,
        finality=str(reading.finality(reading.head.number)),
        rulebook_digest=answer.rulebook_digest,
        issuers=members_of(answer.issuers),
        list_time=answer.list_time,
        halted_until=answer.halted_until,
        delays=answer.delays,
        roles=tuple(
            Role(
                names.get(one.place, one.place),
                ROLES.get(one.role, "0x" + one.role.hex()),
                one.holder,
                one.successor,
            )
            for one in answer.roles
        ),
        authorities=tuple(
            Authority(
                id,
                one.authority,
                unpack_lei(one.identifier),
                read_mandate(one.word) if one.word else None,
                one.successor,
            )
            for id, one in enumerate(answer.mandates, 1)
        ),
        changes=answer.changes,
        holds=_holds(book),
        bars=_bars(book),
        recoveries=_recoveries(book),
    )


def _holds(book: PartyBook) -> tuple[Hold, ...]:
    """Every hold that stands, by account."""
    found: list[Hold] = []
    for (account, flag), holders in sorted(book.holds.items()):
        wallet = book.wallets[account]
        country = unpack_country(unpack_party(book.words[wallet]).jurisdiction)
        found += [
            Hold(
                account,
                wallet,
                country,
                flag == PartyFlag.FROZEN,
                authority,
                mandate.agreement,
                mandate.review_at,
            )
            for authority, mandate in sorted(holders.items())
        ]
    return tuple(found)


def _bars(book: PartyBook) -> tuple[Bar, ...]:
    """Every bar that stands, by instrument."""
    return tuple(
        Bar(instrument, unpack_country(letters), mandate.authority, mandate.review_at)
        for (instrument, letters), mandate in sorted(book.market.bar_mandates.items())
    )


def _recoveries(book: PartyBook) -> tuple[Recovery, ...]:
    """Every recovery that was announced and neither completed nor contested."""
    window = value("RECOVERY_WINDOW_SECONDS")
    found = []
    for lost, word in book.recoveries.items():
        ripe_at = word >> 160 & 0xFFFFFFFF
        replacement = to_checksum_address((word & (1 << 160) - 1).to_bytes(20, "big"))
        account = unpack_party(book.words[lost]).account
        found.append(Recovery(account, lost, str(replacement), ripe_at, ripe_at + window))
    return tuple(sorted(found, key=lambda one: one.account))
