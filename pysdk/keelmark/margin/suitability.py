"""What a client of a category may do, where it lives: the gate's rule, the leverage cap, the
warning, each with the rules that say so.

Sources: ESMA Decision (EU) 2018/796, Art. 2 and Annex I, and ESMA's statement of 24 February 2026
on perpetuals for the Union; elsewhere what the rulebook holds, with its status.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from keelmark.errors import InputError
from keelmark.regulation import Rule, rule, rules
from keelmark.types import AssetClass, ClientCategory, GateReason

__all__ = ["EU_COUNTRIES", "JURISDICTIONS", "Suitability", "retail_gate", "suitability"]

_EU_CODES = "AT BE BG CY CZ DE DK EE ES EU FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU_COUNTRIES = frozenset(_EU_CODES.split())
"""Member states, whose retail rule is the Union's, and `EU` for a state that is not told."""

_NAMES = {"GB": "UK", "SG": "SG", "HK": "HK", "JP": "JP", "US": "US"}

JURISDICTIONS = ("EU", *_NAMES)
"""Those of which the rulebook holds a retail rule."""


@dataclass(frozen=True, slots=True)
class Suitability:
    """What the rulebook says of a category in a jurisdiction, for crypto derivatives."""

    jurisdiction: str
    """ISO 3166-1 alpha-2, or `EU`."""
    category: ClientCategory
    gate: GateReason
    """Whether the gate lets it open; then a retail client also needs an accepted warning."""
    leverage: int | None
    """Gross notional over equity at most; None where no cap of its own applies."""
    margin_bps: int | None
    """The same as initial margin of gross notional, in basis points."""
    warning: bool
    """Whether a risk warning must have been accepted before anything is opened."""
    rules: tuple[Rule, ...]
    """The rules that say so, in the order of the corpus; empty where there is none."""


def retail_gate(
    category: ClientCategory, jurisdiction: str, asset_class: int
) -> tuple[GateReason, Rule | None]:
    """Whether a client may open a derivative on an asset class, where it lives.

    Retail may open only where a leverage cap was read in its source, which is the Union.
    Elsewhere a known ban refuses, and so does silence: an unconfirmed rule permits nothing.

    Args:
        category: of the client.
        jurisdiction: ISO 3166-1 alpha-2, or `EU`.
        asset_class: `AssetClass` of the underlier.

    Returns:
        The gate's reason, and the rule that refuses where the rulebook holds one.
    """
    if category is not ClientCategory.RETAIL or jurisdiction in EU_COUNTRIES:
        return GateReason.ALLOWED, None
    if asset_class != AssetClass.CRYPTO or jurisdiction not in _NAMES:
        return GateReason.RETAIL_RULE_UNCONFIRMED, None
    found = rule(f"RETAIL_{_NAMES[jurisdiction]}_CRYPTO_BAN")
    if found.value:
        return GateReason.RETAIL_BANNED, found
    return GateReason.RETAIL_RULE_UNCONFIRMED, found


def suitability(jurisdiction: str, category: ClientCategory) -> Suitability:
    """What a client of a category may do in crypto derivatives, where it lives.

    Args:
        jurisdiction: ISO 3166-1 alpha-2, or `EU`.
        category: of the client, as it counts now: retail where a status has lapsed.

    Raises:
        InputError: the jurisdiction is not two capital letters.
    """
    if not re.fullmatch("[A-Z]{2}", jurisdiction):
        raise InputError(f"jurisdiction: expected two capital letters, not {jurisdiction!r}")
    gate, _ = retail_gate(category, jurisdiction, AssetClass.CRYPTO)
    retail = category is ClientCategory.RETAIL
    allowed = retail and gate is GateReason.ALLOWED
    name = "EU" if jurisdiction in EU_COUNTRIES else _NAMES.get(jurisdiction)
    ids = [f"RETAIL_{name}_CRYPTO_BAN", f"RETAIL_{name}_CRYPTO_LEVERAGE"] if retail and name else []
    if allowed:
        ids += ["RETAIL_MARGIN_CRYPTO_BPS", "RETAIL_WARNING_UPDATE_MONTHS"]
    return Suitability(
        jurisdiction=jurisdiction,
        category=category,
        gate=gate,
        leverage=rule("RETAIL_EU_CRYPTO_LEVERAGE").value if allowed else None,
        margin_bps=rule("RETAIL_MARGIN_CRYPTO_BPS").value if allowed else None,
        warning=allowed,
        rules=tuple(found for found in rules().values() if found.id in ids),
    )
