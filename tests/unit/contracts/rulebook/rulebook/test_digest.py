"""`Rulebook.digest`: one hash over every rule, computed from the table."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from web3 import Web3
from web3.contract import Contract

from keelmark.chain.compiler import compile_contract, contracts_root
from keelmark.regulation import digest, rules


def test_default_behavior(rulebook: Contract) -> None:
    """Contract, SDK and the constant that a clearing house compiles in agree."""
    constant = re.search(
        r"^DIGEST: constant\(bytes32\) = 0x([0-9a-f]{64})$",
        (contracts_root() / "modules" / "rules.vy").read_text("utf-8"),
        re.MULTILINE,
    )
    assert constant is not None
    computed = rulebook.functions.digest().call()
    assert computed == digest()
    assert computed.hex() == constant.group(1)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the contracts that a test may spoil."""
    folder = tmp_path_factory.mktemp("rulebook") / "contracts"
    shutil.copytree(contracts_root(), folder)
    return folder


def spoil(folder: Path, module: str, old: str, new: str) -> Path:
    """Replace one text in a module, which must occur there."""
    path = folder / "modules" / module
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("rules.vy", "IM_CRYPTO_BPS: constant(uint256) = 1_500", None),
        ("rule_table.vy", 'return "bps"', 'return "percent"'),
        ("rule_table.vy", 'return "EU 2016/2251 Annex IV Table 1"', 'return "EU 2016/2251"'),
    ],
    ids=["value", "unit", "source"],
)
def test_one_change_is_seen(
    w3: Web3, copied: Path, actors: Callable[[str], str], module: str, old: str, new: str | None
) -> None:
    """A contract whose table differs in one place has another digest."""
    new = new or old.replace("1_500", "1_499")
    path = copied / "modules" / module
    before = path.read_text("utf-8")
    spoil(copied, module, old, new)
    try:
        artefact = compile_contract(copied / "rulebook" / "Rulebook.vy")
    finally:
        path.write_text(before, "utf-8")
    factory = w3.eth.contract(abi=list(artefact.abi), bytecode=artefact.bytecode)
    made = factory.constructor().transact({"from": actors("deployer")})
    address = w3.eth.get_transaction_receipt(made)["contractAddress"]
    assert address is not None
    spoilt = w3.eth.contract(address=address, abi=list(artefact.abi))
    assert spoilt.functions.digest().call() != digest()


def test_sdk_sees_every_field() -> None:
    """The SDK's digest moves with value, unit, status, place and id."""
    rule = rules()["IM_CRYPTO_BPS"]
    others = [entry for entry in rules().values() if entry.id != rule.id]
    changes = (
        replace(rule, value=1499),
        replace(rule, unit="ratio"),
        replace(rule, status=rules()["IM_OTHER_BPS"].status),
        replace(rule, place="Annex IV"),
        replace(rule, id="IM_CRYPTO_RATE_BPS"),
    )
    seen = {digest([*others, changed]) for changed in changes}
    assert len(seen) == len(changes)
    assert digest() not in seen
    assert digest([rule, *others]) == digest(), "the order of the data files does not count"


def test_comment_leaves_init_code(copied: Path) -> None:
    """A comment does not move the rulebook's address; a figure does."""
    source = copied / "rulebook" / "Rulebook.vy"
    plain = compile_contract(source).bytecode
    before = source.read_text("utf-8")
    source.write_text(before + "\n\n# A remark.\n", "utf-8")
    try:
        assert compile_contract(source).bytecode == plain
    finally:
        source.write_text(before, "utf-8")
    assert compile_contract(contracts_root() / "rulebook" / "Rulebook.vy").bytecode == plain


def test_no_constructor_and_no_storage() -> None:
    """Nothing to pass at deployment, nothing to write, no immutable."""
    artefact = compile_contract("rulebook/Rulebook")
    assert not [entry for entry in artefact.abi if entry["type"] == "constructor"]
    assert {entry["stateMutability"] for entry in artefact.abi} <= {"view", "pure"}
    assert not artefact.layout.get("storage_layout")
    assert not artefact.layout.get("code_layout")
    assert artefact.runtime in artefact.bytecode
