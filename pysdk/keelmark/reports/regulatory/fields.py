"""The columns of regulatory reports: which data element each one is, and how it is written.

Numbers, names and formats are those of the CDE Technical Guidance (version 3); elements that only
EMIR has carry their number in Annex Table 2 or 3 of Implementing Regulation (EU) 2022/1860. Dates
and times stand as the guidance writes them, in UTC. Amounts stay exact, as wads; the guidance's
decimals are made where a message needs them. Definitions are not repeated here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from keelmark.reports.table import Cell, Column, Kind, Table

__all__ = [
    "MARGIN_FIELDS",
    "TRADE_FIELDS",
    "VALUATION_FIELDS",
    "ReportField",
    "Row",
    "date_text",
    "make_table",
    "stamp_text",
]

Row = dict[str, Cell]
"""A report: field's key to its value; what is not there says nothing."""

STAMP, DATE = "YYYY-MM-DDThh:mm:ssZ", "YYYY-MM-DD"
AMOUNT, PRICE = "Num(25,5)", "Num(18,13)"
LEI, CURRENCY = "ISO 17442 LEI", "Char(3) ISO 4217"
FOUR, FLAG, UTI = "Char(4)", "Boolean", "Varchar(52) UTI"


@dataclass(frozen=True, slots=True)
class ReportField:
    """One column of a report."""

    key: str
    number: str
    """Of the data element: ``2.50`` (CDE), ``EMIR 2.9``, ``UTI``; empty for our own columns."""
    title: str
    kind: Kind = Kind.TEXT
    format: str = ""
    """As the guidance writes it, for elements."""
    confirmed: bool = True
    """Whether number, name and format were read in a source; our own columns count as such."""

    @property
    def column(self) -> str:
        """Name in files: ``cde_2_50_price_wad``."""
        unit = "_wad" if self.kind in (Kind.MONEY, Kind.SIZE, Kind.RATIO) else ""
        place = self.number.lower().replace(" ", "_").replace(".", "_")
        prefix = {"": "", "uti": ""}.get(place, place if "emir" in place else f"cde_{place}")
        return f"{prefix}_{self.key}{unit}".lstrip("_")


def _f(
    key: str,
    number: str,
    title: str,
    form: str,
    kind: Kind = Kind.TEXT,
    *,
    confirmed: bool = True,
) -> ReportField:
    return ReportField(key, number, title, kind, form, confirmed)


def _own(key: str, title: str, kind: Kind = Kind.TEXT) -> ReportField:
    return ReportField(key, "", title, kind)


_WHERE: Final = (
    _own("sequence", "report of this identifier, from 1", Kind.COUNT),
    _own("block_number", "block that it was read at", Kind.COUNT),
    _own("log_index", "log", Kind.COUNT),
    _own("account", "account", Kind.COUNT),
    _own("instrument", "instrument", Kind.COUNT),
)
_ACTION: Final = (
    _f("action_type", "2.107", "Action type", FOUR),
    _f("event_type", "2.108", "Event type", FOUR),
    _f("event_timestamp", "2.109", "Event timestamp", STAMP),
    _f("reporting_timestamp", "2.4", "Reporting timestamp", STAMP),
)
_PARTIES: Final = (
    _f("counterparty_1", "2.6", "Counterparty 1 (reporting counterparty)", LEI),
    _f("counterparty_2", "2.7", "Counterparty 2", "Char(20) LEI or Varchar(72)"),
    _f("counterparty_2_is_lei", "2.8", "Counterparty 2 identifier type", FLAG, Kind.FLAG),
)
_PORTFOLIO: Final = (
    _f("collateral_portfolio", "2.29", "Collateral portfolio indicator", FLAG, Kind.FLAG),
    _f(
        "collateral_portfolio_code",
        "2.30",
        "Collateral portfolio code",
        "Varchar(52)",
        confirmed=False,
    ),
)
_CORRECTION: Final = (
    _own("corrects_sequence", "report that this one corrects", Kind.COUNT),
    _own("reason", "reason of the correction"),
)
_CONTRACT: Final = (
    _f("upi", "EMIR 2.8", "UPI", "string"),
    _f("cfi", "EMIR 2.9", "Product classification", "CFI"),
    _f("contract_type", "EMIR 2.10", "Contract type", FOUR),
    _f("asset_class", "EMIR 2.11", "Asset class", FOUR, confirmed=False),
    _f("crypto", "2.106", "Crypto asset underlying indicator", FLAG, Kind.FLAG),
    _f("underlier", "2.102", "Underlier ID (Other)", "Varchar(350)", confirmed=False),
    _f("underlier_source", "2.103", "Underlier ID (Other) source", "", confirmed=False),
    _f(
        "price_source",
        "2.105",
        "Underlying asset price source",
        "Varchar(50)",
        confirmed=False,
    ),
    _f("delivery", "EMIR 2.47", "Delivery type", FOUR),
    _f("option_type", "EMIR 2.132", "Option type", FOUR),
    _f("option_style", "EMIR 2.133", "Option style", FOUR),
)

TRADE_FIELDS: Final = (
    *_WHERE,
    _own("execution", "how the leg came about"),
    _own("leg_uti", "UTI of the house's leg behind this report"),
    _own("settlement_token", "token that settles, where it has no ISO 4217 code of its own"),
    *_ACTION,
    _f("level", "2.112", "Level", FOUR),
    _f("uti", "UTI", "UTI", UTI),
    _f("prior_uti", "2.96", "Prior UTI", UTI),
    _f("subsequent_uti", "EMIR 2.4", "Subsequent position UTI", UTI),
    _f("event_identifier", "2.110", "Event identifier", "Varchar(52)"),
    _f("execution_timestamp", "2.5", "Execution timestamp", STAMP),
    _f("effective_date", "2.1", "Effective date", DATE, confirmed=False),
    _f("expiration_date", "2.2", "Expiration date", DATE, confirmed=False),
    _f("early_termination_date", "2.3", "Early termination date", DATE),
    _f("settlement_date", "2.19", "Final contractual settlement date", DATE),
    *_PARTIES,
    _f("direction", "2.13", "Direction", FOUR),
    _f("cleared", "2.14", "Cleared", "Char(1)"),
    _f("ccp", "2.15", "Central counterparty", LEI),
    _f("clearing_member", "2.16", "Clearing member", LEI),
    _f("platform", "2.17", "Platform identifier", "Char(4) MIC", confirmed=False),
    _f("confirmation", "2.18", "Confirmed", FOUR),
    _f("settlement_currency", "2.20", "Settlement currency", CURRENCY, confirmed=False),
    *_PORTFOLIO,
    _f("price", "2.50", "Price", PRICE, Kind.MONEY),
    _f("price_currency", "2.51", "Price currency", CURRENCY),
    _f("price_notation", "2.52", "Price notation", "Char(1)", confirmed=False),
    _f("strike", "2.60", "Strike price", PRICE, Kind.MONEY),
    _f("strike_currency", "2.61", "Strike price currency", CURRENCY, confirmed=False),
    _f("strike_notation", "2.62", "Strike price notation", "Char(1)", confirmed=False),
    _f("premium", "2.64", "Option premium amount", AMOUNT, Kind.MONEY),
    _f("premium_currency", "2.65", "Option premium currency", CURRENCY),
    _f("premium_date", "2.66", "Option premium payment date", DATE),
    _f("first_exercise_date", "2.67", "First exercise date", DATE),
    _f("notional", "2.70", "Notional amount", AMOUNT, Kind.MONEY),
    _f("notional_currency", "2.74", "Notional currency", CURRENCY, confirmed=False),
    _f("quantity", "2.79", "Total notional quantity", AMOUNT, Kind.SIZE),
    _f("quantity_unit", "2.77", "Quantity unit of measure", FOUR),
    _f("delta", "2.71", "Delta", AMOUNT, Kind.RATIO),
    *_CONTRACT,
    *_CORRECTION,
)
"""Trade reports: new trades, positions, their changes and ends."""

VALUATION_FIELDS: Final = (
    *_WHERE,
    _own("size", "position, + long", Kind.SIZE),
    _own("mark", "price of one unit", Kind.MONEY),
    *_ACTION,
    _f("level", "2.112", "Level", FOUR),
    _f("uti", "UTI", "UTI", UTI),
    *_PARTIES,
    _f("direction", "2.13", "Direction", FOUR),
    _f("valuation", "2.25", "Valuation amount", AMOUNT, Kind.MONEY),
    _f("valuation_currency", "2.26", "Valuation currency", CURRENCY),
    _f("valuation_timestamp", "2.27", "Valuation timestamp", STAMP),
    _f("valuation_method", "2.28", "Valuation method", FOUR),
    _f("delta", "2.71", "Delta", AMOUNT, Kind.RATIO),
    *_PORTFOLIO,
    *_CORRECTION,
)
"""Daily valuations (VALU)."""


def _margin_fields() -> tuple[ReportField, ...]:
    """Amounts of margin, posted and then collected, each with its currency."""
    found: list[ReportField] = []
    rows = (
        ("im_posted", "2.31", "2.32", "2.33", "Initial margin posted by counterparty 1"),
        ("im_collected", "2.34", "2.35", "2.36", "Initial margin collected by counterparty 1"),
        ("vm_posted", "2.37", "2.38", "2.39", "Variation margin posted by counterparty 1"),
        ("vm_collected", "2.40", "2.41", "2.42", "Variation margin collected by counterparty 1"),
    )
    for key, pre, post, currency, title in rows:
        for suffix, number in (("pre", pre), ("post", post)):
            words = f"{title} ({suffix}-haircut)"
            found.append(_f(f"{key}_{suffix}", number, words, AMOUNT, Kind.MONEY, confirmed=False))
        of = title.removesuffix(" by counterparty 1")
        words = f"Currency of {of[0].lower()}{of[1:]}"
        found.append(_f(f"{key}_currency", currency, words, CURRENCY, confirmed=False))
    for key, amount, currency, verb in (
        ("excess_posted", "2.43", "2.44", "posted"),
        ("excess_collected", "2.45", "2.46", "collected"),
    ):
        words = f"Excess collateral {verb} by counterparty 1"
        found.append(_f(key, amount, words, AMOUNT, Kind.MONEY, confirmed=False))
        words = f"Currency of excess collateral {verb}"
        found.append(_f(f"{key}_currency", currency, words, CURRENCY, confirmed=False))
    return tuple(found)


MARGIN_FIELDS: Final = (
    *(one for one in _WHERE if one.key not in ("instrument", "log_index")),
    _own("initial_margin", "initial margin that the account must have", Kind.MONEY),
    _own("equity", "equity, close-out valuation", Kind.MONEY),
    _own("cash", "cash; negative is owed to the house", Kind.MONEY),
    *_ACTION,
    _f("event_date", "EMIR 3.29", "Event date", DATE),
    *_PARTIES,
    *_PORTFOLIO,
    _f("category", "2.47", "Collateralisation category", FOUR),
    *_margin_fields(),
    *_CORRECTION,
)
"""Daily margin reports (MARU)."""


def make_table(
    name: str, fields: Sequence[ReportField], rows: Sequence[Mapping[str, Cell]]
) -> Table:
    """Rows under their columns.

    Raises:
        KeyError: a row says something for which there is no column.
    """
    known = {one.key for one in fields}
    for row in rows:
        if not row.keys() <= known:
            raise KeyError(f"{name}: no column for {', '.join(sorted(row.keys() - known))}")
    columns = tuple(
        Column(one.column, f"{one.title} ({one.number})" if one.number else one.title, one.kind)
        for one in fields
    )
    cells = (tuple(row.get(one.key, "") for one in fields) for row in rows)
    return Table(name, columns, tuple(cells))


def stamp_text(seconds: int) -> str:
    """A time as the guidance writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def date_text(seconds: int) -> str:
    """A date as the guidance writes it, UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
