"""Stores to verify and to tamper with: a house that has lived, and a store held in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from eth_utils.address import to_checksum_address

from keelmark.chain import Chain, connect
from keelmark.chain.operations import GetBlock, GetHeader, GetProof, GetStorage, Operation
from keelmark.deploy import Deployment
from keelmark.ledger.reader import Reading, read_logs
from keelmark.store import Checkpoint, Description, Heads, RootProof
from keelmark.verification import Trust
from tests.integration.test_anvil_equality import Stage, build, live
from tests.support.stored import described, row_sets

__all__ = ["Lived", "Memory", "lived_house", "proof_of", "read_house", "root_proofs"]


@dataclass
class Memory:
    """A store whose every part can be altered."""

    description: Description
    tables: dict[str, pa.Table]
    points: list[Checkpoint]
    root_proofs: list[RootProof]
    headers_rlp: tuple[bytes, ...] = ()
    receipts: tuple[Any, ...] = ()
    location: str = "memory"
    scans: list[tuple[str, int | None, int | None]] = field(default_factory=list)

    def copy(self) -> Memory:
        """Another one, with the same rows."""
        return replace(
            self,
            tables=dict(self.tables),
            points=list(self.points),
            root_proofs=list(self.root_proofs),
            scans=[],
        )

    def checkpoint(self) -> Checkpoint | None:
        """The newest."""
        return self.points[-1] if self.points else None

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """Every one."""
        return tuple(self.points)

    def heads(self) -> Heads | None:
        """Those of the newest checkpoint."""
        return self.points[-1].heads if self.points else None

    def proofs(self, contract: bytes | None = None) -> tuple[RootProof, ...]:
        """Every proof."""
        return tuple(one for one in self.root_proofs if contract in (None, one.contract))

    def count(self, table: str) -> int:
        """Rows of a table."""
        return self.tables[table].num_rows if table in self.tables else 0

    def scan(
        self,
        table: str,
        *,
        columns: Sequence[str] | None = None,
        first_block: int | None = None,
        last_block: int | None = None,
    ) -> Iterator[Any]:
        """Rows of a range of blocks."""
        self.scans.append((table, first_block, last_block))
        if table not in self.tables:
            return
        rows = self.tables[table]
        blocks = rows.column("block_number")
        if first_block is not None:
            rows = rows.filter(pc.greater_equal(blocks, first_block))
        if last_block is not None:
            rows = rows.filter(pc.less_equal(rows.column("block_number"), last_block))
        found = rows if columns is None else rows.select(list(columns))
        yield from found.to_batches(max_chunksize=7)

    # Tampering

    def set(self, table: str, row: int, column: str, value: Any) -> None:
        """Puts a value in place of another."""
        rows = self.tables[table]
        values = rows.column(column).to_pylist()
        assert values[row] != value
        values[row] = value
        place = rows.schema.get_field_index(column)
        self.tables[table] = rows.set_column(
            place, rows.schema.field(column), pa.array(values, rows.schema.field(column).type)
        )

    def drop(self, table: str, row: int) -> None:
        """Leaves a row out."""
        rows = self.tables[table]
        self.tables[table] = pa.concat_tables([rows.slice(0, row), rows.slice(row + 1)])

    def add(self, table: str, row: int, **values: Any) -> None:
        """Adds a row like another one."""
        copy = self.tables[table].slice(row, 1).to_pylist()[0] | values
        more = pa.Table.from_pylist([copy], schema=self.tables[table].schema)
        self.tables[table] = pa.concat_tables([self.tables[table], more])

    def places(self) -> list[tuple[int, int, str, int, bytes]]:
        """Block, log index, table, row and contract of every row, in chain order."""
        return sorted(
            (one["block_number"], one["log_index"], name, row, one["address"])
            for name, rows in self.tables.items()
            for row, one in enumerate(
                rows.select(["block_number", "log_index", "address"]).to_pylist()
            )
        )


def proof_of(contract: bytes, block: int, slot: int = 0) -> Operation[RootProof]:
    """The operation that reads a proof, as a reader would store it."""
    address = str(to_checksum_address(contract))
    head = yield GetBlock(block)
    header: bytes = yield GetHeader(block)
    nodes = yield GetProof(address, slot, block)
    root: bytes = yield GetStorage(address, slot, block)
    return RootProof(contract, block, head.hash, header, root, nodes.account, nodes.storage)


def root_proofs(chain: Chain, description: Description, blocks: Sequence[int]) -> list[RootProof]:
    """Proofs of every chained contract at some blocks."""
    return [
        chain.run(proof_of(one.address, block))
        for block in blocks
        for one in description.contracts
        if one.chained
    ]


def read_house(
    chain: Chain,
    kit: Deployment,
    ends: Sequence[int],
    *,
    proved: Callable[[int], bool] = lambda _: True,
) -> tuple[Memory, Reading]:
    """A house's store, cut at some blocks, with proofs at those ends."""
    description = described(kit)
    reading = chain.run(read_logs(tuple(kit.reporting.values()), description.first_block, ends[-1]))
    heads = [chain.block(end) for end in ends]
    sets = row_sets(reading, heads, heads=Heads(ends[-1], ends[-1], ends[-1]))
    tables: dict[str, pa.Table] = {}
    for one in sets:
        for name, rows in one.rows.items():
            tables[name] = pa.concat_tables([tables[name], rows]) if name in tables else rows
    proofs = root_proofs(chain, description, [end for end in ends if proved(end)])
    return Memory(description, tables, [one.checkpoint for one in sets], proofs), reading


@dataclass(frozen=True)
class Lived:
    """A chain, the house on it, and an honest store of it."""

    chain: Chain
    kit: Deployment
    store: Memory
    reading: Reading
    ends: tuple[int, ...]
    """Blocks at which a checkpoint and proofs stand."""

    @property
    def head(self) -> Trust:
        """The last block, trusted."""
        return self.trust(self.ends[-1])

    def trust(self, block: int) -> Trust:
        """A block, trusted."""
        return Trust(self.chain.block(block).hash, block)


@cache
def lived_house() -> Lived:
    """Deployed, with trades, a crash and a loss, read in five row sets."""
    stage = Stage(connect("embedded"))
    build(stage)
    live(stage)
    last = stage.chain.block().number
    first = stage.kit.contracts["Supervision"].block_number
    ends = tuple(first + (last - first) * part // 5 for part in range(1, 6))
    store, reading = read_house(stage.chain, stage.kit, ends)
    return Lived(stage.chain, stage.kit, store, reading, ends)
