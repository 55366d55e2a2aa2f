"""A settlement token that calls back finds every door of the options locked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.market import BTC, TOKEN, Market
from tests.support.orders import WAD
from tests.support.surface import MarketSurface
from tests.unit.contracts.margin.options.conftest import DAY, SPOT

EXPIRED = 3


@pytest.fixture(scope="module")
def hostile(
    w3: Any,
    deploy: Callable[..., Any],
    actors: Callable[[str], Any],
    send: Callable[..., Any],
    set_time: Callable[[int], None],
    now: Callable[[], int],
) -> tuple[Market, int]:
    """A venue settled in a token that calls back, and a call that two parties hold."""

    def deployed(path: str, *args: Any, **named: Any) -> Any:
        if args[:1] == ("Test Dollar",):
            return deploy("tests/mocks/ReentrantDollar")
        return deploy(path, *args, **named)

    market = Market(w3, deployed, actors, send, set_time, now)
    for name in ("buyer", "seller"):
        market.join(name, cash=100_000)
        market.choose_engine(name)
    expiry = (market.now() // DAY + 30) * DAY + 8 * 3_600
    surface = MarketSurface(market, BTC)
    option = market.list_option(BTC, expiry, SPOT, call=True)
    surface.set(SPOT, {expiry: SPOT}, 8 * WAD // 10)
    market.refresh(option)
    mark = int(market.house.functions.instruments(option).call()) >> 104 & 2**88 - 1
    market.trade("buyer", "seller", WAD, mark, option)
    # A new epoch: what would be refreshed is stale.
    surface.set(8_100 * WAD, {expiry: 8_100 * WAD})
    return market, option


def deposit(market: Market, name: str, arguments: list[Any]) -> None:
    """A deposit in the middle of which the token calls the house."""
    payload = market.house.encode_abi(name, arguments)
    market.mint(market.token, "buyer", 1_000, market.house.address)
    arming = market.token.functions.arm(market.house.address, payload)
    market.do(arming, market.actors("keeper"))
    paying = market.house.functions.deposit(market.ids["buyer"], 0, 500 * TOKEN)
    market.do(paying, market.actors("buyer"))
    assert market.token.functions.called().call()


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("refresh_arrays", ([2],)),
        ("settle_instrument", (2,)),
        ("settle_position", ("buyer", 2)),
        ("sweep", (2, [1])),
        ("choose_engine", ("buyer", 1)),
        ("assess_scenarios", ("buyer", 0, 0, 0, 0, 0, 0)),
        ("margin", ("buyer", 0)),
        ("margin_after", ("buyer", 2, 1, 0)),
        ("doubt", ("buyer", 2)),
        ("option_terms", (2,)),
        ("risk_arrays", (2,)),
        ("forwards", (2,)),
    ],
)
def test_default_behavior(
    hostile: tuple[Market, int], name: str, arguments: tuple[Any, ...]
) -> None:
    market, _ = hostile
    deposit(
        market,
        name,
        [market.ids.get(value, value) if isinstance(value, str) else value for value in arguments],
    )
    assert not market.token.functions.succeeded().call()


def test_refresh_account(hostile: tuple[Market, int]) -> None:
    """It takes no lock of its own, and does nothing: each refresh that it tries is refused."""
    market, option = hostile
    house = market.house.functions
    before = house.risk_arrays(option).call(), house.instruments(option).call()
    deposit(market, "refresh_account", [market.ids["buyer"]])
    assert market.token.functions.succeeded().call()
    assert (house.risk_arrays(option).call(), house.instruments(option).call()) == before
    assert market.margin("buyer")["flags"] & 1 == 1
    market.do(house.refresh_account(market.ids["buyer"]), market.actors("keeper"))
    assert market.margin("buyer")["flags"] & 1 == 0
