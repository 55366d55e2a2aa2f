"""From what detectors say at moments to alerts that begin, end and are taken back, once each.

An alert's id is a digest of the detector, the subject and the moment at which it began. So the
same blocks evaluated again, after a kill or after a reorganisation that left them as they were,
give the same ids, and what was announced before is not announced again.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from keelmark import __version__
from keelmark.monitor.signals import Place, Signal
from keelmark.monitor.state import State
from keelmark.regulation import rule

__all__ = ["Episodes", "Source", "Status"]

SCHEMA: Final = 1
"""Of an alert's JSON."""


APART: Final = ("deep_reorganisation", "reader_stalled", "monitor_stopped", "store_gap")
"""Detectors of the reading, whose alerts do not hang on a block."""


class Status(StrEnum):
    """What a notice says of its alert."""

    FIRED = "fired"
    RESOLVED = "resolved"
    RETRACTED = "retracted"
    """The block in which it began is no part of the chain any more: as if it had never been."""
    REOPENED = "reopened"
    """The block in which it ended is no part of the chain any more: it goes on."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is watched, as every alert says it."""

    chain_id: int
    venue: str
    house: str
    """Address, checksummed."""

    @property
    def text(self) -> str:
        """In one line."""
        return f"{self.venue} {self.house} on chain {self.chain_id}"


@dataclass(slots=True)
class Episodes:
    """Alerts that go on, and how they change. Everything here runs inside a transaction."""

    state: State
    source: Source
    sinks: tuple[str, ...]
    """Names of the receivers."""
    clock: Callable[[], float] = time.time
    open: dict[tuple[str, str], str] = field(default_factory=dict)
    """Detector and subject to the id of the alert that goes on."""
    counted: Callable[[str, str, str], None] = lambda _detector, _severity, _status: None
    """Told of every notice."""

    def __post_init__(self) -> None:
        self.reload()

    def reload(self) -> None:
        """Which alerts go on, from the file: after a start or a transaction that failed."""
        rows = self.state.query(
            "SELECT detector, subject, id FROM alerts WHERE status = 'open' AND suspended = 0"
        )
        self.open = {(detector, subject): found for detector, subject, found in rows}

    def look(self, detectors: Collection[str], signals: Iterable[Signal], place: Place) -> None:
        """Conditions at a moment: what is said of for the first time begins, what is no longer
        said ends.

        Args:
            detectors: whose conditions these are, all of them.
            signals: what they say.
            place: the moment.
        """
        said: set[tuple[str, str]] = set()
        for signal in signals:
            said.add(signal.key)
            if signal.firing and signal.key not in self.open:
                self._begin(signal, place)
        ended = [key for key in self.open if key[0] in detectors and key not in said]
        # In an order that a restart does not change.
        for key in sorted(ended):
            self._end(key, place)

    def occur(self, signals: Iterable[Signal], place: Place) -> None:
        """Occurrences at a moment."""
        for signal in signals:
            self._begin(signal, place)

    def _id(self, signal: Signal, place: Place) -> str:
        text = json.dumps(
            [
                self.source.text,
                signal.detector,
                signal.subject,
                place.block_hash.hex(),
                place.log_index,
            ]
        )
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def _begin(self, signal: Signal, place: Place) -> None:
        id = self._id(signal, place)
        status = "once" if signal.once else "open"
        known = self.state.query(
            "SELECT status, suspended, sequence, ended_block FROM alerts WHERE id = ?", (id,)
        )
        if not signal.once:
            self.open[signal.key] = id
        if known:
            before, suspended, sequence, ended_block = known[0]
            if suspended:
                # The block is back as it was; of an end that was announced, `_end` will tell.
                self.state.run(
                    "UPDATE alerts SET suspended = 0, status = ?, end_suspended = ? WHERE id = ?",
                    (status, ended_block is not None, id),
                )
                return
            if before in ("open", "once"):
                return
            self.state.run(
                "UPDATE alerts SET status = ?, ended_block = NULL, ended = NULL, "
                "end_suspended = 0 WHERE id = ?",
                (status, id),
            )
            self._notice(id, Status.FIRED, sequence + 1)
            return
        body = self._body(id, signal, place)
        self.state.run(
            "INSERT INTO alerts (id, detector, subject, severity, status, sequence, block, body) "
            "VALUES (?, ?, ?, ?, ?, 0, ?, ?)",
            (
                id,
                signal.detector,
                signal.subject,
                str(signal.severity),
                status,
                place.block_number,
                json.dumps(body, ensure_ascii=False),
            ),
        )
        self._notice(id, Status.FIRED, 1)

    def _end(self, key: tuple[str, str], place: Place) -> None:
        id = self.open.pop(key)
        where = _block(place)
        row = self.state.query(
            "SELECT sequence, end_suspended, ended FROM alerts WHERE id = ?", (id,)
        )
        sequence, suspended, ended = row[0]
        same = suspended and _moment(json.loads(ended)) == _moment(where)
        self.state.run(
            "UPDATE alerts SET status = 'resolved', ended_block = ?, ended = ?, end_suspended = 0 "
            "WHERE id = ?",
            (place.block_number, json.dumps(where), id),
        )
        if same:
            return
        if suspended:
            sequence += 1
            self._notice(id, Status.REOPENED, sequence)
        self._notice(id, Status.RESOLVED, sequence + 1)

    # Reorganisations

    def suspend_above(self, number: int) -> None:
        """Blocks above a height are gone: what began or ended there is in doubt until they have
        been evaluated anew."""
        apart = ", ".join(f"'{name}'" for name in APART)
        self.state.run(
            "UPDATE alerts SET suspended = 1 WHERE block > ? AND status <> 'retracted' "
            f"AND detector NOT IN ({apart})",
            (number,),
        )
        self.state.run(
            "UPDATE alerts SET status = 'open', end_suspended = 1 WHERE block <= ? "
            f"AND ended_block > ? AND status = 'resolved' AND detector NOT IN ({apart})",
            (number, number),
        )
        self.reload()

    def settle_doubts(self) -> None:
        """The new blocks have been evaluated: what did not come again is taken back."""
        gone = self.state.query(
            "SELECT id, sequence FROM alerts WHERE suspended = 1 ORDER BY block, id"
        )
        for id, sequence in gone:
            self.state.run(
                "UPDATE alerts SET status = 'retracted', suspended = 0, end_suspended = 0 "
                "WHERE id = ?",
                (id,),
            )
            self._notice(id, Status.RETRACTED, sequence + 1)
        goes_on = self.state.query(
            "SELECT id, sequence FROM alerts WHERE end_suspended = 1 AND status = 'open' "
            "ORDER BY block, id"
        )
        for id, sequence in goes_on:
            self.state.run(
                "UPDATE alerts SET end_suspended = 0, ended_block = NULL, ended = NULL "
                "WHERE id = ?",
                (id,),
            )
            self._notice(id, Status.REOPENED, sequence + 1)

    # What is sent

    def _body(self, id: str, signal: Signal, place: Place) -> dict[str, Any]:
        """An alert as JSON; numbers that a double may not hold are text."""
        found = rule(signal.rule) if signal.rule else None
        return {
            "schema": SCHEMA,
            "id": id,
            "detector": signal.detector,
            "severity": str(signal.severity),
            "subject": signal.subject,
            "sentence": signal.sentence,
            "account": signal.account,
            "instrument": signal.instrument,
            "feed": signal.feed,
            "figures": {name: str(number) for name, number in signal.figures.items()},
            "rule": found
            and {
                "id": found.id,
                "value": str(found.value),
                "unit": found.unit,
                "source": found.citation,
                "status": found.status.name.lower(),
            },
            "block": _block(place),
            "chain_id": self.source.chain_id,
            "venue": self.source.venue,
            "house": self.source.house,
            "software": f"keelmark {__version__}",
        }

    def _notice(self, id: str, status: Status, sequence: int) -> None:
        """Puts what is new of an alert into the outbox."""
        text, ended, detector, severity = self.state.query(
            "SELECT body, ended, detector, severity FROM alerts WHERE id = ?", (id,)
        )[0]
        body = json.loads(text)
        key = f"{id}-{sequence}"
        body |= {
            "key": key,
            "sequence": sequence,
            "status": str(status),
            "ended": json.loads(ended) if ended and status is Status.RESOLVED else None,
        }
        self.state.run("UPDATE alerts SET sequence = ? WHERE id = ?", (sequence, id))
        self.state.send(key, body, self.sinks, self.clock())
        self.counted(detector, severity, str(status))


def _block(place: Place) -> dict[str, Any]:
    """A moment as JSON."""
    return {
        "number": place.block_number,
        "hash": "0x" + place.block_hash.hex(),
        "time": place.time,
        "log_index": place.log_index,
        "finality": place.finality,
    }


def _moment(block: dict[str, Any]) -> tuple[str, int]:
    """What tells a moment from others: how final its block is may change."""
    return block["hash"], block["log_index"]
