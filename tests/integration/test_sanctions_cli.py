"""A published list brought to a chain: the difference, the change, and then no difference."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_utils.crypto import keccak
from web3.contract import Contract

from keelmark.bindings import SanctionsList
from keelmark.chain import Chain, Operation, Signer
from keelmark.chain.anvil import running_anvil
from keelmark.chain.compiler import compile_contract
from keelmark.chain.operations import GetCode
from keelmark.chain.pyevm import Backend
from keelmark.cli import main
from keelmark.deploy import sanctions as sending
from keelmark.deploy.plan import KIT
from keelmark.ledger.sanctions import (
    ListReads,
    read_list,
    rebuild_list,
    reconcile_list,
)
from keelmark.sanctions import compare, digest, read_xml
from tests.conftest import find
from tests.support.parties import lei_text
from tests.support.sdn import Listed, advanced_xml, evm, plain_csv, plain_xml
from tests.support.tester import Actor

ZERO = "0x" + "00" * 20
FIRST = [Listed(number, [("ETH", evm(number)), ("XBT", "1x")]) for number in range(1, 231)]
SECOND = [
    *FIRST[40:229],
    Listed(230, [("USDT", evm(1000))]),
    Listed(400, [("ETH", evm(230)), ("ARB", evm(230))]),
]


@pytest.fixture
def contract(
    deploy: Any, actors: Any, chain: Chain, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> Contract:
    """A list on the embedded chain, which every command connects to, and the officer's key."""
    made: Contract = deploy("registry/SanctionsList", actors("officer"), ZERO, ZERO, ZERO)
    for name in ("officer", "nobody"):
        backend.fund(actors(name).canonical)
    monkeypatch.setattr("keelmark.chain.connect", lambda target: chain)
    monkeypatch.setenv("KEELMARK_PRIVATE_KEY", bytes(actors("officer").key).hex())
    return made


@pytest.fixture
def cli(contract: Contract, capsys: pytest.CaptureFixture[str], w3: Any) -> Callable[..., Any]:
    """``cli("diff", "--file", …)``: exit code, what was printed, and the error."""
    # The whole chain of a long session is slow to read.
    first = str(max(0, w3.eth.block_number - 50))

    def run(*arguments: str) -> tuple[int, str, str]:
        where = ("--rpc", "embedded", "--contract", contract.address, "--from-block", first)
        with pytest.raises(SystemExit) as stopped:
            main(["sanctions", *arguments, *(() if "--list" in arguments else where)])
        printed = capsys.readouterr()
        return int(stopped.value.code or 0), printed.out, printed.err

    return run


def write(path: Path, text: str) -> str:
    """A file, last changed when it says."""
    path.write_text(text, encoding="utf-8")
    return str(path)


def difference_of(cli: Any, file: str) -> dict[str, Any]:
    """The difference as JSON."""
    code, out, _ = cli("diff", "--file", file, "--json")
    assert code == 0
    found: dict[str, Any] = json.loads(out)
    return found


def test_default_behavior(cli: Any, contract: Contract, tmp_path: Path, now: Any) -> None:
    file = write(tmp_path / "SDN.XML", plain_xml(FIRST))
    found = difference_of(cli, file)
    assert (found["added"], found["removed"], found["unchanged"]) == (230, 0, 0)
    assert found["published"] == "2026-01-31"
    assert found["skipped"] == {"XBT": 230}

    code, out, _ = cli("update", "--file", file)
    assert code == 0
    assert "Nothing was sent" in out
    assert contract.functions.listed_count().call() == 0

    code, out, error = cli("update", "--file", file, "--yes")
    assert (code, error) == (0, "")
    assert "batch 3 of 3: 0x" in out
    assert contract.functions.listed_count().call() == 230
    assert contract.functions.is_fresh(3_600).call()
    assert contract.functions.digest().call().hex() == found["digest"][2:]
    again = difference_of(cli, file)
    assert (again["added"], again["changed"], again["removed"]) == (0, 0, 0)

    later = write(tmp_path / "SDN_ADVANCED.XML", advanced_xml(SECOND))
    found = difference_of(cli, later)
    counts = ("added", "changed", "removed", "unchanged")
    assert tuple(found[name] for name in counts) == (1, 1, 40, 189)
    assert {"act": "add", "address": evm(1000), "reference": "OFAC-SDN-230"} in found["changes"]
    assert {"act": "change", "address": evm(230), "reference": "OFAC-SDN-400"} in found["changes"]
    assert cli("update", "--file", later, "--yes")[0] == 0
    assert contract.functions.isSanctioned(evm(1000)).call()
    assert not contract.functions.isSanctioned(evm(1)).call()

    # The same list in the other format has nothing to add; it is confirmed.
    same = write(tmp_path / "SDN.CSV", plain_csv(SECOND))
    code, out, _ = cli("update", "--file", same, "--yes")
    assert code == 0
    assert "confirmed" in out

    code, out, _ = cli("show")
    saved = write(tmp_path / "list.json", out)
    assert json.loads(out)["entries"][evm(230)] == "OFAC-SDN-400"
    code, out, _ = cli("diff", "--file", same, "--list", saved)
    assert code == 0
    assert "0 added, 0 changed, 0 removed, 191 unchanged" in out


def test_resumes(
    cli: Any, contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure in the middle says what went in; the list is not fresh; running again goes on."""
    file = write(tmp_path / "SDN.XML", plain_xml(FIRST))
    real = sending.SanctionsList.update
    calls = []

    def failing(self: Any, *arguments: Any, **named: Any) -> Any:
        calls.append(arguments)
        gas = 100_000 if len(calls) == 2 else None
        return real(self, *arguments, **{**named, "gas": gas})

    with monkeypatch.context() as patched:
        patched.setattr(sending.SanctionsList, "update", failing)
        code, _, error = cli("update", "--file", file, "--yes")
    assert code == 1
    assert "batch 2 of 3 did not go in" in error
    assert "batches 1 to 1 did" in error
    assert len(error.strip().splitlines()) == 1
    assert contract.functions.listed_count().call() == 100
    assert not contract.functions.is_fresh(2**200).call()
    assert difference_of(cli, file)["added"] == 130
    code, out, _ = cli("update", "--file", file, "--yes")
    assert code == 0
    assert "batch 2 of 2" in out
    assert contract.functions.is_fresh(3_600).call()


def test_refusals_send_nothing(
    cli: Any, contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, actors: Any
) -> None:
    good = write(tmp_path / "SDN.XML", plain_xml(FIRST[:5]))
    wrong = evm(3)[:-1]
    bad = write(tmp_path / "bad.xml", plain_xml([*FIRST[:5], Listed(77, [("ETH", wrong)])]))
    cut = write(tmp_path / "cut.xml", plain_xml(FIRST[:5])[:-30])
    missing = str(tmp_path / "missing.xml")
    for arguments, words in [
        (("--file", bad), f"bad.xml: entry 77, ETH '{wrong}': expected 0x and 40"),
        (("--file", cut), "cut.xml: line"),
        (("--file", missing), "missing.xml: No such file"),
        (("--file", good, "--comments", good), "--comments: only SDN.CSV"),
        (("--file", good, "--as-of", "soon"), "--as-of 'soon': expected a time"),
        (("--file", good, "--keyfile", missing), "expected a key file"),
    ]:
        monkeypatch.setenv("KEELMARK_KEYFILE_PASSWORD", "not the password")
        code, _, error = cli("update", *arguments, "--yes")
        assert code == 1
        assert words in error
        assert len(error.strip().splitlines()) == 1
    monkeypatch.setenv("KEELMARK_PRIVATE_KEY", bytes(actors("nobody").key).hex())
    code, _, error = cli("update", "--file", good, "--yes")
    assert "roles: not the holder" in error
    monkeypatch.delenv("KEELMARK_PRIVATE_KEY")
    code, _, error = cli("update", "--file", good, "--yes")
    assert "KEELMARK_PRIVATE_KEY: expected" in error
    assert contract.functions.listed_count().call() == 0


def test_rejected_addresses_left_out(cli: Any, contract: Contract, tmp_path: Path) -> None:
    bad = write(tmp_path / "SDN.XML", plain_xml([*FIRST[:2], Listed(77, [("ETH", "0x12")])]))
    assert "rejected: entry 77" in cli("diff", "--file", bad)[1]
    assert cli("update", "--file", bad, "--yes", "--leave-out-rejected")[0] == 0
    assert contract.functions.listed_count().call() == 2


def test_shrinking_and_older_files(cli: Any, contract: Contract, tmp_path: Path, now: Any) -> None:
    file = write(tmp_path / "SDN.XML", plain_xml(FIRST[:6]))
    assert cli("update", "--file", file, "--yes")[0] == 0
    less = write(tmp_path / "less.xml", plain_xml(FIRST[:2]))
    code, _, error = cli("update", "--file", less, "--yes")
    assert code == 1
    assert "4 of 6 wallets would be taken off" in error
    os.utime(less, (1_000_000, 1_000_000))
    code, _, error = cli("update", "--file", less, "--yes", "--shrink")
    assert "less.xml is of 1000000, expected no older" in error
    assert contract.functions.listed_count().call() == 6
    os.utime(less)
    assert cli("update", "--file", less, "--yes", "--shrink")[0] == 0
    assert contract.functions.listed_count().call() == 2


def test_not_from_the_first_block(
    contract: Contract, chain: Chain, tmp_path: Path, capsys: Any, mine: Any
) -> None:
    """A reading that misses logs is refused, not compared."""
    mine()
    file = write(tmp_path / "SDN.XML", plain_xml(FIRST[:2]))
    late = str(chain.block().number)
    where = ("--rpc", "x", "--contract", contract.address, "--from-block", late)
    with pytest.raises(SystemExit):
        main(["sanctions", "diff", "--file", file, *where])
    assert "do not fold to its report chain" in capsys.readouterr().err


def test_somebody_else_changes_the_list(
    chain: Chain, contract: Contract, actors: Any, send: Any, now: Any
) -> None:
    """The difference was taken before another change: the end is not what was published."""
    publication = read_xml("SDN.XML", [plain_xml(FIRST[:3]).encode()])
    difference = compare(publication, {})
    other = (evm(5000), b"another".ljust(32, b"\0"))
    send(contract.functions.update([], [other], b"\1" * 32, 0), actors("officer"))
    signing = chain.signing(Signer.from_key(actors("officer").key))
    with pytest.raises(sending.UpdateStopped, match="somebody else changed it"):
        signing.run(sending.update_list(SanctionsList(contract.address), difference, now()))


def test_where_the_list_is(cli: Any, tmp_path: Path, capsys: Any) -> None:
    file = write(tmp_path / "SDN.XML", plain_xml(FIRST[:2]))
    saved = write(tmp_path / "list.json", '{"entries": {"0x12": "a"}}')
    for arguments, words in [
        (("--rpc", "x"), "--manifest, --contract: expected one of them"),
        ((), "--rpc: expected the URL"),
        (("--rpc", "x", "--contract", "0x12"), "expected a checksummed address"),
        (("--list", file), "expected JSON with 'entries'"),
        (("--list", saved), "'0x12', expected a checksummed address"),
        (("--rpc", "x", "--manifest", saved), "in"),
    ]:
        with pytest.raises(SystemExit) as stopped:
            main(["sanctions", "diff", "--file", file, *arguments])
        assert stopped.value.code == 1
        error = capsys.readouterr().err
        assert words in error
        assert len(error.strip().splitlines()) == 1


def test_on_a_node(anvil: Chain, tmp_path: Path, capsys: Any, monkeypatch: Any) -> None:
    """A manifest, a key file and a node's own estimate of gas."""
    del anvil
    officer = Signer.from_key(Actor("officer").key)
    monkeypatch.setenv("KEELMARK_KEYFILE_PASSWORD", "a password")
    key = tmp_path / "key.json"
    key.write_text(
        json.dumps(Account.encrypt(Actor("officer").key, "a password", "pbkdf2", 1)), "utf-8"
    )
    artefact = compile_contract(find("registry/SanctionsList"))
    with running_anvil() as node:
        node.local.fund(officer.address)
        made = node.signing(officer).run(
            SanctionsList.create(
                artefact.bytecode,
                officer=officer.address,
                oracle_1=ZERO,
                oracle_2=ZERO,
                oracle_3=ZERO,
            )
        )
        assert made.contract is not None
        code = node.run(code_at(made.contract))
        names = [*(name for name in KIT if name != "SanctionsList"), "SanctionsList"]
        manifest = tmp_path / "keelmark.json"

        def describe(code_hash: str, names: list[str]) -> None:
            contract = {
                "address": made.contract,
                "block_number": made.block_number,
                "block_hash": "0x" + made.block_hash.hex(),
                "transaction_hash": "0x" + made.transaction_hash.hex(),
                "code_hash": code_hash,
                "source_hash": "00" * 32,
                "gas_used": made.gas_used,
            }
            body = {
                "schemaVersion": 1,
                "chainId": node.chain_id(),
                "rulebookDigest": "0x" + "00" * 32,
                "regime": 3,
                "lei": lei_text(1),
                "token": made.contract,
                "tokenFeed": 2,
                "contracts": [{"name": name, **contract} for name in names],
            }
            manifest.write_text(json.dumps(body), "utf-8")

        def cli(command: str, *arguments: str) -> tuple[int, str]:
            where = ("--rpc", node.name, "--manifest", str(manifest))
            with pytest.raises(SystemExit) as stopped:
                main(["sanctions", command, *arguments, *where])
            printed = capsys.readouterr()
            return int(stopped.value.code or 0), printed.out + printed.err

        file = write(tmp_path / "SDN.XML", plain_xml(FIRST))
        update = ("update", "--file", file, "--yes", "--keyfile", str(key))
        describe("0x" + "11" * 32, names)
        assert "code_hash of SanctionsList" in cli(*update)[1]
        describe("0x" + keccak(code).hex(), names[:-1])
        assert "expected SanctionsList as well" in cli(*update)[1]
        describe("0x" + keccak(code).hex(), names)
        code_, said = cli(*update)
        assert code_ == 0, said
        assert "batch 3 of 3" in said
        assert "0 added, 0 changed, 0 removed, 230 unchanged" in cli("diff", "--file", file)[1]


def code_at(address: str) -> Operation[bytes]:
    """The code of a contract."""
    code: bytes = yield GetCode(address)
    return code


def test_list_rebuilt_from_events(
    chain: Chain, contract: Contract, actors: Any, send: Any, now: Any, w3: Any
) -> None:
    """The ledger agrees with the contract, and notices each value that is altered."""
    first = max(0, w3.eth.block_number - 3)
    publication = read_xml("SDN.XML", [plain_xml(FIRST[:9]).encode()])
    entries = list(publication.references().items())
    officer = actors("officer")
    send(contract.functions.update([], entries[:6], b"\1" * 32, now()), officer)
    send(contract.functions.update([entries[0][0]], entries[6:], b"\2" * 32, now()), officer)
    send(contract.functions.confirm(b"\3" * 32, now()), officer)
    found = chain.run(read_list(contract.address, first))
    assert found.holds
    assert found.book.references == dict(entries[1:])
    assert found.book.digest == digest(dict(entries[1:])) == contract.functions.digest().call()
    assert found.book.source == b"\3" * 32
    assert len(compare(publication, found.book.references).added) == 1

    events = found.reading.events()
    for place, event in enumerate(events):
        without = rebuild_list((*events[:place], *events[place + 1 :]))
        if event.name in ("EntryListed", "EntryDelisted"):
            assert without.findings, f"event {place} was not missed"
    reads = ListReads(8, found.book.as_of, found.book.digest)
    assert not reconcile_list(found.book, reads)
    for other, name in [
        (ListReads(9, reads.as_of, reads.digest), "listed"),
        (ListReads(8, reads.as_of - 1, reads.digest), "as_of"),
        (ListReads(8, reads.as_of, b"\4" * 32), "digest"),
        (ListReads(8, reads.as_of, reads.digest, {entries[1][0]: b"\5" * 32}), "reference"),
    ]:
        (difference,) = reconcile_list(found.book, other)
        assert difference.field == name
