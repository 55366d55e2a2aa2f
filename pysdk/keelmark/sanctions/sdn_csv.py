"""Reads OFAC's SDN list in CSV: the main file, and the one with what its remarks had no room for.

``SDN.CSV`` has no header and twelve columns: ent_num (the entry's uid), name, type, program,
title, call sign, vessel type, tonnage, gross tonnage, flag, owner, remarks; ``-0-`` stands for
nothing (OFAC, SDN Data Specification; columns as in moov-io's "watchman", file structure).
Addresses stand in the remarks, one a clause: ``Digital Currency Address - ETH 0x…; alt. Digital
Currency Address - XBT …;``. Remarks end after 1,000 characters, wherever that is; the rest is in
``SDN_COMMENTS.CSV`` (ent_num, text), the "spillover" file of OFAC's notice of August 2013. Remarks
of that length without their rest are rejected, as an address may be missing. The last line of
these files may be the single character 0x1A. They name no day of publication.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Protocol

from keelmark.errors import InputError
from keelmark.sanctions.model import Collector, Publication

__all__ = ["read_csv"]

COLUMNS = 12
CUT = 1_000
"""Remarks of this length go on in the comments file."""

_MARK = "Digital Currency Address"
_CLAUSE = re.compile(r"(?:alt\. )?Digital Currency Address - (\S+) (\S+?)\.?")
_CURRENCY = re.compile(r"Digital Currency Address - (\S+)")
_LONGEST_FIELD = 1_000_000


def read_csv(
    name: str,
    chunks: Iterable[bytes],
    comments: tuple[str, Iterable[bytes]] | None = None,
) -> Publication:
    """Reads a list. Its source is the SHA-256 of the file; of both files' SHA-256, one after the
    other, where there are two.

    Args:
        name: the main file's name, for errors.
        chunks: its bytes, in pieces of any size.
        comments: name and bytes of the comments file.

    Raises:
        InputError: a row does not have the columns of the format.
    """
    collector, hashed = Collector(name), sha256()
    rest: dict[int, str] = {}
    source = b""
    if comments is not None:
        other, spilled = Collector(comments[0]), sha256()
        for row, place in _rows(comments[0], _hashing(comments[1], spilled)):
            if len(row) != 2:
                raise InputError(f"{place}: {len(row)} columns, expected 2")
            uid = other.uid(row[0])
            rest[uid] = rest.get(uid, "") + row[1]
        source = spilled.digest()
    for row, place in _rows(name, _hashing(chunks, hashed)):
        if len(row) != COLUMNS:
            raise InputError(f"{place}: {len(row)} columns, expected the {COLUMNS} of SDN.CSV")
        uid = collector.uid(row[0])
        remarks = row[COLUMNS - 1]
        if len(remarks) >= CUT and uid not in rest:
            collector.reject(uid, "", remarks[-40:], "the rest of the remarks in SDN_COMMENTS.CSV")
        _clauses(collector, uid, remarks + rest.get(uid, ""))
    digest = hashed.digest()
    return collector.publication(None, sha256(digest + source).digest() if source else digest)


def _clauses(collector: Collector, uid: int, remarks: str) -> None:
    """Every address in one entry's remarks."""
    if _MARK not in remarks:
        return
    for clause in remarks.split(";"):
        bare = clause.strip()
        if _MARK not in bare:
            continue
        found = _CLAUSE.fullmatch(bare)
        if found:
            collector.add(uid, found.group(1), found.group(2))
        else:
            label = _CURRENCY.search(bare)
            collector.reject(
                uid, label.group(1) if label else "", bare, "a currency and one address"
            )


class _Hash(Protocol):
    """A hash being computed."""

    def update(self, data: bytes, /) -> None:
        """Takes in more."""


def _hashing(chunks: Iterable[bytes], hashed: _Hash) -> Iterator[bytes]:
    """The pieces, each taken into a hash as it goes by."""
    for chunk in chunks:
        hashed.update(chunk)
        yield chunk


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Lines with their ends. What is read of them is ASCII; other bytes pass as Latin-1."""
    kept = ""
    first = True
    for chunk in chunks:
        text = chunk.decode("latin-1")
        if first:
            text, first = text.removeprefix("\xef\xbb\xbf"), False
        *whole, kept = re.split(r"(?<=\n)", kept + text)
        yield from whole
    if kept:
        yield kept


def _rows(name: str, chunks: Iterable[bytes]) -> Iterator[tuple[list[str], str]]:
    """Rows with ``-0-`` made empty, each with its place for errors.

    Raises:
        InputError: the file is no CSV.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(_lines(chunks), strict=True, skipinitialspace=True)
    try:
        for row in reader:
            cells = ["" if cell.strip() == "-0-" else cell for cell in row]
            if cells and cells != ["\x1a"]:
                yield cells, f"{name} line {reader.line_num}"
    except csv.Error as error:
        raise InputError(f"{name} line {reader.line_num}: {error}, expected CSV") from None
