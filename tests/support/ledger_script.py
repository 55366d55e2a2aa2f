"""Events written by hand for a ledger, and what contracts that agree with it would answer."""

from __future__ import annotations

from keelmark.events import BY_NAME, Event
from keelmark.ledger import HouseReads, Ledger
from keelmark.ledger.reconcile import AccountReads, money
from keelmark.margin.words import (
    pack_account,
    pack_collateral,
    pack_instrument,
    pack_market,
    pack_position,
)
from tests.support.books import NOW, WAD, dated, perpetual, token

HOUSE = "0x1111111111111111111111111111111111111111"
WALLET = "0x2222222222222222222222222222222222222222"
MEMBER, CLIENT, RETAIL = 1, 2, 3
PERPETUAL, FUTURE, CALL = 1, 2, 3


class Script:
    """Events one after another, a minute and a block apart unless told."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.time = NOW

    def add(self, name: str, after: int = 60, **args: int | str | bytes) -> Event:
        self.time += after
        spec = BY_NAME[name]
        assert set(args) == {field.name for field in spec.fields}, name
        event = Event(spec, HOUSE, args, len(self.events) + 1, 0, self.time)
        self.events.append(event)
        return event

    def leg(
        self,
        account: int,
        size: int,
        price: int,
        after: tuple[int, int, int],
        *,
        action: int = 1,
        mode: int = 1,
        flags: int = 1,
        instrument: int = PERPETUAL,
        index: int = 5000 * WAD,
        later: int = 0,
    ) -> Event:
        """A leg; `after` is size, quote and cash."""
        return self.add(
            "TradeReported",
            later,
            account=account,
            instrument=instrument,
            uti=bytes(32),
            prior_uti=bytes(32),
            execution=mode | action << 8 | flags << 16,
            size=size,
            price=price,
            index=index,
            position_size=after[0],
            position_quote=after[1],
            cash=after[2],
            equity=0,
            initial_margin=0,
        )


def opened() -> Script:
    """A member, a client and a retail client, with money in and two instruments."""
    made = Script()
    made.add("MemberAdmitted", member=MEMBER, wallet=WALLET, flags=17)
    for account, flags in ((CLIENT, 1), (RETAIL, 3)):
        made.add("AccountOpened", account=account, member=MEMBER, wallet=WALLET, flags=flags)
    for number, instrument in ((PERPETUAL, perpetual(time=NOW)), (FUTURE, dated())):
        word = pack_instrument(instrument)
        made.add("InstrumentListed", instrument=number, feed=1, word=word)
    made.add("CollateralListed", asset=1, feed=50, token=WALLET, word=pack_collateral(token()))
    for account in (MEMBER, CLIENT, RETAIL):
        made.add(
            "CollateralDeposited",
            account=account,
            asset=0,
            amount=5000 * 10**6,
            balance=5000 * WAD,
        )
    made.add("CollateralDeposited", account=CLIENT, asset=1, amount=70, balance=70)
    return made


def reads_of(ledger: Ledger) -> HouseReads:
    """What contracts that agree with a ledger would answer."""
    accounts = {
        number: AccountReads(
            pack_account(book.record()),
            tuple(pack_position(held) for held in book.positions.values()),
            dict(book.balances),
            dict(book.entry_notional),
            tuple(book.debts),
        )
        for number, book in ledger.accounts.items()
    }
    house = ledger.house
    return HouseReads(
        accounts,
        {number: pack_instrument(found) for number, found in house.instruments.items()},
        {number: pack_market(found) for number, found in house.markets.items()},
        dust=house.dust,
        uncovered=house.uncovered,
        token_balance=money(ledger),
    )
