"""The record of a verification: written, read again, and refused where it is none."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from keelmark.errors import InputError
from keelmark.proofs.verification_result import ContractVerified, Finding, Verification

RESULT = Verification(
    verdict="verified",
    chain_id=31_337,
    venue="keelmark",
    first_block=3,
    last_block=90,
    anchored_block=95,
    anchored_hash="0x" + "ab" * 32,
    finality="finalized",
    contracts=(
        ContractVerified(
            "ClearingHouse", "0x" + "11" * 20, 12, "0x" + "cd" * 32, holds=True, proved=True
        ),
    ),
    findings=(Finding("ClearingHouse", "omitted", 4, 9, "a log is missing"),),
    not_proved=("block 3: nothing",),
    stated=("times are not proved",),
    software="keelmark 1.2.3",
    at=1_600_000_000,
)


def test_round_trip() -> None:
    assert Verification.from_json(RESULT.to_json()) == RESULT


def test_fields_that_others_read() -> None:
    """Reports and the API rely on these names."""
    body = json.loads(RESULT.to_json())
    assert {
        "verdict",
        "anchored_block",
        "anchored_hash",
        "first_block",
        "last_block",
        "contracts",
        "software",
        "at",
    } <= set(body)
    assert set(body["contracts"][0]) == {"name", "address", "records", "root", "holds", "proved"}


@pytest.mark.parametrize(
    ("chain_id", "first", "last", "covered"),
    [
        (31_337, 3, 90, True),
        (31_337, 4, 4, True),
        (31_337, 2, 90, False),
        (31_337, 3, 91, False),
        (31_337, 9, 8, False),
        (1, 3, 90, False),
    ],
)
def test_covers(chain_id: int, first: int, last: int, covered: bool) -> None:
    assert RESULT.covers(chain_id, first, last) is covered
    assert not replace(RESULT, verdict="not proved").covers(chain_id, first, last)


def altered(field: str, value: Any) -> str:
    """The record's text with one field replaced; removed where the value is ``...``."""
    body = json.loads(RESULT.to_json())
    at = body["contracts"][0] if field.startswith("contracts.") else body
    name = field.removeprefix("contracts.")
    if value is ...:
        del at[name]
    else:
        at[name] = value
    return json.dumps(body)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("verdict", "fine", "verdict in v.json, expected one of verified"),
        ("verdict", ..., "v.json, expected an object with verdict"),
        ("more", 1, "v.json, expected an object with verdict"),
        ("last_block", "90", "last_block in v.json, expected int"),
        ("last_block", True, "last_block in v.json, expected int"),
        ("contracts", {}, "contracts in v.json, expected list"),
        ("contracts", [1], "v.json, contracts, expected an object"),
        ("contracts.holds", 1, "holds in v.json, contracts, expected bool"),
        ("stated", [1], "stated in v.json, expected sentences"),
    ],
)
def test_bad_record(field: str, value: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        Verification.from_json(altered(field, value), "v.json")


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "[]", "null"])
def test_no_record(text: str) -> None:
    with pytest.raises(InputError):
        Verification.from_json(text)
