"""A deployer's folder, and the command `keelmark deploy` run in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from keelmark.chain import Chain, Signer
from keelmark.chain.anvil import running_anvil
from keelmark.chain.operations import GetCode
from keelmark.chain.rpc import RpcCall
from keelmark.chain.transports import RpcNode
from keelmark.cli import main
from tests.support.houses import house_text, with_token

SEPOLIA = 11_155_111
PASSWORD = "the deployer's own"
KEY = bytes.fromhex("77" * 32)
DEPLOYER = Signer.from_key(KEY)


@dataclass
class Desk:
    """A deployer's folder, and the command run in it."""

    folder: Path
    chain: Chain
    token: str
    capture: pytest.CaptureFixture[str]

    def house(self, **changes: str | None) -> Path:
        """A house file, with some fields altered."""
        path = self.folder / "house.toml"
        path.write_text(house_text(**{"token": f'"{self.token}"', **changes}))
        return path

    def cli(self, *options: object, chain: str = "sepolia", account: object = None) -> Any:
        """Exit code, what was printed, and the error."""
        given = [
            *("--chain", chain, "--house", self.folder / "house.toml"),
            *("--account", account or self.folder / "key.json"),
            *("--deployments", self.folder / "deployments", "--poll", "0", *options),
        ]
        with pytest.raises(SystemExit) as stopped:
            main(["deploy", *(str(item) for item in given)])
        shown = self.capture.readouterr()
        return int(stopped.value.code or 0), shown.out, shown.err

    def plan(self, *options: object, **named: Any) -> dict[str, Any]:
        """A dry run's plan as a program sees it."""
        code, out, error = self.cli("--dry-run", "--json", *options, **named)
        assert (code, error) == (0, "")
        found: dict[str, Any] = json.loads(out)
        return found

    def refused(self, *options: object, **named: Any) -> str:
        """A refusal: one sentence, no transaction, no file; the sentence."""
        before = self.state()
        code, _, error = self.cli("--yes", *options, **named)
        assert code == 1, error
        assert len(error.strip().splitlines()) == 1
        assert error.startswith("keelmark: ")
        assert "Traceback" not in error
        assert self.state() == before
        return str(error)

    def state(self) -> tuple[int, dict[str, bytes]]:
        """The newest block, and every file under the folder of manifests."""
        files = {
            str(path): path.read_bytes()
            for path in (self.folder / "deployments").rglob("*")
            if path.is_file()
        }
        return self.chain.block().number, files

    @property
    def manifest(self) -> Path:
        return self.folder / "deployments" / str(SEPOLIA) / "keelmark.json"


def key_file(path: Path) -> None:
    """An encrypted key file that opens quickly."""
    path.write_text(json.dumps(Account.encrypt(KEY, PASSWORD, kdf="pbkdf2", iterations=2)))


def code_at(chain: Chain, address: str) -> bytes:
    """The code at an address."""

    def ask() -> Any:
        return (yield GetCode(address))

    found: bytes = chain.run(ask())
    return found


def set_code(chain: Chain, address: str, code: str) -> None:
    """Puts code where none was, as only a node of one's own allows."""
    assert isinstance(chain.node, RpcNode)
    chain.node.call(RpcCall("anvil_setCode", (address, code)))


@pytest.fixture(scope="module", autouse=True)
def needs_anvil(anvil: Chain) -> None:
    """Skipped by name where there is no anvil."""


@pytest.fixture(scope="module")
def sepolia() -> Iterator[Chain]:
    """A node that says it is Sepolia."""
    with running_anvil(chain_id=SEPOLIA) as node:
        yield node


@pytest.fixture(scope="module")
def token(sepolia: Chain) -> str:
    """A settlement token on the node, whose deployer can pay."""
    sepolia.local.fund(DEPLOYER.address)
    return with_token(sepolia.signing(DEPLOYER))


@pytest.fixture
def desk(
    sepolia: Chain,
    token: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Desk]:
    """A desk whose list of chains leads Sepolia's name to the node; the chain is put back."""
    node = sepolia.node
    assert isinstance(node, RpcNode)
    chains = tmp_path / "chains.json"
    chains.write_text(json.dumps([{"name": "sepolia", "rpc": node.url}]))
    monkeypatch.setenv("KEELMARK_CHAINS", str(chains))
    monkeypatch.setenv("KEELMARK_KEYFILE_PASSWORD", PASSWORD)
    key_file(tmp_path / "key.json")
    made = Desk(tmp_path, sepolia, token, capsys)
    made.house()
    with sepolia.undone():
        yield made
