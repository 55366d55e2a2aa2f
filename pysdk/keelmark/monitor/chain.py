"""Detectors of the reading itself: sequences, gaps, roots, reorganisations, silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from keelmark.ledger import Finding
from keelmark.monitor.rules import Rules
from keelmark.monitor.signals import Signal
from keelmark.monitor.state import Evaluated
from keelmark.store import Store

__all__ = [
    "Folded",
    "reorganisation_signal",
    "root_signals",
    "sequence_signals",
    "silence_signals",
    "stopped_signal",
    "store_signals",
]


@dataclass(frozen=True, slots=True)
class Folded:
    """Report chains as the rows fold, at one block."""

    block_number: int
    block_hash: bytes
    contracts: Mapping[str, str]
    """Address to name."""
    roots: Mapping[str, bytes]
    """Address to root; those that have reported."""
    records: Mapping[str, int]
    """Address to the number of its events."""


def sequence_signals(findings: Iterable[Finding], rules: Rules) -> Iterator[Signal]:
    """Events that do not follow from those before them."""
    section = rules.broken_sequence
    if not section.enabled:
        return
    for found in findings:
        yield Signal(
            detector="broken_sequence",
            subject=f"{found.event}.{found.field}",
            sentence=(
                f"{found.event} reports {found.field} {found.reported}, and from the events before "
                f"it follows {found.expected}: one of them is missing, altered or wrong"
            ),
            severity=section.severity,
            figures={"reported": found.reported, "expected": found.expected},
            once=True,
        )


def store_signals(store: Store, rules: Rules) -> Iterator[Signal]:
    """Checkpoints that do not follow one another: blocks between them were never read."""
    following = store.description.first_block
    for point in store.checkpoints():
        if point.first_block != following:
            yield Signal(
                detector="store_gap",
                subject=f"block {following}",
                sentence=(
                    f"the store's checkpoints do not meet: one begins at block "
                    f"{point.first_block}, expected {following}"
                ),
                severity=rules.store_gap.severity,
                figures={"begins_block": point.first_block, "expected_block": following},
            )
        following = point.last_block + 1


def root_signals(folded: Folded, roots: Mapping[str, bytes], rules: Rules) -> Iterator[Signal]:
    """Report chains whose root on the chain is not what the rows fold to.

    Args:
        folded: at the block of the roots.
        roots: contract to its root, as the chain has it.
        rules: severities.
    """
    for address, root in sorted(roots.items()):
        mine = folded.roots.get(address, bytes(32))
        if mine == root:
            continue
        name, rows = folded.contracts.get(address, address), folded.records.get(address, 0)
        yield Signal(
            detector="report_chain",
            subject=name,
            sentence=(
                f"the {rows} rows of {name} at {address} do not fold to its report chain: one is "
                "missing, altered or none of its own; keelmark verify says where"
            ),
            severity=rules.report_chain.severity,
            figures={"folded": "0x" + mine.hex(), "stored": "0x" + root.hex(), "rows": rows},
        )


def reorganisation_signal(old: Evaluated, ancestor: int, rules: Rules) -> Signal | None:
    """A reorganisation that is deeper than expected; None for a usual one.

    Args:
        old: the newest block evaluated, which is gone.
        ancestor: height of the newest one that stays.
        rules: the depth expected.
    """
    section, depth = rules.deep_reorganisation, old.number - ancestor
    if depth <= section.depth:
        return None
    return Signal(
        detector="deep_reorganisation",
        subject=f"blocks from {ancestor + 1}",
        sentence=f"the chain replaced {depth} blocks, from {ancestor + 1} to {old.number}",
        severity=section.severity,
        figures={"depth_blocks": depth, "limit_blocks": section.depth, "ancestor_block": ancestor},
        once=True,
    )


def silence_signals(seconds: float, rules: Rules) -> list[Signal]:
    """The reader has brought no new block for long.

    Args:
        seconds: since the last one, by this machine's clock.
        rules: how long is long.
    """
    section = rules.reader_stalled
    if seconds < section.seconds:
        return []
    return [
        Signal(
            detector="reader_stalled",
            subject="reader",
            sentence=f"no new block has come for {section.seconds} s",
            severity=section.severity,
            figures={"limit_seconds": section.seconds},
        )
    ]


def stopped_signal(failure: Exception, rules: Rules) -> Signal:
    """The reader, the store or the folding ended with something that cannot be healed."""
    return Signal(
        detector="monitor_stopped",
        subject=type(failure).__name__,
        sentence=f"the monitor stops, {failure}",
        severity=rules.monitor_stopped.severity,
        once=True,
    )
