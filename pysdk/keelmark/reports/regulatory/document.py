"""What every report says of itself: what it is about, and how far it can be relied on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from keelmark import __version__
from keelmark.proofs.verification_result import Verification
from keelmark.regulation import rule
from keelmark.reports.regulatory.fields import ReportField, stamp_text
from keelmark.reports.regulatory.period import Period, Scope
from keelmark.reports.table import Column, Kind, Table

__all__ = ["Head", "field_table", "head_json", "table_json", "verification_text"]

NOT_VERIFIED = "not verified"

RESTS_ON: Final = (
    "IM_CRYPTO_BPS",
    "NGR_UNDEFINED_BPS",
    "NGR_RAMP_BPS",
    "SCAN_BTC_LISTED_BPS",
    "SCAN_BTC_OTC_BPS",
    "SCAN_DEFAULT_LISTED_BPS",
    "SCAN_DEFAULT_OTC_BPS",
    "HAIRCUT_EMT_BPS",
    "HAIRCUT_FX_BPS",
    "HAIRCUT_EQUITY_BPS",
    "HAIRCUT_GOLD_BPS",
    "HAIRCUT_UNBACKED_CRYPTO_BPS",
    "EMT_PAR_FLOOR_BPS",
    "PORTFOLIO_OFFSET_CAP_BPS",
    "PM_VOLATILITY_UP_BPS",
    "PM_VOLATILITY_DOWN_BPS",
    "PM_VOLATILITY_POWER_SHORT_BPS",
    "PM_VOLATILITY_POWER_LONG_BPS",
    "PM_VOLATILITY_TENOR_DAYS",
    "PM_EXTREME_SCANS",
    "PM_EXTREME_WEIGHT_BPS",
    "PM_SHORT_MINIMUM_BPS",
    "FUNDING_CLAMP_BPS",
    "FUNDING_PERIOD_SECONDS",
    "FUNDING_WINDOW_SECONDS",
    "FUNDING_TRADE_CAP_UNITS",
    "LIQUIDATION_PENALTY_BPS",
    "COLLATERAL_SALE_DISCOUNT_BPS",
    "LOSS_ORDER_MARGIN",
    "LOSS_ORDER_DEFAULTER_FUND",
    "LOSS_ORDER_HOUSE",
    "LOSS_ORDER_MEMBERS_FUND",
)
"""Rules that margins, valuations and losses rest on and that were not read in a source."""


@dataclass(frozen=True, slots=True)
class Head:
    """The facts at the head of a report."""

    chain_id: int
    venue: str
    house: str
    """Address of the clearing house, checksummed."""
    lei: str
    regime: str
    rulebook_digest: str
    period: Period
    scope: Scope
    finality: str
    """``finalized``, ``safe`` or ``latest``: of the last block, and so at least of every other."""
    last_hash: str
    """Of the last block or the newest one before it whose hash the store remembers."""
    last_hash_block: int
    reported_at: int
    """Reporting timestamp (2.4), seconds."""
    verification: str
    """One sentence; begins with ``not verified`` where nothing was proved."""
    notes: tuple[str, ...] = ()


def verification_text(found: Verification | None, chain_id: int, scope: Scope) -> str:
    """What a report says of the verification that its rows passed.

    Args:
        found: as it was read; None if there is none.
        chain_id: of the report.
        scope: blocks of the report.
    """
    if found is None:
        return f"{NOT_VERIFIED}: the rows are as the reader's endpoint gave them"
    if found.covers(chain_id, scope.first_block, scope.last_block):
        return f"{found.summary()}, by {found.software} at {stamp_text(found.at)}"
    if not found.holds:
        return f"{NOT_VERIFIED}: the verification that was named ended with {found.verdict!r}"
    return (
        f"{NOT_VERIFIED}: the verification is of blocks {found.first_block} to "
        f"{found.last_block} of chain {found.chain_id}"
    )


def head_json(head: Head) -> dict[str, Any]:
    """The head for programs."""
    return {
        "software": f"keelmark {__version__}",
        "chain_id": head.chain_id,
        "venue": head.venue,
        "house": head.house,
        "lei": head.lei,
        "regime": head.regime,
        "rulebook_digest": head.rulebook_digest,
        "period": {"from": head.period.first.text, "to": head.period.last.text},
        "first_block": head.scope.first_block,
        "last_block": head.scope.last_block,
        "last_time": stamp_text(head.scope.last_time),
        "last_known_hash": {"block": head.last_hash_block, "hash": head.last_hash},
        "finality": head.finality,
        "reporting_timestamp": stamp_text(head.reported_at),
        "verification": head.verification,
        "rules_not_read_in_a_source": _rules(),
        "notes": list(head.notes),
    }


def _rules() -> list[dict[str, str]]:
    """Those rules, with what is known of them."""
    return [
        {
            "id": one.id,
            "value": str(one.value),
            "unit": one.unit,
            "status": one.status.name.lower(),
            "source": one.citation,
        }
        for one in map(rule, RESTS_ON)
    ]


def table_json(table: Table, head: Mapping[str, Any]) -> str:
    """A table with its head, one line a row."""
    rows = ",\n".join(json.dumps(row) for row in table.records())
    start = json.dumps({"report": head, "table": table.name}, indent=1).rstrip("}\n ")
    return f'{start},\n "rows": [\n{rows}\n ]\n}}\n'


def field_table(kinds: Mapping[str, Sequence[ReportField]]) -> Table:
    """Which data element each column is, and how far its format is established."""
    columns = (
        Column("table", "table"),
        Column("column", "column"),
        Column("number", "number"),
        Column("name", "name"),
        Column("format", "format"),
        Column("unit", "unit"),
        Column("status", "status"),
    )
    units = {
        Kind.MONEY: "1e-18 of the settlement unit",
        Kind.SIZE: "1e-18 of the underlier",
        Kind.RATIO: "1e-18",
    }
    return Table(
        "fields",
        columns,
        tuple(
            (
                name,
                one.column,
                one.number,
                one.title,
                one.format,
                units.get(one.kind, ""),
                _status(one),
            )
            for name, fields in kinds.items()
            for one in fields
        ),
    )


def _status(one: ReportField) -> str:
    if not one.number:
        return "own"
    return "read" if one.confirmed else "unconfirmed"
