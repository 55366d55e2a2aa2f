"""Two or more deployments side by side: what is the same on all of them, and what differs.

A side is a manifest, as it was written, or a house on a chain, as it is now. What a side does not
know is said, and counts neither as the same nor as a difference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from keelmark.audit.audit import Audit
from keelmark.audit.discover import Part
from keelmark.audit.findings import Level
from keelmark.deploy.plan import KIT, DeployedContract, Deployment
from keelmark.errors import InputError
from keelmark.identifiers import unpack_code
from keelmark.releases import releases

__all__ = [
    "Comparison",
    "Facts",
    "Row",
    "Side",
    "Verdict",
    "compare",
    "side_of_chain",
    "side_of_manifest",
]

UNKNOWN = ""
"""What a side does not know."""


TERMS = ("regime", "lei", "token", "token feed")
"""What a house is built with for good."""


class Verdict(Enum):
    """What the sides say of one thing."""

    SAME = "same"
    DIFFERS = "differs"
    BY_CHAIN = "by chain"
    """Different as it must be, since the chains are."""
    UNKNOWN = "not known"
    """Fewer than two sides know it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One contract on one side."""

    address: str
    code: str
    """What the code is, whatever was built in: a release's contract, or a hash."""
    code_hash: str
    """keccak256 of the deployed code, built-in values included."""


@dataclass(frozen=True, slots=True)
class Side:
    """A deployment to compare."""

    label: str
    live: bool
    """Whether it was read from a chain now."""
    chain_id: int
    release: str
    rulebook_digest: str
    terms: Mapping[str, str]
    """Regime, LEI, token and its feed, by name."""
    contracts: Mapping[str, Facts]
    """By name."""
    roles: Mapping[tuple[str, str], str]
    """Holder by contract and role."""
    deviations: int | None = None
    """How many an audit found; None where none was made."""

    def __post_init__(self) -> None:
        for name in ("terms", "contracts", "roles"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is compared."""

    group: str
    """``chain``, ``rulebook``, ``code``, ``addresses``, ``built in``, ``terms`` or ``roles``."""
    name: str
    values: tuple[str, ...]
    """One a side; empty where it does not know."""
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that was compared."""

    sides: tuple[Side, ...]
    rows: tuple[Row, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs but what must."""
        return all(row.verdict is not Verdict.DIFFERS for row in self.rows)

    def of(self, group: str) -> tuple[Row, ...]:
        """The rows of one group."""
        return tuple(row for row in self.rows if row.group == group)


def side_of_manifest(label: str, deployment: Deployment) -> Side:
    """A manifest as it was written.

    Args:
        label: what to call it.
        deployment: its content.
    """
    return Side(
        label=label,
        live=False,
        chain_id=deployment.chain_id,
        release=deployment.release,
        rulebook_digest=deployment.rulebook_digest,
        terms={
            "regime": str(int(deployment.regime)),
            "lei": deployment.lei,
            "token": deployment.token,
            "token feed": str(deployment.token_feed),
        },
        contracts={name: _written(one) for name, one in deployment.contracts.items()},
        roles={(one.contract, one.role): one.holder for one in deployment.roles},
    )


def side_of_chain(label: str, made: Audit) -> Side:
    """A house as it is now.

    Args:
        label: what to call it.
        made: its audit.

    Raises:
        InputError: the address is no clearing house of a release.
    """
    house = made.found.house
    if house is None or not house.sound:
        seen = made.found.root.sight
        raise InputError(f"{label}: at {seen.address} is {seen.told()}, expected a clearing house")
    seen = house.sight
    return Side(
        label=label,
        live=True,
        chain_id=made.found.chain_id,
        release=seen.release,
        rulebook_digest=_digest_of(made),
        terms={
            "regime": seen.text("REGIME"),
            "lei": unpack_code(int(seen.text("LEI")) % 36**20),
            "token": seen.text("TOKEN"),
            "token feed": seen.text("TOKEN_FEED"),
        },
        contracts={name: _seen(part) for name, part in made.found.parts.items()},
        roles={(one.contract, one.role): one.holder for one in made.powers.held},
        deviations=len(made.of(Level.DEVIATION)),
    )


def _digest_of(made: Audit) -> str:
    """The digest of the house's code, unless the rulebook on the chain says another."""
    wrong = next((one for one in made.findings if one.code == "other-digest"), None)
    return made.found.rulebook_digest if wrong is None else f"not as built: {wrong.text}"


def _written(contract: DeployedContract) -> Facts:
    """A contract in a manifest: its source's hash says which release's it is."""
    for release in releases():
        for one in release.contracts:
            if one.name == contract.name and one.source_hash == contract.source_hash:
                return Facts(
                    contract.address, _known(one.name, release.version), contract.code_hash
                )
    return Facts(contract.address, f"source {contract.source_hash}", contract.code_hash)


def _seen(part: Part) -> Facts:
    """A contract on a chain."""
    seen = part.sight
    if seen.contract:
        return Facts(seen.address, _known(seen.contract, seen.release), seen.code_hash)
    return Facts(seen.address, seen.told() + f" {seen.code_hash}".rstrip(), seen.code_hash)


def _known(name: str, version: str) -> str:
    """A release's contract."""
    return f"{name} {version}"


def compare(sides: Sequence[Side]) -> Comparison:
    """Compares deployments.

    Args:
        sides: two or more.

    Raises:
        InputError: fewer than two.
    """
    if len(sides) < 2:
        raise InputError(f"compare: {len(sides)} deployment, expected two or more")
    chains = {side.chain_id for side in sides}
    rows = [_row("chain", "chain id", sides, lambda side: str(side.chain_id), by_chain=True)]
    rows.append(_row("rulebook", "digest", sides, lambda side: side.rulebook_digest))
    rows.append(_row("rulebook", "release", sides, lambda side: side.release))
    names = [name for name in KIT if any(name in side.contracts for side in sides)]
    for group, field in (("code", "code"), ("addresses", "address"), ("built in", "code_hash")):
        for name in names:
            # The order matcher's domain has the chain's id in it.
            apart = field == "code_hash" and name == "OrderMatcher" and len(chains) > 1
            rows.append(_row(group, name, sides, _fact(name, field), by_chain=apart))
    for term in TERMS:
        rows.append(_row("terms", term, sides, _term(term)))
    for contract, role in dict.fromkeys(pair for side in sides for pair in side.roles):
        rows.append(_row("roles", f"{role} of {contract}", sides, _holder(contract, role)))
    return Comparison(tuple(sides), tuple(rows))


def _fact(name: str, field: str) -> Callable[[Side], str]:
    """Reads a fact of a contract."""

    def read(side: Side) -> str:
        found = side.contracts.get(name)
        return UNKNOWN if found is None else str(getattr(found, field))

    return read


def _term(name: str) -> Callable[[Side], str]:
    """Reads a term."""
    return lambda side: side.terms[name]


def _holder(contract: str, role: str) -> Callable[[Side], str]:
    """Reads who holds a role; a side that tells others' and not this one's has none."""
    return lambda side: side.roles.get((contract, role), "none" if side.roles else UNKNOWN)


def _row(
    group: str,
    name: str,
    sides: Sequence[Side],
    read: Callable[[Side], str],
    *,
    by_chain: bool = False,
) -> Row:
    """One row with its verdict."""
    values = tuple(read(side) for side in sides)
    known = [value for value in values if value != UNKNOWN]
    if len(known) < 2:
        verdict = Verdict.UNKNOWN
    elif len(set(known)) == 1:
        verdict = Verdict.SAME
    else:
        verdict = Verdict.BY_CHAIN if by_chain else Verdict.DIFFERS
    return Row(group, name, values, verdict)
