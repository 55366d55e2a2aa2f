"""Exports: the files of each tool, and Solidity interfaces that say what the ABI says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from keelmark.audit.abis import abi_of, solidity_interface
from keelmark.audit.export import export
from keelmark.deploy.plan import KIT, DeployedContract, Deployment
from keelmark.errors import InputError
from keelmark.types import Regime
from tests.support.deployed_kit import HOUSE_LEI
from tests.support.solidity import compile_solidity

GENESIS = bytes.fromhex("ab" * 32)


def deployment(chain_id: int = 11_155_111) -> Deployment:
    """A deployment that never was."""
    contracts = {
        name: DeployedContract(
            name=name,
            address="0x" + f"{place:02d}" * 20,
            block_number=place,
            block_hash="0x" + f"{place:02d}" * 32,
            transaction_hash="" if name == "Rulebook" else "0x" + f"{place:02d}" * 32,
            code_hash="0x" + "11" * 32,
            source_hash="22" * 32,
            gas_used=place,
            salt="0x" + "33" * 32,
        )
        for place, name in enumerate(KIT, 10)
    }
    return Deployment(
        chain_id=chain_id,
        rulebook_digest="0x" + "44" * 32,
        regime=Regime.CLEARED_OTC,
        lei=HOUSE_LEI,
        token="0x" + "55" * 20,
        token_feed=2,
        contracts=contracts,
    )


def shape(abi: Any) -> set[tuple[Any, ...]]:
    """Functions by name, types and mutability."""

    def kind(item: Any) -> str:
        if not item["type"].startswith("tuple"):
            return str(item["type"])
        return f"({','.join(map(kind, item['components']))}){item['type'][5:]}"

    return {
        (
            entry["name"],
            *(tuple(map(kind, entry[side])) for side in ("inputs", "outputs")),
            entry["stateMutability"],
        )
        for entry in abi
        if entry["type"] == "function"
    }


def test_interfaces_say_what_the_abi_says(tmp_path):
    """The Solidity compiler makes the same ABI of an interface."""
    names = ("ClearingHouse", "GovernanceLens", "OrderMatcher")
    for name in names:
        text = solidity_interface(name, abi_of(name))
        (tmp_path / f"I{name}.sol").write_text(text)
    for name in names:
        found = shape(compile_solidity(tmp_path / f"I{name}.sol").abi)
        expected = shape(abi_of(name))
        assert len(expected) > 7
        assert {one[0] for one in expected - found} == (
            {"match"} if name == "OrderMatcher" else set()
        )
        assert found <= expected


def test_a_word_of_solidity_is_a_comment():
    text = solidity_interface("OrderMatcher", abi_of("OrderMatcher"))
    assert "// match is a word of Solidity's: call by selector." in text
    assert "function match(" not in text


def test_structs_with_equal_fields_are_one_and_names_are_unique():
    pair = [{"name": "a", "type": "uint256"}, {"name": "from", "type": "address"}]
    other = [{"name": "b", "type": "bytes"}]

    def function(name: str, argument: str, components: Any) -> dict[str, Any]:
        item = {"name": argument, "type": "tuple[2]", "components": components}
        return {
            "type": "function",
            "name": name,
            "inputs": [item],
            "outputs": [],
            "stateMutability": "nonpayable",
        }

    text = solidity_interface(
        "X", [function("f", "x", pair), function("g", "y", pair), function("f", "x", other)]
    )
    assert text.count("struct ") == 2
    assert "struct FX { uint256 a; address from_; }" in text
    assert "struct FX2 { bytes b; }" in text
    assert "function g(FX[2] calldata y) external;" in text


def test_a_contract_that_delegates_has_all_that_answers():
    names = {entry.get("name") for entry in abi_of("ClearingHouse")}
    assert {"trade", "deposit", "allocate_loss", "take_over_many", "list_instrument"} <= names
    assert "contest_recovery" in {entry.get("name") for entry in abi_of("PartyRegistry")}


def test_foundry():
    files = export(deployment(), "foundry")
    addresses = json.loads(files["addresses.json"])
    assert addresses["ClearingHouse"] == deployment().house.address
    assert addresses["chainId"] == 11_155_111
    (name,) = [name for name in files if name.startswith("broadcast/")]
    assert name == "broadcast/Keelmark.s.sol/11155111/run-keelmark.json"
    written = json.loads(files[name])
    assert len(written["transactions"]) == len(written["receipts"]) == len(KIT) - 1
    for sent, receipt in zip(written["transactions"], written["receipts"], strict=True):
        assert sent["hash"] == receipt["transactionHash"]
        assert sent["transactionType"] == "CREATE2"
        assert sent["contractAddress"] == receipt["contractAddress"]


def test_titanoboa():
    files = export(deployment(), "titanoboa")
    assert set(files) == {"addresses.json", "house.py", *(f"abi/{name}.json" for name in KIT)}
    compile(files["house.py"], "house.py", "exec")


def test_ape():
    files = export(deployment(), "ape", genesis=GENESIS)
    written = json.loads(files["keelmark.ethpm.json"])
    (uri,) = written["deployments"]
    last = deployment().contracts[KIT[-1]]
    assert uri == f"blockchain://{GENESIS.hex()}/block/{last.block_hash[2:]}"
    assert "transaction" not in written["deployments"][uri]["Rulebook"]
    assert "  ethereum:\n    sepolia:\n" in files["ape-config.yaml"].decode()
    assert "deployments" not in json.loads(export(deployment(), "ape")["keelmark.ethpm.json"])


def test_a_chain_that_ape_has_no_name_for():
    with pytest.raises(InputError, match="network: Ape's name of chain 12345 is not known"):
        export(deployment(12_345), "ape")
    named = export(deployment(12_345), "ape", network="mychain:testing")
    assert "  mychain:\n    testing:\n" in named["ape-config.yaml"].decode()
