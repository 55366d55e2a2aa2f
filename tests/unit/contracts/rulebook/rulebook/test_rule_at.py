"""`Rulebook.rule_at`: rules in ascending order of ids."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from web3.contract import Contract

from keelmark.regulation import rules


def test_default_behavior(rulebook: Contract) -> None:
    """Walking the index meets every rule of the corpus once, ascending."""
    count = rulebook.functions.rule_count().call()
    ids = [rulebook.functions.rule_at(index).call()[0] for index in range(count)]
    assert ids == sorted(rule.word for rule in rules().values())


def test_same_as_rule(rulebook: Contract) -> None:
    """Both ways of reading give the same rule."""
    first = rulebook.functions.rule_at(0).call()
    assert rulebook.functions.rule(first[0]).call() == first


def test_no_such_index(
    rulebook: Contract, reverts: Callable[[str], AbstractContextManager[None]]
) -> None:
    """One past the end is refused."""
    with reverts("rulebook: no such index"):
        rulebook.functions.rule_at(len(rules())).call()
