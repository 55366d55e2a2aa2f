"""`keelmark demo` as its user meets it: a folder of results, or one sentence and nothing."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import keelmark.ledger.audit as audits
from keelmark.chain.operations import Operation
from keelmark.cli import main
from keelmark.deploy import read_manifest
from keelmark.ledger.reader import Reading, read_logs

ROOT = Path(__file__).resolve().parents[2]
PRICES = ROOT / "pysdk/keelmark/scenario/data/btc_usd_2020_03.csv"
HEAD = "date,open,high,low,close\n"
CALM = (
    HEAD + "2021-05-01,100,101,99,100.5\n2021-05-02,100.5,102,100,101\n2021-05-03,101,102,99,100\n"
)


def cli(*arguments: str) -> int:
    """Runs the command in this process; the exit code."""
    with pytest.raises(SystemExit) as stopped:
        main(["demo", *arguments])
    return int(stopped.value.code or 0)


def prices(folder: Path, text: str) -> str:
    """A price file."""
    path = folder / "prices.csv"
    path.write_text(text, "utf-8")
    return str(path)


@pytest.fixture(scope="module")
def default(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The command without prices of one's own, in a process of its own, piped."""
    out = tmp_path_factory.mktemp("demo") / "new" / "report"
    code = "from keelmark.cli import main; main()"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "pysdk")}
    done = subprocess.run(
        [sys.executable, "-c", code, "demo", "--out", str(out)],
        capture_output=True,
        text=True,
        timeout=300,
        env=environment,
        check=False,
    )
    return out, done


def test_it_ends_with_a_summary(default: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    out, done = default
    assert (done.returncode, done.stderr) == (0, "")
    assert "yes, to the wei" in done.stdout
    assert "7 of 7" in done.stdout
    assert "\x1b" not in done.stdout
    assert str(out / "report.html") in done.stdout.replace("\n", "")


def test_it_leaves_everything_and_nothing_else(
    default: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    out, _ = default
    assert [path.name for path in out.parent.iterdir()] == ["report"]
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert {"report.html", "report.json", "deployment.json"} <= names
    options = ("options", "option_premiums", "option_valuations")
    for table in ("trades", "margin", "liquidations", "losses", "denials", *options):
        assert {f"tables/{table}.csv", f"tables/{table}.parquet"} <= names


def test_the_page_opens_offline(default: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    out, _ = default
    page = (out / "report.html").read_text("utf-8")
    assert page.count("<svg") == 5
    for outside in ("<script", "<link", "<img", "src=", "@import"):
        assert outside not in page
    assert "inside a day is reconstructed" in page
    assert "Reconciled to the wei" in page
    # The embedded chain knows no finality, and every section says so.
    assert page.count(", which is latest.</p>") == page.count("<section")
    for status in ("read", "derived", "practice"):
        assert f"<td>{status}</td>" in page


def test_the_tables_hold_exact_amounts(
    default: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    out, _ = default
    parquet: Any = import_module("pyarrow.parquet")
    for path in sorted((out / "tables").glob("*.parquet")):
        read = parquet.read_table(path)
        with path.with_suffix(".csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == read.num_rows
        for field in read.schema:
            assert not str(field.type).startswith(("float", "double", "half"))
            if field.name.endswith("_wad"):
                assert str(field.type) == "decimal128(38, 0)"
                amounts = [str(int(amount)) for amount in read.column(field.name).to_pylist()]
                assert amounts == [row[field.name] for row in rows]


def test_the_json_and_the_manifest_are_readable(
    default: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    out, _ = default
    document = json.loads((out / "report.json").read_text("utf-8"))
    assert document["reconciles"] is True
    assert document["differences"] == []
    assert all(bite["seen"] for bite in document["rules_seen_to_bite"])
    assert document["figures"]["transactions"] <= 400
    manifest = read_manifest(out / "deployment.json")
    assert manifest.chain_id == document["figures"]["chain_id"]


def test_prices_without_drama_reconcile_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report"
    out.mkdir()
    assert cli("--prices", prices(tmp_path, CALM), "--out", str(out), "--json") == 0
    told = capsys.readouterr()
    summary = json.loads(told.out)
    assert summary["reconciles"] is True
    assert told.err == ""
    document = json.loads((out / "report.json").read_text("utf-8"))
    unseen = [bite["title"] for bite in document["rules_seen_to_bite"] if not bite["seen"]]
    assert "A professional's loss, absorbed in the written order" in unseen
    # Three days have no day of the fall: nobody is halted, asked for or frozen.
    for beginning in ("Trading halted", "A frozen party", "Another country's authority"):
        assert any(title.startswith(beginning) for title in unseen)
    seen = [bite["title"] for bite in document["rules_seen_to_bite"] if bite["seen"]]
    assert any(title.startswith("A wallet on the sanctions list") for title in seen)
    assert "not in this run" in (out / "report.html").read_text("utf-8")


def test_a_loss_beyond_every_layer_reconciles_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Eight days of March 2020, the last one down to 900: unpaid gains are counted and scaled."""
    rows = PRICES.read_text("utf-8").splitlines()[:9]
    rows[8] = rows[8].replace("4644.0", "900.0")
    out = tmp_path / "report"
    assert cli("--prices", prices(tmp_path, "\n".join(rows)), "--out", str(out), "--json") == 0
    document = json.loads((out / "report.json").read_text("utf-8"))
    assert any(int(loss["uncovered_wad"]) for loss in document["tables"]["losses"])
    gains = {gain["event"] for gain in document["tables"]["scaled_gains"]}
    assert gains == {"counted", "given up"}
    assert json.loads(capsys.readouterr().out)["differences"] == 0


def test_a_log_kept_back_makes_it_fail(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def lying(*asked: Any, **options: Any) -> Operation[Reading]:
        reading = yield from read_logs(*asked, **options)
        kept = [row for row in reading.rows if row.event().name != "ReporterAdded"]
        return Reading(
            reading.addresses,
            reading.first_block,
            reading.head,
            reading.safe_block,
            reading.finalized_block,
            tuple(kept),
        )

    monkeypatch.setattr(audits, "read_logs", lying)
    out = tmp_path / "report"
    assert cli("--prices", prices(tmp_path, CALM), "--out", str(out)) == 1
    told = capsys.readouterr().err
    assert told.startswith("keelmark: demo: does not reconcile: PriceBoard: ")
    assert told.count("\n") == 1
    assert "This chain does not reconcile" in (out / "report.html").read_text("utf-8")


BAD = {
    "empty": ("", "is empty, expected the columns date, open, high, low, close."),
    "column missing": ("date,open,high,low\n2021-05-01,1,2,1\n", "line 1: column close is missing"),
    "gap": (CALM.replace("2021-05-02", "2021-05-09"), "line 3: date is 2021-05-09, expected"),
    "descending": (CALM.replace("2021-05-02", "2021-04-02"), "line 3: date 2021-04-02 does not"),
    "high below low": (CALM.replace("102,100,101", "99,100,101"), "line 3: high is below low"),
    "negative": (CALM.replace(",99,", ",-99,", 1), "line 2: low is -99, expected"),
    "no number": (CALM.replace("100.5\n", "a lot\n", 1), "line 2: close is 'a lot', expected"),
}


@pytest.mark.parametrize(("text", "words"), BAD.values(), ids=BAD)
def test_a_bad_price_file_gives_one_sentence_and_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    file = prices(tmp_path, text)
    assert cli("--prices", file, "--out", str(tmp_path / "report")) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("keelmark: prices: ")
    assert words in told.err
    assert told.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["prices.csv"]


def test_a_missing_price_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli("--prices", str(tmp_path / "no.csv"), "--out", str(tmp_path / "report")) == 1
    assert "no.csv cannot be read" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_other_things_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("mine", "utf-8")
    assert cli("--out", str(tmp_path)) == 1
    assert "holds other files" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_where_the_folder_should_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "report").write_text("", "utf-8")
    assert cli("--out", str(tmp_path / "report")) == 1
    assert "is a file, expected a folder" in capsys.readouterr().err
