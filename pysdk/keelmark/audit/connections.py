"""Whether a house's parts are what they must be, and are connected to one another and nobody else.

Everything that constructors check is checked again: deployed code says nothing about how it came to
be deployed.
"""

from __future__ import annotations

from typing import Final

from keelmark.audit.discover import Discovery, trusted
from keelmark.audit.findings import Finding, deviation, notice
from keelmark.audit.links import SHARED_VALUES, WIRED
from keelmark.audit.sight import Kind, Sight, look, probe, sight_findings
from keelmark.bindings.clearing_house import ClearingHouse
from keelmark.chain.operations import Operation
from keelmark.deploy.plan import ZERO_ADDRESS
from keelmark.deploy.wiring import matcher_domain
from keelmark.errors import InputError
from keelmark.identifiers import unpack_lei
from keelmark.releases import releases

__all__ = ["connection_findings"]

STATELESS: Final = frozenset(
    (
        *("Rulebook", "OptionPricer", "GovernanceLens", "PartyDesk"),
        *("BackOffice", "LossDesk", "TakeOverDesk", "InstrumentDesk"),
    )
)
"""Contracts without a storage that counts: nothing could have been planted in it."""

MOST_DECIMALS: Final = 18

MOST_ASSETS: Final = 8
"""Collateral that a house lists at most, by its code."""


def connection_findings(found: Discovery, *, history: bool = True) -> Operation[list[Finding]]:
    """The operation that checks code, connections, token, domain, rulebook and creation.

    Args:
        found: the parts.
        history: whether it was asked how each was created.
    """
    block = found.block.number
    told: list[Finding] = []
    for part in found.parts.values():
        told += yield from sight_findings(part.sight, part.name, block)
        if part.sight.kind is Kind.KNOWN and part.sight.contract != part.name:
            text = (
                f"at {part.sight.address}, {part.found_by}, is {part.sight.told()}, expected "
                f"{part.name}"
            )
            told.append(deviation("other-contract", part.name, text))
    if found.root.sight.contract == "TestToken":
        text = "is play money that its minter makes"
        told.append(notice("play-money", found.root.name, text))
    told += _releases(found)
    told += _elsewhere(found)
    told += _values(found)
    told += _domain(found)
    told += yield from _token(found)
    told += yield from _collaterals(found)
    told += yield from _outside(found)
    if found.house is not None and found.house.sound:
        told += yield from _rulebook(found)
        told += _missing(found)
    return [*told, *_creations(found, history)]


def _releases(found: Discovery) -> list[Finding]:
    """Parts of different releases: each is known, and they were never tested together."""
    versions = {part.sight.release for part in found.parts.values() if part.sound}
    if len(versions) < 2:
        return []
    text = f"the parts are of releases {', '.join(sorted(versions))}, expected one"
    return [deviation("other-release", found.root.name, text)]


def _elsewhere(found: Discovery) -> list[Finding]:
    """Parts whose code names another contract than the rest."""
    return [
        deviation(
            "wired-elsewhere",
            one.by,
            f"its {one.immutable} is {one.address}, the {one.name} of this house is at "
            f"{found.address(one.name)}",
        )
        for one in found.mentions
        if one.address != found.address(one.name)
    ]


def _shown(name: str, seen: Sight) -> str:
    """An immutable as a person reads it; an LEI by its letters."""
    word = seen.word(name)
    if name != "LEI" or not isinstance(word, int):
        return seen.text(name)
    try:
        return unpack_lei(word)
    except InputError:
        return f"{word}, which is no LEI"


def _values(found: Discovery) -> list[Finding]:
    """What the house and its desks must agree on beside addresses, and what is out of range."""
    sound = [found.parts[name] for name in WIRED if name in found.parts and found.parts[name].sound]
    told: list[Finding] = []
    if not sound:
        return told
    first = sound[0].sight
    for name in SHARED_VALUES:
        for part in sound[1:]:
            if part.sight.word(name) != first.word(name):
                text = (
                    f"its {name} is {_shown(name, part.sight)}, {first.contract} has "
                    f"{_shown(name, first)}"
                )
                told.append(deviation("values-differ", part.name, text))
    if first.word("REGIME") not in (1, 2, 3):
        text = f"its REGIME is {first.text('REGIME')}, expected 1 to 3"
        told.append(deviation("bad-regime", first.contract, text))
    lei = _shown("LEI", first)
    if "no LEI" in lei:
        told.append(deviation("bad-lei", first.contract, f"its LEI is {lei}"))
    return told


def _domain(found: Discovery) -> list[Finding]:
    """The order matcher must sign for this chain and itself: another domain would make orders that
    were signed for somebody else good here."""
    part = found.parts.get("OrderMatcher")
    if part is None or not part.sound:
        return []
    seen = part.sight
    if seen.word("_CHAIN_ID") != found.chain_id:
        text = f"it was built for chain {seen.text('_CHAIN_ID')}, this is {found.chain_id}"
        return [deviation("other-chain", part.name, text)]
    if seen.word("_DOMAIN") != matcher_domain(found.chain_id, seen.address):
        text = "its signing domain is not the one of this contract on this chain"
        return [deviation("other-domain", part.name, text)]
    return []


def _token(found: Discovery) -> Operation[list[Finding]]:
    """The settlement token: a contract, with the decimals that the house counts in, the fund's."""
    part = next(
        (found.parts[name] for name in WIRED if name in found.parts and found.parts[name].sound),
        None,
    )
    if part is None:
        return []
    block, token = found.block.number, str(part.sight.word("TOKEN"))
    told: list[Finding] = []
    fund = found.parts.get("DefaultFund")
    if fund is not None and fund.sound and fund.sight.word("TOKEN") != token:
        text = f"its token is {fund.sight.text('TOKEN')}, the house settles in {token}"
        told.append(deviation("other-token", fund.name, text))
    seen = yield from look(token, block)
    if seen.kind in (Kind.NOTHING, Kind.DELEGATED):
        return [*told, deviation("no-token", "token", f"no contract at {token}")]
    answer = yield from probe(token, "decimals()", block)
    decimals = int.from_bytes(answer, "big") if len(answer) == 32 else None
    if decimals is None or decimals > MOST_DECIMALS:
        told.append(deviation("no-token", "token", f"{token} does not say its decimals"))
    elif part.sight.word("TOKEN_SCALE") != 10 ** (MOST_DECIMALS - decimals):
        text = (
            f"{token} has {decimals} decimals, {part.name} counts its unit as "
            f"{part.sight.text('TOKEN_SCALE')} wad, expected {10 ** (MOST_DECIMALS - decimals)}"
        )
        told.append(deviation("token-scale", "token", text))
    if seen.contract == "TestToken":
        told.append(notice("play-money", "token", f"{token} is play money that its minter makes"))
    elif seen.kind is Kind.PROXY:
        text = f"{token} is a proxy ({seen.standard}) of {seen.target}; its rules are not shown"
        told.append(notice("token-proxy", "token", text))
    return told


def _collaterals(found: Discovery) -> Operation[list[Finding]]:
    """What backs positions beside the settlement token: its operator listed it."""
    if not trusted(found, "ClearingHouse"):
        return []
    block, house = found.block.number, ClearingHouse(found.address("ClearingHouse"))
    told: list[Finding] = []
    count = yield from house.asset_count(block=block)
    if count > MOST_ASSETS:
        text = f"it counts {count} assets, expected at most {MOST_ASSETS}; its storage was planted"
        told.append(deviation("too-many-assets", "ClearingHouse", text))
    for asset in range(1, min(count, MOST_ASSETS) + 1):
        token = yield from house.tokens(asset, block=block)
        seen = yield from look(token, block)
        if seen.kind in (Kind.NOTHING, Kind.DELEGATED):
            text = f"asset {asset} is {token}, where there is no contract"
            told.append(deviation("no-token", "ClearingHouse", text))
        else:
            text = f"asset {asset}, {token} ({seen.told()}), counts as collateral"
            told.append(notice("collateral", "ClearingHouse", text))
    return told


_OUTSIDE: Final = (
    ("PriceBoard", ("SEQUENCER",), "whether the layer 2 was down"),
    ("SanctionsList", ("ORACLE_1", "ORACLE_2", "ORACLE_3"), "whether a wallet is listed"),
)
"""Contracts of others that ours ask, for good."""


def _outside(found: Discovery) -> Operation[list[Finding]]:
    """Contracts of others that ours ask."""
    told: list[Finding] = []
    for name, immutables, what in _OUTSIDE:
        part = found.parts.get(name)
        if part is None or not part.sound:
            continue
        for immutable in immutables:
            address = str(part.sight.word(immutable))
            if address == ZERO_ADDRESS:
                continue
            seen = yield from look(address, found.block.number)
            if seen.kind in (Kind.NOTHING, Kind.DELEGATED):
                text = f"it asks {address} {what}, where there is no contract"
                told.append(deviation("asks-nobody", name, text))
            else:
                told.append(
                    notice("asks-others", name, f"it asks {address} {what} ({seen.told()})")
                )
    return told


def _rulebook(found: Discovery) -> Operation[list[Finding]]:
    """The rulebook's digest: by its release where its code is known, else asked of it."""
    part = found.parts.get("Rulebook")
    if part is None:
        text = (
            f"no rulebook was found on this chain; the house was compiled with "
            f"{found.rulebook_digest}"
        )
        return [deviation("no-rulebook", "Rulebook", text)]
    if part.sound:
        digest = next(
            one for one in releases() if one.version == part.sight.release
        ).rulebook_digest
    else:
        answer = yield from probe(part.sight.address, "digest()", found.block.number)
        digest = "0x" + answer[:32].hex() if answer else "nothing"
    if digest == found.rulebook_digest:
        return []
    text = f"its digest is {digest}, the house was compiled with {found.rulebook_digest}"
    return [deviation("other-digest", "Rulebook", text)]


def _missing(found: Discovery) -> list[Finding]:
    """What makes a house whole and is not needed to run it."""
    return [
        notice("not-found", name, "not found; the house does not need it")
        for name in ("OptionPricer", "GovernanceLens")
        if name not in found.parts
    ]


def _creations(found: Discovery, history: bool) -> list[Finding]:
    """Contracts of which it is not shown that the published constructor wrote their storage."""
    unshown: dict[str, list[str]] = {}
    for part in found.parts.values():
        if part.sound and part.name not in STATELESS and not part.creation.shown:
            unshown.setdefault(part.creation.untold, []).append(part.name)
    if unshown and not history:
        names = ", ".join(name for some in unshown.values() for name in some)
        text = "it was not asked whether the published constructor ran"
        return [notice("creation-not-asked", names, text)]
    return [
        deviation(
            "creation-not-shown",
            ", ".join(names),
            f"it is not shown that the published constructor ran ({why}), so that the storage "
            "could have begun with anything; keelmark reconcile compares it with the events",
        )
        for why, names in unshown.items()
    ]
