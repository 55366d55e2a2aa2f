"""Random lives of a store of every kind: committing, forking, noting, closing, against a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from keelmark.store import Checkpoint, Header, Heads, RootProof, Store, open_store
from tests.support.made_rows import (
    DESCRIPTION,
    FIRST,
    TABLES,
    Contents,
    contents,
    expected_rows,
    header,
    made,
    proof,
)


class Life(RuleBasedStateMachine):
    """One store, and what it must hold: for each block, the fork that it is of."""

    where: ClassVar[Callable[[], str]]

    @initialize()
    def begin(self) -> None:
        """A store that does not exist yet."""
        self.place = type(self).where()
        self.store: Store = open_store(self.place, DESCRIPTION)
        self.forks: dict[int, int] = {}
        self.points: list[Checkpoint] = []
        self.headers: dict[int, Header] = {}
        self.proofs: dict[int, RootProof] = {}
        self.heads: Heads | None = None

    @property
    def newest(self) -> int:
        """The newest block."""
        return self.points[-1].last_block if self.points else FIRST - 1

    @rule(blocks=st.integers(1, 12), fork=st.integers(0, 2), proved=st.booleans())
    def commit(self, blocks: int, fork: int, proved: bool) -> None:
        """The next row set, of any fork."""
        last = self.newest + blocks
        rows = made(self.newest + 1, last, fork)
        if proved:
            rows = replace(rows, proofs=(proof(last, fork),))
            self.proofs[last] = rows.proofs[0]
        assert self.store.commit(rows) == rows.checkpoint.rows
        assert self.store.commit(rows) == 0
        self.forks |= dict.fromkeys(range(self.newest + 1, last + 1), fork)
        self.points.append(rows.checkpoint)
        self.headers[last] = rows.headers[0]
        self.heads = rows.checkpoint.heads

    @rule(depth=st.integers(0, 20))
    def rewind(self, depth: int) -> None:
        """Back by some blocks, or to nothing."""
        last = max(self.newest - depth, FIRST - 1)
        end = header(last, self.forks.get(last, 0))
        gone = expected_rows((n, fork) for n, fork in self.forks.items() if n > last)
        assert self.store.rewind(end) == sum(map(len, gone.values()))
        self.forks = {n: fork for n, fork in self.forks.items() if n <= last}
        if self.newest > last:
            kept = [point for point in self.points if point.last_block <= last]
            for point in self.points:
                if point.first_block <= last < point.last_block:
                    blocks = range(point.first_block, last + 1)
                    rows = expected_rows((n, self.forks[n]) for n in blocks)
                    count = sum(map(len, rows.values()))
                    kept.append(
                        replace(
                            point,
                            last_block=last,
                            last_hash=end.hash,
                            last_time=end.time,
                            rows=count,
                        )
                    )
                    self.headers[last] = end
            self.points = kept
        self.headers = {n: one for n, one in self.headers.items() if n <= last}
        self.proofs = {n: one for n, one in self.proofs.items() if n <= last}

    @rule(ahead=st.integers(0, 5))
    def note(self, ahead: int) -> None:
        """The chain goes on."""
        self.heads = Heads(self.newest + ahead, self.newest, self.newest - ahead)
        self.store.note(self.heads)

    @rule()
    def reopen(self) -> None:
        """Closed, and opened again."""
        self.store.close()
        self.store = open_store(self.place, DESCRIPTION)

    @invariant()
    def agrees(self) -> None:
        """The store holds what the model does."""
        rows = expected_rows(self.forks.items())
        assert contents(self.store) == Contents(
            rows,
            tuple(self.points),
            tuple(self.headers[number] for number in sorted(self.headers)),
            self.heads,
            tuple(self.proofs[number] for number in sorted(self.proofs)),
        )
        amounts = sum(row[9] for row in rows[TABLES[0].name])
        assert self.store.total(TABLES[0].name, "amount") == amounts

    def teardown(self) -> None:
        """Lets go of the files."""
        self.store.close()


def test_random_lives(place: Callable[[], str]) -> None:
    """Whatever happens in whatever order."""
    life = type("LifeOfAKind", (Life,), {"where": staticmethod(place)})
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=6,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
