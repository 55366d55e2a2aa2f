"""What an authority writes on the command line, as words for the chain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntFlag
from pathlib import Path
from typing import TypeVar

from keelmark.errors import InputError

F = TypeVar("F", bound=IntFlag)

SHORT = 31
"""Bytes of a text that stands on the chain as it is."""

LAST_SECOND = 2**32 - 1

MOST_IDS = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Word:
    """32 bytes, and how they came about."""

    word: bytes
    said: str
    """For a person: the text itself, or the hash and whose it is."""


def seconds(option: str, text: str) -> int:
    """A time in ISO 8601 as seconds; UTC where it names no zone.

    Raises:
        InputError: it is none, or no time that the contracts can hold.
    """
    from datetime import UTC, datetime

    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"{option} {text!r}: expected a time such as 2026-01-31T08:00Z") from None
    found = (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    if not 0 < found <= LAST_SECOND:
        raise InputError(f"{option} {text}: expected a time from 1970 to 2106")
    return int(found)


def number(option: str, value: int, *, least: int = 1, most: int = MOST_IDS) -> int:
    """A number, if it is in its range.

    Raises:
        InputError: it is not.
    """
    if not least <= value <= most:
        raise InputError(f"{option} {value}: expected a number from {least} to {most}")
    return value


def hash_given(option: str, text: str) -> bytes:
    """32 bytes that are written in hexadecimal.

    Raises:
        InputError: they are not, or all of them are zero.
    """
    try:
        word = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        word = b""
    if len(word) != 32 or len(text.removeprefix("0x")) != 64:
        raise InputError(f"{option} {text!r}: expected 0x and 64 hexadecimal digits")
    if not any(word):
        raise InputError(f"{option}: expected a hash, not zero")
    return word


def committed(option: str, text: str) -> Word:
    """A commitment: a hash as it was given, or keccak256 of a text.

    Raises:
        InputError: the text is empty, or begins as a hash and is none.
    """
    from eth_utils.crypto import keccak

    if not text.strip():
        raise InputError(f"{option}: expected a text or a hash, not nothing")
    if text.startswith("0x") or (len(text) == 64 and _is_hex(text)):
        word = hash_given(option, text)
        return Word(word, f"0x{word.hex()}, as given")
    try:
        word = bytes(keccak(text.encode("utf-8")))
    except UnicodeEncodeError:
        raise InputError(f"{option}: expected text in UTF-8") from None
    return Word(word, f"0x{word.hex()}, keccak256 of {text!r}")


def named(option: str, text: str) -> Word:
    """A law or a purpose: a short ASCII text as it is, anything else as `committed`.

    Raises:
        InputError: as `committed`.
    """
    plain = text.isascii() and text.isprintable() and len(text) <= SHORT
    if not plain or not text.strip() or text.startswith("0x"):
        return committed(option, text)
    return Word(text.encode("ascii").ljust(32, b"\0"), text)


def hash_of_file(option: str, path: Path) -> Word:
    """keccak256 of a file's bytes.

    Raises:
        InputError: it cannot be read, or is empty.
    """
    from eth_utils.crypto import keccak

    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{option} {path}: {error.strerror or error}") from None
    if not data:
        raise InputError(f"{option} {path}: expected a text, the file is empty")
    word = bytes(keccak(data))
    return Word(word, f"0x{word.hex()}, keccak256 of {path}")


def flags(option: str, names: Iterable[str], among: F) -> F:
    """Flags by their names.

    Args:
        option: for the error.
        names: lower-case.
        among: those that may be named.

    Raises:
        InputError: a name is none of theirs.
    """
    known = {(bit.name or "").lower(): bit for bit in type(among) if bit in among}
    found = type(among)(0)
    for name in names:
        if name not in known:
            raise InputError(f"{option} {name}: expected among {', '.join(known)}")
        found |= known[name]
    return found


def names_of(flag: IntFlag) -> list[str]:
    """Names of the flags that are set."""
    return [(bit.name or "").lower() for bit in type(flag) if bit in flag]


def _is_hex(text: str) -> bool:
    return all(letter in "0123456789abcdefABCDEF" for letter in text)
