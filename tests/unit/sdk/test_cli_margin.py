"""`keelmark margin check`: the figures of the example, and one sentence for each bad input."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from keelmark.cli import main
from keelmark.cli.margin import wad_text
from keelmark.cli.portfolio import parse_wad

EXAMPLE_FILE = Path(__file__).parents[2] / "vectors" / "portfolio.json"
EXAMPLE: dict[str, Any] = json.loads(EXAMPLE_FILE.read_text("utf-8"))


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(["margin", "check", *arguments])
    return int(stopped.value.code or 0)


def changed(folder: Path, **fields: Any) -> str:
    """A copy of the example with some fields replaced; a None leaves the field out."""
    document = {**deepcopy(EXAMPLE), **fields}
    path = folder / "portfolio.json"
    kept = {name: field for name, field in document.items() if field is not None}
    path.write_text(json.dumps(kept), "utf-8")
    return str(path)


def test_the_example_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--portfolio", str(EXAMPLE_FILE), "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    # 1.2 at 7,938.05 is 9,525.66; half of it now, half of 9,600 at entry.
    assert answer["opening"]["gross"] == "1428.849"
    assert answer["opening"]["directional"] == "1762.2471"
    assert answer["opening"]["initial_margin"] == "4762.83"
    assert answer["close_out"]["initial_margin"] == "4800"
    assert answer["close_out_level"] == "2400"
    assert answer["opening"]["equity"] == "5924.76"
    assert answer["may_open"] is True
    rules = {rule["id"]: rule for rule in answer["rules"]}
    assert rules["SCAN_BTC_LISTED_BPS"]["status"] == "derived"
    assert rules["RETAIL_MARGIN_CRYPTO_BPS"]["value"] == 5000


def test_the_example_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--portfolio", str(EXAMPLE_FILE)) == 0
    printed = capsys.readouterr().out
    for figure in ("1,428.85", "1,762.25", "4,762.83", "4,800.00", "5,924.76", "2,400.00"):
        assert figure in printed
    assert "SCAN_BTC_LISTED_BPS" in printed
    assert "may open         yes" in printed


def test_a_banned_client_may_not_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    client = {"category": "retail", "jurisdiction": "GB"}
    assert run("--portfolio", changed(tmp_path, client=client)) == 0
    assert "no, retail banned (RETAIL_UK_CRYPTO_BAN)" in capsys.readouterr().out


def test_a_close_out_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--portfolio", changed(tmp_path, cash="1300", collateral=[])) == 0
    printed = capsys.readouterr().out
    assert "close-out below  2,400.00, and equity is below it" in printed
    assert "no, equity is below the initial margin" in printed


def position(**fields: Any) -> list[dict[str, Any]]:
    return [{**EXAMPLE["positions"][0], **fields}]


def collateral(**fields: Any) -> list[dict[str, Any]]:
    return [{**EXAMPLE["collateral"][0], **fields}]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"regime": None}, "regime: expected, but missing."),
        ({"regime": "basel"}, "regime: expected 'uncleared_schedule', 'cleared_listed' or"),
        ({"client": {"category": "retail", "jurisdiction": "uk"}}, "client.jurisdiction: expected"),
        ({"margin": 1}, "margin: not a field of a portfolio."),
        ({"cash": "ten"}, "cash: expected a decimal number of at most 20 digits"),
        ({"cash": "1e3"}, "cash: expected a decimal number"),
        ({"cash": True}, "cash: expected a decimal number"),
        ({"cash": "0.1234567890123456789"}, "cash: expected a decimal number"),
        ({"prices": {"BTC": "0"}}, "prices.BTC: expected a number above zero."),
        ({"prices": {"ETH": "1"}}, "prices: expected a price of 'BTC', a position's underlier."),
        ({"time": "2020-03-12T00:00:00"}, "time: expected a time with its zone, such as"),
        ({"collateral": collateral(balance="-1")}, "collateral.0.balance: expected a number that"),
        ({"collateral": collateral(**{"class": "bitcoin"})}, "collateral.0.class: expected 'e_m"),
        ({"collateral": collateral(**{"class": "government"})}, "expected a maturity for debt."),
        ({"positions": position(size="0")}, "positions.0: expected a size other than zero."),
        ({"positions": position(kind="dated_future")}, "positions.0: expected an expiry for a"),
        ({"positions": position(expiry="2020-06-26T08:00:00Z")}, "positions.0: expected an exp"),
        ({"positions": position(kind="option")}, "positions.0.kind: expected 'perpetual' or"),
        ({"positions": position(multiplier_bps=9999)}, "positions.0.multiplier_bps: input sho"),
        ({"positions": position() * 21}, "positions: expected at most 20."),
    ],
)
def test_bad_fields_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fields: dict[str, Any], sentence: str
) -> None:
    assert run("--portfolio", changed(tmp_path, **fields)) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert sentence in printed.err
    assert printed.err.count("\n") == 1
    assert "Traceback" not in printed.err


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"{", "expected JSON"), (b"\xff", "expected text in UTF-8"), (b"[" * 100_000, "JSON")],
)
def test_bad_files_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, sentence: str
) -> None:
    path = tmp_path / "portfolio.json"
    path.write_bytes(content)
    assert run("--portfolio", str(path)) == 1
    assert sentence in capsys.readouterr().err
    assert run("--portfolio", str(tmp_path / "none.json")) == 1
    assert "No such file" in capsys.readouterr().err


def test_too_many_underliers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["BTC", "ETH", "SOL", "BNB", "BCH"]
    held = [position(underlier=name)[0] for name in names]
    path = changed(tmp_path, positions=held, prices=dict.fromkeys(names, "1"))
    assert run("--portfolio", path) == 1
    assert "positions: expected at most 4 underliers." in capsys.readouterr().err


def test_numbers_without_quotes_are_read_exactly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "portfolio.json"
    text = json.dumps(EXAMPLE).replace('"7938.05"', "7938.050000000000000001")
    path.write_text(text.replace('"5000"', "5000"), "utf-8")
    assert run("--portfolio", str(path), "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["positions"][0]["mark"] == "7938.050000000000000001"


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "0.000000000000000001", "99999999999999999999"])
def test_decimals_there_and_back(text: str) -> None:
    assert wad_text(parse_wad(text)) == text
