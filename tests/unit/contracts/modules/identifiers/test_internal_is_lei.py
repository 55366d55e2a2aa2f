"""`_is_lei`, `_lei_of`, `_text_of`: LEIs of real firms, slips of the pen, and every wrong digit."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

GOOD = [
    "529900T8BM49AURSDO55",
    "5493006MHB84DD0ZWV18",
    "7LTWFZYICNSX8D621K86",
    "5493001KJTIIGC8Y1R12",
]
"""ISO 17442 mod 97-10; codes that GLEIF lists."""

BAD = "5493006MHB84DD0ZWV99"


@pytest.mark.parametrize("text", GOOD)
def test_default_behavior(codes: Contract, text: str) -> None:
    word = int(text, 36)
    assert codes.functions.is_lei(word).call()
    assert codes.functions.lei_of(text).call() == word
    assert codes.functions.text_of(word).call() == text
    assert word < 2**104


def test_wrong_check(codes: Contract) -> None:
    assert not codes.functions.is_lei(int(BAD, 36)).call()
    for digits in range(100):
        word = int(f"5493006MHB84DD0ZWV{digits:02d}", 36)
        assert codes.functions.is_lei(word).call() == (digits == 18)


def test_one_wrong_character(codes: Contract) -> None:
    text = GOOD[0]
    for place in range(0, 20, 3):
        for other in "0Z":
            if text[place] != other:
                wrong = text[:place] + other + text[place + 1 :]
                assert not codes.functions.is_lei(int(wrong, 36)).call()


def test_check_digits_are_digits(codes: Contract) -> None:
    """A letter in the check's place can satisfy the modulus and still be no LEI."""
    body = "5493006MHB84DD0ZWV"

    def remainder(text: str) -> int:
        return int("".join(str(int(character, 36)) for character in text)) % 97

    letters = [
        f"{body}{first}{last}"
        for first in "0A9Z"
        for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        if remainder(f"{body}{first}{last}") == 1
    ]
    firsts = [
        f"{body}{first}{last}"
        for first in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        for last in "0123456789"
        if remainder(f"{body}{first}{last}") == 1
    ]
    assert firsts
    for text in letters + firsts:
        assert not codes.functions.is_lei(int(text, 36)).call()


def test_check_digits_never_issued(codes: Contract) -> None:
    """00, 01 and 99 stand for 97, 98 and 02: two codes for one party, so none of them counts."""
    seen = set()
    for number in range(300):
        body = f"5299KEELMARK{number:06d}"
        expanded = "".join(str(int(character, 36)) for character in body)
        for digits in (0, 1, 99):
            if int(f"{expanded}{digits:02d}") % 97 == 1:
                seen.add(digits)
                assert not codes.functions.is_lei(int(f"{body}{digits:02d}", 36)).call()
    assert seen == {0, 1, 99}


@pytest.mark.parametrize("word", [0, 36**20, 2**104 - 1, 2**256 - 1])
def test_no_code(codes: Contract, word: int) -> None:
    assert not codes.functions.is_lei(word).call()


def test_longer_than_twenty(codes: Contract) -> None:
    """A twenty-first character in front is not overlooked."""
    assert not codes.functions.is_lei(int(GOOD[0], 36) + 36**20).call()


def test_leading_zeros(codes: Contract) -> None:
    text = "00000000000000000A35"
    assert codes.functions.text_of(int(text, 36)).call() == text
    assert codes.functions.lei_of(text).call() == int(text, 36)


def test_lei_length(codes: Contract, reverts: Any) -> None:
    for text in ("", GOOD[0][:19]):
        with reverts("identifiers: lei length"):
            codes.functions.lei_of(text).call()


@pytest.mark.parametrize("character", ["a", "/", ":", "@", "["])
def test_lei_character(codes: Contract, reverts: Any, character: str) -> None:
    with reverts("identifiers: lei character"):
        codes.functions.lei_of(GOOD[0][:7] + character + GOOD[0][8:]).call()


def test_lei_too_large(codes: Contract, reverts: Any) -> None:
    with reverts("identifiers: lei too large"):
        codes.functions.text_of(36**20).call()
