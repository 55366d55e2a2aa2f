"""Events of the clearing house (its back office reports at the same address)."""

from __future__ import annotations

from typing import Final

from keelmark.events.model import EventSpec, Field, Source, Unit

_U, _I, _A, _B = "uint256", "int256", "address", "bytes32"

_ACCOUNT = Field("account", _U, Unit.ID, "2.30", "collateral portfolio; parties by the registry")
_MEMBER = Field("member", _U, Unit.ID, "2.16", "account id of the carrying member")
_INSTRUMENT = Field("instrument", _U, Unit.ID, "2.102", "underlier by the instrument registry")
_FEED = Field("feed", _U, Unit.ID, "2.105", "feed of the price board")
_ASSET = Field("asset", _U, Unit.ID, None, "0 is the settlement token")
_EPISODE = Field("episode", _U, Unit.COUNT)
_FLAGS = Field("flags", _U, Unit.FLAGS, None, "of the account word")
_IM = Field("initial_margin", _U, Unit.WAD, "2.34")
_EQUITY = Field("equity", _I, Unit.WAD, None, "close-out or opening valuation, as checked")
_CASH = Field("cash", _I, Unit.WAD, None, "after; negative is owed to the house")


def _event(name: str, meaning: str, *fields: Field) -> EventSpec:
    return EventSpec(Source.HOUSE, name, fields, meaning)


MEMBER_ADMITTED: Final = _event(
    "MemberAdmitted",
    "A party became a clearing member and carries its own account.",
    Field("member", _U, Unit.ID, "2.16"),
    Field("wallet", _A, Unit.ADDRESS),
    _FLAGS,
)
ACCOUNT_OPENED: Final = _event(
    "AccountOpened",
    "A member opened a client's account.",
    _ACCOUNT,
    _MEMBER,
    Field("wallet", _A, Unit.ADDRESS),
    _FLAGS,
)
ACCOUNT_CLOSED: Final = _event(
    "AccountClosed",
    "An empty account was closed.",
    _ACCOUNT,
    _MEMBER,
    Field("wallet", _A, Unit.ADDRESS),
)
BACKSTOP_COMMITTED: Final = _event(
    "BackstopCommitted",
    "A member promised to take over up to an amount of notional.",
    Field("member", _U, Unit.ID, "2.16"),
    Field("wallet", _A, Unit.ADDRESS),
    Field("amount", _U, Unit.WAD, None, "replaces what was left of an earlier promise"),
)
COLLATERAL_LISTED: Final = _event(
    "CollateralListed",
    "A collateral asset was added.",
    Field("asset", _U, Unit.ID, None, "1 to 8"),
    _FEED,
    Field("token", _A, Unit.ADDRESS),
    Field("word", _U, Unit.WORD, None, "collateral word"),
)
COLLATERAL_DEPOSITED: Final = _event(
    "CollateralDeposited",
    "An account paid in.",
    _ACCOUNT,
    _ASSET,
    Field("amount", _U, Unit.TOKEN, "2.31", "initial margin posted, before haircut"),
    Field("balance", _I, Unit.TOKEN, None, "after; for asset 0 the cash, wad"),
)
COLLATERAL_WITHDRAWN: Final = _event(
    "CollateralWithdrawn",
    "An account took out.",
    _ACCOUNT,
    _ASSET,
    Field("amount", _U, Unit.TOKEN),
    Field("balance", _I, Unit.TOKEN, None, "after; for asset 0 the cash, wad"),
)
INSTRUMENT_LISTED: Final = _event(
    "InstrumentListed",
    "An instrument was opened for trading.",
    _INSTRUMENT,
    _FEED,
    Field("word", _U, Unit.WORD, None, "instrument word"),
)
OPTION_LISTED: Final = _event(
    "OptionListed",
    "What the instrument reported just before, if it is an option, does not say in its word.",
    _INSTRUMENT,
    _FEED,
    Field("word", _U, Unit.WORD, "2.60", "option word: strike in 88 bits, 1 << 88 if a call"),
)
RISK_ARRAY_REFRESHED: Final = _event(
    "RiskArrayRefreshed",
    "An option was valued by its model, and its scenarios with it; anyone may ask for it.",
    _INSTRUMENT,
    _FEED,
    Field("lanes", _U, Unit.WORD, None, "array word: epoch, sixteen results of one unit"),
    Field("word", _U, Unit.WORD, "2.25", "instrument word after; the mark in bits 104 to 191"),
    Field("forward", _U, Unit.PRICE, None, "of the option's expiry"),
    Field("volatility", _U, Unit.VOLATILITY),
    Field("delta", _I, Unit.RATIO, "2.71", "of one unit long, to the forward"),
    Field("surface", _U, Unit.WORD, "2.27", "board's surface word: epoch, and its time above"),
    Field("model", _B, Unit.HASH, "2.28", "mark-to-model; digest of convention and inputs"),
)
TRADE_REPORTED: Final = _event(
    "TradeReported",
    "One leg of a fill, with the account after it.",
    _ACCOUNT,
    _INSTRUMENT,
    Field("uti", _B, Unit.WORD, "UTI", "LEI in 104 bits above 128 bits"),
    Field("prior_uti", _B, Unit.WORD, "2.96", "names the match of both legs"),
    Field("execution", _U, Unit.WORD, "2.107", "how, action << 8, account flags << 16; 2.108"),
    Field("size", _I, Unit.SIZE, "2.79", "+ bought; its sign is 2.13"),
    Field("price", _U, Unit.PRICE, "2.50", "of an option the premium of one unit; 2.64"),
    Field("index", _U, Unit.PRICE, "2.105", "of an option its mark"),
    Field("position_size", _I, Unit.SIZE, "2.79", "after, + long; position level"),
    Field("position_quote", _I, Unit.WAD, None, "after, as if funding had begun at 0; option: 0"),
    _CASH,
    _EQUITY,
    _IM,
)
FUNDING_ROLLED: Final = _event(
    "FundingRolled",
    "A funding window ended and the next one's rate was set.",
    _INSTRUMENT,
    _FEED,
    Field("funding_index", _I, Unit.PRICE, None, "+ longs have paid"),
    Field("funding_rate", _I, Unit.PRICE_RATE, None, "+ longs pay"),
    Field("index", _U, Unit.PRICE),
    Field("premium", _I, Unit.HUNDRED_MILLIONTHS, None, "average of the window, clamped"),
    Field("weight", _U, Unit.WHOLE, None, "notional that was averaged"),
)
INSTRUMENT_SETTLED: Final = _event(
    "InstrumentSettled",
    "A dated future got its settlement price.",
    _INSTRUMENT,
    _FEED,
    Field("price", _U, Unit.PRICE, "2.50"),
    Field("expiry", _U, Unit.SECONDS, "2.19"),
)
OPTION_EXERCISED: Final = _event(
    "OptionExercised",
    "An expired option was exercised for all who hold it, in cash.",
    _INSTRUMENT,
    _FEED,
    Field("price", _U, Unit.PRICE, "2.50", "settlement price of the underlier"),
    Field("strike", _U, Unit.PRICE, "2.60"),
    Field("payoff", _U, Unit.PRICE, None, "what one unit pays; not less than 0"),
    Field("expiry", _U, Unit.SECONDS, "2.67", "also 2.19: a European option has one date"),
)
POSITION_SETTLED: Final = _event(
    "PositionSettled",
    "One position of a settled future or option was paid out.",
    _ACCOUNT,
    _INSTRUMENT,
    Field("size", _I, Unit.SIZE, "2.79", "before, + long"),
    Field("cash_flow", _I, Unit.WAD, None, "+ to the account"),
    _CASH,
)
ENGINE_CHOSEN: Final = _event(
    "EngineChosen",
    "A wallet chose how its account is margined.",
    _ACCOUNT,
    _MEMBER,
    Field("engine", _U, Unit.COUNT, None, "0 schedule, 1 scenarios"),
)
MARGIN_CALLED: Final = _event(
    "MarginCalled",
    "A margin call was issued.",
    _ACCOUNT,
    _MEMBER,
    _EQUITY,
    _IM,
    Field("deadline", _U, Unit.SECONDS),
)
MARGIN_CALL_ENDED: Final = _event(
    "MarginCallEnded", "A margin call was met.", _ACCOUNT, _MEMBER, _EQUITY, _IM
)
POSITION_LIQUIDATED: Final = _event(
    "PositionLiquidated",
    "A position was taken over; its two legs were reported just before.",
    _ACCOUNT,
    _INSTRUMENT,
    Field("taker", _U, Unit.ID, None, "account id"),
    Field("mode", _U, Unit.COUNT, "2.108", "2 liquidation, 3 backstop, 4 compulsory close"),
    Field("size", _U, Unit.SIZE, "2.79"),
    Field("mark", _U, Unit.PRICE, "2.50"),
    Field("penalty", _U, Unit.WAD, None, "to the taker"),
    Field("equity_before", _I, Unit.WAD),
    Field("margin_before", _U, Unit.WAD, "2.34"),
    Field("equity_after", _I, Unit.WAD),
    Field("margin_after", _U, Unit.WAD, "2.34"),
)
COLLATERAL_SOLD: Final = _event(
    "CollateralSold",
    "Collateral of an account in debt was bought for cash.",
    _ACCOUNT,
    _ASSET,
    Field("buyer", _U, Unit.ID, None, "account id"),
    Field("amount", _U, Unit.TOKEN),
    Field("cost", _U, Unit.WAD),
    _CASH,
    Field("balance", _U, Unit.TOKEN, None, "seller's after"),
    Field("buyer_cash", _I, Unit.WAD, None, "after"),
    Field("buyer_balance", _U, Unit.TOKEN, None, "after"),
)
LOSS_ALLOCATED: Final = _event(
    "LossAllocated",
    "A deficit went through the layers; the account's cash is zero afterwards.",
    _ACCOUNT,
    _MEMBER,
    Field("deficit", _U, Unit.WAD),
    Field("from_member_cash", _U, Unit.WAD),
    Field("from_member_share", _U, Unit.WAD),
    Field("from_house", _U, Unit.WAD),
    Field("from_others", _U, Unit.WAD),
    Field("uncovered", _U, Unit.WAD),
)
DEBT_RECORDED: Final = _event(
    "DebtRecorded",
    "What the layers bore became the account's debt.",
    _ACCOUNT,
    _MEMBER,
    Field("amount", _U, Unit.WAD),
)
DEFICIT_EXTINGUISHED: Final = _event(
    "DeficitExtinguished",
    "A retail client's deficit was extinguished.",
    _ACCOUNT,
    _MEMBER,
    Field("amount", _U, Unit.WAD),
)
DEBT_PAID: Final = _event(
    "DebtPaid",
    "A debt was paid, in part or whole, from outside the house.",
    _ACCOUNT,
    _MEMBER,
    Field("amount", _U, Unit.WAD),
    Field("remaining", _U, Unit.WAD),
)
LOSS_COVERED: Final = _event(
    "LossCovered",
    "Somebody paid for a loss that no layer had covered.",
    _EPISODE,
    Field("payer", _A, Unit.ADDRESS),
    Field("amount", _U, Unit.WAD),
    Field("uncovered", _U, Unit.WAD, None, "after"),
)
GAIN_COUNTED: Final = _event(
    "GainCounted",
    "An unpaid gain was counted towards an uncovered loss.",
    _ACCOUNT,
    _EPISODE,
    Field("gain", _U, Unit.WAD),
    Field("total", _U, Unit.WAD, None, "of the episode so far"),
)
GAIN_SCALED: Final = _event(
    "GainScaled",
    "A counted gain gave up its part of the loss.",
    _ACCOUNT,
    _EPISODE,
    Field("amount", _U, Unit.WAD),
    _CASH,
)
ACT_DENIED: Final = _event(
    "ActDenied",
    "The gate refused an act, and whoever asked had the refusal reported.",
    _ACCOUNT,
    Field("wallet", _A, Unit.ADDRESS, None, "who wanted to act"),
    Field("action", _U, Unit.COUNT, None, "1 open .. 7 deposit"),
    Field("reason", _U, Unit.COUNT, None, "the gate's"),
    Field("subject", _U, Unit.ID, None, "instrument, or asset of a payment"),
    Field("amount", _I, Unit.SIZE, None, "positive buys; of a payment, token units"),
    Field("reference", _B, Unit.HASH, None, "names the match; 0 for a payment"),
)

HOUSE_EVENTS: Final = tuple(
    found for found in list(globals().values()) if isinstance(found, EventSpec)
)
"""Every event of the house, in the order above."""
