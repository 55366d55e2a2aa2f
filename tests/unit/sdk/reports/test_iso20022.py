"""Messages: their structure as far as it is known, and validation against a schema of ours."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from keelmark.errors import InputError
from keelmark.reports.iso20022 import (
    MARGIN_MESSAGE,
    TRADE_MESSAGE,
    Message,
    MessageShape,
    build,
    read_paths,
    validate,
)
from keelmark.reports.iso20022.message import decimal_text
from keelmark.reports.regulatory.fields import TRADE_FIELDS
from tests.support.books import WAD
from tests.support.reported import BUYER, HOUSE_LEI, MAKER, PERSON, begun, lei_of
from tests.unit.sdk.reports.test_corrections import reports

SPACE = {"m": "urn:iso:std:iso:20022:tech:xsd:auth.030.001.03"}

OURS = """<?xml version="1.0"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"
 targetNamespace="urn:iso:std:iso:20022:tech:xsd:auth.030.001.03"
 xmlns="urn:iso:std:iso:20022:tech:xsd:auth.030.001.03">
 <xs:element name="Document"><xs:complexType><xs:sequence>
  <xs:element name="DerivsTradRpt"><xs:complexType><xs:sequence>
   <xs:element name="RptHdr"><xs:complexType><xs:sequence>
    <xs:element name="NbRcrds" type="xs:positiveInteger"/>
   </xs:sequence></xs:complexType></xs:element>
   <xs:element name="TradData"><xs:complexType><xs:sequence>
    <xs:element name="Rpt" maxOccurs="unbounded"><xs:complexType><xs:choice>
     <xs:element name="New" type="Told"/><xs:element name="PosCmpnt" type="Told"/>
    </xs:choice></xs:complexType></xs:element>
   </xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
 </xs:sequence></xs:complexType></xs:element>
 <xs:complexType name="Told"><xs:sequence>
  <xs:element name="UnqTxIdr"><xs:simpleType><xs:restriction base="xs:string">
   <xs:pattern value="[A-Z0-9]{18}[0-9]{2}[A-Z0-9]{0,32}"/>
  </xs:restriction></xs:simpleType></xs:element>
  <xs:element name="Pric"><xs:complexType><xs:simpleContent>
   <xs:extension base="Figure"><xs:attribute name="Ccy" use="required"><xs:simpleType>
    <xs:restriction base="xs:string"><xs:pattern value="[A-Z]{3}"/></xs:restriction>
   </xs:simpleType></xs:attribute></xs:extension>
  </xs:simpleContent></xs:complexType></xs:element>
 </xs:sequence></xs:complexType>
 <xs:simpleType name="Figure"><xs:restriction base="xs:decimal">
  <xs:totalDigits value="18"/><xs:fractionDigits value="13"/>
 </xs:restriction></xs:simpleType>
</xs:schema>
"""
"""Ours, of a few elements: it shows that validation takes place, and nothing of the standard."""

PATHS = json.dumps({"auth.030": {"paths": {"UTI": "UnqTxIdr", "2.50": "Pric[@Ccy]"}}})


def message(shape: MessageShape = TRADE_MESSAGE, price: int = 8000 * WAD) -> Message:
    """Of a fill between a firm and a maker, and of one with a natural person."""
    acts = begun()
    acts.trade((BUYER, 0), (MAKER, 0), WAD, price)
    acts.trade((PERSON, 0), (MAKER, -WAD), WAD, price)
    return build(shape, [(one, TRADE_FIELDS) for one in reports(acts)])


def test_default_behavior() -> None:
    """Header with the count, one element a report, its action's element, the known paths."""
    made = message()
    root = ElementTree.fromstring(made.text().encode())
    assert root.tag == f"{{{SPACE['m']}}}Document"
    assert root.findtext("m:DerivsTradRpt/m:RptHdr/m:NbRcrds", namespaces=SPACE) == "8"
    found = root.findall("m:DerivsTradRpt/m:TradData/m:Rpt/*", SPACE)
    assert [one.tag.partition("}")[2] for one in found] == [
        "PosCmpnt", "New", "PosCmpnt", "New", "PosCmpnt", "New", "PosCmpnt", "Mod"
    ]  # fmt: skip
    first = found[0]
    for path, text in (
        ("RptgCtrPty/Id/Lgl/Id/LEI", lei_of(BUYER)),
        ("OthrCtrPty/IdTp/Lgl/Id/LEI", HOUSE_LEI),
        ("RptgCtrPty/DrctnOrSd", "BYER"),
        ("TxPric/Pric/MntryVal/Amt", "8000"),
        ("NtnlAmt/FrstLeg/Amt/Amt", "8000"),
        ("NtnlQty/FrstLeg/TtlQty", "1"),
        ("ExctnTmStmp", "2020-03-12T00:01:00Z"),
        ("TradClr/ClrSts", "N"),
        ("CtrctData/DerivBasedOnCrptAsst", "true"),
        ("Lvl", "TCTN"),
    ):
        place = "/".join(f"m:{step}" for step in path.split("/"))
        assert first.findtext(place, namespaces=SPACE) == text, path
    amount = first.find("m:TxPric/m:Pric/m:MntryVal/m:Amt", SPACE)
    assert amount is not None
    assert amount.attrib == {"Ccy": "USD"}


def test_what_is_left_out_is_told() -> None:
    """No path, no element; a natural person is never put where an LEI goes."""
    made = message()
    assert made.left_out["UTI"] == 8
    assert made.left_out["2.7 of natural persons"] == 2
    assert "Left out for want of a path" in made.text()
    assert "UTI" in made.text().partition("-->")[0]
    assert lei_of(1) not in made.text()


def test_nothing_is_claimed() -> None:
    """The head says what the message is and is not."""
    head = message().text().partition("-->")[0]
    assert "not validated against any schema. No conformance beyond that is claimed." in head


def test_deterministic() -> None:
    """The same reports give the same bytes."""
    assert message().text() == message().text()


def test_paths_from_a_file() -> None:
    """Whoever holds the schema says where elements stand; the order is the file's."""
    shape = read_paths(PATHS, "f")["auth.030"]
    first = message(shape).tree.find("DerivsTradRpt/TradData/Rpt/PosCmpnt")
    assert first is not None
    assert [one.tag for one in first] == ["UnqTxIdr", "Pric"]
    assert first[1].attrib == {"Ccy": "USD"}
    assert read_paths("{}", "f")["auth.108"] == MARGIN_MESSAGE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[", "f is no JSON"),
        ('{"auth.031": {}}', "f, expected an object with auth.030 or auth.108"),
        ('{"auth.030": {"x": 1}}', "auth.030 in f, expected message, root, choices or paths"),
        ('{"auth.030": {"message": "auth.108.001.01"}}', "message of auth.030 in f, expected such"),
        ('{"auth.030": {"root": "a b"}}', "root of auth.030 in f, expected an element's name"),
        ('{"auth.030": {"paths": {"2.50": "A//B"}}}', "2.50 of auth.030 in f, expected such as"),
        ('{"auth.030": {"paths": {"2.50": "A/<B"}}}', "2.50 of auth.030 in f, expected such as"),
        ('{"auth.030": {"choices": ["New"]}}', "choices of auth.030 in f, expected an object"),
    ],
)
def test_bad_paths(text: str, words: str) -> None:
    """One sentence with the part and what was expected."""
    with pytest.raises(InputError, match=words):
        read_paths(text, "f")


@pytest.mark.parametrize(
    ("wad", "places", "text", "exact"),
    [
        (0, 5, "0", True),
        (WAD, 5, "1", True),
        (8_000_500_000_000_000_000_000, 5, "8000.5", True),
        (-123_450_000_000_000_000, 5, "-0.12345", True),
        (123_455_000_000_000_000, 5, "0.12346", False),
        (-123_455_000_000_000_000, 5, "-0.12346", False),
        (123_454_999_999_999_999, 5, "0.12345", False),
        (999_999_999_999_999_999, 5, "1", False),
        (-1, 5, "0", False),
        (1, 13, "0", False),
        (100_000, 13, "0.0000000000001", True),
    ],
)
def test_decimals(wad: int, places: int, text: str, exact: bool) -> None:
    """The guidance's decimals; what does not fit goes half away from zero, and is known."""
    assert decimal_text(wad, places) == (text, exact)


def test_rounding_is_told() -> None:
    """A notional of eighteen decimals: the message says how many figures it rounded."""
    assert message().rounded == 0
    assert message(price=8000 * WAD + 1).rounded > 0


def test_figure_too_long() -> None:
    """More digits than the format has are refused: a price of 10^18 has nineteen."""
    with pytest.raises(InputError, match=r"does not fit Num\(18,13\), expected at most 18 digits"):
        message(price=10**18 * WAD)


def test_validation_passes() -> None:
    """A message with the schema's elements in its order is valid; the schema's name comes back."""
    shape = read_paths(PATHS, "f")["auth.030"]
    acts = begun()
    acts.trade((BUYER, 0), (MAKER, 0), WAD, 8000 * WAD)
    made = build(shape, [(one, TRADE_FIELDS) for one in reports(acts)])
    assert validate(made.text(), {"ours.xsd": OURS}, shape.namespace) == "ours.xsd"
    assert validate(made.text(), {"ours.xsd": OURS}, MARGIN_MESSAGE.namespace) is None


def test_validation_fails() -> None:
    """What the schema does not have is named with its place."""
    shape = read_paths(PATHS, "f")["auth.030"]
    with pytest.raises(InputError, match=r"^xsd: /.*Rpt\[8\].* is not valid against ours.xsd, "):
        validate(message(shape).text(), {"ours.xsd": OURS}, shape.namespace)


BOMB = """<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="x" type="xs:string"
 default="&b;"/></xs:schema>"""
IMPORT = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x">
<xs:include schemaLocation="{where}"/></xs:schema>"""


@pytest.mark.parametrize(
    "source",
    [
        "no xml",
        "<a/>",
        BOMB,
        IMPORT.format(where="http://127.0.0.1:9/other.xsd"),
        IMPORT.format(where="file:///etc/hostname"),
        "",
    ],
)
def test_schema_that_is_none(source: str) -> None:
    """No schema, entities, or a schema that would have to be fetched: refused, nothing read."""
    with pytest.raises(InputError, match=r"^xsd: s\.xsd is no "):
        validate(message().text(), {"s.xsd": source}, TRADE_MESSAGE.namespace)
