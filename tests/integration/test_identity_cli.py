"""`keelmark identity` against a registry: brought, asked about, taken back, or one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from keelmark.bindings.party_registry import PartyRegistry
from keelmark.chain import Chain
from keelmark.cli import main
from tests.support.parties import lei_text, lei_word
from tests.support.registry import deploy_registry

BASIS = b"EU 596/2014 Art. 23".ljust(32, b"\0")
WORD = "0x" + "33" * 32


def cli(*arguments: str) -> int:
    """Runs the command in this process; the exit code."""
    with pytest.raises(SystemExit) as stopped:
        main(["identity", *arguments])
    return int(stopped.value.code or 0)


class Desk:
    """An issuer's desk beside a registry on the embedded chain."""

    def __init__(self, registry: PartyRegistry, chain: Chain, folder: Path, wallet: str) -> None:
        self.registry, self.chain, self.folder, self.wallet = registry, chain, folder, wallet

    def sign(self, command: str, name: str, chain_id: int | None = None, **options: str) -> str:
        """Writes a signed statement; the file."""
        out = self.folder / f"{name}.json"
        fixed = {
            "wallet": self.wallet,
            "issuer": "2",
            "chain-id": str(self.chain.chain_id() if chain_id is None else chain_id),
            "registry": self.registry.address,
            "out": str(out),
            **options,
        }
        assert cli(command, *[part for k, v in fixed.items() for part in (f"--{k}", v)]) == 0
        return str(out)

    def attest(self, name: str, chain_id: int | None = None, **options: str) -> str:
        """Writes a signed attestation of the firm."""
        about = {
            "lei": lei_text(1),
            "jurisdiction": "DE",
            "category": "2",
            "expiry": "2100-01-01",
            "screened-at": "2020-02-15",
            "document": WORD,
        }
        return self.sign("attest", name, chain_id, **{**about, **options})


@pytest.fixture
def desk(
    chain: Chain,
    deploy: Any,
    actors: Any,
    send: Any,
    w3: Any,
    now: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:
    """The desk; its key is in the environment, and any URL leads to the embedded chain."""
    made = deploy_registry(deploy, w3, send, actors, now).parties
    recognise = made.functions.recognise_issuer
    lei = lei_word(lei_text(900))
    send(recognise(2, actors("attester"), lei, BASIS, BASIS), actors("supervisor"))
    monkeypatch.setenv("KEELMARK_PRIVATE_KEY", actors("attester").key.hex())
    monkeypatch.setattr("keelmark.chain.connect", lambda url: chain)
    assert chain.local is not None
    chain.local.fund(actors("attester"), 10**24)
    return Desk(PartyRegistry(made.address), chain, tmp_path, actors("member"))


def test_default_behavior(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    file = desk.attest("firm")
    assert cli("verify", file, "--rpc", "node") == 0
    assert cli("relay", file, "--rpc", "node") == 0
    assert "brought in block" in capsys.readouterr().out
    assert desk.chain.run(desk.registry.is_verified(desk.wallet))
    assert cli("verify", file, "--rpc", "node") == 1
    assert "used up" in capsys.readouterr().err
    ending = desk.sign("revoke", "end", reason=WORD)
    assert cli("verify", ending, "--rpc", "node") == 0
    assert cli("relay-revocation", ending, "--rpc", "node") == 0
    assert not desk.chain.run(desk.registry.is_verified(desk.wallet))


def test_several(desk: Desk, actors: Any) -> None:
    files = [
        desk.attest(f"{number}", wallet=actors(f"firm {number}"), lei=lei_text(number))
        for number in (1, 2)
    ]
    assert cli("relay", *files, "--rpc", "node") == 0
    assert desk.chain.run(desk.registry.account_count()) == 2


def test_refused(desk: Desk, actors: Any, send: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """By the command, or by the registry in its own words; nothing is written."""
    other = desk.attest("other chain", desk.chain.chain_id() + 1)
    for command in (("relay", other), ("verify", other)):
        assert cli(*command, "--rpc", "node") == 1
        assert "the statement is for" in capsys.readouterr().err
    ending = desk.sign("revoke", "end", reason=WORD)
    assert cli("relay", ending, "--rpc", "node") == 1
    assert "a revocation is among them" in capsys.readouterr().err
    assert cli("relay-revocation", ending, "--rpc", "node") == 1
    assert "no such party" in capsys.readouterr().err
    foreign = desk.attest("foreign issuer", issuer="3")
    assert cli("verify", foreign, "--rpc", "node") == 1
    assert "not recognised" in capsys.readouterr().err
    assert cli("relay", foreign, "--rpc", "node") == 1
    said = capsys.readouterr().err
    assert "no such issuer" in said
    assert "Traceback" not in said
    assert desk.chain.run(desk.registry.account_count()) == 0
