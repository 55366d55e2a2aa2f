"""The whole of March 2020, from a store and through the command line."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from keelmark.cli.app import main
from keelmark.store import open_store
from keelmark.units import WAD
from tests.support.stored import Stored, stored_market

Record = dict[str, Any]
PERIOD = ("--from", "2020-03-05", "--to", "2020-03-21")
AT = ("--at", "2020-03-23T06:00:00Z")
UTI = re.compile(r"[A-Z0-9]{18}[0-9]{2}[A-Z0-9]{0,32}")
ALPHABET = "0123456789BCDFGHJKLMNPQRSTVWXZ"


@pytest.fixture(scope="module")
def market() -> Stored:
    """The replayed market in a store."""
    return stored_market()


@pytest.fixture(scope="module")
def folder(market: Stored, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of everything, in every format."""
    out = tmp_path_factory.mktemp("report") / "march"
    run(market, out, "--finality", "latest", "--format", "csv,parquet,json,xml")
    return out


def run(market: Stored, out: Path, *more: str, code: int = 0) -> None:
    """The command."""
    asked = ["report", "--store", market.location, "--out", str(out)]
    with pytest.raises(SystemExit) as ended:
        main([*asked, *(() if "--from" in more else PERIOD), *AT, *more])
    assert (ended.value.code or 0) == code


def rows(folder: Path, name: str) -> list[Record]:
    """A table's rows, from its JSON."""
    found: list[Record] = json.loads((folder / f"{name}.json").read_text("utf-8"))["rows"]
    return found


def lives(folder: Path) -> dict[str, list[Record]]:
    """Position's UTI to its reports, in order."""
    found = defaultdict(list)
    for row in rows(folder, "trade"):
        if row["cde_2_112_level"] == "PSTN":
            found[row["uti"]].append(row)
    return found


def is_lei(text: str) -> bool:
    """ISO 7064 MOD 97-10, with the standard's own arithmetic."""
    return len(text) == 20 and int("".join(str(int(one, 36)) for one in text)) % 97 == 1


def test_every_leg_is_reported(market: Stored, folder: Path) -> None:
    """One POSC a leg that is a new contract; the liquidated sides have none."""
    events = market.run.audit.events
    legs = sum(one.name == "TradeReported" for one in events)
    taken = sum(one.name == "PositionLiquidated" for one in events)
    compulsory = sum(one.name == "PositionLiquidated" and one.number("mode") == 4 for one in events)
    made = [row for row in rows(folder, "trade") if row["cde_2_107_action_type"] == "POSC"]
    assert len(made) == legs - taken - compulsory
    assert len({row["uti"] for row in made}) == len(made)


def test_each_life_is_consistent(folder: Path) -> None:
    """Begins with NEWT, numbered without a gap, ends with TERM if at all; one direction."""
    found = lives(folder)
    matured = {row["uti"] for row in rows(folder, "matured")}
    assert found
    for uti, reports in found.items():
        actions = [row["cde_2_107_action_type"] for row in reports]
        assert actions[0] == "NEWT"
        assert set(actions[1:-1]) <= {"MODI"}
        assert actions[-1] in ("NEWT", "MODI", "TERM")
        assert [row["sequence"] for row in reports] == list(range(1, len(reports) + 1))
        assert len({row["cde_2_13_direction"] for row in reports}) == 1
        assert len({row["cde_2_1_effective_date"] for row in reports}) == 1
        assert (uti in matured) <= (actions[-1] != "TERM")
        times = [row["cde_2_109_event_timestamp"] for row in reports]
        assert times == sorted(times)


def test_new_notional_is_price_times_quantity(folder: Path) -> None:
    """Of options strike times quantity; exact fractions, cut at the last place of a wad."""
    for row in rows(folder, "trade"):
        if row["cde_2_112_level"] != "TCTN":
            continue
        option = row["emir_2_10_contract_type"] == "OPTN"
        unit = row["cde_2_60_strike_wad" if option else "cde_2_50_price_wad"]
        exact = Fraction(int(unit)) * Fraction(int(row["cde_2_79_quantity_wad"]), WAD)
        assert 0 <= exact - int(row["cde_2_70_notional_wad"]) < 1
        if option:
            assert row["cde_2_66_premium_date"] == row["cde_2_1_effective_date"]
            assert row["cde_2_50_price_wad"] is None


def test_positions_sum_to_zero_every_day(folder: Path) -> None:
    """Of every instrument, at the end of each day."""
    sizes: dict[tuple[str, int], int] = defaultdict(int)
    for row in rows(folder, "valuation"):
        sizes[row["cde_2_109_event_timestamp"], row["instrument"]] += int(row["size_wad"])
    assert len({day for day, _ in sizes}) == 17
    assert set(sizes.values()) == {0}


def test_values_follow_from_the_trade_reports(folder: Path) -> None:
    """A future is worth its size times the mark less the price that its position reports; an
    option its size times its mark. Roundings of each reduction are a few wei."""
    lei = json.loads((folder / "regulatory-report.json").read_text("utf-8"))["lei"]
    reported = lives(folder)
    compared = 0
    for row in rows(folder, "valuation"):
        at = row["cde_2_109_event_timestamp"]
        state = [one for one in reported[row["uti"]] if one["cde_2_109_event_timestamp"] <= at][-1]
        size, value = Fraction(int(row["size_wad"]), WAD), int(row["cde_2_25_valuation_wad"])
        assert int(state["cde_2_79_quantity_wad"]) == abs(int(row["size_wad"]))
        assert state["cde_2_13_direction"] == row["cde_2_13_direction"]
        if row["cde_2_6_counterparty_1"] == lei:
            value = -value
        if state["emir_2_10_contract_type"] == "CFDS":
            continue
        entry = 0 if state["cde_2_50_price_wad"] is None else int(state["cde_2_50_price_wad"])
        assert abs(size * (int(row["mark_wad"]) - entry) - value) <= abs(size) + 5
        compared += 1
    assert compared > 40


def test_valuations_are_of_open_positions(folder: Path) -> None:
    """A position is valued on every day that it is open at its end, and on no other."""
    valued: dict[str, set[str]] = defaultdict(set)
    for row in rows(folder, "valuation"):
        valued[row["uti"]].add(row["cde_2_109_event_timestamp"][:10])
    days = sorted(set().union(*valued.values()))
    matured = {row["uti"]: row["cde_2_2_expiration_date"] for row in rows(folder, "matured")}
    for uti, reports in lives(folder).items():
        begin, last = reports[0]["cde_2_109_event_timestamp"][:10], reports[-1]
        ended = matured.get(uti)
        if last["cde_2_107_action_type"] == "TERM":
            ended = last["cde_2_109_event_timestamp"][:10]
        expected = {day for day in days if begin <= day and (ended is None or day < ended)}
        assert valued.get(uti, set()) == expected, uti


def test_identifiers(folder: Path) -> None:
    """LEI, UTI, DTI, CFI and currency check by their standards' own arithmetic."""
    found = rows(folder, "trade")
    for row in found:
        for key in ("uti", "cde_2_96_prior_uti", "emir_2_4_subsequent_uti"):
            assert not row[key] or (UTI.fullmatch(row[key]) and is_lei(row[key][:20]))
        assert is_lei(row["cde_2_6_counterparty_1"])
        other = row["cde_2_7_counterparty_2"]
        if row["cde_2_8_counterparty_2_is_lei"]:
            assert is_lei(other)
        else:
            assert is_lei(other[:20])
            assert 20 < len(other) <= 72
        assert row["cde_2_102_underlier"] == "4H95J0R2X"
        assert set(row["cde_2_102_underlier"]) <= set(ALPHABET)
        assert row["cde_2_106_crypto"] is True
        for key, value in row.items():
            if key.endswith("_currency"):
                assert value in ("USD", "")
        assert len(row["cde_2_105_price_source"]) <= 50
        assert len(row["cde_2_30_collateral_portfolio_code"]) <= 52
        assert row["cde_2_14_cleared"] == "N"
        assert row["cde_2_15_ccp"] == ""
    kinds = {row["emir_2_10_contract_type"]: row["cde_2_2_expiration_date"] for row in found}
    assert kinds["CFDS"] == ""
    assert set(kinds) == {"CFDS", "FUTR", "OPTN"}


def test_chronological(folder: Path) -> None:
    """Reports stand in the order in which what they report happened."""
    for name in ("trade", "valuation", "margin"):
        times = [row["cde_2_109_event_timestamp"] for row in rows(folder, name)]
        assert times == sorted(times)
        assert {row["cde_2_4_reporting_timestamp"] for row in rows(folder, name)} == {
            "2020-03-23T06:00:00Z"
        }


def test_margins_add_up(folder: Path) -> None:
    """Initial margin, variation margin and excess are what the account has after haircut."""
    for row in rows(folder, "margin"):
        side = "posted" if row["cde_2_31_im_posted_pre_wad"] is not None else "collected"
        get = {key.split("_", 3)[-1]: value for key, value in row.items()}
        parts = [
            int(get[name])
            for name in (f"im_{side}_post_wad", f"vm_{side}_post_wad", f"excess_{side}_wad")
        ]
        other = "collected" if side == "posted" else "posted"
        if int(row["cash_wad"]) < 0:
            continue
        gained = int(get[f"vm_{other}_post_wad"])
        lost = int(get[f"vm_{side}_post_wad"])
        if int(row["equity_wad"]) >= 0:
            assert sum(parts) + gained - lost == int(row["equity_wad"])
        assert parts[0] <= int(row["initial_margin_wad"])


def test_take_overs(market: Stored, folder: Path) -> None:
    """Every take-over with its reports: TERM/ETRM if nothing was left, else MODI/ETRM."""
    events = [one for one in market.run.audit.events if one.name == "PositionLiquidated"]
    found = rows(folder, "liquidation")
    assert len(found) == len(events)
    reported = lives(folder)
    for row in found:
        mine = [
            one
            for one in reported[row["uti"]]
            if one["cde_2_110_event_identifier"] == row["cde_2_110_event_identifier"]
        ]
        assert [one["cde_2_108_event_type"] for one in mine] == ["ETRM"]
        whole = mine[0]["cde_2_107_action_type"] == "TERM"
        assert whole == (row["cde_2_107_action_type"] == "TERM")
        assert whole == bool(mine[0]["cde_2_3_early_termination_date"])
    losses = [row for row in found if row["deficit_wad"] is not None]
    total = sum(
        one.number("deficit") for one in market.run.audit.events if one.name == "LossAllocated"
    )
    assert sum(int(row["deficit_wad"]) for row in losses) == total
    assert sum(row["extinguished_wad"] is not None for row in losses) == 1


def test_parquet_is_exact(folder: Path) -> None:
    """Every table as Parquet says what its JSON says, to the last digit."""
    for path in sorted(folder.glob("*.parquet")):
        table = pq.read_table(path)
        for field in table.schema:
            assert field.type in (
                pa.string(), pa.int64(), pa.bool_(), pa.decimal128(38, 0), pa.timestamp("s", "UTC"),
                pa.timestamp("ms", "UTC"),
            ), (path, field)  # fmt: skip
            if field.name.endswith("_wad"):
                assert field.type == pa.decimal128(38, 0), (path, field)
        for stored, told in zip(table.to_pylist(), rows(folder, path.stem), strict=True):
            for key, value in told.items():
                if key.endswith("_wad"):
                    assert (None if stored[key] is None else str(stored[key])) == value
                elif not hasattr(stored[key], "isoformat"):
                    assert stored[key] == value


def test_csv_is_the_same(folder: Path) -> None:
    """CSV has the same cells."""
    for name in ("trade", "valuation", "margin", "liquidation"):
        text = (folder / f"{name}.csv").read_text("utf-8")
        for read, told in zip(csv.DictReader(io.StringIO(text)), rows(folder, name), strict=True):
            for key, value in told.items():
                if value is None:
                    assert read[key] == ""
                elif isinstance(value, bool):
                    assert read[key] == str(value).lower()
                else:
                    assert read[key].lstrip(" ") == str(value)


def test_what_the_report_says_of_itself(market: Stored, folder: Path) -> None:
    """Blocks, finality, rulebook, software, verification, rules and what is left out."""
    head = json.loads((folder / "regulatory-report.json").read_text("utf-8"))
    assert head["rulebook_digest"] == market.deployment.rulebook_digest
    assert head["software"].startswith("keelmark ")
    assert head["finality"] == "latest"
    assert head["last_block"] == market.reading.head.number
    assert head["last_known_hash"]["hash"] == "0x" + market.reading.head.hash.hex()
    assert head["verification"].startswith("not verified")
    assert any(one["status"] == "unconfirmed" for one in head["rules_not_read_in_a_source"])
    assert any("2020-03-21 is not over" in note for note in head["notes"])
    assert head["messages"]["auth.030"]["left_out_for_want_of_a_path"]["UTI"]
    for name in ("trade", "valuation"):
        body = json.loads((folder / f"{name}.json").read_text("utf-8"))
        assert body["report"]["last_block"] == head["last_block"]
    root = ElementTree.parse(folder / "auth.030.xml").getroot()
    count = sum(1 for one in root.iter() if one.tag.endswith("}Rpt"))
    assert count == len(rows(folder, "trade")) + len(rows(folder, "valuation"))


def test_days_of_two_reports_are_those_of_one(market: Stored, folder: Path, tmp_path: Path) -> None:
    """A day reported on its own says what the whole period says of it."""
    run(market, tmp_path / "day", "--from", "2020-03-12", "--to", "2020-03-12")
    for name in ("trade", "valuation", "margin"):
        whole = [
            row
            for row in rows(folder, name)
            if row["cde_2_109_event_timestamp"].startswith("2020-03-12")
        ]
        assert whole
        assert rows(tmp_path / "day", name) == whole


def test_against_an_earlier_report(market: Stored, folder: Path, tmp_path: Path) -> None:
    """A report that was right calls for nothing; one that was not is put right."""
    before = tmp_path / "trade.json"
    body = json.loads((folder / "trade.json").read_text("utf-8"))
    gone = body["rows"].pop(5)
    body["rows"][0]["cde_2_79_quantity_wad"] = "1"
    before.write_text(json.dumps(body), "utf-8")
    more = ("--finality", "latest", "--kind", "trade", "--format", "json,xml")
    run(market, tmp_path / "out", *more, "--previous", str(before))
    made = rows(tmp_path / "out", "trade_corrections")
    assert [row["cde_2_107_action_type"] for row in made] == ["CORR", gone["cde_2_107_action_type"]]
    text = (tmp_path / "out" / "auth.030.xml").read_text("utf-8")
    assert "<NbRcrds>2</NbRcrds>" in text
    run(market, tmp_path / "same", *more, "--previous", str(folder / "trade.json"))
    assert rows(tmp_path / "same", "trade_corrections") == []


def test_bundled_store_is_left_alone(market: Stored, folder: Path) -> None:
    """Reports only read."""
    store = open_store(market.location, read_only=True)
    try:
        assert store.checkpoint() is not None
    finally:
        store.close()
    assert folder.is_dir()
