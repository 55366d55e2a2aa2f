"""ISO 20022 messages built from reports: one element a report, in chronological order.

Figures in a message have the guidance's decimals (13 for prices, 5 otherwise): half away from zero
where a wad has more, and how many were rounded is said. The exact figures are in the tables. A
figure too long for its format is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree

from keelmark import __version__
from keelmark.errors import InputError
from keelmark.reports.iso20022.paths import MessageShape
from keelmark.reports.regulatory.fields import ReportField
from keelmark.reports.regulatory.life import Reported
from keelmark.reports.table import Cell, Kind
from keelmark.units import WAD

__all__ = ["Message", "build", "decimal_text"]

_FORMATS: Final = {"Num(18,13)": (18, 13), "Num(25,5)": (25, 5)}
LEGAL_ONLY: Final = "2.7"
"""Its known path is a legal person's; where a natural person's goes is not known."""


@dataclass(slots=True)
class Message:
    """A message and what is to be said of it."""

    shape: MessageShape
    tree: ElementTree.Element
    reports: int
    rounded: int = 0
    """Figures with more decimals than their format has."""
    left_out: dict[str, int] = field(default_factory=dict)
    """Number of each data element that has no known path, to how often it was left out."""

    def text(self, checked: str = "not validated against any schema") -> str:
        """The message, UTF-8, with a comment on what it is.

        Args:
            checked: what it was validated against.
        """
        words = (
            f" {self.shape.message} by keelmark {__version__}. Structure as far as this project's "
            f"reference material knows it or a file of paths gives it; {checked}. No conformance "
            "beyond that is claimed. "
        )
        if self.left_out:
            words += f"Left out for want of a path: {', '.join(self.left_out)}. "
        comment = words.replace("--", "-")
        body = ElementTree.tostring(self.tree, encoding="unicode")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<!--{comment}-->\n{body}\n'


def build(
    shape: MessageShape, reports: Sequence[tuple[Reported, Sequence[ReportField]]]
) -> Message:
    """A message of reports.

    Args:
        shape: the message's.
        reports: each with its columns, in the order of the message.

    Raises:
        InputError: a figure does not fit its format.
    """
    root = ElementTree.Element("Document", {"xmlns": shape.namespace})
    message = Message(shape, root, len(reports))
    top = ElementTree.SubElement(root, shape.root)
    header = ElementTree.SubElement(top, "RptHdr")
    ElementTree.SubElement(header, "NbRcrds").text = str(len(reports))
    data = ElementTree.SubElement(top, "TradData")
    for report, fields in reports:
        element = ElementTree.SubElement(data, "Rpt")
        choice = shape.choices.get(str(report.row["action_type"]))
        if choice is not None:
            element = ElementTree.SubElement(element, choice)
        _fill(message, element, report.row, fields)
    ElementTree.indent(root, " ")
    return message


def _fill(
    message: Message,
    element: ElementTree.Element,
    row: Mapping[str, Cell],
    fields: Sequence[ReportField],
) -> None:
    by_number = {one.number: one for one in fields if one.number}
    currencies = set(message.shape.currencies.values())
    natural = row.get("counterparty_2_is_lei") is False
    for number, path in message.shape.paths.items():
        found = by_number.get(number)
        value = row.get(found.key, "") if found is not None else ""
        if found is None or value == "":
            continue
        if number == LEGAL_ONLY and natural and path.endswith("/LEI"):
            _left_out(message, "2.7 of natural persons")
            continue
        text = _text(message, found, value)
        steps, _, attribute = path.partition("[@")
        place = element
        for step in steps.split("/"):
            inner = place.find(step)
            place = ElementTree.SubElement(place, step) if inner is None else inner
        place.text = text
        if attribute:
            of = by_number.get(message.shape.currencies.get(number, ""))
            currency = row.get(of.key, "") if of is not None else ""
            if currency != "":
                place.set(attribute.rstrip("]"), str(currency))
    for number, one in by_number.items():
        told = number in message.shape.paths or number in currencies or number == "2.107"
        if not told and row.get(one.key, "") != "":
            _left_out(message, number)


def _left_out(message: Message, number: str) -> None:
    message.left_out[number] = message.left_out.get(number, 0) + 1


def _text(message: Message, field: ReportField, value: Cell) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if field.kind not in (Kind.MONEY, Kind.SIZE, Kind.RATIO):
        return str(value)
    digits, places = _FORMATS[field.format]
    text, exact = decimal_text(int(value), places)
    message.rounded += not exact
    if sum(letter.isdigit() for letter in text.lstrip("-0.")) > digits:
        raise InputError(
            f"{field.column}: {text} does not fit {field.format}, expected at most {digits} digits"
        )
    return text


def decimal_text(wad: int, places: int) -> tuple[str, bool]:
    """A wad as a decimal number, and whether that is exact.

    Args:
        wad: 1e18 is one.
        places: decimals at most; half a unit of the last one goes away from zero.
    """
    unit = WAD // 10**places
    parts, rest = divmod(abs(wad), unit)
    parts += 2 * rest >= unit
    whole, part = divmod(parts, 10**places)
    fraction = f"{part:0{places}d}".rstrip("0")
    sign = "-" if wad < 0 and parts else ""
    return f"{sign}{whole}" + (f".{fraction}" if fraction else ""), rest == 0
