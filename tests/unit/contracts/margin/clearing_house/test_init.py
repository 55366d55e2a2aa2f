"""How the five contracts of a house are wired, and what they refuse."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from eth_utils import keccak

from keelmark.chain.compiler import compile_contract
from tests.style.vyper_source import CONTRACTS
from tests.support.chained import chained_root, stored_root
from tests.support.clearing import Clearing
from tests.support.market import HOUSE_LEI, NOBODY, TOKEN_FEED
from tests.support.parties import lei_word

Deploy = Callable[..., Any]


def wiring(clearing: Clearing, **changes: Any) -> tuple[Any, ...]:
    """The eleven arguments that the contracts share, with some changed."""
    market = clearing.market
    fields = {
        "rulebook": market.rulebook.address,
        "parties": market.parties.address,
        "instruments": market.registry.address,
        "board": market.board.address,
        "matcher": market.matcher.address,
        "close_out": market.close_out.address,
        "fund": market.fund.address,
        "token": market.token.address,
        "token_feed": TOKEN_FEED,
        "regime": 3,
        "lei": lei_word(HOUSE_LEI),
    }
    assert set(changes) <= set(fields)
    return tuple((fields | changes).values())


def desks(clearing: Clearing) -> tuple[str, str]:
    """The two that the house delegates to by itself."""
    return clearing.market.office.address, clearing.market.products.address


def test_default_behavior(clearing: Clearing, deploy: Deploy, w3: Any, logs: Any) -> None:
    """The operator holds its role, the deployer nothing, and the chain has one record."""
    market = clearing.market
    house = deploy("margin/ClearingHouse", *wiring(clearing), *desks(clearing), market.operator)
    office = w3.eth.contract(address=house.address, abi=market.office.abi)
    role = keccak(text="operator")
    assert office.functions.holder_of(role).call() == market.operator
    assert office.functions.successor_of(role).call() == NOBODY
    made = w3.eth.get_transaction_receipt(
        w3.eth.get_block("latest", full_transactions=False)["transactions"][0]
    )
    assert stored_root(w3, house.address) == chained_root([made], house.address)
    (event,) = logs(made, house)
    assert event["event"] == "RoleAccepted"
    expected = {"role": role, "holder": market.operator, "predecessor": NOBODY}
    assert dict(event["args"]) == expected


def test_no_operator(clearing: Clearing, deploy: Deploy, reverts: Any) -> None:
    with reverts("roles: no holder"):
        deploy("margin/ClearingHouse", *wiring(clearing), *desks(clearing), NOBODY)


CHANGES = [
    {"parties": NOBODY},
    {"instruments": NOBODY},
    {"board": NOBODY},
    {"matcher": NOBODY},
    {"close_out": NOBODY},
    {"fund": "other"},
    {"token": "bond", "fund": "bond"},
    {"token_feed": 11},
    {"regime": 1},
    {"lei": 1},
]


def changed(clearing: Clearing, change: dict[str, Any]) -> tuple[Any, ...]:
    """Arguments with one other connection; another token needs a fund of its own."""
    market, other = clearing.market, dict(change)
    if "token" in change:
        other["token"] = market.bond.address
    if "fund" in change:
        token = other.get("token", market.token.address)
        other["fund"] = market.deploy("margin/DefaultFund", token).address
    return wiring(clearing, **other)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_other_back_office(
    clearing: Clearing, deploy: Deploy, reverts: Any, change: dict[str, Any]
) -> None:
    """Two sets of connections on one storage would be two houses in one."""
    market = clearing.market
    with reverts("house: other back office"):
        deploy(
            "margin/ClearingHouse",
            *changed(clearing, change),
            *desks(clearing),
            market.operator,
        )


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_other_loss_desk(
    clearing: Clearing, deploy: Deploy, reverts: Any, change: dict[str, Any]
) -> None:
    with reverts("house: other loss desk"):
        deploy("margin/BackOffice", *changed(clearing, change), clearing.market.desk.address)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_other_take_over_desk(
    clearing: Clearing, deploy: Deploy, reverts: Any, change: dict[str, Any]
) -> None:
    with reverts("house: other take-over desk"):
        deploy("margin/LossDesk", *changed(clearing, change), clearing.market.takers_desk.address)


def test_other_rulebook(clearing: Clearing, deploy: Deploy, reverts: Any) -> None:
    """Each of the five checks the digest by itself."""
    market = clearing.market
    other = deploy("tests/mocks/OtherRulebook")
    arguments = wiring(clearing, rulebook=other.address)
    with reverts("house: other rulebook"):
        deploy("margin/ClearingHouse", *arguments, *desks(clearing), market.operator)
    with reverts("house: other rulebook"):
        deploy("margin/BackOffice", *arguments, market.desk.address)
    with reverts("house: other rulebook"):
        deploy("margin/LossDesk", *arguments, market.takers_desk.address)
    with reverts("house: other rulebook"):
        deploy("margin/TakeOverDesk", *arguments)
    with reverts("house: other rulebook"):
        deploy("margin/InstrumentDesk", *arguments)


@pytest.mark.parametrize("regime", [0, 4])
def test_unknown_regime(clearing: Clearing, deploy: Deploy, reverts: Any, regime: int) -> None:
    with reverts("house: unknown regime"):
        deploy("margin/TakeOverDesk", *wiring(clearing, regime=regime))


@pytest.mark.parametrize("lei", [0, 2**104])
def test_lei_out_of_range(clearing: Clearing, deploy: Deploy, reverts: Any, lei: int) -> None:
    with reverts("house: lei out of range"):
        deploy("margin/TakeOverDesk", *wiring(clearing, lei=lei))


def test_settlement_token_of_too_many_decimals(
    clearing: Clearing, deploy: Deploy, reverts: Any
) -> None:
    token = deploy("tests/mocks/ManyDecimals").address
    fund = deploy("margin/DefaultFund", token).address
    with reverts(""):
        deploy("margin/TakeOverDesk", *wiring(clearing, token=token, fund=fund))


def test_other_fund_token(clearing: Clearing, deploy: Deploy, reverts: Any) -> None:
    """A fund in another token could pay no loss of this house; each of the five sees it."""
    market = clearing.market
    fund = deploy("margin/DefaultFund", market.bond.address).address
    arguments = wiring(clearing, fund=fund)
    with reverts("house: other fund token"):
        deploy("margin/ClearingHouse", *arguments, *desks(clearing), market.operator)
    with reverts("house: other fund token"):
        deploy("margin/BackOffice", *arguments, market.desk.address)
    with reverts("house: other fund token"):
        deploy("margin/LossDesk", *arguments, market.takers_desk.address)
    with reverts("house: other fund token"):
        deploy("margin/TakeOverDesk", *arguments)
    with reverts("house: other fund token"):
        deploy("margin/InstrumentDesk", *arguments)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_other_instrument_desk(
    clearing: Clearing, deploy: Deploy, reverts: Any, change: dict[str, Any]
) -> None:
    """With a back office of its own arguments, a house still needs such a desk."""
    market, arguments = clearing.market, changed(clearing, change)
    takers = deploy("margin/TakeOverDesk", *arguments)
    losses = deploy("margin/LossDesk", *arguments, takers.address)
    office = deploy("margin/BackOffice", *arguments, losses.address)
    with reverts("house: other instrument desk"):
        deploy(
            "margin/ClearingHouse",
            *arguments,
            office.address,
            market.products.address,
            market.operator,
        )


def test_the_desk_is_reached() -> None:
    """The house sends each function of the instrument desk there, and no other."""
    head = (CONTRACTS / "margin/ClearingHouse.vy").read_text("utf-8")
    sent = set(re.findall(r'method_id\(\s*"([^"]+)"', head))
    asked = {
        f"{entry['name']}({','.join(given['type'] for given in entry['inputs'])})"
        for entry in compile_contract("margin/InstrumentDesk").abi
        if entry["type"] == "function" and entry["name"] != "wiring_hash"
    }
    assert sent == asked


def test_layouts_are_equal() -> None:
    """House, back office and desks must agree on every slot, and the chain's root is the first."""
    layouts = [
        compile_contract(f"margin/{name}").layout
        for name in ("ClearingHouse", "BackOffice", "LossDesk", "TakeOverDesk", "InstrumentDesk")
    ]
    for layout in layouts[1:]:
        assert layout["storage_layout"] == layouts[0]["storage_layout"]
    assert layouts[0]["storage_layout"]["report_chain"]["root"]["slot"] == 0
    # One lock for all, or a call through one could enter another.
    locks = [layout["transient_storage_layout"] for layout in layouts]
    assert all(lock == locks[0] for lock in locks)
    assert locks[0]["$.nonreentrant_key"]["slot"] == 0
