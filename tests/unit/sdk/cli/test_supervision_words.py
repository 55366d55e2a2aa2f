"""What an authority writes on the command line becomes words of the chain, or one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from keelmark.cli.supervision_words import (
    committed,
    flags,
    hash_given,
    hash_of_file,
    named,
    names_of,
    number,
    seconds,
)
from keelmark.errors import InputError
from keelmark.ledger.cooperation_words import Kind
from keelmark.types import Power

HELLO = "1c8aff950685c2ed4bc3174f3472287b56d9517b9c948127319a09a7a36deac8"
"""keccak256 of "hello"."""


def test_default_behavior(tmp_path: Path) -> None:
    assert committed("--case", "hello").word.hex() == HELLO
    assert committed("--case", "0x" + HELLO).word.hex() == HELLO
    assert committed("--case", HELLO.upper()).word.hex() == HELLO
    assert committed("--case", "0x" + HELLO).said.endswith("as given")
    assert named("--basis", "hello").word == b"hello" + bytes(27)
    assert named("--basis", "a" * 31).word == b"a" * 31 + b"\0"
    assert named("--basis", "0x" + HELLO).word.hex() == HELLO
    for hashed in ("a" * 32, "§ 6 WpHG", "tab\tinside"):
        assert named("--basis", hashed).word == committed("--basis", hashed).word
        assert "keccak256 of" in named("--basis", hashed).said
    file = tmp_path / "text"
    file.write_bytes(b"hello")
    assert hash_of_file("--text", file).word.hex() == HELLO


@pytest.mark.parametrize(
    "text", ["2026-01-31T08:00Z", "2026-01-31T08:00", "2026-01-31T09:00+01:00"]
)
def test_seconds(text: str) -> None:
    """UTC where no zone is named."""
    assert seconds("--review", text) == 1_769_846_400


def test_flags() -> None:
    assert flags("--kind", ["evidence", "freeze"], Kind(15)) == 6
    assert names_of(Kind(6)) == ["evidence", "freeze"]


def test_refusals(tmp_path: Path) -> None:
    """One sentence each, which names the option."""
    empty = tmp_path / "empty"
    empty.touch()
    for refused in (
        lambda: committed("--x", ""),
        lambda: committed("--x", "  "),
        lambda: committed("--x", "0xab"),
        lambda: committed("--x", "0x" + HELLO[:-1] + "g"),
        lambda: committed("--x", "0x" + "00" * 32),
        lambda: committed("--x", "\udc80"),
        lambda: named("--x", ""),
        lambda: named("--x", " "),
        lambda: named("--x", "0xab"),
        lambda: hash_given("--x", "hello"),
        lambda: hash_given("--x", HELLO + "00"),
        lambda: hash_given("--x", " ".join([HELLO[:32], HELLO[32:]])),
        lambda: seconds("--x", "tomorrow"),
        lambda: seconds("--x", "1969-12-31"),
        lambda: seconds("--x", "2106-02-08"),
        lambda: seconds("--x", "0001-01-01T00:00+14:00"),
        lambda: number("--x", 0),
        lambda: number("--x", 2**32),
        lambda: number("--x", -1, least=0),
        lambda: flags("--x", ["halt"], Power.FREEZE | Power.RESTRICT),
        lambda: flags("--x", [""], Kind(15)),
        lambda: hash_of_file("--x", empty),
        lambda: hash_of_file("--x", tmp_path / "none"),
        lambda: hash_of_file("--x", tmp_path),
    ):
        with pytest.raises(InputError, match=r"^--x.*expected|^--x .*: [NI]") as said:
            refused()
        assert "\n" not in str(said.value)
