"""A settlement token that calls back in the middle of a payment finds every door locked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.distress import bankrupt, check_money, in_trouble
from tests.support.market import TOKEN, Market


@pytest.fixture(scope="module")
def hostile(
    w3: Any,
    deploy: Callable[..., Any],
    actors: Callable[[str], Any],
    send: Callable[..., Any],
    set_time: Callable[[int], None],
    now: Callable[[], int],
) -> Market:
    """The venue, settled in a token that calls back."""

    def deployed(path: str, *args: Any, **named: Any) -> Any:
        if args[:1] == ("Test Dollar",):
            return deploy("tests/mocks/ReentrantDollar")
        return deploy(path, *args, **named)

    return in_trouble(Market(w3, deployed, actors, send, set_time, now))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("pay_debt", ("client", 1)),
        ("cover_loss", (1,)),
        ("allocate_loss", ("client",)),
        ("count_gain", ("client",)),
        ("withdraw", ("liquidator", 0, 1)),
        ("deposit", ("liquidator", 0, 1)),
        ("statement", ("client",)),
        ("margin", ("client", 2)),
    ],
)
def test_default_behavior(hostile: Market, name: str, arguments: tuple[Any, ...]) -> None:
    bankrupt(hostile)
    allocating = hostile.house.functions.allocate_loss(hostile.ids["client"])
    hostile.do(allocating, hostile.actors("keeper"))
    values = [hostile.ids.get(value, value) for value in arguments]
    payload = hostile.house.encode_abi(name, values)
    hostile.mint(hostile.token, "payer", 1_000, hostile.house.address)
    arming = hostile.token.functions.arm(hostile.house.address, payload)
    hostile.do(arming, hostile.actors("keeper"))
    paying = hostile.house.functions.pay_debt(hostile.ids["client"], 500 * TOKEN)
    hostile.do(paying, hostile.actors("payer"))
    assert hostile.token.functions.called().call()
    assert not hostile.token.functions.succeeded().call()
    check_money(hostile)
