"""What a deployment has sent, noted before it was sent.

The journal decides nothing: which contract is there, the chain says. It remembers under which
hashes and nonces transactions may be waiting, so that a run that follows a kill watches or replaces
them instead of sending the same once more. It holds no key and no signature.

On disk it is a line of JSON a transaction, each flushed to the disk before the transaction leaves;
a line that a kill has torn was never sent, and is dropped.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from keelmark.deploy.act.fees import Price
from keelmark.errors import ChainMismatch, InputError

__all__ = ["Journal", "Sent", "open_journal"]

VERSION = 1


@dataclass(frozen=True, slots=True)
class Sent:
    """A transaction that was signed for a step, and sent unless a kill came between."""

    name: str
    """The contract."""
    address: str
    """Where it is to be."""
    sender: str
    """Checksummed."""
    nonce: int
    hash: bytes
    price: Price


class Journal:
    """Transactions in the order in which they were sent; this one is forgotten with the process."""

    def __init__(self, sent: tuple[Sent, ...] = ()) -> None:
        self._sent = list(sent)

    def record(self, sent: Sent) -> None:
        """Notes a transaction; it is safe to send it when this returns."""
        self._sent.append(sent)

    def of(self, address: str) -> tuple[Sent, ...]:
        """Those for one contract, by whomever."""
        return tuple(one for one in self._sent if one.address == address)

    def at(self, sender: str, nonce: int) -> tuple[Sent, ...]:
        """Those of one sender with one nonce: of them at most one is ever in the chain."""
        return tuple(one for one in self._sent if (one.sender, one.nonce) == (sender, nonce))


class _File(Journal):
    """A journal that outlives the process."""

    def __init__(self, file: IO[str], sent: tuple[Sent, ...]) -> None:
        super().__init__(sent)
        self._file = file

    def record(self, sent: Sent) -> None:
        """Writes the line through to the disk."""
        _write(self._file, _row(sent))
        super().record(sent)


@contextmanager
def open_journal(path: Path, chain_id: int) -> Iterator[Journal]:
    """The journal in a file, for as long as the ``with`` block: nobody else opens it meanwhile.

    Args:
        path: the file; it and the folders above it are made.
        chain_id: the chain that it must be of.

    Raises:
        InputError: it cannot be written, is in use, or is no journal; the text names the line.
        ChainMismatch: it is another chain's.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise InputError(f"journal: {path} cannot be written, {error.strerror}") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(f"journal: {path} is in use by another deployment") from None
        sent = _read(path, file, chain_id)
        yield _File(file, sent)


def _read(path: Path, file: IO[str], chain_id: int) -> tuple[Sent, ...]:
    """What the file holds; a new one gets its first line, a torn last line goes."""
    file.seek(0)
    text = file.read()
    whole, newline, torn = text.rpartition("\n")
    if torn:
        file.truncate(len((whole + newline).encode(errors="surrogateescape")))
    if not newline:
        _write(file, {"journal": VERSION, "chainId": chain_id})
        _sync_folder(path.parent)
        return ()
    lines = whole.split("\n")
    head = _line(path, 1, lines[0])
    if head.get("journal") != VERSION:
        raise InputError(f"journal: line 1 of {path}, expected the head of a journal, version 1")
    if head.get("chainId") != chain_id:
        raise ChainMismatch(f"journal: {path} is of chain {head.get('chainId')}, not {chain_id}")
    return tuple(_sent(path, number, line) for number, line in enumerate(lines[1:], 2))


def _line(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        raise InputError(f"journal: line {number} of {path}, expected a JSON object")
    return row


def _sent(path: Path, number: int, line: str) -> Sent:
    row = _line(path, number, line)
    try:
        tip = row["maxPriorityFeePerGas"]
        return Sent(
            name=str(row["name"]),
            address=str(row["address"]),
            sender=str(row["sender"]),
            nonce=int(row["nonce"]),
            hash=bytes.fromhex(row["transaction"][2:]),
            price=Price(int(row["maxFeePerGas"]), None if tip is None else int(tip)),
        )
    except (KeyError, TypeError, ValueError):
        raise InputError(f"journal: line {number} of {path}, expected a transaction sent") from None


def _row(sent: Sent) -> dict[str, Any]:
    return {
        "name": sent.name,
        "address": sent.address,
        "sender": sent.sender,
        "nonce": sent.nonce,
        "transaction": "0x" + sent.hash.hex(),
        "maxFeePerGas": sent.price.max_fee,
        "maxPriorityFeePerGas": sent.price.tip,
    }


def _write(file: IO[str], row: dict[str, Any]) -> None:
    try:
        file.write(json.dumps(row) + "\n")
        file.flush()
        os.fsync(file.fileno())
    except OSError as error:
        raise InputError(
            f"journal: {file.name} cannot be written, {error.strerror}; nothing was sent"
        ) from None


def _sync_folder(folder: Path) -> None:
    """A new file's name is in its folder, which has a flush of its own."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
