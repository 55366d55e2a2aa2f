"""`keelmark denials` on a real node: the embedded chain's rows, and a block of several acts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from keelmark.chain import Chain, connect
from keelmark.chain.anvil import running_anvil
from keelmark.chain.operations import Call, GetBody, GetReceipts, Request
from keelmark.chain.rpc import RpcCall
from keelmark.cli import main
from keelmark.deploy import manifest_path, write_manifest
from keelmark.errors import MachineFailure, Reverted
from keelmark.ledger.denials import Denial, Origin, read_denials
from keelmark.proofs.blocks import receipt_outcome
from tests.integration.test_anvil_equality import GAS, IDS, UNIT, Stage
from tests.support.denied import Acts, opened

LITTLE = 100_000
"""Gas limit of an act, less than what its block has used when it is done."""


@dataclass(frozen=True)
class Met:
    """A market on a node, what was refused in it, and its manifest."""

    acts: Acts
    blocks: dict[str, int]
    manifest: Path

    @property
    def chain(self) -> Chain:
        """The node."""
        return self.acts.stage.chain


@pytest.fixture(scope="module")
def met(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Met]:
    with running_anvil() as node:
        acts = opened(Stage(node))
        blocks = acts.all()
        path = manifest_path(tmp_path_factory.mktemp("deployments"), acts.stage.kit)
        write_manifest(acts.stage.kit, path)
        yield Met(acts, blocks, path)


@pytest.fixture
def cli(anvil: Chain, met: Met, capsys: pytest.CaptureFixture[str]) -> Any:
    """``cli("--from", 3)``: exit code, what was printed, and the error."""

    def run(*arguments: object, **named: object) -> tuple[int, str, str]:
        options = {"manifest": met.manifest, "rpc": met.chain.name} | named
        given = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        with pytest.raises(SystemExit) as stopped:
            main(["denials", *given, *(str(one) for one in arguments)])
        printed = capsys.readouterr()
        return int(stopped.value.code or 0), printed.out, printed.err

    return run


def alike(row: Denial) -> Denial:
    """A row without what two chains cannot have in common: fees are in a transaction's hash."""
    return replace(row, transaction=b"")


def test_default_behavior(cli: Any, met: Met) -> None:
    """As JSON: every refusal but the token's, with its reason."""
    code, out, error = cli("--json")
    assert (code, error) == (0, "")
    found = json.loads(out)
    blocks = {name: block for name, block in met.blocks.items() if name != "token"}
    assert [row["block"] for row in found["denials"]] == list(blocks.values())
    assert found["counts"] == {"out of gas": 2, "replayed": 7, "reported": 2}
    assert found["last_block"] == met.chain.block().number
    rows = dict(zip(blocks, found["denials"], strict=True))
    trade, withdrawal, margin = (rows[name] for name in ("trade", "withdrawal", "margin"))
    assert (trade["function"], trade["gate"], trade["denied"]) == ("match", "FROZEN", [3])
    assert trade["accounts"] == [3, 2]
    assert (withdrawal["gate"], withdrawal["denied"]) == ("FROZEN", [3])
    assert withdrawal["action"] == "WITHDRAW"
    assert withdrawal["wallets"] == [met.acts.address["speculator"]]
    assert (margin["gate"], margin["rule"]) == (None, "IM_CRYPTO_BPS")
    assert margin["reason"] == "house: below initial margin"
    assert {row["origin"] for row in rows.values()} == {"replayed", "out of gas", "reported"}


def test_table(cli: Any, met: Met) -> None:
    code, out, _ = cli("--from", met.blocks["trade"], "--to", met.blocks["withdrawal"])
    assert code == 0
    assert "house: gate 4, frozen" in out
    assert "ClearingHouse.withdraw" in out
    assert "3*" in out
    assert "3 denials (2 replayed, 1 reported)" in out
    code, out, _ = cli("--from", met.blocks["token"], "--to", met.blocks["token"])
    assert code == 0
    assert "0 denials (none)" in out


def test_the_embedded_chain_tells_the_same(anvil: Chain, met: Met) -> None:
    embedded = opened(Stage(connect()))
    blocks = embedded.all()
    assert blocks == met.blocks
    here = embedded.stage.chain.run(read_denials(embedded.stage.kit)).rows
    there = met.chain.run(read_denials(met.acts.stage.kit)).rows
    assert [alike(row) for row in here] == [alike(row) for row in there]


def test_both_chains_give_whole_blocks(anvil: Chain, met: Met) -> None:
    """Senders, receivers, data and gas limits, of a creation as well."""
    embedded = opened(Stage(connect()))
    for number in (1, 2, embedded.stage.chain.block().number):
        here, there = (
            chain.run(_one(GetBody(number))) for chain in (embedded.stage.chain, met.chain)
        )
        assert [replace(one, hash=b"") for one in here.transactions] == [
            replace(one, hash=b"") for one in there.transactions
        ]
        assert there.header == met.chain.block(number)
    assert embedded.stage.chain.run(_one(GetBody(1))).transactions[0].to is None


def test_calls_with_money_and_with_little_gas(anvil: Chain, met: Met) -> None:
    """Both chains refuse money where none is taken, and stop where the gas ends."""
    embedded = opened(Stage(connect()))
    for acts in (embedded, met.acts):
        run, house = acts.stage.chain.run, acts.stage.kit.house
        sender = acts.address["maker"]
        roll = _data(house.roll_funding(1))
        poor = Call(house.address, roll, "latest", sender)
        with pytest.raises(Reverted) as usual:
            run(_one(poor))
        assert "house:" in usual.value.reason
        with pytest.raises(MachineFailure):
            run(_one(replace(poor, value=1)))
        out = Call(house.address, _data(house.withdraw(2, 0, UNIT)), "latest", sender)
        assert run(_one(out)) == run(_one(replace(out, gas=GAS))) == b""
        with pytest.raises(MachineFailure):
            run(_one(replace(out, gas=60_000)))


def test_several_acts_in_one_block(anvil: Chain, met: Met) -> None:
    """Each failure by its own gas; one that only an earlier act of the block explains is judged
    on the state after the block."""
    house = met.acts.stage.kit.house
    with met.chain.undone():
        call(met, "evm_setAutomine", False)
        try:
            cash = 499_000 * UNIT
            raw(met, "keeper", house.address, _data(house.roll_funding(9)), 0)
            raw(met, "member", house.address, _data(house.withdraw(1, 0, 150 * UNIT)), 0)
            raw(met, "member", house.address, _data(house.withdraw(1, 0, 150 * UNIT)), 1, LITTLE)
            raw(met, "maker", house.address, _data(house.withdraw(2, 0, cash)), 0)
            call(met, "evm_mine")
        finally:
            call(met, "evm_setAutomine", True)
        block = met.chain.block().number
        assert len(met.chain.run(_one(GetBody(block))).transactions) == 4
        so_far = [receipt_outcome(one)[1] for one in met.chain.run(_one(GetReceipts(block)))]
        rows = met.chain.run(read_denials(met.acts.stage.kit, block, block)).rows
    told = {row.accounts: row for row in rows}
    assert all(row.origin is Origin.REPLAYED for row in rows)
    late = told[(IDS["member"],)]
    assert (late.reason, late.judged_at) == ("house: not enough cash", block)
    assert so_far[late.position] > LITTLE, "the block's gas so far is more than the act's limit"
    other = told[()]
    assert (other.function, other.judged_at) == ("roll_funding", block - 1)


def test_bad_input(cli: Any, met: Met, tmp_path: Path) -> None:
    """One sentence each, and exit code 1."""
    head = met.chain.block().number
    other = tmp_path / "other.json"
    other.write_text(json.dumps(json.loads(met.manifest.read_text()) | {"chainId": 1}))
    manifest = json.loads(met.manifest.read_text())
    manifest["contracts"][0]["code_hash"] = "0x" + "11" * 32
    altered = tmp_path / "altered.json"
    altered.write_text(json.dumps(manifest))
    for (code, out, said), words in (
        (cli(manifest=altered), "code_hash of Rulebook"),
        (cli("--from", 7, "--to", 3), "--from 7: expected a block not after --to 3"),
        (cli("--from", -1), "--from -1: expected the number of a block"),
        (cli("--to", -2), "--to -2: expected the number of a block"),
        (cli("--to", head + 1_000), "the chain has no block"),
        (cli("--from", head + 1_000), f"is after the last block {head}"),
        (cli(manifest=other), "chainId is 1, expected"),
        (cli(manifest=tmp_path / "none.json"), "cannot be read"),
        (cli(rpc="http://127.0.0.1:9"), "http://127.0.0.1:9"),
        (cli(rpc="nowhere"), "expected http:// or https://"),
    ):
        assert (code, out) == (1, "")
        assert words in said
        assert len(said.strip().splitlines()) == 1


def _one(request: Request) -> Any:
    return (yield request)


def _data(operation: Any) -> bytes:
    """The calldata of a binding's operation."""
    data: bytes = next(operation).data
    return data


def call(met: Met, method: str, *params: object) -> Any:
    """A method of the node's own."""
    node: Any = met.chain._node
    return node.call(RpcCall(method, params))


def raw(met: Met, name: str, to: str, data: bytes, after: int, gas: int = GAS // 4) -> None:
    """Hands a signed transaction to the node, and waits for no receipt."""
    signer = met.acts.stage.signers[name]
    nonce = int(call(met, "eth_getTransactionCount", signer.address, "latest"), 16)
    fields = {
        "chainId": met.chain.chain_id(),
        "nonce": nonce + after,
        "gas": gas,
        "type": 2,
        "maxFeePerGas": 10**11,
        "maxPriorityFeePerGas": 10**9,
        "value": 0,
        "data": data,
        "to": to,
    }
    call(met, "eth_sendRawTransaction", "0x" + signer.sign_transaction(fields).hex())
