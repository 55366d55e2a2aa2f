"""Detector of what becomes looser: limits, sources, mandates, roles, issuers, margin terms.

Tightening is free and silent. What loosens is announced by an event first where it can be, and
reported by one when it counts; both are said. Setting up (a feed without a price yet, the first
holder of a role, the founding authority) loosens nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from keelmark.events import Event
from keelmark.identifiers import unpack_country
from keelmark.ledger.cooperation_words import read_mandate
from keelmark.ledger.governance import ROLES
from keelmark.margin.words import unpack_collateral, unpack_instrument
from keelmark.monitor.books import Books
from keelmark.monitor.prices import moment_text
from keelmark.monitor.rules import Rules
from keelmark.monitor.signals import Signal, money, percent

__all__ = ["loosened_signals"]

FOUNDER: Final = 1
"""Id of the authority that a Supervision begins with."""

_MASK_8, _MASK_16, _MASK_32, _MASK_88 = (2**bits - 1 for bits in (8, 16, 32, 88))
_AGE_AT, _LAST_TIME_AT = 160, 200


def _limits(word: int) -> tuple[int, int, int, int]:
    """Lowest and highest price (wad), distance of sources (bps), quorum."""
    return word & _MASK_88, word >> 88 & _MASK_88, word >> 176 & _MASK_16, word >> 192 & _MASK_8


def _limits_words(word: int) -> str:
    least, most, apart, quorum = _limits(word)
    return f"{money(least)} to {money(most)}, {percent(apart)} apart, {quorum} sources"


def _wider(before: int, after: int) -> bool:
    """Whether limits loosen in any part, as the board itself judges it."""
    low, high, apart, quorum = _limits(before)
    new_low, new_high, new_apart, new_quorum = _limits(after)
    return new_low < low or new_high > high or new_apart > apart or new_quorum < quorum


def _source_loosens(before: int, after: int) -> bool:
    """Whether a source changes otherwise than by a shorter age."""
    age = _MASK_32 << _AGE_AT
    same = before & ~age == after & ~age
    return not (same and after & age <= before & age)


def _feed(event: Event, books: Books) -> str | None:
    """What of a feed becomes looser; None if nothing does, or it has no price yet."""
    feed, slot, word = (event.number(name) for name in ("feed", "slot", "word"))
    limits = books.board.limits.get(feed, 0)
    live = limits >> _LAST_TIME_AT & _MASK_32
    what = f"limits become {_limits_words(word)}" if slot == 0 else f"source {slot} changes"
    if event.name == "FeedChangeAnnounced":
        return f"feed {feed}: {what}, announced for {moment_text(event.number('due'))}"
    if not live:
        return None
    if slot == 0:
        return f"feed {feed}: {what}" if _wider(limits, word) else None
    before = books.sources.get((feed, slot), 0)
    return f"feed {feed}: {what}" if _source_loosens(before, word) else None


def _mandate(event: Event) -> str | None:
    """A mandate that is new, grows, or moves to another key."""
    authority = event.number("authority")
    mandate = read_mandate(event.number("mandate"))
    if event.name == "MandateGranted":
        if authority == FOUNDER:
            return None
        powers = str(mandate.terms.powers)
        return (
            f"authority {authority} of {mandate.jurisdiction} is recognised with powers {powers} "
            f"from {moment_text(mandate.terms.begins)}"
        )
    if event.name == "MandateWidened":
        wider = mandate.wider or mandate.terms
        return (
            f"authority {authority} will have powers {wider.powers} from "
            f"{moment_text(wider.begins)} until {moment_text(wider.until)}"
        )
    return f"authority {authority} acts by another key, {event.text('holder')}"


def _role(event: Event) -> str | None:
    """A role that is offered, or has another holder."""
    role = ROLES.get(event.word("role"), "0x" + event.word("role").hex())
    if event.name == "RoleProposed":
        if not int(event.text("successor"), 16):
            return None
        return f"the role of {role} at {event.address} is offered to {event.text('successor')}"
    if not int(event.text("predecessor"), 16):
        return None
    return (
        f"the role of {role} at {event.address} moved from {event.text('predecessor')} to "
        f"{event.text('holder')}"
    )


def _issuer(event: Event) -> str | None:
    """Somebody new can let parties in, or somebody old can again."""
    issuer = event.number("issuer")
    if event.name == "IssuerRecognised":
        return f"issuer {issuer} of attestations is recognised, signer {event.text('signer')}"
    return f"issuer {issuer} of attestations counts again" if event.number("recognised") else None


def _terms(event: Event, books: Books) -> str | None:
    """Margin terms of an instrument, or of collateral, that ask less than before."""
    house = books.ledger.house
    if event.name == "CollateralListed":
        known = house.assets.get(event.number("asset"))
        if known is None:
            return None
        after = unpack_collateral(event.number("word"))
        looser = after.cap > known.cap or after.asset_class != known.asset_class
        return f"collateral {event.number('asset')}: its terms loosen" if looser else None
    number = event.number("instrument")
    before = house.instruments.get(number)
    if before is None:
        return None
    changed = unpack_instrument(event.number("word"))
    for name in ("multiplier_bps", "scan_bps"):
        old, new = getattr(before, name), getattr(changed, name)
        if new < old:
            words = name.removesuffix("_bps")
            return f"instrument {number}: its margin {words} falls from {old} to {new} bps"
    return None


_LIFTED: Final = {
    "PartyUnfrozen": "account {account}: a freeze ended",
    "PartyReleased": "account {account}: a restriction to closing ended",
    "CcpAuthorised": "account {account}: is an authorised clearing house",
    "TradingResumed": "trading resumed before the halt's end",
    "InstrumentCleared": "instrument {instrument}: a bar ended in {country}",
    "EntryDelisted": "wallet {wallet}: taken off the sanctions list",
}


def loosened_signals(event: Event, books: Books, rules: Rules) -> Iterator[Signal]:
    """What an event loosens, or lifts.

    Args:
        event: the next one.
        books: before it.
        rules: severities.
    """
    template = _LIFTED.get(event.name)
    if template is not None:
        country = unpack_country(event.number("jurisdiction")) if "{country}" in template else ""
        yield _signal("lifted", event, template.format(country=country, **event.args), rules)
        return
    words: str | None = None
    if event.name in ("FeedChangeAnnounced", "FeedChanged"):
        words = _feed(event, books)
    elif event.name in ("MandateGranted", "MandateWidened", "MandateMoved"):
        words = _mandate(event)
    elif event.name in ("RoleProposed", "RoleAccepted"):
        words = _role(event)
    elif event.name in ("IssuerRecognised", "IssuerChanged"):
        words = _issuer(event)
    elif event.name in ("InstrumentListed", "RiskArrayRefreshed", "CollateralListed"):
        words = _terms(event, books)
    if words is not None:
        yield _signal("loosened", event, words, rules)


_RULES: Final = {
    "FeedChangeAnnounced": "TIGHTENING_NOTICE_SECONDS",
    "FeedChanged": "TIGHTENING_NOTICE_SECONDS",
    "MandateGranted": "MANDATE_DELAY_SECONDS",
    "MandateWidened": "MANDATE_DELAY_SECONDS",
    "TradingResumed": "HALT_MAX_SECONDS",
}


def _signal(detector: str, event: Event, words: str, rules: Rules) -> Signal:
    """An occurrence that names its event."""

    def numbered(name: str) -> int | None:
        found = event.args.get(name)
        return found if isinstance(found, int) else None

    figures = {
        name: "0x" + value.hex() if isinstance(value, bytes) else value
        for name, value in event.args.items()
    }
    return Signal(
        detector=detector,
        subject=f"{event.name} of {event.address}",
        sentence=words,
        severity=rules.section(detector).severity,
        figures={"event": event.name, **figures},
        rule=_RULES.get(event.name),
        account=numbered("account"),
        instrument=numbered("instrument"),
        feed=numbered("feed"),
        once=True,
    )
