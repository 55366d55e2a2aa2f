"""Who signs: key files, the environment, a signer in another process; and that no key is shown."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from keelmark.chain.accounts import open_signer
from keelmark.chain.remote_signer import RemoteSigner
from keelmark.chain.signed_transaction import check_signed, transaction_fields, transaction_hash
from keelmark.chain.signer import Signer
from keelmark.errors import InputError, RpcRefused, RpcUnreachable
from tests.support.signing_process import Signing, signing_process

KEY, OTHER_KEY = b"\x22" * 32, b"\x33" * 32
ADDRESS, OTHER = Signer.from_key(KEY).address, Signer.from_key(OTHER_KEY).address
PASSWORD = "correct horse"
DYNAMIC: dict[str, Any] = {
    "type": 2,
    "chainId": 11_155_111,
    "nonce": 5,
    "gas": 100_000,
    "value": 0,
    "to": "0x4e59b44847b379578588920cA78FbF26c0B4956C",
    "data": b"\x01\x02\x00",
    "maxFeePerGas": 30 * 10**9,
    "maxPriorityFeePerGas": 10**9,
}
LEGACY = {
    name: value for name, value in DYNAMIC.items() if name != "type" and not name.startswith("max")
} | {"gasPrice": 7 * 10**9}
both_kinds = pytest.mark.parametrize("fields", [DYNAMIC, LEGACY], ids=["dynamic", "legacy"])


@pytest.fixture(params=["web3signer", "clef"])
def signing(request: pytest.FixtureRequest) -> Iterator[Signing]:
    """A signer of one account, in each dialect."""
    with signing_process(KEY, dialect=request.param) as process:
        yield process


@pytest.fixture(autouse=True)
def no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of the test's own brings none."""
    for name in ("KEELMARK_KEYFILE_PASSWORD", "KEELMARK_KEYFILE_PASSWORD_FD"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def keyfile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encrypted key, with little work to open it."""
    path = tmp_path_factory.mktemp("keys") / "deployer.json"
    path.write_text(json.dumps(Account.encrypt(KEY, PASSWORD, kdf="pbkdf2", iterations=10)))
    return path


@both_kinds
def test_a_signed_transaction_is_read(fields: dict[str, Any]) -> None:
    """eth-account signs; what is read is what was signed, by whom, under the hash it says."""
    signed = Account.from_key(KEY).sign_transaction(fields)
    raw = bytes(signed.raw_transaction)
    assert transaction_fields(raw) == {**fields, "from": ADDRESS}
    assert transaction_hash(raw) == bytes(signed.hash)
    check_signed(raw, fields, ADDRESS)


def test_the_factorys_own_transaction_is_read() -> None:
    """A legacy transaction without a chain's id, and known figures: 100,000 gas at 100 gwei."""
    from keelmark.deploy.factory import CREATION

    found = transaction_fields(CREATION)
    assert found["from"] == "0x3fAB184622Dc19b6109349B94811493BF2a45362"
    assert (found["gas"], found["gasPrice"], found["nonce"]) == (100_000, 100 * 10**9, 0)
    assert found["to"] is None
    assert "chainId" not in found


@pytest.mark.parametrize("raw", [b"", b"\x02", b"\x02\xc0", b"\xc3\x01\x02\x03", b"\x7f" * 200])
def test_what_is_no_signed_transaction(raw: bytes) -> None:
    """Says so."""
    with pytest.raises(InputError, match="expected a signed transaction"):
        transaction_fields(raw)


def test_an_access_list_is_not_ours() -> None:
    """Nothing that was not asked for may ride along."""
    listed = {**DYNAMIC, "accessList": [{"address": OTHER, "storageKeys": []}]}
    raw = bytes(Account.from_key(KEY).sign_transaction(listed).raw_transaction)
    with pytest.raises(InputError, match="expected a signed transaction"):
        check_signed(raw, DYNAMIC, ADDRESS)


@both_kinds
def test_an_external_signer(signing: Signing, fields: dict[str, Any]) -> None:
    """Its one account is found, and what it signs is what a key here would have."""
    signer = open_signer(signing.url)
    assert signer.address == ADDRESS
    assert signer.sign_transaction(fields) == Signer.from_key(KEY).sign_transaction(fields)
    assert signing.asked[0]["nonce"] == "0x5"
    assert signing.asked[0]["data"] == "0x010200"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("to", OTHER, f"to in the signed transaction is {OTHER}, expected 0x4e59"),
        ("nonce", 6, "nonce in the signed transaction is 6, expected 5"),
        ("gas", 200_000, "gas in the signed transaction is 200000"),
        ("value", 1, "value in the signed transaction is 1, expected 0"),
        ("data", "0x0102", "data in the signed transaction is 2 bytes"),
        ("chainId", 1, "chainId in the signed transaction is 1, expected 11155111"),
        ("maxFeePerGas", 10**12, "maxFeePerGas in the signed transaction is 1000000000000"),
        ("maxPriorityFeePerGas", 0, "maxPriorityFeePerGas in the signed transaction is 0"),
        ("signer", OTHER, f"from in the signed transaction is {OTHER}, expected {ADDRESS}"),
    ],
)
def test_an_external_signer_that_signs_something_else(field: str, value: Any, words: str) -> None:
    """Each field is compared; a transaction that differs is not sent."""
    with signing_process(KEY, OTHER_KEY) as process:
        process.change = lambda fields: {**fields, field: value}
        with pytest.raises(InputError, match=words):
            RemoteSigner(process.url, ADDRESS).sign_transaction(DYNAMIC)


def test_an_external_signer_of_another_kind_of_transaction(signing: Signing) -> None:
    """A legacy price instead of a cap is another transaction."""
    signing.change = lambda fields: (
        {name: value for name, value in fields.items() if not name.startswith("max")}
        | {"gasPrice": 30 * 10**9}
    )
    with pytest.raises(InputError, match="gasPrice in the signed transaction is 30000000000"):
        open_signer(signing.url).sign_transaction(DYNAMIC)


def test_an_external_signer_that_refuses(signing: Signing) -> None:
    """Its words are passed on."""
    signing.refusal = "request denied"
    with pytest.raises(RpcRefused, match="request denied"):
        open_signer(signing.url).sign_transaction(DYNAMIC)


@pytest.mark.parametrize("answer", ["0xzz", "yes", {"signed": True}, [1]])
def test_an_external_signer_that_answers_nonsense(signing: Signing, answer: Any) -> None:
    """One sentence."""
    signing.answer = answer
    with pytest.raises(InputError, match=r"answered no signed transaction|expected a signed"):
        open_signer(signing.url).sign_transaction(DYNAMIC)


def test_which_account_of_several() -> None:
    """The sender says; without it the signer is refused."""
    with signing_process(KEY, OTHER_KEY) as process:
        assert open_signer(process.url, sender=OTHER.lower()).address == OTHER
        with pytest.raises(InputError, match="has 2 accounts, expected one or the sender"):
            open_signer(process.url)


def test_an_external_signer_shows_no_credentials() -> None:
    """Those in its URL stay there."""
    with signing_process(KEY) as process:
        url = process.url.replace("http://", "http://user:hush@") + "/token"
        signer = RemoteSigner(url, ADDRESS)
        assert repr(signer) == f"RemoteSigner({ADDRESS} at {process.url})"
    with pytest.raises(RpcUnreachable) as refused:
        RemoteSigner(url)
    assert "hush" not in str(refused.value)


def test_a_key_file_and_a_prompt(keyfile: Path) -> None:
    """Whoever sits there is asked once, with the file's name."""
    asked: list[str] = []

    def ask(words: str) -> str:
        asked.append(words)
        return PASSWORD

    assert open_signer(str(keyfile), ask=ask).address == ADDRESS
    assert asked == [f"Password of {keyfile}: "]


def test_a_human_who_gives_no_password(keyfile: Path) -> None:
    """The prompt is left by its end-of-file key."""

    def left(_question: str) -> str:
        raise EOFError

    with pytest.raises(InputError, match="is locked, and no password was given"):
        open_signer(str(keyfile), ask=left)


def test_a_key_file_without_a_human(keyfile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment brings the password, or an open file whose number it says."""
    monkeypatch.setenv("KEELMARK_KEYFILE_PASSWORD", PASSWORD)
    assert open_signer(str(keyfile)).address == ADDRESS
    monkeypatch.setenv("KEELMARK_KEYFILE_PASSWORD", "wrong")
    reading, writing = os.pipe()
    os.write(writing, PASSWORD.encode() + b"\n")
    os.close(writing)
    monkeypatch.setenv("KEELMARK_KEYFILE_PASSWORD_FD", str(reading))
    assert open_signer(str(keyfile)).address == ADDRESS
    os.close(reading)
    with pytest.raises(InputError, match="expected the number of an open file"):
        open_signer(str(keyfile))


def test_a_locked_key_file(keyfile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong password, or nobody to ask, is one sentence without the password."""
    with pytest.raises(InputError, match="expected a key file that this password opens") as no:
        open_signer(str(keyfile), ask=lambda _: "battery staple")
    assert "staple" not in str(no.value)
    with Path(os.devnull).open(encoding="utf-8") as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        with pytest.raises(InputError, match="is locked; expected its password in KEELMARK_KEYF"):
            open_signer(str(keyfile))


@pytest.mark.parametrize("text", ["", "[1]", '{"address": "00"}', "\x00"])
def test_what_is_no_key_file(tmp_path: Path, text: str) -> None:
    """Is refused before anybody is asked for a password."""
    path = tmp_path / "key.json"
    path.write_text(text)

    def ask(_: str) -> str:
        raise AssertionError("asked")

    with pytest.raises(InputError, match="is no key file"):
        open_signer(str(path), ask=ask)
    with pytest.raises(InputError, match="cannot be read, No such file"):
        open_signer(str(tmp_path / "none"), ask=ask)


def test_a_key_as_an_argument() -> None:
    """Is refused and not repeated."""
    for key in (KEY.hex(), "0x" + KEY.hex(), "0X" + KEY.hex(), "env:" + KEY.hex(), KEY.hex() + "2"):
        with pytest.raises(InputError, match="is a private key") as refused:
            open_signer(key)
        assert "22222222" not in str(refused.value)


def test_a_seed_phrase_as_an_argument() -> None:
    """Is refused and not repeated."""
    with pytest.raises(InputError, match="words that keys follow from") as refused:
        open_signer("test " * 11 + "junk")
    assert "junk" not in str(refused.value)


@pytest.mark.parametrize("descriptor", ["x", "-1", "9" * 30])
def test_a_file_descriptor_that_is_none(
    keyfile: Path, monkeypatch: pytest.MonkeyPatch, descriptor: str
) -> None:
    """One sentence."""
    monkeypatch.setenv("KEELMARK_KEYFILE_PASSWORD_FD", descriptor)
    with pytest.raises(InputError, match="expected the number of an open file"):
        open_signer(str(keyfile))


def test_a_key_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under our own name or the user's, and checked against the sender."""
    monkeypatch.setenv("KEELMARK_PRIVATE_KEY", KEY.hex())
    monkeypatch.setenv("CI_KEY", OTHER_KEY.hex())
    assert open_signer("env").address == ADDRESS
    assert open_signer("env:CI_KEY").address == OTHER
    with pytest.raises(InputError, match=f"signs for {OTHER}, expected the sender {ADDRESS}"):
        open_signer("env:CI_KEY", sender=ADDRESS)
