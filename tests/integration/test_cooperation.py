"""Two authorities and a freeze across a border, from the agreement to the closed request.

AMF asks BaFin to freeze a German firm. BaFin freezes it by its own power, and answers with evidence
of that which AMF opens and verifies with a trusted block hash alone, when the node is gone.
"""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_utils import keccak

from keelmark.chain import Chain
from keelmark.chain.anvil import running_anvil
from keelmark.cli import main
from keelmark.deploy import manifest_path, write_manifest
from keelmark.errors import Reverted
from keelmark.evidence.asking import read_asked
from keelmark.ledger import cooperation
from keelmark.ledger.cooperation_words import Kind, State
from keelmark.ledger.supervision import read_supervision
from keelmark.types import PartyFlag, Power
from tests.support.authorities import BASIS, CASE, DAY, IDS, Venue
from tests.support.parties import read_party
from tests.support.tester import Actor

PASSWORD = "the evidence desk's own"
PURPOSE = b"AMF 2020-7".ljust(32, b"\0")
TEXT = bytes(keccak(b"memorandum of understanding"))


def told(*arguments: object) -> str:
    """Runs the command in this process; what it says when it refuses."""
    with redirect_stderr(io.StringIO()) as said:
        assert cli(*arguments) == 1
    return said.getvalue()


def cli(*arguments: object) -> int:
    """Runs the command in this process; the exit code."""
    with pytest.raises(SystemExit) as stopped:
        main(["evidence", *(str(item) for item in arguments)])
    return int(stopped.value.code or 0)


def agreed(venue: Venue, **fields: Any) -> int:
    """An agreement of both that is in force; its id."""
    usual: dict[str, Any] = {
        "members": [1, 2],
        "kinds": Kind.EVIDENCE | Kind.FREEZE,
        "powers": Power.FREEZE,
        "begins": venue.now(),
        "until": venue.now() + 300 * DAY,
        "text_hash": TEXT,
    }
    made = venue.act("AMF", cooperation.propose(venue.kit.supervision, **(usual | fields)))
    venue.act("BaFin", cooperation.accept(venue.kit.supervision, made.id))
    return int(made.id)


@dataclass
class Freeze:
    """A freeze that was asked for and answered, and what AMF holds of it."""

    folder: Path
    manifest: Path
    asked: Path
    identity: Path
    package: Path
    block_hash: str
    reference: str
    digest: str

    def verified(self, *more: object, package: Path | None = None) -> int:
        """AMF's one command."""
        where = (package or self.package, "--identity", self.identity)
        return cli("verify", *where, "--block-hash", self.block_hash, *more)

    @property
    def known(self) -> tuple[object, ...]:
        """All that AMF knows by itself, its own request among it."""
        return (
            "--manifest", self.manifest, "--answers", 1, "--asked", self.asked,
            "--anchored", self.digest,
        )  # fmt: skip


@pytest.fixture(scope="module")
def freeze(anvil: Chain, tmp_path_factory: pytest.TempPathFactory) -> Freeze:
    """Asked, executed, answered, opened and closed on a node that is gone when the tests run."""
    del anvil
    folder = tmp_path_factory.mktemp("freeze")
    identity, asked, package = folder / "amf.txt", folder / "asked.json", folder / "answer.age"
    keyfile = folder / "bafin.json"
    assert cli("keygen", "--out", identity) == 0
    recipient = identity.read_text().splitlines()[0].removeprefix("# public key: ")
    strange = folder / "amf.json"
    for file, name in ((keyfile, "BaFin"), (strange, "AMF")):
        file.write_text(json.dumps(Account.encrypt(Actor(name).key, PASSWORD, iterations=2)))
    monkey = pytest.MonkeyPatch()
    monkey.setenv("KEELMARK_KEYFILE_PASSWORD", PASSWORD)
    with running_anvil() as node, monkey.context():
        venue = Venue(node)
        kit, supervision = venue.kit, venue.kit.supervision
        manifest = manifest_path(folder, kit)
        write_manifest(kit, manifest)
        agreement = agreed(venue)

        # AMF writes what it wants and asks for it on chain.
        assert cli(
            "ask", "--manifest", manifest, "--recipient", recipient, "--out", asked,
            "--contract", "PartyRegistry", "--from", node.block().number, "--account",
            IDS["German firm"], "--event", "PartyFrozen",
        ) == 0  # fmt: skip
        asking = cooperation.ask(
            supervision, read_asked(asked.read_bytes()), agreement=agreement, to=1,
            kind=Kind.FREEZE, subject=IDS["German firm"], acknowledge_by=venue.now() + DAY,
            deliver_by=venue.now() + 5 * DAY, legal_basis=BASIS,
        )  # fmt: skip
        made = venue.act("AMF", asking)

        # BaFin acknowledges it and freezes by its own power.
        venue.act("BaFin", cooperation.acknowledge(supervision, made.reference.id))
        wallet, review = venue.wallet("German firm"), venue.now() + 30 * DAY
        venue.act("BaFin", kit.parties.freeze(wallet, 0, BASIS, CASE, review))
        word = node.run(kit.parties.word_of(wallet))
        assert read_party(word).flags & PartyFlag.FROZEN

        # Information is not answered by a package; nor is a request of somebody else's file.
        other = folder / "other.json"
        assert cli(
            "ask", "--manifest", manifest, "--recipient", recipient, "--out", other,
        ) == 0  # fmt: skip
        common = ("build", "--manifest", manifest, "--rpc", node.name)
        answer = (*common, "--answers", 1, "--asked", asked)
        refusals: tuple[tuple[tuple[object, ...], str], ...] = (
            ((*common, "--answers", 1, "--asked", other), "asked: scope_hash of "),
            ((*common, "--answers", 2, "--asked", asked), "has no request 2"),
            ((*common, "--answers", 1), "--answers, --asked: expected both"),
            (common, "--request, --answers: expected one of them"),
            ((*answer, "--account", 2), "--account: the request says that"),
            ((*answer, "--recipient", recipient), "--recipient: the request says that"),
            ((*common, "--request", "7", "--deliver", "--keyfile", keyfile), "--deliver: expected"),
            ((*answer, "--deliver", "--keyfile", folder / "none"), "none"),
            ((*answer, "--deliver", "--keyfile", strange), "asks authority 1"),
        )
        draft = folder / "draft.age"
        for arguments, words in refusals:
            said = told(*arguments, "--out", draft)
            assert words in said
            assert len(said.strip().splitlines()) == 1
            assert not draft.exists()

        # It builds the answer for AMF's key alone, and anchors its digest.
        assert cli(*answer, "--to", node.block().number, "--out", draft, "--json") == 0
        sending = (*answer, "--deliver", "--keyfile", keyfile, "--out", package)
        assert cli(*sending, "--to", node.block().number, "--json") == 0
        found = node.run(cooperation.read_anchor(supervision, 1))
        assert found.request.state is State.DELIVERED
        digest = "0x" + found.package_digest.hex()
        assert "request 1: state is DELIVERED" in told(*answer, "--out", folder / "late.age")

        # AMF asks the node for the anchor, which proves nothing, and says that it opened it.
        number = node.block().number - 1
        block_hash = "0x" + node.block(number).hash.hex()
        result = Freeze(
            folder, manifest, asked, identity, package, block_hash, str(made.reference), digest,
        )  # fmt: skip
        assert result.verified(
            "--manifest", manifest, "--answers", 1, "--asked", asked, "--rpc", node.name
        ) == 0  # fmt: skip
        opened = cooperation.log_access(supervision, 1, found.package_digest, PURPOSE)
        venue.act("AMF", opened)
        venue.act("AMF", cooperation.close(supervision, 1, bytes(keccak(b"the order"))))
        read = node.run(
            read_supervision(supervision.address, kit.contracts["Supervision"].block_number)
        )
        assert read.holds
        book = read.book.requests[1]
        assert book.request.state is State.CLOSED
        assert [access.purpose for access in book.accesses] == [PURPOSE]
        assert not any(step.late for step in book.steps)
    return result


def test_default_behavior(freeze: Freeze, capsys: pytest.CaptureFixture[str]) -> None:
    """AMF's one command proves the freeze from a trusted block hash, with no node running."""
    assert freeze.verified(*freeze.known, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["whole"]
    assert said["request"] == freeze.reference
    (event,) = said["events"]
    assert event["name"] == "PartyFrozen"
    assert event["fields"]["account"] == "1"
    assert event["fields"]["case_hash"] == "0x" + CASE.hex()
    assert bytes.fromhex(event["fields"]["legal_basis"][2:]) == BASIS
    mandate = int(event["fields"]["mandate"])
    assert (mandate % 2**32, mandate >> 32 & 2**32 - 1) == (1, 0)
    assert f"request {freeze.reference}, as expected" in said["proved"]
    assert f"digest {freeze.digest}, as expected" in said["proved"]
    assert "scope and salt are those of the request" in said["proved"]
    assert not any("node" in line for line in said["stated_by_the_sender"])


def test_a_package_for_another_request(
    freeze: Freeze, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each thing that makes it another's is named."""
    from keelmark.evidence.asking import asked_bytes

    mine = read_asked(freeze.asked.read_bytes())
    fields: dict[str, Any] = {
        "first_block": mine.first_block + 1,
        "last_block": 10**6,
        "accounts": [2],
        "instruments": [1],
        "topics": [],
        "chain_id": 1,
        "contracts": ["0x" + "11" * 20],
    }
    capsys.readouterr()
    for name, value in fields.items():
        other = tmp_path / f"{name}.json"
        other.write_bytes(asked_bytes(mine.model_copy(update={name: value})))
        assert freeze.verified("--asked", other) == 1
        assert f"evidence: request.scope.{name}, is " in capsys.readouterr().err
    other = tmp_path / "salt.json"
    other.write_bytes(asked_bytes(mine.model_copy(update={"salt": "0x" + "22" * 32})))
    assert freeze.verified("--asked", other) == 1
    assert "evidence: request.salt, is " in capsys.readouterr().err
    _, chain_id, rest = freeze.reference.split(":")
    contract = rest.split("/")[0]
    for reference in (
        f"eip155:{chain_id}:{contract}/2",
        f"eip155:1:{contract}/1",
        f"eip155:{chain_id}:0x{'11' * 20}/1",
    ):
        assert freeze.verified("--request", reference) == 1
        assert "evidence: request.request, request is " in capsys.readouterr().err
    assert freeze.verified("--manifest", freeze.manifest, "--answers", 2) == 1
    assert "request.request, request is " in capsys.readouterr().err
    assert freeze.verified("--anchored", "0x" + "11" * 32) == 1
    assert "evidence: manifest, digest is " in capsys.readouterr().err
    for more, words in (
        (("--answers", 1), "--answers: expected --manifest"),
        ((*freeze.known, "--request", "x"), "--request, --answers: expected one of them"),
        (("--asked", tmp_path / "missing"), "--asked"),
        (("--asked", freeze.manifest), "asked: "),
        (("--rpc", "http://127.0.0.1:1"), "--rpc: expected --answers"),
    ):
        assert freeze.verified(*more) == 1
        error = capsys.readouterr().err
        assert words in error
        assert len(error.strip().splitlines()) == 1


def test_direct_freeze_under_an_agreement(anvil: Chain) -> None:
    """AMF freezes a German firm itself while BaFin lends it the power, and not a day longer."""
    venue = Venue(anvil)
    kit = venue.kit
    wallet = venue.wallet("German firm")
    review = venue.now() + 200 * DAY

    def refused(name: str, operation: Any) -> str:
        with pytest.raises(Reverted) as found:
            venue.act(name, operation)
        return str(found.value.reason)

    frozen = kit.parties.freeze(wallet, 0, BASIS, CASE, review)
    assert refused("AMF", frozen) == "supervision: out of scope"
    agreement = agreed(venue, until=venue.now() + 10 * DAY)
    venue.act("AMF", kit.parties.freeze(wallet, agreement, BASIS, CASE, review))
    party = read_party(anvil.run(kit.parties.word_of(wallet)))
    assert party.flags & PartyFlag.FROZEN
    restricted = kit.parties.restrict(wallet, agreement, BASIS, CASE, review)
    assert refused("AMF", restricted) == "supervision: power not lent"
    venue.later(11 * DAY)
    again = kit.parties.freeze(venue.wallet("German firm"), agreement, BASIS, CASE, review)
    assert refused("AMF", again) == "supervision: agreement lapsed"
    venue.act("AMF", kit.parties.unfreeze(wallet, 0, BASIS, CASE))
    assert not read_party(anvil.run(kit.parties.word_of(wallet))).flags & PartyFlag.FROZEN
