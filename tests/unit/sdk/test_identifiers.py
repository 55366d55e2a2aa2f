"""Identifiers against registered codes, and packing in both directions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from keelmark import identifiers as ids
from keelmark.errors import InputError

VECTORS = json.loads(
    (Path(__file__).parents[2] / "vectors" / "identifiers.json").read_text("utf-8")
)
CHECKS: dict[str, Callable[[str], bool]] = {
    "lei": ids.is_lei,
    "dti": ids.is_dti,
    "upi": ids.is_upi,
    "uti": ids.is_uti,
}
LEI = "529900T8BM49AURSDO55"


@pytest.mark.parametrize(
    ("topic", "code", "expected"),
    [(vector["topic"], vector["input"], vector["expected"]) for vector in VECTORS],
)
def test_registered_codes(topic: str, code: str, expected: bool) -> None:
    assert CHECKS[topic](code) is expected


@pytest.mark.parametrize("code", ["X9J9K872S", "J9K583ZGG", "20J63Z4N3", "85MP572L7", "4H95J0R2X"])
def test_registered_tokens(code: str) -> None:
    assert ids.check_dti(code) == code


@pytest.mark.parametrize(
    "code",
    [
        "JTMXCC",
        "STMCXC",
        "FFMCSX",
        "FFICSX",
        "FCMCSX",
        "FFMPSX",
        "OCEMCS",
        "OPEMCS",
        "OCAMCS",
        "HTMAVC",
        "HMMAVC",
        "HTMDVC",
        "HTMAMC",
        "STMVXC",
        "STMLXC",
    ],
)
def test_classification_codes(code: str) -> None:
    assert ids.check_cfi(code) == code


@pytest.mark.parametrize(
    "code", ["", "JTMXC", "jtmxcc", "JTMXCX", "FFMCSC", "FXMCSX", "OCEMCX", "ESVUFR", "JTM1CC"]
)
def test_wrong_classification_codes(code: str) -> None:
    with pytest.raises(InputError, match="cfi: expected six letters"):
        ids.check_cfi(code)


@pytest.mark.parametrize("code", ["", LEI[:-1], LEI.lower(), LEI + "1", "529900T8BM49AURSDO5A"])
def test_an_lei_has_its_shape(code: str) -> None:
    assert not ids.is_lei(code)
    with pytest.raises(InputError, match="member: expected 18 letters"):
        ids.check_lei(code, "member")


@given(st.integers(0, 19), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_a_slip_of_one_character_in_an_lei_is_found(place: int, letter: str) -> None:
    """A digit for a digit or a letter for a letter; across the two, MOD 97-10 can miss."""
    assume(letter.isdigit() == LEI[place].isdigit())
    slipped = LEI[:place] + letter + LEI[place + 1 :]
    assert ids.is_lei(slipped) is (slipped == LEI)


@given(st.text("0123456789BCDFGHJKLMNPQRSTVWXZ", min_size=8, max_size=8), st.integers(0, 29))
def test_one_check_character_in_thirty_is_right(body: str, shift: int) -> None:
    right = ids.check_character(body)
    alphabet = "0123456789BCDFGHJKLMNPQRSTVWXZ"
    tried = alphabet[(alphabet.index(right) + shift) % 30]
    assert ids.is_upi("QZ" + body + "0" + ids.check_character("QZ" + body + "0"))
    if body[0] != "0" and body != ids.BITCOIN_DTI[:8]:
        assert ids.is_dti(body + tried) is (tried == right)


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=18, max_size=18))
def test_packing_an_lei(body: str) -> None:
    lei = ids.complete_lei(body)
    packed = ids.pack_lei(lei)
    assert packed < 2**104
    assert ids.unpack_lei(packed) == lei


@given(st.integers(0, 2**128 - 1))
def test_packing_a_uti(transaction: int) -> None:
    word = ids.pack_lei(LEI) << 128 | transaction
    text = ids.uti_text(word)
    assert ids.is_uti(text)
    assert len(text) == 52
    assert ids.uti_word(text) == word


def test_a_uti_of_another_shape_has_no_word() -> None:
    for text in (LEI, LEI + "PERP", LEI + "G" * 32, "X" + LEI):
        with pytest.raises(InputError, match="uti: expected an LEI"):
            ids.uti_word(text)
    with pytest.raises(InputError, match="232 bits"):
        ids.uti_text(1 << 232)


def test_jurisdictions() -> None:
    assert ids.pack_country("GB") == 0x4742 == 18_242
    assert ids.unpack_country(0x4742) == "GB"
    for wrong in ("", "gb", "GBR", "G1"):
        with pytest.raises(InputError, match="two upper-case letters"):
            ids.pack_country(wrong)
    for number in (0, 0x4731, 0xFFFF, 1 << 20):
        with pytest.raises(InputError, match="packed letters"):
            ids.unpack_country(number)


def test_refusals_name_the_field() -> None:
    with pytest.raises(InputError, match="venue: the check digits"):
        ids.check_lei("529900T8BM49AURSDO54", "venue")
    with pytest.raises(InputError, match="dti: expected a DTI"):
        ids.check_dti("4H95J0R2T")
    with pytest.raises(InputError, match="upi: expected a UPI"):
        ids.check_upi("QZRBG6ZTKS43")
    with pytest.raises(InputError, match="20 base-36 digits"):
        ids.unpack_code(36**20)
