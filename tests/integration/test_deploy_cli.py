"""A house deployed from the command line to a node with the id of a public testnet; what a person
is shown and asked, and what a node does after that."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from eth_utils.crypto import keccak

from keelmark.chain import Chain, Signer
from keelmark.chain.anvil import running_anvil
from keelmark.chain.rpc import RpcCall
from keelmark.chain.transports import RpcNode
from keelmark.deploy import read_manifest, verify
from keelmark.deploy.act import Notice
from keelmark.deploy.factory import FACTORY
from keelmark.deploy.kit import artefacts
from keelmark.deploy.loading import load
from keelmark.deploy.plan import KIT
from keelmark.errors import InputError
from tests.support.deploying import (
    DEPLOYER,
    KEY,
    SEPOLIA,
    Desk,
    code_at,
    set_code,
)
from tests.support.deploying import desk as desk
from tests.support.deploying import needs_anvil as needs_anvil
from tests.support.deploying import sepolia as sepolia
from tests.support.deploying import token as token
from tests.support.houses import holder

BASE_SEPOLIA = 84_532
ANOTHER_LEI = "HWUPKR0MPOU8FGXBT394"


def test_planned_made_and_not_made_twice(desk: Desk) -> None:
    before = desk.state()
    plan = desk.plan(account=desk.folder / "key.json")
    assert desk.state() == before
    assert [item["state"] for item in plan["contracts"]] == ["missing"] * len(KIT)
    assert plan["chainId"] == SEPOLIA
    assert plan["sender"] == DEPLOYER.address
    assert plan["gas"] == sum(item["gas"] for item in plan["contracts"])
    assert plan["cost"] == plan["gas"] * (plan["baseFee"] + plan["tip"])
    assert plan["costAtMost"] == plan["gas"] * (2 * plan["baseFee"] + plan["tip"])

    code, out, error = desk.cli("--yes")
    assert (code, error) == (0, "")
    predicted = {item["name"]: item for item in plan["contracts"]}
    for name, item in predicted.items():
        assert item["address"] in out
        assert keccak(code_at(desk.chain, item["address"])).hex() == item["codeHash"][2:], name
    made = read_manifest(desk.manifest, chain_id=SEPOLIA)
    desk.chain.run(verify(made))
    assert {name: one.address for name, one in made.contracts.items()} == {
        name: item["address"] for name, item in predicted.items()
    }
    assert {name: one.gas_used for name, one in made.contracts.items()} == {
        name: item["gas"] for name, item in predicted.items()
    }
    assert f"{plan['gas']:,} gas in all" in out
    assert {(role.role, role.holder) for role in made.roles} == {
        (item["role"], item["holder"]) for item in plan["roles"]
    }
    assert DEPLOYER.address not in {role.holder for role in made.roles}
    assert "private" not in desk.manifest.read_text()
    assert KEY.hex() not in desk.manifest.read_text() + out

    after = desk.state()
    code, out, error = desk.cli("--yes")
    assert (code, error) == (0, "")
    assert "to create       0 of 17 contracts" in out
    assert desk.state() == after

    # With both files lost, the chain tells the same.
    text = desk.manifest.read_text()
    for path in desk.manifest.parent.iterdir():
        path.unlink()
    assert desk.cli("--yes")[0] == 0
    assert desk.manifest.read_text() == text

    # Anything of the chain's that is altered by hand is found before anything is sent.
    body = json.loads(text)
    rulebook = body["contracts"][0]
    for field, value in (
        ("gas_used", 1),
        ("block_number", rulebook["block_number"] + 1),
        ("block_hash", "0x" + "11" * 32),
        ("transaction_hash", "0x" + "11" * 32),
        ("code_hash", "0x" + "11" * 32),
        ("address", "0x" + "11" * 20),
    ):
        altered = [{**rulebook, field: value}, *body["contracts"][1:]]
        desk.manifest.write_text(json.dumps({**body, "contracts": altered}))
        told = desk.refused()
        assert "Rulebook" in told
        assert "altered" in told
        assert "block_hash" in told if field == "block_number" else field in told
    house = next(one for one in body["contracts"] if one["name"] == "ClearingHouse")
    words = house["constructor_arguments"][:-40] + holder(1)[2:].lower()
    others = [one for one in body["contracts"] if one is not house]
    altered = [*others, {**house, "constructor_arguments": words}]
    desk.manifest.write_text(json.dumps({**body, "contracts": altered}))
    assert "constructor_arguments of ClearingHouse" in desk.refused()
    desk.manifest.write_text(json.dumps({**body, "rulebookDigest": "0x" + "11" * 32}))
    assert "rulebookDigest in" in desk.refused()
    desk.manifest.write_text(json.dumps({**body, "token": holder(1)}))
    assert "token in" in desk.refused()
    desk.manifest.write_text("{")
    assert "is no JSON" in desk.refused()
    desk.manifest.write_text(text)

    # Another house under the same name is refused; under another it shares what is the same.
    desk.house(lei=f'"{ANOTHER_LEI}"')
    assert "is of another house or release, its TakeOverDesk" in desk.refused()
    desk.house(lei=f'"{ANOTHER_LEI}"', system='"second"')
    states = {item["name"]: item["state"] for item in desk.plan()["contracts"]}
    assert [name for name, state in states.items() if state == "missing"] == [
        *("TakeOverDesk", "LossDesk", "BackOffice", "InstrumentDesk", "ClearingHouse"),
        "GovernanceLens",
    ]

    # A manifest is found by name.
    found = load("keelmark", "sepolia", desk.folder / "deployments")
    assert found == made == load("keelmark", SEPOLIA, desk.folder / "deployments")
    with pytest.raises(InputError, match="no other on chain 11155111"):
        load("other", SEPOLIA, desk.folder / "deployments")

    # Code of others where ours was: refused, although all else is there.
    desk.house()
    set_code(desk.chain, predicted["CloseOut"]["address"], "0x6001")
    assert "code_hash of CloseOut" in desk.refused()


def test_what_is_there_already_is_gone_on_from(desk: Desk) -> None:
    """A kit of which a part was made by somebody else is finished."""
    from keelmark.chain.operations import Transact
    from keelmark.deploy.house_file import read_house
    from keelmark.deploy.steps import steps

    plan = read_house(desk.folder / "house.toml").plan
    first = steps(plan, artefacts())[:3]

    def create() -> Any:
        for step in first:
            yield Transact(FACTORY, step.calldata, gas=8_000_000)

    stranger = Signer.from_key(bytes.fromhex("66" * 32))
    desk.chain.local.fund(stranger.address)
    desk.chain.signing(stranger).run(create())
    told = desk.plan()
    assert [item["state"] for item in told["contracts"][:4]] == ["exists"] * 3 + ["missing"]
    code, out, error = desk.cli("--yes", "--json")
    assert code == 0, error
    assert json.loads(out)["written"] is True
    made = read_manifest(desk.manifest)
    assert all(contract.transaction_hash for contract in made.contracts.values())
    assert made.contracts["Rulebook"].block_number < made.contracts["PartyDesk"].block_number


def test_the_same_addresses_on_another_chain(desk: Desk) -> None:
    here = desk.plan()
    with running_anvil(chain_id=BASE_SEPOLIA) as base:
        assert isinstance(base.node, RpcNode)
        base.local.fund(DEPLOYER.address)
        set_code(base, desk.token, "0x" + code_at(desk.chain, desk.token).hex())
        there = desk.plan("--rpc", base.node.url, chain="base-sepolia")
        assert "sepolia has the id 11155111, the node says 84532" in desk.refused(
            "--rpc", base.node.url
        )

    def column(plan: dict[str, Any], field: str) -> dict[str, Any]:
        return {item["name"]: item[field] for item in plan["contracts"]}

    assert column(here, "address") == column(there, "address")
    hashes = zip(column(here, "codeHash").items(), column(there, "codeHash").values(), strict=True)
    assert [name for (name, one), other in hashes if one != other] == ["OrderMatcher"]
    assert here["gas"] == there["gas"]


def test_a_plan_is_shown_to_a_person(desk: Desk) -> None:
    desk.house(operator=f'"{DEPLOYER.address}"')
    code, out, error = desk.cli("--dry-run")
    assert (code, error) == (0, "")
    for words in (
        "keelmark on Sepolia (sepolia), id 11155111",
        "to create       17 of 17 contracts",
        "sanctions officer",
        holder(0xA7),
        "DE",
        "authority 1",
        "the sender itself holds: operator of ClearingHouse",
        "a dry run; nothing was sent",
    ):
        assert words in out
    assert not desk.manifest.parent.exists()


@pytest.mark.parametrize(
    ("password", "told"),
    [(None, "is locked; expected its password"), ("wrong", "a key file that this password opens")],
)
def test_a_locked_key_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, password: str | None, told: str
) -> None:
    monkeypatch.delenv("KEELMARK_KEYFILE_PASSWORD")
    if password:
        monkeypatch.setenv("KEELMARK_KEYFILE_PASSWORD", password)
    assert told in desk.refused()
    # A plan needs no password: a key file says whose it is.
    assert desk.plan()["sender"] == DEPLOYER.address


def test_nothing_is_sent_without_a_yes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = desk.state()
    code, out, error = desk.cli()
    assert (code, desk.state()) == (1, before)
    assert "expected --yes or a terminal" in error
    assert "to create       17" in out


def test_a_machine_without_an_opcode_is_refused(desk: Desk) -> None:
    with running_anvil(chain_id=BASE_SEPOLIA, hardfork="london") as old:
        assert isinstance(old.node, RpcNode)
        old.local.fund(DEPLOYER.address)
        told = desk.refused(chain=old.node.url)
        assert old.block().number == 0
    assert "does not know PUSH0 (EIP-3855), MCOPY (EIP-5656), TLOAD and TSTORE" in told


class WithoutSimulation(RpcNode):
    """A node that has no eth_simulateV1."""

    def call(self, call: RpcCall) -> Any:
        if call.method == "eth_simulateV1":
            call = RpcCall("eth_noSuchMethod", call.params)
        return super().call(call)


def test_a_node_that_cannot_simulate_is_forked(desk: Desk) -> None:
    from keelmark.deploy.house_file import read_house
    from keelmark.deploy.kit import artefacts
    from keelmark.deploy.proposal import propose
    from keelmark.deploy.simulate import simulate

    node = desk.chain.node
    assert isinstance(node, RpcNode)
    lacking = Chain(WithoutSimulation(node.url))
    house = read_house(desk.folder / "house.toml")
    proposal = lacking.run(propose(house, artefacts(), DEPLOYER.address))
    before = desk.state()
    gas = simulate(lacking, proposal.missing, DEPLOYER.address)
    assert gas == simulate(desk.chain, proposal.missing, DEPLOYER.address)
    assert desk.state() == before


def test_a_price_that_runs_away_after_the_answer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody agreed to a thousand times the price: it is waited out, as if a cap had been given."""
    usual = desk.plan()["baseFee"]
    before, told = desk.state()[0], []

    def price(wei: int) -> None:
        assert isinstance(desk.chain.node, RpcNode)
        desk.chain.node.call(RpcCall("anvil_setNextBlockBaseFeePerGas", (hex(wei),)))

    def answer(*_: object) -> None:
        price(10**13)
        desk.chain.local.mine()

    def tell(notice: Notice, _: bool) -> None:
        told.append(notice.text)
        if notice.kind in ("waiting", "sent"):
            raise KeyboardInterrupt

    monkeypatch.setattr("keelmark.cli.deploy._confirm", answer)
    monkeypatch.setattr("keelmark.cli.deploy._tell", tell)
    code, out, error = desk.cli()
    price(usual)
    assert (code, error) == (130, "keelmark: interrupted.\n")
    assert "cap             " in out
    assert "more than the cap of" in told[-1]
    assert desk.state()[0] == before + 1


def test_a_node_that_becomes_another_chain_after_the_answer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was agreed to for a testnet is not signed for the main network."""
    before, usual = desk.state()[0], RpcNode.call

    def elsewhere(node: RpcNode, call: RpcCall) -> Any:
        return "0x1" if call.method == "eth_chainId" else usual(node, call)

    def answer(*_: object) -> None:
        monkeypatch.setattr(RpcNode, "call", elsewhere)

    monkeypatch.setattr("keelmark.cli.deploy._confirm", answer)
    code, _, error = desk.cli()
    monkeypatch.undo()
    assert code == 1
    assert "chain: the node says 1, expected the plan's, 11155111; nothing was sent" in error
    assert desk.state()[0] == before


def test_what_is_there_and_was_built_otherwise_is_noted(desk: Desk) -> None:
    """A price board with another sequencer than the house file's."""
    runtime = artefacts()["PriceBoard"].runtime
    board, sequencer = holder(9), holder(8)
    set_code(desk.chain, board, "0x" + (runtime + bytes(12) + bytes.fromhex(sequencer[2:])).hex())
    desk.house(existing=f'{{PriceBoard = "{board}"}}')
    code, out, _ = desk.cli("--dry-run")
    assert code == 0
    assert f"PriceBoard is there already; its SEQUENCER is {sequencer}, not 0x0000" in out


def at_a_terminal(desk: Desk, answer: str) -> tuple[int, str]:
    """The command in a process of its own, at a terminal on which somebody answers."""
    ours, theirs = os.openpty()
    asked = [
        *(sys.executable, "-c", "from keelmark.cli import main; main()", "deploy"),
        *("--chain", "sepolia", "--poll", "0"),
        *("--house", str(desk.folder / "house.toml"), "--account", str(desk.folder / "key.json")),
        *("--deployments", str(desk.folder / "deployments")),
    ]
    process = subprocess.Popen(
        asked, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    os.close(theirs)
    os.write(ours, f"{answer}\n".encode())
    out, _ = process.communicate(timeout=120)
    os.close(ours)
    return process.returncode, out


def test_whoever_is_asked_may_decline(desk: Desk) -> None:
    before = desk.state()
    code, out = at_a_terminal(desk, "n")
    assert (code, desk.state()) == (1, before)
    assert "Create 17 contracts for about 0." in out
    assert "confirmation: declined; nothing was sent." in out
