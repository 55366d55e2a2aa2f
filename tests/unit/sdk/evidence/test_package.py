"""The package: its form, what it proves from which node, and what it says where proofs lack."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_utils import keccak

import keelmark.evidence
from keelmark.chain.operations import (
    GetBlock,
    GetHeader,
    GetLogs,
    GetProof,
    GetReceipts,
    Request,
    StorageProof,
)
from keelmark.errors import (
    ChainMismatch,
    DecodingFailed,
    InputError,
    NoSuchBlock,
    Reorganised,
)
from keelmark.events import BY_NAME
from keelmark.evidence import (
    EvidenceBroken,
    Expected,
    pack,
    package_digest,
    unpack,
    verify,
)
from keelmark.evidence.parts import (
    Scope,
    json_schema,
)
from keelmark.proofs.report_chain import ReportChainBroken
from tests.support.evidence import FIRST_BLOCK, House, built, judged, no_proofs, number_of, one


def test_default_behavior(house: House) -> None:
    """Everything that a package can prove is proved, and the events are those of the logs."""
    package = house.package()
    verdict = judged(house, package)
    assert verdict.whole
    assert not verdict.not_proved
    scope = house.scope()
    logs = house.chain.run(
        one(GetLogs(tuple(scope.contracts), scope.first_block, scope.last_block))
    )
    seen = [(event.contract, event.record.block, event.record.data) for event in verdict.events]
    assert seen == [(log.address, log.block_number, "0x" + log.data.hex()) for log in logs]
    assert {event.event.name for event in verdict.events if event.event} >= {"TradeReported"}
    for event in verdict.events:
        assert event.time == house.chain.block(event.record.block).time
    assert sum("are complete" in line for line in verdict.proved) == len(scope.contracts)
    assert sum("code" in line and "as expected" in line for line in verdict.proved) == len(
        scope.contracts
    )


def test_form(house: House) -> None:
    """The same package to the byte from the same chain; plain files inside; the digest anchors."""
    package = house.package()
    data = pack(package)
    assert pack(house.package()) == data
    again, digest = unpack(data)
    assert again == package
    assert digest == package_digest(package)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        names = archive.getnames()
        contents = {name: archive.extractfile(name).read() for name in names}
    assert names == [
        "manifest.json", "request.json", "reading.json", "headers.json", "chains.json",
        "receipts.json",
    ]  # fmt: skip
    assert keccak(contents["manifest.json"]) == digest
    for name, stated in json.loads(contents["manifest.json"])["parts"].items():
        assert "0x" + keccak(contents[f"{name}.json"]).hex() == stated


def test_schema() -> None:
    """The schema in the repository is the one that the models give."""
    path = Path(keelmark.evidence.__file__).with_name("schema.json")
    assert path.read_text("utf-8") == json_schema()


def test_scope_narrows(house: House) -> None:
    """Accounts, instruments and kinds of event, alone and together; the records stay whole."""
    topic = "0x" + BY_NAME["TradeReported"].topic.hex()
    everything = judged(house, house.package())
    narrowed = {
        "accounts": judged(house, house.package(house.scope(accounts=[2]))),
        "topics": judged(house, house.package(house.scope(topics=[topic]))),
        "both": judged(house, house.package(house.scope(accounts=[2], topics=[topic]))),
        "none": judged(house, house.package(house.scope(accounts=[99]))),
        "instruments": judged(house, house.package(house.scope(instruments=[1]))),
    }
    counts = {name: len(verdict.events) for name, verdict in narrowed.items()}
    of_two = [
        event
        for event in everything.events
        if event.event
        and 2 in {event.event.args.get(name) for name in ("account", "member", "taker", "buyer")}
    ]
    assert counts["accounts"] == len(of_two) > 0
    trades = [event for event in everything.events if event.record.topics[0] == topic]
    assert counts["topics"] == len(trades) > counts["both"] > 0
    assert counts["instruments"] >= len(trades)
    assert counts["none"] == 0
    for verdict in narrowed.values():
        assert verdict.whole
        assert sum("are complete" in line for line in verdict.proved) == len(
            everything.scope.contracts
        )


@pytest.mark.parametrize("first", [0, 1, FIRST_BLOCK])
def test_beginning(house: House, first: int) -> None:
    """From the chain's first block, from before the deployment, and from the middle."""
    assert judged(house, house.package(house.scope(first_block=first))).whole


def test_what_the_receiver_expects(house: House) -> None:
    """Another request, chain, contract, code, rulebook, digest or block: a reason each."""
    package = house.package()
    kit = house.stage.kit
    data = unpack(pack(package))
    address = kit.house.address
    elsewhere = dict.fromkeys(kit.reporting.values(), "0x" + "11" * 32)
    for fields, part, words in (
        ({"request": "CASE-2020/8"}, "request.request", "expected CASE-2020/8"),
        ({"chain_id": 1}, "request.scope.chain_id", "expected 1"),
        ({"contracts": {address: None}}, "request.scope.contracts", "none of the expected"),
        ({"contracts": elsewhere}, "chains.contracts.0.after.proof.account", "code hash"),
        ({"rulebook_digest": "0x" + "11" * 32}, "reading.rulebook_digest", "expected 0x11"),
        ({"digest": bytes(32)}, "manifest", "expected 0x00"),
        ({"block_hashes": (bytes(32),)}, "headers", "no header has the trusted hash"),
    ):
        with pytest.raises(EvidenceBroken, match=words) as found:
            verify(*data, house.expected(package.request.scope, **fields))
        assert found.value.part.startswith(part)
    bare = verify(*data, Expected(block_hashes=house.expected().block_hashes))
    assert bare.whole
    assert any(line.startswith("request CASE-2020/7") for line in bare.stated)
    assert any(line.startswith("chain id") for line in bare.stated)


def test_no_trusted_hash_of_the_last_block(house: House) -> None:
    """An older block's hash vouches for what is before it; the rest is said not to be proved."""
    older = house.chain.block(40).hash
    verdict = judged(house, house.package(), block_hashes=(older,))
    assert not verdict.whole
    assert {event.time is None for event in verdict.events} == {True, False}
    assert all((event.time is None) == (event.record.block > 40) for event in verdict.events)
    assert not any("are complete" in line for line in verdict.proved)
    untrusted = judged(house, house.package(), block_hashes=())
    assert not untrusted.whole
    assert not any("receipts" in line for line in untrusted.proved)


def test_gaps_between_headers(house: House) -> None:
    """A long range carries only the headers that something rests on; each gap wants a hash."""
    whole, sparse = house.package(), house.package(linked=0)
    assert len(sparse.headers.rlp) < len(whole.headers.rlp)
    verdict = judged(house, sparse)
    assert verdict.not_proved
    hashes = tuple(
        house.chain.block(n).hash for n in range(FIRST_BLOCK - 1, house.scope().last_block + 1)
    )
    numbers = {int.from_bytes(number_of(text), "big") for text in sparse.headers.rlp}
    known = tuple(hash_ for n, hash_ in enumerate(hashes, FIRST_BLOCK - 1) if n in numbers)
    assert judged(house, sparse, block_hashes=known).whole


def false_proofs(request: Request, answer: Callable[[], Any]) -> Any:
    """A node whose proofs do not fit its headers."""
    if isinstance(request, GetProof):
        good: StorageProof = answer()
        return StorageProof(good.account[:-1], good.storage)
    return answer()


@pytest.mark.parametrize("odd", [no_proofs, false_proofs])
def test_a_node_without_storage_proofs(house: House, odd: Callable[[Request, Any], Any]) -> None:
    """Receipts are proved; that none is missing is not, and the verdict says so."""
    package = built(house, odd)
    assert all(chain.after.proof is None for chain in package.chains.contracts)
    verdict = judged(house, package)
    assert not verdict.whole
    assert any("receipts, each at its place" in line for line in verdict.proved)
    assert not any("are complete" in line for line in verdict.proved)
    gaps = [line for line in verdict.not_proved if "holds no storage proof" in line]
    assert len(gaps) == len(verdict.not_proved) >= 5


def test_a_node_that_lies(house: House) -> None:
    """Logs left out, receipts altered, headers altered: refused before anything is sent."""

    def fewer(request: Request, answer: Callable[[], Any]) -> Any:
        return answer()[1:] if isinstance(request, GetLogs) else answer()

    def altered(request: Request, answer: Callable[[], Any]) -> Any:
        if not isinstance(request, GetReceipts):
            return answer()
        return tuple(data[:-1] + bytes([data[-1] ^ 1]) for data in answer())

    def headless(request: Request, answer: Callable[[], Any]) -> Any:
        if isinstance(request, GetHeader):
            raise DecodingFailed("block 7: its header's fields do not give its hash")
        return answer()

    def young(request: Request, answer: Callable[[], Any]) -> Any:
        if isinstance(request, GetBlock) and isinstance(request.block, int):
            raise NoSuchBlock("block: the chain has no such block")
        return answer()

    for odd, error in (
        (fewer, ReportChainBroken),
        (altered, DecodingFailed),
        (headless, DecodingFailed),
        (young, InputError),
    ):
        with pytest.raises(error):
            built(house, odd)


def test_blocks_replaced_while_they_are_read(house: House) -> None:
    """Another header than the logs' for the last block, or for one with an event: read anew."""
    scope = house.scope()
    with_event = house.package().receipts.items[0].block
    nothing = ["0x" + "11" * 32]
    for block, topics in ((scope.last_block, nothing), (with_event, [])):
        other = house.chain.run(one(GetHeader(block - 1)))

        def replaced(
            request: Request,
            answer: Callable[[], Any],
            block: int = block,
            other: bytes = other,
        ) -> Any:
            return other if request == GetHeader(block) else answer()

        with pytest.raises(Reorganised, match="replaced while it was read"):
            built(house, replaced, topics=topics)


def test_bad_scopes(house: House) -> None:
    """A scope that makes no sense, or is of another chain, is refused with the field's name."""
    with pytest.raises(ChainMismatch, match="chain_id"):
        house.package(house.scope(chain_id=1))
    with pytest.raises(InputError, match="last_block"):
        house.package(house.scope(last_block=10**6))
    good = house.scope().model_dump()
    for field, value in (
        ("contracts", []),
        ("contracts", [good["contracts"][0].lower()]),
        ("contracts", good["contracts"][::-1]),
        ("last_block", FIRST_BLOCK - 1),
        ("first_block", -1),
        ("accounts", [2, 1]),
        ("topics", ["0x12"]),
        ("chain_id", 0),
    ):
        with pytest.raises(ValueError, match=field):
            Scope(**(good | {field: value}))
