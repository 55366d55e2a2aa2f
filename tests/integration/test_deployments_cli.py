"""`keelmark deployments` and `keelmark audit` on two real nodes with the ids of two testnets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from eth_utils import keccak

from keelmark.chain import Chain, Signer, SigningChain
from keelmark.chain.anvil import running_anvil
from keelmark.cli import main
from keelmark.deploy import Deployment, read_manifest, write_manifest
from tests.support.audited import by_factory
from tests.support.deployed_kit import holder, plan_kit
from tests.support.foreign_tools import forge_script, run_in

TESTNETS = (11_155_111, 560_048)
KEPT = Signer.from_key(bytes.fromhex("77" * 32))
"""The operator, whose key the test has."""


@dataclass(frozen=True)
class Nodes:
    """One house on two chains, and a folder for its manifests."""

    chains: tuple[SigningChain, SigningChain]
    houses: tuple[str, str]
    folder: Path

    def source(self, place: int) -> str:
        """The house on a chain, as the commands take it."""
        return f"{self.houses[place]}@{self.url(place)}"

    def url(self, place: int) -> str:
        """A node's URL."""
        return self.chains[place].name

    def manifest(self, place: int) -> Path:
        """The manifest of a house, as `show` wrote it."""
        return self.folder / str(TESTNETS[place]) / "keelmark.json"


def run(*arguments: object) -> int:
    """Runs the command in this process; the exit code."""
    with pytest.raises(SystemExit) as stopped:
        main([str(item) for item in arguments])
    return int(stopped.value.code or 0)


@pytest.fixture(scope="module")
def nodes(anvil: Chain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """Asks for `anvil` so that it is skipped where there is none."""
    folder = tmp_path_factory.mktemp("deployments")
    with (
        running_anvil(chain_id=TESTNETS[0]) as first,
        running_anvil(chain_id=TESTNETS[1]) as second,
    ):
        chains, houses = [], []
        for reading in (first, second):
            chain, plan = plan_kit(reading, operator=KEPT.address)
            houses.append(by_factory(chain, plan)["ClearingHouse"])
            chains.append(chain)
        made = Nodes((chains[0], chains[1]), (houses[0], houses[1]), folder)
        for place in (0, 1):
            assert (
                run("deployments", "show", made.source(place), "--write", made.manifest(place)) == 0
            )
        yield made


def test_a_manifest_from_the_address_alone(nodes, capsys):
    assert nodes.houses[0] == nodes.houses[1]
    written = read_manifest(nodes.manifest(0), chain_id=TESTNETS[0])
    assert written.house.address == nodes.houses[0]
    assert {one.holder for one in written.roles if one.contract == "ClearingHouse"} == {
        KEPT.address
    }
    assert all(one.salt and one.init_code_hash for one in written.contracts.values())
    assert run("deployments", "list", "--folder", nodes.folder, "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert [row["chain"] for row in listed["deployments"]] == ["sepolia", "hoodi"]
    assert listed["unreadable"] == []


def test_the_same_house_on_two_chains(nodes, capsys):
    assert run("deployments", "compare", nodes.source(0), nodes.source(1), "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["same"]
    verdicts = {(row["group"], row["name"]): row["verdict"] for row in found["rows"]}
    assert {name for name, verdict in verdicts.items() if verdict != "same"} == {
        ("chain", "chain id"), ("built in", "OrderMatcher")
    }  # fmt: skip
    assert {side["deviations"] for side in found["sides"]} == {1}
    assert run("deployments", "compare", nodes.source(0), nodes.manifest(1)) == 0
    told = capsys.readouterr().out
    assert "code: same" in told
    assert "addresses: same" in told
    assert "built in: 16 same, 1 by chain" in told


def test_a_role_that_moved_on_one_chain(nodes, capsys):
    reading, role = nodes.chains[1], keccak(text="operator")
    house = read_manifest(nodes.manifest(1)).house
    with reading.undone():
        reading.local.fund(KEPT.address)
        reading.signing(KEPT).run(house.hand_over_role(role, reading.address, gas=300_000))
        assert (
            run("audit", house.address, "--rpc", nodes.url(1), "--manifest", nodes.manifest(1)) == 1
        )
        told = capsys.readouterr().out
        assert f"is offered to {reading.address} (plain key)" in told
        assert "deployer-holds-role" in told
        reading.run(house.accept_role(role, gas=300_000))
        live = f"{nodes.manifest(1)}@{nodes.url(1)}"
        assert run("deployments", "compare", nodes.manifest(0), nodes.manifest(1), live) == 1
        told = capsys.readouterr()
        assert (
            "differs: roles, operator of ClearingHouse\n"
            f"    1, 2  {KEPT.address}\n    3  {reading.address}\n"
        ) in told.out
        assert told.err.startswith("keelmark: compare: roles, operator of ClearingHouse: ")


def test_another_house_differs(nodes, capsys, tmp_path):
    written = read_manifest(nodes.manifest(0))
    contracts = dict(written.contracts)
    contracts["PriceBoard"] = replace(
        contracts["PriceBoard"], source_hash="1" * 64, code_hash="0x" + "2" * 64
    )
    other = replace(written, rulebook_digest="0x" + "3" * 64, contracts=contracts)
    write_manifest(other, tmp_path / "other.json")
    assert run("deployments", "compare", nodes.manifest(0), tmp_path / "other.json") == 1
    told = capsys.readouterr()
    assert "rulebook: 1 same, 1 differs" in told.out
    assert "code: 16 same, 1 differs" in told.out
    assert "addresses: same" in told.out
    assert "compare: rulebook, digest: " in told.err
    assert told.err.count("\n") == 1


def test_audit_of_a_factory_house(nodes, capsys):
    accepted = ("--accept", "operator-without-delay", "--accept", "nothing-of-the-kind")
    assert run("audit", nodes.houses[0], "--rpc", nodes.url(0), *accepted, "--json") == 0
    told = capsys.readouterr()
    assert "--accept nothing-of-the-kind: nothing deviates by that name" in told.err
    found = json.loads(told.out)
    assert found["chain_id"] == TESTNETS[0]
    assert {part["creation"]["by_factory"] for part in found["parts"]} == {True}
    assert {part["creation"]["shown_by"] for part in found["parts"]} == {"transaction"}
    assert [one["code"] for one in found["findings"] if one["level"] == "deviation"] == [
        "operator-without-delay"
    ]
    assert run("audit", nodes.houses[0], "--rpc", nodes.url(0), "--quick", *accepted[:2]) == 0
    told = capsys.readouterr().out
    assert told.count("address (factory)") == 17
    assert "events-not-read" in told


def test_a_key_that_runs_a_house(nodes, capsys):
    """An account delegated by EIP-7702, signed by its own key."""
    from eth_account import Account

    chain = nodes.chains[0]
    account = Account.create()
    chain.local.fund(account.address)
    signed = account.sign_authorization(
        {"chainId": TESTNETS[0], "address": nodes.houses[0], "nonce": 1}
    )
    fields = {
        "type": 4,
        "chainId": TESTNETS[0],
        "nonce": 0,
        "gas": 100_000,
        "maxFeePerGas": 10**11,
        "maxPriorityFeePerGas": 10**9,
        "to": account.address,
        "value": 0,
        "data": b"",
        "authorizationList": [signed],
    }
    from keelmark.chain.rpc import RpcCall

    raw = account.sign_transaction(fields).raw_transaction
    with chain.undone():
        chain.node.call(RpcCall("eth_sendRawTransaction", ("0x" + raw.hex(),)))
        assert run("audit", account.address, "--rpc", nodes.url(0)) == 1
    told = capsys.readouterr().out
    assert f"runs the code of {nodes.houses[0]} (EIP-7702)" in told
    assert "answers-like-a-house" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("audit", "0x12", "--rpc", "URL"), "address: '0x12', expected 0x and 40"),
        (("audit", "HOUSE", "--rpc", "URL", "--manifest", "nowhere.json"), "cannot be read"),
        (("audit", "HOUSE", "--rpc", "http://127.0.0.1:9"), "does not answer"),
        (("deployments", "compare", "MANIFEST"), "compare: 1 deployment, expected two or more"),
        (("deployments", "compare", "HOUSE", "MANIFEST"), "expected ADDRESS@NODE"),
        (
            ("deployments", "compare", "KEY@URL", "MANIFEST"),
            "is no code, expected a clearing house",
        ),
        (("deployments", "show", "HOUSE@nochain"), "node: 'nochain', expected a URL or the name"),
        (("deployments", "show", "a" * 5000), "cannot be read, File name too long"),
        (("deployments", "show", "MANIFEST@OTHER"), "chainId is 11155111, expected 560048"),
        (("deployments", "list", "--folder", "nowhere"), "nowhere is no folder"),
        (("deployments", "export", "MANIFEST", "--for", "remix", "--out", "OUT"), "for: 'remix'"),
        (
            ("deployments", "export", "MANIFEST", "--for", "ape", "--out", "OUT", "--rpc", "OTHER"),
            "rpc: the node's chain is 560048, the deployment's 11155111",
        ),
    ],
)
def test_refusals(nodes, tmp_path, capsys, arguments, told):
    known = {
        "HOUSE": nodes.houses[0],
        "URL": nodes.url(0),
        "OTHER": nodes.url(1),
        "MANIFEST": str(nodes.manifest(0)),
        "KEY": holder(0xA2),
        "OUT": str(tmp_path / "out"),
    }
    filled = []
    for argument in arguments:
        what, mark, node = argument.partition("@")
        filled.append(known.get(what, what) + mark + known.get(node, node))
    assert run(*filled) == 1
    error = capsys.readouterr().err
    assert told in error
    assert error.startswith("keelmark: ")
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_chain_name_with_another_chain_behind_it(nodes, monkeypatch, capsys):
    monkeypatch.setenv("KEELMARK_RPC_SEPOLIA", nodes.url(1))
    assert run("deployments", "show", f"{nodes.houses[0]}@sepolia") == 1
    assert "sepolia has the id 11155111, the node says 560048" in capsys.readouterr().err
    monkeypatch.setenv("KEELMARK_RPC_SEPOLIA", nodes.url(0))
    assert run("deployments", "show", f"{nodes.houses[0]}@sepolia") == 0
    assert "created by the factory 0x4e59b448" in capsys.readouterr().out


def test_unreadable_manifests_are_named(nodes, tmp_path, capsys):
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "keelmark.json").write_text(nodes.manifest(0).read_text())
    (tmp_path / "²").mkdir()
    (tmp_path / "²" / "keelmark.json").write_text("is of no chain")
    (tmp_path / "11155111").mkdir()
    (tmp_path / "11155111" / "keelmark.json").write_text(nodes.manifest(0).read_text())
    assert run("deployments", "list", "--folder", tmp_path) == 1
    told = capsys.readouterr()
    assert "sepolia" in told.out
    assert "chainId is 11155111, expected 1" in told.err


def test_what_a_manifest_says_cannot_reach_the_terminal(nodes, tmp_path, capsys):
    written = json.loads(nodes.manifest(0).read_text())
    written["release"] = "[/red]\x1b[2J"
    path = tmp_path / "11155111" / "keelmark.json"
    path.parent.mkdir()
    path.write_text(json.dumps(written))
    assert run("deployments", "list", "--folder", tmp_path) == 0
    assert run("deployments", "show", path) == 0
    assert run("deployments", "compare", path, nodes.manifest(0)) == 1
    told = capsys.readouterr()
    assert "[/red]?[2J" in told.out
    assert "\x1b" not in told.out + told.err


def exported(nodes: Nodes, tool: str, out: Path, *more: object) -> Deployment:
    """Writes an export; the deployment that it is of."""
    assert run("deployments", "export", nodes.manifest(0), "--for", tool, "--out", out, *more) == 0
    return read_manifest(nodes.manifest(0))


def test_titanoboa_reads_the_export(nodes, tmp_path):
    made = exported(nodes, "titanoboa", tmp_path / "out")
    script = f"""
import boa
boa.set_network_env({nodes.url(0)!r})
boa.env.eoa = {KEPT.address!r}
from house import at
print("told", at("Rulebook").digest().hex(), at("ClearingHouse").party_registry(),
      at("ClearingHouse").holder_of(bytes.fromhex("{keccak(text="operator").hex()}")),
      at("ClearingHouse").wiring_hash().hex() == at("BackOffice").wiring_hash().hex())
"""
    told = run_in("titanoboa", script, tmp_path / "out")
    assert told == [made.rulebook_digest[2:], made.parties.address, KEPT.address, "True"]


def test_ape_reads_the_export(nodes, tmp_path):
    made = exported(nodes, "ape", tmp_path / "out", "--rpc", nodes.url(0))
    script = f"""
import ape
from ethpm_types import PackageManifest
with ape.networks.parse_network_choice("ethereum:sepolia:" + {nodes.url(0)!r}):
    (house,) = ape.project.ClearingHouse.deployments
    print("told", house.address, house.party_registry())
    written = ape.Project.from_manifest("keelmark.ethpm.json")
    (instances,) = written.manifest.deployments.values()
    print("told", len(instances), written.Rulebook.at(instances["Rulebook"].address).digest().hex())
"""
    told = run_in("ape", script, tmp_path / "out", HOME=str(tmp_path))
    assert told == [
        made.house.address, made.parties.address, "17", made.rulebook_digest[2:]
    ]  # fmt: skip


FORGE_SCRIPT = """// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;
import {IClearingHouse} from "../interfaces/IClearingHouse.sol";
import {IRulebook} from "../interfaces/IRulebook.sol";
interface Vm {
    function getDeployment(string calldata, uint64) external view returns (address);
    function readFile(string calldata) external view returns (string memory);
    function parseJsonAddress(string calldata, string calldata) external pure returns (address);
}
contract Use {
    Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    function run() external view returns (address, address, bytes32) {
        address house = vm.parseJsonAddress(vm.readFile("addresses.json"), ".ClearingHouse");
        require(house == vm.getDeployment("ClearingHouse", uint64(block.chainid)));
        IRulebook rulebook = IRulebook(vm.getDeployment("Rulebook", uint64(block.chainid)));
        return (house, IClearingHouse(house).party_registry(), rulebook.digest());
    }
}
"""


def test_foundry_reads_the_export(nodes, tmp_path):
    made = exported(nodes, "foundry", tmp_path / "out")
    for unused in (tmp_path / "out" / "interfaces").glob("*.sol"):
        if unused.stem not in ("IClearingHouse", "IRulebook"):
            unused.unlink()  # forge compiles what it finds, and the compiler from npm is slow
    told = forge_script(FORGE_SCRIPT, tmp_path / "out", nodes.url(0))
    for expected in (made.house.address, made.parties.address, made.rulebook_digest):
        assert expected in told.partition("== Return ==")[2]
