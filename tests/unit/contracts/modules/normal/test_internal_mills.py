"""`_mills`: the twin's results to the unit on the whole of its range."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st
from web3.contract import Contract

from keelmark.pricing.normal import LIMIT, mills


@settings(max_examples=100, deadline=None)
@given(st.integers(0, LIMIT - 1))
@example(0)
@example(LIMIT - 1)
def test_twin(pricing: Contract, x: int) -> None:
    assert pricing.functions.mills(x).call() == mills(x)
