"""A small market as events written by hand, for reports: who, what, and each act's figures."""

from __future__ import annotations

from keelmark.events import BY_NAME, Event
from tests.support.books import DAY, NOW, WAD
from tests.support.parties import lei_text, lei_word

__all__ = [
    "BOARD",
    "BUYER",
    "CALL",
    "CLIENT_CODE",
    "FUTURE",
    "HOUSE",
    "HOUSE_LEI",
    "MAKER",
    "MEMBER",
    "PERPETUAL",
    "PERSON",
    "TOKEN_FEED",
    "Acts",
    "begun",
    "lei_of",
]

HOUSE, BOARD = "0x" + "11" * 20, "0x" + "22" * 20
HOUSE_LEI = lei_text(80)
MEMBER, MAKER, BUYER, PERSON, SUPERVISED = 1, 2, 3, 4, 5
PERPETUAL, FUTURE, CALL = 1, 2, 3
TOKEN_FEED = 10
CLIENT_CODE = "0000000000000000ABCD"
EXPIRY = NOW + 30 * DAY
BTC_DTI = "4H95J0R2X"


def lei_of(account: int) -> str:
    """LEI of a legal person's account."""
    return HOUSE_LEI if account == SUPERVISED else lei_text(account)


def ascii_word(text: str) -> bytes:
    """Left-aligned ASCII in 32 bytes."""
    return text.encode("ascii").ljust(32, b"\0")


def party_word(account: int, *, natural: bool = False, ccp: bool = False) -> int:
    """A party word by its layout: account, identifier, country, category, flags."""
    identifier = int(CLIENT_CODE, 36) if natural else lei_word(lei_of(account))
    flags = natural | (16 if ccp else 0)
    return account | identifier << 32 | 0x4445 << 136 | (1 if natural else 2) << 152 | flags << 160


def instrument_word(kind: int) -> int:
    """An instrument word by its layout: time, feed 1, crypto, kind, scan, multiplier, lot 10^13."""
    time = NOW if kind == 1 else EXPIRY
    return time | 1 << 32 | 7 << 48 | kind << 56 | 3300 << 64 | 10_000 << 80 | 13 << 96


class Acts:
    """Events one after another, each in a block of its own unless told."""

    def __init__(self, time: int = NOW) -> None:
        self.events: list[Event] = []
        self.block, self.time, self.log = 0, time, 0
        self.matches = 0

    def add(self, name: str, after: int | None = 60, **args: int | str | bytes) -> Event:
        """One event; `after` is the seconds since the one before, None the same block."""
        if after is None:
            self.log += 1
        else:
            self.block, self.log, self.time = self.block + 1, 0, self.time + after
        spec = BY_NAME[name]
        assert set(args) == {field.name for field in spec.fields}, name
        event = Event(spec, HOUSE, args, self.block, self.log, self.time)
        self.events.append(event)
        return event

    def price(self, price: int, feed: int = 1, after: int = 60) -> Event:
        """A price of a feed, fresh for a day."""
        later = self.time + after
        return self.add(
            "PriceUpdated",
            after,
            feed=feed,
            round=later - 2,
            price=price,
            valid_until=later + DAY,
            flags=0,
            grace_until=0,
        )

    def uti(self, suffix: int) -> bytes:
        """A UTI word of the house."""
        return (lei_word(HOUSE_LEI) << 128 | suffix).to_bytes(32, "big")

    def trade(
        self,
        buyer: tuple[int, int],
        seller: tuple[int, int],
        size: int,
        price: int,
        *,
        instrument: int = PERPETUAL,
        mode: int = 1,
        after: int = 60,
        cash: int = 0,
    ) -> tuple[str, str, str]:
        """Both legs of a fill.

        Args:
            buyer: account, and its position before.
            seller: likewise.
            size: wad.
            price: wad.
            instrument: which.
            mode: 1 trade, 2 liquidation, 3 backstop, 4 compulsory.
            after: seconds since the event before.
            cash: of both afterwards.

        Returns:
            UTIs of the buyer's leg, the seller's, and the match.
        """
        self.matches += 1
        match = self.matches << 8
        made = []
        for leg, ((account, before), delta) in enumerate(((buyer, size), (seller, -size)), 1):
            held = before + delta
            if not before:
                action = 1
            elif (before > 0) == (delta > 0):
                action = 2
            else:
                action = 4 if not held else 3 if (held > 0) == (before > 0) else 1
            self.add(
                "TradeReported",
                after if leg == 1 else None,
                account=account,
                instrument=instrument,
                uti=self.uti(match | leg),
                prior_uti=self.uti(match),
                execution=mode | action << 8 | (3 if account == PERSON else 1) << 16,
                size=delta,
                price=price,
                index=price,
                position_size=held,
                position_quote=-held * price // WAD,
                cash=cash,
                equity=0,
                initial_margin=0,
            )
            made.append(f"{HOUSE_LEI}{match | leg:032X}")
        return made[0], made[1], f"{HOUSE_LEI}{match:032X}"

    def taken(
        self, account: int, taker: int, size: int, mark: int, *, instrument: int, mode: int = 2
    ) -> Event:
        """The report of a take-over, after its two legs."""
        return self.add(
            "PositionLiquidated",
            None,
            account=account,
            instrument=instrument,
            taker=taker,
            mode=mode,
            size=size,
            mark=mark,
            penalty=7 * WAD,
            equity_before=90 * WAD,
            margin_before=200 * WAD,
            equity_after=83 * WAD,
            margin_after=100 * WAD,
        )


def begun() -> Acts:
    """Four parties with money in and three instruments on Bitcoin, before any trade."""
    made = Acts(NOW - 1200)
    made.add(
        "UnderlierRegistered",
        underlier=1,
        dti=ascii_word(BTC_DTI),
        asset_class=7,
        symbol=ascii_word("BTC"),
    )
    for number, cfi in ((PERPETUAL, "JTMXCC"), (FUTURE, "FFMCSX"), (CALL, "HTMAVC")):
        made.add(
            "InstrumentRegistered",
            instrument=number,
            underlier=1,
            kind=number,
            expiry=0 if number == PERPETUAL else EXPIRY,
            lot_exp=13,
            cfi=ascii_word(cfi),
            upi=bytes(32),
            settlement_currency=ascii_word("USD"),
            strike=10_000 * WAD if number == CALL else 0,
        )
        made.add("InstrumentListed", instrument=number, feed=1, word=instrument_word(number))
    made.add("OptionListed", None, instrument=CALL, feed=1, word=10_000 * WAD | 1 << 88)
    for account in (MEMBER, MAKER, BUYER, PERSON, SUPERVISED):
        made.add(
            "PartyOnboarded",
            account=account,
            wallet=HOUSE,
            word=party_word(account, natural=account == PERSON),
            member=MEMBER if account == PERSON else 0,
        )
    made.add("MemberAdmitted", member=MEMBER, wallet=HOUSE, flags=17)
    for account in (MAKER, BUYER, PERSON):
        flags = 3 if account == PERSON else 1
        made.add("AccountOpened", account=account, member=MEMBER, wallet=HOUSE, flags=flags)
    for account in (MEMBER, MAKER, BUYER, PERSON):
        made.add(
            "CollateralDeposited",
            account=account,
            asset=0,
            amount=50_000 * 10**6,
            balance=50_000 * WAD,
        )
    return made
