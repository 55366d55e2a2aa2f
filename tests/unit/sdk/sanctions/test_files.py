"""OFAC's three formats: what is taken, skipped and rejected, and what is no list at all."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from datetime import date
from hashlib import sha256

import pytest

from keelmark.errors import InputError
from keelmark.sanctions import Publication, read_csv, read_xml
from tests.support.sdn import Listed, advanced_xml, comments_csv, evm, plain_csv, plain_xml

BITCOIN = "1TestAddressThatNobodyHasEver11111"
TRON = "TTestAddressThatNobodyHasEver11111"
ENTRIES = (
    Listed(700, [("ETH", evm(1)), ("XBT", BITCOIN)]),
    Listed(500, [("USDT", evm(2).lower()), ("USDT", TRON), ("ETH", evm(1))]),
    Listed(900, [("ETH", "0x" + evm(3)[2:].upper()), ("ARB", evm(3))]),
    Listed(901, []),
)


def pieces(text: str, size: int = 7) -> Iterator[bytes]:
    """Bytes in pieces that cut every word."""
    data = text.encode()
    return (data[place : place + size] for place in range(0, len(data), size))


def read(form: str) -> Publication:
    """The entries in one of the formats."""
    if form == "csv":
        return read_csv("SDN.CSV", pieces(plain_csv(ENTRIES)))
    made = plain_xml(ENTRIES) if form == "plain" else advanced_xml(ENTRIES)
    return read_xml("SDN.XML", pieces(made))


@pytest.mark.parametrize("form", ["plain", "advanced", "csv"])
def test_default_behavior(form: str) -> None:
    found = read(form)
    entries = {address: (e.uid, e.currencies, e.others) for address, e in found.entries.items()}
    assert entries == {
        evm(1): (500, ("ETH",), (700,)),
        evm(2): (500, ("USDT",), ()),
        evm(3): (900, ("ARB", "ETH"), ()),
    }
    assert found.skipped == {"USDT": 1, "XBT": 1}
    assert not found.rejected
    assert found.published == (None if form == "csv" else date(2026, 1, 31))
    assert found.references()[evm(3)] == b"OFAC-SDN-900".ljust(32, b"\0")


def test_source_is_the_file() -> None:
    for reader, text in ((read_xml, plain_xml(ENTRIES)), (read_csv, plain_csv(ENTRIES))):
        assert reader("f", pieces(text)).source == sha256(text.encode()).digest()


WRONG_CASE = evm(7).swapcase().replace("0X", "0x")


@pytest.mark.parametrize("form", ["plain", "advanced", "csv"])
@pytest.mark.parametrize(
    ("currency", "address", "expected"),
    [
        ("ETH", WRONG_CASE, "checksum"),
        ("USDC", WRONG_CASE, "checksum"),
        ("ETH", evm(7)[:-1], "40 hexadecimal"),
        ("ETH", BITCOIN, "40 hexadecimal"),
        ("BSC", evm(7)[2:], "40 hexadecimal"),
    ],
)
def test_rejected(form: str, currency: str, address: str, expected: str) -> None:
    listed = [Listed(12, [(currency, address), ("ETH", evm(1))])]
    found = {
        "plain": lambda: read_xml("SDN.XML", [plain_xml(listed).encode()]),
        "advanced": lambda: read_xml("SDN.XML", [advanced_xml(listed).encode()]),
        "csv": lambda: read_csv("SDN.CSV", [plain_csv(listed).encode()]),
    }[form]()
    (item,) = found.rejected
    assert (item.uid, item.currency, item.text) == (12, currency, address)
    assert expected in str(item)
    assert "12" in str(item)
    assert set(found.entries) == {evm(1)}


def test_feature_in_another_shape() -> None:
    """An address where none was looked for is missed aloud."""
    text = advanced_xml([Listed(12, [("ETH", evm(1))]), Listed(13, [("ETH", evm(2))])])
    moved = text.replace("<VersionDetail DetailTypeID", "<Elsewhere><VersionDetail DetailTypeID", 1)
    moved = moved.replace(f"{evm(1)}</VersionDetail>", f"{evm(1)}</VersionDetail></Elsewhere>")
    found = read_xml("SDN_ADVANCED.XML", [moved.encode()])
    assert [str(item) for item in found.rejected] == [
        "entry 12, ETH '': expected a VersionDetail with the address"
    ]
    assert set(found.entries) == {evm(2)}


def test_comments_hold_what_remarks_had_no_room_for() -> None:
    many = Listed(3, [("ETH", evm(number)) for number in range(20)])
    for cut in range(1000, 1080, 3):
        main, rest = plain_csv([many], cut), comments_csv([many], cut)
        found = read_csv("SDN.CSV", pieces(main), ("SDN_COMMENTS.CSV", pieces(rest)))
        assert set(found.entries) == {evm(number) for number in range(20)}
        assert not found.rejected
        digests = sha256(main.encode()).digest() + sha256(rest.encode()).digest()
        assert found.source == sha256(digests).digest()
        alone = read_csv("SDN.CSV", pieces(main))
        assert any("SDN_COMMENTS.CSV" in str(item) for item in alone.rejected)


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE sdnList [<!ENTITY a "aaaaaaaaaa">'
    '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><sdnList>&b;</sdnList>'
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE sdnList SYSTEM "file:///nowhere"><sdnList></sdnList>'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BOMB, "declares a document type"),
        (OUTSIDE, "declares a document type"),
        (plain_xml(ENTRIES).replace("ENTITY 700", "&unknown;"), "line 3"),
        (plain_xml(ENTRIES)[:900], "expected a whole XML file"),
        ("<html></html>", "root is html"),
        ("", "expected a whole XML file"),
        (plain_xml(ENTRIES, day="2026-01-31"), "day of publication"),
        (plain_xml(ENTRIES, day="13/31/2026"), "day of publication"),
        (plain_xml(ENTRIES, count=5), "Record_Count is 5, expected 4"),
        (plain_xml([Listed(1, [])]), "no digital currency address"),
        (advanced_xml(ENTRIES).replace('FixedRef="700"', 'FixedRef="x"'), "uid 'x'"),
        (plain_xml(ENTRIES).replace("<uid>700</uid>", ""), "uid ''"),
        (plain_xml(ENTRIES).replace(BITCOIN, "1" * 2_000), "longer than"),
        ("<sdnList>" + "<a>" * 200, "a hundred deep"),
    ],
)
def test_no_list_in_xml(text: str, words: str) -> None:
    with pytest.raises(InputError, match=r"^SDN\.XML: ") as caught:
        read_xml("SDN.XML", pieces(text))
    assert words in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('1,"ENTITY ONE"\r\n', "SDN.CSV line 1: 2 columns, expected the 12"),
        (plain_csv(ENTRIES).replace("700,", "seven,", 1), "uid 'seven'"),
        (plain_csv(ENTRIES)[:-40], "SDN.CSV line"),
        (plain_csv([Listed(1, [])]), "no digital currency address"),
        ("", "no digital currency address"),
    ],
)
def test_no_list_in_csv(text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_csv("SDN.CSV", pieces(text))
    assert words in str(caught.value)


def test_memory_does_not_grow_with_the_file() -> None:
    """Twenty megabytes of the advanced form in less than two."""
    whole = advanced_xml([Listed(1, [("ETH", evm(1))])])
    start, party, end = whole.partition('<DistinctParty FixedRef="1">')
    filler = '<DistinctParty FixedRef="2">' + "<Comment>ENTITY TWO</Comment>" * 500
    filler += "</DistinctParty>"

    def stream() -> Iterator[bytes]:
        yield start.encode()
        for _ in range(20_000_000 // len(filler)):
            yield filler.encode()
        yield (party + end).encode()

    tracemalloc.start()
    try:
        found = read_xml("SDN_ADVANCED.XML", stream())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert set(found.entries) == {evm(1)}
    assert peak < 2_000_000
