"""`_is_dti`, `_is_upi`, `_is_currency`: registered codes, and every wrong character of one."""

from __future__ import annotations

import pytest
from web3.contract import Contract

SYMBOLS = "0123456789BCDFGHJKLMNPQRSTVWXZ"

DTIS = [
    "X9J9K872S",
    "J9K583ZGG",
    "10ZW1X3N5",
    "9X1Z1NQG5",
    "3WCGMWKQM",
    "J7KQCG93W",
    "20J63Z4N3",
    "85MP572L7",
    "4H95J0R2X",
]
"""Registered digital token identifiers (ISO 24165); the last is Bitcoin's, the exception."""

UPIS = [
    "QZRBG6ZTKS42",
    "QZ6MXGB7XN66",
    "QZNBH7B2BQ52",
    "QZT6XRWJ7Z2D",
    "QZT7L05N7HG3",
    "QZXKR05S3DL1",
]
"""Unique product identifiers (ISO 4914)."""


@pytest.mark.parametrize("text", DTIS)
def test_default_behavior(codes: Contract, text: str) -> None:
    assert codes.functions.is_dti(text.encode()).call()
    assert codes.functions.is_currency(text.encode()).call()


@pytest.mark.parametrize("text", ["X9J9K8721", "4H95J0R2T", "4H95J0R2W", "0H95J0R2X"])
def test_wrong_dti(codes: Contract, text: str) -> None:
    assert not codes.functions.is_dti(text.encode()).call()
    assert not codes.functions.is_currency(text.encode()).call()


def test_every_other_check_character(codes: Contract) -> None:
    for symbol in SYMBOLS:
        assert codes.functions.is_dti(f"X9J9K872{symbol}".encode()).call() == (symbol == "S")
        assert codes.functions.is_upi(f"QZRBG6ZTKS4{symbol}".encode()).call() == (symbol == "2")


def test_leading_zero(codes: Contract) -> None:
    """The modulus alone would let it pass."""
    passing = [symbol for symbol in SYMBOLS if _follows("09J9K872" + symbol)]
    assert len(passing) == 1
    assert not codes.functions.is_dti(f"09J9K872{passing[0]}".encode()).call()


def test_foreign_symbols(codes: Contract) -> None:
    for byte in (0, 47, 58, 64, 65, 69, 73, 79, 85, 89, 91, 98, 255):
        assert not codes.functions.is_dti(b"X9J9" + bytes([byte]) + b"872S").call()
        assert not codes.functions.is_dti(b"X9J9K872" + bytes([byte])).call()


@pytest.mark.parametrize("text", UPIS)
def test_upi(codes: Contract, text: str) -> None:
    assert codes.functions.is_upi(text.encode()).call()


def test_wrong_upi(codes: Contract) -> None:
    passing = [symbol for symbol in SYMBOLS if _follows("QXRBG6ZTKS4" + symbol)]
    for text in ("QZRBG6ZTKS43", "QZRBG6ZTKSA2", f"QXRBG6ZTKS4{passing[0]}"):
        assert not codes.functions.is_upi(text.encode()).call()
    assert not codes.functions.is_upi(bytes(12)).call()


def test_currency(codes: Contract) -> None:
    for good in (b"USD", b"EUR", b"ZAR"):
        assert codes.functions.is_currency(good.ljust(9, b"\0")).call()
    for bad in (b"", b"US", b"USDT", b"U\0D", b"usd", b"US1", b"US[", b"@SD"):
        assert not codes.functions.is_currency(bad.ljust(9, b"\0")).call()


def _follows(text: str) -> bool:
    """ISO 7064 hybrid MOD 31,30, as the standard's own formula puts it."""
    product = 30
    for character in text[:-1]:
        remainder = (product + SYMBOLS.index(character)) % 30
        product = (remainder or 30) * 2 % 31
    return (product + SYMBOLS.index(text[-1])) % 30 == 1
