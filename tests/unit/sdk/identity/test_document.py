"""The commitment to an IVMS101 document, and client codes: nothing of either can be guessed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from eth_utils.crypto import keccak

from keelmark.errors import InputError
from keelmark.identity import (
    check_document,
    client_code,
    commit,
    is_committed,
    read_document,
)
from tests.support.parties import lei_text

PERSON: dict[str, Any] = {
    "naturalPerson": {
        "name": {
            "nameIdentifier": [
                {"primaryIdentifier": "Méndez", "secondaryIdentifier": "Ana", "type": "LEGL"}
            ]
        },
        "dateAndPlaceOfBirth": {"dateOfBirth": "1990-01-02", "placeOfBirth": "Ávila"},
    }
}

FIRM: dict[str, Any] = {
    "legalPerson": {
        "name": {"nameIdentifier": [{"legalPersonName": "Keel AG", "type": "LEGL"}]},
        "nationalIdentification": {
            "nationalIdentifier": lei_text(5),
            "nationalIdentifierType": "LEIX",
        },
    }
}


@pytest.mark.parametrize("document", [PERSON, FIRM])
def test_default_behavior(document: dict[str, Any]) -> None:
    made = commit(document)
    assert len(made.word) == len(made.salt) == 32
    assert is_committed(document, made.salt, made.word)


def test_formula() -> None:
    """keccak256(keccak256(tag) ‖ salt ‖ keccak256(canonical JSON)), written out by hand."""
    document = {"legalPerson": {"name": {"b": 1, "a": "é"}}}
    made = commit(document)
    text = b'{"legalPerson":{"name":{"a":"\xc3\xa9","b":1}}}'
    tag = keccak(b"keelmark IVMS101 commitment 1")
    assert made.word == keccak(tag + made.salt + keccak(text))


def test_a_salt_each_time() -> None:
    """The same document twice shows nothing on the chain."""
    first, second = commit(PERSON), commit(PERSON)
    assert first.word != second.word
    assert first.salt != second.salt


def test_the_text_form_keeps_the_salt_back() -> None:
    made = commit(PERSON)
    assert made.salt.hex() not in f"{made!r} {made}"
    assert made.word.hex() in repr(made)


def test_order_and_space_do_not_count() -> None:
    made = commit(FIRM)
    other = read_document(json.dumps(dict(reversed(FIRM.items())), indent=4))
    assert is_committed(other, made.salt, made.word)


@pytest.mark.parametrize(
    ("old", "new"), [("Ana", "Anna"), ("1990-01-02", "1990-02-01"), ("LEGL", "BIRT")]
)
def test_another_document(old: str, new: str) -> None:
    made = commit(PERSON)
    other = json.loads(json.dumps(PERSON).replace(old, new))
    assert not is_committed(other, made.salt, made.word)


def test_another_salt_or_word() -> None:
    made, other = commit(PERSON), commit(PERSON)
    assert not is_committed(PERSON, other.salt, made.word)
    assert not is_committed(PERSON, made.salt, other.word)
    with pytest.raises(InputError, match="salt: expected 32 bytes"):
        is_committed(PERSON, made.salt[:31], made.word)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ([], "expected a JSON object"),
        ({}, "one of naturalPerson and legalPerson"),
        ({**PERSON, **FIRM}, "one of naturalPerson and legalPerson"),
        ({"legalPerson": "Keel AG"}, "one of naturalPerson and legalPerson"),
        ({"legalPerson": {"name": {}}}, "no name"),
        ({"legalPerson": {"name": {"a": 1.5}}}, "whole numbers"),
        ({"legalPerson": {"name": {"a": "\ud800"}}}, "UTF-8"),
        ({"legalPerson": {"name": {"é": 1}}}, "ASCII"),
        ({"legalPerson": {"name": {1: 1}}}, "ASCII"),
        ({"legalPerson": {"name": {"a": float("nan")}}}, "whole numbers"),
    ],
)
def test_no_document(document: Any, why: str) -> None:
    with pytest.raises(InputError, match=why):
        check_document(document)
    with pytest.raises(InputError, match=why):
        commit(document)


def test_wrong_check_digit_in_the_document() -> None:
    """ISO 17442; the refusal repeats nothing of the document."""
    text = json.dumps(FIRM).replace(lei_text(5), lei_text(5)[:-1] + "0")
    assert text != json.dumps(FIRM)
    with pytest.raises(InputError, match="no LEI") as refused:
        read_document(text)
    assert lei_text(5)[:10] not in str(refused.value)


def test_nested_too_deep() -> None:
    inner: Any = "x"
    for _ in range(40):
        inner = [inner]
    with pytest.raises(InputError, match="32 levels"):
        commit({"legalPerson": {"name": inner}})


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"a": NaN}', '{"a": 1, "a": 2}', "1"])
def test_unreadable(text: str) -> None:
    with pytest.raises(InputError, match="document: "):
        read_document(text)


def test_a_key_twice() -> None:
    """Else two readers could see two names behind one commitment."""
    with pytest.raises(InputError, match="key stands there twice"):
        read_document('{"legalPerson": {"name": 1, "name": 2}}')


def test_client_code() -> None:
    salt, other = b"\1" * 32, b"\2" * 32
    codes = {client_code(f"client {number}", salt) for number in range(500)}
    assert len(codes) == 500
    assert all(0 < code < 2**104 for code in codes)
    assert client_code("client 1", salt) in codes
    assert client_code("client 1", other) not in codes
    with pytest.raises(InputError, match="salt"):
        client_code("client 1", b"")
    with pytest.raises(InputError, match="reference"):
        client_code("", salt)
