"""`digest_of` and `domain_separator` against eth-account's EIP-712."""

from __future__ import annotations

from eth_account.messages import encode_typed_data
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from web3 import Web3

from tests.support.orders import Order

from .conftest import Desk

UINTS = st.integers(0, 2**256 - 1)
INTS = st.integers(-(2**255), 2**255 - 1)
ADDRESSES = st.binary(min_size=20, max_size=20).map(Web3.to_checksum_address)


def test_default_behavior(desk: Desk) -> None:
    assert desk.matcher.functions.digest_of(desk.buy.fields()).call() == desk.digest(desk.buy)
    assert desk.matcher.functions.digest_of(desk.sell.fields()).call() == desk.digest(desk.sell)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.builds(
        Order, ADDRESSES, ADDRESSES, UINTS, UINTS, INTS, UINTS, UINTS, UINTS, ADDRESSES, UINTS
    )
)
def test_any_order(desk: Desk, order: Order) -> None:
    assert desk.matcher.functions.digest_of(order.fields()).call() == desk.digest(order)


def test_domain_separator(desk: Desk) -> None:
    message = encode_typed_data(
        {
            "name": "Keelmark OrderMatcher",
            "version": "1",
            "chainId": desk.chain_id,
            "verifyingContract": desk.matcher.address,
        },
        {"Nothing": []},
        {},
    )
    assert desk.matcher.functions.domain_separator().call() == message.header
