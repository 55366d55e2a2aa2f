"""The data of the releases: it follows the sources, and the layout follows the compiler."""

import json
from pathlib import Path

import pytest
from eth_utils.crypto import keccak

from keelmark import __version__
from keelmark.chain.compiler import compile_contract, contracts_root
from keelmark.deploy.plan import KIT, REPORTING
from keelmark.regulation import digest
from keelmark.releases import current, generate, release, releases, rulebook_init_code


def test_default_behavior():
    """What ``scripts/build --check`` asks, and that it can say no."""
    assert generate.main(["--check"]) == 0


def test_current_release():
    found = current()
    assert found in releases()
    assert found.version == __version__
    assert found.rulebook_digest == "0x" + digest().hex()
    names = {contract.name for contract in found.contracts}
    assert names == set(KIT) | {"TestToken"}
    with pytest.raises(KeyError, match="Nobody"):
        found.contract("Nobody")


@pytest.mark.parametrize("name", KIT)
def test_hashes_are_of_the_compiled_code(name):
    contract = current().contract(name)
    artefact = compile_contract(contracts_root() / contract.path)
    assert contract.source_hash == artefact.source_hash
    assert contract.init_code_hash == "0x" + keccak(artefact.bytecode).hex()
    assert contract.runtime_hash == "0x" + keccak(artefact.runtime).hex()
    assert contract.runtime_length == len(artefact.runtime)
    offsets = [item.offset for item in contract.immutables]
    assert offsets == list(range(0, 32 * len(offsets), 32)), "no gap, no overlap"


def test_reporting_contracts_have_a_chain():
    """The deployment's list; beside it the matcher and play money, which are no part of it."""
    chained = {contract.name for contract in current().contracts if contract.report_chain}
    assert chained == {*REPORTING, "OrderMatcher", "TestToken"}


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Data in a folder that a test may spoil."""
    for path in (release.FOLDER / f"{__version__}.json", release.RULEBOOK):
        (tmp_path / path.name).write_text(path.read_text())
    monkeypatch.setattr(generate, "FOLDER", tmp_path)
    monkeypatch.setattr(generate, "RULEBOOK", tmp_path / release.RULEBOOK.name)
    return tmp_path


def test_stale_file_is_seen_and_mended(elsewhere: Path, capsys):
    path = elsewhere / f"{__version__}.json"
    good = path.read_text()
    path.write_text(good.replace('"runtimeLength": ', '"runtimeLength": 1'))
    assert generate.main(["--check"]) == 1
    assert "scripts/build" in capsys.readouterr().err
    assert path.read_text() != good, "a check writes nothing"
    assert generate.main([]) == 0
    assert path.read_text() == good


def test_other_rulebook_is_not_frozen_by_the_way(elsewhere: Path, capsys):
    """A build never moves the rulebook's address; that is asked for by name."""
    frozen = elsewhere / release.RULEBOOK.name
    frozen.write_text("00" + rulebook_init_code().hex() + "\n")
    assert generate.main([]) == 1
    assert "--freeze" in capsys.readouterr().err
    assert frozen.read_text().startswith("00")
    assert generate.main(["--freeze"]) == 0
    assert frozen.read_text() == rulebook_init_code().hex() + "\n"


def test_order_of_releases(tmp_path, monkeypatch):
    text = (release.FOLDER / f"{__version__}.json").read_text()
    for version in ("0.9.0", "0.10.0", "0.2.0"):
        body = {**json.loads(text), "release": version}
        (tmp_path / f"{version}.json").write_text(json.dumps(body))
    monkeypatch.setattr(release, "FOLDER", tmp_path)
    release.releases.cache_clear()
    try:
        assert [found.version for found in releases()] == ["0.10.0", "0.9.0", "0.2.0"]
    finally:
        release.releases.cache_clear()
