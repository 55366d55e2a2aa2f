"""The venue in Solidity does what the one in Vyper does: one script, both venues, act by act."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eth_tester.exceptions import TransactionFailed
from web3 import Web3
from web3.contract import Contract

from tests.support.chained import chained_root, stored_root
from tests.support.example_venue import VENUE_LEI, Venue
from tests.support.market import TOKEN_FEED, Market
from tests.support.parties import lei_word
from tests.support.solidity import Compiled, compile_solidity

WAD = 10**18
TOKEN = 10**6
LOT = 10**15
REFUSED = ("venue: ", "matcher: ")
NAMES = ("buyer", "seller", "client", "liquidator")
SOURCE = Path(__file__).resolve().parents[2] / "contracts" / "examples" / "SolidityVenue.sol"


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    """The venue, compiled."""
    return compile_solidity(SOURCE)


@dataclass
class SolidityVenue(Venue):
    """The venue in Solidity, in the same verbs."""

    compiled: Compiled

    def __post_init__(self) -> None:
        """Money is all that it takes."""
        self.contract = self.build()

    def build(self) -> Contract:
        """Deploys it beside the kit."""
        market = self.market
        factory = market.w3.eth.contract(abi=self.compiled.abi, bytecode=self.compiled.bytecode)
        made = factory.constructor(
            market.rulebook.address,
            market.parties.address,
            market.registry.address,
            market.board.address,
            market.matcher.address,
            market.perpetual,
            market.token.address,
            TOKEN_FEED,
            lei_word(VENUE_LEI),
        ).transact({"from": market.actors("deployer")})
        address = market.w3.eth.get_transaction_receipt(made)["contractAddress"]
        assert address is not None
        return market.w3.eth.contract(address=address, abi=self.compiled.abi)


def deployed(kind: Callable[[Market], Venue], market: Market) -> Venue:
    """A venue with money in four accounts."""
    venue = kind(market)
    for name, units in zip(NAMES, (100_000, 100_000, 10_000, 1_000_000), strict=True):
        venue.deposit(name, units * TOKEN)
    return venue


@pytest.fixture(scope="module")
def both(
    compiled: Compiled,
    w3: Web3,
    deploy: Callable[..., Any],
    actors: Callable[[str], Any],
    send: Callable[..., Any],
    set_time: Callable[[int], None],
    now: Callable[[], int],
) -> tuple[Venue, Venue]:
    """The two venues beside one kit, with the same four parties."""
    market = Market(w3, deploy, actors, send, set_time, now)
    for name, category in zip(NAMES, (2, 2, 1, 2), strict=True):
        market.onboard(name, category)
    solidity = deployed(lambda kit: SolidityVenue(kit, compiled), market)
    return deployed(Venue, market), solidity


Act = tuple[str, tuple[Any, ...]]

LIFE: tuple[Act, ...] = (
    ("trade", ("buyer", "seller", 10 * WAD, 8_000 * WAD)),
    ("trade", ("client", "seller", 2_400 * LOT, 8_001 * WAD + 7)),
    ("trade", ("client", "seller", 2_501 * LOT, 8_000 * WAD)),
    ("trade", ("buyer", "seller", WAD, 8_401 * WAD)),
    ("trade", ("buyer", "buyer", LOT, 8_000 * WAD)),
    ("trade", ("buyer", "seller", LOT + 1, 8_000 * WAD)),
    ("withdraw", ("buyer", 73_600 * TOKEN + 1)),
    ("withdraw", ("buyer", 60_000 * TOKEN)),
    ("fall", (8_333 * WAD + 333,)),
    ("trade", ("seller", "buyer", 3_333 * LOT, 8_300 * WAD + 1)),
    ("trade", ("seller", "buyer", 9 * WAD, 8_333 * WAD)),
    ("withdraw", ("seller", 100_000 * TOKEN)),
    ("fall", (6_100 * WAD,)),
    ("liquidate", ("client", "client", LOT)),
    ("liquidate", ("buyer", "liquidator", LOT)),
    ("liquidate", ("client", "liquidator", 2_400 * LOT)),
    ("fall", (5_930 * WAD,)),
    ("liquidate", ("client", "liquidator", LOT + 1)),
    ("liquidate", ("client", "liquidator", 2_400 * LOT)),
    ("liquidate", ("client", "liquidator", 400 * LOT)),
    ("trade", ("seller", "client", 500 * LOT, 5_800 * WAD)),
    ("trade", ("liquidator", "seller", 11 * WAD, 5_930 * WAD)),
    ("fall", (19_000 * WAD,)),
    ("liquidate", ("seller", "liquidator", 11 * WAD)),
    ("write_off", ("seller",)),
    ("withdraw", ("liquidator", TOKEN)),
    ("trade", ("liquidator", "buyer", LOT, 19_000 * WAD)),
    ("deposit", ("seller", 1_000 * TOKEN)),
    ("contribute", ("liquidator", 300_000 * TOKEN)),
    ("trade", ("seller", "liquidator", LOT, 19_000 * WAD)),
    ("deposit", ("seller", 200_000 * TOKEN)),
    ("write_off", ("seller",)),
    ("withdraw", ("liquidator", TOKEN)),
    ("let_go_stale", ()),
    ("trade", ("client", "liquidator", LOT, 19_000 * WAD)),
    ("withdraw", ("liquidator", TOKEN)),
)
"""What is done, refused acts among it."""


def perform(venue: Venue, act: Act) -> str:
    """Does one act; answers its refusal, or what was reported, ids of trades left out."""
    name, arguments = act
    ids = venue.market.ids
    try:
        if name == "write_off":
            receipt = venue.act("liquidator", name, ids[arguments[0]])
        elif name == "contribute":
            venue.give(*arguments)
            receipt = venue.act(arguments[0], name, arguments[1])
        else:
            receipt = getattr(venue, name)(*arguments)
    except TransactionFailed as failure:
        return str(failure.args[0]).removeprefix("execution reverted: ")
    if receipt is None:
        return ""
    events = {
        Web3.keccak(
            text=f"{entry['name']}({','.join(field['type'] for field in entry['inputs'])})"
        ): (venue.contract.events[entry["name"]]())
        for entry in venue.contract.abi
        if entry["type"] == "event"
    }
    read = [
        events[log["topics"][0]].process_log(log)
        for log in receipt["logs"]
        if log["address"] == venue.contract.address
    ]
    return str(
        [
            (log.event, {key: value for key, value in log.args.items() if "uti" not in key})
            for log in read
        ]
    )


def life(venue: Venue, snapshot: Callable[[], AbstractContextManager[None]]) -> list[Any]:
    """Everything that is done, and each account after it; the chain is put back."""
    seen = []
    with snapshot():
        for act in LIFE:
            outcome = perform(venue, act)
            # Refused, nothing has changed.
            refused = outcome.startswith(REFUSED)
            names = () if refused else NAMES
            state = [(venue.account(name), venue.margin(name)) for name in names]
            seen.append((act, outcome, state))
        seen.append(("reserve", "", venue.calls.reserve().call()))
        held, owed = venue.balances_sum()
        assert held == owed
        logs = venue.market.w3.eth.get_logs({"fromBlock": 0, "address": venue.contract.address})
        assert logs
        root = chained_root([{"logs": logs}], venue.contract.address)  # type: ignore[typeddict-item]
        assert root == stored_root(venue.market.w3, venue.contract.address)
    return seen


def test_one_life_on_both(
    both: tuple[Venue, Venue], snapshot: Callable[[], AbstractContextManager[None]]
) -> None:
    """Accounts, margins, events, refusals and report chains agree after each act."""
    vyper, solidity = both
    mine, theirs = life(vyper, snapshot), life(solidity, snapshot)
    for left, right in zip(mine, theirs, strict=True):
        assert left == right, left[0]
    refused = {outcome for _, outcome, _ in mine if outcome.startswith(REFUSED)}
    assert len(refused) >= 10, refused


def test_root_is_slot_zero(compiled: Compiled) -> None:
    """As of every reporting contract, so that one storage proof proves its logs."""
    (root,) = [entry for entry in compiled.layout["storage"] if entry["label"] == "root"]
    assert (root["slot"], root["offset"]) == ("0", 0)
    assert len(compiled.runtime) < 24_576


def test_gate_of_the_deployed_registry(both: tuple[Venue, Venue], reverts: Any) -> None:
    """Who is frozen, barred by category or not the owner is refused with the gate's number."""
    _, venue = both
    market = venue.market
    market.onboard("stranger", 1, "GB")
    venue.deposit("stranger", TOKEN)
    with reverts("venue: gate 6"):
        venue.trade("stranger", "seller", LOT, 8_000 * WAD)
    with reverts("venue: gate 9"):
        venue.act("seller", "withdraw", market.ids["buyer"], 0, TOKEN)
    market.supervise("freeze", "buyer")
    with reverts("venue: gate 4"):
        venue.withdraw("buyer", TOKEN)
