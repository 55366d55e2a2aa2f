"""`keelmark margin backtest`: figures by hand, the plot, and one sentence for each bad input."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from keelmark.cli.app import main
from keelmark.risk.coverage import kupiec

START = date(2020, 1, 1)


def run(*arguments: str) -> int:
    """The exit code of a run."""
    with pytest.raises(SystemExit) as ended:
        main(["margin", "backtest", *arguments])
    return int(ended.value.code or 0)


def write(folder: Path, moves: dict[int, str] | None = None, column: str = "close") -> str:
    """A file of 401 closes that stand still but for a factor on the days named."""
    lines, close = [f"date,{column},volume"], 100.0
    for number in range(401):
        close *= float((moves or {}).get(number, "1"))
        lines.append(f"{START + timedelta(days=number)},{close!r},7")
    path = folder / "closes.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return str(path)


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything found, by hand: one fall of a fifth on day 100."""
    assert run("--prices", write(tmp_path, {100: "0.8"}), "--regime", "listed", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["closes"], document["first"], document["last"]) == (
        401,
        "2020-01-01",
        "2021-02-04",
    )
    assert document["calendar"] == "every day"
    scan, retail = document["tests"]
    assert (scan["rule"], scan["threshold_bps"], scan["status"]) == (
        "SCAN_BTC_LISTED_BPS",
        1850,
        "derived",
    )
    assert (scan["days"], scan["confidence_bps"], scan["periods"]) == (2, 9900, 399)
    long = scan["long"]
    assert (long["breaches"], long["expected"], scan["short"]["breaches"]) == (2, 3.99, 0)
    assert long["breach_starts"] == ["2020-04-08", "2020-04-09"]
    assert (long["worst_bps"], long["worst_start"]) == (2000, "2020-04-08")
    tested = long["without_overlap"]
    assert (tested["periods"], tested["breaches"]) == (200, 1)
    expected = kupiec(1, 200, 0.01)
    assert tested["kupiec"]["statistic"] == pytest.approx(expected.statistic, abs=1e-6)
    assert tested["kupiec"]["p_value"] == pytest.approx(expected.p_value, rel=1e-5)
    assert retail["rule"] == "RETAIL_MARGIN_CRYPTO_BPS"
    assert document["ten_days"]["fall_bps"] == 2000
    assert document["ten_days"]["losses_above"]["SCAN_BTC_LISTED_BPS"] == {"long": 10, "short": 0}
    fixed = document["procyclicality"][0]
    assert [rise["days"] for rise in fixed["rises"]] == [1, 5, 30]
    assert fixed["peak_to_trough"] == 1.0
    assert any("does not cover 10 days for a long" in said for said in document["sentences"])


def test_all_regimes_as_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every threshold, and the sentences below."""
    assert run("--prices", write(tmp_path)) == 0
    shown = capsys.readouterr().out
    for words in ("SCAN_BTC_LISTED_BPS 18.5 %", "SCAN_BTC_OTC_BPS 33 %", "IM_CRYPTO_BPS 15 %"):
        assert words in shown
    assert "from zero" in shown  # a model that never asked anything has no peak over trough
    assert "- Breaches are counted over periods that overlap" in shown


def test_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another column, another underlier, another horizon, part of the file."""
    path = write(tmp_path, column="last")
    chosen = ("--column", "last", "--underlier", "ETH", "--horizon", "7", "--from", "2020-01-09")
    assert run("--prices", path, *chosen, "--regime", "otc", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["column"], document["first"]) == ("last", "2020-01-09")
    assert document["closes"] == 393
    test = document["tests"][0]
    assert (test["rule"], test["days"]) == ("SCAN_DEFAULT_OTC_BPS", 7)
    assert not any("BTC" in said for said in document["sentences"])


def test_plot_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A page that needs nothing from outside."""
    out = tmp_path / "new" / "page.html"
    path = write(tmp_path, {100: "0.8", 200: "2.5"})
    assert run("--prices", path, "--plot", str(out)) == 0
    assert f"plot written to {out}" in capsys.readouterr().out
    page = out.read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "<svg" in page
    assert "Kupiec p" in page
    assert "5 above 120 %, drawn there" in page  # over five days; over two, two
    assert 'src="' not in page
    assert 'href="http' not in page
    assert sorted(item.name for item in out.parent.iterdir()) == ["page.html"]


def test_plot_image(tmp_path: Path) -> None:
    """A PNG image."""
    out = tmp_path / "plot.png"
    assert run("--prices", write(tmp_path), "--regime", "schedule", "--plot", str(out)) == 0
    assert out.read_bytes().startswith(b"\x89PNG\r\n")


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one sentence of a refusal."""
    assert run(*arguments) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert "Traceback" not in shown.err
    return shown.err


def test_bad_plot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A suffix that is none of two; a folder in the way; nothing half-written."""
    path = write(tmp_path)
    words = refused(capsys, "--prices", path, "--plot", str(tmp_path / "plot.pdf"))
    assert "expected a name that ends in .html or .png" in words
    folder = tmp_path / "taken.html"
    folder.mkdir()
    words = refused(capsys, "--prices", path, "--regime", "listed", "--plot", str(folder))
    assert "taken.html: cannot be written" in words
    assert sorted(item.name for item in tmp_path.iterdir()) == ["closes.csv", "taken.html"]
    words = refused(capsys, "--prices", path, "--plot", str(Path(path) / "under" / "plot.png"))
    assert "cannot be written" in words


def test_plot_is_whole_or_absent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A bad file leaves the plot of an earlier run as it was."""
    out = tmp_path / "plot.html"
    out.write_text("earlier", "utf-8")
    path = Path(write(tmp_path))
    path.write_text(path.read_text("utf-8") + "2021-02-05,none,7\n", "utf-8")
    assert "closes.csv line 403: close 'none', expected a positive number" in refused(
        capsys, "--prices", str(path), "--plot", str(out)
    )
    assert out.read_text("utf-8") == "earlier"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--column", "last"), "the header has no column 'last'"),
        (("--horizon", "37"), "401 days in the period, expected at least 402 for a holding"),
        (("--horizon", "0"), "horizon 0: expected at least 1"),
        (("--from", "2020-06-01"), "249 days in the period, expected at least 366"),
        (("--from", "soon"), "--from 'soon': expected a date"),
        (("--to", "2020"), "--to '2020': expected a date"),
    ],
)
def test_bad_options(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, str], words: str
) -> None:
    """One sentence that names the field."""
    assert words in refused(capsys, "--prices", write(tmp_path), *arguments)


def test_missing_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A hole in the history is named."""
    path = Path(write(tmp_path))
    lines = path.read_text("utf-8").splitlines()
    del lines[50]
    path.write_text("\n".join(lines), "utf-8")
    assert "date: 2020-02-19 is missing, expected every day" in refused(
        capsys, "--prices", str(path)
    )
