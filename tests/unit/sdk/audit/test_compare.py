"""Comparing sides: what is the same, what differs, what must, and what nobody knows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keelmark.audit.compare import Facts, Side, Verdict, compare
from keelmark.errors import InputError

KEY, OTHER = "0x" + "Aa" * 20, "0x" + "Bb" * 20


def side(**fields) -> Side:
    """A small deployment."""
    known = {
        "label": "one",
        "live": False,
        "chain_id": 1,
        "release": "0.1.0",
        "rulebook_digest": "0x11",
        "terms": {"regime": "3", "lei": "L", "token": KEY, "token feed": "2"},
        "contracts": {
            "Rulebook": Facts(KEY, "Rulebook 0.1.0", "0x22"),
            "OrderMatcher": Facts(OTHER, "OrderMatcher 0.1.0", "0x33"),
        },
        "roles": {("ClearingHouse", "operator"): KEY},
    }
    return Side(**{**known, **fields})


def verdicts(*sides: Side) -> dict[str, Verdict]:
    """What is not the same, by group and name."""
    made = compare(sides)
    return {
        f"{row.group}, {row.name}": row.verdict
        for row in made.rows
        if row.verdict is not Verdict.SAME
    }


def test_default_behavior():
    made = compare([side(), side(), side()])
    assert made.same
    assert {row.verdict for row in made.rows} == {Verdict.SAME}
    assert [row.name for row in made.of("code")] == ["Rulebook", "OrderMatcher"]


def test_chains_explain_their_ids_and_the_matchers_domain():
    matcher = Facts(OTHER, "OrderMatcher 0.1.0", "0x44")
    contracts = {**side().contracts, "OrderMatcher": matcher}
    assert verdicts(side(), side(chain_id=2, contracts=contracts)) == {
        "chain, chain id": Verdict.BY_CHAIN,
        "built in, OrderMatcher": Verdict.BY_CHAIN,
    }
    assert compare([side(), side(chain_id=2, contracts=contracts)]).same
    assert verdicts(side(), side(contracts=contracts)) == {
        "built in, OrderMatcher": Verdict.DIFFERS
    }


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"rulebook_digest": "0x12"}, "rulebook, digest"),
        ({"release": "0.2.0"}, "rulebook, release"),
        ({"terms": {**side().terms, "regime": "2"}}, "terms, regime"),
        ({"roles": {("ClearingHouse", "operator"): OTHER}}, "roles, operator of ClearingHouse"),
    ],
)
def test_one_difference(fields, name):
    assert verdicts(side(), side(**fields)) == {name: Verdict.DIFFERS}
    assert verdicts(side(), side(), side(**fields)) == {name: Verdict.DIFFERS}
    assert not compare([side(), side(**fields)]).same


@pytest.mark.parametrize(
    ("field", "group"), [("address", "addresses"), ("code", "code"), ("code_hash", "built in")]
)
def test_one_contract(field, group):
    contracts = dict(side().contracts)
    contracts["Rulebook"] = replace(contracts["Rulebook"], **{field: "0x55"})
    assert verdicts(side(), side(contracts=contracts)) == {f"{group}, Rulebook": Verdict.DIFFERS}


def test_what_one_side_does_not_know():
    """A manifest of the first version has neither release nor roles."""
    old = side(release="", roles={})
    assert verdicts(side(), old) == {
        "rulebook, release": Verdict.UNKNOWN,
        "roles, operator of ClearingHouse": Verdict.UNKNOWN,
    }
    few = side(contracts={"Rulebook": side().contracts["Rulebook"]})
    assert set(verdicts(side(), few).values()) == {Verdict.UNKNOWN}


def test_an_authority_that_only_one_side_has():
    more = {**side().roles, ("Supervision", "authority 2"): OTHER}
    assert verdicts(side(), side(roles=more)) == {
        "roles, authority 2 of Supervision": Verdict.DIFFERS
    }


def test_one_side_is_none():
    with pytest.raises(InputError, match="expected two or more"):
        compare([side()])
