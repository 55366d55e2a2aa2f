"""The corpus of rules: bounds, sources, and figures from outside the corpus."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from keelmark.errors import InputError
from keelmark.regulation import Status, rule, rules, sources, value
from keelmark.regulation.corpus import check_rule
from keelmark.regulation.generate import generated_files, main

ROOT = Path(__file__).resolve().parents[4]
VECTORS = ROOT / "tests" / "vectors"
FIGURES = json.loads((VECTORS / "regulation.json").read_text("utf-8"))["figures"]


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure["rule"])
def test_figures_of_the_sources(figure: dict[str, str | int]) -> None:
    """Value, unit and status are those written down apart from the corpus."""
    found = rule(str(figure["rule"]))
    assert found.value == figure["value"]
    assert found.unit == figure["unit"]
    assert found.status is Status[str(figure["status"]).upper()]


def test_no_figure_without_a_check() -> None:
    """A rule that nothing outside the corpus confirms would prove nothing."""
    assert set(rules()) == {figure["rule"] for figure in FIGURES}


def test_every_source_is_used() -> None:
    """The table of sources holds no text that no rule cites, and names none twice."""
    assert {entry.source.key for entry in rules().values()} == set(sources())
    citations = [source.citation for source in sources().values()]
    assert len(set(citations)) == len(citations)


def test_practice_is_never_law() -> None:
    """What venues choose, ours or others, is never dressed as law, nor law as a choice."""
    for entry in rules().values():
        chosen = entry.source.key in ("KEELMARK", "VENUE_SCENARIOS")
        assert (entry.status is Status.PRACTICE) == chosen, entry.id


def test_units_stand_in_names() -> None:
    """An id that ends in a unit has that unit."""
    endings = {"_BPS": "bps", "_EUR": "EUR", "_SECONDS": "seconds", "_YEARS": "years"}
    for entry in rules().values():
        for ending, unit in endings.items():
            if entry.id.endswith(ending):
                assert entry.unit == unit, entry.id


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": "A" * 33}, "32 characters"),
        ({"id": "im_crypto"}, "upper-case"),
        ({"id": ""}, "upper-case"),
        ({"unit": "percent"}, "unit"),
        ({"value": -1}, "non-negative"),
        ({"value": 2**127}, "non-negative"),
        ({"place": "x" * 64}, "citation"),
        ({"description": ""}, "description"),
    ],
)
def test_check_rule_refuses(change: dict[str, Any], words: str) -> None:
    """Whatever the contract could not hold."""
    with pytest.raises(InputError, match=words):
        check_rule(replace(rule("IM_CRYPTO_BPS"), **change))


def test_unknown_rule() -> None:
    """One sentence that names the id."""
    with pytest.raises(InputError, match="'NO_SUCH_RULE': the rulebook has no such rule"):
        value("NO_SUCH_RULE")


def test_generated_files_are_current() -> None:
    """What the repository holds is what the generator writes."""
    for path, text in generated_files(ROOT / "contracts").items():
        assert path.read_text("utf-8") == text, f"{path.name}: run scripts/build"


def test_check_mode_names_a_stale_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` writes nothing and says what differs."""
    (tmp_path / "modules").mkdir()
    assert main([str(tmp_path), "--check"]) == 1
    assert "rules.vy differs" in capsys.readouterr().err
    assert not list((tmp_path / "modules").iterdir())
    assert main([str(tmp_path)]) == 0
    assert main([str(tmp_path), "--check"]) == 0
