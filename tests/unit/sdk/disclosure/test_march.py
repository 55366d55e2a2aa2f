"""The disclosure of March 2020, against figures computed from the plain reader's rows and read
from the contracts themselves."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from keelmark.cli.app import build
from keelmark.events import Event
from keelmark.proofs.verification_result import VERIFIED, Verification
from tests.support.stored import stored_market

WAD = 10**18
PERPETUAL = 1


def day(event: Event) -> str:
    """An event's UTC day."""
    return datetime.fromtimestamp(event.timestamp, UTC).date().isoformat()


@cache
def events() -> tuple[Event, ...]:
    """Every event, by the plain reader."""
    return stored_market().reading.events()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command wrote."""
    out = tmp_path_factory.mktemp("disclosure") / "march"
    made = CliRunner().invoke(
        build(), ["disclosure", "--store", stored_market().location, "--out", str(out), "--json"]
    )
    assert made.exit_code == 0, made.output
    assert json.loads(made.output)["finality"] == "finalized"
    return out


@pytest.fixture(scope="module")
def document(folder: Path) -> dict[str, Any]:
    """The JSON document."""
    body: dict[str, Any] = json.loads((folder / "disclosure.json").read_text())
    return body


def rows(document: dict[str, Any], table: str) -> list[dict[str, Any]]:
    """A table's rows."""
    found: list[dict[str, Any]] = document["tables"][table]["rows"]
    return found


def test_volume(document: dict[str, Any]) -> None:
    """Half of what both legs make, a match for each two of one name; options by their strike."""
    strikes = {
        event.number("instrument"): event.number("strike")
        for event in events()
        if event.name == "InstrumentRegistered" and event.number("kind") == 3
    }
    size: dict[Any, Fraction] = defaultdict(Fraction)
    money: dict[Any, Fraction] = defaultdict(Fraction)
    names: dict[Any, set[bytes]] = defaultdict(set)
    for event in events():
        if event.name == "TradeReported" and event.number("execution") & 0xFF == 1:
            number = event.number("instrument")
            key = day(event), number
            amount = Fraction(abs(event.number("size")), 2)
            size[key] += amount
            money[key] += amount * strikes.get(number, event.number("price")) / WAD
            names[key].add(event.word("prior_uti"))
    found = {(row["day"], row["instrument"]): row for row in rows(document, "volume")}
    assert set(found) == set(size)
    for key, row in found.items():
        assert int(row["size_wad"]) == size[key]
        assert int(row["notional_wad"]) == money[key] // 1
        assert row["matches"] == len(names[key])


def positions_at(last_day: str) -> dict[tuple[int, int], int]:
    """Account and instrument to size, by what the last report of each said."""
    held: dict[tuple[int, int], int] = {}
    for event in events():
        if day(event) > last_day:
            break
        if event.name == "TradeReported":
            key = event.number("account"), event.number("instrument")
            held[key] = event.number("position_size")
        elif event.name == "PositionSettled":
            held[event.number("account"), event.number("instrument")] = 0
    return {key: size for key, size in held.items() if size}


def test_open_interest_and_concentration(document: dict[str, Any]) -> None:
    """From the last reported position of each account; the long side equals the short side."""
    checked = 0
    shares = {
        (row["day"], row["instrument"], row["measure"], row["holders"]): row
        for row in rows(document, "concentration")
    }
    members = {
        event.number("account"): event.number("member")
        for event in events()
        if event.name == "AccountOpened"
    }
    for row in rows(document, "open_interest"):
        held = {
            account: size
            for (account, number), size in positions_at(row["day"]).items()
            if number == row["instrument"]
        }
        longs = {account: size for account, size in held.items() if size > 0}
        assert int(row["open_interest_wad"]) == sum(longs.values())
        assert sum(held.values()) == 0
        assert row["long_positions"] == len(longs)
        assert row["short_positions"] == len(held) - len(longs)
        if not longs:
            continue
        carried: dict[int, int] = defaultdict(int)
        for account, size in longs.items():
            carried[members.get(account, account)] += size
        for holders, amounts in (("accounts", longs), ("members", carried)):
            one = shares[row["day"], row["instrument"], "long positions", holders]
            whole = sum(amounts.values())
            parts = sorted((Fraction(size, whole) for size in amounts.values()), reverse=True)
            assert one["herfindahl"] == int(sum(part**2 for part in parts) * 10_000)
            assert one["largest_1_bps"] == int(parts[0] * 10_000)
            assert one["largest_5_bps"] == int(sum(parts[:5]) * 10_000)
            checked += 1
    assert checked > 60


def test_mark_of_the_perpetual(document: dict[str, Any]) -> None:
    """The board's last price of the day, and the notional at it."""
    for row in rows(document, "open_interest"):
        if row["instrument"] == PERPETUAL:
            price = [
                event.number("price")
                for event in events()
                if event.name == "PriceUpdated"
                and event.number("feed") == 1
                and day(event) <= row["day"]
            ][-1]
            assert int(row["mark_wad"]) == price
            assert int(row["notional_wad"]) == int(row["open_interest_wad"]) * price // WAD


def test_margin_is_what_the_contracts_say(document: dict[str, Any]) -> None:
    """At the head every account's equity and requirement was read from the house itself."""
    evidence = stored_market().run.audit.evidence
    last = [row for row in rows(document, "margin") if row["clients"] == "everybody"][-1]
    assert last["block_number"] == evidence.reading.head.number
    assert int(last["initial_margin_wad"]) == sum(
        answer.requirement for answer in evidence.margins.values()
    )
    assert int(last["equity_wad"]) == sum(answer.equity for answer in evidence.margins.values())
    lacking = [max(0, one.requirement - one.equity) for one in evidence.margins.values()]
    assert int(last["shortfall_wad"]) == sum(lacking)
    assert last["below_initial_margin"] == sum(map(bool, lacking))


def test_margin_groups_add_up(document: dict[str, Any]) -> None:
    """Retail clients and others are everybody."""
    found: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in rows(document, "margin"):
        found[row["day"]][row["clients"]] = row
    for groups in found.values():
        for name in ("accounts", "initial_margin_wad", "equity_wad", "cash_wad"):
            whole = int(groups["everybody"][name])
            assert whole == int(groups["retail clients"][name]) + int(groups["others"][name])


def test_default_resources_are_what_the_contracts_say(document: dict[str, Any]) -> None:
    """The token has six decimals: 10^12 wei a unit."""
    reads = stored_market().run.audit.evidence.reads
    last = rows(document, "default_resources")[-1]
    assert reads.dedicated is not None
    assert reads.pool is not None
    assert int(last["dedicated_wad"]) == reads.dedicated * 10**12
    assert int(last["pool_wad"]) == reads.pool * 10**12
    assert int(last["uncovered_wad"]) == reads.uncovered
    owed = [sum(one.debt_layers) for one in reads.accounts.values()]
    assert int(last["debts_wad"]) == sum(owed)
    assert last["debtors"] == sum(map(bool, owed))
    shares = [row for row in rows(document, "member_shares") if row["day"] == last["day"]]
    values = {member: value for member, value in reads.share_values.items() if value}
    assert {row["member"]: int(row["share_wad"]) for row in shares} == {
        member: value * 10**12 for member, value in values.items()
    }


def test_losses_and_take_overs(document: dict[str, Any]) -> None:
    """Sums over the days are the sums over the events."""
    for column, name, field in (
        ("deficit_wad", "LossAllocated", "deficit"),
        ("from_house_wad", "LossAllocated", "from_house"),
        ("debts_recorded_wad", "DebtRecorded", "amount"),
        ("extinguished_wad", "DeficitExtinguished", "amount"),
    ):
        expected = sum(event.number(field) for event in events() if event.name == name)
        assert sum(int(row[column]) for row in rows(document, "losses")) == expected > 0
    taken = [event for event in events() if event.name == "PositionLiquidated"]
    assert sum(row["take_overs"] for row in rows(document, "liquidations")) == len(taken)
    assert sum(int(row["size_wad"]) for row in rows(document, "liquidations")) == sum(
        event.number("size") for event in taken
    )


def test_only_the_last_day_is_open(document: dict[str, Any]) -> None:
    """Every day from the first trade on has a close; the last one is not over."""
    closes = [(row["day"], row["complete"]) for row in rows(document, "default_resources")]
    traded = [day(event) for event in events() if event.name == "TradeReported"]
    assert closes[0][0] == traded[0] == document["first_day"]
    assert [complete for _, complete in closes] == [True] * (len(closes) - 1) + [False]
    assert len({found for found, _ in closes}) == len(closes) == 17


def test_names_what_it_stands_on(document: dict[str, Any]) -> None:
    """Range, finality, rulebook, software; and that nothing was verified."""
    stored = stored_market()
    basis = document["basis"]
    assert basis["first_block"] == stored.reading.first_block
    assert basis["last_block"] == stored.reading.head.number
    assert basis["last_hash"] == "0x" + stored.reading.head.hash.hex()
    assert basis["rulebook_digest"] == stored.deployment.rulebook_digest
    assert basis["software"].startswith("keelmark ")
    assert basis["verification"] == "not verified"
    assert basis["verified"] is False


def test_files_hold_the_same_rows(folder: Path, document: dict[str, Any]) -> None:
    """CSV, Parquet and JSON, digit by digit."""
    for name, table in document["tables"].items():
        text = list(csv.DictReader(io.StringIO((folder / f"{name}.csv").read_text())))
        columns = pq.read_table(folder / f"{name}.parquet").to_pylist()
        assert len(text) == len(columns) == len(table["rows"])
        for plain, typed, row in zip(text, columns, table["rows"], strict=True):
            for key, cell in row.items():
                shown = str(cell).lower() if isinstance(cell, bool) else str(cell)
                assert plain[key] == shown
                assert str(typed[key]) == str(cell)


def test_page_stands_alone(folder: Path) -> None:
    """Nothing is fetched, plots have words, and times are UTC days."""
    page = (folder / "disclosure.html").read_text()
    for outside in ("<script", "<link", "url(http", 'src="', "@import"):
        assert outside not in page
    assert page.count("<svg") == page.count('role="img"') == 6
    assert page.count("<desc>") == 6
    assert "Not verified." in page
    assert page.count("settlement units") == 5
    assert "UTC day, 2020-03-05 to 2020-03-21" in page


def refused(*arguments: str) -> str:
    """The sentence with which the command refuses."""
    made = CliRunner().invoke(build(), ["disclosure", *arguments])
    assert made.exit_code == 1
    return str(made.exception)


def test_refuses_in_one_sentence(tmp_path: Path) -> None:
    """Bad input names its field, and nothing is written."""
    store = ("--store", stored_market().location)
    out = ("--out", str(tmp_path / "out"))
    assert "there is none at" in refused("--store", str(tmp_path / "none.duckdb"), *out)
    assert "--from 'soon'" in refused(*store, *out, "--from", "soon")
    assert "expected a day not after" in refused(
        *store, *out, "--from", "2020-03-09", "--to", "2020-03-08"
    )
    assert "expected a day not after 2020-03-21" in refused(*store, *out, "--from", "2020-04-01")
    assert "--finality 'sure'" in refused(*store, *out, "--finality", "sure")
    bad = tmp_path / "verification.json"
    bad.write_text("{}")
    assert "verification" in refused(*store, *out, "--verification", str(bad))
    assert "cannot be read" in refused(*store, *out, "--verification", str(tmp_path / "none"))
    assert not (tmp_path / "out").exists()
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert "out: " in refused(*store, "--out", str(blocked / "out"))
    # Another command's report has a margin.csv too, which is not to be replaced.
    other = tmp_path / "other"
    other.mkdir()
    (other / "margin.csv").write_text("mine")
    assert "holds other files, expected" in refused(*store, "--out", str(other))
    assert [(one.name, one.read_text()) for one in other.iterdir()] == [("margin.csv", "mine")]


def test_period_and_verification(tmp_path: Path) -> None:
    """Two days of it, and a verification that covers the range."""
    stored = stored_market()
    found = Verification(
        verdict=VERIFIED,
        chain_id=stored.deployment.chain_id,
        venue="keelmark",
        first_block=stored.reading.first_block,
        last_block=stored.reading.head.number,
        anchored_block=None,
        anchored_hash=None,
        finality="finalized",
        contracts=(),
        findings=(),
        not_proved=(),
        stated=(),
        software="keelmark",
        at=0,
    )
    for name, last_block, verified in (("whole", found.last_block, True), ("part", 100, False)):
        path = tmp_path / f"{name}.json"
        path.write_text(replace(found, last_block=last_block).to_json())
        arguments = ["--store", stored.location, "--out", str(tmp_path / name)]
        period = ["--from", "2020-03-08", "--to", "2020-03-09", "--verification", str(path)]
        made = CliRunner().invoke(build(), ["disclosure", *arguments, *period])
        assert made.exit_code == 0, made.output
        body = json.loads((tmp_path / name / "disclosure.json").read_text())
        assert body["basis"]["verified"] is verified
        assert body["basis"]["verification"].startswith("verified" if verified else "not verified")
        days = {row["day"] for table in body["tables"].values() for row in table["rows"]}
        assert days == {"2020-03-08", "2020-03-09"}
