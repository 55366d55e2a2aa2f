"""`keelmark supervision` beside a real node: what a reader sees of a house's governance."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from keelmark.chain import Chain
from keelmark.chain.anvil import running_anvil
from keelmark.cli import main
from keelmark.deploy import write_manifest
from keelmark.evidence import new_identity
from keelmark.evidence.asking import new_asked
from keelmark.ledger import cooperation
from keelmark.ledger.cooperation_words import Kind
from keelmark.types import Power
from tests.support.authorities import BASIS, DAY, Venue, govern

DIGEST = b"\x01" * 32


@dataclass(frozen=True)
class Read:
    """A venue on a node, and its manifest."""

    venue: Venue
    manifest: Path
    folder: Path

    def cli(self, *arguments: object, rpc: str | None = None, manifest: Path | None = None) -> int:
        """Runs the command in this process; the exit code."""
        where = ("--manifest", manifest or self.manifest, "--rpc", rpc or self.venue.chain.name)
        with pytest.raises(SystemExit) as stopped:
            main(["supervision", *(str(item) for item in (*arguments, *where))])
        return int(stopped.value.code or 0)


@pytest.fixture(scope="module")
def read(anvil: Chain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    """A house whose authorities have been busy, a day and a half later."""
    del anvil
    folder = tmp_path_factory.mktemp("supervision")
    with running_anvil() as node:
        venue = Venue(node)
        manifest = folder / "house.json"
        write_manifest(venue.kit, manifest)
        yield Read(venue, manifest, folder)


@pytest.fixture(scope="module")
def busy(read: Read) -> dict[str, int]:
    """What is under way, and an agreement with requests in several states."""
    venue, contract = read.venue, read.venue.kit.supervision
    proposing = cooperation.propose(
        contract, members=[1, 2], kinds=Kind(7), powers=Power.FREEZE, begins=venue.now(),
        until=venue.now() + 300 * DAY, text_hash=DIGEST,
    )  # fmt: skip
    venue.act("AMF", proposing)
    venue.act("BaFin", cooperation.accept(contract, 1))
    house = {
        "chain_id": venue.chain.chain_id(), "contracts": [venue.kit.parties.address],
        "first_block": 0, "last_block": None,
    }  # fmt: skip
    asked = new_asked(house, [new_identity()[1]])
    for kind in (Kind.EVIDENCE, Kind.FREEZE, Kind.EVIDENCE):
        asking = cooperation.ask(
            contract, asked, agreement=1, to=1, kind=kind, subject=1, legal_basis=BASIS,
            acknowledge_by=venue.now() + DAY, deliver_by=venue.now() + 2 * DAY,
        )  # fmt: skip
        venue.act("AMF", asking)
    venue.act("BaFin", cooperation.acknowledge(contract, 1))
    times = govern(venue)
    venue.later(3 * DAY // 2)
    venue.act("BaFin", cooperation.deliver(contract, 3, DIGEST))
    venue.act("AMF", cooperation.log_access(contract, 3, DIGEST, BASIS))
    return times


def test_before_anything(read: Read, capsys: pytest.CaptureFixture[str]) -> None:
    """A house that was just made: empty tables are one line."""
    assert read.cli("show") == 0
    said = capsys.readouterr().out
    for line in (
        "not halted",
        "issuers of attestations: 1",
        "delays: mandate 1 d, feed 1 d, recovery 7 d, category 1 d, review 365 d, halt 7 d",
        "changes of feeds that were announced: none",
        "freezes and restrictions: none",
        "barred instruments: none",
        "recoveries of keys: none",
    ):
        assert line in said.splitlines()
    assert "freeze, restrict, bar, halt, ccp, issuers, cooperate" in said
    assert "no end" in said
    assert read.cli("requests") == 0
    assert capsys.readouterr().out.splitlines()[-2:] == ["agreements: none", "requests: none"]


def test_show(read: Read, busy: dict[str, int], capsys: pytest.CaptureFixture[str]) -> None:
    """For a person: nothing is cut off, and what is overdue says so."""
    assert read.cli("show") == 0
    said = capsys.readouterr().out
    assert "…" not in said
    assert "HALTED until " in said
    assert said.count("OVERDUE") == 2
    assert "0.000001 to 100000000, 500 bps apart, 1 fresh sources" in said
    for name in ("operator", "registrar", "BaFin", "AMF", "new key", "keeper"):
        assert read.venue.wallet(name) in said
    assert "1 (DE)" in said
    assert "close-only" in said
    assert "(ripe)" in said


def test_show_for_a_program(
    read: Read, busy: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    """The same as JSON, times in seconds."""
    assert read.cli("show", "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["halted"]
    assert found["halted_until"] == busy["halt"]
    assert not found["sanctions_list"]["stale"]
    roles = {(one["contract"], one["role"]): one for one in found["roles"]}
    assert roles["ClearingHouse", "operator"]["offered_to"] == read.venue.wallet("new key")
    assert roles["Supervision", "convenor"]["offered_to"] is None
    first, second = found["authorities"]
    assert first["offered_to"] == read.venue.wallet("new key")
    assert second["powers"] == ["freeze", "restrict", "cooperate"]
    assert second["from"] == busy["wider"]
    (change,) = found["feed_changes"]
    assert (change["feed"], change["what"], change["due"]) == (1, "limits", busy["feed"])
    assert change["ripe"]
    holds = [(one["account"], one["frozen"], one["overdue"]) for one in found["holds"]]
    assert holds == [(1, False, False), (1, True, True), (2, True, False)]
    assert found["bars"][0]["overdue"]
    (recovery,) = found["recoveries"]
    assert (recovery["ripe_at"], recovery["ripe"], recovery["lapsed"]) == (
        busy["ripe"], False, False,
    )  # fmt: skip


def test_requests(read: Read, busy: dict[str, int], capsys: pytest.CaptureFixture[str]) -> None:
    """Agreements and requests, and what is overdue."""
    assert read.cli("requests") == 0
    said = capsys.readouterr().out
    assert "information, evidence, freeze" in said
    assert said.count("ACKNOWLEDGEMENT") == 1
    assert "…" not in said
    assert read.cli("requests", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    (agreement,) = found["agreements"]
    assert (agreement["state"], agreement["accepted"], agreement["powers"]) == (
        "runs", [1, 2], ["freeze"],
    )  # fmt: skip
    first, second, third = found["requests"]
    assert (first["state"], first["overdue"]) == ("acknowledged", None)
    assert (second["state"], second["overdue"]) == ("requested", "acknowledgement")
    assert (third["state"], third["package_digest"]) == ("delivered", "0x" + DIGEST.hex())
    (access,) = third["accesses"]
    assert (access["authority"], access["purpose"]) == (2, "EU 596/2014 Art. 23")
    address = read.venue.kit.supervision.address
    assert first["reference"] == f"eip155:{read.venue.chain.chain_id()}:{address}/1"
    assert read.cli("requests", "--open", "--json") == 0
    waiting = json.loads(capsys.readouterr().out)["requests"]
    assert [one["id"] for one in waiting] == [1, 2]


@pytest.mark.parametrize("command", ["show", "requests"])
def test_refusals(read: Read, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No manifest, one of other code or another chain, no node: one sentence and exit code 1."""
    other, chain = read.folder / "other.json", read.folder / "chain.json"
    body = json.loads(read.manifest.read_text())
    chain.write_text(json.dumps(body | {"chainId": 1}))
    body["contracts"][0]["code_hash"] = "0x" + "11" * 32
    other.write_text(json.dumps(body))
    capsys.readouterr()
    for options, words in (
        ({"manifest": read.folder / "missing.json"}, "manifest: "),
        ({"manifest": chain}, "chainId is 1"),
        ({"manifest": other}, "code_hash of Rulebook"),
        ({"rpc": "http://127.0.0.1:1"}, "does not answer"),
    ):
        assert read.cli(command, **options) == 1
        shown = capsys.readouterr()
        assert words in shown.err
        assert len(shown.err.strip().splitlines()) == 1
        assert shown.out == ""
