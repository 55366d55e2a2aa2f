"""Verifies a store: that its rows are all that the contracts reported, unaltered and in order.

The chain's roots are proved from blocks that the user trusts; the rows are folded and must meet
them. What does not is named with the range of blocks in which the first difference lies; what
merely is not shown is said, and then the verdict is not that it is verified.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from eth_utils.address import to_checksum_address

from keelmark import __version__
from keelmark.chain import Chain
from keelmark.deploy import Deployment
from keelmark.errors import InputError, KeelmarkError
from keelmark.proofs.report_chain import GENESIS_ROOT
from keelmark.proofs.verification_result import (
    FAILED,
    NOT_PROVED,
    VERIFIED,
    ContractVerified,
    Verification,
)
from keelmark.verification.anchors import MOST_LINKED, Anchors, Trust
from keelmark.verification.folding import Fold, Point, distinct
from keelmark.verification.locate import locate
from keelmark.verification.manifest import deployment_of
from keelmark.verification.rows import first_row, windows
from keelmark.verification.source import Source
from keelmark.verification.surroundings import Surroundings
from keelmark.verification.work import Work

__all__ = ["verify_store"]

Progress = Callable[[int, int], None]
"""Told the blocks folded and the blocks in all."""


def verify_store(
    source: Source,
    trusted: Sequence[Trust],
    *,
    first_block: int | None = None,
    last_block: int | None = None,
    chain: Chain | None = None,
    expected: Deployment | None = None,
    headers: bool = False,
    at: int | None = None,
    progress: Progress | None = None,
) -> Verification:
    """Verifies a store or a package.

    Args:
        source: whose rows.
        trusted: blocks whose hash the user has from a source of their own.
        first_block: of the period; the store's first if None.
        last_block: of the period, included; if None the last one at whose end every root is proved.
        chain: a node, which is not trusted; it may have proofs and headers that the store lacks.
        expected: the user's own manifest of the deployment.
        headers: asks the node for the header of every block of the period, so that the times and
            hashes of all rows are proved as well.
        at: when this is, Unix seconds; now if None.
        progress: told how far it is.

    Raises:
        InputError: the store holds nothing, nothing in it keeps a report chain, the period is not
            in it, or the trusted hashes contradict each other.
        ChainMismatch: the store is of another chain than the node, or of another deployment than
            the manifest.
        DecodingFailed: rows that are not of their table's schema.
        StoreFailed: the store cannot be read.
        RpcUnreachable: the node does not answer.
    """
    anchors = Anchors(trusted)
    work = Work.begin(source, anchors, chain)
    work.offered(getattr(source, "headers_rlp", ()))
    work.compare(expected, _own_manifest(work))
    first, last = _period(work, first_block, last_block)
    work.stored([first, work.description.first_block, *(() if last is None else (last,))])
    if chain is not None:
        anchors.fetch(chain)
    work.checkpoints()
    goal, first, starts = _reach(work, first, last, first_block is None)
    if headers and chain is not None:
        anchors.link(chain, first, MOST_LINKED * 50)
    work.other_blocks()
    folds = _folds(work, starts, goal)
    surroundings = Surroundings(work, first, goal)
    _fold(work, folds, surroundings, progress)
    _outside(work)
    contracts = tuple(_conclude(work, fold, goal) for fold in folds)
    surroundings.conclude()
    _loose_ends(work, contracts, goal, last_block is None)
    highest = anchors.highest
    if work.findings:
        verdict = FAILED
    elif work.not_proved:
        verdict = NOT_PROVED
    else:
        verdict = VERIFIED
    heads = source.heads()
    return Verification(
        verdict=verdict,
        chain_id=work.description.chain_id,
        venue=work.description.venue,
        first_block=first,
        last_block=goal,
        anchored_block=highest.number if highest else None,
        anchored_hash="0x" + highest.hash.hex() if highest else None,
        finality=heads.finality(goal).value if heads else "latest",
        contracts=contracts,
        findings=tuple(sorted(work.findings, key=lambda one: (one.first_block, one.last_block))),
        not_proved=tuple(work.not_proved),
        stated=tuple(work.stated),
        software=f"keelmark {__version__}",
        at=int(time.time()) if at is None else at,
    )


def _own_manifest(work: Work) -> Deployment | None:
    """The deployment that the store's manifest names; one that cannot be read is a finding."""
    if not work.description.manifest:
        return None
    try:
        return deployment_of(work.description)
    except InputError as error:
        work.found("description", str(error), work.description.first_block, work.newest.last_block)
        return None


def _period(work: Work, first: int | None, last: int | None) -> tuple[int, int | None]:
    """The period asked for.

    Raises:
        InputError: the store does not hold it.
    """
    begins, ends = work.description.first_block, work.newest.last_block
    start = begins if first is None else first
    if start < begins or start > ends:
        raise InputError(f"first block: {start}, expected one from {begins} to {ends}")
    if last is not None and not start <= last <= ends:
        raise InputError(f"last block: {last}, expected one from {start} to {ends}")
    return start, last


def _reach(
    work: Work, first: int, last: int | None, from_start: bool
) -> tuple[int, int, dict[bytes, Point | None]]:
    """The blocks between which roots are proved: where the period ends, where it begins, and the
    root from which each contract's fold starts (None for its genesis)."""
    limit, anchors = work.newest.last_block, work.anchors
    common = work.common()
    trusted = [one for one in (anchors.highest,) if one is not None]
    heights = {header.number for header in trusted}
    if last is not None:
        ends = [block for block in sorted({*common, *heights, last}) if last <= block <= limit]
    else:
        top = {limit} if trusted and trusted[0].number >= limit else set()
        ends = sorted(
            (block for block in {*common, *heights, *top} if first <= block <= limit), reverse=True
        )
    end, why = work.establish(ends)
    goal = last if last is not None else (end if end is not None else limit)
    work.reached = end is not None
    if end is None:
        work.not_proved.append(f"roots at the end of block {goal}, {why}{_advice(work)}")
    starts: dict[bytes, Point | None] = {one.address: None for one in work.chained}
    behind = [one for one in work.chained if one.first_block < work.description.first_block]
    if first > work.description.first_block or behind:
        lowest = work.description.first_block - 1
        begins = [block for block in reversed(common) if lowest <= block < first]
        if not behind:
            begins = [block for block in begins if work.complete(block, anchored=True)]
        begin, why = work.establish([*begins, *([lowest] if behind and lowest >= 0 else [])])
        if begin is None and behind and from_start:
            later = [block for block in common if first <= block < goal]
            begin, why = work.establish(later)
            if begin is not None:
                work.stated.append(
                    f"rows of blocks {first} to {begin} are not part of this: no root is proved "
                    "before them"
                )
                first = begin + 1
        if begin is not None:
            for watched in work.chained:
                root = next(
                    one
                    for one in work.roots[watched.address]
                    if one.header.number == begin and anchors.vouches(one.header)
                )
                starts[watched.address] = Point(root, True)
        elif behind:
            names = ", ".join(one.name for one in behind)
            work.not_proved.append(
                f"the beginning: reading began at block {work.description.first_block}, after "
                f"{names} was deployed, and no root before block {first} is proved; {why}"
            )
            _loose_starts(work, starts, behind, common)
    return goal, first, starts


def _loose_starts(
    work: Work, starts: dict[bytes, Point | None], behind: Sequence[object], common: Sequence[int]
) -> None:
    """Where nothing is proved before the rows, a stored root without anchor serves to narrow."""
    after = [block for block in common if block >= work.description.first_block - 1]
    for watched in work.chained:
        if watched in behind and after:
            root = next(one for one in work.roots[watched.address] if one.header.number == after[0])
            starts[watched.address] = Point(root, work.anchors.vouches(root.header))


def _advice(work: Work) -> str:
    """What a user can do about a root that nothing vouches for."""
    common = work.common()
    if work.anchors.unknown:
        hashes = ", ".join("0x" + one.hash.hex() for one in work.anchors.unknown)
        said = f"; no header at hand has the trusted hash {hashes}"
        if work.chain is None:
            said += ", expected --endpoint with a node that has it"
            if common:
                said += f", or the hash of block {common[-1]}, whose proofs are at hand"
        return said
    if work.anchors.trusted or not common:
        return ""
    block = common[-1]
    header = next(
        root.header for root in work.roots[work.chained[0].address] if root.header.number == block
    )
    return (
        f"; if a source of your own confirms that block {block} has the hash "
        f"0x{header.hash.hex()}, trust {block}:0x{header.hash.hex()}"
    )


def _folds(work: Work, starts: dict[bytes, Point | None], goal: int) -> list[Fold]:
    """One fold a chained contract."""
    folds = []
    for watched in work.chained:
        begin = starts[watched.address]
        start = begin.block if begin else work.description.first_block - 1
        points = distinct(
            Point(root, work.anchors.vouches(root.header))
            for root in work.roots[watched.address]
            if root.header.number > start
        )
        fold = Fold(
            watched=watched,
            start=start,
            points=points,
            last=goal,
            root=begin.proved.root if begin else GENESIS_ROOT,
            start_anchored=begin.anchored if begin else True,
        )
        folds.append(fold)
    return folds


def _fold(
    work: Work, folds: Sequence[Fold], surroundings: Surroundings, progress: Progress | None
) -> None:
    """Folds every row up to the last root that is at hand."""
    contracts = work.description.contracts
    by_place = {contracts.index(fold.watched): fold for fold in folds}
    first = min(fold.start for fold in folds) + 1
    goal = folds[0].last
    enough = []
    for fold in folds:
        beyond = [point.block for point in fold.points if point.anchored and point.block >= goal]
        enough.append(min(beyond) if beyond else max([goal, *(p.block for p in fold.points)]))
    last = max(enough)
    for window in windows(work.source, first, last, tables=work.tables):
        surroundings.look(window)
        blocks, places = window.block.tolist(), window.contract.tolist()
        for block, place, preimage in zip(blocks, places, window.preimages, strict=True):
            of_contract = by_place.get(place)
            if of_contract is not None and block > of_contract.start:
                of_contract.feed(block, preimage)
        if progress:
            progress(window.last_block - first + 1, last - first + 1)
    for fold in folds:
        fold.settle(last + 1)


def _outside(work: Work) -> None:
    """Rows of blocks that no checkpoint covers."""
    begins, ends = work.description.first_block, work.newest.last_block
    for found in (
        first_row(work.source, work.tables, first_block=ends + 1),
        first_row(work.source, work.tables, last_block=begins - 1),
    ):
        if found is not None:
            table, block = found
            work.found(
                "invented",
                f"{table} has a row of block {block}, the store's blocks are {begins} to {ends}",
                block,
                block,
            )


def _conclude(work: Work, fold: Fold, goal: int) -> ContractVerified:
    """What a fold has shown."""
    name, broken = fold.watched.name, fold.failed
    for block in fold.refuted:
        text = f"{name}: the proof stored of block {block} contradicts rows that are proved"
        work.found("proof", text, block, block, name)
    if broken is not None and not fold.start_anchored and broken.good == fold.start:
        work.not_proved.append(
            f"{name}: its rows do not fold from the root stored of block {broken.good}, whose "
            f"proof is not anchored, to the root at the end of block {broken.bad}: the rows or "
            "that proof are wrong"
        )
    elif broken is not None:
        narrow = fold.narrowed or broken
        text = (
            f"{name}: its rows do not fold to the root at the end of block {broken.bad}; the first "
            f"difference is in blocks {narrow.good + 1} to {narrow.bad}"
        )
        if narrow != broken:
            text += (
                f", by stored proofs that are not anchored; by trusted hashes alone in blocks "
                f"{broken.good + 1} to {broken.bad}"
            )
        located = None
        if work.chain is not None:
            try:
                located = locate(work, fold, narrow, anchored=narrow == broken)
                if located is None and narrow != broken:
                    # The stored proofs that narrowed it are false, or the node is.
                    located = locate(work, fold, broken, anchored=True)
            except KeelmarkError as error:
                text += f"; the node could not be asked for the very log ({error})"
        if located is None:
            work.found("difference", text, narrow.good + 1, narrow.bad, name)
        else:
            work.findings.append(located)
    elif fold.suspects:
        one = fold.suspects[0]
        work.not_proved.append(
            f"{name}: its rows of blocks {one.good + 1} to {one.bad} do not fold to the root "
            f"stored of block {one.bad}, whose proof is not anchored: the rows or the proof are "
            "wrong"
        )
    proved = fold.proved_to is not None and fold.proved_to >= goal
    if broken is None and not proved and work.reached:
        work.not_proved.append(f"{name}: no proved root at or after block {goal}")
    records, root = fold.noted or (fold.records, fold.root)
    return ContractVerified(
        name=name,
        address=str(to_checksum_address(fold.watched.address)),
        records=records,
        root="0x" + root.hex(),
        holds=broken is None and not fold.suspects,
        proved=proved or broken is not None,
    )


def _loose_ends(work: Work, contracts: Sequence[ContractVerified], goal: int, whole: bool) -> None:
    """What would make a verdict say more than was shown."""
    for one in work.description.contracts:
        if not one.chained:
            work.not_proved.append(f"{one.name}: it keeps no report chain, which would show gaps")
    if not any(one.records for one in contracts):
        work.not_proved.append(
            f"anything: no contract has a record up to block {goal}; an empty market proves nothing"
        )
    for watched in work.chained:
        there = [
            root.exists
            for root in work.roots[watched.address]
            if root.header.number >= goal and work.anchors.vouches(root.header)
        ]
        if there and not any(there):
            work.not_proved.append(f"{watched.name}: nothing is deployed at its address yet")
    if whole and goal < work.newest.last_block:
        some = (
            "rows"
            if first_row(work.source, work.tables, first_block=goal + 1)
            else "none has a row"
        )
        work.stated.append(
            f"blocks {goal + 1} to {work.newest.last_block} ({some}) are beyond the last proved "
            "root and not part of this"
        )
