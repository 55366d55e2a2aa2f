"""What a venue reports: all of it, once, with the right figures, and provably."""

from __future__ import annotations

from keelmark.chain.operations import GetStorage, Operation
from keelmark.conformance.check import Violation, check
from keelmark.conformance.checks.figures import distressed, to_cents
from keelmark.conformance.desk import CENT, UNIT, Desk, money
from keelmark.conformance.guarded import mapping
from keelmark.conformance.vocabulary import AdapterWrong, Reported, ReportKind
from keelmark.errors import InputError, KeelmarkError
from keelmark.ledger.reader import read_logs
from keelmark.proofs.report_chain import ROOT_SLOT, fold
from keelmark.regulation import value

TRADES = "EU 648/2012 Art. 9: every derivative contract, and every change of it, is reported"
ONCE = "EU 648/2012 Art. 9(1): without duplication"
CHAIN = "BIS WP 811: the ledger is the report, so that it must be complete and provable"


@check("reporting.trade-reported", basis=TRADES)
def trade_reported(desk: Desk) -> None:
    """Each side of a trade is reported."""
    for party, reports in _two_sides(desk).items():
        desk.require(bool(reports), f"{party}: {len(reports)} reports")


@check("reporting.trade-once", basis=ONCE)
def trade_once(desk: Desk) -> None:
    """No side of a trade is reported twice."""
    for party, reports in _two_sides(desk).items():
        desk.require(len(reports) == 1, f"{party}: {len(reports)} reports")


@check("reporting.trade-figures", basis=TRADES)
def trade_figures(desk: Desk) -> None:
    """A trade's report has the size, with its sign, and the price of the trade."""
    size, price = desk.usual, desk.mark[desk.one.underlier]
    for (party, reports), way in zip(_two_sides(desk).items(), (1, -1), strict=True):
        desk.require(bool(reports), f"{party}: {len(reports)} reports")
        for found in reports:
            desk.require(
                (found.amount, found.price) == (way * size, price),
                f"{party}: {money(found.amount)} at {money(found.price)} was reported of "
                f"{money(way * size)} at {money(price)}",
            )


@check("reporting.payments", basis="CDE 2.31: margin posted is reported as it changes")
def payments(desk: Desk) -> None:
    """Each payment in and out is reported once, with its amount."""
    party = desk.party("client", cash=500 * UNIT)
    desk.endow(party, 100 * UNIT + CENT)
    for act, kind, amount in (
        (desk.deposit(party, 100 * UNIT + CENT), ReportKind.DEPOSIT, 100 * UNIT + CENT),
        (desk.withdraw(party, 77 * UNIT), ReportKind.WITHDRAWAL, 77 * UNIT),
    ):
        start = desk.next_block()
        desk.allow(act)
        amounts = [item.amount for item in _of(desk, start, kind, party.name)]
        shown = ", ".join(map(money, amounts)) or "nothing"
        desk.require(amounts == [amount], f"{kind.value} of {money(amount)}: reported {shown}")


@check("reporting.liquidation", basis=TRADES)
def liquidation(desk: Desk) -> None:
    """A liquidation is reported once, with size and price."""
    found = distressed(desk, "client in trouble", value("CLOSE_OUT_BPS") // 2)
    step = found.size // 2 // desk.one.lot * desk.one.lot
    start = desk.next_block()
    desk.allow(desk.liquidate(found.party, desk.taker, step))
    reports = _of(desk, start, ReportKind.LIQUIDATION, found.party.name)
    mark = desk.mark[desk.one.underlier]
    shown = ", ".join(f"{money(item.amount)} at {money(item.price)}" for item in reports)
    desk.require(
        [(abs(item.amount), item.price) for item in reports] == [(step, mark)],
        f"{money(step)} at {money(mark)} were taken over: reported {shown or 'nothing'}",
    )


@check("reporting.chain", basis=CHAIN)
def chain(desk: Desk) -> None:
    """Folding every log of the venue gives the root in its storage: none is missing or altered."""
    contracts = mapping(desk.adapter, "chained")
    if desk.adapter.address not in contracts:
        raise AdapterWrong(
            f"adapter {type(desk.adapter).__name__}.chained: answered {contracts}, expected the "
            f"venue, {desk.adapter.address}, among them, or NotOffered"
        )
    found = distressed(desk, "client in trouble", value("CLOSE_OUT_BPS") // 2)
    step = found.size // 2 // desk.one.lot * desk.one.lot
    desk.allow(desk.liquidate(found.party, desk.taker, step))
    desk.endow(found.party, to_cents(10 * UNIT))
    desk.allow(desk.deposit(found.party, to_cents(10 * UNIT)))
    for address, first_block in contracts.items():
        count, folded, stored = _folded(desk, address, int(first_block))
        desk.require(
            folded == stored and count > 0,
            f"{count} logs of {address} fold to 0x{folded.hex()[:12]}…, its storage says "
            f"0x{stored.hex()[:12]}…",
        )


def _two_sides(desk: Desk) -> dict[str, list[Reported]]:
    """What is reported of both sides of one trade."""
    buyer = desk.party("buyer", cash=to_cents(200_000 * UNIT))
    seller = desk.party("seller", cash=to_cents(200_000 * UNIT))
    start = desk.next_block()
    desk.allow(desk.trade(buyer, seller, desk.usual))
    return {party.name: _of(desk, start, ReportKind.TRADE, party.name) for party in (buyer, seller)}


def _of(desk: Desk, start: int, kind: ReportKind, party: str) -> list[Reported]:
    """Reports of one kind about one party."""
    return [item for item in desk.reported(start) if item.kind is kind and item.party == party]


def _folded(desk: Desk, address: str, first_block: int) -> tuple[int, bytes, bytes]:
    """How many logs there are, what they fold to, and what the contract has stored."""
    node = desk.adapter.chain
    try:
        reading = node.run(read_logs((address,), first_block))
        logs = reading.chain_logs(address)
    except InputError:
        raise
    except KeelmarkError as error:
        raise Violation(f"the logs of {address} have not the shape of a report: {error}") from error

    def root() -> Operation[bytes]:
        word: bytes = yield GetStorage(address, ROOT_SLOT, reading.head.number)
        return word

    return len(logs), fold(logs), node.run(root())
