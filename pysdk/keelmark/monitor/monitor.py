"""Evaluates a store's blocks, each once, in order, from the last one evaluated on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from keelmark.errors import InputError, KeelmarkError
from keelmark.events import Event
from keelmark.ledger.history import OF_A_REPORT
from keelmark.monitor.ancestry import ancestor_of, is_there, parted
from keelmark.monitor.books import Timeline, Wiring
from keelmark.monitor.chain import (
    Folded,
    reorganisation_signal,
    sequence_signals,
    store_signals,
)
from keelmark.monitor.detectors import (
    LEVELS,
    TIMED,
    NotFollowing,
    conditions,
    occurrences,
)
from keelmark.monitor.episodes import Episodes, Source
from keelmark.monitor.moment import Moment
from keelmark.monitor.rows import Block, read_blocks
from keelmark.monitor.rules import Rules
from keelmark.monitor.signals import Place, Signal
from keelmark.monitor.state import Evaluated, State
from keelmark.store import Heads, Store
from keelmark.store.model import Finality

__all__ = ["Advance", "Monitor"]

MOST_UNDONE: Final = 256
"""Blocks that are kept to be undone where a chain does not say what is final."""

COMMIT_BLOCKS: Final = 16
"""Blocks in one transaction while there are many to catch up with."""


_ODD: Final = (KeelmarkError, LookupError, ValueError, ArithmeticError)
"""What folding or valuing raises where rows are missing."""


@dataclass(frozen=True, slots=True)
class Advance:
    """What came of looking at the store once."""

    evaluated: int
    """Blocks."""
    events: int
    undone: int
    """Blocks that a reorganisation took away."""
    last_block: int | None
    """The newest one evaluated; None if there is none yet."""
    seconds: float


class Monitor:
    """A store under watch. Blocking; one thread at a time."""

    def __init__(
        self,
        store: Store,
        rules: Rules,
        state: Path,
        *,
        sinks: tuple[str, ...] = (),
        first_block: int | None = None,
    ) -> None:
        """Opens the state file and folds what was evaluated before.

        Args:
            store: of a deployment of the kit.
            rules: what to watch for.
            state: the SQLite file.
            sinks: names of those that notices are for.
            first_block: where a new state file begins; the store's first block by default.

        Raises:
            InputError: the store is of no deployment, or the state file is about something else or
                begins elsewhere.
            StoreFailed: a file cannot be opened or is in use.
            Reorganised: a block that was finalized when it was evaluated is another one now.
        """
        about = store.description
        self.store = store
        self.rules = rules
        self._wiring = Wiring.of(about)
        self.source = Source(about.chain_id, about.venue, self._wiring.house)
        self.state = State(state, self.source.text)
        try:
            self._first = self._begin(first_block)
            self.episodes = Episodes(self.state, self.source, sinks)
            self.timeline = Timeline(self._wiring)
            self.last: Evaluated | None = None
            self.last_time = 0
            self._compared: int | None = None
            """The last block up to which checkpoints were compared."""
            self.moment: Moment | None = None
            """The market at the last moment that was looked at."""
            self.committed: Callable[[], None] = lambda: None
            """Is told whenever something is in the outbox that may be sent."""
            self._load()
        except BaseException:
            self.state.close()
            raise

    def _begin(self, wanted: int | None) -> int:
        """Where evaluation begins: as the file has it, else as wanted, for good."""
        known = self.state.first_block
        if known is None:
            known = self.store.description.first_block if wanted is None else wanted
            with self.state.transaction():
                self.state.note("first_block", str(known))
        elif wanted is not None and wanted != known:
            raise InputError(f"from: {self.state.path} begins at block {known}, expected that")
        return known

    def close(self) -> None:
        """Lets go of the state file."""
        self.state.close()

    # Going on

    def advance(self) -> Advance:
        """Evaluates every block that the store has and that was not evaluated yet.

        Raises:
            Reorganised: a block that was finalized when it was evaluated is another one now.
            StoreFailed: the store or the state file cannot be read or written.
        """
        began = time.monotonic()
        undone = self._undo()
        checkpoint = self.store.checkpoint()
        blocks = events = 0
        if checkpoint is not None:
            heads = self.store.heads() or checkpoint.heads
            batch: list[Block] = []
            for block in read_blocks(self.store, self._next(), checkpoint.last_block):
                before = batch[-1] if batch else self.last
                if parted(before, block):
                    # The store was rewound while it was read; the next step goes back.
                    break
                batch.append(block)
                blocks, events = blocks + 1, events + len(block.events)
                if len(batch) == COMMIT_BLOCKS:
                    self._commit(batch, heads)
                    batch = []
            self._commit(batch, heads, settled=True)
        number = self.last.number if self.last else None
        return Advance(blocks, events, undone, number, time.monotonic() - began)

    def _next(self) -> int:
        """The first block that has not been folded."""
        first = self.store.description.first_block
        return first if self.last is None else self.last.number + 1

    def _commit(self, blocks: list[Block], heads: Heads, *, settled: bool = False) -> None:
        """Evaluates blocks and writes what came of it, all or nothing."""
        last, when = self.last, self.last_time
        try:
            with self.state.transaction():
                for block in blocks:
                    self._evaluate(block, heads)
                if settled:
                    self.episodes.settle_doubts()
                    self._look_for_gaps()
        except BaseException as error:
            # The books have run ahead of the file.
            self.episodes.reload()
            self.last, self.last_time = last, when
            self._refold()
            if isinstance(error, NotFollowing):
                with self.state.transaction():
                    self.episodes.occur(error.signals(self.rules), error.place)
            raise
        if blocks:
            self.timeline.settle(self._final(heads, blocks[-1].number))
        self.committed()

    def _final(self, heads: Heads, number: int) -> int:
        """The newest block that cannot be undone any more, seen from a block."""
        if heads.finalized is not None:
            return min(heads.finalized, number)
        return number - MOST_UNDONE

    def _evaluate(self, block: Block, heads: Heads) -> None:
        """Folds a block and looks at it.

        Raises:
            NotFollowing: what came before is missing.
        """
        finality = heads.finality(block.number)
        place = Place(block.number, block.hash, block.time, -1, str(finality))
        if block.number >= self._first:
            self._watch(block, place)
        else:
            for event in block.events:
                self._apply(event, replace(place, log_index=event.log_index))
        self.timeline.append(block)
        final = finality == Finality.FINALIZED
        self.last = Evaluated(block.number, block.hash, final, bool(block.events))
        self.last_time = block.time
        self.state.evaluate(self.last, self._final(heads, block.number))

    def _watch(self, block: Block, place: Place) -> None:
        """Folds a block's events, with what each tells, and what the matter is at its beginning,
        at every price, and at its end."""
        if self.timeline.now.ledger.events:
            self._look(place, by_time=True)
        priced = False
        for event in block.events:
            if priced and event.name not in OF_A_REPORT:
                # Prices have arrived, and this is the first act on them.
                self._look(place)
                priced = False
            place = replace(place, log_index=event.log_index)
            self._tell(event, place)
            priced = priced or event.name in OF_A_REPORT
        self._look(place)

    def _tell(self, event: Event, place: Place) -> None:
        """Folds an event, and says what it tells."""
        books = self.timeline.now
        known = [len(one) for one in books.findings]
        try:
            said = occurrences(event, books, self.rules)
        except _ODD as error:
            raise NotFollowing(event.name, place, error) from error
        self._apply(event, place)
        found = [
            one
            for before, findings in zip(known, books.findings, strict=True)
            for one in findings[before:]
        ]
        self.episodes.occur([*said, *sequence_signals(found, self.rules)], place)

    def _apply(self, event: Event, place: Place) -> None:
        """Folds an event."""
        try:
            self.timeline.now.apply(event)
        except _ODD as error:
            raise NotFollowing(event.name, place, error) from error

    def _look(self, place: Place, *, by_time: bool = False) -> None:
        """Says what the matter is at a moment.

        Args:
            place: the moment.
            by_time: nothing but time has passed: what it alone sets off is looked at.
        """
        moment = Moment(self.timeline.now, place.time)
        try:
            said = conditions(moment, self.rules, by_time=by_time)
        except _ODD as error:
            raise NotFollowing("the prices", place, error) from error
        self.episodes.look(TIMED if by_time else LEVELS, said, place)
        if not by_time:
            self.moment = moment

    def _look_for_gaps(self) -> None:
        """Whether the store's checkpoints follow one another. All of them are compared at first;
        later the newest tells by where it begins that there may be something between."""
        point = self.store.checkpoint()
        if self.last is None or point is None or not self.rules.store_gap.enabled:
            return
        begins = point.first_block
        going_on = any(detector == "store_gap" for detector, _ in self.episodes.open)
        if self._compared is None or begins > self._compared + 1 or going_on:
            signals = store_signals(self.store, self.rules)
            self.episodes.look(("store_gap",), signals, self._place())
        self._compared = point.last_block

    def _place(self) -> Place:
        """The last block evaluated, apart from any log."""
        assert self.last is not None
        heads = self.store.heads()
        finality = str(heads.finality(self.last.number)) if heads else "latest"
        return Place(self.last.number, self.last.hash, self.last_time, -1, finality)

    def say(self, detector: str, signals: list[Signal]) -> None:
        """Conditions and occurrences that are looked at apart from blocks: the roots, the
        reader's silence and its end."""
        if self.last is None or not self.rules.section(detector).enabled:
            return
        conditions = [one for one in signals if not one.once]
        with self.state.transaction():
            self.episodes.look((detector,), conditions, self._place())
            self.episodes.occur([one for one in signals if one.once], self._place())
        self.committed()

    def folded(self) -> Folded | None:
        """The report chains at the last block evaluated; None before the first."""
        if self.last is None:
            return None
        books = self.timeline.now
        return Folded(
            self.last.number,
            self.last.hash,
            dict(books.wiring.reporting),
            dict(books.roots),
            dict(books.records),
        )

    # Going back

    def _undo(self) -> int:
        """Goes back to the newest evaluated block that is still in the store's chain.

        Returns:
            how many evaluated blocks were undone.
        """
        checkpoint = self.store.checkpoint()
        if self.last is None or checkpoint is None or is_there(self.store, self.last):
            return 0
        remembered = self.state.evaluated()
        oldest = remembered[-1]
        if oldest.final and checkpoint.last_block < oldest.number:
            # The store is being filled anew: nothing is undone, it is behind.
            return 0
        ancestor = ancestor_of(self.store, remembered, checkpoint.last_block)
        if ancestor == self.last:
            return 0
        old, number = self.last, ancestor.number if ancestor else -1
        with self.state.transaction():
            self.state.forget_above(number)
            self.episodes.suspend_above(number)
            signal = reorganisation_signal(old, number, self.rules)
            if signal is not None and self.rules.deep_reorganisation.enabled:
                where = Place(old.number, old.hash, self.last_time, -1, "latest")
                self.episodes.occur([signal], where)
        self.last = ancestor
        self._refold()
        return sum(one.number > number for one in remembered)

    def _refold(self) -> None:
        """Brings the books to the last block evaluated."""
        if self.last is None:
            self.timeline = Timeline(self._wiring)
        elif not self.timeline.rewind(self.last.number):
            self._load()
        self.moment = None

    def _load(self) -> None:
        """Folds the store's rows up to the last block evaluated, and says nothing of them."""
        self._find_last()
        self.timeline = Timeline(self._wiring)
        if self.last is None:
            return
        heads = self.store.heads()
        first = self.store.description.first_block
        for block in read_blocks(self.store, first, self.last.number):
            place = Place(block.number, block.hash, block.time, -1, "latest")
            for event in block.events:
                self._apply(event, replace(place, log_index=event.log_index))
            self.timeline.append(block)
            self.last_time = block.time
            if heads is not None:
                self.timeline.settle(min(self._final(heads, block.number), block.number))

    def _find_last(self) -> None:
        """The newest block remembered as evaluated; `_undo` sees whether it still stands."""
        remembered = self.state.evaluated()
        self.last = remembered[0] if remembered else None
