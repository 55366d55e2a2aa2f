"""A package: rows, proofs, headers and receipts in one file, to be verified without a network.

It is a zip archive in which nothing is compressed, so that what it holds is never larger than
itself, and whose bytes follow from its content: `package.json`, and one Parquet file a table with
rows. Nobody who verifies it needs to trust who made it.
"""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from keelmark.chain import Chain
from keelmark.chain.operations import GetHeader, Operation
from keelmark.columns.schema import arrow_schema
from keelmark.columns.spec import TableSpec
from keelmark.errors import InputError, NoSuchBlock, RpcRefused
from keelmark.proofs.blocks import read_header
from keelmark.store.model import Checkpoint, RootProof
from keelmark.verification.inclusion import ReceiptProof, header_and_receipt
from keelmark.verification.roots import fetch_proof
from keelmark.verification.source import Source

__all__ = ["FORMAT", "GROUP_ROWS", "Packed", "pack"]

pa: Any = import_module("pyarrow")
pq: Any = import_module("pyarrow.parquet")

FORMAT: Final = "keelmark package 1"

GROUP_ROWS: Final = 16_384
"""Rows of a row group."""

MOST_PROOF_BLOCKS: Final = 64
"""Blocks whose proofs are put in; the ends, and others evenly between."""

MOST_HEADERS: Final = 20_000

_DATE: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Packed:
    """What was put into a package."""

    first_block: int
    last_block: int
    last_hash: bytes
    """To be confirmed by the receiver from a source of its own."""
    rows: int
    receipts: int
    headers: int


def pack(
    source: Source,
    path: Path,
    *,
    first_block: int | None = None,
    last_block: int | None = None,
    chain: Chain | None = None,
    events: Sequence[tuple[int, int]] = (),
    linked: bool = False,
) -> Packed:
    """Writes a package, whole or not at all.

    Args:
        source: a store.
        path: the file to write.
        first_block: of the period; it is widened to begin after a stored proof, or at the store's
            beginning.
        last_block: of the period; it is widened to end at a stored proof.
        chain: a node for proofs, receipts and headers that the store lacks.
        events: block and log index of each event whose receipt is put in.
        linked: puts in every header of the period, so that the last block's hash vouches for all
            of them.

    Raises:
        InputError: the period is not in the store, there is no proof at its end, what is asked for
            needs a node and there is none, or the file cannot be written.
    """
    newest = source.checkpoint()
    if newest is None:
        raise InputError(f"store: nothing has been read into {source.location} yet")
    if chain is None and (events or linked):
        raise InputError("rpc: receipts and headers are asked of a node, expected one")
    proofs = _proofs(source, newest, first_block, last_block, chain)
    start, end = _range(source, proofs, first_block, last_block)
    kept = _thinned([one for one in proofs if start - 1 <= one.block_number <= end])
    last = next(one for one in kept if one.block_number == end)
    headers: dict[int, bytes] = {}
    receipts: dict[tuple[int, int], ReceiptProof] = {}
    if chain is not None:
        for block, log_index in events:
            headers[block], proof = header_and_receipt(source, chain, block, log_index)
            receipts[block, proof.index] = proof
        if linked:
            if end - start > MOST_HEADERS:
                raise InputError(
                    f"headers: {end - start + 1} blocks, expected at most {MOST_HEADERS}"
                )
            for block in range(max(start - 1, 0), end + 1):
                headers[block] = chain.run(_header(block))
    body: dict[str, Any] = {
        "format": FORMAT,
        "description": replace(source.description, first_block=start).to_text(),
        "checkpoint": _checkpoint(newest, start, end, last),
        "proofs": [_proof(one) for one in kept],
        "headers": [headers[block].hex() for block in sorted(headers)],
        "receipts": [
            {
                "block": one.block,
                "index": one.index,
                "receipt": one.receipt.hex(),
                "nodes": [node.hex() for node in one.nodes],
            }
            for _, one in sorted(receipts.items())
        ],
    }
    rows = _write(source, path, body, start, end)
    return Packed(start, end, last.block_hash, rows, len(receipts), len(headers))


def _header(block: int) -> Operation[bytes]:
    encoded: bytes = yield GetHeader(block)
    return encoded


def _proofs(
    source: Source, newest: Checkpoint, first: int | None, last: int | None, chain: Chain | None
) -> list[RootProof]:
    """Every proof at hand, and those of the period's end by the node if it gives them."""
    chained = [one for one in source.description.contracts if one.chained]
    proofs = [one for one in source.proofs() if one.block_number <= newest.last_block]
    end = newest.last_block if last is None else last
    if chain is not None and end not in _common(source, proofs):
        try:
            proofs += [fetch_proof(chain, one, end) for one in chained]
        except (RpcRefused, NoSuchBlock):
            # Too old for the node: a stored one must do, and `_range` says so if there is none.
            return proofs
    del first
    return proofs


def _common(source: Source, proofs: Sequence[RootProof]) -> list[int]:
    """Blocks of which every chained contract has a proof, ascending."""
    wanted = {one.address for one in source.description.contracts if one.chained}
    found: dict[int, set[bytes]] = {}
    for one in proofs:
        found.setdefault(one.block_number, set()).add(one.contract)
    return sorted(block for block, contracts in found.items() if contracts >= wanted)


def _range(
    source: Source, proofs: Sequence[RootProof], first: int | None, last: int | None
) -> tuple[int, int]:
    """The blocks that are packed: the period, widened to where roots are proved."""
    begins = source.description.first_block
    common = _common(source, proofs)
    ends = [block for block in common if block >= (begins if last is None else last)]
    if not ends:
        raise InputError(
            f"last block: no proof of every root at or after block {last or begins} is stored; "
            "an archive endpoint is needed"
        )
    end = ends[-1] if last is None else ends[0]
    if first is None:
        return begins, end
    if not begins <= first <= end:
        raise InputError(f"first block: {first}, expected one from {begins} to {end}")
    starts = [block for block in common if begins - 1 <= block < first]
    return (starts[-1] + 1 if starts else begins), end


def _thinned(proofs: Sequence[RootProof]) -> list[RootProof]:
    """Proofs of at most so many blocks, the ends among them, each once, in order."""
    blocks = sorted({one.block_number for one in proofs})
    if len(blocks) > MOST_PROOF_BLOCKS:
        steps = MOST_PROOF_BLOCKS - 1
        blocks = [blocks[(len(blocks) - 1) * step // steps] for step in range(steps + 1)]
    chosen = set(blocks)
    unique = {(one.block_number, one.contract): one for one in proofs if one.block_number in chosen}
    return [unique[key] for key in sorted(unique)]


def _checkpoint(newest: Checkpoint, start: int, end: int, last: RootProof) -> dict[str, Any]:
    """One checkpoint over the whole package."""
    heads = newest.heads
    return {
        "first_block": start,
        "last_block": end,
        "last_hash": last.block_hash.hex(),
        "last_time": read_header(last.header).time,
        "latest": heads.latest,
        "safe": heads.safe,
        "finalized": heads.finalized,
        "read_at": newest.read_at,
    }


def _proof(one: RootProof) -> dict[str, Any]:
    """A proof as JSON."""
    return {
        "contract": one.contract.hex(),
        "block": one.block_number,
        "hash": one.block_hash.hex(),
        "header": one.header.hex(),
        "root": one.root.hex(),
        "account": [node.hex() for node in one.account],
        "storage": [node.hex() for node in one.storage],
    }


def _write(source: Source, path: Path, body: dict[str, Any], start: int, end: int) -> int:
    """Writes the archive, by rename. Gives how many rows are in it."""
    temporary = ""
    rows = 0
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                text = json.dumps(body, sort_keys=True, separators=(",", ":")) + "\n"
                archive.writestr(_entry("package.json"), text.encode())
                for table in source.description.tables:
                    rows += _write_table(source, archive, table, start, end)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
        temporary = ""
    except OSError as error:
        raise InputError(f"package: {path} cannot be written, {error.strerror}") from None
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
    return rows


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry without times, owners or anything else of the machine's."""
    entry = zipfile.ZipInfo(name, _DATE)
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    return entry


def _write_table(
    source: Source, archive: zipfile.ZipFile, table: TableSpec, start: int, end: int
) -> int:
    """A table's rows as plain Parquet; nothing is written where there are none."""
    groups = _groups(source, table, start, end)
    first = next(groups, None)
    if first is None:
        return 0
    rows = 0
    with (
        archive.open(_entry(f"rows/{table.name}.parquet"), "w", force_zip64=True) as file,
        pq.ParquetWriter(
            file,
            arrow_schema(table),
            compression="none",
            use_dictionary=False,
            write_statistics=False,
            store_schema=False,
        ) as writer,
    ):
        while first is not None:
            writer.write_table(first, row_group_size=GROUP_ROWS)
            rows += first.num_rows
            first = next(groups, None)
    return rows


def _groups(source: Source, table: TableSpec, start: int, end: int) -> Iterator[Any]:
    """A table's rows in groups of one size, however the store cuts them."""
    waiting: list[Any] = []
    held = 0
    for batch in source.scan(table.name, first_block=start, last_block=end):
        waiting.append(batch)
        held += batch.num_rows
        while held >= GROUP_ROWS:
            whole = pa.Table.from_batches(waiting)
            yield whole.slice(0, GROUP_ROWS)
            waiting, held = whole.slice(GROUP_ROWS).to_batches(), held - GROUP_ROWS
    if held:
        yield pa.Table.from_batches(waiting)
