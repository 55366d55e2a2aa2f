"""The build hook: what a wheel brings beside Python code, and an editable install does not."""

import importlib.util
import json
from pathlib import Path

import pytest

from keelmark.chain.compiler import compile_contract, contracts_root
from keelmark.releases import current
from tests.conftest import REPOSITORY


@pytest.fixture
def hook():
    """The hook, as hatchling makes it."""
    path = REPOSITORY / "hatch_build.py"
    spec = importlib.util.spec_from_file_location("hatch_build", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = module.ContractsHook(str(REPOSITORY), {}, None, None, str(REPOSITORY), "wheel")
    yield made
    made.finalize("standard", {}, "")


def included(hook, version: str) -> dict[str, Path]:
    """What the hook adds, by its place in the wheel."""
    data = {"force_include": {}}
    hook.initialize(version, data)
    return {place: Path(path) for path, place in data["force_include"].items()}


def test_default_behavior(hook):
    """Sources of all contracts and modules, and an artefact of each contract of the release."""
    found = included(hook, "standard")
    for contract in current().contracts:
        assert f"keelmark/contracts/{contract.path}" in found
        text = json.loads(found[f"keelmark/artefacts/{contract.name}.json"].read_text())
        made = compile_contract(contracts_root() / contract.path)
        assert text["sourceHash"] == made.source_hash == contract.source_hash
        assert text["bytecode"] == "0x" + made.bytecode.hex()
        assert text["abi"] == list(made.abi)
    modules = {path.name for path in (contracts_root() / "modules").glob("*.vy")}
    assert {f"keelmark/contracts/modules/{name}" for name in modules} <= set(found)


def test_what_was_made_is_taken_away(hook):
    found = included(hook, "standard")
    made = found["keelmark/artefacts/Rulebook.json"]
    assert made.is_file()
    hook.finalize("standard", {}, "")
    assert not made.parent.exists()


def test_editable_install_brings_nothing_that_can_go_stale(hook):
    assert included(hook, "editable") == {}
