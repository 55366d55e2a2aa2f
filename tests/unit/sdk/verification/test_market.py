"""The days of March 2020: verified, falsified in one row, and reconciled to the wei."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from keelmark.proofs.verification_result import FAILED, VERIFIED
from keelmark.store import open_store
from keelmark.verification import Trust, verify_store
from keelmark.verification.reconciled import audit_store
from tests.support.stored import stored_market


def test_default_behavior(tmp_path: Path) -> None:
    market = stored_market()
    head = market.chain.block()
    store = open_store(market.location, read_only=True)
    found = verify_store(
        store,
        [Trust(head.hash, head.number)],
        chain=market.chain,
        expected=market.deployment,
        headers=True,
    )
    assert found.verdict == VERIFIED
    assert found.last_block == head.number
    assert sum(one.records for one in found.contracts) == len(market.reading.rows)
    judged = audit_store(store, market.chain, 1)
    store.close()
    assert judged.holds
    assert judged.compared == market.run.audit.compared

    altered = tmp_path / "altered.duckdb"
    shutil.copy(market.location, altered)
    connection = duckdb.connect(str(altered))
    block, place = connection.execute(
        "DELETE FROM position_liquidated WHERE (block_number, log_index) = "
        "(SELECT min((block_number, log_index)) FROM position_liquidated) "
        "RETURNING block_number, log_index"
    ).fetchone() or (0, 0)
    connection.close()
    store = open_store(str(altered), read_only=True)
    bad = verify_store(store, [Trust(head.hash)], chain=market.chain)
    store.close()
    assert bad.verdict == FAILED
    (finding,) = bad.findings
    assert (finding.kind, finding.first_block, finding.contract) == (
        "omitted",
        block,
        "ClearingHouse",
    )
    assert f"PositionLiquidated of block {block}, log {place} is missing" in finding.text
