"""`keelmark read` as an engineer meets it: a store filled, or one clear sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from keelmark.chain import Chain
from keelmark.chain.anvil import running_anvil
from keelmark.cli import main
from keelmark.deploy import manifest_path, write_manifest
from keelmark.store import open_store
from tests.integration.test_anvil_equality import Stage, build
from tests.support.bad_provider import Incomplete, WrongChain, bad_provider
from tests.support.emitter import ADDRESS, Emitter, rpc
from tests.support.reading import contents, plainly

ABI = [
    {"type": "event", "name": "Counted", "inputs": [
        {"name": name, "type": "uint256"} for name in ("left", "one", "two")
    ]},
    {"type": "event", "name": "Settled", "inputs": [{"name": "amount", "type": "uint256"}]},
    {"type": "function", "name": "count", "inputs": []},
]  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A chain with the kit and with somebody else's contract."""

    url: str
    manifest: Path
    abi: Path


@pytest.fixture(scope="module")
def place(anvil: Chain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    del anvil
    folder = tmp_path_factory.mktemp("read")
    with running_anvil() as node:
        stage = Stage(node)
        build(stage)
        Emitter.install(node.name).emit([2, 0, 3])
        rpc(node.name, "anvil_mine", hex(70), "0x1")
        Emitter(node.name).emit([4])
        path = manifest_path(folder, stage.kit)
        write_manifest(stage.kit, path)
        abi = folder / "abi.json"
        abi.write_text(json.dumps(ABI))
        yield Place(node.name, path, abi)


def cli(*arguments: Any) -> int:
    """Runs the command in this process; the exit code."""
    with pytest.raises(SystemExit) as stopped:
        main(["read", *(str(one) for one in arguments)])
    return int(stopped.value.code or 0)


def foreign(place: Place, store: Path, *more: Any) -> tuple[Any, ...]:
    """Arguments that read the other venue's contract."""
    return (
        "--endpoint", place.url, "--store", store, "--contract", "0x" + ADDRESS.hex(),
        "--abi", place.abi, "--event", "Counted", "--venue", "emitter", *more,
    )  # fmt: skip


def test_default_behavior(place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A deployment of the kit: up to the finalized block, then to the newest; then nothing."""
    path = tmp_path / "house.duckdb"
    own = ("--manifest", place.manifest, "--endpoint", place.url, "--store", path)
    assert cli(*own, "--until", "finalized", "--json") == 0
    first = json.loads(capsys.readouterr().out)
    assert first["finality"] == "finalized"
    assert first["proofs"] == 7
    assert first["without"] == []
    assert cli(*own) == 0
    assert "root proofs kept" in capsys.readouterr().out
    assert cli(*own, "--json") == 0
    last = json.loads(capsys.readouterr().out)
    assert (last["added"], last["removed"]) == (0, 0)

    store = open_store(str(path), read_only=True)
    found = contents(store)
    assert found == plainly(place.url, store.description)
    assert sum(len(rows) for rows in found.values()) >= 30
    assert json.loads(store.description.manifest) == json.loads(place.manifest.read_text())
    store.close()


def test_nothing_is_final_yet(
    place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first block is not finalized: said in a sentence and in JSON, and later read."""
    path = tmp_path / "young.duckdb"
    finalized = int(rpc(place.url, "eth_getBlockByNumber", "finalized", False)["number"], 16)
    young = foreign(place, path, "--from", finalized + 1)
    assert cli(*young, "--until", "finalized") == 0
    told = f"no block of the store, from {finalized + 1:,} on, is finalized yet"
    assert told in capsys.readouterr().out
    assert cli(*young, "--until", "finalized", "--json") == 0
    last = json.loads(capsys.readouterr().out)
    assert (last["block"], last["finality"], last["added"]) == (None, None, 0)
    assert cli(*young, "--json") == 0
    assert json.loads(capsys.readouterr().out)["added"] == 4


def test_another_venue(place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "other.duckdb"
    assert cli(*foreign(place, path, "--json")) == 0
    assert json.loads(capsys.readouterr().out)["added"] == 9
    store = open_store(str(path), read_only=True)
    assert [row["left"] for row in contents(store)["counted"]][:2] == [
        (2).to_bytes(32, "big"),
        (1).to_bytes(32, "big"),
    ]
    store.close()
    artefact = tmp_path / "artefact.json"
    artefact.write_text(json.dumps({"contractName": "Emitter", "abi": ABI}))
    assert cli(*foreign(place, path, "--abi", artefact)) == 0


def test_two_endpoints(place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with bad_provider(place.url) as second:
        path = tmp_path / "two.duckdb"
        assert cli(*foreign(place, path, "--endpoint", second.url)) == 0
        second.add(Incomplete())
        lost = tmp_path / "disagree.duckdb"
        assert cli(*foreign(place, lost, "--endpoint", second.url)) == 1
        said = capsys.readouterr().err
        assert f"{place.url} and {second.url} disagree about the logs of block" in said
        assert "Traceback" not in said
        second.clear()
        second.add(WrongChain())
        assert cli(*foreign(place, lost, "--endpoint", second.url)) == 1
        assert "is on chain 1, expected" in capsys.readouterr().err


NOWHERE = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("--event", "Vanished"), "event: the ABI has no event Vanished"),
        (("--event", "Settled"), "has no event Settled of topic 0x"),
        (("--contract", "0x" + "77" * 20), "has no code on"),
        (("--contract", "0x77"), "expected an address of 0x and 40 hexadecimal digits"),
        (("--abi", "missing.json"), "abi: missing.json cannot be read"),
        (("--endpoint", NOWHERE), "does not answer; expected a JSON-RPC node"),
        (("--endpoint", "ftp://somewhere"), "endpoint: expected an http(s):// or ws(s):// URL"),
        (("--until", "soon"), "until: soon, expected latest, safe, finalized or a block"),
        (("--until", "123456"), "block 123456 is not there yet"),
        (("--until", "safe", "--follow"), "expected no --until"),
        (("--manifest", "missing.json"), "expected either --manifest or --contract"),
        (("--store", "delta:"), "store:"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bad_input(
    place: Place,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change: tuple[str, ...],
    told: str,
) -> None:
    """One sentence that names the field; no store is made."""
    path = tmp_path / "store.duckdb"
    asked = foreign(place, path)
    if change[0] == "--endpoint":
        asked = asked[2:]
    assert cli(*asked, *change) == 1
    said = capsys.readouterr().err
    assert told in said
    assert len(said.strip().splitlines()) == 1
    assert "Traceback" not in said
    if change[0] != "--until":
        assert not path.exists()


def test_what_is_missing(place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Options that belong together; files that are none of what they should be."""
    path = tmp_path / "store.duckdb"
    base = ("--endpoint", place.url, "--store", path)
    lost, rubbish, listless = (tmp_path / name for name in ("lost", "rubbish", "listless"))
    rubbish.write_text("{")
    listless.write_text("{}")
    for arguments, told in (
        ((), "expected either --manifest or --contract"),
        (("--contract", "0x" + ADDRESS.hex()), "abi: expected --abi"),
        (("--manifest", lost), "cannot be read"),
        (("--manifest", rubbish), "no JSON"),
        (("--contract", "0x" + ADDRESS.hex(), "--abi", rubbish, "--venue", "x"), "is no JSON"),
        (("--contract", "0x" + ADDRESS.hex(), "--abi", listless, "--venue", "x"), "is no ABI"),
    ):
        assert cli(*base, *arguments) == 1
        said = capsys.readouterr().err
        assert told in said
        assert len(said.strip().splitlines()) == 1
    assert not path.exists()


def test_a_manifest_of_elsewhere(
    place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = json.loads(place.manifest.read_text())
    other = tmp_path / "other.json"
    other.write_text(json.dumps(body | {"chainId": 1}))
    path = tmp_path / "store.duckdb"
    assert cli("--manifest", other, "--endpoint", place.url, "--store", path) == 1
    assert "expected chain 1" in capsys.readouterr().err
    for one in body["contracts"]:
        one["code_hash"] = "0x" + "11" * 32
    other.write_text(json.dumps(body))
    again = tmp_path / "again.duckdb"
    assert cli("--manifest", other, "--endpoint", place.url, "--store", again) == 1
    assert "has code with hash 0x" in capsys.readouterr().err
    own = ("--manifest", place.manifest, "--endpoint", NOWHERE)
    assert cli(*own, "--store", tmp_path / "lost.duckdb") == 1
    assert "does not answer" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.duckdb")), "no empty store is left"


def test_a_store_about_something_else(
    place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "store.duckdb"
    assert cli(*foreign(place, path)) == 0
    assert cli(*foreign(place, path, "--venue", "elsewhere")) == 1
    assert "has venue emitter, expected elsewhere" in capsys.readouterr().err
    assert cli("--manifest", place.manifest, "--endpoint", place.url, "--store", path) == 1
    assert "store: " in capsys.readouterr().err
