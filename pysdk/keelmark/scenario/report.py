"""Puts the report together from a supervisor's audit and the replay's own notes."""

from __future__ import annotations

from collections.abc import Sequence

from keelmark.identifiers import unpack_country, unpack_lei
from keelmark.ledger.audit import Audit
from keelmark.margin.words import unpack_party
from keelmark.regulation import rule, rules
from keelmark.reports.option_tables import option_tables
from keelmark.reports.report import Point, Report
from keelmark.reports.table import Column, Kind, Table, money_text, time_text
from keelmark.reports.tables import Names, all_tables
from keelmark.scenario.bites import Answer, bites, refusal_table
from keelmark.scenario.power_bites import denial_table
from keelmark.scenario.power_story import LISTED
from keelmark.scenario.replay import Replay
from keelmark.scenario.volatility import MODEL
from keelmark.types import ClientCategory, PartyFlag, Regime

__all__ = ["build_report"]

APPLIED = (
    "IM_CRYPTO_BPS",
    "SCAN_BTC_OTC_BPS",
    "NET_FIXED_BPS",
    "NET_NGR_BPS",
    "PORTFOLIO_OFFSET_CAP_BPS",
    "PM_SHORT_MINIMUM_BPS",
    "PM_VOLATILITY_UP_BPS",
    "PM_VOLATILITY_DOWN_BPS",
    "PM_VOLATILITY_TENOR_DAYS",
    "PM_VOLATILITY_POWER_SHORT_BPS",
    "PM_EXTREME_SCANS",
    "PM_EXTREME_WEIGHT_BPS",
    "RETAIL_EU_CRYPTO_LEVERAGE",
    "RETAIL_MARGIN_CRYPTO_BPS",
    "RETAIL_PERPETUAL_AS_CFD",
    "RETAIL_DATED_AS_CFD",
    "RETAIL_NEGATIVE_BALANCE_GUARD",
    "RETAIL_UK_CRYPTO_BAN",
    "CLOSE_OUT_BPS",
    "MARGIN_CALL_SECONDS",
    "HAIRCUT_GOV_LE1Y_BPS",
    "HAIRCUT_CASH_BPS",
    "HAIRCUT_EMT_BPS",
    "EMT_PAR_FLOOR_BPS",
    "LIQUIDATION_PENALTY_BPS",
    "COLLATERAL_SALE_DISCOUNT_BPS",
    "LOSS_ORDER_MARGIN",
    "LOSS_ORDER_DEFAULTER_FUND",
    "LOSS_ORDER_HOUSE",
    "LOSS_ORDER_MEMBERS_FUND",
    "LOSS_TAKES_OTHERS_MARGIN",
    "PRICE_JUMP_BPS",
    "PRICE_BAND_BPS",
    "OPTION_PRICE_BAND_BPS",
    "VOLATILITY_MIN_BPS",
    "VOLATILITY_MAX_BPS",
    "PRICE_MAX_AGE_LIMIT_SECONDS",
    "FUNDING_CLAMP_BPS",
    "FUNDING_WINDOW_SECONDS",
    "FUNDING_TRADE_CAP_UNITS",
    "SETTLEMENT_OBSERVATIONS",
    "SETTLEMENT_MIN_OBSERVATIONS",
    "SETTLEMENT_INTERVAL_SECONDS",
    "TIGHTENING_NOTICE_SECONDS",
    "SCREENING_MAX_AGE_SECONDS",
    "SANCTIONS_LIST_MAX_AGE_SECONDS",
    "MANDATE_DELAY_SECONDS",
    "POWER_REVIEW_MAX_SECONDS",
    "HALT_GRACE_SECONDS",
    "HALT_MAX_SECONDS",
    "MAX_POSITIONS",
)
"""Rules that take part in a replay, in the order of a reader's interest."""


def build_report(
    audit: Audit, replay: Replay, answers: Sequence[Answer], *, prices: str, chain: str
) -> Report:
    """The report.

    Args:
        audit: what a supervisor read and concluded.
        replay: names of roles, refused transactions, where the synthetic part begins.
        answers: what the contracts say of each refusal.
        prices: where the prices come from, for people.
        chain: the chain's name.
    """
    names = Names(replay.names, replay.instruments, replay.synthetic_from_block)
    trades, margin, liquidations, losses, *others = all_tables(audit.events, names)
    found = bites(audit, replay, answers, names)
    reading = audit.reading
    head = reading.head
    finality = reading.finality(head.number)
    events = len(audit.events)
    denials = denial_table(audit.events, names)
    figures = {
        "chain": chain,
        "chain_id": replay.deployment.chain_id,
        "first_block": reading.first_block,
        "head_block": head.number,
        "head_time": head.time,
        "head_hash": "0x" + head.hash.hex(),
        "finality": finality,
        "synthetic_from_block": replay.synthetic_from_block,
        "transactions": replay.transactions,
        "refused_transactions": len(replay.refusals),
        "gas_used": replay.gas_used,
        "events": events,
        "acts_denied": len(denials.rows),
        "values_compared": audit.compared,
        "differences": len(audit.discrepancies),
        "findings": len(audit.findings),
        "roots": len(audit.roots),
        "roots_met": sum(root.holds for root in audit.roots),
        "house_money_wad": str(audit.money),
        "rules_seen": sum(bite.seen for bite in found),
        "rules_looked_for": len(found),
    }
    facts = (
        ("read at block", f"{head.number:,} ({finality})"),
        ("its time, UTC", time_text(head.time)),
        ("transactions", f"{replay.transactions:,}, {len(replay.refusals)} of them refused"),
        ("acts denied, reported", f"{len(denials.rows)}"),
        ("events read", f"{events:,}"),
        ("report chains met", f"{figures['roots_met']} of {len(audit.roots)}"),
        ("values compared", f"{audit.compared:,}, {len(audit.discrepancies)} differ"),
        ("settlement money held", money_text(audit.money)),
        ("rules seen at work", f"{figures['rules_seen']} of {len(found)}"),
        ("regime", Regime(replay.deployment.regime).name.lower().replace("_", " ")),
        ("house, LEI (test)", replay.deployment.lei),
    )
    return Report(
        title="Supervisor's report: BTC derivatives house",
        holds=audit.holds,
        facts=facts,
        bites=found,
        points=tuple(_points(audit, replay)),
        settlements=tuple(
            (event.timestamp, names.instrument(event.number("instrument")), event.number("price"))
            for event in audit.events
            if event.name == "InstrumentSettled"
        ),
        trades=trades,
        margin=margin,
        liquidations=liquidations,
        losses=losses,
        options=option_tables(audit.events, names),
        others=tuple(others),
        refusals=refusal_table(replay, answers, names),
        denials=denials,
        roots=_roots(audit),
        rules=_rules(),
        parties=_parties(audit, names),
        contracts=_contracts(replay),
        differences=tuple(_differences(audit)),
        notes=_notes(replay, prices, finality, chain),
        figures=figures,
    )


def _points(audit: Audit, replay: Replay) -> list[Point]:
    """Samples for the plots."""
    return [
        Point(
            block_number=sample.block_number,
            time=sample.time,
            price=sample.price,
            jumped=sample.jumped,
            synthetic=sample.block_number >= replay.synthetic_from_block,
            open_interest={
                replay.instruments.get(number, f"instrument {number}"): sample.open_interest.get(
                    number, 0
                )
                for number in audit.ledger.house.instruments
            },
            equity=sample.equity,
            requirement=sample.requirement,
            lowest_bps=sample.lowest_bps,
        )
        for sample in audit.samples
    ]


def _notes(replay: Replay, prices: str, finality: str, chain: str) -> tuple[str, ...]:
    """What a reader must know."""
    notes = [
        f"Prices: {prices}. A day is known by four prices only. The path inside a day is "
        "reconstructed: open, low, high, close at 00:00, 08:00, 16:00 and 23:59 UTC if it closed "
        "at or above its open, else open, high, low, close. In the half hour before the near "
        "future's settlement, prices lie on a straight line between two of these.",
        f"Options: {MODEL}. A premium is a unit's value by Black-76 on the forward, ACT/365, "
        "undiscounted; each valuation names its inputs by a digest (mark-to-model, CDE 2.28). "
        "Once the options have expired, reporters sign no surface any more.",
        "Everybody here is a role played by a program; nobody traded this. Who wanted what is "
        "written in the scenario. What the rules then did is not.",
        f"From block {replay.synthetic_from_block:,} on, prices are synthetic: one fall of 60 % "
        "that never happened, to show negative balance protection. On the chain they are told "
        "from the real ones by their signers, a set of reporters of its own that was announced a "
        "day ahead (FeedChangeAnnounced, FeedChanged). Rows of that part are marked.",
        "The authorities, their agreement and their case are played as well, and no document "
        "stands behind the commitments; the digest of the evidence is that of a package built "
        "from the chain at that block, with its proofs.",
        f"The sanctions list is a test's, without entries until the {LISTED}'s wallet is put on "
        "it near the end; its officer confirms it before it is too old for anybody to open.",
        "A price is good for nine hours here, since four come a day; prices of the settlement "
        "token and of the bond for twenty-six, since one comes a day. A live venue sets minutes.",
        f"Every figure is read at the block named above, which is {finality}. Where a chain has "
        "finality, a report is to be made at a finalized block; "
        f"the chain here ({chain}) is one of its own and knows none.",
        "Roles, instruments' names and the list of refused transactions come from the replay; "
        "everything else comes from the chain.",
    ]
    if replay.hindrances:
        lines = "; ".join(
            f"{one.what} of {replay.names.get(one.account, 'the market')}: {one.reason}"
            for one in replay.hindrances[:10]
        )
        notes.append(f"The keeper tried {len(replay.hindrances)} acts that were refused: {lines}.")
    return tuple(notes)


def _differences(audit: Audit) -> list[str]:
    """One sentence for each thing that does not reconcile."""
    broken = [
        f"{root.name}: {root.records} logs fold to 0x{root.folded.hex()}, its root is "
        f"0x{root.stored.hex()}."
        for root in audit.roots
        if not root.holds
    ]
    unfollowed = [
        f"Block {one.block_number}, log {one.log_index}, {one.event}: {one.field} is "
        f"{one.reported}, expected {one.expected}."
        for one in audit.findings
    ]
    apart = [
        f"{one.place}, {one.field}: rebuilt {one.rebuilt}, the contract has {one.read}."
        for one in audit.discrepancies
    ]
    return [*broken, *unfollowed, *apart]


def _roots(audit: Audit) -> Table:
    """Every report chain."""
    columns = (
        Column("contract", "contract"),
        Column("records", "records", Kind.COUNT),
        Column("folded", "folded from the logs"),
        Column("stored", "storage slot 0"),
        Column("verdict", "verdict"),
        Column("address", "address"),
    )
    rows = tuple(
        (
            root.name,
            root.records,
            "0x" + root.folded.hex(),
            "0x" + root.stored.hex(),
            "met" if root.holds else "NOT met",
            root.address,
        )
        for root in audit.roots
    )
    return Table("roots", columns, rows)


def _rules() -> Table:
    """The rules that take part, with status and source."""
    columns = (
        Column("id", "rule"),
        Column("value", "value", Kind.COUNT),
        Column("unit", "unit"),
        Column("status", "status"),
        Column("source", "source"),
        Column("description", "what it governs"),
    )
    known = rules()
    chosen = [rule(name) for name in APPLIED if name in known]
    rows = tuple(
        (one.id, one.value, one.unit, one.status.name.lower(), one.citation, one.description)
        for one in chosen
    )
    return Table("rules", columns, rows)


def _parties(audit: Audit, names: Names) -> Table:
    """Every party by its last word in the events."""
    words: dict[int, int] = {}
    for event in audit.events:
        if event.name.startswith("Party") and "word" in event.args:
            words[event.number("account")] = event.number("word")
    rows = []
    for number, word in sorted(words.items()):
        party = unpack_party(word)
        natural = bool(party.flags & PartyFlag.NATURAL_PERSON)
        book = audit.ledger.accounts.get(number)
        rows.append(
            (
                number,
                names.account(number),
                ClientCategory(party.category).name.lower().replace("_", " "),
                unpack_country(party.jurisdiction),
                "client code" if natural else unpack_lei(party.identifier),
                _status(party.flags),
                names.account(book.member) if book else "",
                book.cash if book else 0,
                book.debt if book else 0,
            )
        )
    columns = (
        Column("account", "account", Kind.COUNT),
        Column("party", "role"),
        Column("category", "client category"),
        Column("jurisdiction", "jurisdiction"),
        Column("identifier", "LEI (test)"),
        Column("status", "status"),
        Column("member", "carried by"),
        Column("cash_wad", "cash at the end", Kind.MONEY),
        Column("debt_wad", "debt at the end", Kind.MONEY),
    )
    return Table("parties", columns, tuple(rows))


def _status(flags: int) -> str:
    """What stops a party, by its flags."""
    stops = PartyFlag.CLOSE_ONLY, PartyFlag.FROZEN, PartyFlag.REVOKED, PartyFlag.SANCTIONED
    return ", ".join(str(flag.name).lower() for flag in stops if flags & flag).replace("_", " ")


def _contracts(replay: Replay) -> Table:
    """The deployment."""
    columns = (
        Column("contract", "contract"),
        Column("address", "address"),
        Column("block_number", "block", Kind.COUNT),
        Column("gas_used", "gas of creation", Kind.COUNT),
        Column("code_hash", "hash of its code"),
    )
    rows = tuple(
        (one.name, one.address, one.block_number, one.gas_used, one.code_hash)
        for one in replay.deployment.contracts.values()
    )
    return Table("contracts", columns, rows)
