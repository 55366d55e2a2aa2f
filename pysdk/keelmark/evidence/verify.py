"""Verifies a package from trusted block hashes alone.

The order: what the receiver expects; the headers that the trusted hashes vouch for; each contract's
report chain between two roots that storage proofs show; the receipts, against the headers; and
that the events in scope are exactly those that the receipts hold. The first thing that fails is
raised with its place. What merely is not shown is collected, and a receiver must decide to accept
a package with such gaps.
"""

from __future__ import annotations

from keelmark.evidence.asking import check_answer, read_reference
from keelmark.evidence.parts import EvidenceBroken, Package, hex_of, raw
from keelmark.evidence.verdict import Expected, Verdict
from keelmark.evidence.verify_chains import check_chain
from keelmark.evidence.verify_receipts import check_events, check_receipts
from keelmark.evidence.work import Work, at, gap
from keelmark.proofs.blocks import ancestry, read_header

__all__ = ["verify"]


def verify(package: Package, digest: bytes, expected: Expected) -> Verdict:
    """Verifies everything in a package.

    Args:
        package: from `unpack`.
        digest: from `unpack`.
        expected: what the receiver knows; at least one trusted block hash.

    Returns:
        what was proved, what was not, and the events in scope.

    Raises:
        EvidenceBroken: something is not so; the first place is named.
    """
    request = package.request
    work = Work(package, expected, Verdict(digest, request.request, request.scope))
    _expectations(work, digest)
    _headers(work)
    for place, chain in enumerate(package.chains.contracts):
        check_chain(work, place, chain)
    check_receipts(work)
    check_events(work)
    _surplus(work)
    return work.verdict


def _expectations(work: Work, digest: bytes) -> None:
    """Whether the package answers what the receiver asked; see `verify`."""
    expected, said = work.expected, work.verdict
    scope, reading = work.package.request.scope, work.package.reading
    for part, name, wanted, found in (
        (
            "manifest",
            "digest",
            hex_of(expected.digest) if expected.digest else None,
            hex_of(digest),
        ),
        ("request.request", "request", expected.request, said.request),
        ("request.scope.chain_id", "chain id", expected.chain_id, scope.chain_id),
        (
            "reading.rulebook_digest",
            "rulebook digest",
            expected.rulebook_digest,
            reading.rulebook_digest,
        ),
    ):
        if wanted is None:
            said.stated.append(f"{name} {found}")
        elif wanted != found:
            raise EvidenceBroken(part, f"{name} is {found}, expected {wanted}")
        else:
            said.proved.append(f"{name} {found}, as expected")
    _reference(work)
    if expected.asked is not None:
        check_answer(expected.asked, work.package.request)
        said.proved.append("scope and salt are those of the request")
    elif work.package.request.salt is not None:
        said.stated.append(f"salt {work.package.request.salt}")
    for place, contract in enumerate(scope.contracts):
        if expected.contracts is not None and contract not in expected.contracts:
            raise EvidenceBroken(
                f"request.scope.contracts.{place}",
                f"{contract} is none of the expected contracts: "
                f"{', '.join(sorted(expected.contracts))}",
            )
    said.stated.append(f"software {reading.software}")
    last, finality = scope.last_block, "neither safe nor finalized"
    if reading.finalized_block is not None and last <= reading.finalized_block:
        finality = "finalized"
    elif reading.safe_block is not None and last <= reading.safe_block:
        finality = "safe, not yet finalized"
    heights = [
        "unknown" if height is None else str(height)
        for height in (reading.safe_block, reading.finalized_block)
    ]
    said.stated.append(
        f"block {last} was {finality} when it was read: safe block {heights[0]}, "
        f"finalized block {heights[1]}"
    )


def _reference(work: Work) -> None:
    """Whether a request on chain is of the chain, and of the contract, that it can be of.

    Raises:
        EvidenceBroken: it is not.
    """
    with at("request.request"):
        found = read_reference(work.verdict.request)
    if found is None:
        return
    chain_id, wanted = work.package.request.scope.chain_id, work.expected.supervision
    if found.chain_id != chain_id:
        raise EvidenceBroken(
            "request.request", f"is a request on chain {found.chain_id}, the scope is of {chain_id}"
        )
    if wanted is not None and found.supervision != wanted:
        raise EvidenceBroken(
            "request.request", f"is a request to {found.supervision}, expected one to {wanted}"
        )


def _headers(work: Work) -> None:
    """Reads the headers and finds those that a trusted hash vouches for; see `verify`."""
    scope = work.package.request.scope
    previous = -1
    for place, text in enumerate(work.package.headers.rlp):
        part = f"headers.rlp.{place}"
        with at(part):
            header = read_header(raw(text))
        if not max(scope.first_block - 1, 0) <= header.number <= scope.last_block:
            raise EvidenceBroken(part, f"block {header.number} is outside the scope's range")
        if header.number <= previous:
            raise EvidenceBroken(part, f"block {header.number} after block {previous}")
        previous = header.number
        work.headers[header.number] = header
    with at("headers"):
        work.vouched = ancestry(work.headers.values(), work.expected.block_hashes)
    hashes = {header.hash for header in work.headers.values()}
    for trusted in work.expected.block_hashes:
        if trusted not in hashes:
            raise EvidenceBroken(
                "headers",
                f"no header has the trusted hash {hex_of(trusted)}; another chain or range",
            )
    last = work.headers.get(scope.last_block)
    if last is None:
        raise EvidenceBroken(
            "headers", f"the header of the last block {scope.last_block} is missing"
        )
    if hex_of(last.hash) != work.package.reading.last_block_hash:
        raise EvidenceBroken(
            "reading.last_block_hash",
            f"is {work.package.reading.last_block_hash}, the header's is {hex_of(last.hash)}",
        )
    work.used.add(scope.last_block)
    if scope.last_block not in work.vouched:
        work.verdict.not_proved.append(gap(scope.last_block))
    else:
        work.verdict.proved.append(
            f"{len(work.vouched)} headers, blocks {min(work.vouched)} to {scope.last_block}, "
            "by the trusted hash"
        )


def _surplus(work: Work) -> None:
    """Refuses headers that nothing rests on: no proof, no trusted hash and no child."""
    for place, number in enumerate(work.headers):
        rests = number in work.used or number in work.vouched or number + 1 in work.headers
        if not rests:
            raise EvidenceBroken(f"headers.rlp.{place}", f"block {number} serves nothing here")
