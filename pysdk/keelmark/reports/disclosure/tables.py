"""The tables of a disclosure: rows of each day's close, and rows of what flowed.

A close is turned into rows as soon as it is there, so that a year of days costs no more memory than
its rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from keelmark.regulation import value
from keelmark.reports.disclosure.concentration import LARGEST, herfindahl, top_share_bps
from keelmark.reports.disclosure.flows import DAY, Flows
from keelmark.reports.disclosure.instruments import InstrumentBook
from keelmark.reports.disclosure.model import Close, MarginClose
from keelmark.reports.table import Cell, Column, Kind, Table
from keelmark.reports.tables import MODES, money
from keelmark.types import Execution
from keelmark.units import BPS, WAD

__all__ = ["TITLES", "Rows", "day_text"]

TITLES: Mapping[str, str] = {
    "open_interest": "Open interest",
    "volume": "Volume",
    "liquidations": "Liquidations",
    "margin": "Margin",
    "margin_calls": "Margin calls",
    "concentration": "Concentration",
    "default_resources": "Default resources",
    "member_shares": "Members' shares",
    "losses": "Losses",
}
"""Tables by name, in their order."""

EVERY = "every instrument"
NO_INSTRUMENT = 0
CLOSE_OUT_SHARE = value("CLOSE_OUT_BPS")
"""Basis points of initial margin below which an account is closed out at once."""

_DAY = Column("day", "day (UTC)")
_AT = (
    _DAY,
    Column("block_number", "as of block", Kind.COUNT),
    Column("complete", "day is over", Kind.FLAG, shown=False),
)
_INSTRUMENT = (
    Column("instrument", "id", Kind.COUNT, shown=False),
    Column("instrument_name", "instrument"),
)


def _count(name: str, title: str) -> Column:
    return Column(name, title, Kind.COUNT)


def _size(name: str, title: str) -> Column:
    return Column(f"{name}_wad", title, Kind.SIZE)


COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "open_interest": (
        *_AT,
        *_INSTRUMENT,
        _size("open_interest", "open interest, units of the underlier"),
        money("notional", "notional"),
        money("mark", "mark"),
        _count("long_positions", "long positions"),
        _count("short_positions", "short positions"),
        money("margin_alone", "margin, each position alone"),
    ),
    "volume": (
        _DAY,
        *_INSTRUMENT,
        _count("matches", "matches"),
        _size("size", "size, units of the underlier"),
        money("notional", "notional"),
        money("turnover", "size × trade price"),
    ),
    "liquidations": (
        _DAY,
        *_INSTRUMENT,
        Column("way", "way"),
        _count("take_overs", "take-overs"),
        _count("accounts", "accounts"),
        _size("size", "size, units of the underlier"),
        money("notional", "notional at mark"),
        money("penalty", "penalty"),
    ),
    "margin": (
        *_AT,
        Column("clients", "accounts of"),
        _count("accounts", "accounts"),
        money("initial_margin", "initial margin"),
        money("equity", "equity"),
        money("cash", "cash, net of what is owed"),
        money("collateral", "collateral after haircut"),
        _count("below_initial_margin", "below margin"),
        _count("below_close_out", "below half of it"),
        money("shortfall", "shortfall"),
    ),
    "margin_calls": (
        _DAY,
        _count("issued", "issued"),
        _count("ended", "ended"),
        _count("accounts", "accounts called"),
        money("shortfall", "shortfall when called"),
    ),
    "concentration": (
        *_AT,
        *_INSTRUMENT,
        Column("measure", "share of"),
        Column("holders", "held by"),
        _count("number", "how many"),
        _count("herfindahl", "Herfindahl index (10,000 = one)"),
        *(
            _count(f"largest_{most}_bps", f"largest {most}, bps" if most > 1 else "largest, bps")
            for most in LARGEST
        ),
    ),
    "default_resources": (
        *_AT,
        money("dedicated", "house's own resources"),
        money("pool", "members' fund"),
        money("closed_pools", "earlier pools"),
        _count("contributors", "members with a share"),
        _count("largest_share_bps", "largest share, bps"),
        money("debts", "debts owed"),
        _count("debtors", "debtors"),
        money("uncovered", "uncovered losses"),
    ),
    "member_shares": (
        *_AT,
        _count("member", "member's account"),
        money("share", "share of the fund"),
    ),
    "losses": (
        _DAY,
        money("deficit", "deficits"),
        money("from_member_cash", "1 member, cash"),
        money("from_member_share", "2 member, share"),
        money("from_house", "3 house"),
        money("from_others", "4 others"),
        money("uncovered", "5 uncovered"),
        money("extinguished", "extinguished (retail)"),
        money("debts_recorded", "became debts"),
        money("debts_paid", "debts paid"),
        money("covered_later", "covered later"),
        money("gains_scaled", "gains given up"),
    ),
}


def day_text(day: int) -> str:
    """A day as ``2020-03-12``.

    Args:
        day: days since 1970-01-01.
    """
    return datetime.fromtimestamp(day * DAY, UTC).strftime("%Y-%m-%d")


@dataclass(slots=True)
class Rows:
    """The rows of every table, as they come."""

    instruments: InstrumentBook
    found: dict[str, list[tuple[Cell, ...]]] = field(default_factory=lambda: defaultdict(list))
    """Table's name to its rows."""

    def close(self, close: Close) -> None:
        """Adds the rows of a day's close."""
        at = (day_text(close.day), close.block_number, close.complete)
        self._open_interest(at, close)
        self._margin(at, close)
        self._concentration(at, close)
        self._resources(at, close)

    def _open_interest(self, at: tuple[Cell, ...], close: Close) -> None:
        for number, one in close.instruments.items():
            held = [holding for holding in close.holdings if holding.instrument == number]
            longs = [holding.size for holding in held if holding.size > 0]
            shorts = [holding.size for holding in held if holding.size < 0]
            facts = self.instruments.facts.get(number)
            if not held and facts is not None and facts.settled_at:
                continue
            size = (sum(longs) - sum(shorts)) // 2
            self.found["open_interest"].append(
                (
                    *at,
                    number,
                    self.instruments.name(number),
                    size,
                    size * one.reference // WAD,
                    one.mark,
                    len(longs),
                    len(shorts),
                    sum(holding.alone for holding in held),
                )
            )

    def _margin(self, at: tuple[Cell, ...], close: Close) -> None:
        groups = (
            ("everybody", close.margins),
            ("retail clients", [one for one in close.margins if one.retail]),
            ("others", [one for one in close.margins if not one.retail]),
        )
        for title, margins in groups:
            self.found["margin"].append((*at, title, *_margin_cells(margins)))

    def _concentration(self, at: tuple[Cell, ...], close: Close) -> None:
        for number in close.instruments:
            held = [one for one in close.holdings if one.instrument == number]
            for measure, sign in (("long positions", 1), ("short positions", -1)):
                side = [(one.account, one.member, sign * one.size) for one in held]
                self._shares(at, number, measure, [one for one in side if one[2] > 0])
        needed = [(one.account, one.member, one.initial_margin) for one in close.margins]
        needed = [one for one in needed if one[2]]
        self._shares(at, NO_INSTRUMENT, "initial margin", needed)

    def _shares(
        self,
        at: tuple[Cell, ...],
        instrument: int,
        measure: str,
        parts: Iterable[tuple[int, int, int]],
    ) -> None:
        """Rows by account and by member; none if nobody holds anything."""
        accounts: dict[int, int] = defaultdict(int)
        members: dict[int, int] = defaultdict(int)
        for account, member, amount in parts:
            accounts[account] += amount
            members[member] += amount
        if not accounts:
            return
        name = self.instruments.name(instrument) if instrument else EVERY
        for holders, amounts in (("accounts", accounts), ("members", members)):
            shares = (top_share_bps(amounts.values(), most) for most in LARGEST)
            self.found["concentration"].append(
                (
                    *at,
                    instrument,
                    name,
                    measure,
                    holders,
                    len(amounts),
                    herfindahl(amounts.values()),
                    *shares,
                )
            )

    def _resources(self, at: tuple[Cell, ...], close: Close) -> None:
        found = close.resources
        shares = {member: share for member, share in sorted(found.shares.items()) if share}
        self.found["default_resources"].append(
            (
                *at,
                found.dedicated,
                found.pool,
                found.closed_pools,
                len(shares),
                top_share_bps(shares.values(), 1),
                found.debts,
                found.debtors,
                found.uncovered,
            )
        )
        self.found["member_shares"] += [(*at, *one) for one in shares.items()]

    def tables(self, flows: Flows, first_day: int, last_day: int) -> tuple[Table, ...]:
        """Every table, with what flowed on the days of a period, both ends included."""
        days = range(first_day, last_day + 1)
        rows = dict(self.found) | {
            "volume": [
                (
                    day_text(day),
                    number,
                    self.instruments.name(number),
                    one.matches,
                    one.size,
                    one.notional,
                    one.turnover,
                )
                for (day, number), one in sorted(flows.volume.items())
                if day in days
            ],
            "liquidations": [
                (
                    day_text(day),
                    number,
                    self.instruments.name(number),
                    MODES[Execution(mode)],
                    one.count,
                    len(one.accounts),
                    one.size,
                    one.notional,
                    one.penalty,
                )
                for (day, number, mode), one in sorted(flows.take_overs.items())
                if day in days
            ],
            "margin_calls": [
                (day_text(day), one.issued, one.ended, len(one.accounts), one.shortfall)
                for day, one in sorted(flows.calls.items())
                if day in days
            ],
            "losses": [
                (
                    day_text(day),
                    *(
                        int(getattr(one, column.name.removesuffix("_wad")))
                        for column in COLUMNS["losses"][1:]
                    ),
                )
                for day, one in sorted(flows.losses.items())
                if day in days
            ],
        }
        return tuple(Table(name, COLUMNS[name], tuple(rows.get(name, ()))) for name in TITLES)


def _margin_cells(margins: Iterable[MarginClose]) -> tuple[Cell, ...]:
    """A group's cells of the margin table."""
    group = list(margins)
    lacking = [one.initial_margin - one.equity for one in group if one.equity < one.initial_margin]
    return (
        len(group),
        sum(one.initial_margin for one in group),
        sum(one.equity for one in group),
        sum(one.cash for one in group),
        sum(one.collateral for one in group),
        len(lacking),
        sum(one.equity * BPS < one.initial_margin * CLOSE_OUT_SHARE for one in group),
        sum(lacking),
    )
