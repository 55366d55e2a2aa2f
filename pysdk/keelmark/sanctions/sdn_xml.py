"""Reads OFAC's SDN list in XML, both forms, a piece at a time.

The plain form (``SDN.XML``, about 30 MB): root ``sdnList``; ``publshInformation`` (OFAC's
spelling) with ``Publish_Date`` as month/day/year and ``Record_Count``; each ``sdnEntry`` has a
``uid`` and an ``idList`` whose ``id`` elements have ``idType`` "Digital Currency Address - ETH"
and the address in ``idNumber``. The advanced form (``SDN_ADVANCED.XML``, more than 100 MB): root
``Sanctions``; ``DateOfIssue`` with ``Year``, ``Month``, ``Day``; ``FeatureType`` elements give
the same texts an ``ID``; each ``DistinctParty`` (whose ``FixedRef`` is the entry's uid) has
``Feature`` elements with a ``FeatureTypeID`` and the address in
``FeatureVersion/VersionDetail``. Sources: OFAC's Sanctions List Service (SDN.XML,
SDN_ADVANCED.XML and their schemas) and public readers of both, among them
"ofac-sanctioned-digital-currency-addresses". Namespaces have changed with the service's address
and are not compared.

The parser is the standard library's expat, fed in pieces: nothing of the document is kept but the
addresses. A document type is refused where it begins, and without one XML knows no entities but
its five own, so that nothing can expand and nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from hashlib import sha256
from typing import NoReturn
from xml.parsers import expat

from keelmark.errors import InputError
from keelmark.sanctions.model import Collector, Publication

__all__ = ["read_xml"]

LABEL = re.compile(r"Digital Currency Address - (\S+)")
_LONGEST = 1_000
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")

_ENTRY = ("sdnList", "sdnEntry")
_ID = (*_ENTRY, "idList", "id")
_ISSUE = ("Sanctions", "DateOfIssue")
_TYPE = ("Sanctions", "ReferenceValueSets", "FeatureTypeValues", "FeatureType")
_PARTY = ("Sanctions", "DistinctParties", "DistinctParty")
_FEATURE = (*_PARTY, "Profile", "Feature")
_DETAIL = (*_FEATURE, "FeatureVersion", "VersionDetail")
_PUBLISHED = ("sdnList", "publshInformation", "Publish_Date")
_COUNT = ("sdnList", "publshInformation", "Record_Count")


class _Reader:
    """What is known while a document goes by."""

    def __init__(self, name: str) -> None:
        self.collector = Collector(name)
        self.path: tuple[str, ...] = ()
        self.text: list[str] | None = None
        self.length = 0
        self.fields: dict[str, str] = {}
        """The current entry's or id's leaves by name."""
        self.issue: dict[str, str] = {}
        self.types: dict[str, str] = {}
        """Feature type id to currency."""
        self.records = 0
        self.type_id = ""
        self.currency: str | None = None
        """Of the feature being read."""
        self.unread = False
        """Whether its address has yet to come."""
        self.party = ""
        self.leaves: dict[tuple[str, ...], Callable[[str], None]] = {
            _PUBLISHED: lambda text: self.issue.update(published=text),
            _COUNT: lambda text: self.issue.update(count=text),
            (*_ENTRY, "uid"): lambda text: self.fields.update(uid=text),
            (*_ID, "idType"): lambda text: self.fields.update(idType=text),
            (*_ID, "idNumber"): lambda text: self.fields.update(idNumber=text),
            _TYPE: self._feature_type,
            _DETAIL: self._detail,
            (*_ISSUE, "Year"): lambda text: self.issue.update(Year=text),
            (*_ISSUE, "Month"): lambda text: self.issue.update(Month=text),
            (*_ISSUE, "Day"): lambda text: self.issue.update(Day=text),
        }

    def fail(self, words: str) -> NoReturn:
        raise InputError(f"{self.collector.where}: {words}")

    def doctype(self, *_: object) -> None:
        """A document type could declare entities; none is taken."""
        self.fail("it declares a document type, expected a list without one")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self.path = (*self.path, name.rpartition(" ")[2])
        path = self.path
        if len(path) == 1 and path[0] not in ("sdnList", "Sanctions"):
            self.fail(f"its root is {path[0][:80]}, expected sdnList or Sanctions")
        if len(path) > 100:
            self.fail("elements a hundred deep, expected an OFAC SDN list")
        if path == _ENTRY:
            self.fields = {}
            self.records += 1
        elif path == _ID:
            self.fields = {"uid": self.fields.get("uid", "")}
        elif path == _TYPE:
            self.type_id = attributes.get("ID", "")
        elif path == _PARTY:
            self.party = attributes.get("FixedRef", "")
        elif path == _FEATURE:
            self.currency = self.types.get(attributes.get("FeatureTypeID", ""))
            self.unread = self.currency is not None
        self.text = [] if path in self.leaves else None
        self.length = 0

    def data(self, text: str) -> None:
        """Text; kept only inside of a leaf that is looked for."""
        if self.text is None:
            return
        self.length += len(text)
        if self.length > _LONGEST:
            self.fail(f"{self.path[-1]} is longer than {_LONGEST} characters")
        self.text.append(text)

    def end(self, _: str) -> None:
        """An element ends."""
        if self.text is not None and self.path in self.leaves:
            self.leaves[self.path]("".join(self.text).strip())
        if self.path == _ID:
            self._id()
        elif self.path == _FEATURE and self.unread:
            uid = self.collector.uid(self.party)
            self.collector.reject(uid, self.currency or "", "", "a VersionDetail with the address")
        self.text = None
        self.path = self.path[:-1]

    def _id(self) -> None:
        """One identifier of a plain entry."""
        label = LABEL.fullmatch(self.fields.get("idType", ""))
        if label:
            uid = self.collector.uid(self.fields.get("uid", ""))
            self.collector.add(uid, label.group(1), self.fields.get("idNumber", ""))

    def _feature_type(self, text: str) -> None:
        label = LABEL.fullmatch(text)
        if label:
            self.types[self.type_id] = label.group(1)

    def _detail(self, text: str) -> None:
        if self.currency is not None:
            self.unread = False
            self.collector.add(self.collector.uid(self.party), self.currency, text)

    def published(self) -> date:
        """The day of publication, after the whole document went by."""
        told = _DATE.fullmatch(self.issue.get("published", ""))
        parts = told.groups() if told else None
        try:
            if parts:
                return date(int(parts[2]), int(parts[0]), int(parts[1]))
            return date(*(int(self.issue[name]) for name in ("Year", "Month", "Day")))
        except (KeyError, ValueError):
            self.fail("Publish_Date or DateOfIssue, expected the day of publication")

    def check_count(self) -> None:
        """A list that is shorter than it says was cut."""
        count = self.issue.get("count")
        if count is not None and count != str(self.records):
            self.fail(f"Record_Count is {count[:20]}, expected {self.records}, as many as it has")


def read_xml(name: str, chunks: Iterable[bytes]) -> Publication:
    """Reads a list; memory does not grow with the file.

    Args:
        name: the file's name, for errors.
        chunks: its bytes, in pieces of any size.

    Raises:
        InputError: it is no list in XML, is cut, declares a document type, or lacks a field.
    """
    reader, hashed = _Reader(name), sha256()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    try:
        for chunk in chunks:
            hashed.update(chunk)
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        words = expat.ErrorString(error.code)
        raise InputError(
            f"{name}: line {error.lineno}, {words}; expected a whole XML file"
        ) from None
    reader.check_count()
    return reader.collector.publication(reader.published(), hashed.digest())
