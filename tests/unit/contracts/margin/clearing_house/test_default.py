"""`__default__`: what the house does not know it asks of the back office, and that of the desk."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils import keccak
from web3.contract import Contract

from keelmark.chain.compiler import compile_contract
from tests.support.chained import stored_root
from tests.support.clearing import Clearing
from tests.support.market import TOKEN
from tests.support.orders import WAD

ZERO = {"address": "0x" + "11" * 20, "bytes32": bytes(32), "bool": False, "bytes": b""}


def test_default_behavior(clearing: Clearing) -> None:
    """One hop for the back office, two for the desk, all on the house's storage."""
    market = clearing.market
    assert market.house.functions.asset_count().call() == 1
    assert market.office.functions.asset_count().call() == 0
    assert market.house.functions.statement(market.ids["buyer"]).call()[0] == 100_000 * WAD
    assert market.token.functions.balanceOf(market.house.address).call() == 300_000 * TOKEN
    assert market.token.functions.balanceOf(market.office.address).call() == 0


@pytest.mark.parametrize("data", ["0x", "0x12", "0xdeadbeef", "0xdeadbeef" + "00" * 64])
def test_unknown_selector(clearing: Clearing, reverts: Any, data: str) -> None:
    market = clearing.market
    for part in (market.house, market.office, market.desk):
        with reverts(""):
            market.w3.eth.call({"to": part.address, "data": data})


def test_ether_is_refused(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    for data in ("0x", market.house.functions.asset_count()._encode_transaction_data()):
        with reverts(""):
            market.w3.eth.call(
                {
                    "from": market.actors("keeper").address,
                    "to": market.house.address,
                    "data": data,
                    "value": 1,
                }
            )


def test_reason_passes_through_both_hops(clearing: Clearing, reverts: Any) -> None:
    house = clearing.market.house.functions
    with reverts("house: unknown account"):
        house.statement(999).call()
    with reverts("house: not settled"):
        house.settle_position(1, 99).call()


def test_no_selector_is_shared(clearing: Clearing) -> None:
    """A function of the house would hide one of the back office with the same selector."""
    market = clearing.market
    own = market.w3.eth.contract(abi=compile_contract("margin/ClearingHouse").abi)
    seen: dict[bytes, str] = {}
    for part in (own, market.office, market.desk):
        for entry in part.abi:
            if entry["type"] != "function" or entry["name"] == "wiring_hash":
                continue
            types = ",".join(field["type"] for field in entry["inputs"])
            if "tuple" in types:
                continue
            selector = keccak(text=f"{entry['name']}({types})")[:4]
            assert selector not in seen, (entry["name"], seen[selector])
            seen[selector] = entry["name"]


def acts(contract: Contract) -> list[Any]:
    """Each function of a contract that may change state, with plausible arguments."""
    made = []
    for entry in contract.abi:
        if entry["type"] != "function" or entry["stateMutability"] in ("view", "pure"):
            continue
        arguments = [ZERO.get(field["type"], 1) for field in entry["inputs"]]
        made.append(contract.get_function_by_name(entry["name"])(*arguments))
    return made


@pytest.mark.parametrize("part", ["office", "desk"])
@pytest.mark.parametrize("caller", ["operator", "member", "buyer", "close-out", "matcher"])
def test_refuses_everything_at_its_own_address(
    clearing: Clearing, reverts: Any, part: str, caller: str
) -> None:
    """The back office and the desk have an empty book of their own, and keep it empty."""
    market = clearing.market
    contract: Contract = getattr(market, part)
    senders = {
        "close-out": market.close_out.address,
        "matcher": market.matcher.address,
    }
    sender = senders.get(caller) or market.actors(caller).address
    calls = acts(contract)
    assert len(calls) >= 8
    for call in calls:
        # Only the close-out contract gets further, and it asks for a statement first.
        if caller == "close-out" and call.fn_name in ("set_call", "void_backstop"):
            continue
        with reverts(None):
            call.call({"from": sender})
    assert stored_root(market.w3, contract.address) == bytes(32)


def test_close_out_finds_no_house_at_either_address(clearing: Clearing, reverts: Any) -> None:
    """Whoever names the back office or the desk as a house is refused."""
    market = clearing.market
    market.trade("buyer", "seller", 30 * WAD, 8000 * WAD)
    market.price(1, 6900 * WAD)
    close_out = market.close_out.functions
    account, taker = market.ids["buyer"], market.ids["third"]
    for part in (market.office.address, market.desk.address):
        for call in (
            close_out.call_margin(part, account),
            close_out.end_call(part, account),
            close_out.liquidate(part, account, taker, market.perpetual, WAD, 2**255),
            close_out.backstop(part, account, market.perpetual, WAD, market.wallets("member")),
            close_out.compulsory_close(part, account, market.perpetual, WAD, taker),
            close_out.buy_collateral(part, account, 1, 1, taker, 2**255),
        ):
            with reverts(None):
                call.call({"from": market.actors("third").address})
    call = close_out.call_margin(market.house.address, account)
    call.call({"from": market.actors("third").address})
