"""`keelmark price`: figures by fifty digits, the contract's digits, one sentence for bad input."""

from __future__ import annotations

import json
import re
import shlex
from decimal import Decimal
from pathlib import Path

import pytest
from mpmath import nstr

from keelmark.cli import main
from keelmark.cli.terms import parse_number, parse_time, time_text
from keelmark.errors import InputError
from tests.support.black76_reference import black76

KEYS = ("price", "delta", "gamma", "vega", "theta", "volatility")
GOOD = {
    "--kind": "call",
    "--forward": "8000",
    "--strike": "8500",
    "--expiry": "2020-03-27T08:00:00Z",
    "--at": "2020-03-12T08:00:00Z",
    "--volatility": "0.8",
}


def run(*arguments: str, command: str = "option") -> int:
    """The exit code."""
    with pytest.raises(SystemExit) as stopped:
        main(["price", command, *arguments])
    return int(stopped.value.code or 0)


def line(**changes: str | None) -> list[str]:
    """The good command with some options replaced; None leaves one out."""
    options: dict[str, str | None] = dict(GOOD)
    options |= {f"--{name}": text for name, text in changes.items()}
    return [part for name, text in options.items() if text is not None for part in (name, text)]


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Decimal]:
    """The JSON answer, its numbers exact."""
    assert run(*arguments, "--json") == 0
    found: dict[str, Decimal] = json.loads(
        capsys.readouterr().out, parse_float=Decimal, parse_int=Decimal
    )
    return found


def test_default_behavior(capsys: pytest.CaptureFixture[str]) -> None:
    """Price and Greeks to the last of eighteen decimals, but for rounding."""
    found = answer(capsys, *line())
    exact = black76(True, 8000, 8500, 15 * 86_400, "0.8")
    for name in KEYS[:-1]:
        wanted = Decimal(nstr(getattr(exact, name), 40))
        assert abs(found[name] - wanted) < Decimal("2e-15"), name
    assert found["volatility"] == Decimal("0.8")
    assert tuple(found)[:6] == KEYS
    assert "Black-76 on the forward" in str(found["convention"])
    assert "ACT/365" in str(found["convention"])
    assert "undiscounted" in str(found["convention"])
    assert found["seconds"] == 15 * 86_400


def test_a_premium_gives_its_volatility(capsys: pytest.CaptureFixture[str]) -> None:
    """To 1e-12, and the price comes back to two units."""
    exact = black76(False, "8000.25", "7500.5", 15 * 86_400, "1.2345")
    premium = Decimal(round(exact.price * 10**18)) / 10**18
    changes = {"kind": "put", "forward": "8000.25", "strike": "7500.5", "volatility": None}
    found = answer(capsys, *line(**changes, premium=f"{premium:f}"))
    assert abs(found["volatility"] - Decimal("1.2345")) < Decimal("1e-12")
    assert abs(found["price"] - premium) < Decimal("1e-14")
    assert found["premium"] == f"{premium.normalize():f}"


def test_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """One figure a line, the convention, and who answered."""
    assert run(*line()) == 0
    shown = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in shown[:6]] == list(KEYS)
    assert shown[6].startswith("convention")
    assert "the integer twin" in shown[7]


def test_the_readme_shows_it(capsys: pytest.CaptureFixture[str]) -> None:
    """The example of the README, to the last digit."""
    text = (Path(__file__).parents[4] / "README.md").read_text("utf-8")
    example = text.split("$ keelmark price option", 1)[1].split("```", 1)[0]
    command, shown = re.split(r"(?<!\\)\n", example, maxsplit=1)
    assert run(*shlex.split(command.replace("\\\n", ""))) == 0
    assert capsys.readouterr().out == shown


def test_on_chain_gives_the_same_digits(capsys: pytest.CaptureFixture[str]) -> None:
    """The contract and its twin agree on every figure, from a volatility and from a premium."""
    for changes in ({}, {"volatility": None, "premium": "431.25", "kind": "put", "strike": "8100"}):
        arguments = line(**changes)
        twin = answer(capsys, *arguments)
        contract = answer(capsys, *arguments, "--on-chain")
        assert {name: twin[name] for name in KEYS} == {name: contract[name] for name in KEYS}
        assert str(contract["answered_by"]).startswith("OptionPricer at 0x")


@pytest.mark.parametrize("on_chain", [False, True])
def test_without_time(capsys: pytest.CaptureFixture[str], on_chain: bool) -> None:
    """The intrinsic value exactly; on the strike the rest has no bound and is said so."""
    where = ["--on-chain"] if on_chain else []
    put = answer(capsys, *line(kind="put", at=GOOD["--expiry"]), *where)
    assert put["price"] == 500
    assert (put["delta"], put["gamma"], put["theta"]) == (-1, 0, 0)
    still = answer(capsys, *line(volatility="0", strike="7999.000000000000000001"), *where)
    assert still["price"] == Decimal("0.999999999999999999")
    on_strike = answer(capsys, *line(kind="put", strike="8000", at=GOOD["--expiry"]), *where)
    assert on_strike["price"] == 0
    assert on_strike["delta"] == Decimal("-0.5")
    assert on_strike["gamma"] is None
    assert run(*line(strike="8000", volatility="0")) == 0
    assert "gamma        has no bound" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"forward": "0"}, "--forward: 0, expected a number above zero"),
        ({"forward": "-1"}, "--forward: -1, expected a number above zero"),
        ({"forward": "1e9"}, "--forward: 1e9, expected a number from 0.000000001 to 309485009"),
        ({"forward": "nan"}, "--forward: 'nan', expected a decimal number"),
        ({"forward": "1e-19"}, "--forward: '1e-19', expected at most 18 decimals"),
        ({"strike": "0"}, "--strike: 0, expected a number above zero"),
        ({"strike": "-8500"}, "--strike: -8500, expected a number above zero"),
        ({"strike": "0.0000000001"}, "--strike: 0.0000000001, expected a number from"),
        ({"at": "2020-03-27T08:00:01Z"}, "--expiry: 2020-03-27T08:00:00Z lies before --at"),
        ({"expiry": "2031-01-01T00:00:00Z"}, "--expiry: 2031-01-01T00:00:00Z, expected at most"),
        ({"expiry": "2020-03-27"}, "--expiry: '2020-03-27' is not in UTC, expected a time in UTC"),
        ({"at": "2020-03-12T08:00:00"}, "--at: '2020-03-12T08:00:00' is not in UTC"),
        ({"at": "2020-03-12T08:00:00+01:00"}, "--at: '2020-03-12T08:00:00+01:00' is not in UTC"),
        ({"at": "2020-03-12T08:00:00.5Z"}, "--at: '2020-03-12T08:00:00.5Z' has parts of a second"),
        ({"at": "noon"}, "--at: 'noon', expected a time in UTC such as 2020-03-27T08:00:00Z"),
        ({"volatility": "-0.1"}, "--volatility: -0.1, expected a number of zero or more"),
        ({"volatility": "16.1"}, "--volatility: 16.1, expected 0 to 16, 1 is 100 %"),
        ({"volatility": None}, "--volatility and --premium: expected exactly one of them"),
        ({"premium": "5"}, "--volatility and --premium: expected exactly one of them"),
    ],
)
def test_bad_input(
    changes: dict[str, str | None], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence with the option's name, exit code 1, and nothing on standard output."""
    assert run(*line(**changes), "--json") == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(f"keelmark: {sentence}")
    assert len(shown.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind": "put", "premium": "499.99"}, "499.99, expected at least the intrinsic 500"),
        ({"premium": "8000"}, "8000, expected below the forward, 8000"),
        ({"kind": "put", "premium": "8500"}, "8500, expected below the strike, 8500"),
        ({"premium": "-1"}, "-1, expected a number of zero or more"),
        ({"premium": "7999.999999999"}, "7999.999999999, expected one that a volatility of"),
        ({"premium": "0", "at": GOOD["--expiry"]}, "expected --volatility instead"),
    ],
)
def test_bad_premium(
    changes: dict[str, str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Outside the bounds without arbitrage, or where nothing is implied."""
    assert run(*line(**changes, volatility=None)) == 1
    assert capsys.readouterr().err.startswith(f"keelmark: --premium: {sentence}")


def test_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    """A missing or unknown option is exit code 2; a node without a pricer is a sentence."""
    assert run(*line(kind=None)) == 2
    assert run(*line(kind="straddle")) == 2
    capsys.readouterr()
    assert run(*line(), "--rpc", "http://127.0.0.1:9") == 1
    assert "--rpc and --pricer: expected both" in capsys.readouterr().err
    address = "0x" + "11" * 20
    assert run(*line(), "--rpc", "http://127.0.0.1:9", "--pricer", address) == 1
    assert "--rpc: expected only together with --on-chain" in capsys.readouterr().err
    node = ["--rpc", "http://127.0.0.1:9", "--on-chain"]
    assert run(*line(), *node, "--pricer", "nowhere") == 1
    assert "--pricer: 'nowhere', expected an address" in capsys.readouterr().err
    assert run(*line(), *node, "--pricer", address) == 1
    assert "http://127.0.0.1:9" in capsys.readouterr().err


def test_numbers_and_times_are_read_exactly() -> None:
    """Nothing passes through a float."""
    assert parse_number("0.1", "x") == 10**17
    assert parse_number("123456789012345678.000000000000000001", "x") == (
        123456789012345678 * 10**18 + 1
    )
    assert parse_number("8e-1", "x") == 8 * 10**17
    assert parse_number("1.5000000000000000000000", "x") == 15 * 10**17
    assert parse_number("-.5", "x") == -5 * 10**17
    assert time_text(parse_time("2020-03-27T08:00:00+00:00", "x")) == "2020-03-27T08:00:00Z"
    for text in ("", ".", "1,000", "0x10", "1e999", "١"):
        with pytest.raises(InputError, match=r"^x: .*expected a decimal number"):
            parse_number(text, "x")


OURS = """underlier,kind,strike,expiry,time,forward,premium
BTC,call,8500,2020-03-27T08:00:00Z,2020-03-12T08:00:00Z,8000,319.915435869737662991
BTC,put,7000,2020-03-27T08:00:00Z,2020-03-12T08:00:00Z,8000,200
BTC,put,9000,2020-03-27T08:00:00Z,2020-03-12T08:00:00Z,8000,999
"""
THEIRS = """underlier,kind,strike,expiry,time,forward,premium,volatility
BTC,call,8500,2020-03-27T08:00:00Z,2020-03-12T08:00:00Z,8000,,0.81
BTC,put,7000,2020-03-27T08:00:00Z,2020-03-12T09:00:00Z,8010,260,
ETH,put,200,2020-03-27T08:00:00Z,2020-03-12T09:00:00Z,190,20,
"""


def files(folder: Path, ours: str = OURS, theirs: str = THEIRS) -> list[str]:
    """The two files, as arguments."""
    (folder / "ours.csv").write_text(ours, "utf-8")
    (folder / "theirs.csv").write_text(theirs, "utf-8")
    return ["--ours", str(folder / "ours.csv"), "--theirs", str(folder / "theirs.csv")]


def test_compare(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What differs, by how much; exit code 1, as for a house that does not reconcile."""
    assert run(*files(tmp_path), "--json", command="compare") == 1
    shown = capsys.readouterr()
    found = json.loads(shown.out)
    assert found["differs"] is True
    assert found["tolerance_bps"] == 200
    put, call = found["pairs"]
    assert put["kind"] == "put"
    assert put["differs"] is True
    assert call["ours"] == "0.8"
    assert call["difference_bps"] == "100"
    assert call["differs"] is False
    assert found["not_inverted"][0]["reason"] == "implied: premium below intrinsic"
    assert found["only_theirs"][0]["underlier"] == "ETH"
    assert "price compare: BTC 2020-03-27T08:00:00Z 7000 put differs by" in shown.err

    assert run(*files(tmp_path), command="compare") == 1
    printed = capsys.readouterr().out
    assert "1 of 2 differ by more than 200 bps" in printed
    assert "not inverted  BTC 2020-03-27T08:00:00Z 9000 put, ours" in printed
    assert "only theirs   ETH" in printed

    assert run(*files(tmp_path), "--tolerance", "5000", command="compare") == 0
    assert "0 of 2 differ" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("ours", "sentence"),
    [
        (OURS.replace("premium", "price"), "ours.csv: expected a column 'premium' or 'volatility'"),
        (OURS.replace("forward", "index"), "ours.csv: the header has no column 'forward'"),
        (OURS.replace("call,8500", "call,0"), "ours.csv line 2: strike: 0, expected a number"),
        (OURS.replace("BTC,call", "BTC,both"), "ours.csv line 2: kind 'both', expected call or"),
        (OURS.replace("BTC,call", ",call"), "ours.csv line 2: underlier is empty"),
        (OURS.replace("12T08:00:00Z,8000,200", "12T08:00,8000,200"), "ours.csv line 3: time: "),
        (OURS.replace("8000,200", "8000,-1"), "ours.csv line 3: premium: -1, expected"),
        (OURS.replace("8000,200", "x,200"), "ours.csv line 3: forward: 'x', expected"),
        (OURS + OURS.splitlines()[1], "ours: BTC 2020-03-27T08:00:00Z 8500 call is quoted twice"),
    ],
)
def test_bad_quotes(
    ours: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file, the line and the column."""
    assert run(*files(tmp_path, ours), command="compare") == 1
    assert f"keelmark: {sentence}" in capsys.readouterr().err


def test_files_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Missing, or no text."""
    arguments = files(tmp_path)
    (tmp_path / "theirs.csv").write_bytes(b"\xff\xfe\x00")
    assert run(*arguments, command="compare") == 1
    assert "--theirs" in capsys.readouterr().err
    (tmp_path / "ours.csv").unlink()
    assert run(*arguments, command="compare") == 1
    assert "No such file" in capsys.readouterr().err
    assert run(*files(tmp_path), "--tolerance", "-1", command="compare") == 1
    assert "tolerance: -1, expected" in capsys.readouterr().err
