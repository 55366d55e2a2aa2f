"""How many blocks to ask for at once: as many as the provider bears, and no more.

A provider's limit may be on blocks, on logs, on bytes or on time, and only its refusals tell. Sizes
grow from a small first range until an answer is as large as it should be or a refusal shows a
limit. From then on the density of logs that was seen says how many blocks fill a request to just
under the limit. A limit that refusals do not name is found between what passed and what did not,
round numbers first, since limits are round numbers. One request at a time tries more than is known
to pass.

No I/O, no clock: tested alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

from keelmark.ingest.refusals import Measure, TooMuch

__all__ = ["Ceiling", "Ranges"]

FIRST_BLOCKS: Final = 32
"""Of the first request: what is there is not known yet."""

MOST_BLOCKS: Final = 100_000
"""Of any request; a longer range saves nothing, and a provider's timeout is near."""

TARGET_BYTES: Final = 25 * 2**19
"""How large an answer should be at most: 10,000 trade reports, which is the usual limit, fit it."""

GROWTH: Final = 8
"""How many times longer a range may be than the longest that has passed."""

_MARGIN: Final = 0.97
"""How full a request is filled by estimate, at most."""

_LEAST_MARGIN: Final = 0.5
_NEARLY: Final = 0.8
"""An estimate above this part of the limit was right, and only the margin was too small."""

_CLOSE: Final = 1.15
"""Where the least that did not pass is so near to the most that did, nothing more is tried."""

_CLOSE_TO_ROUND: Final = 1.35
"""The same, where a round number has passed: it is likely to be the limit."""

_BEYOND: Final = 1.08
"""How much more than what passed is worth a try; more than the margin takes away."""

_TRY_AFTER: Final = 16
_TRY_AT_LAST: Final = 64
"""Answers after which a limit of unknown kind is tried beyond again, at first and later."""

_MOST_DOUBTS: Final = 2
_ROUND_STEPS: Final = (1.0, 2.0, 5.0)


@dataclass(slots=True)
class Ceiling:
    """The most that passes, as far as it is known."""

    told: int | None = None
    """The limit that refusals name."""
    passed: float = 0.0
    """The most that has passed."""
    refused: float | None = None
    """The least that has not."""
    round: bool = True
    """Whether it is likely a round number."""

    def aim(self) -> float | None:
        """What to ask for next; None if nothing has shown a limit."""
        if self.told is not None:
            return float(self.told)
        if self.refused is None:
            return None
        if self.settled:
            return self.passed
        low = max(self.passed, 1.0)
        middle = math.sqrt(low * self.refused)
        between = [one for one in self._round_numbers() if low * _BEYOND < one < self.refused]
        nearest = min(between, key=lambda one: abs(math.log(one / middle)), default=middle)
        return nearest if nearest > self.passed else self.refused * 0.99

    @property
    def settled(self) -> bool:
        """Whether nothing more is tried."""
        if self.told is not None:
            return True
        if self.refused is None or self.passed <= 0:
            return False
        at_round = any(
            one * _MARGIN * 0.95 <= self.passed <= one * 1.001 for one in self._round_numbers()
        )
        return self.refused <= self.passed * (_CLOSE_TO_ROUND if at_round else _CLOSE)

    def _round_numbers(self) -> list[float]:
        """1, 2 and 5 times the powers of ten up to what was refused."""
        if not self.round or self.refused is None:
            return []
        powers = range(int(math.log10(max(self.refused, 1.0))) + 1)
        return [step * 10.0**power for power in powers for step in _ROUND_STEPS]

    def pass_(self, amount: float) -> None:
        """This much has passed."""
        self.passed = max(self.passed, amount)
        if self.refused is not None and self.refused <= self.passed:
            # What did not pass before does now: it was not this that was too much.
            self.refused = None

    def refuse(self, amount: float, told: int | None = None) -> None:
        """This much has not passed."""
        if told is not None:
            self.told = told
        elif self.told is not None and amount <= self.told:
            # The words are wrong, or say "to minus from".
            self.told = int(amount) - 1 if amount == self.told else None
        self.refused = amount if self.refused is None else min(self.refused, amount)
        self.passed = min(self.passed, self.refused * 0.99)


@dataclass(slots=True)
class Ranges:
    """Sizes of ranges, learnt from answers and refusals."""

    first_blocks: int = FIRST_BLOCKS
    most_blocks: int = MOST_BLOCKS
    target_bytes: int = TARGET_BYTES
    blocks: Ceiling = field(default_factory=Ceiling)
    """On the number of blocks, where refusals speak of it."""
    rows: Ceiling = field(default_factory=Ceiling)
    """On the number of logs."""
    bytes: Ceiling = field(default_factory=Ceiling)
    """On the size of answers."""
    unknown: Ceiling = field(default_factory=lambda: Ceiling(round=False))
    """In blocks, of a kind that refusals do not tell, or of time."""
    rows_per_block: float = 0.0
    """As the last answers had it."""
    bytes_per_block: float = 0.0
    settling: bool = True
    """Whether it is not known yet how much passes: until then one request at a time."""
    _longest: int = 0
    _margin: float = _MARGIN
    _seen: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Blocks, logs and bytes of the last answers, each answer counting half of the next one."""
    _answers_since: int = 0
    _try_after: int = _TRY_AFTER
    _beyond: bool = False
    """Whether the limit of unknown kind is to be tried beyond."""
    _doubts: int = 0

    def size(self) -> int:
        """How many blocks to ask for next, at least 1."""
        return self._blocks_for(
            max(self.first_blocks, self._longest * GROWTH),
            self.blocks.aim(),
            self.rows.aim(),
            self.bytes.aim(),
            self._unknown_aim(),
        )

    def safe_size(self) -> int:
        """How many blocks are known to pass, by what is known of their logs; at least 1."""
        return self._blocks_for(
            max(self.first_blocks, self._longest),
            *(
                ceiling.aim() if ceiling.settled or ceiling.refused is None else ceiling.passed
                for ceiling in (self.blocks, self.rows, self.bytes, self.unknown)
            ),
        )

    def _unknown_aim(self) -> float | None:
        if self._beyond and self.unknown.refused is not None:
            return self.unknown.refused * 1.05 + 1
        return self.unknown.aim()

    @property
    def trying(self) -> bool:
        """Whether `size` asks for more than is known to pass."""
        return self.size() > self.safe_size() * 1.05

    @property
    def fresh(self) -> bool:
        """Whether no answer has come yet."""
        return self._longest == 0

    def doubtful(self, blocks: int) -> bool:
        """Whether so many blocks did not pass before, for what reason ever."""
        return self.unknown.refused is not None and blocks >= self.unknown.refused

    @property
    def expected_bytes(self) -> int:
        """How large the next answer will be, by estimate."""
        return int(self.size() * self.bytes_per_block)

    def answered(self, blocks: int, rows: int, size: int) -> None:
        """An answer came.

        Args:
            blocks: how many were asked for.
            rows: how many logs it has.
            size: its bytes.
        """
        before = self._seen
        self._seen = (before[0] / 2 + blocks, before[1] / 2 + rows, before[2] / 2 + size)
        self.rows_per_block = self._seen[1] / self._seen[0]
        self.bytes_per_block = self._seen[2] / self._seen[0]
        self._longest = max(self._longest, blocks)
        self._margin = min(_MARGIN, self._margin * 1.003)
        self._doubts = 0
        self.blocks.pass_(blocks)
        self.rows.pass_(rows)
        self.bytes.pass_(size)
        self.unknown.pass_(blocks)
        self._try_beyond()
        self.settling = self.settling and not self._settled()

    def _try_beyond(self) -> None:
        """A limit on work or on something unknown moves with what the blocks hold. It is tried
        beyond from time to time; each time in vain, it is trusted for longer."""
        self._answers_since += 1
        if self.unknown.refused is None:
            self._beyond, self._try_after = False, _TRY_AFTER
        elif self._answers_since >= self._try_after:
            self._answers_since, self._beyond = 0, True
            self._try_after = min(2 * self._try_after, _TRY_AT_LAST)

    def _settled(self) -> bool:
        """Whether neither growth nor an unsettled ceiling holds the size."""
        ceilings = (self.blocks, self.rows, self.bytes, self.unknown)
        if any(one.refused is not None and not one.settled for one in ceilings):
            return False
        return self.size() < self._longest * GROWTH

    def refused(self, blocks: int, refusal: TooMuch) -> None:
        """A refusal came.

        Args:
            blocks: how many were asked for, more than 1.
            refusal: what the provider said.
        """
        width = None
        if refusal.suggested is not None:
            width = refusal.suggested[1] - refusal.suggested[0] + 1
        if refusal.measure is Measure.BLOCKS:
            self.blocks.refuse(blocks, refusal.limit or width)
        elif refusal.measure is Measure.ROWS:
            self._dense(self.rows, blocks, refusal.limit, width, of_rows=True)
        elif refusal.measure is Measure.BYTES:
            self._dense(self.bytes, blocks, refusal.limit, width, of_rows=False)
        else:
            self._doubt(blocks)

    def doubted(self, blocks: int) -> None:
        """Answers to so many blocks were late, cut off or reset again and again."""
        self._doubt(blocks)

    def _doubt(self, blocks: int) -> None:
        """A refusal of unknown kind. After some in a row it is forgotten what has passed: a single
        block must soon tell whether they are about the range at all."""
        self._answers_since = 0
        if self._beyond:
            self._beyond = False
            if self.unknown.refused is not None and blocks >= self.unknown.refused:
                return
        self._doubts += 1
        self.unknown.refuse(blocks)
        if self._doubts > _MOST_DOUBTS:
            self.unknown.passed = 0.0

    def _dense(
        self, ceiling: Ceiling, blocks: int, told: int | None, width: int | None, *, of_rows: bool
    ) -> None:
        """A refusal for logs or bytes: the limit is lower than thought, or the logs are denser."""
        density = self.rows_per_block if of_rows else self.bytes_per_block
        expected = density * blocks
        limit = told if told is not None else ceiling.told
        if told is not None:
            ceiling.told = told
        known = ceiling.aim() if limit is None else float(limit)
        if limit is None and expected > ceiling.passed * 1.02 and expected > 0:
            ceiling.refuse(expected)
            return
        if known is not None and expected > known:
            # It was to be expected; what was asked for was asked before the limit was known.
            return
        if known is None:
            # Denser than what was seen before, by how much is not said.
            self._doubt(blocks)
            return
        if width is not None:
            # The proposal says how dense it is here.
            density = max(density, known / width)
            if of_rows:
                self._weigh(width, density, self.bytes_per_block)
            else:
                self._weigh(width, self.rows_per_block, density)
        elif expected > known * _NEARLY:
            self._margin = max(_LEAST_MARGIN, self._margin * 0.95)
        else:
            # Denser than before, by how much is not known: the next answers will say.
            self._weigh(1, self.rows_per_block, self.bytes_per_block)

    def _weigh(self, blocks: int, rows_per_block: float, bytes_per_block: float) -> None:
        """Takes a density for known, with the weight of so many blocks."""
        self.rows_per_block, self.bytes_per_block = rows_per_block, bytes_per_block
        self._seen = (blocks, rows_per_block * blocks, bytes_per_block * blocks)

    def _blocks_for(
        self,
        grown: float,
        blocks: float | None,
        rows: float | None,
        size: float | None,
        unknown: float | None,
    ) -> int:
        """The most blocks under some ceilings."""
        least = min(
            float(self.most_blocks),
            grown,
            math.inf if blocks is None else blocks,
            math.inf if unknown is None else unknown,
        )
        if rows is not None and self.rows_per_block > 0:
            least = min(least, rows * self._margin / self.rows_per_block)
        if self.bytes_per_block > 0:
            most = self.target_bytes if size is None else min(size, self.target_bytes)
            least = min(least, most * self._margin / self.bytes_per_block)
        return max(1, int(least))
