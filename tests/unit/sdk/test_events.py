"""The event tables against the contracts' declarations and against an ABI library."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from eth_abi import encode as abi_encode
from eth_utils import keccak
from hypothesis import given
from hypothesis import strategies as st

from keelmark.errors import DecodingFailed
from keelmark.events import ALL_EVENTS, BY_NAME, EventSpec, Source, decode, encode, markdown

CONTRACTS = Path(__file__).parents[3] / "contracts"
NO_PART_OF_THE_HOUSE = {"DefaultFund.vy", "OrderMatcher.vy", "CloseOut.vy"}
HOUSE_FILES = tuple(
    f"margin/{path.name}"
    for path in sorted((CONTRACTS / "margin").glob("*.vy"))
    if path.name not in NO_PART_OF_THE_HOUSE
)
"""The house and the contracts that it delegates to, which report at its address."""

FILES = {
    Source.HOUSE: HOUSE_FILES,
    Source.FUND: ("margin/DefaultFund.vy",),
    Source.PARTIES: ("registry/PartyRegistry.vy", "registry/PartyDesk.vy"),
    Source.INSTRUMENTS: ("registry/InstrumentRegistry.vy",),
    Source.BOARD: ("oracle/PriceBoard.vy",),
    Source.SANCTIONS: ("registry/SanctionsList.vy",),
    Source.SUPERVISION: ("supervision/Supervision.vy",),
}
_BLOCK = re.compile(r"^event (\w+):\n((?:    .*\n|\n(?=    ))+)", re.MULTILINE)
_FIELD = re.compile(r"^    (\w+): (indexed\()?(\w+)\)?", re.MULTILINE)


def declared(path: str) -> dict[str, list[tuple[str, str, bool]]]:
    """Event to its fields (name, type, indexed) as a contract's source declares them."""
    source = (CONTRACTS / path).read_text("utf-8")
    return {
        name: [(field, kind, bool(mark)) for field, mark, kind in _FIELD.findall(body)]
        for name, body in _BLOCK.findall(source)
    }


@pytest.mark.parametrize("source", list(FILES))
def test_tables_equal_the_contracts(source: Source) -> None:
    found: dict[str, list[tuple[str, str, bool]]] = {}
    for path in FILES[source]:
        assert (CONTRACTS / path).exists(), path
        for name, fields in declared(path).items():
            assert found.setdefault(name, fields) == fields, f"{name} is declared twice"
    expected = {
        spec.name: [(f.name, f.type, place < 2) for place, f in enumerate(spec.fields)]
        for spec in ALL_EVENTS
        if spec.source in (source, Source.ROLES)
    }
    if source is Source.FUND:
        expected = {name: kept for name, kept in expected.items() if not name.startswith("Role")}
    assert found == expected


def test_every_event_has_two_indexed_fields_and_static_words() -> None:
    for spec in ALL_EVENTS:
        assert len(spec.indexed) == 2
        assert {field.type for field in spec.fields} <= {"uint256", "int256", "address", "bytes32"}
        assert len(spec.data) <= 16, f"{spec.name} does not fit the report's 512 bytes"
    assert len({spec.topic for spec in ALL_EVENTS}) == len(ALL_EVENTS)


CDE_NUMBERS = {f"2.{number}" for number in range(1, 113)}


def test_data_elements_exist_and_amounts_carry_them() -> None:
    for spec in ALL_EVENTS:
        for field in spec.fields:
            assert field.cde is None or field.cde == "UTI" or field.cde in CDE_NUMBERS
    carried = {field.name: field.cde for field in BY_NAME["TradeReported"].fields}
    assert carried["price"] == "2.50"
    assert carried["prior_uti"] == "2.96"
    assert carried["initial_margin"] == "2.34"


def test_topic_of_a_known_signature() -> None:
    text = (
        "TradeReported(uint256,uint256,bytes32,bytes32,uint256,int256,uint256,uint256,"
        "int256,int256,int256,int256,uint256)"
    )
    assert BY_NAME["TradeReported"].topic == keccak(text=text)


VALUES = {
    "uint256": st.integers(0, 2**256 - 1),
    "int256": st.integers(-(2**255), 2**255 - 1),
    "address": st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex()),
    "bytes32": st.binary(min_size=32, max_size=32),
}


@given(st.data(), st.sampled_from(ALL_EVENTS))
def test_decoding_equals_the_abi(data: st.DataObject, spec: EventSpec) -> None:
    args = {field.name: data.draw(VALUES[field.type]) for field in spec.fields}
    words = [abi_encode([field.type], [args[field.name]]) for field in spec.fields]
    topics, body = (spec.topic, *words[:2]), b"".join(words[2:])
    assert encode(spec, args) == (topics, body)
    event = decode(topics, body, address="0x" + "11" * 20, block_number=3, log_index=4)
    assert event.spec is spec
    for field in spec.fields:
        got = event.args[field.name]
        if field.type == "address":
            assert isinstance(got, str)
            assert got.lower() == args[field.name]
        else:
            assert got == args[field.name]


def test_what_is_no_reporting_event_is_refused() -> None:
    spec = BY_NAME["DebtRecorded"]
    topics, body = encode(spec, {"account": 1, "member": 2, "amount": 3})
    place = {"address": "0x" + "11" * 20, "block_number": 3, "log_index": 4}
    for broken in ((), (keccak(b"x"), *topics[1:])):
        with pytest.raises(DecodingFailed, match="log 4 of block 3: not a reporting event"):
            decode(broken, body, **place)
    for wrong in (body + b"\0", body[:-1], b"", body * 2):
        with pytest.raises(DecodingFailed, match="DebtRecorded: expected 3 topics and 1 words"):
            decode(topics, wrong, **place)
    with pytest.raises(DecodingFailed, match="expected 3 topics"):
        decode(topics[:2], body, **place)
    opened = BY_NAME["AccountOpened"]
    with pytest.raises(DecodingFailed, match="wallet: expected an address"):
        decode((opened.topic, *topics[1:]), b"\xff" * 64, **place)
    with pytest.raises(DecodingFailed, match="amount: expected uint256"):
        encode(spec, {"account": 1, "member": 2, "amount": "three"})


def test_typed_access_to_fields() -> None:
    topics, body = encode(
        BY_NAME["AccountOpened"],
        {"account": 1, "member": 2, "wallet": "0x" + "22" * 20, "flags": 1},
    )
    event = decode(topics, body, address="0x" + "11" * 20, block_number=3, log_index=4)
    assert event.number("account") == 1
    assert event.text("wallet") == "0x" + "22" * 20
    with pytest.raises(TypeError, match="not a number"):
        event.number("wallet")
    with pytest.raises(TypeError, match="not an address"):
        event.text("account")
    with pytest.raises(TypeError, match="not 32 bytes"):
        event.word("account")


def test_the_documentation_names_every_field() -> None:
    text = markdown()
    for spec in ALL_EVENTS:
        assert f"### {spec.name}\n" in text
        for field in spec.fields:
            assert f"| `{field.name}` |" in text
    assert json.dumps(text)
