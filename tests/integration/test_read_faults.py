"""What a node may do wrong while it is read: healed where that can be, one sentence where not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak

from keelmark.chain import Chain
from keelmark.chain.anvil import running_anvil
from keelmark.errors import ChainMismatch, DecodingFailed, KeelmarkError, Reorganised
from keelmark.ingest import Grouping
from keelmark.ingest.failures import AnswersIncomplete, EndpointsDisagree
from keelmark.store import Description, Store, open_store
from keelmark.store.describe import describe_foreign
from tests.support.bad_provider import (
    Altered,
    Asked,
    BadProvider,
    Doubled,
    Empty,
    Fault,
    Incomplete,
    Malformed,
    Reply,
    Reset,
    Shuffled,
    Truncated,
    WrongChain,
    bad_provider,
)
from tests.support.chained_reports import ChainedReports
from tests.support.emitter import ADDRESS, Emitter, rpc
from tests.support.reading import contents, plainly, read_into, without_gap

FINAL_AFTER = 64


@dataclass(frozen=True)
class Scene:
    """A chain that nobody changes: rows in final blocks and in newer ones."""

    reports: ChainedReports
    foreign: Description
    final: int
    head: int


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with running_anvil() as node:
        reports = ChainedReports.deploy(node.name, 2)
        reports.report([3, 0, 40, 1, 0, 7] * 3, seed=10)
        emitter = Emitter.install(node.name)
        emitter.emit([2, 0, 5])
        rpc(node.name, "anvil_mine", hex(FINAL_AFTER - 6), "0x1")
        reports.report([2, 0, 5], which=1, seed=50)
        emitter.emit([3, 1])
        head = reports.report([4], seed=60)
        abi = [{"type": "event", "name": "Counted", "inputs": [
            {"name": name, "type": "uint256"} for name in ("left", "one", "two")
        ]}]  # fmt: skip
        code = rpc(node.name, "eth_getCode", "0x" + ADDRESS.hex(), "latest")
        foreign = describe_foreign(
            chain_id=reports.description.chain_id,
            venue="emitter",
            address="0x" + ADDRESS.hex(),
            code_hash=bytes(keccak(hexstr=code)),
            abi=abi,
        )
        yield Scene(reports, foreign, head - FINAL_AFTER, head)


@pytest.fixture
def provider(anvil: Chain, scene: Scene) -> Iterator[BadProvider]:
    with bad_provider(scene.reports.url) as made:
        yield made


@pytest.fixture
def store(scene: Scene, tmp_path: Path) -> Iterator[Store]:
    made = open_store(str(tmp_path / "store.duckdb"), scene.reports.description)
    yield made
    made.close()


@pytest.fixture
def foreign(scene: Scene, tmp_path: Path) -> Iterator[Store]:
    made = open_store(str(tmp_path / "foreign.duckdb"), scene.foreign)
    yield made
    made.close()


def check(store: Store, scene: Scene) -> None:
    """The store is the chain, whole."""
    assert contents(store) == plainly(scene.reports.url, store.description)
    assert without_gap(store)
    point = store.checkpoint()
    assert point is not None
    assert point.last_block == scene.head


def of_range(asked: Asked) -> bool:
    """Logs of final blocks."""
    return asked.span is not None


def by_hash(asked: Asked) -> bool:
    """Logs of one block."""
    return asked.method == "eth_getLogs" and "blockHash" in asked.params[0]


def of_block(scene: Scene, number: int) -> Callable[[Asked], bool]:
    """Logs of this block, by its hash."""
    block = rpc(scene.reports.url, "eth_getBlockByNumber", hex(number), False)["hash"]
    return lambda asked: by_hash(asked) and asked.params[0]["blockHash"] == block


@dataclass
class Refused(Fault):
    """A JSON-RPC error."""

    code: int = -32601
    text: str = "the method does not exist/is not available"

    def refuse(self, asked: Asked) -> Reply | None:
        error = {"code": self.code, "message": self.text}
        return Reply(json.dumps({"jsonrpc": "2.0", "id": asked.id, "error": error}).encode())


# A log is missing from an answer


@pytest.mark.parametrize("place", [0, 11, -1])
@pytest.mark.parametrize("new", [False, True], ids=["final", "new"])
def test_a_log_is_missing_once(
    scene: Scene, provider: BadProvider, store: Store, new: bool, place: int
) -> None:
    when = of_block(scene, scene.head) if new else of_range
    lost = provider.add(Incomplete(times=1, when=when, place=place))
    read_into(store, provider.url)
    assert lost.happened == 1
    check(store, scene)


def test_a_log_of_a_final_block_is_missing_always(
    scene: Scene, provider: BadProvider, store: Store
) -> None:
    provider.add(Incomplete(when=of_range, place=20))
    with pytest.raises(AnswersIncomplete) as stopped:
        read_into(store, provider.url)
    first = scene.reports.first_block
    assert f"its logs of Reports0 in blocks {first} to {scene.final} do not fold" in str(
        stopped.value
    )
    assert store.checkpoint() is None, "nothing that does not fold is kept"
    provider.clear()
    read_into(store, provider.url)
    check(store, scene)


def test_a_log_of_a_new_block_is_missing_always(
    scene: Scene, provider: BadProvider, store: Store
) -> None:
    provider.add(Incomplete(when=by_hash))
    with pytest.raises(AnswersIncomplete, match=r"its logs of Reports0 in blocks \d+ to \d+ do"):
        read_into(store, provider.url)
    point = store.checkpoint()
    assert point is not None
    assert point.last_block < scene.head - 6, "the whole blocks before it are kept"
    provider.clear()
    read_into(store, provider.url)
    check(store, scene)


def test_all_logs_are_missing(scene: Scene, provider: BadProvider, store: Store) -> None:
    provider.add(Empty())
    with pytest.raises(AnswersIncomplete):
        read_into(store, provider.url)
    assert store.checkpoint() is None


def test_what_is_missing_is_found_late(scene: Scene, provider: BadProvider, store: Store) -> None:
    """The node has the state of its newest blocks only: the gap in the final blocks is seen at the
    tip, everything since the last root is given up, and read again."""

    def old(asked: Asked) -> bool:
        if asked.method == "eth_getProof":
            return True
        if asked.method != "eth_getStorageAt":
            return False
        block = asked.params[2]
        if isinstance(block, dict):
            block = rpc(scene.reports.url, "eth_getBlockByHash", block["blockHash"], False)[
                "number"
            ]
        return int(block, 16) < scene.head - 8

    provider.add(Refused(None, when=old, code=-32000, text="missing trie node"))
    lost = provider.add(Incomplete(times=1, when=of_range, place=5))
    steps, _ = read_into(store, provider.url)
    assert lost.happened == 1
    assert [step.back_to for step in steps if step.back_to is not None] == [
        scene.reports.first_block - 1
    ]
    check(store, scene)
    assert store.proofs() == ()


def test_what_is_missing_is_found_late_and_stays(
    scene: Scene, provider: BadProvider, store: Store
) -> None:
    def old(asked: Asked) -> bool:
        return asked.method == "eth_getProof" or (
            asked.method == "eth_getStorageAt" and store.checkpoint() is None
        )

    provider.add(Refused(None, when=old, code=-32000, text="missing trie node"))
    provider.add(Incomplete(when=of_range, place=5))
    with pytest.raises(AnswersIncomplete, match=f"in blocks {scene.reports.first_block} to"):
        read_into(store, provider.url)


def test_a_store_with_a_gap_is_found_out(scene: Scene, provider: BadProvider, store: Store) -> None:
    """Rows that were committed unproved and lack one are given up by the next run."""
    states = provider.add(
        Refused(
            None,
            when=lambda asked: asked.method in ("eth_getProof", "eth_getStorageAt"),
            code=-32000,
            text="missing trie node",
        )
    )
    provider.add(Incomplete(when=of_range, place=5))
    read_into(store, provider.url)
    assert states.happened
    assert contents(store) != plainly(scene.reports.url, store.description)
    provider.clear()
    steps, _ = read_into(store, provider.url)
    assert steps[0].back_to == scene.reports.first_block - 1
    check(store, scene)


# Contracts without a report chain


@pytest.mark.parametrize("place", [0, 1])
def test_foreign_a_log_is_missing_once(
    scene: Scene, provider: BadProvider, foreign: Store, place: int
) -> None:
    """The block's receipts know of it."""
    last = of_block(scene, scene.head - 2)
    lost = provider.add(Incomplete(times=1, when=last, place=place))
    read_into(foreign, provider.url)
    assert lost.happened == 1
    check(foreign, scene)


def test_foreign_a_log_is_missing_always(
    scene: Scene, provider: BadProvider, foreign: Store
) -> None:
    provider.add(Incomplete(when=by_hash))
    with pytest.raises(AnswersIncomplete, match=r"its logs of block \d+ are 2 and its receipts"):
        read_into(foreign, provider.url)


def test_foreign_without_receipts_the_filter_knows(
    scene: Scene, provider: BadProvider, foreign: Store
) -> None:
    """An empty answer for a block whose bloom filter holds the contract is asked for again."""
    provider.add(Refused("eth_getBlockReceipts"))
    lost = provider.add(Empty(times=1, when=of_block(scene, scene.head - 1)))
    read_into(foreign, provider.url)
    assert lost.happened == 1
    check(foreign, scene)


def test_filters_that_are_not_filled(scene: Scene, provider: BadProvider, foreign: Store) -> None:
    """Some chains leave them empty: that is noticed, and nothing is concluded from them."""
    empty = {"logsBloom": "0x" + "00" * 256}
    provider.add(
        Altered("eth_getBlockByNumber", change=lambda row: {**row, **empty} if row else row)
    )
    _, reader = read_into(foreign, provider.url)
    check(foreign, scene)
    assert any("bloom filter denies logs" in note for note in reader.notes)


# Answers in disorder


@pytest.mark.parametrize(
    "fault",
    [
        Doubled(),
        Shuffled(),
        Truncated(times=2),
        Malformed(times=2),
        Reset(times=2),
        Truncated("eth_getBlockByNumber", times=3),
        Reset(None, share=0.1),
    ],
    ids=lambda fault: f"{type(fault).__name__} {fault.method}",
)
def test_disorder(scene: Scene, provider: BadProvider, store: Store, fault: Fault) -> None:
    provider.add(fault)
    read_into(store, provider.url)
    assert fault.happened
    check(store, scene)


def orphaned(rows: Any) -> Any:
    """The logs of one block as if they were of another at its height."""
    height = rows[0]["blockNumber"] if rows else None
    return [
        {**row, "blockHash": "0x" + "0f" * 32} if row["blockNumber"] == height else row
        for row in rows
    ]


@pytest.mark.parametrize("new", [False, True], ids=["final", "new"])
def test_logs_of_an_orphan(scene: Scene, provider: BadProvider, store: Store, new: bool) -> None:
    when = of_block(scene, scene.head) if new else of_range
    orphan = provider.add(Altered(change=orphaned, when=when, times=1))
    read_into(store, provider.url)
    assert orphan.happened == 1
    check(store, scene)


def test_logs_of_an_orphan_for_ever(scene: Scene, provider: BadProvider, store: Store) -> None:
    provider.add(Altered(change=orphaned, when=of_range))
    with pytest.raises(Reorganised, match="gave logs of 0x0f0f"):
        read_into(store, provider.url, patience=0.5)
    assert store.checkpoint() is None


def test_a_contract_that_was_not_asked_for(
    scene: Scene, provider: BadProvider, store: Store
) -> None:
    def moved(rows: Any) -> Any:
        return [{**row, "address": "0x" + "77" * 20} for row in rows]

    provider.add(Altered(change=moved, when=by_hash))
    with pytest.raises(DecodingFailed):
        read_into(store, provider.url, patience=0.5)


# Another chain, another contract


def test_a_wrong_chain(scene: Scene, provider: BadProvider, store: Store) -> None:
    provider.add(WrongChain(chain_id=5))
    with pytest.raises(ChainMismatch, match="is on chain 5, expected chain 131277322940537"):
        read_into(store, provider.url)
    assert store.checkpoint() is None


@pytest.mark.parametrize("method", ["eth_getBlockByNumber", "eth_getLogs"])
def test_another_chain_after_a_reconnection(
    scene: Scene, provider: BadProvider, store: Store, method: str
) -> None:
    """Behind the address stands another node by the time it answers again."""
    provider.add(WrongChain(chain_id=5, skip=1))
    provider.add(Reset(method, times=1, skip=2))
    with pytest.raises(ChainMismatch, match="is on chain 5"):
        read_into(store, provider.url)


def test_another_code(scene: Scene, provider: BadProvider, tmp_path: Path) -> None:
    about = scene.reports.description
    first, second = about.contracts
    for change, told in (
        ({"code_hash": b"\x11" * 32}, "has code with hash 0x"),
        ({"address": b"\x22" * 20}, "has no code, expected 0x"),
    ):
        other = replace(about, contracts=(first, replace(second, **change)))
        store = open_store(str(tmp_path / f"{told[:7]}.duckdb"), other)
        with pytest.raises(ChainMismatch, match=f"contract: Reports1 at 0x.* {told}"):
            read_into(store, provider.url)
        store.close()


# Several endpoints


def test_endpoints_that_agree(scene: Scene, provider: BadProvider, store: Store) -> None:
    read_into(store, [scene.reports.url, provider.url])
    check(store, scene)
    assert provider.count("eth_getLogs") >= FINAL_AFTER


@pytest.mark.parametrize(("when", "told"), [(of_range, "blocks"), (by_hash, "block")])
def test_endpoints_that_disagree_about_logs(
    scene: Scene, provider: BadProvider, store: Store, when: Any, told: str
) -> None:
    provider.add(Incomplete(when=when))
    with pytest.raises(EndpointsDisagree) as stopped:
        read_into(store, [scene.reports.url, provider.url])
    said = str(stopped.value)
    assert f"{scene.reports.url} and {provider.url} disagree about the logs of {told} " in said
    if when is of_range:
        first = scene.reports.first_block
        assert f"blocks {first} to {scene.final}, first in block {first + 2} " in said


def test_endpoints_that_disagree_about_a_block(
    scene: Scene, provider: BadProvider, store: Store
) -> None:
    def other(row: Any) -> Any:
        return {**row, "hash": "0x" + "0f" * 32} if row["number"] == hex(scene.final) else row

    provider.add(Altered("eth_getBlockByNumber", change=other))
    with pytest.raises(EndpointsDisagree, match=f"as block {scene.final} and .* has 0x0f0f"):
        read_into(store, [scene.reports.url, provider.url])
    assert store.checkpoint() is None


def test_an_endpoint_that_lags(scene: Scene, provider: BadProvider, store: Store) -> None:
    """It is waited for."""
    late = provider.add(Refused(None, when=by_hash, times=3, code=-32000, text="unknown block"))
    read_into(store, [scene.reports.url, provider.url])
    assert late.happened == 3
    check(store, scene)


# What a node lacks


def test_without_logs_by_hash(scene: Scene, provider: BadProvider, store: Store) -> None:
    provider.add(Refused(None, when=by_hash, code=-32602, text="invalid argument 0: blockHash"))
    _, reader = read_into(store, provider.url)
    check(store, scene)
    assert any("gives no logs by block hash" in note for note in reader.notes)


def test_without_proofs(scene: Scene, provider: BadProvider, store: Store) -> None:
    provider.add(Refused("eth_getProof"))
    lost = provider.add(Incomplete(times=1, when=of_range, place=5))
    _, reader = read_into(store, provider.url)
    assert lost.happened == 1, "the contracts' words tell as well"
    check(store, scene)
    assert store.proofs() == ()
    assert any("gives no storage proofs" in note for note in reader.notes)


def test_without_receipts_times_and_state(
    scene: Scene, provider: BadProvider, store: Store
) -> None:
    def bare(rows: Any) -> Any:
        return [{k: v for k, v in row.items() if k != "blockTimestamp"} for row in rows]

    provider.add(Altered(change=bare))
    for method in ("eth_getProof", "eth_getStorageAt", "eth_getBlockReceipts"):
        provider.add(Refused(method))
    read_into(store, provider.url, grouping=Grouping(rows=30))
    check(store, scene)


def test_a_proof_that_does_not_hold(scene: Scene, provider: BadProvider, store: Store) -> None:
    def other(row: Any) -> Any:
        nodes = row["storageProof"][0]["proof"]
        row["storageProof"][0]["proof"] = [node[:-2] + "77" for node in nodes]
        return row

    provider.add(Altered("eth_getProof", change=other))
    with pytest.raises(KeelmarkError, match=r"its proof of Reports\d at block .* does not hold"):
        read_into(store, provider.url)
    assert store.checkpoint() is None
