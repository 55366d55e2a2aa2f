"""`keelmark read --scheduler` as an engineer meets it: real workers, or one clear sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import LocalCluster

from keelmark.chain import Chain
from keelmark.chain.anvil import running_anvil
from keelmark.cli import main
from keelmark.deploy import manifest_path, write_manifest
from keelmark.store import open_store
from tests.integration.test_anvil_equality import Stage, build
from tests.support.emitter import rpc
from tests.support.reading import contents, plainly


@pytest.fixture(scope="module")
def market(anvil: Chain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A node with the kit, most of it final, and its manifest."""
    del anvil
    with running_anvil() as node:
        stage = Stage(node)
        build(stage)
        rpc(node.name, "anvil_mine", hex(70), "0x1")
        path = manifest_path(tmp_path_factory.mktemp("market"), stage.kit)
        write_manifest(stage.kit, path)
        yield node.name, path


def cli(*arguments: str) -> int:
    """Runs the command in this process; the exit code."""
    with pytest.raises(SystemExit) as stopped:
        main(["read", *arguments])
    return int(stopped.value.code or 0)


def test_default_behavior(
    market: tuple[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole deployment, final blocks by a worker and the rest by the command itself."""
    url, manifest = market
    location = f"delta:{tmp_path / 'store'}"
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        code = cli(
            "--manifest", str(manifest), "--endpoint", url, "--store", location, "--json",
            "--scheduler", cluster.scheduler_address, "--partition-blocks", "25",
        )  # fmt: skip
    said = capsys.readouterr()
    assert code == 0, said.err
    summary = json.loads(said.out)
    store = open_store(location, read_only=True)
    there = plainly(url, store.description)
    assert contents(store) == there
    assert summary["added"] == sum(len(rows) for rows in there.values()) >= 30
    points = store.checkpoints()
    assert points[0].last_block - points[0].first_block + 1 == 25
    assert points[-1].last_block == summary["block"]
    store.close()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--store", "parquet:{out}", "--scheduler", "tcp://127.0.0.1:9"], "expected delta:DIR"),
        (["--store", "delta:{out}", "--partition-blocks", "9"], "expected --scheduler as well"),
        (["--store", "delta:{out}", "--scheduler", "tcp://127.0.0.1:9"], "expected a Dask"),
        (["--store", "delta:{out}", "--scheduler", "nonsense"], "expected a Dask scheduler"),
    ],
)
def test_bad_input(
    market: tuple[str, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    words: str,
) -> None:
    """One sentence."""
    monkeypatch.setattr("keelmark.cluster.coordinator.CONNECT_SECONDS", 1)
    url, manifest = market
    filled = [one.format(out=tmp_path / "store") for one in arguments]
    assert cli("--manifest", str(manifest), "--endpoint", url, *filled) == 1
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said
    assert said.count("\n") == 1
