"""Chains by name: the packaged list, a user's own, and what is refused before a node is asked."""

import json

import pytest

from keelmark.cli.nodes import chain_of
from keelmark.deploy.chains import (
    chain_behind,
    check_chain_id,
    endpoint,
    find_chain,
    known_chains,
    user_file,
)
from keelmark.errors import ChainMismatch, InputError

URL = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def own(tmp_path, monkeypatch):
    """A user's file, which is not there yet, and no node in the environment."""
    monkeypatch.delenv("KEELMARK_CHAINS", raising=False)
    monkeypatch.delenv("KEELMARK_RPC_SEPOLIA", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    path = tmp_path / "keelmark" / "chains.json"
    path.parent.mkdir()
    assert user_file() == path
    return path


def test_the_packaged_list():
    known = known_chains()
    ids = {name: known[name].chain_id for name in ("ethereum", "sepolia", "hoodi", "base-sepolia")}
    assert ids == {"ethereum": 1, "sepolia": 11155111, "hoodi": 560048, "base-sepolia": 84532}
    assert not any(chain.rpc for chain in known.values() if chain.name != "anvil")
    assert find_chain(560048) == known["hoodi"] == find_chain("hoodi")
    assert find_chain("nowhere") is None is find_chain(3)


def test_a_user_adds_a_chain(own):
    own.write_text(json.dumps([{"name": "my-net", "chainId": 4242, "rpc": URL}]))
    chain, url = endpoint("my-net")
    assert chain is not None
    assert (chain.chain_id, url, chain.etherscan) == (4242, URL, False)


def test_an_archived_testnet_is_a_line(own):
    own.write_text('[{"name": "sepolia", "archived": true, "successor": "hoodi"}]')
    with pytest.raises(InputError, match=r"sepolia is archived, .*; use hoodi"):
        endpoint("sepolia", URL)
    assert known_chains()["sepolia"].chain_id == 11155111


def test_where_the_node_comes_from(own, monkeypatch):
    own.write_text('[{"name": "sepolia", "rpc": "http://own"}]')
    assert endpoint("sepolia")[1] == "http://own"
    monkeypatch.setenv("KEELMARK_RPC_SEPOLIA", "http://environment")
    assert endpoint("sepolia")[1] == "http://environment"
    assert endpoint("sepolia", "http://option")[1] == "http://option"
    assert endpoint("http://plain") == (None, "http://plain")
    monkeypatch.setenv("KEELMARK_RPC_BASE_SEPOLIA", "http://hyphen")
    assert endpoint("base-sepolia")[1] == "http://hyphen"


@pytest.mark.parametrize(
    ("chain", "rpc", "told"),
    [
        ("sepolya", None, "'sepolya' is neither a URL nor a known chain"),
        ("holesky", URL, "holesky is archived.*; use hoodi"),
        ("sepolia", None, "no node for sepolia; expected --rpc, KEELMARK_RPC_SEPOLIA"),
        ("http://x", URL, "rpc: expected none"),
    ],
)
def test_refused_before_a_node_is_asked(chain, rpc, told):
    with pytest.raises(InputError, match=told) as refused:
        endpoint(chain, rpc)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is no JSON"),
        ("{}", "is no list"),
        ("[1]", "name of entry 0"),
        ('[{"name": "A b", "chainId": 9}]', "name 'A b'"),
        ('[{"name": "x"}]', "chainId of x"),
        ('[{"name": "x", "chainId": "9"}]', "chainId of x .* expected an integer"),
        ('[{"name": "x", "chainId": true}]', "chainId of x .* expected an integer"),
        ('[{"name": "x", "chainId": 0}]', "chainId of x"),
        ('[{"name": "x", "chainId": 1}]', "chainId 1 of x .* is ethereum's"),
        ('[{"name": "x", "chainId": 9, "key": "k"}]', "key of x .* expected fields among"),
        ('[{"name": "x", "chainId": 9, "archived": 1}]', "archived of x .* true or false"),
        ('[{"name": "x", "chainId": 9, "successor": "y"}]', "successor of x, there is no 'y'"),
    ],
)
def test_a_malformed_list_names_the_field(own, text, told):
    own.write_text(text)
    with pytest.raises(InputError, match=told) as refused:
        known_chains()
    assert "\n" not in str(refused.value)


def test_a_list_that_is_named_must_be_there(monkeypatch, tmp_path):
    monkeypatch.setenv("KEELMARK_CHAINS", str(tmp_path / "none.json"))
    with pytest.raises(InputError, match="KEELMARK_CHAINS: there is no file"):
        known_chains()


def test_another_chain_behind_a_name():
    with pytest.raises(ChainMismatch, match="sepolia has the id 11155111, the node says 1"):
        check_chain_id(find_chain("sepolia"), 1)
    check_chain_id(find_chain("sepolia"), 11155111)
    check_chain_id(None, 1)


def test_an_archived_chain_behind_a_url():
    """It is the chain that is archived, not its name."""
    with pytest.raises(InputError, match=r"17000.*holesky.*archived.*; use hoodi"):
        chain_behind(None, 17_000)
    found = chain_behind(None, 11_155_111)
    assert found is not None
    assert found.name == "sepolia"
    assert chain_behind(None, 4_242) is None


@pytest.mark.parametrize("text", ["host.example/v3/SECRET", "user:SECRET@host", "host?key=SECRET"])
def test_a_url_without_its_beginning_is_not_repeated(text):
    """There may be a key in it."""
    with pytest.raises(InputError, match="neither a URL nor a known chain") as refused:
        endpoint(text)
    assert "SECRET" not in str(refused.value)
    with pytest.raises(InputError, match="expected a URL or the name of a chain") as refused:
        chain_of(text)
    assert "SECRET" not in str(refused.value)
