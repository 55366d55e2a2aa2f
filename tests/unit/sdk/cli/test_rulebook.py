"""`keelmark rulebook show` and `keelmark rulebook derive`."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from keelmark.cli.app import main
from keelmark.regulation import digest, rules


def run(arguments: list[str]) -> int:
    """The exit code of a run."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


def test_show_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Every rule and the digest, for a program."""
    assert run(["rulebook", "show", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["digest"] == f"0x{digest().hex()}"
    assert [entry["id"] for entry in document["rules"]] == list(rules())


def test_show_one_json(capsys: pytest.CaptureFixture[str]) -> None:
    """One rule, by an id in any case."""
    assert run(["rulebook", "show", "close_out_bps", "--json"]) == 0
    entry = json.loads(capsys.readouterr().out)
    assert (entry["id"], entry["value"], entry["unit"]) == ("CLOSE_OUT_BPS", 5000, "bps")
    assert (entry["status"], entry["source"]) == ("read", "ESMA 2018/796 Art. 2(b)")


def test_show_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Every rule is in the table, with its status."""
    assert run(["rulebook", "show"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in rules())
    assert "unconfirmed" in shown
    assert f"{len(rules())} rules, digest 0x{digest().hex()}" in shown


def test_show_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence that names the id."""
    assert run(["rulebook", "show", "NOPE"]) == 1
    assert capsys.readouterr().err == ("keelmark: Rule id 'NOPE': the rulebook has no such rule.\n")


def write(folder: Path, moves: dict[int, str], count: int = 401) -> Path:
    """A file of closes that stand still but for a factor on the days named."""
    path = folder / "closes.csv"
    lines = ["date,close"]
    close = 100.0
    for number in range(count):
        close *= float(moves.get(number, "1"))
        lines.append(f"{date(2020, 1, 1) + timedelta(days=number)},{close!r}")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


# 401 closes give 399 returns of two days and 396 of five; the ranks are 396 and 395, so the
# fourth largest and the second largest return count. One move makes two and five returns.
@pytest.mark.parametrize(
    ("moves", "listed", "otc"),
    [
        ({}, 0, 0),
        ({100: "1.25"}, 0, 3150),
        ({100: "1.25", 200: "1.25"}, 3150, 3150),
        ({100: "0.75", 200: "0.75"}, 3150, 3150),
        ({100: "1.25", 200: "1.25", 150: "0.5", 250: "0.5"}, 6250, 6250),
        ({100: "1.25", 101: "1.25", 102: "1.25"}, 3150, 11950),
    ],
    ids=["still", "one rise", "two rises", "two falls", "falls larger", "three in a row"],
)
def test_derive(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    moves: dict[int, str],
    listed: int,
    otc: int,
) -> None:
    """Ranks, the larger tail, the buffer and rounding up, by hand."""
    path = write(tmp_path, moves)
    assert run(["rulebook", "derive", "--prices", str(path), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["closes"] == 401
    assert [(entry["regime"], entry["scan_bps"]) for entry in document["ranges"]] == [
        ("CLEARED_LISTED", listed),
        ("CLEARED_OTC", otc),
    ]
    assert [entry["rulebook_bps"] for entry in document["ranges"]] == [1850, 3300]


def test_derive_period(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only days inside the period count."""
    path = write(tmp_path, {1: "9", 3: "9"})
    command = ["rulebook", "derive", "--prices", str(path), "--from", "2020-01-10", "--json"]
    assert run(command) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["first"], document["closes"]) == ("2020-01-10", 392)
    assert [entry["scan_bps"] for entry in document["ranges"]] == [0, 0]


def test_derive_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The table names both regimes."""
    assert run(["rulebook", "derive", "--prices", str(write(tmp_path, {}))]) == 0
    shown = capsys.readouterr().out
    assert "CLEARED_LISTED" in shown
    assert "CLEARED_OTC" in shown


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("day,close\n2020-01-01,1\n", "the header has no column 'date'"),
        ("date,price\n2020-01-01,1\n", "the header has no column 'close'"),
        ("", "the header has no column 'date'"),
        ("date,close\n01/02/2020,1\n", "line 2: date '01/02/2020', expected YYYY-MM-DD"),
        ("date,close\n2020-01-01,abc\n", "line 2: close 'abc', expected a positive number"),
        ("date,close\n2020-01-01\n", "line 2: close None, expected a positive number"),
        ("date,close\n2020-01-01,-5\n", "line 2: close -5, expected a positive number"),
        ("date,close\n2020-01-01,0\n", "line 2: close 0, expected a positive number"),
        ("date,close\n2020-01-01,NaN\n", "line 2: close NaN, expected a positive number"),
        ("date,close\n2020-01-01,1e999999\n", "expected a positive number below"),
        ("date,close\n2020-01-02,1\n2020-01-02,1\n", "does not come after 2020-01-02"),
        ("date,close\n2020-01-02,1\n2020-01-01,1\n", "does not come after 2020-01-02"),
        ("date,close\n2020-01-02,1\n", "1 days in the period, expected at least 366"),
    ],
)
def test_derive_bad_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, words: str
) -> None:
    """One sentence that names the field."""
    path = tmp_path / "closes.csv"
    path.write_text(content, "utf-8")
    assert run(["rulebook", "derive", "--prices", str(path)]) == 1
    shown = capsys.readouterr()
    assert words in shown.err
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert "Traceback" not in shown.err


def test_derive_gap(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing day is named."""
    path = write(tmp_path, {})
    lines = path.read_text("utf-8").splitlines()
    del lines[50]
    path.write_text("\n".join(lines), "utf-8")
    assert run(["rulebook", "derive", "--prices", str(path)]) == 1
    assert "date: 2020-02-19 is missing" in capsys.readouterr().err


def test_derive_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is not there, a folder, and one that is no text."""
    binary = tmp_path / "binary.csv"
    binary.write_bytes(b"date,close\n\xff\xfe\n")
    for path in (tmp_path / "none.csv", tmp_path, binary):
        assert run(["rulebook", "derive", "--prices", str(path)]) == 1
        assert "--prices" in capsys.readouterr().err


def test_derive_bad_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A period that is no date."""
    path = write(tmp_path, {})
    assert run(["rulebook", "derive", "--prices", str(path), "--from", "soon"]) == 1
    assert "--from 'soon': expected a date" in capsys.readouterr().err
