"""Detectors of the market as a whole, and thresholds of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from keelmark.margin.marks import measure_price
from keelmark.margin.results import MarginResult
from keelmark.monitor.moment import Moment, cover_bps
from keelmark.monitor.rules import IN_BPS, Measure, Rules, Threshold
from keelmark.monitor.signals import Signal, money, percent
from keelmark.units import BPS, WAD

__all__ = ["market_signals", "thresholds"]


def market_signals(moment: Moment, rules: Rules) -> Iterator[Signal]:
    """What is the matter with the market at a moment."""
    yield from _concentration(moment, rules)
    yield from _backstop(moment, rules)
    house = moment.books.ledger.house
    if house.uncovered:
        yield Signal(
            detector="loss_uncovered",
            subject="house",
            sentence=(
                f"a loss of {money(house.uncovered)} is covered by no layer: opening stops and "
                "unpaid gains are scaled"
            ),
            severity=rules.loss_uncovered.severity,
            figures={"uncovered_wad": house.uncovered},
            rule="LOSS_ORDER_MEMBERS_FUND",
        )


def _concentration(moment: Moment, rules: Rules) -> Iterator[Signal]:
    """Accounts that hold much of an instrument; open interest counts each side once."""
    section = rules.concentration
    interest = moment.open_interest
    for account, book in sorted(moment.books.ledger.accounts.items()):
        for number, position in sorted(book.positions.items()):
            total = interest.get(number, 0)
            if not total or total < section.least_open_interest:
                continue
            size, level = abs(position.size), section.share_bps
            if size * BPS <= total * (level - section.hysteresis_bps):
                continue
            yield Signal(
                detector="concentration",
                subject=f"account {account} in instrument {number}",
                sentence=(
                    f"account {account}: {money(size)} of instrument {number}, "
                    f"{percent(size * BPS // total)} of an open interest of {money(total)}"
                ),
                severity=section.severity,
                figures={
                    "size_wad": position.size,
                    "open_interest_wad": total,
                    "share_bps": size * BPS // total,
                    "level_bps": level,
                },
                account=account,
                instrument=number,
                firing=size * BPS > total * level,
            )


def backstop_left(moment: Moment) -> int:
    """What is left of all members' promises to take over, notional, wad."""
    return sum(book.backstop for book in moment.books.ledger.accounts.values())


def _backstop(moment: Moment, rules: Rules) -> Iterator[Signal]:
    """No promise is left while positions are open: compulsory close would come next."""
    if not backstop_left(moment) and any(moment.open_interest.values()):
        yield Signal(
            detector="backstop_exhausted",
            subject="house",
            sentence="no member's promise to take over is left, and positions are open",
            severity=rules.backstop_exhausted.severity,
            figures={"backstop_wad": 0},
            rule="BACKSTOP_DELAY_SECONDS",
        )


Measured = tuple[str, int, dict[str, int]]
"""What was measured, its value, and the ids that an alert names."""


def _of_accounts(moment: Moment, measure: Measure) -> Iterator[Measured]:
    """A measure of every account that has it."""
    if measure is Measure.CASH:
        for account, book in sorted(moment.books.ledger.accounts.items()):
            yield f"account {account}", book.cash, {"account": account}
        return
    for account, result in moment.results.items():
        found = _of_result(result, measure)
        if found is not None:
            yield f"account {account}", found, {"account": account}


def _of_result(result: MarginResult, measure: Measure) -> int | None:
    """A measure of an account's check; None if it has none."""
    if measure is Measure.COVER_BPS:
        return cover_bps(result) if result.initial_margin else None
    if measure is Measure.EQUITY:
        return result.equity
    if measure is Measure.INITIAL_MARGIN:
        return result.initial_margin
    return sum(line.notional for line in result.positions)


def _measured(moment: Moment, measure: Measure) -> Iterable[Measured]:
    """Everything that has a measure, with its value: a wad, or basis points."""
    if measure is Measure.OPEN_INTEREST:
        return [
            (f"instrument {number}", found, {"instrument": number})
            for number, found in moment.open_interest.items()
        ]
    if measure is Measure.OPEN_NOTIONAL:
        market = moment.market
        return [
            (
                f"instrument {number}",
                found * measure_price(market.instruments[number], market) // WAD,
                {"instrument": number},
            )
            for number, found in moment.open_interest.items()
            if found
        ]
    if measure is Measure.PRICE:
        return [
            (f"feed {feed}", lane.price, {"feed": feed})
            for feed, lane in sorted(moment.books.lanes.items())
        ]
    if measure is Measure.BACKSTOP_LEFT:
        return [("house", backstop_left(moment), {})]
    if measure is Measure.UNCOVERED_LOSS:
        return [("house", moment.books.ledger.house.uncovered, {})]
    if measure is Measure.WEAKEST_COVER_BPS:
        weakest = moment.weakest_bps
        return [] if weakest is None else [("house", weakest, {})]
    return list(_of_accounts(moment, measure))


def thresholds(moment: Moment, rules: Rules) -> Iterator[Signal]:
    """Levels of the user's own that are passed."""
    for one in rules.threshold:
        if one.enabled:
            yield from _threshold(moment, one)


def _threshold(moment: Moment, one: Threshold) -> Iterator[Signal]:
    """One level, against everything that has its measure, or what it names."""
    wanted = {
        name: number
        for name in ("account", "instrument", "feed")
        if (number := getattr(one, name)) is not None
    }
    level = one.in_unit(one.level)
    clear = level if one.clear is None else one.in_unit(one.clear)
    sign = 1 if one.above is not None else -1
    for subject, found, ids in _measured(moment, one.measure):
        if any(ids.get(name) != number for name, number in wanted.items()):
            continue
        firing = (found - level) * sign > 0
        if not firing and (found - clear) * sign <= 0:
            continue
        in_bps = one.measure in IN_BPS
        shown, limit = (percent(n) if in_bps else money(n) for n in (found, level))
        unit = "bps" if in_bps else "wad"
        words = str(one.measure).removesuffix("_bps").replace("_", " ")
        yield Signal(
            detector="threshold",
            subject=f"{one.name}: {subject}",
            sentence=(
                f"{one.name}: {subject} has {words} {shown}, "
                f"{'above' if sign > 0 else 'below'} {limit}"
            ),
            severity=one.severity,
            figures={f"value_{unit}": found, f"level_{unit}": level},
            account=ids.get("account"),
            instrument=ids.get("instrument"),
            feed=ids.get("feed"),
            firing=firing,
        )
