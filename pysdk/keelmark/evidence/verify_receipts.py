"""The receipts, against their blocks; and that they hold exactly the events in scope."""

from __future__ import annotations

from keelmark.evidence.parts import EvidenceBroken, ReceiptItem, Record, hex_of, raw
from keelmark.evidence.scope import event_of, in_scope
from keelmark.evidence.verdict import ProvedEvent
from keelmark.evidence.work import Key, Work, at, gap
from keelmark.proofs.blocks import ReceiptLog, prove_receipt, receipt_logs

__all__ = ["check_events", "check_receipts"]


def check_receipts(work: Work) -> None:
    """Each receipt, against its block's header; see `verify`."""
    if len(work.package.chains.contracts) != len(work.package.request.scope.contracts):
        raise EvidenceBroken("chains.contracts", "expected one chain for each contract in scope")
    previous: Key = (-1, 0)
    for place, item in enumerate(work.package.receipts.items):
        part, key = f"receipts.items.{place}", (item.block, item.transaction)
        if key <= previous:
            raise EvidenceBroken(part, "is not after the receipt before it")
        previous = key
        work.logs[key] = _receipt(work, part, item)
    missing = sorted({block for block, _ in work.logs} - set(work.vouched))
    work.verdict.not_proved.extend(f"receipts of {gap(block)}" for block in missing)
    shown = sum(1 for block, _ in work.logs if block in work.vouched)
    if shown:
        work.verdict.proved.append(f"{shown} receipts, each at its place in its block")


def _receipt(work: Work, part: str, item: ReceiptItem) -> tuple[ReceiptLog, ...]:
    """The logs of one receipt, proved against its block's header.

    Raises:
        EvidenceBroken: it is not the block's.
    """
    header = work.headers.get(item.block)
    if header is None:
        raise EvidenceBroken(f"{part}.block", f"the package has no header of block {item.block}")
    work.used.add(item.block)
    with at(f"{part}.proof"):
        nodes = [raw(node) for node in item.proof]
        prove_receipt(header, item.transaction, raw(item.receipt), nodes)
    with at(f"{part}.receipt"):
        return receipt_logs(raw(item.receipt))


def check_events(work: Work) -> None:
    """That the events in scope are those which the receipts hold, one for one; see `verify`."""
    scope = work.package.request.scope
    taken: set[tuple[Key, int]] = set()
    for place, chain in enumerate(work.package.chains.contracts):
        previous = (-1, -1, -1)
        for index, record in enumerate(chain.records):
            part = f"chains.contracts.{place}.records.{index}"
            if not in_scope(record, chain.contract, scope):
                if record.transaction is not None or record.position is not None:
                    raise EvidenceBroken(part, "names a receipt, but the scope does not ask for it")
                continue
            if record.transaction is None or record.position is None:
                raise EvidenceBroken(part, "is in scope and names no receipt")
            here = (record.block, record.transaction, record.position)
            if here <= previous:
                raise EvidenceBroken(part, "is not after the record before it")
            previous = here
            key = (record.block, record.transaction)
            _matches(work, part, key, chain.contract, record)
            taken.add((key, record.position))
            header = work.vouched.get(record.block)
            time = header.time if header else None
            event = event_of(record, chain.contract, time or 0)
            work.verdict.events.append(ProvedEvent(chain.contract, record, event, time))
    _unclaimed(work, taken)
    work.verdict.events.sort(
        key=lambda one: (one.record.block, one.record.transaction or 0, one.record.position or 0)
    )


def _matches(work: Work, part: str, key: Key, contract: str, record: Record) -> None:
    """Accepts a record as the log that it names, or refuses; see `verify`."""
    logs = work.logs.get(key)
    if logs is None:
        raise EvidenceBroken(
            f"{part}.transaction", f"no receipt of transaction {key[1]} of block {key[0]}"
        )
    position = record.position
    if position is None or position >= len(logs):
        raise EvidenceBroken(f"{part}.position", f"the receipt has only {len(logs)} logs")
    wanted = ReceiptLog(contract, tuple(raw(topic) for topic in record.topics), raw(record.data))
    if logs[position] != wanted:
        raise EvidenceBroken(f"{part}.position", f"log {position} of the receipt is another")


def _unclaimed(work: Work, taken: set[tuple[Key, int]]) -> None:
    """Refuses logs in scope that no record has, and receipts that hold no event in scope."""
    scope = work.package.request.scope
    holding = {key for key, _ in taken}
    for place, (key, logs) in enumerate(work.logs.items()):
        if key not in holding:
            raise EvidenceBroken(f"receipts.items.{place}", "holds no event in scope")
        for position, log in enumerate(logs):
            if (key, position) in taken or len(log.topics) != 3:
                continue
            record = Record(
                block=key[0],
                topics=[hex_of(topic) for topic in log.topics],
                data=hex_of(log.data),
                transaction=None,
                position=None,
            )
            if in_scope(record, log.address, scope):
                raise EvidenceBroken(
                    "chains.contracts", f"no record for log {position} of receipts.items.{place}"
                )
