"""`keelmark verify-source`: a whole deployment by the factory, against stand-ins that compile."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from keelmark.chain.anvil import anvil_path, running_anvil
from keelmark.cli.app import main
from keelmark.deploy import manifest_path, write_manifest
from keelmark.deploy.plan import KIT
from keelmark.errors import InputError
from keelmark.source_verification import claims_of
from tests.support.blockscout_service import BlockscoutService
from tests.support.deployed_kit import DeployedKit
from tests.support.etherscan_service import KEY, EtherscanService
from tests.support.factory_kit import deploy_by_factory
from tests.support.sourcify_service import SourcifyService
from tests.support.verification_server import Created, created_by, serving

SEPOLIA = 11155111


@pytest.fixture(scope="module")
def node(anvil):
    """A node with a public testnet's id, whose genesis has the factory."""
    assert anvil_path() is not None, "the fixture that skips is asked for first"
    with running_anvil(chain_id=SEPOLIA) as chain:
        yield chain


@pytest.fixture(scope="module")
def kit(node) -> DeployedKit:
    """The kit on it."""
    return deploy_by_factory(node)


@pytest.fixture(scope="module")
def facts(kit) -> dict[str, Created]:
    """What a service reads from its own node."""
    return {
        one.address.lower(): kit.chain.run(
            created_by(one.address, one.transaction_hash, one.block_number)
        )
        for one in kit.deployment.contracts.values()
    }


@pytest.fixture(scope="module")
def manifest(kit, tmp_path_factory) -> Path:
    """Its manifest."""
    path = manifest_path(tmp_path_factory.mktemp("deployments"), kit.deployment)
    write_manifest(kit.deployment, path)
    return path


@pytest.fixture
def run(manifest, capsys, monkeypatch):
    """Runs the command: exit code, standard output, standard error."""
    monkeypatch.setenv("ETHERSCAN_API_KEY", KEY)

    def ran(*arguments, file=manifest):
        with pytest.raises(SystemExit) as end:
            main(["verify-source", "--manifest", str(file), *arguments])
        printed = capsys.readouterr()
        assert KEY not in printed.out + printed.err
        return end.value.code or 0, printed.out, printed.err

    return ran


def verdicts(out: str) -> dict[str, str]:
    """Verdicts by name, from the JSON."""
    return {entry["name"]: entry["verdict"] for entry in json.loads(out)["contracts"]}


def test_default_behavior(run, kit):
    """Offline, with the chain: every byte of every contract."""
    code, out, _ = run("--with", "offline", "--rpc", kit.chain.node.url, "--json")
    assert code == 0
    assert verdicts(out) == dict.fromkeys(KIT, "verified")
    words = {entry["name"]: entry["words"] for entry in json.loads(out)["contracts"]}
    assert words["Rulebook"] == "equal: init code, address, 17320 bytes of code"
    assert words["DefaultFund"].endswith("address, 7700 bytes of code before 32 of immutables")


def test_offline_by_the_manifest_alone(run):
    code, out, _ = run("--with", "offline")
    assert code == 0
    assert out.count("verified") == len(KIT)


@pytest.mark.parametrize("service", ["etherscan", "sourcify", "blockscout"])
def test_every_contract_by_a_service(run, facts, service):
    """All seventeen; a second run finds them verified and sends nothing more."""
    stand_in = {
        "etherscan": lambda: EtherscanService(facts, SEPOLIA),
        "sourcify": lambda: SourcifyService(facts, SEPOLIA),
        "blockscout": lambda: BlockscoutService(facts),
    }[service]()
    with serving(stand_in) as running:
        url = running.url + ("/v2/api" if service == "etherscan" else "")
        code, out, err = run("--with", service, "--url", url, "--json")
        assert (code, err) == (0, "")
        assert verdicts(out) == dict.fromkeys(KIT, "verified")
        assert stand_in.verified == set(facts)
        jobs = len(stand_in.submitted)
        code, out, _ = run("--with", service, "--url", url, "--json")
        assert code == 0
        assert verdicts(out) == dict.fromkeys(KIT, "already verified")
        assert jobs == len(KIT)


def test_sourcify_learns_the_creation_from_the_transaction(run, facts):
    """Created inside the factory: without the transaction, immutables would not be matched."""
    stand_in = SourcifyService(facts, SEPOLIA, finds_creation=False)
    with serving(stand_in) as running:
        code, _, _ = run("--with", "sourcify", "--url", running.url, "--contract", "DefaultFund")
    assert code == 0


def test_one_that_differs_is_told_after_all_others(run, facts, kit):
    """Another contract's code is on the service's chain: that one is refused, sixteen are not."""
    address = kit.deployment.contracts["DefaultFund"].address.lower()
    other = facts[kit.deployment.contracts["CloseOut"].address.lower()]
    stand_in = EtherscanService({**facts, address: other}, SEPOLIA)
    with serving(stand_in) as running:
        url = f"{running.url}/v2/api"
        code, out, err = run("--with", "etherscan", "--url", url, "--json")
    assert code == 1
    assert verdicts(out) == {**dict.fromkeys(KIT, "verified"), "DefaultFund": "refused"}
    assert err.startswith("keelmark: DefaultFund: refused, Fail - Unable to verify.")
    assert err.count("\n") == 1


def test_undecided_is_not_verified(run, facts):
    stand_in = EtherscanService(facts, SEPOLIA)
    stand_in.troubles.pending = 10**6
    with serving(stand_in) as running:
        url = f"{running.url}/v2/api"
        arguments = ("--with", "etherscan", "--url", url, "--wait", "0", "--contract", "Rulebook")
        code, out, err = run(*arguments)
    assert code == 1
    assert "pending" in out
    assert err == "keelmark: Rulebook: pending, Pending in queue.\n"


def test_wrong_key(run, facts, monkeypatch):
    monkeypatch.setenv("ETHERSCAN_API_KEY", "WRONGKEYWRONGKEY")
    stand_in = EtherscanService(facts, SEPOLIA)
    with serving(stand_in) as running:
        code, out, err = run("--with", "etherscan", "--url", f"{running.url}/v2/api")
        assert len(running.received) == 1, "the other sixteen are not tried with a bad key"
    assert (code, out) == (1, "")
    assert "ETHERSCAN_API_KEY is refused" in err
    assert "WRONGKEY" not in err
    assert stand_in.submitted == []


def test_what_was_done_is_told_if_the_service_goes_away(run, facts):
    stand_in = SourcifyService(facts, SEPOLIA)
    real = stand_in.answer
    stand_in.answer = lambda request: (
        real(request) if len(stand_in.submitted) < 3 else (200, b"<html>maintenance</html>")
    )
    with serving(stand_in) as running:
        code, out, err = run("--with", "sourcify", "--url", running.url, "--json")
    assert code == 1
    assert list(verdicts(out)) == list(KIT[:2])
    assert "without a JSON object" in err


REFUSED = {
    "no key": (("--with", "etherscan"), "expected a key in ETHERSCAN_API_KEY"),
    "unknown service": (("--with", "ethscan"), "with: 'ethscan' is unknown"),
    "unknown contract": (
        ("--with", "offline", "--contract", "House"),
        "contract: there is no House in the manifest",
    ),
    "node for a service": (
        ("--with", "sourcify", "--rpc", "http://127.0.0.1:1"),
        "rpc: a service asks its own node",
    ),
    "service's address offline": (
        ("--with", "offline", "--url", "http://127.0.0.1:1"),
        "url: offline asks no service",
    ),
    "no node": (("--with", "offline", "--rpc", "http://127.0.0.1:9"), "does not answer"),
    "no address": (("--with", "sourcify", "--url", "sourcify.dev"), "url: expected http"),
    "key in the clear": (
        ("--with", "etherscan", "--url", "http://explorer.example/v2/api"),
        "url: expected https://",
    ),
}


@pytest.mark.parametrize(("arguments", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_in_one_sentence(run, monkeypatch, arguments, sentence):
    if "expected a key" in sentence:
        monkeypatch.delenv("ETHERSCAN_API_KEY")
    code, out, err = run(*arguments)
    assert (code, out) == (1, "")
    assert sentence in err
    assert err.count("\n") == 1


def test_node_of_another_chain(run, anvil):
    code, out, err = run("--with", "offline", "--rpc", anvil.node.url)
    assert (code, out) == (1, "")
    assert "manifest: chainId is 11155111, the node says" in err


def altered(kit, name, **fields):
    """The deployment with other fields of one contract."""
    contracts = dict(kit.deployment.contracts)
    contracts[name] = replace(contracts[name], **fields)
    return replace(kit.deployment, contracts=contracts)


def test_what_is_submitted_is_written_for_any_tool(run, facts, tmp_path):
    """The compiler's own command takes the file and makes the code that is on the chain."""
    folder = tmp_path / "inputs"
    code, _, _ = run(
        "--with", "offline", "--contract", "SanctionsList", "--contract", "Rulebook",
        "--out", str(folder),
    )  # fmt: skip
    assert code == 0
    told = json.loads((folder / "submissions.json").read_text())
    assert [entry["name"] for entry in told] == ["SanctionsList", "Rulebook"]
    entry = told[0]
    command = [sys.executable, "-W", "ignore", "-m", "vyper", "--standard-json", entry["input"]]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    path, name = entry["contractIdentifier"].split(":")
    made = json.loads(ran.stdout)["contracts"][path][name]["evm"]["bytecode"]["object"]
    creation = facts[entry["address"].lower()].creation
    assert made + entry["constructorArguments"][2:] == "0x" + creation.hex()


def test_folder_of_others_is_left_alone(run, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    code, out, err = run("--with", "offline", "--out", str(tmp_path))
    assert (code, out) == (1, "")
    assert "holds other files" in err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_other_sources_are_not_sent(kit):
    deployment = altered(kit, "CloseOut", source_hash="0" * 64)
    with pytest.raises(InputError, match=r"CloseOut: source_hash is 0000000000000000… .*nothing"):
        claims_of(deployment)
    assert len(claims_of(deployment, ["Rulebook"])) == 1


def test_arguments_that_nobody_knows(kit):
    deployment = altered(kit, "DefaultFund", init_code_hash="", constructor_arguments="0x")
    with pytest.raises(InputError, match="DefaultFund: constructor_arguments are not in"):
        claims_of(deployment)
