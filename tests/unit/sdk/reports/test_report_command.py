"""The command's refusals, one sentence each, and that nothing is then written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keelmark.cli.app import main
from keelmark.store import Heads, open_store
from tests.support.stored import Stored, described, fill, stored_market
from tests.unit.sdk.reports.test_iso20022 import OURS, PATHS

DAY = ("--from", "2020-03-06", "--to", "2020-03-06")


@pytest.fixture(scope="module")
def market() -> Stored:
    """The replayed market in a store."""
    return stored_market()


def run(
    capsys: pytest.CaptureFixture[str], location: str, out: Path, *more: str
) -> tuple[int, str]:
    """Exit code, and what was said: the error if there is one."""
    period = () if "--from" in more else DAY
    with pytest.raises(SystemExit) as ended:
        main(["report", "--store", location, "--out", str(out), *period, *more])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.err or said.out


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--from", "yesterday", "--to", "5"), "from: expected a day such as 2020-03-12, a time"),
        (("--from", "5", "--to", "4"), "to: 4 is before 5, expected a later end"),
        (
            ("--from", "2021-01-01", "--to", "2021-01-02"),
            "period: it has no finalized block from 2021-01-01 to 2021-01-02, the newest finalized "
            "block that was read is",
        ),
        (("--finality", "sure"), "finality: expected one of latest, safe, finalized, not 'sure'"),
        (
            ("--kind", "trade,trades"),
            "kind: expected of trade, valuation, margin, liquidation, not",
        ),
        (("--format", "pdf"), "format: expected of csv, parquet, json, xml, not 'pdf'"),
        (("--platform", "nyse"), "platform: expected a MIC of four letters or digits, not 'nyse'"),
        (("--at", "noon"), "at: expected a time such as 2020-03-13T06:00:00Z, not 'noon'"),
        (("--verification", "{none}"), "verification: {none} cannot be read, No such file"),
        (("--verification", "{text}"), "verification: {text} is no JSON"),
        (("--corrections", "{text}"), "corrections: action_type in {text}, correction 1"),
        (("--previous", "{text}"), "previous: {text}, expected an earlier report's JSON file"),
        (("--paths", "{text}", "--format", "xml"), "paths: {text} is no JSON"),
        (("--xsd", "{ours}"), "xsd: only messages are validated, expected xml among the formats"),
        (
            ("--xsd", "{text}", "--format", "xml"),
            "xsd: text.txt is no schema that stands alone, invalid XML",
        ),
        (
            ("--xsd", "{ours}", "--format", "xml", "--kind", "margin"),
            "xsd: ours.xsd is of no message",
        ),
        (("--xsd", "{ours}", "--format", "xml"), "is not valid against ours.xsd"),
    ],
)
def test_refused(
    market: Stored,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    more: tuple[str, ...],
    words: str,
) -> None:
    """Exit 1, one sentence that names the field, and no folder."""
    files = {"none": "none.json", "text": "text.txt", "ours": "ours.xsd"}
    paths = {name: str(tmp_path / file) for name, file in files.items()}
    Path(paths["text"]).write_text("uti,sequence,reason\nx,1,y\n", "utf-8")
    Path(paths["ours"]).write_text(OURS, "utf-8")
    asked = [one.format(**paths) if one.startswith("{") else one for one in more]
    code, said = run(capsys, market.location, tmp_path / "out", *asked)
    assert code == 1
    for name, path in paths.items():
        words = words.replace(f"{{{name}}}", path)
    assert words in said
    assert said.startswith("keelmark: ")
    assert said.count("\n") == 1
    assert not (tmp_path / "out").exists()
    assert {one.name for one in tmp_path.iterdir()} <= set(files.values())


def test_no_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A store that is not there is not made."""
    code, said = run(capsys, str(tmp_path / "none.duckdb"), tmp_path / "out")
    assert (code, "store: there is none at" in said) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_no_finalized_block(
    market: Stored, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A chain that has finalized nothing yet: one sentence; at latest there is a report."""
    location = str(tmp_path / "young.duckdb")
    store = open_store(location, described(market.deployment))
    height = market.reading.head.number
    fill(store, market.reading, heads=Heads(height, None, None))
    store.close()
    code, said = run(capsys, location, tmp_path / "out")
    assert code == 1
    assert "is finalized yet, expected one" in said
    assert not (tmp_path / "out").exists()
    code, said = run(capsys, location, tmp_path / "out", "--finality", "latest", "--kind", "trade")
    assert code == 0
    head = json.loads((tmp_path / "out" / "regulatory-report.json").read_text("utf-8"))
    assert head["finality"] == "latest"


def test_other_files_are_left_alone(
    market: Stored, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder of somebody else's files, or a file, is never replaced."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letters.txt").write_text("mine", "utf-8")
    code, said = run(capsys, market.location, tmp_path / "out")
    assert (code, "holds other files" in said) == (1, True)
    assert (tmp_path / "out" / "letters.txt").read_text("utf-8") == "mine"
    code, said = run(capsys, market.location, tmp_path / "out" / "letters.txt")
    assert (code, "is a file, expected a folder" in said) == (1, True)


def test_replaced_whole(market: Stored, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An earlier report gives way whole; one that fails leaves it as it was."""
    out = tmp_path / "out"
    assert run(capsys, market.location, out, "--kind", "trade", "--format", "json")[0] == 0
    before = {one.name: one.read_bytes() for one in out.iterdir()}
    assert run(capsys, market.location, out, "--kind", "margin", "--from", "1", "--to", "0")[0] == 1
    assert {one.name: one.read_bytes() for one in out.iterdir()} == before
    assert run(capsys, market.location, out, "--kind", "margin", "--format", "csv")[0] == 0
    assert {one.name for one in out.iterdir()} == {
        "margin.csv",
        "fields.csv",
        "regulatory-report.json",
    }
    assert [one.name for one in tmp_path.iterdir()] == ["out"]


def test_valid_against_a_schema(
    market: Stored, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With paths and a schema of the user's own: validated, and that is all that is said."""
    (tmp_path / "paths.json").write_text(PATHS, "utf-8")
    (tmp_path / "ours.xsd").write_text(
        OURS.replace('<xs:element name="Pric">', '<xs:element name="Pric" minOccurs="0">').replace(
            '<xs:element name="New" type="Told"/>',
            "".join(
                f'<xs:element name="{name}" type="Told"/>' for name in ("New", "Mod", "Termntn")
            ),
        ),
        "utf-8",
    )
    more = ["--kind", "trade", "--format", "xml", "--xsd", str(tmp_path / "ours.xsd")]
    more += ["--paths", str(tmp_path / "paths.json")]
    assert run(capsys, market.location, tmp_path / "out", *more)[0] == 0
    text = (tmp_path / "out" / "auth.030.xml").read_text("utf-8")
    assert "valid against the schema ours.xsd, which its user supplied" in text
    assert "No conformance beyond that is claimed." in text


def test_corrected(market: Stored, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file against a report of an earlier period: the correction is sent, and nothing else."""
    assert run(capsys, market.location, tmp_path / "out", "--format", "json")[0] == 0
    first = json.loads((tmp_path / "out" / "trade.json").read_text("utf-8"))["rows"][0]
    line = {"uti": first["uti"], "sequence": 1, "action_type": "EROR", "reason": "never traded"}
    (tmp_path / "errors.json").write_text(json.dumps([line]), "utf-8")
    more = ("--kind", "trade", "--format", "json,xml", "--from", "2020-03-07", "--to", "2020-03-07")
    code, _ = run(
        capsys,
        market.location,
        tmp_path / "out",
        *more,
        "--corrections",
        str(tmp_path / "errors.json"),
    )
    assert code == 0
    made = json.loads((tmp_path / "out" / "trade_corrections.json").read_text("utf-8"))["rows"]
    assert [row["cde_2_107_action_type"] for row in made] == ["EROR"]
    assert (made[0]["uti"], made[0]["reason"]) == (first["uti"], "never traded")
    assert "<Err>" in (tmp_path / "out" / "auth.030.xml").read_text("utf-8")


def test_previous_of_another_period(
    market: Stored, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two periods do not compare."""
    assert (
        run(capsys, market.location, tmp_path / "out", "--kind", "trade", "--format", "json")[0]
        == 0
    )
    more = ("--from", "2020-03-07", "--to", "2020-03-07", "--kind", "trade")
    previous = ("--previous", str(tmp_path / "out" / "trade.json"))
    code, said = run(capsys, market.location, tmp_path / "new", *more, *previous)
    assert code == 1
    assert "is of another period or house, expected 2020-03-07 to 2020-03-07 of 0x" in said
