"""`keelmark sanctions update --screen`: a published list, brought as far as a party's flag."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from web3 import Web3

from keelmark.bindings import TestToken as Token
from keelmark.bindings.party_registry import Attestation
from keelmark.chain import Chain, Signer
from keelmark.chain.compiler import compile_contract
from keelmark.chain.pyevm import Backend
from keelmark.cli import main
from keelmark.deploy import Plan, write_manifest
from keelmark.deploy import deploy as deploy_kit
from tests.conftest import find
from tests.support.parties import lei_text, lei_word
from tests.support.sdn import Listed, evm, plain_xml


def test_what_is_brought_to_the_registry(
    chain: Chain, actors: Any, backend: Backend, tmp_path: Path, capsys: Any, monkeypatch: Any
) -> None:
    """A whole kit: a party that the file lists is flagged, and the list's time is copied."""
    officer = Signer.from_key(actors("officer").key)
    backend.fund(actors("officer").canonical)
    signing = chain.signing(officer)
    code = compile_contract(find("testnet/TestToken")).bytecode
    token = signing.run(
        Token.create(
            code, long_name="T", short_name="T", digits=6, minter=officer.address, gas=8_000_000
        )
    )
    assert token.contract is not None
    role = str(actors("somebody").address)
    kit = deploy_kit(
        signing,
        Plan(
            lei=lei_text(1),
            token=token.contract,
            token_feed=2,
            operator=role,
            registrar=officer.address,
            convenor=str(actors("convenor").address),
            supervisor=role,
            supervisor_lei=lei_text(2),
            supervisor_jurisdiction="DE",
            sanctions_officer=officer.address,
            lister=role,
            price_operator=role,
        ),
    )
    manifest = tmp_path / "keelmark.json"
    write_manifest(kit, manifest)
    time = chain.block().time
    for number, wallet in ((3, Web3.to_checksum_address(evm(1))), (4, role)):
        attested = Attestation(
            wallet, lei_word(lei_text(number)), b"DE", 2, False, 0, time + 10**7, 0, time
        )
        signing.run(kit.parties.onboard(attested, gas=1_000_000))
    monkeypatch.setattr("keelmark.chain.connect", lambda target: chain)
    monkeypatch.setenv("KEELMARK_PRIVATE_KEY", bytes(actors("officer").key).hex())

    def cli(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as stopped:
            main(["sanctions", "update", "--rpc", "embedded", *arguments])
        printed = capsys.readouterr()
        return int(stopped.value.code or 0), printed.out + printed.err

    listing = plain_xml([Listed(number, [("ETH", evm(number))]) for number in (1, 2)])
    (tmp_path / "SDN.XML").write_text(listing, "utf-8")
    file = str(tmp_path / "SDN.XML")
    kept = ("--file", file, "--manifest", str(manifest), "--yes")
    code_, said = cli(*kept, "--screen")
    assert code_ == 0, said
    assert "time copied: 0x" in said
    assert f"screened {Web3.to_checksum_address(evm(1))}: 0x" in said
    assert "parties screened: 1" in said
    word = chain.run(kit.parties.word_of(Web3.to_checksum_address(evm(1))))
    assert word >> 160 & 32
    assert chain.run(kit.parties.list_time()) == chain.run(kit.sanctions.updated_at())
    assert cli("--file", file, "--contract", kit.sanctions.address, "--yes", "--screen") == (
        1,
        "keelmark: --screen: expected --manifest as well, which names the party registry.\n",
    )
