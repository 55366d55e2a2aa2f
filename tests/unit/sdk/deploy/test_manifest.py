"""The manifest of a deployment through the factory, and manifests altered by hand."""

import json
from dataclasses import replace

import pytest

from keelmark.chain import compiler
from keelmark.deploy import read_manifest, write_manifest
from keelmark.deploy.kit import artefacts
from keelmark.deploy.plan import COMPILER, KIT
from keelmark.errors import InputError
from tests.support.houses import factory_deployment, holder, house_plan


@pytest.fixture(scope="module")
def made():
    """A deployment through the factory."""
    return factory_deployment(house_plan(), artefacts())


@pytest.fixture
def written(made, tmp_path):
    """Its manifest, and how to alter it."""
    path = tmp_path / "keelmark.json"
    write_manifest(made, path)

    def altered(change):
        body = json.loads(path.read_text())
        change(body, {item["name"]: item for item in body["contracts"]})
        path.write_text(json.dumps(body))
        return path

    return altered


def test_round_trip(made, written):
    path = written(lambda body, contracts: None)
    assert read_manifest(path) == made


def test_the_compiler_is_the_one_that_compiles():
    said = compiler._SETTINGS
    assert f"{COMPILER.name} {COMPILER.version}, evm {COMPILER.evm_version}" in said
    assert f"optimise {COMPILER.optimise}" in said
    assert ("no bytecode metadata" in said) is not COMPILER.bytecode_metadata


def alter(name, field, value):
    """Changes a field of a contract."""

    def change(_body, contracts):
        contracts[name][field] = value

    return change


def top(field, value):
    """Changes a field of the manifest."""

    def change(body, _contracts):
        body[field] = value

    return change


def argument(name, place, word):
    """Changes a word of a contract's constructor arguments."""

    def change(_body, contracts):
        text = contracts[name]["constructor_arguments"][2:]
        words = [text[at : at + 64] for at in range(0, len(text), 64)]
        words[place] = word
        contracts[name]["constructor_arguments"] = "0x" + "".join(words)

    return change


def doubled(name):
    """A contract a second time, elsewhere."""

    def change(body, contracts):
        body["contracts"].append({**contracts[name], "block_number": 1})

    return change


def added(name):
    """A contract that no kit has."""

    def change(body, contracts):
        body["contracts"].append({**contracts["CloseOut"], "name": name})

    return change


def reversed_order(body, _contracts):
    body["contracts"].reverse()


ADDRESS = "00" * 12 + holder(0xEE)[2:].lower()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (alter("Rulebook", "address", "0x" + "11" * 20), "address of Rulebook in .* altered"),
        (alter("CloseOut", "init_code_hash", "0x" + "11" * 32), "address of CloseOut"),
        (alter("CloseOut", "salt", "0x" + "11" * 32), "address of CloseOut"),
        (alter("CloseOut", "init_code_hash", ""), "init_code_hash of CloseOut"),
        (top("factory", "0x" + "11" * 20), "address of Rulebook"),
        (top("factory", ""), "salt of Rulebook"),
        (top("token", "0x" + "11" * 20), "token in .* DefaultFund was built with"),
        (top("tokenFeed", 3), "tokenFeed in .* is 3, TakeOverDesk was built with 2"),
        (top("regime", 2), "regime in"),
        (top("lei", "HWUPKR0MPOU8FGXBT394"), "lei in"),
        (argument("LossDesk", 1, ADDRESS), "address of PartyRegistry in"),
        (argument("LossDesk", 1, "11" * 32), "constructor_arguments of LossDesk"),
        (alter("PartyDesk", "constructor_arguments", "0x"), "expected 2 words, not 0"),
        (alter("PartyDesk", "constructor_arguments", "0x12"), "constructor_arguments"),
        (top("compiler", {}), r"compiler\.name"),
        (top("roles", [{"contract": "X"}]), r"roles\.0\.role"),
        (top("system", "../x"), "system"),
        (doubled("CloseOut"), "contracts in .* CloseOut once, not twice"),
        (added("Treasury"), "contracts in .* no Treasury"),
    ],
)
def test_what_was_altered_by_hand_is_named(written, change, told):
    with pytest.raises(InputError, match=told) as refused:
        read_manifest(written(change))
    assert "\n" not in str(refused.value)


def test_the_order_of_contracts_does_not_matter(made, written):
    assert read_manifest(written(reversed_order)) == made


def test_what_was_there_before_has_no_arguments(made, written):
    def change(_body, contracts):
        contracts["Supervision"] |= {
            "constructor_arguments": "0x",
            "init_code_hash": "",
            "salt": "",
        }

    found = read_manifest(written(change))
    assert found.contracts["Supervision"].init_code_hash == ""


def test_the_first_version_is_still_read(made, written):
    new = ("constructor_arguments", "init_code_hash", "salt")

    def change(body, contracts):
        body["schemaVersion"] = 1
        for field in ("system", "release", "factory", "compiler", "roles"):
            del body[field]
        for contract in contracts.values():
            for field in new:
                del contract[field]

    found = read_manifest(written(change))
    assert found.factory == "" == found.release
    bare = {
        name: replace(made.contracts[name], constructor_arguments="0x", init_code_hash="", salt="")
        for name in KIT
    }
    assert found.contracts == bare


def test_a_deployment_that_no_manifest_may_hold_is_not_written(made, tmp_path):
    path = tmp_path / "m.json"
    with pytest.raises(InputError, match="system in the deployment"):
        write_manifest(replace(made, system="../other"), path)
    assert not path.exists()


def test_a_manifest_is_for_everybody_to_read(made, tmp_path):
    """As any other file that is made to be shared, and nothing stays beside it."""
    path = tmp_path / "1" / "house.json"
    write_manifest(made, path)
    assert path.stat().st_mode & 0o777 == 0o644
    assert [one.name for one in path.parent.iterdir()] == ["house.json"]


def test_an_interrupt_leaves_nothing_half_written(made, tmp_path, monkeypatch):
    """Not even a file beside."""

    def interrupted(_handle):
        raise KeyboardInterrupt

    monkeypatch.setattr("keelmark.deploy.manifest.os.fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_manifest(made, tmp_path / "house.json")
    assert list(tmp_path.iterdir()) == []
