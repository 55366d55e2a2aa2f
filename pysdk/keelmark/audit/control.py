"""What deviates in who controls a house, and which changes are under way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from keelmark.audit.discover import Discovery, trusted
from keelmark.audit.findings import Finding, deviation, notice, pending
from keelmark.audit.powers import Powers
from keelmark.audit.sight import Kind
from keelmark.deploy.plan import ZERO_ADDRESS
from keelmark.deploy.roles import ROLES
from keelmark.events import Event
from keelmark.ledger.governance import Governance
from keelmark.ledger.reader import Reading

__all__ = ["control_findings", "loosened"]

LEAST_DELAY: Final = 86_400
"""Seconds for which the operator's acts must wait, at least: as long as the contracts make others
wait (`MANDATE_DELAY_SECONDS`, `TIGHTENING_NOTICE_SECONDS`)."""

REGISTRAR: Final = 1
"""The registrar's number among the issuers."""

_MASKS: Final = (88, 88, 16, 8)
"""Bits of a limits word's lanes: lowest and highest price, distance of sources, quorum."""


def control_findings(found: Discovery, powers: Powers) -> list[Finding]:
    """Everything that is to be said about roles, authorities and changes to come.

    Args:
        found: the parts.
        powers: who holds what.
    """
    told = [*_unasked(found), *_roles(powers), *_operator(powers)]
    told += [*_deployer(found, powers), *_shared(powers)]
    if powers.trouble:
        text = f"what is under way cannot be told, {powers.trouble}"
        told.append(deviation("governance-unreadable", "governance", text))
    if powers.governance is not None:
        told += _authorities(powers.governance)
        told += _state(powers.governance)
        told += _reviews(powers.governance)
        told += _pending(powers.governance, powers.reading is not None)
    if powers.reading is not None:
        told += loosened(powers.reading, found.address("PriceBoard"))
    return told


def _unasked(found: Discovery) -> Iterator[Finding]:
    """Contracts whose answers count for nothing."""
    for name, role in ROLES.items():
        part = found.parts.get(name)
        if part is not None and part.sound and not trusted(found, name):
            text = f"who holds its role {role} was not asked, as code answers that is not known"
            yield notice("not-asked", name, text)


def _roles(powers: Powers) -> Iterator[Finding]:
    """Roles that nobody holds, and roles on offer."""
    for one in powers.roles:
        if one.holder == ZERO_ADDRESS:
            yield deviation("role-unheld", one.contract, f"nobody holds the role {one.role}")
        if one.successor != ZERO_ADDRESS:
            kind = powers.holders[one.successor].told()
            text = f"the role {one.role} of {one.holder} is offered to {one.successor} ({kind})"
            yield pending("role-offered", one.contract, text)


def _operator(powers: Powers) -> Iterator[Finding]:
    """The one role whose acts nothing makes wait: whoever lists collateral decides what backs
    positions."""
    for one in powers.roles:
        if one.contract != "ClearingHouse" or one.holder == ZERO_ADDRESS:
            continue
        holder = powers.holders[one.holder]
        if holder.delay is not None and holder.delay >= LEAST_DELAY:
            text = (
                f"its operator {one.holder} says that it waits {holder.delay} s; its code is not "
                "of a release"
            )
            yield notice("operator-waits", one.contract, text)
            continue
        text = (
            f"its operator {one.holder} ({holder.told()}) lists collateral at once; the role "
            "belongs with a time lock of a day or more"
        )
        yield deviation("operator-without-delay", one.contract, text)


def _deployer(found: Discovery, powers: Powers) -> Iterator[Finding]:
    """Roles left with who deployed."""
    deployers: dict[str, list[str]] = {}
    for part in found.parts.values():
        if part.creation.deployer:
            deployers.setdefault(part.creation.deployer, []).append(part.name)
    for one in powers.roles:
        for address in dict.fromkeys((one.holder, one.successor)):
            if address in deployers:
                held = "is held by" if address == one.holder else "is offered to"
                text = f"the role {one.role} {held} the deployer {address}"
                yield deviation("deployer-holds-role", one.contract, text)
    if powers.governance is not None:
        for mandate in powers.governance.authorities:
            if mandate.holder in deployers and mandate.mandate is not None:
                text = f"authority {mandate.id} is the deployer {mandate.holder}"
                yield deviation("deployer-holds-role", "Supervision", text)


def _shared(powers: Powers) -> Iterator[Finding]:
    """Who holds several roles, and holders that are keys."""
    held: dict[str, list[str]] = {}
    for one in powers.roles:
        if one.holder != ZERO_ADDRESS:
            held.setdefault(one.holder, []).append(f"{one.role} of {one.contract}")
    for address, roles in held.items():
        if len(roles) > 1:
            yield notice("one-holder", address, f"holds {len(roles)} roles: {', '.join(roles)}")
    for address, roles in held.items():
        kind = powers.holders[address].sight.kind
        if kind is Kind.NOTHING:
            yield notice("plain-key", address, f"is one key: {', '.join(roles)}")
        elif kind is not Kind.KNOWN:
            told = powers.holders[address].told()
            yield notice("holder-code", address, f"is a {told}: {', '.join(roles)}")
    if powers.governance is not None:
        for authority in powers.governance.authorities:
            if authority.mandate is not None and authority.holder in held:
                text = (
                    f"authority {authority.id} ({authority.holder}) is also "
                    f"{', '.join(held[authority.holder])}; supervisors are not those whom they "
                    "supervise"
                )
                yield deviation("authority-holds-role", "Supervision", text)


def _authorities(now: Governance) -> Iterator[Finding]:
    """Authorities that grow or change hands."""
    for one in now.authorities:
        wider = one.pending(now.time)
        if wider is not None:
            text = f"the mandate of authority {one.id} grows to {wider.powers!s} at {wider.begins}"
            yield pending("mandate-grows", "Supervision", text)
        if one.state(now.time) == "not begun":
            yield pending("mandate-begins", "Supervision", f"authority {one.id} has not begun")
        if one.successor != ZERO_ADDRESS:
            text = f"the mandate of authority {one.id} is offered to {one.successor}"
            yield pending("mandate-offered", "Supervision", text)
    if not any(one.state(now.time) == "runs" for one in now.authorities):
        text = "no authority has a mandate that runs: nobody can freeze or halt"
        yield deviation("no-authority", "Supervision", text)


def _reviews(now: Governance) -> Iterator[Finding]:
    """Holds and bars that stand, and whose review is overdue; who attests beside the registrar."""
    reviews = [one.review_at for one in now.holds] + [one.review_at for one in now.bars]
    if reviews:
        late = sum(now.overdue(date) for date in reviews)
        text = f"{len(now.holds)} freezes and restrictions and {len(now.bars)} bars stand"
        yield notice("holds", "PartyRegistry", f"{text}; the review of {late} is overdue")
    others = [str(one) for one in now.issuers if one != REGISTRAR]
    if others:
        text = f"attestations of issuers {', '.join(others)} count beside the registrar's"
        yield notice("issuers", "PartyRegistry", text)


def _state(now: Governance) -> Iterator[Finding]:
    """What keeps everybody from opening."""
    if now.halted:
        yield notice("halted", "PartyRegistry", f"trading is halted until {now.halted_until}")
    if not now.list_time:
        text = "the sanctions list was never confirmed: nobody may open"
        yield notice("list-stale", "PartyRegistry", text)
    elif now.list_stale:
        text = f"the sanctions list is {now.list_age} s old: nobody may open"
        yield notice("list-stale", "PartyRegistry", text)


def _pending(now: Governance, read: bool) -> Iterator[Finding]:
    """Changes of feeds and recoveries of keys."""
    if not read:
        text = "announced changes of feeds, freezes, bars and recoveries were not asked for"
        yield notice("events-not-read", "governance", text)
    for change in now.changes:
        what = "limits" if change.slot == 0 else f"source {change.slot}"
        ripe = ", and can be applied now" if now.time >= change.due else ""
        text = f"feed {change.feed}: its {what} change from {change.due} on{ripe}"
        yield pending("feed-change", "PriceBoard", text)
    for recovery in now.recoveries:
        text = (
            f"account {recovery.account}: the key {recovery.lost} is said to be lost, "
            f"{recovery.replacement} takes over from {recovery.ripe_at} on"
        )
        yield pending("recovery", "PartyRegistry", text)


def _lanes(word: int) -> tuple[int, ...]:
    """A limits word's lanes."""
    lanes = []
    for bits in _MASKS:
        lanes.append(word & (1 << bits) - 1)
        word >>= bits
    return tuple(lanes)


def loosened(reading: Reading, board: str) -> list[Finding]:
    """Feeds whose limits are wider, or sources others, than when they first had a price.

    Args:
        reading: the board's logs, from its creation on.
        board: its address.
    """
    first, now = _limits(event for event in reading.events() if event.address == board)
    told: list[Finding] = []
    for feed, before in sorted(first.items()):
        low, high, apart, quorum = _lanes(before)
        new_low, new_high, new_apart, new_quorum = _lanes(now[feed])
        wider = {
            "lowest price": new_low < low,
            "highest price": new_high > high,
            "distance of sources": new_apart > apart,
            "sources needed": new_quorum < quorum,
        }
        names = [name for name, looser in wider.items() if looser]
        if names:
            text = f"feed {feed} is looser than at its first price: {', '.join(names)}"
            told.append(deviation("loosened", "PriceBoard", text))
    single = [str(feed) for feed, word in sorted(now.items()) if _lanes(word)[3] == 1]
    if single:
        text = f"one source is enough for feed {', '.join(single)}"
        told.append(notice("single-source", "PriceBoard", text))
    return told


def _limits(events: Iterable[Event]) -> tuple[Mapping[int, int], Mapping[int, int]]:
    """Limits words by feed: when each first had a price, and now."""
    first: dict[int, int] = {}
    now: dict[int, int] = {}
    for event in events:
        if event.name == "FeedChanged" and event.number("slot") == 0:
            now[event.number("feed")] = event.number("word")
        elif event.name == "PriceUpdated" and event.number("feed") in now:
            first.setdefault(event.number("feed"), now[event.number("feed")])
    return first, now
