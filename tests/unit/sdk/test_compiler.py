"""Compiling: the cache's key covers all that takes part, and the cache can be shared."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from vyper.exceptions import VyperException

from keelmark.chain import compiler
from keelmark.chain.compiler import compile_contract, contracts_root, source_set
from tests.conftest import REPOSITORY

CONTRACT = '''# pragma version 0.4.3
"""
@title Trial
"""
from . import part
from . import IOuter

implements: IOuter

@external
@view
def answer() -> uint256:
    return part.NUMBER
'''
OUTER = """from . import IInner

@external
@view
def answer() -> uint256: ...
"""


@pytest.fixture
def trial(tmp_path, monkeypatch):
    """A contract that imports a module and, through an interface, another interface."""
    monkeypatch.setenv("KEELMARK_CACHE", str(tmp_path / "cache"))
    compiler._cached.cache_clear()
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "Trial.vy").write_text(CONTRACT)
    (folder / "part.vy").write_text("# pragma version 0.4.3\nNUMBER: constant(uint256) = 7\n")
    (folder / "IOuter.vyi").write_text(OUTER)
    (folder / "IInner.vyi").write_text("# inner\n")
    yield folder / "Trial.vy"
    compiler._cached.cache_clear()


def stored(path: Path) -> list[Path]:
    return sorted((path.parents[1] / "cache" / "artefacts").iterdir())


def test_default_behavior(trial):
    artefact = compile_contract(trial)
    assert artefact.name == "Trial"
    assert [entry["name"] for entry in artefact.abi] == ["answer"]
    assert artefact.bytecode.endswith(artefact.runtime) or artefact.runtime in artefact.bytecode
    assert len(artefact.source_hash) == 64
    assert len(stored(trial)) == 1


def test_no_metadata(trial):
    # The compiler's trailer ends in the CBOR text of its name; without it a comment is free.
    assert b"vyper" not in compile_contract(trial).bytecode
    before = compile_contract(trial)
    trial.write_text(CONTRACT.replace("@title Trial", "@title Another trial"))
    after = compile_contract(trial)
    assert after.source_hash != before.source_hash
    assert after.bytecode == before.bytecode


def test_the_second_time_comes_from_the_cache(trial, monkeypatch):
    first = compile_contract(trial)
    compiler._cached.cache_clear()
    monkeypatch.setattr(compiler, "_compile", lambda _: pytest.fail("compiled again"))
    assert compile_contract(trial) == first


@pytest.mark.parametrize("name", ["Trial.vy", "part.vy", "IOuter.vyi", "IInner.vyi"])
def test_every_source_moves_the_hash(trial, name):
    before = compile_contract(trial).source_hash
    file = trial.parent / name
    file.write_text(file.read_text() + "# changed\n")
    assert compile_contract(trial).source_hash != before


def test_settings_move_the_hash(trial, monkeypatch):
    before = compiler._hash_sources(source_set(trial))
    monkeypatch.setattr(compiler, "_SETTINGS", "another compiler")
    assert compiler._hash_sources(source_set(trial)) != before


def test_the_place_of_the_folder_does_not(trial, tmp_path):
    before = compile_contract(trial)
    (tmp_path / "elsewhere").mkdir()
    moved = trial.parent.rename(tmp_path / "elsewhere" / "sources") / "Trial.vy"
    assert compile_contract(moved) == before


@pytest.mark.parametrize("damage", ["", "{", '{"abi": []}'])
def test_a_damaged_entry_is_made_again(trial, damage):
    first = compile_contract(trial)
    (entry,) = stored(trial)
    entry.write_text(damage)
    compiler._cached.cache_clear()
    assert compile_contract(trial) == first
    assert json.loads(entry.read_text())["abi"]


def test_a_source_edited_while_compiling_is_not_filed(trial, monkeypatch):
    real = compiler._compile

    def slow(source):
        output = real(source)
        source.write_text(source.read_text() + "# edited\n")
        return output

    monkeypatch.setattr(compiler, "_compile", slow)
    compile_contract(trial)
    assert not (trial.parents[1] / "cache" / "artefacts").exists()


def test_a_cache_that_cannot_be_written_costs_only_time(trial, tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert compile_contract(trial).name == "Trial"


def test_several_processes_share_the_cache(trial):
    code = (
        "import sys; from keelmark.chain.compiler import compile_contract; "
        "print(compile_contract(sys.argv[1]).bytecode.hex())"
    )
    command = [sys.executable, "-W", "ignore", "-c", code, str(trial)]
    environment = {"PYTHONPATH": str(REPOSITORY / "pysdk"), "PATH": ""}
    environment["KEELMARK_CACHE"] = str(trial.parents[1] / "cache")
    runs = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(3)
    ]
    answers = {run.communicate()[0] for run in runs}
    assert answers == {compile_contract(trial).bytecode.hex() + "\n"}
    assert len(stored(trial)) == 1


def test_what_does_not_compile(trial):
    trial.write_text("# pragma version 0.4.3\nnonsense\n")
    with pytest.raises(VyperException):
        compile_contract(trial)


def test_what_is_not_there():
    with pytest.raises(FileNotFoundError, match="contract: margin/Nothing"):
        compile_contract("margin/Nothing")


def test_contracts_are_found_by_name():
    assert contracts_root() == REPOSITORY / "contracts"
    assert compile_contract("margin/OrderMatcher").name == "OrderMatcher"


@pytest.fixture
def package(trial, tmp_path, monkeypatch):
    """An installed package with the trial's artefact, and no cache."""
    made = compile_contract(trial)
    folder = tmp_path / "artefacts"
    folder.mkdir()
    (folder / "Trial.json").write_text(compiler.packaged_text(made))
    monkeypatch.setattr(compiler, "PACKAGED", folder)
    monkeypatch.setenv("KEELMARK_CACHE", str(tmp_path / "another cache"))
    compiler._cached.cache_clear()
    return made, folder


def test_packaged_artefact_is_taken_without_the_compiler(trial, package, tmp_path, monkeypatch):
    made, _ = package
    monkeypatch.setattr(compiler, "_compile", lambda _: pytest.fail("compiled"))
    assert compile_contract(trial) == made
    assert not (tmp_path / "another cache").exists()


@pytest.mark.parametrize(
    ("name", "old", "new"), [("Trial.vy", "NUMBER", "NUMBER + 1"), ("part.vy", "= 7", "= 8")]
)
def test_stale_packaged_artefact_is_not(trial, package, name, old, new):
    """Whoever edits a source gets what is there now, be it the contract or what it imports."""
    made, _ = package
    file = trial.parent / name
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    assert compile_contract(trial).bytecode != made.bytecode


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"sourceHash": 1}'])
def test_damaged_packaged_artefact_costs_only_time(trial, package, damage):
    made, folder = package
    (folder / "Trial.json").write_text(damage)
    assert compile_contract(trial) == made


def test_packaged_text_says_what_it_is_of(package):
    made, folder = package
    text = json.loads((folder / "Trial.json").read_text())
    assert (text["name"], text["sourceHash"]) == ("Trial", made.source_hash)
    assert text["settings"] == compiler._SETTINGS
    assert text["abi"] == list(made.abi)


def test_a_checkout_has_no_packaged_artefacts():
    """A copy made once would go stale beside sources that are edited."""
    assert not compiler.PACKAGED.exists()
