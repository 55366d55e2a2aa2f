"""What a report says of the verification that its rows passed, and its JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from keelmark.proofs.verification_result import FAILED, NOT_PROVED, VERIFIED, Verification
from keelmark.reports.regulatory.document import table_json, verification_text
from keelmark.reports.regulatory.period import Scope
from keelmark.reports.table import Column, Kind, Table

SCOPE = Scope(100, 200, 0, 0, False, 0)
PROVED = Verification(
    verdict=VERIFIED,
    chain_id=1,
    venue="keelmark",
    first_block=50,
    last_block=250,
    anchored_block=250,
    anchored_hash="0x" + "ab" * 32,
    finality="finalized",
    contracts=(),
    findings=(),
    not_proved=(),
    stated=(),
    software="keelmark 0.1.0",
    at=1_584_028_860,
)


def test_default_behavior() -> None:
    """A verification of the whole period is named with its anchor, maker and time."""
    found = verification_text(PROVED, 1, SCOPE)
    assert found == (
        f"verified: blocks 50 to 250 of chain 1, 0 records of 0 contracts, anchored in block 250, "
        f"0x{'ab' * 32}, by keelmark 0.1.0 at 2020-03-12T16:01:00Z"
    )


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (None, "the rows are as the reader's endpoint gave them"),
        (replace(PROVED, verdict=FAILED), "the verification that was named ended with 'failed'"),
        (replace(PROVED, verdict=NOT_PROVED), "that was named ended with 'not proved'"),
        (replace(PROVED, first_block=101), "is of blocks 101 to 250 of chain 1"),
        (replace(PROVED, last_block=199), "is of blocks 50 to 199 of chain 1"),
        (replace(PROVED, chain_id=5), "is of blocks 50 to 250 of chain 5"),
    ],
)
def test_not_verified(found: Verification | None, words: str) -> None:
    """Anything less is not verified, and why is said."""
    text = verification_text(found, 1, SCOPE)
    assert text.startswith("not verified: ")
    assert words in text


@pytest.mark.parametrize("rows", [(), ((1, "a"),), ((1, "a"), ("", '"b"'))])
def test_table_as_json(rows: tuple[tuple[int | str, ...], ...]) -> None:
    """One line a row, and JSON all the same."""
    table = Table("t", (Column("n", "n", Kind.MONEY), Column("s", "s")), rows)
    text = table_json(table, {"notes": ["{}"], "last": {"block": 1}})
    body = json.loads(text)
    assert body["report"] == {"notes": ["{}"], "last": {"block": 1}}
    assert (body["table"], body["rows"]) == ("t", table.records())
    assert sum(line.startswith('{"n"') for line in text.splitlines()) == len(rows)
