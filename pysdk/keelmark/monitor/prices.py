"""Detectors that time alone sets off: stale prices, a stale sanctions list, overdue reviews."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from keelmark.monitor.books import Books
from keelmark.monitor.moment import Moment
from keelmark.monitor.rules import Rules
from keelmark.monitor.signals import Signal
from keelmark.pricing.surface import forward_feed
from keelmark.regulation import value
from keelmark.types import Kind, PartyFlag, PriceLane

__all__ = ["overdue_reviews", "stale_list", "stale_prices"]

LIST_MAX_AGE: Final = value("SANCTIONS_LIST_MAX_AGE_SECONDS")


def moment_text(seconds: int) -> str:
    """A time for a person."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def spot_feeds(books: Books) -> dict[int, str]:
    """Feeds that somebody's margin hangs on, with what each is for."""
    house = books.ledger.house
    feeds: dict[int, str] = {}
    for number, instrument in sorted(house.instruments.items()):
        if not instrument.settled:
            feeds.setdefault(instrument.feed, f"instrument {number}")
    for asset, found in sorted(house.assets.items()):
        feeds.setdefault(found.feed, f"collateral {asset}")
    feeds.setdefault(books.wiring.settlement_feed, "the settlement token")
    return feeds


def surface_lanes(books: Books, underlier: int, time: int) -> list[PriceLane]:
    """The prices of a surface that its options hang on: the forwards of their expiries, and every
    volatility. Empty if it has no option that is not over."""
    house = books.ledger.house
    expiries = {
        one.time
        for one in house.instruments.values()
        if one.kind == Kind.OPTION and one.feed == underlier and not one.settled and time < one.time
    }
    if not expiries:
        return []
    feeds = [forward_feed(underlier, expiry) for expiry in sorted(expiries)]
    for row in books.surfaces[underlier].volatility_feeds():
        feeds.extend(row)
    return [books.lanes[feed] for feed in feeds if feed in books.lanes]


def stale_prices(moment: Moment, rules: Rules) -> Iterator[Signal]:
    """Prices that are needed and past their validity. A feed that never had one is not stale:
    nothing can hang on it yet."""
    books, section = moment.books, rules.stale_price
    then = moment.time + section.lead_seconds
    for feed, use in spot_feeds(books).items():
        lane = books.lanes.get(feed)
        if lane is None or not lane.price or then <= lane.valid_until:
            continue
        verb = "was" if moment.time > lane.valid_until else "is"
        yield Signal(
            detector="stale_price",
            subject=f"feed {feed}",
            sentence=(
                f"feed {feed} ({use}): its price {verb} valid until "
                f"{moment_text(lane.valid_until)}, and it is {moment_text(moment.time)}"
            ),
            severity=section.severity,
            figures={
                "price_wad": lane.price,
                "valid_until_seconds": lane.valid_until,
                "late_seconds": moment.time - lane.valid_until,
            },
            rule="PRICE_MAX_AGE_LIMIT_SECONDS",
            feed=feed,
        )
    for underlier in sorted(books.surfaces):
        lanes = surface_lanes(books, underlier, moment.time)
        late = [lane for lane in lanes if then > lane.valid_until]
        if late:
            oldest = min(lane.valid_until for lane in late)
            yield Signal(
                detector="stale_price",
                subject=f"surface {underlier}",
                sentence=(
                    f"surface of feed {underlier}: {len(late)} of {len(lanes)} points that options "
                    f"hang on are stale, the oldest was valid until {moment_text(oldest)}"
                ),
                severity=section.severity,
                figures={
                    "stale_points": len(late),
                    "points": len(lanes),
                    "valid_until_seconds": oldest,
                    "late_seconds": moment.time - oldest,
                },
                rule="PRICE_MAX_AGE_LIMIT_SECONDS",
                feed=underlier,
            )


def stale_list(moment: Moment, rules: Rules) -> Iterator[Signal]:
    """The sanctions list, as the gate knows it, is too old for anybody to open."""
    books = moment.books
    age = moment.time - books.parties.market.list_time
    if books.ledger.accounts and age > LIST_MAX_AGE:
        yield Signal(
            detector="stale_sanctions_list",
            subject="sanctions list",
            sentence=(
                f"the sanctions list that the gate knows is {age} s old, more than "
                f"{LIST_MAX_AGE} s: nobody may open"
            ),
            severity=rules.stale_sanctions_list.severity,
            figures={"age_seconds": age, "limit_seconds": LIST_MAX_AGE},
            rule="SANCTIONS_LIST_MAX_AGE_SECONDS",
        )


def overdue_reviews(moment: Moment, rules: Rules) -> Iterator[Signal]:
    """Holds and bars whose review is overdue; they do not end by themselves."""
    parties, severity = moment.books.parties, rules.review_overdue.severity
    for (account, flag), holders in sorted(parties.holds.items()):
        what = "freeze" if flag == PartyFlag.FROZEN else "restriction"
        for authority, mandate in sorted(holders.items()):
            if moment.time > mandate.review_at:
                yield Signal(
                    detector="review_overdue",
                    subject=f"{what} of account {account} by authority {authority}",
                    sentence=(
                        f"account {account}: the {what} of authority {authority} was to be "
                        f"reviewed by {moment_text(mandate.review_at)}"
                    ),
                    severity=severity,
                    figures={"review_at_seconds": mandate.review_at, "authority": authority},
                    rule="POWER_REVIEW_MAX_SECONDS",
                    account=account,
                )
    for (instrument, letters), mandate in sorted(parties.market.bar_mandates.items()):
        if moment.time > mandate.review_at:
            country = letters.to_bytes(2, "big").decode("ascii", "replace")
            yield Signal(
                detector="review_overdue",
                subject=f"bar of instrument {instrument} in {country}",
                sentence=(
                    f"instrument {instrument}: the bar in {country} by authority "
                    f"{mandate.authority} was to be reviewed by {moment_text(mandate.review_at)}"
                ),
                severity=severity,
                figures={
                    "review_at_seconds": mandate.review_at,
                    "authority": mandate.authority,
                },
                rule="POWER_REVIEW_MAX_SECONDS",
                instrument=instrument,
            )
