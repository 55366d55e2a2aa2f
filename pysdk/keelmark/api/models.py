"""The bodies of answers as the OpenAPI document describes them: fields, units, examples.

Answers are not built from these models, which would cost as much as reading the rows; a test holds
every endpoint's answer to its model.
"""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "Checkpoints",
    "Page",
    "Rule",
    "Rules",
    "State",
    "Status",
    "Tables",
    "VerificationStatus",
]

RowT = TypeVar("RowT")

Digits = str
_AMOUNT = r"^-?\d+$"


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


def amount(words: str, example: str = "1500000000000000000") -> Any:
    """An exact amount: a string of digits, its unit under `units`."""
    return Field(description=words, pattern=_AMOUNT, examples=[example])


def hex_word() -> Any:
    """A hash."""
    return Field(pattern="^0x[0-9a-f]{64}$", examples=["0x" + "ab" * 32])


def utc(words: str) -> Any:
    """A time."""
    return Field(description=f"{words}, UTC, ISO 8601.", examples=["2020-03-12T10:00:00Z"])


FinalityWord = Literal["latest", "safe", "finalized"]


class Range(_Body):
    """Blocks that a page is about."""

    from_block: int = Field(examples=[4])
    to_block: int | None = Field(description="Included; null if no block counts.", examples=[397])
    finality: FinalityWord | None = Field(description="Of the last block.")


class Page(_Body, Generic[RowT]):
    """Rows in chain order."""

    range: Range
    units: dict[str, str] = Field(
        description="Field to what its number counts; amounts are whole numbers of it.",
        examples=[{"size": "1e-18 of the underlier's unit"}],
    )
    rows: list[RowT]
    next: str | None = Field(
        description="Cursor of the next page; null if there is none yet. A page may hold fewer "
        "rows than asked for and still have a next one."
    )


class AsOf(_Body):
    """The block that a state is of."""

    block_number: int = Field(examples=[397])
    block_hash: str | None = Field(description="Null where the store has forgotten it.")
    time: str = utc("Of the valuation")
    finality: FinalityWord


class State(_Body, Generic[RowT]):
    """The market after a block."""

    as_of: AsOf
    units: dict[str, str] = Field(description="Field to what its number counts.")
    rows: list[RowT]
    next: str | None = Field(description="Cursor of the next page; null if there is none.")


class Place(_Body):
    """Where a row stands and how final it is: the same whatever venue or chain it came from."""

    chain_id: int = Field(examples=[1])
    venue: str = Field(examples=["keelmark"])
    block_number: int = Field(examples=[231])
    block_hash: str = hex_word()
    log_index: int = Field(description="In its block.", examples=[3])
    time: str = utc("Of the block")
    finality: FinalityWord
    transaction_hash: str = hex_word()
    transaction_index: int = Field(examples=[0])
    contract: str = Field(description="Its name in the deployment.", examples=["ClearingHouse"])
    address: str = Field(examples=["0x1fa2035AF98f5a67682f9bfc42780d92262a72aF"])


class EventRow(Place):
    """A row of any table."""

    table: str = Field(examples=["trade_reported"])
    event: str = Field(examples=["TradeReported"])
    fields: dict[str, Any] = Field(
        description="By name, as /v1/tables describes them; amounts as strings of digits."
    )


class TradeRow(Place):
    """One leg of a match or of a take-over; both legs have one `match`."""

    account: int
    instrument: int
    uti: str = Field(description="Unique transaction identifier of the leg, ISO 23897.")
    match: str = hex_word()
    execution: str = Field(
        description="trade, take-over, backstop or compulsory close.", examples=["trade"]
    )
    action: str = Field(description="What it was to the account.", examples=["open"])
    side: Literal["buy", "sell"]
    size: Digits = amount("Positive bought, negative sold.")
    price: Digits = amount("Of an option its premium.")
    index: Digits = amount("Index price; of an option its mark.")
    position_size: Digits = amount("After the trade, positive long.")
    position_quote: Digits = amount("After the trade.")
    cash: Digits = amount("After the trade; negative is owed.")
    equity: Digits = amount("After the trade.")
    initial_margin: Digits = amount("After the trade.")


class LiquidationRow(Place):
    """A position that was taken over."""

    account: int
    instrument: int
    taker: int
    way: str = Field(description="take-over, backstop or compulsory close.", examples=["take-over"])
    size: Digits = amount("Taken over.")
    mark: Digits = amount("At which it was taken over.")
    penalty: Digits = amount("To the taker.")
    equity_before: Digits = amount("Of the account.")
    margin_before: Digits = amount("Initial margin of the account.")
    equity_after: Digits = amount("Of the account.")
    margin_after: Digits = amount("Initial margin of the account.")


class MarginCallRow(Place):
    """A margin call that was issued, or that ended."""

    account: int
    member: int
    state: Literal["issued", "ended"]
    deadline: str | None = utc("By which it must be met")
    equity: Digits = amount("Then.")
    initial_margin: Digits = amount("Then.")


class PositionRow(_Body):
    """An open position."""

    account: int
    member: int = Field(description="Who carries the account.")
    instrument: int
    instrument_name: str = Field(examples=["BTC perpetual"])
    size: Digits = amount("Positive long.")
    quote: Digits = amount("What the account would be paid if the position were worth nothing.")
    mark: Digits = amount("At which it is valued.")
    value: Digits = amount("Of the position to the account.")


class MarginRow(_Body):
    """An account's margin at close-out valuation."""

    account: int
    member: int
    retail: bool
    equity: Digits = amount("Cash, collateral after haircut, positions.")
    initial_margin: Digits = amount("Required.")
    headroom: Digits = amount("Equity less initial margin; negative is the shortfall.")
    cover: Digits | None = Field(
        description="Equity over initial margin, basis points, rounded down; null without margin.",
        examples=["12500"],
    )
    cash: Digits = amount("Negative is owed to the house.")
    collateral: Digits = amount("After haircut and cap.")
    debt: Digits = amount("For losses that others bore.")
    called: bool
    call_deadline: str | None = utc("Of the margin call")
    below_close_out: bool = Field(description="Equity is below half of initial margin.")


class OpenInterestRow(_Body):
    """Open interest of an instrument."""

    instrument: int
    instrument_name: str
    size: Digits = amount("Half of the sum of absolute positions.")
    notional: Digits = amount("Size times mark; of an option times strike.")
    mark: Digits = amount("Of an option the premium of one unit.")


class VolumeRow(_Body):
    """Matches of a UTC day; take-overs are no volume."""

    day: str = Field(description="UTC.", examples=["2020-03-12"])
    instrument: int
    instrument_name: str
    matches: int = Field(description="Each counted once.")
    size: Digits = amount("Matched.")
    notional: Digits = amount("Size times trade price; of an option times strike.")
    turnover: Digits = amount("Size times trade price; of an option the premium.")


class InstrumentRow(_Body):
    """An instrument as it was registered."""

    instrument: int
    instrument_name: str
    kind: Literal["perpetual", "dated_future", "option"]
    underlier: int
    symbol: str
    dti: str | None = Field(description="Digital token identifier, ISO 24165.")
    cfi: str | None = Field(description="Classification, ISO 10962.")
    upi: str | None = Field(description="Unique product identifier, ISO 4914.")
    currency: str | None = Field(description="Settlement currency as registered.")
    expiry: str | None = utc("Null for a perpetual")
    strike: Digits | None = Field(description="Null if it is no option.")
    option: Literal["call", "put"] | None
    lot: Digits = amount("The smallest size.")
    listed: bool
    settled_at: str | None = utc("When it got its settlement price")


class Share(_Body):
    """A member's share of the default fund."""

    member: int
    share: Digits = amount("What it is worth.")


class ResourcesRow(_Body):
    """What stands behind a default."""

    dedicated: Digits = amount("The house's own resources.")
    pool: Digits = amount("The members' fund.")
    closed_pools: Digits = amount("Reinstated to earlier pools.")
    debts: Digits = amount("Owed for losses that the layers bore.")
    debtors: int
    uncovered: Digits = amount("Losses that no layer has covered.")
    shares: list[Share]


class Checkpoint(_Body):
    """A row set that was committed."""

    first_block: int
    last_block: int
    last_hash: str = hex_word()
    last_time: str = utc("Of the last block")
    rows: int
    finality_when_read: FinalityWord
    read_at: str = utc("By the reader's clock")


class Checkpoints(_Body):
    """Checkpoints by height, a page of them."""

    rows: list[Checkpoint]
    next: int | None = Field(description="from_block of the next page; null if there is none.")


class Heads(_Body):
    """How far the chain was final when it was last asked; null where it does not say."""

    latest: int
    safe: int | None
    finalized: int | None


class Contract(_Body):
    """A contract whose logs are read."""

    name: str
    address: str
    first_block: int
    report_chain: bool = Field(description="Whether its rows can be proved complete.")


class Status(_Body):
    """What is served, how far it is and how final."""

    software: str
    venue: str
    chain_id: int
    contracts: list[Contract]
    rulebook_digest: str | None
    heads: Heads
    checkpoint: Checkpoint | None
    lag_blocks: int | None = Field(description="Blocks that the chain is ahead of the store.")
    lag_seconds: int | None = Field(description="Since the time of the last block.")
    reorganisations: int = Field(description="Replacements seen since the server began.")


class Rule(_Body):
    """One figure that the contracts hard-code."""

    id: str = Field(examples=["CLOSE_OUT_BPS"])
    value: Digits = Field(description="A whole number of `unit`.", examples=["5000"])
    unit: str = Field(examples=["bps"])
    status: Literal["read", "derived", "practice", "unconfirmed"]
    status_means: str
    source: str
    citation: str
    description: str
    theme: str


class Rules(_Body):
    """The rulebook of this software."""

    digest: str
    deployed_digest: str | None = Field(description="Of the deployment's rulebook.")
    same_as_deployed: bool | None
    rules: list[Rule]


class TableField(_Body):
    """A field of an event."""

    name: str
    abi_type: str
    unit: str
    indexed: bool
    cde: str | None = Field(description="Number of the critical data element, CDE version 3.")
    note: str


class TableInfo(_Body):
    """An event as a table."""

    name: str
    event: str
    topic: str
    meaning: str
    fields: list[TableField]


class Tables(_Body):
    """Every table."""

    tables: list[TableInfo]


class StoredProof(_Body):
    """A root of a report chain that is proved against a block's header."""

    contract: str
    address: str
    block_number: int
    block_hash: str = hex_word()
    root: str = hex_word()


class VerificationStatus(_Body):
    """What verified the rows. Whoever trusts no one runs `keelmark verify` on rows of their own."""

    verdict: str = Field(examples=["not verified", "verified"])
    summary: str | None
    verification: dict[str, Any] | None = Field(description="What `keelmark verify` wrote.")
    stored_proofs: int
    newest_proofs: list[StoredProof]
