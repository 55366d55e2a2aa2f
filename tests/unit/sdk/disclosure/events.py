"""Events of a small market, made by hand."""

from __future__ import annotations

from keelmark.events import BY_NAME, Event
from keelmark.margin.words import pack_instrument, pack_option
from keelmark.reports.disclosure.instruments import InstrumentBook
from keelmark.types import AssetClass, Instrument, Kind, Option

WAD = 10**18
DAY_ONE = 1_583_366_400
"""5 March 2020, 00:00 UTC."""
TRADED, TAKEN_OVER = 1, 2


def event(name: str, time: int, *, block: int = 1, log: int = 0, **args: int | bytes) -> Event:
    """An event; fields that are not given are zero."""
    spec = BY_NAME[name]
    zeros: dict[str, int | bytes | str] = {
        field.name: bytes(32) if field.type == "bytes32" else 0 for field in spec.fields
    }
    assert set(args) <= set(zeros)
    return Event(spec, "0x" + "11" * 20, zeros | args, block, log, time)


def leg(time: int, account: int, instrument: int, size: int, price: int, mode: int) -> Event:
    """One leg of a fill."""
    return event(
        "TradeReported",
        time,
        account=account,
        instrument=instrument,
        size=size,
        price=price,
        execution=mode | 1 << 8,
    )


def market() -> InstrumentBook:
    """A perpetual, number 1, and a put at 7,000, number 2."""
    book = InstrumentBook()
    put = Option(7_000 * WAD, False)
    perpetual = Instrument(0, 1, AssetClass.CRYPTO, Kind.PERPETUAL, 3_300, lot_exp=15)
    dated = Instrument(DAY_ONE + 864_000, 1, AssetClass.CRYPTO, Kind.OPTION, 3_300, lot_exp=15)
    for made in (
        event("UnderlierRegistered", 1, underlier=1, symbol=b"BTC".ljust(32, b"\0")),
        event("InstrumentRegistered", 1, instrument=1, underlier=1, kind=1, lot_exp=15),
        event(
            "InstrumentRegistered",
            1,
            instrument=2,
            underlier=1,
            kind=3,
            lot_exp=15,
            expiry=DAY_ONE + 864_000,
            strike=7_000 * WAD,
            cfi=b"OPENCN".ljust(32, b"\0"),
        ),
        event("InstrumentListed", 2, instrument=1, feed=1, word=pack_instrument(perpetual)),
        event("InstrumentListed", 2, instrument=2, feed=1, word=pack_instrument(dated)),
        event("OptionListed", 2, instrument=2, feed=1, word=pack_option(put)),
    ):
        book.apply(made)
    return book
