"""The parts of a deployment that need no chain: prices, the journal, a node's words, patience."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from keelmark.chain.operations import GetBlock, GetChainId, Operation, Request
from keelmark.chain.transactions import Fees, Pause
from keelmark.deploy.act.fees import Price, first_price, next_price
from keelmark.deploy.act.journal import Journal, Sent, open_journal
from keelmark.deploy.act.patience import patient
from keelmark.deploy.act.refusals import Refusal, refusal_in
from keelmark.deploy.act.settings import Notice, Settings, Teller, ether, gwei
from keelmark.errors import ChainMismatch, InputError, RpcRefused, RpcUnreachable

GWEI = 10**9
SENDER, OTHER = "0x" + "A1" * 20, "0x" + "A2" * 20


def fees(base: int | None, tip: int) -> Fees:
    """In gwei."""
    return Fees(None if base is None else base * GWEI, tip * GWEI, 30_000_000)


def price(most: int, tip: int | None) -> Price:
    """In gwei."""
    return Price(most * GWEI, None if tip is None else tip * GWEI)


# Prices


@pytest.mark.parametrize(
    ("base", "tip", "cap", "expected"),
    [
        (10, 2, None, price(22, 2)),
        (10, 2, 100, price(22, 2)),
        (10, 2, 15, price(15, 2)),
        (10, 2, 12, price(12, 2)),
        (10, 2, 11, None),
        (0, 0, 1, price(0, 0)),
        (None, 7, None, price(7, None)),
        (None, 7, 7, price(7, None)),
        (None, 7, 6, None),
    ],
)
def test_what_is_offered_first(
    base: int | None, tip: int, cap: int | None, expected: Price | None
) -> None:
    """Twice the base fee and the tip, within the cap; nothing where the next block costs more."""
    assert first_price(fees(base, tip), None if cap is None else cap * GWEI) == expected


@pytest.mark.parametrize(
    ("before", "base", "tip", "cap", "expected"),
    [
        # Nothing has moved: an eighth more, and one wei.
        (price(24, 2), 10, 2, None, Price(27 * GWEI + 1, 9 * GWEI // 4 + 1)),
        # Fees have risen: what is right now.
        (price(24, 2), 50, 3, None, price(103, 3)),
        # Within the cap.
        (price(24, 2), 50, 3, 60, price(60, 3)),
        (price(24, 2), 10, 2, 27, None),
        (price(24, 2), 50, 3, 52, None),
        # It offers four times what is right, and waits for another reason.
        (price(80, 2), 10, 2, None, None),
        (price(78, 2), 10, 2, None, Price(87_750_000_001, 9 * GWEI // 4 + 1)),
        # A tip that has risen alone is paid for.
        (price(24, 20), 1, 2, None, None),
        # No base fee.
        (price(8, None), None, 7, None, Price(9 * GWEI + 1, None)),
        (price(8, None), None, 20, None, price(20, None)),
        (price(8, None), None, 7, 9, None),
    ],
)
def test_what_is_offered_in_its_place(
    before: Price, base: int | None, tip: int, cap: int | None, expected: Price | None
) -> None:
    """More on both counts than a node asks for, and never more than may be paid."""
    found = next_price(before, fees(base, tip), None if cap is None else cap * GWEI)
    assert found == expected
    if found is not None:
        assert found.max_fee * 100 >= before.max_fee * 110
        assert (found.tip or 0) * 100 >= (before.tip or 0) * 110
        assert (found.tip or 0) <= found.max_fee


def test_fields_of_a_price() -> None:
    """Those of its kind of transaction."""
    assert Price(5, 2).fields() == {"type": 2, "maxFeePerGas": 5, "maxPriorityFeePerGas": 2}
    assert Price(5, None).fields() == {"gasPrice": 5}


def test_sums_for_a_human() -> None:
    """To the last wei."""
    assert [ether(value) for value in (0, 1, 15 * 10**17, 2 * 10**18)] == [
        "0 ether",
        "0.000000000000000001 ether",
        "1.5 ether",
        "2 ether",
    ]
    assert [gwei(value) for value in (1, 15 * 10**8, 100 * GWEI)] == [
        "0.000000001 gwei",
        "1.5 gwei",
        "100 gwei",
    ]


# The journal


def sent(nonce: int, *, sender: str = SENDER, address: str = OTHER, tip: int | None = 2) -> Sent:
    """A transaction of a journal."""
    return Sent("Rulebook", address, sender, nonce, bytes([nonce]) * 32, Price(30 * GWEI, tip))


def test_a_journal_outlives_its_process(tmp_path: Path) -> None:
    """What one wrote, the next reads, in the same order; folders are made."""
    path = tmp_path / "deployments" / "1" / "journal"
    with open_journal(path, 1) as first:
        for nonce in (0, 1):
            first.record(sent(nonce))
        first.record(sent(1, tip=None))
    with open_journal(path, 1) as second:
        assert second.of(OTHER) == (sent(0), sent(1), sent(1, tip=None))
        assert second.at(SENDER, 1) == (sent(1), sent(1, tip=None))
        second.record(sent(2, sender=OTHER, address=SENDER))
    with open_journal(path, 1) as third:
        assert third.of(SENDER) == third.at(OTHER, 2) == (sent(2, sender=OTHER, address=SENDER),)
        assert third.at(SENDER, 2) == ()


def test_a_line_is_on_the_disk_when_it_is_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written and flushed before `record` returns."""
    path, flushed = tmp_path / "journal", []
    real = os.fsync

    def watch(handle: int) -> None:
        flushed.append(path.read_text().count("\n"))
        real(handle)

    monkeypatch.setattr(os, "fsync", watch)
    with open_journal(path, 1) as journal:
        journal.record(sent(0))
        assert flushed[-1] == 2
        assert json.loads(path.read_text().splitlines()[1])["transaction"] == "0x" + "00" * 32


def test_a_journal_holds_no_signature(tmp_path: Path) -> None:
    """Nothing but these."""
    path = tmp_path / "journal"
    with open_journal(path, 1) as journal:
        journal.record(sent(3))
    assert [sorted(json.loads(line)) for line in path.read_text().splitlines()] == [
        ["chainId", "journal"],
        [
            "address",
            "maxFeePerGas",
            "maxPriorityFeePerGas",
            "name",
            "nonce",
            "sender",
            "transaction",
        ],
    ]


@pytest.mark.parametrize(
    "torn", [b'{"name": "Rule', b'{"name": "Rulebook"}', "\u20ac".encode(), b"\xff\x00"]
)
def test_a_torn_line_goes(tmp_path: Path, torn: bytes) -> None:
    """Whatever has no end of line was never sent; what is written then stands on its own line."""
    path = tmp_path / "journal"
    with open_journal(path, 1) as journal:
        journal.record(sent(0))
    with path.open("ab") as file:
        file.write(torn)
    with open_journal(path, 1) as journal:
        assert journal.of(OTHER) == (sent(0),)
        journal.record(sent(1))
    with open_journal(path, 1) as journal:
        assert journal.of(OTHER) == (sent(0), sent(1))


def test_a_journal_whose_head_is_torn(tmp_path: Path) -> None:
    """Is a new one."""
    path = tmp_path / "journal"
    path.write_text('{"journal": 1, "cha')
    with open_journal(path, 1) as journal:
        journal.record(sent(0))
    assert len(path.read_text().splitlines()) == 2


def test_a_journal_in_use(tmp_path: Path) -> None:
    """One deployment at a time."""
    path = tmp_path / "journal"
    words = r"journal: .* is in use by another deployment"
    with open_journal(path, 1), pytest.raises(InputError, match=words):
        open_journal(path, 1).__enter__()
    with open_journal(path, 1):
        pass


def test_a_journal_of_another_chain(tmp_path: Path) -> None:
    """Is refused."""
    path = tmp_path / "journal"
    with open_journal(path, 84_532):
        pass
    with pytest.raises(ChainMismatch, match=r"journal: .* is of chain 84532, not 1"):
        open_journal(path, 1).__enter__()


@pytest.mark.parametrize(
    ("number", "line", "words"),
    [
        (1, "[]", "line 1 of .*, expected a JSON object"),
        (1, '{"journal": 2, "chainId": 1}', "line 1 of .*, expected the head of a journal"),
        (2, "what", "line 2 of .*, expected a JSON object"),
        (2, "{}", "line 2 of .*, expected a transaction sent"),
        (2, '{"name": "A", "nonce": "x"}', "line 2 of .*, expected a transaction sent"),
    ],
)
def test_what_is_no_journal(tmp_path: Path, number: int, line: str, words: str) -> None:
    """Names the line, and is left as it is."""
    path = tmp_path / "journal"
    with open_journal(path, 1) as journal:
        journal.record(sent(0))
    lines = path.read_text().splitlines()
    lines[number - 1] = line
    path.write_text("\n".join(lines) + "\n")
    before = path.read_text()
    with pytest.raises(InputError, match=words):
        open_journal(path, 1).__enter__()
    assert path.read_text() == before


def test_a_journal_that_cannot_be_written(tmp_path: Path) -> None:
    """One sentence."""
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"journal: .* cannot be written"):
        open_journal(tmp_path / "file" / "journal", 1).__enter__()


# A node's words


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        # go-ethereum, core/txpool/errors.go and core/error.go
        ("already known", Refusal.KNOWN),
        ("nonce too low: next nonce 5, tx nonce 4", Refusal.USED),
        ("replacement transaction underpriced", Refusal.REPLACES),
        ("transaction underpriced: gas tip cap 1, minimum needed 1000000", Refusal.UNDERPRICED),
        ("max fee per gas less than block base fee", Refusal.UNDERPRICED),
        ("insufficient funds for gas * price + value: balance 0", Refusal.FUNDS),
        ("txpool is full", Refusal.LATER),
        ("exceeds block gas limit", Refusal.OTHER),
        ("intrinsic gas too low", Refusal.OTHER),
        # Nethermind
        ("AlreadyKnown", Refusal.KNOWN),
        ("OldNonce, Current nonce: 5", Refusal.USED),
        ("FeeTooLow, MaxFeePerGas too low", Refusal.UNDERPRICED),
        ("InsufficientFunds, Account balance: 0", Refusal.FUNDS),
        # Besu
        ("Known transaction", Refusal.KNOWN),
        ("Upfront cost exceeds account balance", Refusal.FUNDS),
        ("Gas price below configured minimum gas price", Refusal.UNDERPRICED),
        # erigon
        ("INTERNAL_ERROR: existing tx with same hash", Refusal.KNOWN),
        ("could not replace existing tx", Refusal.REPLACES),
        # reth
        ("insufficient gas price to replace existing transaction", Refusal.REPLACES),
        # anvil
        ("transaction already imported", Refusal.KNOWN),
        ("Insufficient funds for gas * price + value", Refusal.FUNDS),
    ],
)
def test_what_a_node_means(words: str, refusal: Refusal) -> None:
    """Each in its own words."""
    assert refusal_in(f"rpc: eth_sendRawTransaction refused, {words}") is refusal


# Patience and what is told


def asking() -> Operation[int]:
    """Asks one thing."""
    found: int = yield GetChainId()
    return found


def answered(answers: list[Any], settings: Settings) -> tuple[Any, list[Request], list[Notice]]:
    """Runs `asking` against a list of answers; what is an exception is raised."""
    told: list[Notice] = []
    operation = patient(asking(), settings, Teller(told.append))
    asked: list[Request] = [next(operation)]
    try:
        while True:
            if isinstance(asked[-1], Pause):
                asked.append(operation.send(None))
                continue
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                asked.append(operation.throw(answer))
            else:
                asked.append(operation.send(answer))
    except StopIteration as stop:
        return stop.value, asked, told


def test_a_node_is_asked_again() -> None:
    """With pauses that double; what is over does not matter."""
    away = RpcUnreachable("rpc: does not answer")
    busy = RpcRefused("rpc: eth_chainId refused, too many requests", 429)
    found, asked, told = answered([away, busy, away, 5], Settings(poll_seconds=1))
    assert found == 5
    pauses = [asked_for.seconds for asked_for in asked if isinstance(asked_for, Pause)]
    assert (pauses, asked[::2]) == ([1, 2, 4], [GetChainId()] * 4)
    assert [notice.kind for notice in told] == ["waiting"] * 3


def test_a_node_is_asked_so_often_only() -> None:
    """Then it is the caller's."""
    away = RpcUnreachable("rpc: does not answer")
    with pytest.raises(RpcUnreachable):
        answered([away] * 3, Settings(retries=2))
    assert answered([away, away, 5], Settings(retries=2))[0] == 5


def test_what_is_not_over_in_a_moment_is_not_asked_again() -> None:
    """A refusal is an answer."""
    with pytest.raises(RpcRefused, match="nonce too low"):
        answered([RpcRefused("rpc: refused, nonce too low", -32000)], Settings())


def test_what_goes_on_is_told_once() -> None:
    """Until something else is told."""
    told: list[Notice] = []
    teller = Teller(told.append)
    for figure in (1, 2, 3):
        teller.tell("waiting", "A", f"gas costs {figure}", topic="fees")
    teller.tell("sent", "A", "hash")
    teller.tell("waiting", "A", "gas costs 4", topic="fees")
    Teller(None).tell("sent", "A", "nobody listens")
    assert [notice.text for notice in told] == ["gas costs 1", "hash", "gas costs 4"]


def test_a_request_that_passes() -> None:
    """Patience changes nothing where a node answers."""
    assert answered([7], Settings(retries=0)) == (7, [GetChainId()], [])
    assert GetBlock() == GetBlock("latest")


def test_a_journal_in_memory() -> None:
    """Knows what it was told and no more."""
    journal = Journal((sent(0),))
    journal.record(sent(1))
    assert journal.of(OTHER) == (sent(0), sent(1))
    assert Journal().of(OTHER) == ()
