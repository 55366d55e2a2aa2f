"""Authorities act from the command line, beside a real node: on parties, and towards each other.

What came of each act is read from the contracts' getters, not from what the command says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from keelmark.chain import Chain
from keelmark.chain.anvil import running_anvil
from keelmark.cli import main
from keelmark.deploy import write_manifest
from keelmark.evidence import new_identity
from keelmark.evidence.asking import asked_bytes, read_asked
from tests.support.authorities import DAY, Venue
from tests.support.parties import lei_text, lei_word, read_party
from tests.support.tester import Actor

PASSWORD = "the desk's own"
HELLO = "0x1c8aff950685c2ed4bc3174f3472287b56d9517b9c948127319a09a7a36deac8"
"""keccak256 of "hello"."""
HELLO_BYTES = bytes.fromhex(HELLO[2:])
FROZEN, CLOSE_ONLY = 4, 2
"""Flags of a party word, as the action gate documents them."""
NO_PARTY = "0x" + "11" * 20


@dataclass
class Desks:
    """A house on a node, and the desks of its authorities."""

    venue: Venue
    folder: Path
    capture: pytest.CaptureFixture[str] | None = None

    def cli(self, name: str, command: str, *options: object) -> tuple[int, str, str]:
        """An act of somebody: exit code, what was printed, and the error."""
        assert self.capture is not None
        where = (
            "--manifest", self.folder / "house.json", "--rpc", self.venue.chain.name,
            "--keyfile", self.folder / f"{name}.json",
        )  # fmt: skip
        with pytest.raises(SystemExit) as stopped:
            main(["supervision", command, *(str(item) for item in (*where, *options))])
        shown = self.capture.readouterr()
        return int(stopped.value.code or 0), shown.out, shown.err

    def done(self, name: str, command: str, *options: object) -> dict[str, Any]:
        """An act that is sent, as a program sees it."""
        code, out, error = self.cli(name, command, *options, "--yes", "--json")
        assert (code, error) == (0, "")
        found: dict[str, Any] = json.loads(out)
        assert found["sent"]
        return found

    def refused(self, name: str, command: str, *options: object) -> str:
        """An act that is refused before anything is printed or sent; the sentence."""
        block = self.venue.chain.block().number
        code, out, error = self.cli(name, command, *options, "--yes")
        assert (code, out) == (1, "")
        assert len(error.strip().splitlines()) == 1
        assert "Traceback" not in error
        assert self.venue.chain.block().number == block
        return error

    def at(self, days: int) -> str:
        """A day from now, as it is written."""
        return datetime.fromtimestamp(self.venue.now() + days * DAY, UTC).isoformat()

    def flags(self, name: str) -> int:
        """Flags of a party."""
        parties = self.venue.kit.parties
        word = self.venue.chain.run(parties.word_of(self.venue.wallet(name)))
        return int(read_party(word).flags)

    def state(self, id: int) -> int:
        """State of a request, from its word."""
        found = self.venue.chain.run(self.venue.kit.supervision.request_of(id))
        return found.word >> 24 & 0xFF


@pytest.fixture(scope="module")
def made(anvil: Chain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    """A house, its manifest, and a key file for everybody."""
    del anvil
    folder = tmp_path_factory.mktemp("desks")
    with running_anvil() as node:
        venue = Venue(node)
        write_manifest(venue.kit, folder / "house.json")
        for name in ("BaFin", "AMF", "keeper"):
            text = json.dumps(Account.encrypt(Actor(name).key, PASSWORD, iterations=2))
            (folder / f"{name}.json").write_text(text)
        (folder / "text.txt").write_bytes(b"hello")
        yield Desks(venue, folder)


@pytest.fixture
def desks(
    made: Desks, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desks]:
    """The desks, on a chain that forgets what a test did."""
    monkeypatch.setenv("KEELMARK_KEYFILE_PASSWORD", PASSWORD)
    monkeypatch.delenv("KEELMARK_PRIVATE_KEY", raising=False)
    made.capture = capsys
    with made.venue.chain.undone():
        yield made


def agreed(desks: Desks, *more: object) -> None:
    """Agreement 1, proposed by AMF and accepted by BaFin."""
    found = desks.done(
        "AMF", "propose", "--member", 2, "--member", 1, "--kind", "evidence", "--kind", "freeze",
        "--power", "freeze", "--from", desks.at(0), "--until", desks.at(10), "--text",
        desks.folder / "text.txt", *more,
    )  # fmt: skip
    assert (found["agreement"], found["text"]) == (1, HELLO)
    desks.done("BaFin", "accept", "--agreement", 1)


def asking(desks: Desks, **changed: object) -> list[object]:
    """Options of a request about account 1."""
    file = desks.folder / "asked.json"
    if not file.exists():
        with pytest.raises(SystemExit):
            main(
                ["evidence", "ask", "--manifest", str(desks.folder / "house.json"), "--out",
                 str(file), "--recipient", new_identity()[1], "--account", "1"]
            )  # fmt: skip
        assert desks.capture is not None
        desks.capture.readouterr()
    usual: dict[str, object] = {
        "asked": file, "agreement": 1, "to": 1, "kind": "freeze", "account": 1,
        "acknowledge-by": desks.at(1), "deliver-by": desks.at(2), "basis": "MMoU 7",
    }  # fmt: skip
    return [part for name, text in (usual | changed).items() for part in (f"--{name}", text)]


def test_default_behavior(desks: Desks) -> None:
    """Frozen and unfrozen, restricted and released; without --yes nothing is sent."""
    german = desks.venue.wallet("German firm")
    party = ("--wallet", german, "--basis", "EU 596/2014 Art. 23", "--case", "hello")
    for hold, lift, flag in (
        ("freeze", "unfreeze", FROZEN), ("restrict", "release", CLOSE_ONLY),
    ):  # fmt: skip
        review = ("--review", desks.at(30))
        code, out, error = desks.cli("BaFin", hold, *party, *review)
        assert (code, error) == (0, "")
        assert out.splitlines()[-1].startswith("Nothing was sent")
        assert "account 1 (DE)" in out
        assert HELLO in out
        assert "EU 596/2014 Art. 23" in out
        assert desks.flags("German firm") & flag == 0
        found = desks.done("BaFin", hold, *party, *review)
        assert found["legal_basis"] == "0x" + b"EU 596/2014 Art. 23".ljust(32, b"\0").hex()
        assert found["now"]["held_by"] == [1]
        assert desks.flags("German firm") & flag == flag
        assert "holds" in desks.refused("BaFin", hold, *party, *review)
        code, out, error = desks.cli("BaFin", lift, *party, "--yes")
        assert (code, error) == (0, "")
        assert "\nsent             0x" in out
        assert desks.flags("German firm") & flag == 0
        assert "is not " in desks.refused("BaFin", lift, *party)


def test_requests(desks: Desks) -> None:
    """Asked, acknowledged, refused, closed; another one is withdrawn."""
    agreed(desks)
    found = desks.done("AMF", "ask", *asking(desks))
    assert found["request"].endswith("/1")
    assert desks.state(1) == 1
    desks.done("BaFin", "acknowledge", "--request", found["request"])
    assert desks.state(1) == 2
    refusing = ("--request", 1, "--code", 2, "--reasons", "hello")
    assert desks.done("BaFin", "refuse", *refusing)["reasons"] == HELLO
    assert desks.state(1) == 3
    assert desks.done("AMF", "close", "--request", 1, "--outcome", "hello")["now"] == "closed"
    assert desks.state(1) == 5
    desks.done("AMF", "ask", *asking(desks, kind="evidence"))
    desks.done("AMF", "withdraw", "--request", 2)
    assert desks.state(2) == 6


def test_opening(desks: Desks) -> None:
    """A package that was delivered is opened before its request is closed."""
    agreed(desks)
    desks.done("AMF", "ask", *asking(desks))
    access = ("log-access", "--request", 1, "--purpose", "case 7", "--digest")
    assert "nothing was delivered" in desks.refused("AMF", *access, HELLO)
    supervision = desks.venue.kit.supervision
    desks.venue.act("BaFin", supervision.deliver(1, bytes.fromhex(HELLO[2:])))
    assert "log-access first" in desks.refused("AMF", "close", "--request", 1, "--outcome", "x")
    assert "delivered for request 1 was" in desks.refused("AMF", *access, "0x" + "22" * 32)
    desks.done("AMF", *access, HELLO)
    desks.done("BaFin", *access, HELLO)
    desks.done("AMF", "close", "--request", 1, "--outcome", "x")
    assert desks.state(1) == 5


def test_across_the_border(desks: Desks) -> None:
    """A lent power, and when it is over."""
    hold = (
        "--wallet", desks.venue.wallet("German firm"), "--basis", "x", "--case", "y", "--review",
        desks.at(30),
    )  # fmt: skip
    said = desks.refused("AMF", "freeze", *hold)
    assert "the party is of DE, authority 2 is of FR, expected --agreement" in said
    assert "has no agreement 1" in desks.refused("AMF", "freeze", *hold, "--agreement", 1)
    agreed(desks)
    lent = (*hold, "--agreement", 1)
    assert "it lends freeze, expected restrict" in desks.refused("AMF", "restrict", *lent)
    assert "expected no --agreement" in desks.refused("BaFin", "freeze", *lent)
    desks.done("AMF", "freeze", *lent)
    assert "held by authority 2, not by authority 1" in desks.refused(
        "BaFin", "unfreeze", *hold[:6]
    )
    joined = desks.done("BaFin", "freeze", *hold)
    assert joined["now"]["held_by"] == [2, 1]
    desks.venue.later(11 * DAY)
    desks.done("AMF", "unfreeze", *hold[:6])
    assert desks.flags("German firm") & FROZEN
    assert "it was over at " in desks.refused("AMF", "freeze", *lent)
    assert "it was over at " in desks.refused("AMF", "ask", *asking(desks))
    desks.done("AMF", "leave", "--agreement", 1)
    assert "is not a member" in desks.refused("AMF", "leave", "--agreement", 1)


def test_hold_of_an_authority_that_is_over(desks: Desks) -> None:
    """It is lifted by another one in scope, at home."""
    agreed(desks)
    party = ("--wallet", desks.venue.wallet("German firm"), "--basis", "x", "--case", "y")
    desks.done("AMF", "freeze", *party, "--review", desks.at(30), "--agreement", 1)
    ending = desks.venue.kit.supervision.narrow_mandate(2, 127, desks.venue.now() + 9, HELLO_BYTES)
    desks.venue.act("convenor", ending)
    desks.venue.later(DAY)
    found = desks.done("BaFin", "unfreeze", *party)
    assert (found["held_by"], found["now"]["held_by"]) == ([2], [])
    assert desks.flags("German firm") & FROZEN == 0


def test_refusals_of_powers(desks: Desks) -> None:
    """Who has no mandate, whom nobody knows, and what is malformed."""
    usual: dict[str, object] = {
        "wallet": desks.venue.wallet("German firm"), "basis": "x", "case": "y",
        "review": desks.at(30),
    }  # fmt: skip

    def said(name: str = "BaFin", **changed: object) -> str:
        options = (usual | changed).items()
        return desks.refused(name, "freeze", *(p for n, t in options for p in (f"--{n}", t)))

    assert "has no mandate" in said("keeper")
    assert "is no party" in said(wallet=NO_PARTY)
    assert "checksummed" in said(wallet=str(usual["wallet"]).lower())
    assert "expected a time such as" in said(review="soon")
    assert "--review: " in said(review=desks.at(-1))
    assert "--review: " in said(review=desks.at(366))
    assert "--case" in said(case="0xab")
    assert "--basis" in said(basis="")
    assert "--agreement -1" in said(agreement=-1)
    assert "key file" in said("nobody")
    assert "manifest: " in said(manifest=desks.folder / "none")
    assert "does not answer" in said(rpc="http://127.0.0.1:1")
    convenor = desks.venue.kit.supervision.narrow_mandate(2, 66, 2**32 - 1, HELLO_BYTES)
    desks.venue.act("convenor", convenor)
    french = desks.venue.wallet("French firm")
    assert "does not hold the power freeze" in said("AMF", wallet=french)
    ending = desks.venue.now() + DAY
    convenor = desks.venue.kit.supervision.narrow_mandate(2, 66, ending, HELLO_BYTES)
    desks.venue.act("convenor", convenor)
    desks.venue.later(DAY)
    assert "its mandate was over at " in said("AMF", wallet=french)


def test_refusals_of_requests(desks: Desks) -> None:
    """What the agreement, the file and the request's state do not allow."""
    agreed(desks)
    for changed, words in (
        ({"agreement": 2}, "has no agreement 2"),
        ({"to": 2}, "is yourself"),
        ({"to": 3}, "has not accepted it"),
        ({"kind": "information"}, "it has the kinds evidence, freeze"),
        ({"kind": "gossip"}, "--kind gossip: expected among"),
        ({"account": 0}, "--account: expected the party"),
        ({"account": 2}, "the file of --asked names 1"),
        ({"account": 9}, "unknown party"),
        ({"asked": desks.folder / "house.json"}, "asked: "),
        ({"asked": desks.folder / "none"}, "--asked"),
        ({"acknowledge-by": desks.at(-1)}, "--acknowledge-by"),
        ({"deliver-by": desks.at(0)}, "--deliver-by"),
    ):
        assert words in desks.refused("AMF", "ask", *asking(desks, **changed))
    desks.done("AMF", "ask", *asking(desks))
    mine = ("--request", 1)
    assert "asks authority 1, the key is of" in desks.refused("AMF", "acknowledge", *mine)
    assert "asks authority 1, the key is of" in desks.refused("BaFin", "withdraw", *mine)
    assert "has no request 2" in desks.refused("BaFin", "acknowledge", "--request", 2)
    assert "--request" in desks.refused("BaFin", "acknowledge", "--request", "one")
    assert "expected eip155" in desks.refused("BaFin", "acknowledge", "--request", "eip155:x")
    other = f"eip155:1:{desks.venue.kit.supervision.address}/1"
    assert "--request" in desks.refused("BaFin", "acknowledge", "--request", other)
    answer = ("refuse", *mine, "--reasons", "x", "--code")
    assert "--code 256" in desks.refused("BaFin", *answer, 256)
    assert "it is requested" in desks.refused("AMF", "close", *mine, "--outcome", "x")
    desks.done("BaFin", "acknowledge", *mine)
    assert "it is acknowledged" in desks.refused("BaFin", "acknowledge", *mine)
    assert desks.state(1) == 2


def test_not_yet(desks: Desks) -> None:
    """A mandate and an agreement that have not begun, or that the asker has not accepted, and an
    instrument outside."""
    kit = desks.venue.kit
    keeper = desks.venue.wallet("keeper")
    desks.venue.act(
        "convenor",
        kit.supervision.recognise_authority(
            keeper, lei_word(lei_text(4)), b"IT", 127, 2**32 - 1, HELLO_BYTES
        ),
    )
    assert "its mandate begins at " in desks.refused("keeper", "leave", "--agreement", 1)
    both = ("--member", 1, "--member", 2, "--kind", "freeze", "--instrument", 5)
    terms = ("--from", desks.at(2), "--until", desks.at(9), "--text-hash", HELLO)
    desks.done("AMF", "propose", *both, *terms)
    answer = asking(desks, to=2)
    assert "authority 1 has not accepted it" in desks.refused("BaFin", "ask", *answer)
    desks.done("BaFin", "accept", "--agreement", 1)
    assert "it begins at " in desks.refused("AMF", "ask", *asking(desks))
    desks.venue.later(2 * DAY)
    outside = asking(desks, instrument=6)
    assert "it is about instruments 5" in desks.refused("AMF", "ask", *outside)
    desks.done("AMF", "ask", *asking(desks, instrument=5))


def test_file_of_another_house(desks: Desks, tmp_path: Path) -> None:
    """A file that asks about another chain, or a contract that is not the house's."""
    agreed(desks)
    asking(desks)
    mine = read_asked((desks.folder / "asked.json").read_bytes())
    for name, value, words in (
        ("chain_id", 1, "chain_id is 1, the manifest is of "),
        ("contracts", [NO_PARTY], f"contracts {NO_PARTY} is none of the manifest's"),
    ):
        file = tmp_path / name
        file.write_bytes(asked_bytes(mine.model_copy(update={name: value})))
        assert words in desks.refused("AMF", "ask", *asking(desks, asked=file))


def test_refusals_of_agreements(desks: Desks) -> None:
    """Terms that nobody could accept."""
    usual: list[object] = ["--from", desks.at(0), "--text-hash", HELLO, "--kind", "evidence"]
    both, later = ["--member", 1, "--member", 2], ["--until", desks.at(10)]
    for options, words in (
        ([*usual, *later, "--member", 1], "another authority"),
        ([*usual, *later, "--member", 2], "your own id"),
        ([*usual, *later, *both, "--member", 1], "--member 1: expected it once"),
        ([*usual, *later, *both, "--member", 9], "ids are 1 to 2"),
        ([*usual, *both, "--until", desks.at(-1)], "--until"),
        ([*usual, *later, *both, "--text", desks.folder / "text.txt"], "expected one of them"),
        ([*usual, *later, *both, "--power", "halt"], "--power halt: expected among"),
        ([*usual, *later, *both, "--power", "freeze", "--instrument", 1], "powers reach all"),
        ([*usual[:4], *later, *both], "--kind, --power"),
    ):
        assert words in desks.refused("BaFin", "propose", *options)
    desks.done("BaFin", "propose", *usual, *later, *both, "--power", "restrict")
    assert "accepted it already" in desks.refused("BaFin", "accept", "--agreement", 1)
    desks.venue.act(
        "convenor",
        desks.venue.kit.supervision.narrow_mandate(2, 65, 2**32 - 1, HELLO_BYTES),
    )
    assert "does not hold restrict" in desks.refused("AMF", "accept", "--agreement", 1)
