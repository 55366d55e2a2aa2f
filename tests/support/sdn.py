"""Small lists in OFAC's formats. Entities and addresses are made up; no person is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eth_utils.address import to_checksum_address

__all__ = ["Listed", "advanced_xml", "comments_csv", "evm", "plain_csv", "plain_xml"]

_EXPORTS = "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports"


def evm(number: int) -> str:
    """A made-up address of an EVM chain, checksummed."""
    return str(to_checksum_address(f"0x{0xFACADE << 100 | number:040x}"))


@dataclass(frozen=True)
class Listed:
    """One entry: its uid, and its addresses with their currencies."""

    uid: int
    addresses: Sequence[tuple[str, str]]


def plain_xml(entries: Sequence[Listed], day: str = "01/31/2026", count: int | None = None) -> str:
    """SDN.XML."""
    body = ""
    for entry in entries:
        ids = "".join(
            f"<id><uid>{entry.uid}0{place}</uid>"
            f"<idType>Digital Currency Address - {currency}</idType>"
            f"<idNumber>{address}</idNumber></id>"
            for place, (currency, address) in enumerate(entry.addresses)
        )
        body += (
            f"<sdnEntry><uid>{entry.uid}</uid><lastName>ENTITY {entry.uid} &amp; CO</lastName>"
            "<sdnType>Entity</sdnType><programList><program>TEST</program></programList>"
            f"<idList><id><uid>{entry.uid}99</uid><idType>Registration Number</idType>"
            f"<idNumber>0x{entry.uid:040x}</idNumber></id>{ids}</idList>"
            f"<akaList><aka><uid>{entry.uid}77</uid></aka></akaList></sdnEntry>\n"
        )
    told = len(entries) if count is None else count
    return (
        f'<?xml version="1.0" standalone="yes"?>\n<sdnList xmlns="{_EXPORTS}/XML">'
        f"<publshInformation><Publish_Date>{day}</Publish_Date>"
        f"<Record_Count>{told}</Record_Count></publshInformation>\n{body}</sdnList>\n"
    )


def advanced_xml(entries: Sequence[Listed], day: tuple[int, int, int] = (2026, 1, 31)) -> str:
    """SDN_ADVANCED.XML."""
    currencies = sorted({currency for entry in entries for currency, _ in entry.addresses})
    types = "".join(
        f'<FeatureType ID="{300 + place}" FeatureTypeGroupID="1">'
        f"Digital Currency Address - {currency}</FeatureType>"
        for place, currency in enumerate(currencies)
    )
    body = ""
    for entry in entries:
        features = "".join(
            f'<Feature ID="{entry.uid}{place}" FeatureTypeID="{300 + currencies.index(currency)}">'
            f'<FeatureVersion ID="{place}" ReliabilityID="1560"><Comment />'
            f'<VersionDetail DetailTypeID="1432">{address}</VersionDetail></FeatureVersion>'
            '<IdentityReference IdentityID="1" IdentityFeatureLinkTypeID="1" /></Feature>'
            for place, (currency, address) in enumerate(entry.addresses)
        )
        body += (
            f'<DistinctParty FixedRef="{entry.uid}"><Comment /><Profile ID="{entry.uid}" '
            f'PartySubTypeID="3"><Identity ID="1" FixedRef="{entry.uid}" Primary="true">'
            f"<NamePartValue>ENTITY {entry.uid}</NamePartValue></Identity>"
            '<Feature ID="9" FeatureTypeID="25"><FeatureVersion ID="9"><VersionDetail>'
            f"0x{entry.uid:040x}</VersionDetail></FeatureVersion></Feature>{features}"
            "</Profile></DistinctParty>\n"
        )
    year, month, date = day
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<Sanctions xmlns="{_EXPORTS}/ADVANCED_XML" '
        f'Version="3"><DateOfIssue CalendarTypeID="1"><Year>{year}</Year><Month>{month}</Month>'
        f"<Day>{date}</Day></DateOfIssue><ReferenceValueSets><FeatureTypeValues>"
        f'<FeatureType ID="25" FeatureTypeGroupID="1">Location</FeatureType>{types}'
        f"</FeatureTypeValues></ReferenceValueSets><DistinctParties>{body}</DistinctParties>"
        "</Sanctions>\n"
    )


def _remarks(entry: Listed) -> str:
    clauses = [
        f"{'alt. ' if place else ''}Digital Currency Address - {currency} {address}"
        for place, (currency, address) in enumerate(entry.addresses)
    ]
    return "; ".join(["Secondary sanctions risk: none, a test", *clauses]) + "."


def plain_csv(entries: Sequence[Listed], cut: int | None = None) -> str:
    """SDN.CSV; remarks cut after so many characters, where that is given."""
    nothing = "-0- ," * 7
    rows = "".join(
        f'{entry.uid},"ENTITY {entry.uid}, LTD.",-0- ,"TEST",{nothing}"{_remarks(entry)[:cut]}"\r\n'
        for entry in entries
    )
    return rows + "\x1a"


def comments_csv(entries: Sequence[Listed], cut: int) -> str:
    """SDN_COMMENTS.CSV: what was cut off."""
    rest = [(entry.uid, _remarks(entry)[cut:]) for entry in entries]
    return "".join(f'{uid},"{text}"\r\n' for uid, text in rest if text)
