"""The rules file: defaults, what can be set, and one sentence for everything else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from keelmark.errors import InputError
from keelmark.monitor.rules import Rules, read_rules
from keelmark.monitor.signals import Severity, money, percent
from keelmark.units import WAD

README = Path(__file__).resolve().parents[4] / "pysdk" / "keelmark" / "monitor" / "README.md"


def rules_of(tmp_path: Path, text: str) -> Rules:
    """A file's rules."""
    path = tmp_path / "rules.toml"
    path.write_text(text, "utf-8")
    return read_rules(path)


def test_readme(tmp_path: Path) -> None:
    """The example of the README is a rules file, and its table names every detector."""
    text = README.read_text("utf-8")
    example = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert example
    found = rules_of(tmp_path, example[1])
    assert found.near_close_out.warning_bps == 8_000
    assert found.near_close_out.severity is Severity.CRITICAL
    assert not found.concentration.enabled
    assert found.delivery.give_up_seconds == 86_400
    assert [one.name for one in found.threshold] == ["book-too-large", "desk-five"]
    assert found.threshold[0].level == 50_000_000 * WAD
    assert found.threshold[1].in_unit(found.threshold[1].level) == 15_000
    rows = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    assert set(rows) >= set(Rules().detectors)


def test_defaults(tmp_path: Path) -> None:
    """No file and an empty one are the same."""
    assert read_rules(None) == rules_of(tmp_path, "") == Rules()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("near_close_out = 1", "near_close_out, input should be a valid dictionary"),
        (
            "[near_closeout]",
            "near_closeout, there is no such name, expected one of near_close_out, below_close_out",
        ),
        (
            "[near_close_out]\nlevel = 1",
            "near_close_out.level, there is no such name, expected one of enabled, severity",
        ),
        (
            "[[threshold]]\nlevel = 1\nname = 'a'\nmeasure = 'price'\nabove = 1",
            "threshold.0.level, there is no such name, expected one of enabled, severity, name",
        ),
        (
            "[near_close_out]\nwarning_bps = 5000",
            "near_close_out.warning_bps, input should be greater than 5000",
        ),
        (
            "[near_close_out]\nwarning_bps = 75.5",
            "near_close_out.warning_bps, input should be a valid integer",
        ),
        (
            "[near_close_out]\nseverity = 'loud'",
            "near_close_out.severity, expected one of info, warning, critical",
        ),
        (
            "[concentration]\nleast_open_interest = 0.1",
            "concentration.least_open_interest, expected a whole number, or a decimal in quotes",
        ),
        (
            "[concentration]\nleast_open_interest = 'many'",
            "concentration.least_open_interest, expected a whole number, or a decimal in quotes",
        ),
        (
            "[concentration]\nleast_open_interest = '0.1234567890123456789'",
            "concentration.least_open_interest, expected at most 18 decimals",
        ),
        ("[concentration]\nleast_open_interest = 'inf'", "expected at most 18 decimals"),
        ("[concentration]\nleast_open_interest = true", "expected a whole number"),
        ("[concentration]\nleast_open_interest = '100000000000000000000'", "below 10^20"),
        (
            "[[threshold]]\nname = 'a'\nmeasure = 'mood'\nabove = 1",
            "threshold.0, measure, expected one of cover_bps, equity",
        ),
        (
            "[[threshold]]\nname = 'a'\nmeasure = 'price'",
            "threshold.0, expected either above or below",
        ),
        (
            "[[threshold]]\nname = 'a'\nmeasure = 'price'\nabove = 1\nbelow = 2",
            "threshold.0, expected either above or below",
        ),
        (
            "[[threshold]]\nname = 'a'\nmeasure = 'price'\nabove = 1\nclear = 2",
            "threshold.0, clear, expected a value on the quiet side of the level",
        ),
        (
            "[[threshold]]\nname = 'a'\nmeasure = 'price'\nabove = 1\naccount = 2",
            "threshold.0, account, expected none with the measure price",
        ),
        (
            "[[threshold]]\nname = 'A b'\nmeasure = 'price'\nabove = 1",
            "threshold.0.name, string should match pattern",
        ),
        (
            "[[threshold]]\nname = 'a'\nmeasure = 'price'\nabove = 1\n"
            "[[threshold]]\nname = 'a'\nmeasure = 'cash'\nbelow = 1",
            "threshold, expected names that differ, not a twice",
        ),
        ("[delivery]\nqueue = 0", "delivery.queue, input should be greater than or equal to 1"),
        ("[near_close_out", "is no TOML"),
    ],
)
def test_refused(tmp_path: Path, text: str, sentence: str) -> None:
    """One sentence that names the place and what was expected."""
    with pytest.raises(InputError) as refusal:
        rules_of(tmp_path, text)
    said = str(refusal.value)
    assert sentence in said
    assert said.startswith("rules: ")
    assert "rules.toml" in said
    assert "\n" not in said


def test_unreadable(tmp_path: Path) -> None:
    """A file that is not there, and one that is no text."""
    with pytest.raises(InputError, match="cannot be read, No such file"):
        read_rules(tmp_path / "none.toml")
    (tmp_path / "rules.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="is no TOML"):
        read_rules(tmp_path / "rules.toml")


def test_exact_amounts() -> None:
    """Amounts are shown whole, however many digits they have."""
    assert money(-123_456_789_012_345_678_901_234_567_890_000_001) == (
        "-123,456,789,012,345,678.901234567890000001"
    )
    assert money(1) == "0.000000000000000001"
    assert money(0) == "0"
    assert money(1_500 * WAD) == "1,500"
    assert (percent(5_000), percent(-3_877), percent(1)) == ("50 %", "-38.77 %", "0.01 %")
