"""Standard JSON input: whoever compiles it gets the code that is deployed, byte for byte."""

import json
import shutil
from pathlib import Path

import pytest
from vyper.cli.vyper_compile import compile_files
from vyper.exceptions import JSONError
from vyper.utils import get_long_version

from keelmark.chain import standard_json
from keelmark.chain.compiler import compile_contract, contracts_root
from keelmark.chain.standard_json import (
    COMPILER_COMMIT,
    COMPILER_VERSION,
    StandardInput,
    rebuild,
    standard_input,
)
from keelmark.releases import current

CONTRACTS = [contract.path for contract in current().contracts]


@pytest.mark.parametrize("path", CONTRACTS)
def test_default_behavior(path):
    """Byte-identical, for every contract of the release."""
    source = contracts_root() / path
    artefact = compile_contract(source)
    rebuilt = rebuild(standard_input(source))
    assert rebuilt["bytecode"] == "0x" + artefact.bytecode.hex()
    assert rebuilt["bytecode_runtime"] == "0x" + artefact.runtime.hex()


@pytest.mark.parametrize("path", ["supervision/GovernanceLens.vy", "registry/SanctionsList.vy"])
def test_compiled_from_the_files(path):
    """The compiler by its other door, which knows nothing of standard JSON."""
    (output,) = compile_files(
        [contracts_root() / path], ("bytecode", "bytecode_runtime"), no_bytecode_metadata=True
    ).values()
    rebuilt = rebuild(standard_input(contracts_root() / path))
    assert {name: rebuilt[name] for name in output if name in rebuilt} == {
        "bytecode": output["bytecode"],
        "bytecode_runtime": output["bytecode_runtime"],
    }


def test_fields_are_those_that_every_service_takes():
    """Sourcify refuses other fields at the top; Blockscout hands them to the compiler."""
    given = standard_input(contracts_root() / "margin" / "CloseOut.vy")
    assert set(given.body) == {"language", "sources", "settings"}
    assert given.identifier == "contracts/margin/CloseOut.vy:CloseOut"
    assert given.body["settings"]["outputSelection"] == {"contracts/margin/CloseOut.vy": ["*"]}
    assert given.body["settings"]["evmVersion"] == "prague"
    assert "optimize" not in given.body["settings"], "some sources say it themselves"
    assert given.body["settings"]["bytecodeMetadata"] is False
    assert all(set(entry) == {"content"} for entry in given.body["sources"].values())
    assert all(name.startswith("contracts/") for name in given.body["sources"])
    assert not any(".." in name or "\\" in name for name in given.body["sources"])


def test_version_is_the_compilers():
    assert get_long_version() == f"{COMPILER_VERSION}+commit.{COMPILER_COMMIT}"


def test_text_is_the_same_in_any_folder(tmp_path, monkeypatch):
    here = standard_input(contracts_root() / "margin" / "DefaultFund.vy").text
    shutil.copytree(contracts_root(), tmp_path / "contracts")
    monkeypatch.setattr(standard_json, "contracts_root", lambda: tmp_path / "contracts")
    monkeypatch.chdir(tmp_path)
    there = standard_input(tmp_path / "contracts" / "margin" / "DefaultFund.vy")
    assert there.text == here
    assert json.loads(there.text) == there.body


def test_file_outside_is_refused(tmp_path):
    (tmp_path / "Stranger.vy").write_text("# pragma version 0.4.3\n")
    with pytest.raises(ValueError, match="subpath"):
        standard_input(tmp_path / "Stranger.vy")


@pytest.fixture
def small(tmp_path, monkeypatch) -> StandardInput:
    """An input that compiles in no time, and a cache of its own."""
    monkeypatch.setenv("KEELMARK_CACHE", str(tmp_path))
    text = "# pragma version 0.4.3\n\n\n@external\n@view\ndef answer() -> uint256:\n    return 7\n"
    settings = {"evmVersion": "prague", "optimize": "gas", "bytecodeMetadata": False}
    body = {"language": "Vyper", "sources": {"a/S.vy": {"content": text}}, "settings": settings}
    return StandardInput("S", "a/S.vy", body)


def test_compiled_once(small, monkeypatch):
    first = rebuild(small)
    monkeypatch.setattr(standard_json, "_run", lambda _: pytest.fail("compiled again"))
    assert rebuild(small) == first


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"abi": []}'])
def test_damaged_answer_is_made_again(small, tmp_path: Path, damage):
    first = rebuild(small)
    (kept,) = (tmp_path / "rebuilt").iterdir()
    kept.write_text(damage)
    assert rebuild(small) == first


@pytest.mark.parametrize(
    ("field", "value"), [("evmVersion", "paris"), ("optimize", "none"), ("bytecodeMetadata", True)]
)
def test_settings_count(small, field, value):
    """Another setting is another input, and none is taken from the cache of the first."""
    plain = rebuild(small)
    body = {**small.body, "settings": {**small.body["settings"], field: value}}
    assert rebuild(StandardInput("S", "a/S.vy", body))["bytecode"] != plain["bytecode"]


def test_refusal_of_the_compiler_comes_through_in_silence(small, capsys):
    settings = {**small.body["settings"], "evmVersion": "homestead"}
    with pytest.raises(JSONError, match="pre-london"):
        rebuild(StandardInput("S", "a/S.vy", {**small.body, "settings": settings}))
    assert capsys.readouterr().out == ""
