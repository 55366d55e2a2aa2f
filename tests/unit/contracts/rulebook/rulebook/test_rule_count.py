"""`Rulebook.rule_count`."""

from web3.contract import Contract

from keelmark.regulation import rules


def test_default_behavior(rulebook: Contract) -> None:
    """As many as the corpus holds."""
    assert rulebook.functions.rule_count().call() == len(rules())
