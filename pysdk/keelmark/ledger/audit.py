"""The supervisor's job in one operation: read everything, rebuild, reconcile, prove.

From the chain alone and without trust in whoever serves it: every log of the reporting contracts
is read from their first block on, the market is rebuilt from those events, compared with the
contracts' state to the wei, and each contract's report chain is folded and compared with its
storage slot 0. Whoever doubts the storage value asks for its proof against a block hash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from keelmark.bindings.clearing_house import Margin
from keelmark.chain.operations import Operation
from keelmark.deploy import Deployment
from keelmark.errors import KeelmarkError
from keelmark.events import BY_NAME, Event
from keelmark.ledger.board import (
    BoardBook,
    BoardReads,
    read_board,
    rebuild_board,
    reconcile_board,
)
from keelmark.ledger.contract_reads import read_house
from keelmark.ledger.cooperation_state import CooperationBook, rebuild
from keelmark.ledger.fold import Ledger
from keelmark.ledger.history import Retraced, Sample, market_state, retrace
from keelmark.ledger.parties import (
    PartyBook,
    PartyReads,
    read_parties,
    rebuild_parties,
    reconcile_parties,
)
from keelmark.ledger.reader import Reading, read_logs, read_roots
from keelmark.ledger.reconcile import Discrepancy, HouseReads, money, reconcile
from keelmark.ledger.sanctions import (
    ListBook,
    ListReads,
    list_reads,
    rebuild_list,
    reconcile_list,
)
from keelmark.ledger.state import Finding
from keelmark.ledger.supervision import SupervisionReads, read_getters, reconcile_supervision
from keelmark.ledger.valuations import unfounded
from keelmark.margin import check_account
from keelmark.proofs import report_chain
from keelmark.types import Valuation

__all__ = ["Audit", "RootCheck", "audit", "judge"]

LIST_VALUES = 3
"""Values of the sanctions list that are compared: how many entries, their digest, its time."""


@dataclass(frozen=True, slots=True)
class RootCheck:
    """One contract's report chain."""

    name: str
    address: str
    records: int
    """Logs that were folded."""
    folded: bytes
    """Root that they fold to."""
    stored: bytes
    """Root in the contract's storage slot 0."""

    @property
    def holds(self) -> bool:
        """Whether the logs are all that the contract reported, unaltered."""
        return self.folded == self.stored


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was read at one block, before anything is concluded from it."""

    deployment: Deployment
    reading: Reading
    roots: Mapping[str, bytes]
    """Reporting contract's address to its storage slot 0."""
    reads: HouseReads
    board: BoardReads
    """The price board's state."""
    parties: PartyReads
    """The party registry's state."""
    sanctions: ListReads
    """The sanctions list's state."""
    supervision: SupervisionReads
    """Supervision's state."""
    margins: Mapping[int, Margin]
    """Account to what the house itself says, close-out valuation."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What a supervisor knows after reading a chain."""

    evidence: Evidence
    events: tuple[Event, ...]
    ledger: Ledger
    board: BoardBook
    """The price board, rebuilt."""
    parties: PartyBook
    """The party registry, rebuilt."""
    sanctions: ListBook
    """The sanctions list, rebuilt."""
    supervision: CooperationBook
    """Authorities, agreements and requests, rebuilt."""
    samples: tuple[Sample, ...]
    roots: tuple[RootCheck, ...]
    discrepancies: tuple[Discrepancy, ...]
    compared: int
    """How many values of the contracts were compared with the rebuilt market."""
    money: int
    """Settlement money that the house should hold by the ledger, wad."""

    @property
    def reading(self) -> Reading:
        """What was read."""
        return self.evidence.reading

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every act that does not follow from those before it."""
        books = (self.ledger, self.board, self.parties, self.sanctions, self.supervision)
        return tuple(finding for book in books for finding in book.findings)

    @property
    def holds(self) -> bool:
        """Whether every root is met, every act follows from those before it, and every
        value agrees."""
        proved = all(root.holds for root in self.roots)
        follows = not self.findings
        return proved and follows and not self.discrepancies


def audit(
    deployment: Deployment,
    underlier: int,
    progress: Callable[[str], None] | None = None,
    *,
    reading: Reading | None = None,
) -> Operation[Audit]:
    """The operation that reads a house's chain and judges it.

    Args:
        deployment: the house and its parts.
        underlier: feed at whose prices the market's history is sampled.
        progress: told what is being read.
        reading: logs that somebody else has read, such as a store's rows; the contracts' state is
            then read at its last block, and no log is.
    """
    tell = progress or (lambda _: None)
    addresses = tuple(deployment.reporting.values())
    if reading is None:
        tell("reading every log")
        reading = yield from read_logs(addresses, deployment.first_block)
    block = reading.head.number
    tell("reading the contracts' state")
    roots = yield from read_roots(addresses, block)
    reads = yield from read_house(deployment, block)
    underliers = yield from deployment.instruments.underlier_count(block=block)
    board = yield from read_board(
        deployment.board, range(1, underliers + 1), _feeds(reading, deployment), block
    )
    instruments = range(1, max(reads.instruments, default=0) + 1)
    known = _parties(reading, deployment)
    parties = yield from read_parties(deployment.parties, known, block, instruments)
    listed = yield from list_reads(deployment.sanctions, _list(reading, deployment), block)
    asked = _supervised(reading, deployment)
    supervised = yield from read_getters(deployment.supervision, asked, block)
    margins: dict[int, Margin] = {}
    for number in reads.accounts:
        answer = yield from deployment.house.margin(number, Valuation.CLOSE_OUT, block=block)
        margins[number] = answer
    tell("rebuilding and reconciling")
    evidence = Evidence(
        deployment=deployment,
        reading=reading,
        roots=roots,
        reads=reads,
        board=board,
        parties=parties,
        sanctions=listed,
        supervision=supervised,
        margins=margins,
    )
    return judge(evidence, underlier)


def judge(evidence: Evidence, underlier: int) -> Audit:
    """Concludes from what was read; no input or output.

    Raises:
        ReportChainBroken: the logs are so incomplete that no market follows from them.
    """
    deployment, reading = evidence.deployment, evidence.reading
    roots = tuple(_roots(evidence))
    try:
        events = reading.events()
        found = retrace(events, deployment.house.address, deployment.token_feed, underlier)
        board = rebuild_board(events, deployment.board.address)
        parties = rebuild_parties(events, deployment.parties.address, deployment.sanctions.address)
        sanctions = _listed(events, deployment)
        supervision = _authorities(events, deployment)
        found.ledger.findings.extend(unfounded(events, deployment.board.address))
    except (KeelmarkError, KeyError, ValueError) as error:
        unmet = ", ".join(root.name for root in roots if not root.holds) or "none"
        raise report_chain.ReportChainBroken(
            f"audit: no market follows from the logs ({error}); report chains not met: {unmet}"
        ) from error
    margins, compared = _margins(found, evidence)
    differences = (
        *reconcile(found.ledger, evidence.reads),
        *reconcile_board(board, evidence.board),
        *reconcile_parties(parties, evidence.parties),
        *reconcile_list(sanctions, evidence.sanctions),
        *reconcile_supervision(supervision, evidence.supervision),
        *margins,
    )
    due = money(found.ledger)
    return Audit(
        evidence=evidence,
        events=events,
        ledger=found.ledger,
        board=board,
        parties=parties,
        sanctions=sanctions,
        supervision=supervision,
        samples=tuple(found.samples),
        roots=roots,
        discrepancies=differences,
        compared=compared
        + _count(evidence.reads)
        + _count_board(evidence.board)
        + evidence.parties.count
        + LIST_VALUES
        + evidence.supervision.count,
        money=due,
    )


def _listed(events: Iterable[Event], deployment: Deployment) -> ListBook:
    """The sanctions list, rebuilt from its own events."""
    address = deployment.sanctions.address
    return rebuild_list(event for event in events if event.address == address)


def _authorities(events: Iterable[Event], deployment: Deployment) -> CooperationBook:
    """Supervision, rebuilt from its own events."""
    address = deployment.supervision.address
    return rebuild(event for event in events if event.address == address)


def _supervised(reading: Reading, deployment: Deployment) -> CooperationBook:
    """What Supervision is asked about, as `_parties`."""
    try:
        return _authorities(reading.events(), deployment)
    except (KeelmarkError, KeyError, ValueError):
        return CooperationBook()


def _list(reading: Reading, deployment: Deployment) -> ListBook:
    """What the list is asked about, as `_parties`."""
    try:
        return _listed(reading.events(), deployment)
    except (KeelmarkError, KeyError, ValueError):
        return ListBook()


def _parties(reading: Reading, deployment: Deployment) -> PartyBook:
    """What the registry is asked about: the issuers and nonces that its logs name. From logs that
    do not decode nothing is asked; `judge` says so."""
    try:
        return rebuild_parties(
            reading.events(), deployment.parties.address, deployment.sanctions.address
        )
    except (KeelmarkError, KeyError, ValueError):
        return PartyBook()


def _feeds(reading: Reading, deployment: Deployment) -> set[int]:
    """Every feed that a log of the board names: the first field of its events on feeds."""
    topics = {BY_NAME[name].topic for name in ("FeedChanged", "PriceUpdated")}
    return {
        int.from_bytes(row.log.topics[1], "big")
        for row in reading.rows
        if row.log.address == deployment.board.address and row.log.topics[0] in topics
    }


def _roots(evidence: Evidence) -> list[RootCheck]:
    """Each report chain, folded again."""
    found: list[RootCheck] = []
    for name, address in evidence.deployment.reporting.items():
        logs = evidence.reading.chain_logs(address)
        folded = report_chain.fold(logs)
        found.append(RootCheck(name, address, len(logs), folded, evidence.roots[address]))
    return found


def _margins(found: Retraced, evidence: Evidence) -> tuple[list[Discrepancy], int]:
    """Every account's equity and requirement, computed again from the rebuilt market."""
    deployment, head = evidence.deployment, evidence.reading.head
    state = market_state(found.ledger, found.lanes, deployment.token_feed, head.time)
    differences: list[Discrepancy] = []
    for number, answer in sorted(evidence.margins.items()):
        if number not in found.ledger.accounts:
            continue
        mine = check_account(found.ledger.account(number).state(), state, Valuation.CLOSE_OUT)
        for name, rebuilt, read in (
            ("equity", mine.equity, answer.equity),
            ("initial margin", mine.initial_margin, answer.requirement),
        ):
            if rebuilt != read:
                differences.append(Discrepancy(f"account {number}", name, rebuilt, read))
    return differences, 2 * len(evidence.margins)


def _count(reads: HouseReads) -> int:
    """How many values a reconciliation compares: words, positions, balances, debts, layers."""
    accounts = sum(
        7 + 2 * len(one.positions) + len(one.balances) + len(one.entry_notional) + 5
        for one in reads.accounts.values()
    )
    words = 15 * len(reads.instruments) + 5 * len(reads.markets) + len(reads.collaterals)
    options = len(reads.options) + len(reads.arrays) + len(reads.forwards)
    return accounts + words + options + len(reads.share_values) + 5


def _count_board(reads: BoardReads) -> int:
    """How many values of the board are compared."""
    return len(reads.surfaces) + len(reads.waits) + len(reads.lanes) + len(reads.limits)
