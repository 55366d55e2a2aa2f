"""Events of the default fund, the instrument registry, the price board, and of roles."""

from __future__ import annotations

from typing import Final

from keelmark.events.model import EventSpec, Field, Source, Unit

_U, _A, _B = "uint256", "address", "bytes32"

_HOUSE = Field("house", _A, Unit.ADDRESS, "2.15", "whose book")
_MEMBER = Field("member", _U, Unit.ID, "2.16", "account id")
_POOL = Field("pool", _U, Unit.TOKEN, None, "after")
_DEDICATED = Field("dedicated", _U, Unit.TOKEN, None, "after")
_AMOUNT = Field("amount", _U, Unit.TOKEN)

FUND_EVENTS: Final = (
    EventSpec(
        Source.FUND,
        "ShareContributed",
        (_HOUSE, _MEMBER, _AMOUNT, Field("shares", _U, Unit.SHARES, None, "new"), _POOL),
        "A member paid into a house's pool.",
    ),
    EventSpec(
        Source.FUND,
        "ShareWithdrawn",
        (_HOUSE, _MEMBER, _AMOUNT, Field("shares", _U, Unit.SHARES, None, "burnt"), _POOL),
        "A member that carries no account took money out.",
    ),
    EventSpec(
        Source.FUND,
        "ShareClaimed",
        (
            _HOUSE,
            _MEMBER,
            Field("epoch", _U, Unit.COUNT),
            _AMOUNT,
            Field("shares", _U, Unit.SHARES, None, "burnt"),
            Field("pool", _U, Unit.TOKEN, None, "of that epoch, after"),
        ),
        "A member took what was reinstated to a closed epoch.",
    ),
    EventSpec(
        Source.FUND,
        "EpochOpened",
        (
            _HOUSE,
            Field("epoch", _U, Unit.COUNT, None, "the new one"),
            Field("pool", _U, Unit.TOKEN, None, "left in the one before"),
            Field("shares", _U, Unit.SHARES, None, "left in the one before"),
        ),
        "A new epoch of shares began, as the last pool was wiped out.",
    ),
    EventSpec(
        Source.FUND,
        "ResourcesDedicated",
        (_HOUSE, Field("payer", _A, Unit.ADDRESS), _AMOUNT, _DEDICATED),
        "A house got resources of its own, to be lost before its members'.",
    ),
    EventSpec(
        Source.FUND,
        "LossAbsorbed",
        (
            _HOUSE,
            _MEMBER,
            Field("from_member", _U, Unit.TOKEN),
            Field("from_house", _U, Unit.TOKEN),
            Field("from_others", _U, Unit.TOKEN),
            _POOL,
            _DEDICATED,
        ),
        "A house drew on its book.",
    ),
    EventSpec(
        Source.FUND,
        "LayersRefilled",
        (
            _HOUSE,
            _MEMBER,
            Field("from_member", _U, Unit.TOKEN, None, "back to the member's share"),
            Field("from_house", _U, Unit.TOKEN, None, "back to the dedicated resources"),
            Field("from_others", _U, Unit.TOKEN, None, "back to the pools"),
            Field("shares", _U, Unit.SHARES, None, "new, of the member"),
            _POOL,
            _DEDICATED,
        ),
        "A debtor paid, and the layers that had borne its loss were refilled.",
    ),
)


INSTRUMENT_EVENTS: Final = (
    EventSpec(
        Source.INSTRUMENTS,
        "UnderlierRegistered",
        (
            Field("underlier", _U, Unit.ID, "2.105", "also its feed"),
            Field("dti", _B, Unit.TEXT, "2.102", "zero if no token"),
            Field("asset_class", _U, Unit.COUNT, "2.106", "7 is crypto"),
            Field("symbol", _B, Unit.TEXT),
        ),
        "An underlier was registered.",
    ),
    EventSpec(
        Source.INSTRUMENTS,
        "InstrumentRegistered",
        (
            Field("instrument", _U, Unit.ID),
            Field("underlier", _U, Unit.ID, "2.102"),
            Field("kind", _U, Unit.COUNT, None, "1 perpetual, 2 dated future, 3 option"),
            Field("expiry", _U, Unit.SECONDS, "2.2", "0 for a perpetual"),
            Field("lot_exp", _U, Unit.COUNT, None, "the lot is 10^lot_exp wad"),
            Field("cfi", _B, Unit.TEXT, None, "EMIR 2.9"),
            Field("upi", _B, Unit.TEXT, None, "EMIR 2.8; zero if none"),
            Field("settlement_currency", _B, Unit.TEXT, "2.20"),
            Field("strike", _U, Unit.PRICE, "2.60", "0 if no option"),
        ),
        "An instrument was registered.",
    ),
    EventSpec(
        Source.INSTRUMENTS,
        "UpiAssigned",
        (Field("instrument", _U, Unit.ID), Field("upi", _B, Unit.TEXT, None, "EMIR 2.8")),
        "An instrument got its UPI.",
    ),
)

_FEED = Field("feed", _U, Unit.ID, "2.105")
_SLOT = Field("slot", _U, Unit.COUNT, None, "0 limits, 1 to 3 source")
_UNDERLIER = Field("underlier", _U, Unit.ID, "2.105", "whose surface")
_FEED_WORD = Field("word", _U, Unit.WORD)

BOARD_EVENTS: Final = (
    EventSpec(
        Source.BOARD,
        "PriceUpdated",
        (
            _FEED,
            Field("round", _U, Unit.SECONDS, "2.27", "newest source time used"),
            Field("price", _U, Unit.PRICE),
            Field("valid_until", _U, Unit.SECONDS),
            Field("flags", _U, Unit.FLAGS, None, "1 jump, 2 the price before was stale"),
            Field("grace_until", _U, Unit.SECONDS, None, "0 is no change"),
        ),
        "A price was read from its sources.",
    ),
    EventSpec(
        Source.BOARD,
        "SettlementObserved",
        (
            _FEED,
            Field("expiry", _U, Unit.SECONDS, "2.2"),
            Field("minute", _U, Unit.COUNT),
            Field("price", _U, Unit.PRICE),
            Field("count", _U, Unit.COUNT),
            Field("sum", _U, Unit.PRICE),
        ),
        "An observation for a settlement price was recorded.",
    ),
    EventSpec(
        Source.BOARD,
        "FeedChanged",
        (_FEED, _SLOT, _FEED_WORD),
        "A feed's limits or source changed.",
    ),
    EventSpec(
        Source.BOARD,
        "FeedChangeAnnounced",
        (_FEED, _SLOT, _FEED_WORD, Field("due", _U, Unit.SECONDS)),
        "A looser limit or another source was announced.",
    ),
    EventSpec(
        Source.BOARD,
        "ReporterAdded",
        (
            Field("reporter_set", _U, Unit.ID),
            Field("reporter", _A, Unit.ADDRESS),
            Field("feed", _U, Unit.ID),
        ),
        "A signer joined a quorum feed.",
    ),
    EventSpec(
        Source.BOARD,
        "SurfaceListed",
        (
            _UNDERLIER,
            Field("epoch", _U, Unit.COUNT, None, "its first, 1"),
            Field("word", _U, Unit.WORD, None, "epoch, time, tenors and points"),
        ),
        "An underlier got a surface of forwards and volatilities.",
    ),
    EventSpec(
        Source.BOARD,
        "SurfaceExpiryAdded",
        (
            _UNDERLIER,
            Field("expiry", _U, Unit.SECONDS, "2.2"),
            Field("feed", _U, Unit.ID, None, "of the expiry's forward"),
        ),
        "A surface got another expiry.",
    ),
    EventSpec(
        Source.BOARD,
        "SurfaceUpdated",
        (
            _UNDERLIER,
            Field("epoch", _U, Unit.COUNT, None, "the new one; after 65535 comes 1"),
            Field("time", _U, Unit.SECONDS, "2.27", "time to expiry counts from it"),
        ),
        "A price of a surface changed, and a new epoch of it began.",
    ),
)

ROLE_EVENTS: Final = (
    EventSpec(
        Source.ROLES,
        "RoleProposed",
        (
            Field("role", _B, Unit.HASH),
            Field("holder", _A, Unit.ADDRESS),
            Field("successor", _A, Unit.ADDRESS, None, "zero withdraws the offer"),
        ),
        "A role was offered.",
    ),
    EventSpec(
        Source.ROLES,
        "RoleAccepted",
        (
            Field("role", _B, Unit.HASH),
            Field("holder", _A, Unit.ADDRESS),
            Field("predecessor", _A, Unit.ADDRESS, None, "zero for the first"),
        ),
        "A role has a new holder.",
    ),
)
