"""A package: the same bytes each time, verified without a network, and refused in one sentence."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from keelmark.errors import InputError, KeelmarkError
from keelmark.proofs.verification_result import FAILED, NOT_PROVED, VERIFIED
from keelmark.store import open_store
from keelmark.verification import package, unpack, verify_store
from keelmark.verification.anchors import gathered
from keelmark.verification.inclusion import prove_event
from keelmark.verification.package import pack
from keelmark.verification.unpack import open_package
from tests.support.stored import row_sets
from tests.unit.sdk.verification.conftest import Lived
from tests.unit.sdk.verification.test_inclusion import place


def test_default_behavior(lived: Lived, tmp_path: Path) -> None:
    """Packed, opened, and verified from the one hash; every row is there."""
    packed = pack(lived.store, tmp_path / "a.zip")
    assert (packed.first_block, packed.last_block) == (3, lived.ends[-1])
    assert packed.last_hash == lived.head.hash
    assert packed.rows == len(lived.reading.rows)
    found = verify_store(open_package(tmp_path / "a.zip"), [lived.head], expected=lived.kit, at=1)
    assert found.verdict == VERIFIED
    assert found.contracts == verify_store(lived.store, [lived.head]).contracts
    assert verify_store(open_package(tmp_path / "a.zip"), []).verdict == NOT_PROVED


def test_same_bytes(lived: Lived, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever packs, from whatever kind of store, in whatever batches."""
    monkeypatch.setattr(package, "GROUP_ROWS", 2)
    pack(lived.store, tmp_path / "a.zip")
    pack(lived.store, tmp_path / "b.zip")
    first = (tmp_path / "a.zip").read_bytes()
    assert (tmp_path / "b.zip").read_bytes() == first
    sets = row_sets(lived.reading, heads=lived.store.points[-1].heads)
    point = replace(sets[0].checkpoint, read_at=lived.store.points[-1].read_at)
    for kind in ("duckdb", "parquet", "delta"):
        store = open_store(f"{kind}:{tmp_path / kind}", lived.store.description)
        store.commit(replace(sets[0], checkpoint=point, proofs=tuple(lived.store.root_proofs)))
        pack(store, tmp_path / "c.zip")
        assert verify_store(store, [lived.head]).verdict == VERIFIED
        store.close()
        assert (tmp_path / "c.zip").read_bytes() == first
    opened = open_package(tmp_path / "a.zip")
    assert verify_store(opened, [lived.head]).verdict == VERIFIED
    whole = [batch.num_rows for batch in opened.scan("party_onboarded")]
    assert whole == [] or max(whole) <= 2


def test_period(lived: Lived, tmp_path: Path) -> None:
    """Widened to where roots are proved; it needs both ends, or the headers between them."""
    first, last = lived.ends[1] + 2, lived.ends[3] - 2
    packed = pack(lived.store, tmp_path / "a.zip", first_block=first, last_block=last)
    assert (packed.first_block, packed.last_block) == (lived.ends[1] + 1, lived.ends[3])
    opened = open_package(tmp_path / "a.zip")
    end = lived.trust(lived.ends[3])
    assert verify_store(opened, [end]).verdict == NOT_PROVED
    both = verify_store(opened, [end, lived.trust(lived.ends[1])])
    assert (both.verdict, both.first_block) == (VERIFIED, lived.ends[1] + 1)
    more = pack(
        lived.store,
        tmp_path / "b.zip",
        first_block=first,
        last_block=last,
        chain=lived.chain,
        linked=True,
    )
    assert more.last_block == last, "the node has a proof of the very block"
    linked = verify_store(open_package(tmp_path / "b.zip"), [lived.trust(last)])
    assert linked.verdict == VERIFIED
    assert any("every block with a row are proved" in text for text in linked.stated)


def test_proofs_by_the_node(lived: Lived, tmp_path: Path) -> None:
    bare = lived.store.copy()
    bare.root_proofs = []
    with pytest.raises(InputError, match="an archive endpoint is needed"):
        pack(bare, tmp_path / "a.zip")
    assert list(tmp_path.iterdir()) == []
    packed = pack(bare, tmp_path / "a.zip", chain=lived.chain, last_block=40)
    assert packed.last_block == 40
    found = verify_store(open_package(tmp_path / "a.zip"), [lived.trust(40)])
    assert (found.verdict, found.last_block) == (VERIFIED, 40)


def test_events(lived: Lived, tmp_path: Path) -> None:
    """An event's receipt and header travel with the rows."""
    block, log_index = place(lived)
    with pytest.raises(InputError, match="asked of a node"):
        pack(lived.store, tmp_path / "a.zip", events=[(block, log_index)])
    packed = pack(lived.store, tmp_path / "a.zip", chain=lived.chain, events=[(block, log_index)])
    assert packed.receipts == 1
    opened = open_package(tmp_path / "a.zip")
    known = gathered(opened, [lived.trust(block)], None)
    assert prove_event(opened, known, block, log_index).event == "TradeReported"


def test_few_proofs_of_many(lived: Lived, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MOST_PROOF_BLOCKS", 3)
    pack(lived.store, tmp_path / "a.zip")
    opened = open_package(tmp_path / "a.zip")
    blocks = sorted({one.block_number for one in opened.proofs()})
    assert blocks == [lived.ends[0], lived.ends[2], lived.ends[4]]
    assert verify_store(opened, [lived.head]).verdict == VERIFIED


def test_unwritable(lived: Lived, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written, No such file"):
        pack(lived.store, tmp_path / "none" / "a.zip")


# Hostile files

Parts = dict[str, bytes]


@pytest.fixture
def parts(lived: Lived, tmp_path: Path) -> Parts:
    """An honest package's entries."""
    pack(lived.store, tmp_path / "honest.zip")
    with zipfile.ZipFile(tmp_path / "honest.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive_of(parts: Parts, **options: Any) -> bytes:
    """A zip archive of entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **options) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def refused(tmp_path: Path, data: bytes) -> str:
    """The one sentence with which a file is refused."""
    path = tmp_path / "hostile.zip"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        open_package(path)
    text = str(caught.value)
    assert "\n" not in text
    assert len(text) < 400
    return text


def edited(parts: Parts, change: Callable[[Any], None]) -> bytes:
    """The archive with a change in its package.json."""
    body = json.loads(parts["package.json"])
    change(body)
    return archive_of(parts | {"package.json": json.dumps(body).encode()})


def test_same_archive_by_others(parts: Parts, tmp_path: Path, lived: Lived) -> None:
    """The helper's archive is one that opens, so that what follows is refused for its own sake."""
    path = tmp_path / "again.zip"
    path.write_bytes(archive_of(parts))
    assert verify_store(open_package(path), [lived.head]).verdict == VERIFIED


@pytest.mark.parametrize(
    "data",
    [b"", b"PK", b"PK\3\4" + bytes(500), b"not a zip" * 100, bytes(22), b"PK\5\6" + bytes(18)],
)
def test_no_archive(tmp_path: Path, data: bytes) -> None:
    assert "package" in refused(tmp_path, data)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        open_package(tmp_path / "nothing.zip")
    with pytest.raises(InputError, match="expected a package"):
        open_package(tmp_path)


def test_bomb(parts: Parts, tmp_path: Path) -> None:
    """A gigabyte of zeros in a megabyte is not unpacked."""
    bomb = archive_of({"package.json": bytes(64 * 2**20)}, compression=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 2**20
    assert "compressed" in refused(tmp_path, bomb)
    assert "compressed" in refused(tmp_path, archive_of(parts, compression=zipfile.ZIP_BZIP2))


def test_size_of_the_description(
    parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has to be held in memory is bounded, and has to be there."""
    assert "is missing" in refused(tmp_path, archive_of({"rows/x.parquet": b"x"}))
    monkeypatch.setattr(unpack, "MOST_JSON_BYTES", len(parts["package.json"]) - 1)
    assert "is missing or above" in refused(tmp_path, archive_of(parts))


def test_overlapping_entries(parts: Parts, tmp_path: Path) -> None:
    """Many names for the same bytes."""
    data = bytearray(archive_of({"package.json": parts["package.json"]}))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("package.json", parts["package.json"])
        first = archive.filelist[0]
        for number in range(50):
            more = zipfile.ZipInfo(f"rows/{number}.parquet")
            more.file_size = more.compress_size = first.file_size
            more.CRC, more.header_offset = first.CRC, first.header_offset
            archive.filelist.append(more)
    assert len(out.getvalue()) < len(data) + 10_000
    assert "lie over one another" in refused(tmp_path, out.getvalue())


@pytest.mark.parametrize("name", ["../../x", "/etc/passwd", "rows/none.parquet", "rows/", "a\\b"])
def test_strange_names(parts: Parts, tmp_path: Path, name: str) -> None:
    """Nothing is written anywhere, and nothing that does not belong is read."""
    assert "belongs to none" in refused(tmp_path, archive_of(parts | {name: b"x"}))


def test_two_entries_of_one_name(parts: Parts, tmp_path: Path) -> None:
    out = io.BytesIO(archive_of(parts))
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("package.json", b"{}")
    assert "two entries" in refused(tmp_path, out.getvalue())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda body: body.update(format="other"), "of another version"),
        (lambda body: body.pop("proofs"), "proofs, field required"),
        (lambda body: body.update(more=1), "more, extra inputs"),
        (lambda body: body.update(proofs={}), "proofs, input should be a valid list"),
        (lambda body: body["proofs"][0].update(root="zz"), "proofs.0.root"),
        (lambda body: body["proofs"][0].update(block=-1), "proofs.0.block"),
        (lambda body: body["proofs"][0].update(block="1"), "proofs.0.block"),
        (lambda body: body["checkpoint"].update(last_block=2**64), "checkpoint.last_block"),
        (lambda body: body["headers"].append("c0c"), "headers.0"),
        (lambda body: body.update(description="{}"), "is no store of keelmark"),
        (lambda body: body.update(description="["), "is no store of keelmark"),
    ],
)
def test_malformed_json(
    parts: Parts, tmp_path: Path, change: Callable[[Any], None], said: str
) -> None:
    assert said in refused(tmp_path, edited(parts, change))


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("chainId",), "1", "chainId"),
        (("firstBlock",), -1, "firstBlock"),
        (("firstBlock",), True, "firstBlock"),
        (("venue",), 7, "venue"),
        (("contracts", 0, "address"), "0x00", "contracts"),
        (("contracts", 0, "name"), "a\nb", "contracts"),
        (("contracts", 0, "firstBlock"), None, "contracts"),
        (("contracts", 0, "chained"), 1, "contracts"),
        (("tables", 0, "name"), "../x", "tables"),
        (("tables", 0, "topic"), "0x11", "tables"),
        (("tables", 0, "columns", 0, "kind"), "other", "no store of keelmark"),
        (("tables", 0, "columns", 0, "name"), "../x", "tables"),
        (("tables", 1, "name"), "trade_reported", "tables"),
        (("schemaVersion",), 99, "version 99"),
        (("contracts",), 5, "no store of keelmark"),
    ],
)
def test_malformed_description(
    parts: Parts, tmp_path: Path, path: tuple[Any, ...], value: Any, said: str
) -> None:
    def change(body: Any) -> None:
        description = json.loads(body["description"])
        at = description
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value
        body["description"] = json.dumps(description)

    assert said in refused(tmp_path, edited(parts, change))


def test_deep_json(parts: Parts, tmp_path: Path) -> None:
    deep = archive_of(parts | {"package.json": b"[" * 1_000_000})
    assert "no JSON" in refused(tmp_path, deep)


def parquet(rows: pa.Table, **options: Any) -> bytes:
    """A Parquet file, as the package's own unless an option says otherwise."""
    out = io.BytesIO()
    plain = {"compression": "none", "use_dictionary": False, "store_schema": False}
    pq.write_table(rows, out, **(plain | options))
    return out.getvalue()


@pytest.mark.parametrize(
    "options", [{"compression": "zstd"}, {"use_dictionary": True}, {"use_byte_stream_split": True}]
)
def test_rows_that_could_grow(
    lived: Lived, parts: Parts, tmp_path: Path, options: dict[str, Any]
) -> None:
    """Compressed or encoded rows may be more than there are bytes for: they are not read."""
    name = "rows/trade_reported.parquet"
    rows = lived.store.tables["trade_reported"]
    assert parquet(rows)
    if "use_byte_stream_split" in options:
        options = options | {"use_byte_stream_split": ["block_number"]}
    hostile = archive_of(parts | {name: parquet(rows, **options)})
    assert "is not plain" in refused(tmp_path, hostile)


def test_rows_of_another_shape(lived: Lived, parts: Parts, tmp_path: Path) -> None:
    name = "rows/trade_reported.parquet"
    rows = lived.store.tables["trade_reported"]
    for other in (
        rows.drop_columns(["price"]),
        rows.rename_columns([f"{one}x" for one in rows.column_names]),
        rows.cast(pa.schema([pa.field(one.name, one.type) for one in rows.schema])),
        lived.store.tables["price_updated"],
    ):
        hostile = archive_of(parts | {name: parquet(other)})
        assert "has not the table's columns" in refused(tmp_path, hostile)
    empty = archive_of(parts | {name: parquet(rows.slice(0, 0))})
    assert "1 to 16384 rows a group" in refused(tmp_path, empty)
    for data in (b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1", parquet(rows)[:-9]):
        assert "package" in refused(tmp_path, archive_of(parts | {name: data}))


def test_bytes_flipped(lived: Lived, tmp_path: Path) -> None:
    """A byte altered anywhere: it is refused, fails, is not proved, or changed nothing proved."""
    pack(lived.store, tmp_path / "honest.zip")
    data = (tmp_path / "honest.zip").read_bytes()
    honest = verify_store(open_package(tmp_path / "honest.zip"), [lived.head], at=0)
    path = tmp_path / "flipped.zip"
    kept = 0
    for place_ in range(7, len(data), len(data) // 150):
        path.write_bytes(data[:place_] + bytes([data[place_] ^ 0x41]) + data[place_ + 1 :])
        try:
            found = verify_store(open_package(path), [lived.head], expected=lived.kit, at=0)
        except KeelmarkError:
            continue
        if found.verdict == VERIFIED:
            kept += 1
            assert found.contracts == honest.contracts
    assert kept < 75


def test_altered_row_in_a_package(lived: Lived, tmp_path: Path) -> None:
    """The proof is the root, not the archive: rows altered with care are found all the same."""
    store = lived.store.copy()
    here = store.tables["trade_reported"]["price"].to_pylist()[0]
    store.set("trade_reported", 0, "price", here + 1)
    pack(store, tmp_path / "a.zip")
    found = verify_store(open_package(tmp_path / "a.zip"), [lived.head])
    assert found.verdict == FAILED
    assert found.findings[0].contract == "ClearingHouse"
