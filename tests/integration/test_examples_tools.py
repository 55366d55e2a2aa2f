"""Titanoboa and Ape: the installed sources are imported, the example venue deployed and called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_utils import to_bytes

from keelmark.chain.anvil import running_anvil
from keelmark.chain.compiler import compile_contract
from tests.conftest import find
from tests.support.market import TOKEN_FEED, Market
from tests.support.node_market import DEVELOPER_KEYS, OWNER, market_on_node
from tests.support.parties import lei_text, lei_word
from tests.support.tools import run_tool, tool_folder

EXAMPLES = Path(__file__).resolve().parents[2] / "contracts" / "examples"
AMOUNT = 5_000 * 10**6
WAD = 10**18


@pytest.fixture(scope="module")
def node(anvil: Any) -> Iterator[tuple[str, Market]]:
    """An anvil of its own with the kit, its URL, and a party that has money."""
    with running_anvil() as chain:
        market = market_on_node(chain.node.url, find)
        market.onboard("owner")
        market.mint(market.token, "owner", 20_000, OWNER)
        yield chain.node.url, market


def snippet() -> str:
    """The contract that the README shows."""
    found = re.search(r"```vyper\n(.*?)```", (EXAMPLES / "README.md").read_text("utf-8"), re.DOTALL)
    assert found
    return found.group(1)


def facts(node: tuple[str, Market], home: Path) -> dict[str, Any]:
    """What a tool is told."""
    url, market = node
    return {
        "url": url,
        "project": str(home),
        "keys": DEVELOPER_KEYS,
        "snippet": snippet(),
        "arguments": [
            market.rulebook.address,
            market.parties.address,
            market.registry.address,
            market.board.address,
            market.matcher.address,
            market.perpetual,
            market.token.address,
            TOKEN_FEED,
            lei_word(lei_text(78)),
            OWNER,
            [],
        ],
        "token": market.token.address,
        "token_abi": list(market.token.abi),
        "account": market.ids["owner"],
        "amount": AMOUNT,
    }


@pytest.mark.parametrize("tool", ["titanoboa", "ape"])
def test_deploys_and_calls(tool: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """The venue that a tool deployed holds what its owner paid in, and is our code."""
    tool_folder(tool)
    node = request.getfixturevalue("node")
    answer = run_tool(tool, tmp_path, facts(node, tmp_path))
    # Half of the notional, rounded up.
    assert answer["quote"] == 5 * 10**17 + 1
    assert answer["cash"] == 5_000 * WAD
    assert answer["margin"] == [5_000 * WAD, 0, 0]
    market = node[1]
    code = bytes(market.w3.eth.get_code(answer["venue"]))
    assert code.startswith(compile_contract("examples/ExampleVenue").runtime)
    assert market.token.functions.balanceOf(answer["venue"]).call() == AMOUNT
    slot = bytes(market.w3.eth.get_storage_at(answer["venue"], 0))
    assert slot == to_bytes(hexstr=answer["root"])
