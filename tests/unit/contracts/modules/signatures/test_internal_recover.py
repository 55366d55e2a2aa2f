"""`_recover` and the EIP-712 helpers, against eth-account and the EIP's own example."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak
from web3 import Web3
from web3.contract import Contract

DIGEST = keccak(text="what was signed")
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""The order of secp256k1 (SEC 2, section 2.4.1)."""


@pytest.fixture(scope="module")
def harness(deploy: Any) -> Contract:
    made: Contract = deploy("tests/mocks/SignaturesHarness")
    return made


@pytest.fixture(scope="module")
def signed(actors: Any) -> tuple[int, int, int]:
    made = Account._sign_hash(DIGEST, actors("signer").key)
    return made.r, made.s, made.v


def packed(r: int, s: int, v: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([v])


def test_default_behavior(harness: Contract, actors: Any) -> None:
    for name in ("signer", "another", "third"):
        made = Account._sign_hash(DIGEST, actors(name).key)
        given = harness.functions.recover(DIGEST, packed(made.r, made.s, made.v)).call()
        assert given == actors(name)


def test_length(harness: Contract, reverts: Any, signed: tuple[int, int, int]) -> None:
    for length in (0, 64):
        with reverts("signatures: length"):
            harness.functions.recover(DIGEST, packed(*signed)[:length]).call()
    with reverts(""):
        harness.functions.recover(DIGEST, packed(*signed) + b"\0").call()


def test_bad_v(harness: Contract, reverts: Any, signed: tuple[int, int, int]) -> None:
    r, s, v = signed
    for other in (0, 1, v - 27, 26, 29, 28 + 27, 255):
        with reverts("signatures: bad v"):
            harness.functions.recover(DIGEST, packed(r, s, other)).call()


def test_high_s(harness: Contract, reverts: Any, signed: tuple[int, int, int]) -> None:
    r, s, v = signed
    assert s <= ORDER // 2
    with reverts("signatures: high s"):
        harness.functions.recover(DIGEST, packed(r, ORDER - s, 55 - v)).call()
    with reverts("signatures: high s"):
        harness.functions.recover(DIGEST, packed(r, ORDER // 2 + 1, v)).call()


def test_no_signer(harness: Contract, reverts: Any, signed: tuple[int, int, int]) -> None:
    r, s, v = signed
    for broken in (packed(0, s, v), packed(r, 0, v), packed(ORDER, s, v)):
        with reverts("signatures: no signer"):
            harness.functions.recover(DIGEST, broken).call()


def test_typed_data(w3: Web3, harness: Contract) -> None:
    name, version = "Keelmark Test", "1"
    message = encode_typed_data(
        domain_data={
            "name": name,
            "version": version,
            "chainId": w3.eth.chain_id,
            "verifyingContract": harness.address,
        },
        message_types={"Thing": [{"name": "value", "type": "uint256"}]},
        message_data={"value": 7},
    )
    domain = harness.functions.domain_separator(keccak(text=name), keccak(text=version)).call()
    assert domain == message.header
    thing = keccak(keccak(text="Thing(uint256 value)") + (7).to_bytes(32, "big"))
    expected = keccak(b"\x19\x01" + message.header + message.body)
    assert thing == message.body
    assert harness.functions.digest_of(domain, thing).call() == expected
