"""`keelmark evidence` between two authorities: built beside a real node, verified without any."""

from __future__ import annotations

import json
import stat
from dataclasses import dataclass
from pathlib import Path

import pytest

from keelmark.chain import Chain
from keelmark.chain.anvil import running_anvil
from keelmark.cli import main
from keelmark.deploy import manifest_path, write_manifest
from keelmark.evidence import seal, unseal
from tests.integration.test_anvil_equality import Stage, build, live


def cli(*arguments: object) -> int:
    """Runs the command in this process; the exit code."""
    with pytest.raises(SystemExit) as stopped:
        main(["evidence", *(str(item) for item in arguments)])
    return int(stopped.value.code or 0)


@dataclass(frozen=True)
class Delivered:
    """What the receiver holds: the package, a key, and a hash from a source of its own."""

    package: Path
    identity: Path
    manifest: Path
    block_hash: str


@pytest.fixture(scope="module")
def delivered(anvil: Chain, tmp_path_factory: pytest.TempPathFactory) -> Delivered:
    """Built from a node that is gone when the tests run."""
    del anvil
    folder = tmp_path_factory.mktemp("evidence")
    identity, package, summary = folder / "key.txt", folder / "package.age", folder / "summary"
    assert cli("keygen", "--out", identity) == 0
    assert stat.S_IMODE(identity.stat().st_mode) == 0o600
    recipient = identity.read_text().splitlines()[0].removeprefix("# public key: ")
    with running_anvil() as node:
        stage = Stage(node)
        build(stage)
        live(stage)
        manifest = manifest_path(folder, stage.kit)
        write_manifest(stage.kit, manifest)
        last = node.block().number - 2
        common = ("build", "--manifest", manifest, "--rpc", node.name, "--recipient", recipient)
        asked = ("--request", "CASE-2020/7", "--account", 2, "--event", "TradeReported")
        assert cli(*common, *asked, "--to", last, "--out", package) == 0
        assert cli(*common, *asked, "--to", last, "--out", summary, "--json") == 0
        refusals = (
            ("--request", "CASE 7", "--out", folder / "a"),
            ("--request", "7", "--event", "Nothing", "--out", folder / "a"),
            ("--request", "7", "--contract", "Rulebook", "--out", folder / "a"),
            ("--request", "7", "--from", 9, "--to", 8, "--out", folder / "a"),
            ("--request", "7", "--to", 10**6, "--out", folder / "a"),
            ("--request", "7", "--recipient", "age1nobody", "--out", folder / "a"),
            ("--request", "7", "--out", package),
            ("--request", "7", "--out", folder / "missing" / "a"),
        )
        assert [cli(*common, *arguments) for arguments in refusals] == [1] * len(refusals)
        assert not (folder / "a").exists()
        block_hash = "0x" + node.block(last).hash.hex()
    return Delivered(package, identity, manifest, block_hash)


def verified(delivered: Delivered, *more: object, package: Path | None = None) -> int:
    """Verifies the package with the receiver's key and hash."""
    where = (package or delivered.package, "--identity", delivered.identity)
    return cli("verify", *where, "--block-hash", delivered.block_hash, *more)


def test_default_behavior(delivered: Delivered, capsys: pytest.CaptureFixture[str]) -> None:
    """One command says what was proved, with no node running."""
    assert verified(delivered) == 0
    said = capsys.readouterr().out
    assert "request CASE-2020/7" in said
    assert "are complete, unaltered and in order" in said
    assert "NOT PROVED" not in said
    assert "AGE-SECRET" not in said

    known = ("--manifest", delivered.manifest, "--request", "CASE-2020/7")
    assert verified(delivered, *known, "--json") == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["whole"]
    assert not summary["not_proved"]
    assert {event["name"] for event in summary["events"]} == {"TradeReported"}
    assert all(event["fields"]["account"] == "2" for event in summary["events"])
    assert all(isinstance(event["time"], int) for event in summary["events"])
    assert verified(delivered, "--digest", summary["digest"]) == 0


def test_what_does_not_fit(delivered: Delivered, capsys: pytest.CaptureFixture[str]) -> None:
    """Another request, chain, digest or hash, or no hash at all: one sentence and exit code 1."""
    for more, words in (
        (("--request", "CASE-2020/8"), "request.request, request is CASE-2020/7"),
        (("--chain-id", 1), "request.scope.chain_id, chain id is"),
        (("--digest", "0x" + "11" * 32), "manifest, digest is"),
        (("--digest", "0x11"), "digest: expected 0x and 64"),
        (("--block-hash", "0x" + "11" * 32), "no header has the trusted hash"),
        (("--manifest", delivered.package), "manifest"),
    ):
        assert verified(delivered, *more) == 1
        said = capsys.readouterr().err
        assert words in said
        assert len(said.strip().splitlines()) == 1
    where = (delivered.package, "--identity", delivered.identity)
    assert cli("verify", *where) == 2
    capsys.readouterr()
    assert verified(delivered, "--request", "CASE-2020/8", "--json") == 1
    assert json.loads(capsys.readouterr().out)["broken"]["part"] == "request.request"


def test_wrong_key_or_file(
    delivered: Delivered, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A key that is not ours, a key that is none, a package that is none."""
    other, none = tmp_path / "other.txt", tmp_path / "none.txt"
    assert cli("keygen", "--out", other) == 0
    assert cli("keygen", "--out", other) == 1
    none.write_text("nothing")
    capsys.readouterr()
    for identity, words in (
        (other, "encryption, the package does not open"),
        (none, "a line is no private key"),
        (tmp_path / "missing", "identity: "),
    ):
        arguments = (delivered.package, "--identity", identity)
        assert cli("verify", *arguments, "--block-hash", delivered.block_hash) == 1
        assert words in capsys.readouterr().err
    assert verified(delivered, package=none) == 1
    assert "does not open" in capsys.readouterr().err
    assert verified(delivered, package=tmp_path / "missing") == 1
    assert "package: " in capsys.readouterr().err


def test_gaps_must_be_accepted(
    delivered: Delivered, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A package whose proofs were stripped by its sender is no longer whole."""
    from keelmark.evidence import pack, unpack

    key = delivered.identity.read_text()
    package, _ = unpack(unseal(delivered.package.read_bytes(), key))
    chains = [
        one.model_copy(update={"after": one.after.model_copy(update={"proof": None})})
        for one in package.chains.contracts
    ]
    bare = package.model_copy(
        update={"chains": package.chains.model_copy(update={"contracts": chains})}
    )
    path = tmp_path / "bare.age"
    path.write_bytes(seal(pack(bare), [key.splitlines()[0].removeprefix("# public key: ")]))
    assert verified(delivered, package=path) == 1
    shown = capsys.readouterr()
    assert shown.out.count("NOT PROVED") == len(chains)
    assert "evidence: not proved" in shown.err
    assert verified(delivered, "--accept-gaps", package=path) == 0
