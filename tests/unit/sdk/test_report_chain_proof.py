"""The report chain: any change of the logs gives another root, and is found."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_utils import keccak
from hypothesis import given
from hypothesis import strategies as st

from keelmark.proofs.report_chain import (
    GENESIS_ROOT,
    ChainLog,
    ReportChainBroken,
    extend,
    first_difference,
    fold,
    in_order,
    narrow,
    record_hash,
    verify,
)

WORD = st.binary(min_size=32, max_size=32)
LOG = st.builds(
    ChainLog,
    block_number=st.integers(1, 10**6),
    topics=st.tuples(WORD, WORD, WORD),
    data=st.lists(WORD, max_size=4).map(b"".join),
    log_index=st.integers(0, 50),
)
LOGS = st.lists(LOG, min_size=1, max_size=12, unique_by=record_hash)


def test_record_and_root_as_written() -> None:
    topics = (b"\x01" * 32, b"\x02" * 32, b"\x03" * 32)
    log = ChainLog(7, topics, b"\x04" * 64)
    preimage = (7).to_bytes(32, "big") + b"".join(topics) + b"\x04" * 64
    record = keccak(preimage)
    assert record_hash(log) == record
    assert extend(GENESIS_ROOT, log) == keccak(bytes(32) + record)
    assert fold([]) == bytes(32)


@given(LOGS)
def test_true_logs_verify_and_can_be_resumed(logs: list[ChainLog]) -> None:
    root = fold(logs)
    verify(logs, root)
    half = len(logs) // 2
    verify(logs[half:], root, start=fold(logs[:half]))
    assert first_difference(logs, logs) is None


@given(LOGS, st.data())
def test_any_change_is_refused_and_found(logs: list[ChainLog], data: st.DataObject) -> None:
    root = fold(logs)
    place = data.draw(st.integers(0, len(logs) - 1))
    log = logs[place]
    flipped = bytes([log.topics[1][0] ^ 1]) + log.topics[1][1:]
    altered = [
        logs[:place] + logs[place + 1 :],
        [*logs[:place], log, *logs[place:]],
        [*logs[:place], replace(log, block_number=log.block_number + 1), *logs[place + 1 :]],
        [*logs[:place], replace(log, data=log.data + bytes(32)), *logs[place + 1 :]],
        [
            *logs[:place],
            replace(log, topics=(log.topics[0], flipped, log.topics[2])),
            *logs[place + 1 :],
        ],
    ]
    if place:
        altered.append([*logs[: place - 1], log, logs[place - 1], *logs[place + 1 :]])
    for wrong in altered:
        with pytest.raises(ReportChainBroken, match="expected the contract's root"):
            verify(wrong, root)
        difference = first_difference(wrong, logs)
        assert difference is not None
        assert place - 1 <= difference.index <= place + 1


@given(LOGS, st.data())
def test_the_stretch_that_does_not_fold_is_narrowed(
    drawn: list[ChainLog], data: st.DataObject
) -> None:
    logs = [replace(log, block_number=10 * (place + 1)) for place, log in enumerate(drawn)]
    roots = {log.block_number: fold(logs[: place + 1]) for place, log in enumerate(logs)}
    assert narrow(logs, roots) is None
    lost = data.draw(st.integers(0, len(logs) - 1))
    block = logs[lost].block_number
    before = logs[lost - 1].block_number if lost else -1
    assert narrow(logs[:lost] + logs[lost + 1 :], roots) == (before, block)


@given(st.permutations(range(6)))
def test_logs_are_put_in_the_order_of_emission(order: list[int]) -> None:
    logs = [ChainLog(1 + n // 2, (bytes(32),) * 3, b"", log_index=n % 2) for n in range(6)]
    assert in_order(logs[n] for n in order) == logs
