"""What the API says of the market, against the contracts and the plain reader's rows."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from keelmark.margin.words import unpack_account, unpack_market, unpack_position
from keelmark.regulation import rules
from keelmark.types import AccountFlag
from tests.support.stored import stored_market
from tests.unit.sdk.api.served import get, ok

WAD = 10**18


@pytest.fixture(scope="module")
def evidence() -> Any:
    """What was read from the contracts at the head."""
    return stored_market().run.audit.evidence


def test_positions_are_those_of_the_contracts(evidence: Any) -> None:
    """Word by word."""
    expected = {
        (number, held.instrument): (str(held.size), str(held.quote))
        for number, account in evidence.reads.accounts.items()
        for held in map(unpack_position, account.positions)
    }
    rows = ok("/v1/positions?limit=1000")["rows"]
    found = {(row["account"], row["instrument"]): (row["size"], row["quote"]) for row in rows}
    assert found == expected
    assert len(rows) == len(expected) > 3


def test_margin_is_that_of_the_contracts(evidence: Any) -> None:
    """Equity and requirement of every account, as the house itself answers."""
    body = ok("/v1/margin?limit=1000")
    assert body["as_of"]["block_number"] == evidence.reading.head.number
    assert body["as_of"]["block_hash"] == "0x" + evidence.reading.head.hash.hex()
    assert body["as_of"]["finality"] == "finalized"
    found = {row["account"]: row for row in body["rows"]}
    assert set(found) == set(evidence.margins)
    for number, answer in evidence.margins.items():
        row = found[number]
        assert int(row["equity"]) == answer.equity
        assert int(row["initial_margin"]) == answer.requirement
        assert int(row["headroom"]) == answer.equity - answer.requirement
        if answer.requirement:
            assert int(row["cover"]) == answer.equity * 10_000 // answer.requirement
        account = unpack_account(evidence.reads.accounts[number].word)
        assert int(row["cash"]) == account.cash
        assert row["called"] is bool(account.flags & AccountFlag.CALLED)
        assert row["retail"] is bool(account.flags & AccountFlag.RETAIL)
        assert int(row["debt"]) == sum(evidence.reads.accounts[number].debt_layers)


def test_one_account(evidence: Any) -> None:
    """A filter leaves one row."""
    number = next(iter(evidence.margins))
    assert [row["account"] for row in ok(f"/v1/margin?account={number}")["rows"]] == [number]
    assert ok("/v1/margin?account=4000000")["rows"] == []


def test_open_interest_is_that_of_the_contracts(evidence: Any) -> None:
    """Half of the lots that the house counts."""
    rows = {row["instrument"]: row for row in ok("/v1/open-interest")["rows"]}
    lots = {
        number: unpack_market(word).gross_lots for number, word in evidence.reads.markets.items()
    }
    assert set(rows) == set(lots)
    for number, gross in lots.items():
        assert int(rows[number]["size"]) == gross * 10**15 // 2


def test_volume_adds_up_to_the_trades() -> None:
    """Both legs of every match make twice the volume."""
    legs = sum(
        abs(event.number("size"))
        for event in stored_market().reading.events()
        if event.name == "TradeReported" and event.number("execution") & 0xFF == 1
    )
    rows = ok("/v1/volume?limit=1000")["rows"]
    assert 2 * sum(int(row["size"]) for row in rows) == legs
    only = ok("/v1/volume?instrument=2")["rows"]
    assert only == [row for row in rows if row["instrument"] == 2]


def test_default_resources_are_those_of_the_contracts(evidence: Any) -> None:
    """Token units of six decimals as wad."""
    (row,) = ok("/v1/default-resources")["rows"]
    assert int(row["dedicated"]) == evidence.reads.dedicated * 10**12
    assert int(row["pool"]) == evidence.reads.pool * 10**12
    assert int(row["uncovered"]) == evidence.reads.uncovered
    shares = {one["member"]: int(one["share"]) for one in row["shares"] if int(one["share"])}
    assert shares == {
        member: value * 10**12 for member, value in evidence.reads.share_values.items() if value
    }


def test_instruments() -> None:
    """As they were registered."""
    rows = {row["instrument"]: row for row in ok("/v1/instruments")["rows"]}
    registered = {
        event.number("instrument"): event
        for event in stored_market().reading.events()
        if event.name == "InstrumentRegistered"
    }
    assert set(rows) == set(registered)
    for number, event in registered.items():
        row = rows[number]
        assert int(row["strike"] or 0) == event.number("strike")
        assert (row["cfi"] or "").encode() == event.word("cfi").rstrip(b"\0")
        expiry = event.number("expiry")
        shown = datetime.fromtimestamp(expiry, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert row["expiry"] == (shown if expiry else None)
    assert rows[1]["instrument_name"] == "BTC perpetual"
    assert rows[1]["dti"] == "4H95J0R2X"


def test_rules() -> None:
    """Every rule with source and status, and the deployment's digest."""
    body = ok("/v1/rules")
    assert body["same_as_deployed"] is True
    assert body["deployed_digest"] == stored_market().deployment.rulebook_digest
    assert {row["id"]: row["value"] for row in body["rules"]} == {
        name: str(rule.value) for name, rule in rules().items()
    }
    one = ok("/v1/rules/CLOSE_OUT_BPS")
    assert one in body["rules"]
    assert one["status"] in ("read", "derived", "practice", "unconfirmed")
    assert get("/v1/rules/NO_SUCH_RULE").status_code == 404


def test_status() -> None:
    """Heads, checkpoint, lag."""
    stored = stored_market()
    body = ok("/v1/status")
    head = stored.reading.head
    assert body["chain_id"] == stored.deployment.chain_id
    assert body["checkpoint"]["last_block"] == head.number == body["heads"]["finalized"]
    assert body["checkpoint"]["last_hash"] == "0x" + head.hash.hex()
    assert body["lag_blocks"] == 0
    assert body["reorganisations"] == 0
    assert len(body["contracts"]) == 7


def test_checkpoints() -> None:
    """Four row sets without a gap, in pages of three."""
    first = ok("/v1/checkpoints?limit=3")
    rest = ok(f"/v1/checkpoints?limit=3&from_block={first['next']}")
    rows = first["rows"] + rest["rows"]
    assert len(rows) == 4
    assert rest["next"] is None
    for one, other in pairwise(rows):
        assert other["first_block"] == one["last_block"] + 1
    assert sum(row["rows"] for row in rows) == len(stored_market().reading.rows)


def test_verification_of_nothing() -> None:
    """Nobody named one."""
    body = ok("/v1/verification")
    assert body["verdict"] == "not verified"
    assert body["verification"] is None


def test_tables_describe_every_field() -> None:
    """A unit for each."""
    tables = {table["name"]: table for table in ok("/v1/tables")["tables"]}
    fields = {field["name"]: field for field in tables["trade_reported"]["fields"]}
    assert fields["price"]["unit"].startswith("1e-18 of the settlement unit")
    assert fields["price"]["cde"] == "2.50"
    assert all(field["unit"] for table in tables.values() for field in table["fields"])
