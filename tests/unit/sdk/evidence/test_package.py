"""The package: its form, what it proves from which node, and what it says where proofs lack."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from eth_utils import keccak

import keelmark.evidence
from keelmark.chain import Chain, Signer
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
    RpcRefused,
)
from keelmark.events import BY_NAME
from keelmark.evidence import (
    EvidenceBroken,
    Expected,
    Verdict,
    pack,
    package_digest,
    unpack,
    verify,
)
from keelmark.evidence.parts import (
    Chains,
    Headers,
    Package,
    Receipts,
    Record,
    Root,
    Scope,
    json_schema,
)
from keelmark.ledger.evidence import build_evidence
from keelmark.proofs.report_chain import ReportChainBroken
from tests.unit.sdk.evidence.conftest import FIRST_BLOCK, House


def judged(house: House, package: Package, **fields: Any) -> Verdict:
    """The verdict on a package that was packed and unpacked."""
    return verify(*unpack(pack(package)), house.expected(package.request.scope, **fields))


class OddNode:
    """The embedded chain behind a node that answers some requests in its own way."""

    name = "odd"

    def __init__(self, house: House, odd: Callable[[Request, Any], Any]) -> None:
        self._node = house.chain._node
        self._odd = odd

    def answer(self, request: Request, signer: Signer | None = None) -> Any:
        """The chain's answer, as the odd node gives it."""
        return self._odd(request, lambda: self._node.answer(request, signer))


def built(house: House, odd: Callable[[Request, Any], Any], **fields: Any) -> Package:
    """A package built from an odd node."""
    chain = Chain(OddNode(house, odd))
    return chain.run(build_evidence("CASE-2020/7", house.scope(**fields)))


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
    assert sum("code" in line and "as expected" in line for line in verdict.proved) == 5


def one(request: Request) -> Any:
    """The operation of a single request."""
    return (yield request)


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
        contents = {name: archive.extractfile(name).read() for name in names}  # type: ignore[union-attr]
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
        assert sum("are complete" in line for line in verdict.proved) == 5


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
    numbers = {int.from_bytes(_number(text), "big") for text in sparse.headers.rlp}
    known = tuple(hash_ for n, hash_ in enumerate(hashes, FIRST_BLOCK - 1) if n in numbers)
    assert judged(house, sparse, block_hashes=known).whole


def test_records_from_before_the_range(house: House) -> None:
    """A chain from its beginning under a scope that begins later: more than was asked for."""
    topic = "0x" + BY_NAME["TradeReported"].topic.hex()
    address = house.stage.kit.house.address
    package = house.package(
        house.scope(first_block=0, contracts=[address], topics=[topic]), linked=0
    )
    first = min(item.block for item in package.receipts.items)
    assert package.chains.contracts[0].records[0].block < first
    scope = package.request.scope.model_copy(update={"first_block": first})
    request = package.request.model_copy(update={"scope": scope})
    with pytest.raises(EvidenceBroken, match="out of order or of range") as found:
        judged(house, package.model_copy(update={"request": request}))
    assert found.value.part == "chains.contracts.0.records.0.block"


def test_beginnings_that_cannot_be(house: House) -> None:
    """A root before the chain's first block, and a proof of a start that needs none."""
    package = house.package(house.scope(first_block=0, contracts=[house.stage.kit.house.address]))
    chain = package.chains.contracts[0]
    first = chain.records[0]
    content = b"".join(bytes.fromhex(text[2:]) for text in (*first.topics, first.data))
    root = keccak(bytes(32) + keccak(first.block.to_bytes(32, "big") + content))
    items = [
        item
        for item in package.receipts.items
        if (item.block, item.transaction) != (first.block, first.transaction)
    ]
    headless = chain.model_copy(
        update={"records": chain.records[1:], "before": Root(root="0x" + root.hex(), proof=None)}
    )
    proved = chain.model_copy(
        update={"before": Root(root=chain.before.root, proof=chain.after.proof)}
    )
    for altered, part in ((headless, "before.root"), (proved, "before.proof")):
        changed = package.model_copy(
            update={
                "chains": Chains(contracts=[altered]),
                "receipts": Receipts(items=items),
            }
        )
        with pytest.raises(EvidenceBroken) as found:
            judged(house, changed)
        assert found.value.part == f"chains.contracts.0.{part}"


def test_a_contract_that_is_not_there(house: House) -> None:
    """The proof that nothing is at an address is no proof of an empty report."""
    nobody = "0x" + "11" * 20
    with pytest.raises(EvidenceBroken, match=f"shows that {nobody} is not there") as found:
        house.package(house.scope(contracts=[nobody]))
    assert found.value.part == "chains.contracts.0.after.proof.account"


def test_a_contract_without_its_chain(house: House) -> None:
    """Left out where no event is in scope, so that nothing else is missed."""
    package = house.package(house.scope(accounts=[99]))
    fewer = Chains(contracts=package.chains.contracts[:-1])
    with pytest.raises(EvidenceBroken, match="one chain for each contract") as found:
        judged(house, package.model_copy(update={"chains": fewer}))
    assert found.value.part == "chains.contracts"


def test_records_that_changed_places(house: House) -> None:
    """Where no root is proved, a sender can fold records in another order; the receipts tell."""
    package = built(house, no_proofs, contracts=[house.stage.kit.house.address])
    records = list(package.chains.contracts[0].records)
    place = next(
        index
        for index, (left, right) in enumerate(pairwise(records))
        if left.block == right.block and left != right
    )
    records[place], records[place + 1] = records[place + 1], records[place]
    with pytest.raises(EvidenceBroken, match="is not after the record before it") as found:
        judged(house, refolded(package, records))
    assert found.value.part == f"chains.contracts.0.records.{place + 1}"


def test_a_record_made_up(house: House) -> None:
    """Where no root is proved, an altered record folds to an altered root; its receipt tells."""
    package = built(house, no_proofs, contracts=[house.stage.kit.house.address])
    records = list(package.chains.contracts[0].records)
    last = records[-1]
    flipped = f"{last.data[:-1]}{int(last.data[-1], 16) ^ 1:x}"
    records[-1] = last.model_copy(update={"data": flipped})
    with pytest.raises(EvidenceBroken, match="of the receipt is another") as found:
        judged(house, refolded(package, records))
    assert found.value.part == f"chains.contracts.0.records.{len(records) - 1}.position"


def test_a_record_dropped(house: House) -> None:
    """Where no root is proved, a record can be left out; the receipt that holds it tells."""
    package = built(house, no_proofs, contracts=[house.stage.kit.house.address])
    records = list(package.chains.contracts[0].records)
    place = next(
        index
        for index, (left, right) in enumerate(pairwise(records))
        if (left.block, left.transaction) == (right.block, right.transaction)
    )
    del records[place]
    with pytest.raises(EvidenceBroken, match="no record for log") as found:
        judged(house, refolded(package, records))
    assert found.value.part == "chains.contracts"


def test_a_receipt_too_many(house: House) -> None:
    """A true receipt of the chain that was not asked for is not for the receiver's eyes."""
    narrow, wide = house.package(house.scope(accounts=[2])), house.package()
    asked = {(item.block, item.transaction) for item in narrow.receipts.items}
    more = next(item for item in wide.receipts.items if (item.block, item.transaction) not in asked)
    items = sorted((*narrow.receipts.items, more), key=lambda item: (item.block, item.transaction))
    with pytest.raises(EvidenceBroken, match="holds no event in scope") as found:
        judged(house, narrow.model_copy(update={"receipts": Receipts(items=items)}))
    assert found.value.part == f"receipts.items.{items.index(more)}"


def refolded(package: Package, records: list[Record]) -> Package:
    """A package of one contract with other records and the root that they fold to, not proved."""
    chain = package.chains.contracts[0]
    root = bytes.fromhex(chain.before.root[2:])
    for record in records:
        content = b"".join(bytes.fromhex(text[2:]) for text in (*record.topics, record.data))
        root = keccak(root + keccak(record.block.to_bytes(32, "big") + content))
    after = Root(root="0x" + root.hex(), proof=None)
    altered = chain.model_copy(update={"records": records, "after": after})
    return package.model_copy(update={"chains": Chains(contracts=[altered])})


def test_a_header_that_serves_nothing(house: House) -> None:
    """A header of a gap, true or made up, is refused: nothing is in a package without a use."""
    sparse = house.package(linked=0)
    numbers = {int.from_bytes(_number(text), "big") for text in sparse.headers.rlp}
    scope = house.scope()
    gap = next(
        number
        for number in range(scope.first_block, scope.last_block)
        if number not in numbers and number + 1 not in numbers
    )
    more = house.chain.run(one(GetHeader(gap)))
    headers = sorted((*sparse.headers.rlp, "0x" + more.hex()), key=_number)
    crowded = sparse.model_copy(update={"headers": Headers(rlp=headers)})
    with pytest.raises(EvidenceBroken, match=f"block {gap} serves nothing here") as found:
        judged(house, crowded)
    assert found.value.part == f"headers.rlp.{headers.index('0x' + more.hex())}"


def _number(header: str) -> bytes:
    """A header's number, from its RLP by the library."""
    import rlp

    return bytes(rlp.decode(bytes.fromhex(header[2:]))[8])


def no_proofs(request: Request, answer: Callable[[], Any]) -> Any:
    """A node that has no storage proofs to give."""
    if isinstance(request, GetProof):
        raise RpcRefused("rpc: eth_getProof refused, the method does not exist", -32601)
    return answer()


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
