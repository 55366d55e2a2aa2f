"""`keelmark reconcile` as a supervisor meets it: a house on a real node, or one clear sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keelmark.chain import Chain
from keelmark.chain.anvil import running_anvil
from keelmark.cli import main
from keelmark.deploy import manifest_path, write_manifest
from tests.integration.test_anvil_equality import Stage, build, live


def cli(*arguments: str) -> int:
    """Runs the command in this process; the exit code."""
    with pytest.raises(SystemExit) as stopped:
        main(["reconcile", *arguments])
    return int(stopped.value.code or 0)


def test_default_behavior(anvil: Chain, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A house with trades, a crash and a loss reconciles; a manifest of elsewhere is refused."""
    del anvil
    with running_anvil() as node:
        stage = Stage(node)
        build(stage)
        live(stage)
        path = manifest_path(tmp_path, stage.kit)
        write_manifest(stage.kit, path)
        assert cli("--manifest", str(path), "--rpc", node.name, "--json") == 0
        summary = json.loads(capsys.readouterr().out)
        assert summary["reconciles"]
        assert not summary["differences"]
        assert summary["report_chains"]["ClearingHouse"]["records"] > 10
        chains = summary["report_chains"].values()
        assert all(chain["folded"] == chain["stored"] for chain in chains)

        assert cli("--manifest", str(path), "--rpc", node.name) == 0
        assert "met" in capsys.readouterr().out

        moved = json.loads(path.read_text())
        other = tmp_path / "other.json"
        other.write_text(json.dumps(moved | {"chainId": 1}))
        assert cli("--manifest", str(other), "--rpc", node.name) == 1
        said = capsys.readouterr().err
        assert "chainId is 1, expected" in said
        assert "Traceback" not in said

        moved["contracts"][0]["code_hash"] = "0x" + "11" * 32
        other.write_text(json.dumps(moved))
        assert cli("--manifest", str(other), "--rpc", node.name) == 1
        assert "code_hash of Rulebook" in capsys.readouterr().err


def test_unreachable_node(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "manifest.json"
    assert cli("--manifest", str(missing), "--rpc", "http://127.0.0.1:9") == 1
    said = capsys.readouterr().err
    assert "http://127.0.0.1:9" in said
    assert "Traceback" not in said
    assert len(said.strip().splitlines()) == 1
