"""Which service is used for a chain, and what is missing for it."""

import pytest

from keelmark.errors import InputError
from keelmark.source_verification import SERVICES, verifier_for
from keelmark.source_verification.blockscout import Blockscout
from keelmark.source_verification.etherscan import Etherscan
from keelmark.source_verification.sourcify import Sourcify

SEPOLIA = 11155111
KEYS = {"ETHERSCAN_API_KEY": " secret "}


def test_default_behavior():
    found = {name: verifier_for(name, SEPOLIA, environment=KEYS) for name in SERVICES}
    assert {name: verifier.name for name, verifier in found.items()} == {s: s for s in SERVICES}
    etherscan, sourcify, blockscout = (found[name] for name in SERVICES)
    assert isinstance(etherscan, Etherscan)
    assert (etherscan.endpoint.url, etherscan.endpoint.key) == (
        "https://api.etherscan.io/v2/api",
        "secret",
    )
    assert isinstance(sourcify, Sourcify)
    assert sourcify.endpoint.url == "https://sourcify.dev/server"
    assert isinstance(blockscout, Blockscout)
    assert blockscout.endpoint.url == "https://eth-sepolia.blockscout.com"
    assert (sourcify.endpoint.key, blockscout.endpoint.key) == ("", "")


def test_unknown_service():
    with pytest.raises(InputError, match="with: 'ethscan' is unknown"):
        verifier_for("ethscan", SEPOLIA)


@pytest.mark.parametrize("environment", [{}, {"ETHERSCAN_API_KEY": "  "}])
def test_no_key(environment):
    with pytest.raises(InputError, match="expected a key in ETHERSCAN_API_KEY"):
        verifier_for("etherscan", SEPOLIA, environment=environment)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(("chain_id", "named"), [(31337, "a local anvil"), (9_999_999, "9999999")])
def test_chain_that_it_has_not(service, chain_id, named):
    with pytest.raises(InputError, match=f"{service}: not known to have .*{named}.*--url"):
        verifier_for(service, chain_id, environment=KEYS)


@pytest.mark.parametrize("service", SERVICES)
def test_url_in_place_of_the_data(service):
    found = verifier_for(service, 31337, url="http://127.0.0.1:1/x", environment=KEYS)
    assert found.endpoint.url == "http://127.0.0.1:1/x"


def test_a_users_own_chain(tmp_path, monkeypatch):
    own = tmp_path / "chains.json"
    own.write_text('[{"name": "mine", "chainId": 77, "blockscout": "https://mine.example"}]')
    monkeypatch.setenv("KEELMARK_CHAINS", str(own))
    assert verifier_for("blockscout", 77, environment={}).endpoint.url == "https://mine.example"
