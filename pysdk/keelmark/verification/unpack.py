"""Opens a package from anybody: everything in it is checked, and nothing is written anywhere.

The archive is mapped, not read, and no entry is compressed or larger than the file, so that it
cannot grow in memory. Its Parquet files must be plain: as many rows as there are bytes for.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from keelmark.columns.schema import arrow_schema
from keelmark.columns.spec import TableSpec
from keelmark.errors import InputError
from keelmark.proofs.bounded_json import parse_json
from keelmark.store.model import Checkpoint, Description, Heads, RootProof
from keelmark.verification.inclusion import ReceiptProof
from keelmark.verification.package import FORMAT, GROUP_ROWS
from keelmark.verification.shape import check_shape

__all__ = ["PackageSource", "open_package"]

pa: Any = import_module("pyarrow")
pq: Any = import_module("pyarrow.parquet")

MOST_JSON_BYTES: Final = 64 * 2**20
"""Of ``package.json``."""

_LOCAL_HEADER: Final = 30
_ENCRYPTED: Final = 1

Digits = Annotated[str, Field(pattern="^([0-9a-f]{2})*$")]
Word = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Number = Annotated[int, Field(ge=0, lt=2**63)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Checkpoint(_Model):
    first_block: Number
    last_block: Number
    last_hash: Word
    last_time: Number
    latest: Number
    safe: Number | None
    finalized: Number | None
    read_at: Number


class _Proof(_Model):
    contract: Annotated[str, Field(pattern="^[0-9a-f]{40}$")]
    block: Number
    hash: Word
    header: Digits
    root: Word
    account: list[Digits]
    storage: list[Digits]


class _Receipt(_Model):
    block: Number
    index: Annotated[int, Field(ge=0, lt=2**31)]
    receipt: Digits
    nodes: list[Digits]


class _Package(_Model):
    format: str
    description: str
    checkpoint: _Checkpoint
    proofs: list[_Proof]
    headers: list[Digits]
    receipts: list[_Receipt]


class PackageSource:
    """A package as something to verify; see `source.Source`."""

    def __init__(self, location: str, body: _Package, tables: dict[str, _Table]) -> None:
        self.location = location
        self._description = Description.from_text(body.description, location)
        self._tables = tables
        point = body.checkpoint
        self._checkpoint = Checkpoint(
            first_block=point.first_block,
            last_block=point.last_block,
            last_hash=bytes.fromhex(point.last_hash),
            last_time=point.last_time,
            heads=Heads(point.latest, point.safe, point.finalized),
            rows=sum(table.rows for table in tables.values()),
            read_at=point.read_at,
        )
        self._proofs = tuple(
            RootProof(
                contract=bytes.fromhex(one.contract),
                block_number=one.block,
                block_hash=bytes.fromhex(one.hash),
                header=bytes.fromhex(one.header),
                root=bytes.fromhex(one.root),
                account=_all_bytes(one.account),
                storage=_all_bytes(one.storage),
            )
            for one in body.proofs
        )
        self.headers_rlp = _all_bytes(body.headers)
        """Headers that came with it."""
        self.receipts = tuple(
            ReceiptProof(one.block, one.index, bytes.fromhex(one.receipt), _all_bytes(one.nodes))
            for one in body.receipts
        )
        """Receipts that came with it."""

    @property
    def description(self) -> Description:
        """What it says it is about."""
        return self._description

    def checkpoint(self) -> Checkpoint | None:
        """The one checkpoint of a package."""
        return self._checkpoint

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """The one checkpoint of a package."""
        return (self._checkpoint,)

    def heads(self) -> Heads | None:
        """How final the chain was, as the package says."""
        return self._checkpoint.heads

    def proofs(self, contract: bytes | None = None) -> tuple[RootProof, ...]:
        """The proofs in it."""
        return tuple(one for one in self._proofs if contract in (None, one.contract))

    def count(self, table: str) -> int:
        """Rows of a table."""
        return self._tables[table].rows if table in self._tables else 0

    def scan(
        self,
        table: str,
        *,
        columns: Sequence[str] | None = None,
        first_block: int | None = None,
        last_block: int | None = None,
    ) -> Iterator[Any]:
        """Rows of a table, in the package's order."""
        if table in self._tables:
            yield from self._tables[table].scan(columns, first_block, last_block)


def _all_bytes(texts: Sequence[str]) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(text) for text in texts)


class _Table:
    """A table's Parquet file inside a package."""

    def __init__(self, data: Any, spec: TableSpec) -> None:
        self._file = pq.ParquetFile(pa.BufferReader(data))
        self._spec = spec
        metadata = self._file.metadata
        if not self._file.schema_arrow.equals(arrow_schema(spec)):
            raise InputError(f"package: rows/{spec.name}.parquet has not the table's columns")
        width = sum(_width(field.type) for field in arrow_schema(spec))
        plain = all(
            chunk.compression == "UNCOMPRESSED" and set(chunk.encodings) <= {"PLAIN", "RLE"}
            for group in range(metadata.num_row_groups)
            for chunk in (
                metadata.row_group(group).column(place) for place in range(metadata.num_columns)
            )
        )
        rows = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
        self.rows = sum(rows)
        sizes = all(0 < count <= GROUP_ROWS for count in rows)
        if not plain or not sizes or self.rows * width > data.size:
            raise InputError(
                f"package: rows/{spec.name}.parquet is not plain, with 1 to {GROUP_ROWS} rows a "
                "group"
            )
        self._spans = [self._span(group, rows[group]) for group in range(len(rows))]

    def _span(self, group: int, rows: int) -> tuple[int, int]:
        """Lowest and highest block of a row group."""
        found = self._group(group, ["block_number"]).column(0).to_numpy()
        if len(found) != rows:
            raise InputError(f"package: rows/{self._spec.name}.parquet has fewer rows than it says")
        return int(np.min(found)), int(np.max(found))

    def _group(self, group: int, columns: Sequence[str] | None = None) -> Any:
        """The rows of a row group.

        Raises:
            InputError: they cannot be read.
        """
        try:
            found = self._file.read_row_group(group, columns=columns)
            found.validate(full=True)
        except (pa.ArrowException, OSError) as error:
            said = str(error).partition("\n")[0][:200]
            raise InputError(f"package: rows/{self._spec.name}.parquet, {said}") from None
        return found

    def scan(
        self, columns: Sequence[str] | None, first: int | None, last: int | None
    ) -> Iterator[Any]:
        """Rows of a range of blocks, a row group at a time."""
        for group, (low, high) in enumerate(self._spans):
            if (last is not None and low > last) or (first is not None and high < first):
                continue
            for batch in self._group(group).to_batches():
                blocks = batch.column("block_number").to_numpy()
                kept = (blocks >= (low if first is None else first)) & (
                    blocks <= (high if last is None else last)
                )
                found = batch if kept.all() else batch.filter(pa.array(kept))
                yield found if columns is None else found.select(list(columns))


def _width(kind: Any) -> int:
    """Bytes that a value of a type has at least."""
    return (
        0 if pa.types.is_boolean(kind) else 4 if pa.types.is_binary(kind) else kind.bit_width // 8
    )


def open_package(path: Path) -> PackageSource:
    """Opens a package.

    Raises:
        InputError: it is none; the text says in one sentence what is wrong.
    """
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            places = _places(file, archive.infolist(), path.stat().st_size)
        whole = pa.memory_map(str(path), "r").read_buffer()
        return _open(str(path), places, whole)
    except InputError:
        raise
    except (
        pa.ArrowException,
        OSError,
        ValueError,
        zipfile.BadZipFile,
        NotImplementedError,
    ) as error:
        said = "is damaged"
        if isinstance(error, OSError) and error.strerror:
            said = f"cannot be read, {error.strerror}"
        raise InputError(f"package: {path} {said}, expected a package of keelmark") from None


def _places(file: Any, entries: Sequence[zipfile.ZipInfo], size: int) -> dict[str, tuple[int, int]]:
    """Where each entry's bytes lie: offset and length.

    Raises:
        InputError: an entry is compressed, encrypted or there twice, or they overlap.
    """
    found: dict[str, tuple[int, int]] = {}
    total = 0
    for entry in entries:
        stored = entry.compress_type == zipfile.ZIP_STORED
        if not stored or entry.compress_size != entry.file_size or entry.flag_bits & _ENCRYPTED:
            raise InputError("package: an entry is compressed or encrypted, expected plain ones")
        if entry.filename in found:
            raise InputError("package: two entries of one name")
        file.seek(entry.header_offset)
        head = file.read(_LOCAL_HEADER)
        if len(head) < _LOCAL_HEADER or head[:4] != b"PK\3\4":
            raise InputError("package: an entry is not where the archive says")
        offset = entry.header_offset + _LOCAL_HEADER
        offset += int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        total += entry.file_size
        if offset + entry.file_size > size or total > size:
            raise InputError("package: entries reach beyond the file or lie over one another")
        found[entry.filename] = (offset, entry.file_size)
    return found


def _open(location: str, places: dict[str, tuple[int, int]], whole: Any) -> PackageSource:
    """The package in an archive; see `open_package`."""
    offset, size = places.pop("package.json", (0, 0))
    if not 0 < size <= MOST_JSON_BYTES:
        raise InputError(f"package: package.json is missing or above {MOST_JSON_BYTES} bytes")
    try:
        body = _Package.model_validate(parse_json(whole.slice(offset, size).to_pybytes()))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "package.json"
        raise InputError(f"package: {where}, {first['msg'].lower()}") from None
    except ValueError:
        raise InputError("package: package.json is no JSON") from None
    if body.format != FORMAT:
        raise InputError(f"package: its format is not {FORMAT!r}; it is of another version")
    description = Description.from_text(body.description, location)
    check_shape(description, location)
    specs = {f"rows/{table.name}.parquet": table for table in description.tables}
    tables: dict[str, _Table] = {}
    for name, (offset, size) in places.items():
        if name not in specs:
            raise InputError("package: it holds a file that belongs to none of its tables")
        tables[specs[name].name] = _Table(whole.slice(offset, size), specs[name])
    return PackageSource(location, body, tables)
