"""`keelmark verify` and `keelmark reconcile --store`, against a real node."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest

from keelmark.chain import Chain
from keelmark.chain.anvil import anvil_path, running_anvil
from keelmark.cli import main
from keelmark.deploy import write_manifest
from keelmark.ledger.reader import read_logs
from keelmark.proofs.verification_result import Verification
from keelmark.store import open_store
from tests.integration.test_anvil_equality import Stage, build, live
from tests.support.stored import described, row_sets
from tests.support.verified import root_proofs


@dataclass(frozen=True)
class Site:
    """A node with a house, a store of it, and its manifest."""

    node: Chain
    store: str
    manifest: str
    ends: tuple[int, ...]

    def trust(self, block: int | None = None) -> str:
        """A block as ``--trust`` takes it; the store's last if None."""
        number = self.ends[-1] if block is None else block
        return f"{number}:0x{self.node.block(number).hash.hex()}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Deployed on anvil, lived in, and stored in three row sets with proofs at their ends."""
    if anvil_path() is None:
        pytest.skip("anvil is not installed: scripts/install-anvil installs it from npm")
    folder = tmp_path_factory.mktemp("site")
    with running_anvil() as node:
        stage = Stage(node)
        build(stage)
        live(stage)
        manifest = folder / "keelmark.json"
        write_manifest(stage.kit, manifest)
        description = described(stage.kit)
        last, first = node.block().number, description.first_block
        ends = tuple(first + (last - first) * part // 3 for part in (1, 2, 3))
        reading = node.run(read_logs(tuple(stage.kit.reporting.values()), first, last))
        location = str(folder / "house.duckdb")
        store = open_store(location, description)
        for end, rows in zip(
            ends, row_sets(reading, [node.block(end) for end in ends]), strict=True
        ):
            store.commit(replace(rows, proofs=tuple(root_proofs(node, description, [end]))))
        store.close()
        node.local.mine(5)
        yield Site(node, location, str(manifest), ends)


def cli(*arguments: str) -> int:
    """Runs the command in this process; the exit code."""
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    return int(stopped.value.code or 0)


def one_sentence(capsys: pytest.CaptureFixture[str]) -> str:
    """What was said on standard error, which is one line."""
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert len(said.strip().splitlines()) == 1
    return said


def test_default_behavior(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Offline, from the proofs in the store; the record is written for reports and the API."""
    record = tmp_path / "v.json"
    known = ("--trust", site.trust(), "--manifest", site.manifest)
    assert cli("verify", "--store", site.store, *known, "--record", str(record)) == 0
    shown = capsys.readouterr().out
    assert "ClearingHouse" in shown
    assert "NOT PROVED" not in shown
    found = Verification.from_json(record.read_text())
    assert found.covers(site.node.chain_id(), found.first_block, site.ends[-1])
    assert cli("verify", "--store", site.store, *known, "--json") == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "verified"


def test_by_a_node(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    """A newer block is trusted: headers lead from it down to the last proof; times are proved."""
    trust = site.trust(site.ends[-1] + 5)
    assert cli("verify", "--store", site.store, "--trust", trust) == 1
    assert "not proved" in one_sentence(capsys)
    node = ("--endpoint", site.node.name, "--headers", "--json")
    assert cli("verify", "--store", site.store, "--trust", trust, *node) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["anchored_block"] == site.ends[-1] + 5
    assert found["last_block"] == site.ends[-1]
    assert any("every block with a row are proved" in text for text in found["stated"])


def test_what_the_reader_stored(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Read by `keelmark read`, which keeps proofs at finalized checkpoints; verified offline."""
    site.node.local.mine(70)
    location = str(tmp_path / "read.duckdb")
    reading = ("--endpoint", site.node.name, "--manifest", site.manifest, "--store", location)
    assert cli("read", *reading) == 0
    capsys.readouterr()
    store = open_store(location, read_only=True)
    proved = max(one.block_number for one in store.proofs())
    newest = store.checkpoint()
    store.close()
    assert newest is not None
    known = ("verify", "--store", location, "--manifest", site.manifest, "--json")
    assert cli(*known, "--trust", site.trust(proved)) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["verdict"], found["last_block"]) == ("verified", proved)
    head = site.trust(newest.last_block)
    assert cli(*known, "--trust", head) == 1
    capsys.readouterr()
    assert cli(*known, "--trust", head, "--endpoint", site.node.name, "--headers") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["last_block"] == newest.last_block
    assert cli("reconcile", "--rpc", site.node.name, "--store", location) == 0


def test_trust_file(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "trusted"
    path.write_text(f"# from my own node\n\n{site.trust()}\n")
    assert cli("verify", "--store", site.store, "--trust-file", str(path)) == 0
    capsys.readouterr()
    path.write_text("0x12")
    assert cli("verify", "--store", site.store, "--trust-file", str(path)) == 1
    assert "trust: expected a block's hash" in one_sentence(capsys)
    assert cli("verify", "--store", site.store, "--trust-file", str(tmp_path / "none")) == 1
    assert "cannot be read, No such file" in one_sentence(capsys)


def tampered(site: Site, folder: Path, statement: str) -> str:
    """A copy of the store in which somebody has run a statement of SQL."""
    path = folder / "tampered.duckdb"
    shutil.copy(site.store, path)
    connection = duckdb.connect(str(path))
    connection.execute(statement)
    connection.close()
    return str(path)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE trade_reported SET price = price + 1", "altered"),
        ("DELETE FROM trade_reported", "omitted"),
        (
            "INSERT INTO price_updated SELECT * REPLACE (log_index + 1000 AS log_index) "
            "FROM price_updated LIMIT 1",
            "invented",
        ),
    ],
)
def test_tampered_file(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str], statement: str, kind: str
) -> None:
    """In the file itself; the range without a node, the very log with one."""
    store = tampered(site, tmp_path, statement)
    known = ("verify", "--store", store, "--trust", site.trust(), "--json")
    assert cli(*known) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] == "failed"
    first = found["findings"][0]
    assert first["kind"] == "difference"
    assert cli(*known, "--endpoint", site.node.name) == 1
    located = json.loads(capsys.readouterr().out)["findings"][0]
    assert located["kind"] == kind
    assert first["first_block"] <= located["first_block"] <= first["last_block"]


def test_event(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    store = open_store(site.store, read_only=True)
    row = next(iter(store.scan("trade_reported"))).slice(0, 1).to_pylist()[0]
    store.close()
    place = f"{row['block_number']}:{row['log_index']}"
    known = ("verify", "--store", site.store, "--trust", site.trust(), "--event", place)
    assert cli(*known) == 1
    assert "no trusted hash leads to block" in one_sentence(capsys)
    assert cli(*known, "--endpoint", site.node.name, "--json") == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["event"], found["block"]) == ("TradeReported", row["block_number"])
    assert found["log_index_proved"]
    assert cli(*known, "--endpoint", site.node.name) == 0
    assert "proved: TradeReported" in capsys.readouterr().out
    for bad in ("x", "1:", ":1", "1:2:3", "-1:2", "9" * 40 + ":1"):
        assert cli(*known[:-1], bad) == 1
        assert "expected BLOCK:LOG_INDEX" in one_sentence(capsys)


def test_package(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Packed with a node, verified without one."""
    out = str(tmp_path / "house.zip")
    node = ("--endpoint", site.node.name, "--headers")
    assert cli("verify", "pack", "--store", site.store, "--out", out, *node) == 0
    assert site.trust() in capsys.readouterr().out
    assert (
        cli("verify", "--package", out, "--trust", site.trust(), "--manifest", site.manifest) == 0
    )
    assert "every block with a row are proved" in capsys.readouterr().out
    assert cli("verify", "--package", out, "--trust", "0x" + "11" * 32) == 1
    assert "no header at hand has the trusted hash" in one_sentence(capsys)
    offline = str(tmp_path / "offline.zip")
    assert cli("verify", "pack", "--store", site.store, "--out", offline) == 0
    capsys.readouterr()
    assert cli("verify", "--package", offline, "--trust", site.trust()) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--trust", "0x" + "11" * 32], "expected either --store or --package"),
        (["--store", "no.duckdb", "--package", "x"], "expected either --store or --package"),
        (["--store", "/nonexistent/no.duckdb"], "there is none at"),
        (["--package", "/nonexistent/no.zip"], "no.zip cannot be read, No such file"),
        (["--store", "no.duckdb", "--headers"], "expected --endpoint"),
        (["--store", "no.duckdb", "--endpoint", "ws://x"], "expected the URL of a node"),
        (["--store", "no.duckdb", "--trust", "5:0x1"], "expected a block's hash"),
        (["--store", "no.duckdb", "--endpoint", "http://127.0.0.1:9"], "does not answer"),
        (["--store", "x", "--event", "1:1", "--record", "y"], "proved by itself"),
        (["--store", "x", "pack", "--store", "y", "--out", "z"], "options stand after pack"),
    ],
)
def test_bad_input(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert cli("verify", *arguments) == 1
    assert said in one_sentence(capsys)


def test_manifest_of_another_deployment(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = json.loads(Path(site.manifest).read_text())
    house = next(one for one in body["contracts"] if one["name"] == "ClearingHouse")
    house["code_hash"] = "0x" + "11" * 32
    other = tmp_path / "other.json"
    other.write_text(json.dumps(body))
    known = ("verify", "--store", site.store, "--trust", site.trust(), "--manifest", str(other))
    assert cli(*known) == 1
    assert "names other code of ClearingHouse than your manifest" in one_sentence(capsys)


def test_reconcile_from_the_store(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """State rebuilt from rows equals the contracts' at the block where the store ends."""
    known = ("reconcile", "--rpc", site.node.name, "--json")
    assert cli(*known, "--store", site.store) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["reconciles"]
    assert found["block"] == site.ends[-1]
    assert cli(*known, "--store", site.store, "--manifest", site.manifest) == 0
    plain = json.loads(capsys.readouterr().out)
    assert plain["values_compared"] == found["values_compared"]
    altered = tampered(site, tmp_path, "UPDATE trade_reported SET price = price + 1")
    assert cli(*known, "--store", altered) == 1
    capsys.readouterr()
    assert cli(*known) == 1
    assert "expected --manifest, or --store" in one_sentence(capsys)
    elsewhere = tampered(
        site, tmp_path, "UPDATE keelmark_checkpoints SET last_hash = from_hex(repeat('11', 32))"
    )
    assert cli("reconcile", "--rpc", site.node.name, "--store", elsewhere) == 1
    assert "read again before reconciling" in one_sentence(capsys)
