"""Report chains folded over columns, against the fold over single logs."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from eth_utils.address import to_canonical_address

from keelmark.chain.operations import RawLog
from keelmark.columns import own_tables
from keelmark.events import ALL_EVENTS
from keelmark.ingest import roots as module
from keelmark.ingest.roots import RootTracker, follows_chains
from keelmark.ledger.reader import LogRow
from keelmark.proofs.report_chain import ChainLog, fold
from keelmark.store import Description, Watched
from tests.support.stored import rows_to_tables

FIRST, SECOND, OUTSIDER = ("0x" + f"{place:02x}" * 20 for place in (1, 2, 3))
ABOUT = Description(
    1,
    "two",
    tuple(
        Watched(name, to_canonical_address(address), b"", 5, chained)
        for name, address, chained in (
            ("First", FIRST, True),
            ("Second", SECOND, True),
            ("Outsider", OUTSIDER, False),
        )
    ),
    own_tables(),
    5,
)


def some_rows(count: int, first_block: int = 5) -> list[LogRow]:
    """Logs of every kind of the kit's events, of three contracts, several a block."""
    draw = random.Random(count)
    rows = []
    for place in range(count):
        spec = ALL_EVENTS[place % len(ALL_EVENTS)]
        words = [draw.randrange(2).to_bytes(32, "big") for _ in spec.fields]
        rows.append(
            LogRow(
                RawLog(
                    address=draw.choice((FIRST, SECOND, OUTSIDER)),
                    topics=(spec.topic, *words[:2]),
                    data=b"".join(words[2:]),
                    block_number=first_block + place // 7,
                    block_hash=(first_block + place // 7).to_bytes(32, "big"),
                    transaction_hash=bytes(32),
                    transaction_index=0,
                    log_index=place % 7 * 3,
                ),
                1_000,
            )
        )
    return rows


def singly(rows: list[LogRow], address: str) -> bytes:
    """One contract's root by `proofs.report_chain`."""
    return fold(
        ChainLog(row.log.block_number, row.log.topics, row.log.data)  # type: ignore[arg-type]
        for row in rows
        if row.log.address == address
    )


@pytest.mark.parametrize("compiled", [True, False])
def test_default_behavior(compiled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the compiled hash and with the kit's own."""
    if not compiled:

        def absent(name: str) -> object:
            raise ModuleNotFoundError(name) if name == "sha3" else AssertionError

        real = module.import_module
        monkeypatch.setattr(
            module, "import_module", lambda name: absent(name) if name == "sha3" else real(name)
        )
        monkeypatch.setattr(module, "_keccak", module._fastest())
    rows = some_rows(300)
    tracker = RootTracker(ABOUT)
    touched = tracker.fold(rows_to_tables(rows))
    assert touched == {to_canonical_address(FIRST), to_canonical_address(SECOND)}
    assert tracker.roots == {
        to_canonical_address(one): singly(rows, one) for one in (FIRST, SECOND)
    }


def test_in_parts_it_is_the_same() -> None:
    rows = some_rows(280)
    whole, parts = RootTracker(ABOUT), RootTracker(ABOUT)
    whole.fold(rows_to_tables(rows))
    for place in range(0, 280, 70):
        parts.fold(rows_to_tables(rows[place : place + 70]))
    assert parts.roots == whole.roots
    assert RootTracker(ABOUT, parts.roots).fold({}) == set()


def test_a_row_less_is_another_root() -> None:
    rows = some_rows(120)
    whole = RootTracker(ABOUT)
    whole.fold(rows_to_tables(rows))
    for lost in (place for place, row in enumerate(rows) if row.log.address == FIRST):
        other = RootTracker(ABOUT)
        other.fold(rows_to_tables(rows[:lost] + rows[lost + 1 :]))
        assert other.roots[to_canonical_address(FIRST)] != whole.roots[to_canonical_address(FIRST)]
        assert (
            other.roots[to_canonical_address(SECOND)] == (whole.roots[to_canonical_address(SECOND)])
        )


def test_which_stores_can_follow() -> None:
    assert follows_chains(ABOUT)
    assert not follows_chains(replace(ABOUT, tables=ABOUT.tables[1:])), "an event is not read"
    assert not follows_chains(replace(ABOUT, first_block=6)), "the beginning is not read"
    assert not follows_chains(replace(ABOUT, contracts=ABOUT.contracts[2:])), "nothing is chained"
