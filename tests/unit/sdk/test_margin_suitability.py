"""What a category may do where it lives; expected figures from the decisions themselves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from keelmark.cli.app import main
from keelmark.errors import InputError
from keelmark.margin.suitability import JURISDICTIONS, suitability
from keelmark.types import ClientCategory, GateReason

RETAIL = ClientCategory.RETAIL


def run(arguments: list[str]) -> int:
    """The exit code of a run."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


@pytest.mark.parametrize("place", ["DE", "FR", "EU"])
def test_union(place: str) -> None:
    """ESMA Decision (EU) 2018/796, Annex I: 50 % of notional, which is 2:1, after a warning."""
    found = suitability(place, RETAIL)
    assert found.gate is GateReason.ALLOWED
    assert (found.leverage, found.margin_bps, found.warning) == (2, 5_000, True)
    assert {rule.id for rule in found.rules} >= {
        "RETAIL_EU_CRYPTO_BAN",
        "RETAIL_EU_CRYPTO_LEVERAGE",
        "RETAIL_MARGIN_CRYPTO_BPS",
    }


@pytest.mark.parametrize(
    ("place", "gate"),
    [
        ("GB", GateReason.RETAIL_BANNED),
        ("SG", GateReason.RETAIL_BANNED),
        ("HK", GateReason.RETAIL_BANNED),
        ("JP", GateReason.RETAIL_RULE_UNCONFIRMED),
        ("US", GateReason.RETAIL_RULE_UNCONFIRMED),
        ("BR", GateReason.RETAIL_RULE_UNCONFIRMED),
    ],
)
def test_elsewhere(place: str, gate: GateReason) -> None:
    """A ban refuses, and so does a rule that nobody has confirmed: no cap is shown as law."""
    found = suitability(place, RETAIL)
    assert found.gate is gate
    assert (found.leverage, found.margin_bps, found.warning) == (None, None, False)
    assert bool(found.rules) is (place != "BR")


@pytest.mark.parametrize("category", [c for c in ClientCategory if c is not RETAIL])
def test_other_categories(category: ClientCategory) -> None:
    found = suitability("GB", category)
    assert found.gate is GateReason.ALLOWED
    assert (found.leverage, found.warning, found.rules) == (None, False, ())


@pytest.mark.parametrize("place", ["", "D", "DEU", "de", "D1"])
def test_no_jurisdiction(place: str) -> None:
    with pytest.raises(InputError, match="jurisdiction: expected two capital letters"):
        suitability(place, RETAIL)


def test_command(capsys: Any) -> None:
    assert run(["rulebook", "suitability", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [row["jurisdiction"] for row in document] == list(JURISDICTIONS)
    assert [row["margin_bps"] for row in document] == [5_000, None, None, None, None, None]
    assert run(["rulebook", "suitability", "gb"]) == 0
    assert "retail banned" in capsys.readouterr().out
    assert run(["rulebook", "suitability", "Germany"]) == 1
    assert "expected two capital letters" in capsys.readouterr().err
