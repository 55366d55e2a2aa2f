"""`keelmark identity` at a desk: keys from the environment, files that only their owner reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from keelmark.chain.signer import Signer
from keelmark.cli import main
from keelmark.identity import read_statement, verify
from tests.support.parties import lei_text

KEY = "11" * 32
REGISTRY = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
WALLET = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
WORD = "0x" + "33" * 32
PERSON = {"naturalPerson": {"name": {"nameIdentifier": [{"primaryIdentifier": "Hidden"}]}}}


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> Signer:
    """The issuer's key, in the environment."""
    monkeypatch.setenv("KEELMARK_PRIVATE_KEY", KEY)
    return Signer.from_key(bytes.fromhex(KEY))


def cli(*arguments: str) -> int:
    """Runs the command in this process; the exit code."""
    with pytest.raises(SystemExit) as stopped:
        main(["identity", *arguments])
    return int(stopped.value.code or 0)


def attest(out: Path, **changed: str) -> int:
    """Signs an attestation of a firm."""
    options = {
        "--wallet": WALLET,
        "--lei": lei_text(1),
        "--jurisdiction": "DE",
        "--category": "2",
        "--expiry": "2100-01-01",
        "--screened-at": "2026-01-01T08:00Z",
        "--issuer": "2",
        "--nonce": "7",
        "--document": WORD,
        "--chain-id": "1",
        "--registry": REGISTRY,
        "--out": str(out),
    }
    options |= {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    return cli("attest", *[part for pair in options.items() for part in pair])


def test_attest_and_verify(tmp_path: Path, key: Signer, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "firm.json"
    assert attest(out) == 0
    assert out.stat().st_mode & 0o077 == 0
    signed = read_statement(out.read_text())
    verify(signed, key.address, chain_id=1, registry=REGISTRY)
    assert (signed.content.nonce, signed.content.wallet) == (7, WALLET)
    assert cli("verify", str(out), "--signer", key.address) == 0
    said = capsys.readouterr()
    assert "Attestation of 0x7099" in said.out
    assert KEY not in said.out + said.err + out.read_text()


def test_verify_refuses(tmp_path: Path, key: Signer, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "firm.json"
    attest(out)
    assert cli("verify", str(out), "--signer", WALLET) == 1
    assert "signed" in capsys.readouterr().err
    changed: dict[str, Any] = json.loads(out.read_text())
    changed["message"]["category"] = 3
    out.write_text(json.dumps(changed))
    assert cli("verify", str(out), "--signer", key.address) == 1
    assert "another text" in capsys.readouterr().err
    assert cli("verify", str(out)) == 1
    assert "expected one of them" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"lei": lei_text(1)[:-1] + "0"}, "check digits"),
        ({"expiry": "tomorrow"}, "--expiry"),
        ({"expiry": "2020-01-01"}, "expiry"),
        ({"screened_at": "2099-01-01"}, "screened_at"),
        ({"document": "0x12"}, "--document"),
        ({"jurisdiction": "Germany"}, "jurisdiction"),
        ({"registry": REGISTRY.lower()}, "registry"),
    ],
)
def test_attest_refuses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, str], why: str
) -> None:
    out = tmp_path / "firm.json"
    assert attest(out, **changed) == 1
    said = capsys.readouterr().err
    assert why in said
    assert "Traceback" not in said
    assert not out.exists()


def test_no_file_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "firm.json"
    out.write_text("mine")
    assert attest(out) == 1
    assert "--out" in capsys.readouterr().err
    assert out.read_text() == "mine"


def test_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KEELMARK_PRIVATE_KEY")
    assert attest(tmp_path / "firm.json") == 1
    assert "KEELMARK_PRIVATE_KEY" in capsys.readouterr().err


def test_random_nonces(tmp_path: Path) -> None:
    nonces = set()
    for number in range(2):
        out = tmp_path / f"{number}.json"
        arguments = ["--wallet", WALLET, "--issuer", "2", "--chain-id", "1", "--reason", WORD]
        assert cli("revoke", *arguments, "--registry", REGISTRY, "--out", str(out)) == 0
        nonces.add(read_statement(out.read_text()).content.nonce)
    assert len(nonces) == 2


def test_commit_and_disclosed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document, secret = tmp_path / "person.json", tmp_path / "secret.json"
    document.write_text(json.dumps(PERSON))
    assert cli("commit", str(document), "--out", str(secret)) == 0
    word = capsys.readouterr().out.strip()
    kept = json.loads(secret.read_text())
    assert kept["commitment"] == word
    assert len(bytes.fromhex(kept["salt"][2:])) == 32
    assert secret.stat().st_mode & 0o077 == 0
    assert cli("disclosed", str(document), "--secret", str(secret)) == 0
    assert cli("disclosed", str(document), "--secret", str(secret), "--commitment", word) == 0
    capsys.readouterr()
    assert cli("disclosed", str(document), "--secret", str(secret), "--commitment", WORD) == 1
    document.write_text(json.dumps(PERSON).replace("Hidden", "Other"))
    assert cli("disclosed", str(document), "--secret", str(secret)) == 1
    said = capsys.readouterr()
    assert "not the document of" in said.err
    assert "Other" not in said.err + said.out


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"salt": 1, "commitment": 2}'])
def test_no_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    document, secret = tmp_path / "person.json", tmp_path / "secret.json"
    document.write_text(json.dumps(PERSON))
    secret.write_text(text)
    assert cli("disclosed", str(document), "--secret", str(secret)) == 1
    assert "--secret" in capsys.readouterr().err


def test_unreadable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = str(tmp_path / "none.json")
    assert cli("verify", missing, "--signer", WALLET) == 1
    assert cli("commit", missing, "--out", missing) == 1
    assert "Traceback" not in capsys.readouterr().err
