"""`Rulebook.rule`: one rule by id."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from web3.contract import Contract

from keelmark.regulation import Status, rules

VECTORS = Path(__file__).resolve().parents[4] / "vectors" / "regulation.json"
FIGURES = json.loads(VECTORS.read_text("utf-8"))["figures"]


def word(name: str) -> bytes:
    """A rule's id as bytes32."""
    return name.encode("ascii").ljust(32, b"\0")


def test_default_behavior(rulebook: Contract) -> None:
    """The crypto rate: name, value, unit, status and source."""
    name, value, unit, status, source = rulebook.functions.rule(word("IM_CRYPTO_BPS")).call()
    assert name == word("IM_CRYPTO_BPS")
    assert (value, unit, status) == (1500, "bps", 2)
    assert source == "EU 2016/2251 Annex IV Table 1"


def test_contract_equals_corpus(rulebook: Contract) -> None:
    """Every rule of the corpus stands in the contract with the same fields."""
    for name, rule in rules().items():
        found = rulebook.functions.rule(word(name)).call()
        assert tuple(found) == (word(name), rule.value, rule.unit, rule.status, rule.citation)


def test_contract_equals_figures_of_the_sources(rulebook: Contract) -> None:
    """Figures written down apart from the corpus are what the contract returns."""
    for figure in FIGURES:
        _, value, unit, status, _ = rulebook.functions.rule(word(figure["rule"])).call()
        expected = (figure["value"], figure["unit"], Status[figure["status"].upper()])
        assert (value, unit, status) == expected, figure["reference"]


@pytest.mark.parametrize("name", ["", "IM_CRYPTO_BP", "IM_CRYPTO_BPSX", "im_crypto_bps"])
def test_unknown_rule(
    rulebook: Contract, reverts: Callable[[str], AbstractContextManager[None]], name: str
) -> None:
    """An id that is nearly right is refused."""
    with reverts("rulebook: unknown rule"):
        rulebook.functions.rule(word(name)).call()
