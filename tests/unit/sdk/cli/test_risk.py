"""`keelmark risk ladder`: figures by hand, sums over scopes, one sentence for each bad input."""

import json
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from keelmark.cli.app import main

EXAMPLE_FILE = Path(__file__).resolve().parents[3] / "vectors" / "book.json"
EXAMPLE: dict[str, Any] = json.loads(EXAMPLE_FILE.read_text("utf-8"))


def run(*arguments: str) -> int:
    """The exit code of a run."""
    with pytest.raises(SystemExit) as ended:
        main(["risk", "ladder", *arguments])
    return int(ended.value.code or 0)


def write(folder: Path, document: object) -> str:
    """A file with this content."""
    path = folder / "book.json"
    path.write_text(json.dumps(document), "utf-8")
    return str(path)


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Linear positions by hand; the house is zero; parties are sums of accounts."""
    assert run("--portfolio", str(EXAMPLE_FILE), "--moves", "-10,5", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["regime"], document["closed"]) == ("cleared_otc", True)
    assert document["moves_bps"] == [-1000, 500]
    assert document["volatility_moves_bps"] == [-2500, 0, 2500]
    future = document["accounts"]["2"]
    assert future["ladder"] == [["3050"] * 3, ["-1525"] * 3]
    assert future["sensitivities"]["ETH"]["delta"] == "-30500"
    # The default scan range over five days is 5,000 bps, and twice that weighs 35 %.
    assert future["scenarios"]["ETH"][10] == "-15250"
    assert future["scenarios"]["ETH"][14] == "-10675"
    assert future["worst_loss"] == "15250"
    assert len(document["margin_scenarios"]) == 16
    assert document["margin_scenarios"][14] == {
        "thirds_of_scan": 6,
        "volatility": "up",
        "weight_bps": 3500,
    }
    for row, *others in zip(
        document["parties"]["Maker"]["ladder"],
        *(document["accounts"][name]["ladder"] for name in "12"),
        strict=True,
    ):
        for cell, *parts in zip(row, *others, strict=True):
            assert abs(Decimal(cell) - sum(map(Decimal, parts))) <= Decimal("2e-18")
    assert document["house"]["ladder"] == [["0"] * 3] * 2
    assert document["house"]["worst_loss"] == "0"


def test_tables(capsys: pytest.CaptureFixture[str]) -> None:
    """Every scope, a ladder a party, the scenarios, and that the market is closed."""
    assert run("--portfolio", str(EXAMPLE_FILE)) == 0
    shown = capsys.readouterr().out
    for words in ("party Maker", "account 3", "Maker: price by volatility", "-2 scan", "-30,500"):
        assert words in shown
    assert "the house sums to zero" in shown


@pytest.mark.parametrize("name", ["house", "Fund", "2"])
def test_one_scope(capsys: pytest.CaptureFixture[str], name: str) -> None:
    """Only its ladder."""
    assert run("--portfolio", str(EXAMPLE_FILE), "--of", name) == 0
    shown = capsys.readouterr().out
    assert shown.count("price by volatility") == 1
    assert f"{name}: price by volatility" in shown


def test_an_open_book_under_the_schedule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half of a market does not sum to zero; the schedule's rate is the scan range."""
    document = {**deepcopy(EXAMPLE), "regime": "uncleared_schedule"}
    document["accounts"] = document["accounts"][1:2]
    del document["time"]
    document["instruments"] = [{**EXAMPLE["instruments"][2], "expiry": "2999-01-01T00:00:00Z"}]
    assert run("--portfolio", write(tmp_path, document), "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["closed"] is False
    assert found["accounts"]["2"]["worst_loss"] == "4575"  # 15 % of 30,500


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one sentence of a refusal."""
    assert run(*arguments) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert "Traceback" not in shown.err
    return shown.err


def changed(where: str, number: int, **fields: Any) -> dict[str, Any]:
    """The example with some fields of one entry replaced; a None leaves the field out."""
    document = deepcopy(EXAMPLE)
    entry = {**document[where][number], **fields}
    document[where][number] = {name: part for name, part in entry.items() if part is not None}
    return document


PERPETUAL, CALL = 0, 1


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (changed("instruments", CALL, strike=None), "instruments.1: expected a strike for an opt"),
        (changed("instruments", CALL, right="both"), "instruments.1.right: expected 'call' or"),
        (changed("instruments", CALL, volatility="-0.1"), "a volatility that is not negative"),
        (changed("instruments", CALL, volatility="17"), "70000-C: black76: volatility too large"),
        (changed("instruments", CALL, expiry="2026-02-28T00:00:00Z"), "expired before the file's"),
        (changed("instruments", CALL, expiry="2026-03-27"), "expected a time with its zone"),
        (changed("instruments", CALL, expiry=None), "expected an expiry for a dated future or an"),
        (changed("instruments", CALL, strike="0"), "strike: expected a number above zero"),
        (changed("instruments", CALL, underlier="SOL"), "expected a price of 'SOL', the underlier"),
        (changed("instruments", CALL, instrument="BTC-PERP"), "instruments: 'BTC-PERP' stands tw"),
        (changed("instruments", PERPETUAL, strike="1"), "expected a strike for an option, and for"),
        (changed("instruments", PERPETUAL, colour="red"), "colour: not a field of a portfolio"),
        (changed("accounts", 0, account="3"), "accounts: '3' stands twice"),
        (changed("accounts", 0, party=None), "accounts.0.party: expected, but missing"),
        (
            changed("accounts", 0, positions=[{"instrument": "X", "size": "1"}]),
            "instrument 'X' is not in the book",
        ),
        (
            changed("accounts", 0, positions=[{"instrument": "BTC-PERP", "size": "all"}]),
            "accounts.0.positions.0.size: expected a decimal number",
        ),
    ],
)
def test_bad_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], document: dict[str, Any], words: str
) -> None:
    """One sentence that names the field."""
    assert words in refused(capsys, "--portfolio", write(tmp_path, document))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--moves", "ten"), "--moves 'ten': expected per cent"),
        (("--moves", ""), "--moves '': expected per cent"),
        (("--moves", "-101"), "expected per cent from -100"),
        (("--moves", "1/0"), "expected per cent from -100"),
        (("--volatility-moves", "0.001"), "at most two decimals"),
        (("--of", "nobody"), "--of 'nobody': expected house, a party or an account"),
    ],
)
def test_bad_options(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, str], words: str
) -> None:
    """One sentence that names the option."""
    assert words in refused(capsys, "--portfolio", str(EXAMPLE_FILE), *arguments)
