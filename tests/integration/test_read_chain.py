"""The reader on a real node: every row once, finality recorded, blocks that are replaced."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from eth_utils.address import to_checksum_address

from keelmark.chain import Chain
from keelmark.chain.anvil import running_anvil
from keelmark.errors import ChainMismatch, InputError
from keelmark.ingest.failures import FinalizedReorganised
from keelmark.proofs.blocks import prove_account, prove_word, read_header
from keelmark.store import Heads, Store, open_store
from tests.support.bad_provider import LateHead, NullAnswer, bad_provider
from tests.support.chained_reports import ChainedReports
from tests.support.emitter import rpc
from tests.support.reading import contents, plainly, read_into, reopened, spans, without_gap

FINAL_AFTER = 64
"""anvil calls a block finalized when so many have come after it, and safe after half as many."""


@pytest.fixture
def reports(anvil: Chain) -> Iterator[ChainedReports]:
    """Two reporting contracts on a node of their own, with 20 blocks, most of them with trades."""
    del anvil
    with running_anvil() as node:
        made = ChainedReports.deploy(node.name, 2)
        made.report([3, 0, 40, 1, 0, 7] * 3, seed=10)
        yield made


@pytest.fixture
def store(reports: ChainedReports, tmp_path: Path) -> Iterator[Store]:
    made = open_store(str(tmp_path / "store.duckdb"), reports.description)
    yield made
    made.close()


def check(store: Store, reports: ChainedReports, last: int | None = None) -> None:
    """The store is the chain, by another reader, and its rows fold to the contracts' roots."""
    assert contents(store) == plainly(reports.url, reports.description, last)
    assert without_gap(store)
    point = store.checkpoint()
    assert point is not None
    block = rpc(reports.url, "eth_getBlockByNumber", hex(point.last_block), False)
    assert point.last_hash.hex() == block["hash"][2:]


def test_default_behavior(reports: ChainedReports, store: Store) -> None:
    steps, reader = read_into(store, reports.url)
    check(store, reports)
    assert sum(step.added for step in steps) == sum(len(rows) for rows in contents(store).values())
    assert store.heads() == Heads(reports.head, 0, 0)
    assert reader.notes == ()
    roots = reader.keeper.roots
    assert roots is not None
    assert [roots[one] for one in reports.addresses] == [reports.root(0), reports.root(1)]


def test_finality_is_respected_and_recorded(reports: ChainedReports, store: Store) -> None:
    rpc(reports.url, "anvil_mine", hex(FINAL_AFTER - 10), "0x1")
    head = reports.report([2, 5], seed=77)
    final, safe = head - FINAL_AFTER, head - FINAL_AFTER // 2
    steps, _ = read_into(store, reports.url, "finalized")
    check(store, reports, final)
    assert spans(steps)[-1][1] == final
    assert {str(one.finality) for one in store.checkpoints()} == {"finalized"}
    assert store.heads() == Heads(head, safe, final)

    read_into(store, reports.url, "safe")
    check(store, reports, safe)
    read_into(store, reports.url)
    check(store, reports)
    assert [str(one.finality) for one in store.checkpoints()][-1] == "latest"

    remembered = {one.number for one in store.headers(0, head)}
    assert set(range(final + 1, head + 1)) <= remembered, "of every block that is not final"


def test_it_goes_on_where_it_ended(reports: ChainedReports, store: Store) -> None:
    first, _ = read_into(store, reports.url, 9)
    assert spans(first)[-1][1] == 9
    check(store, reports, 9)
    store = reopened(store, reports.description)
    try:
        again, _ = read_into(store, reports.url, 9)
        assert again == [], "nothing is left to do"
        read_into(store, reports.url)
        check(store, reports)
        reports.report([0, 4])
        steps, _ = read_into(store, reports.url)
        assert sum(step.added for step in steps) == 5, "four trades and a price"
        check(store, reports)
    finally:
        store.close()


def test_final_blocks_are_read_in_row_sets(reports: ChainedReports, store: Store) -> None:
    from keelmark.ingest import Grouping

    rpc(reports.url, "anvil_mine", hex(FINAL_AFTER + 3), "0x1")
    steps, _ = read_into(store, reports.url, "finalized", grouping=Grouping(rows=1))
    assert len(steps) >= 1
    check(store, reports, reports.head - FINAL_AFTER)


def test_roots_are_proved_while_the_node_can(reports: ChainedReports, store: Store) -> None:
    rpc(reports.url, "anvil_mine", hex(FINAL_AFTER + 5), "0x1")
    read_into(store, reports.url)
    proofs = store.proofs()
    final = reports.head - FINAL_AFTER
    assert {(one.contract, one.block_number) for one in proofs} == {
        (address, final) for address in reports.addresses
    }
    for proof in proofs:
        block = rpc(reports.url, "eth_getBlockByNumber", hex(final), False)
        header = read_header(proof.header)
        assert header.hash == proof.block_hash == bytes.fromhex(block["hash"][2:])
        address = str(to_checksum_address(proof.contract))
        account = prove_account(header, address, proof.account)
        which = reports.addresses.index(proof.contract)
        assert prove_word(account, 0, proof.storage) == proof.root
        assert proof.root == reports.root(which, hex(final))

    reports.report([1])
    rpc(reports.url, "anvil_mine", hex(FINAL_AFTER), "0x1")
    read_into(store, reports.url)
    assert {one.block_number for one in store.proofs()} == {final, reports.head - FINAL_AFTER}


# Blocks that are replaced


def test_reorganisations_of_every_depth(reports: ChainedReports, store: Store) -> None:
    """Up to the finalized block, one after the other on one store: the rows of the orphans are
    gone and the new ones there."""
    rpc(reports.url, "anvil_mine", hex(FINAL_AFTER), "0x1")
    reports.report([1, 2, 0, 3] * 17, seed=500)
    read_into(store, reports.url)
    for depth in (1, 2, 5, 15, 16, 17, 33, 63, 64):
        head = reports.report([2] * depth, seed=depth * 1_000)
        read_into(store, reports.url)
        before = contents(store)["trade_reported"]

        reports.replace(depth, [5, 0, 4], seed=depth * 1_000 + 500)
        steps, _ = read_into(store, reports.url)
        assert [step.back_to for step in steps if step.back_to is not None] == [head - depth]
        check(store, reports)
        gone = [row for row in before if row["block_number"] > head - depth]
        assert sum(step.removed for step in steps) >= len(gone)
        hashes = {row["block_hash"] for row in contents(store)["trade_reported"]}
        assert not hashes & {row["block_hash"] for row in gone}, "no row of an orphan"


def test_a_store_after_a_reorganisation_opens_again(reports: ChainedReports, store: Store) -> None:
    reports.report([1] * 20)
    read_into(store, reports.url)
    reports.replace(7, [5, 0, 4])
    read_into(store, reports.url)
    store = reopened(store, reports.description)
    check(store, reports)
    steps, reader = read_into(store, reports.url)
    assert not any(step.added or step.removed for step in steps)
    assert reader.keeper.roots is not None
    assert reader.keeper.roots[reports.addresses[0]] == reports.root(0)
    store.close()


def test_a_reorganisation_of_what_was_finalized(reports: ChainedReports, store: Store) -> None:
    rpc(reports.url, "anvil_mine", hex(FINAL_AFTER - 8), "0x1")
    head = reports.report([1, 2, 3, 4, 5, 6, 7, 8], seed=500)
    read_into(store, reports.url)
    held, points = contents(store), store.checkpoints()
    final = head - FINAL_AFTER
    assert any(row["block_number"] == final for row in held["trade_reported"])

    reports.replace(FINAL_AFTER + 1, [1] * 5)
    with pytest.raises(FinalizedReorganised) as stopped:
        read_into(store, reports.url)
    said = str(stopped.value)
    assert f"block {final} had been finalized" in said
    assert f"block {final} was 0x" in said
    assert contents(store) == held
    assert store.checkpoints() == points


def test_a_chain_that_has_become_shorter(reports: ChainedReports, store: Store) -> None:
    """The new branch ends below the old one."""
    head = reports.report([1, 2, 3, 4], seed=500)
    point = rpc(reports.url, "evm_snapshot")
    reports.report([6, 6, 6, 6], seed=700)
    read_into(store, reports.url)
    rpc(reports.url, "evm_revert", point)
    reports.report([2], seed=900)
    assert reports.head == head + 1
    steps, _ = read_into(store, reports.url)
    assert [step.back_to for step in steps if step.back_to is not None] == [head]
    check(store, reports)


def test_deeper_than_any_finality_where_the_chain_has_none(
    reports: ChainedReports, store: Store
) -> None:
    """A node that says neither safe nor finalized: the newest 128 blocks are read one by one."""
    with bad_provider(reports.url) as provider:
        provider.add(NullAnswer(when=lambda one: one.params[0] in ("safe", "finalized")))
        rpc(reports.url, "anvil_mine", hex(20), "0x1")
        head = reports.report([1, 2, 0] * 35, seed=500)
        steps, reader = read_into(store, provider.url)
        check(store, reports)
        assert any("does not say which block is finalized" in note for note in reader.notes)
        assert store.heads() == Heads(head, None, None)
        assert {str(one.finality) for one in store.checkpoints()} == {"latest"}
        first = min(one.first_block for one in store.checkpoints() if one.last_block > head - 128)
        assert first == head - 127
        reports.replace(100, [1, 1])
        steps, _ = read_into(store, provider.url)
        assert [step.back_to for step in steps if step.back_to is not None] == [head - 100]
        check(store, reports)
        with pytest.raises(InputError, match="does not say which block is finalized"):
            read_into(store, provider.url, "finalized")


# Nodes that lag


def test_a_head_that_goes_backwards(reports: ChainedReports, store: Store) -> None:
    """A balancer over nodes of which some lag replaces nothing."""
    with bad_provider(reports.url) as provider:
        provider.add(LateHead(by=3, share=0.5))
        for _ in range(6):
            reports.report([2, 1])
            steps, _ = read_into(store, provider.url)
            assert all(step.back_to is None for step in steps)
        provider.clear()
        read_into(store, provider.url)
        check(store, reports)


def test_blocks_that_arrive_late(reports: ChainedReports, store: Store) -> None:
    """The head is there and the block is not, for a while."""
    with bad_provider(reports.url) as provider:
        late = provider.add(
            NullAnswer(times=5, when=lambda one: one.params[0] == hex(reports.head))
        )
        read_into(store, provider.url)
        assert late.happened == 5
        check(store, reports)


def test_a_block_that_never_comes(reports: ChainedReports, store: Store) -> None:
    from keelmark.ingest.failures import EndpointBehind

    with bad_provider(reports.url) as provider:
        provider.add(NullAnswer(when=lambda one: one.params[0] == hex(reports.head)))
        with pytest.raises(EndpointBehind, match=f"did not have block {reports.head} within"):
            read_into(store, provider.url, patience=0.3)
        provider.clear()
        read_into(store, provider.url)
        check(store, reports)


# Where nothing is read


def test_a_block_that_is_not_there_yet(reports: ChainedReports, store: Store) -> None:
    with pytest.raises(InputError, match=f"block {reports.head + 1} is not there yet"):
        read_into(store, reports.url, reports.head + 1)
    with pytest.raises(InputError, match="expected latest, safe, finalized or a block"):
        read_into(store, reports.url, "soon")
    assert store.checkpoint() is None


def test_a_store_of_another_chain(reports: ChainedReports, store: Store) -> None:
    """The same chain id and the same contracts, and not one block in common."""
    read_into(store, reports.url)
    held = contents(store)
    with running_anvil(genesis_time=1_700_000_000) as node:
        other = ChainedReports.deploy(node.name, 2)
        assert other.addresses == reports.addresses
        other.report([1] * 30)
        with pytest.raises((ChainMismatch, FinalizedReorganised), match="0x"):
            read_into(store, other.url)
    assert contents(store) == held
