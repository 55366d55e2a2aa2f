"""The reader: a chain's rows into a store, exactly once, however often it is interrupted.

::

    reader = Reader(endpoint, store)
    await reader.sync("finalized")          # up to a block, then done
    async for step in reader.follow():      # and on, as blocks come
        print(step.checkpoint.last_block, step.added)

Blocks that are final are read in ranges (`backfill`), those that may still be replaced one by one
(`tip`). When the chain replaced blocks that are in the store, their rows are removed and the new
blocks are read; a replaced block that had been finalized stops the reading instead.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from keelmark.errors import InputError, Reorganised
from keelmark.ingest.backfill import Grouping, read_ranges
from keelmark.ingest.checks import check_contracts
from keelmark.ingest.endpoint import POLL_SECONDS, Endpoint
from keelmark.ingest.failures import EndpointBehind, RootsMissed
from keelmark.ingest.following import NewHeads
from keelmark.ingest.keeper import Keeper, Step
from keelmark.ingest.links import Block
from keelmark.ingest.node import PATIENCE_SECONDS, Node
from keelmark.ingest.parting import go_back
from keelmark.ingest.progress import Meter, Progress
from keelmark.ingest.proofs import actual_roots, prove_newest
from keelmark.ingest.targets import final_of, target_of
from keelmark.ingest.tip import Parted, read_chunk
from keelmark.store.base import Store
from keelmark.store.model import Heads

__all__ = ["Grouping", "Reader", "Step"]

UNFINAL_BLOCKS = 128
"""Newest blocks that are taken for not final on a chain that does not say what is final."""

PROOF_BLOCKS = 32
"""Root proofs are made at most so often while following: once an epoch on mainnet."""

_PAUSE = 0.05


class Reader:
    """Reads what a store is about, from one endpoint or several that must agree."""

    def __init__(
        self,
        endpoints: Endpoint | Sequence[Endpoint],
        store: Store,
        *,
        grouping: Grouping | None = None,
        unfinal_blocks: int = UNFINAL_BLOCKS,
        proof_blocks: int = PROOF_BLOCKS,
        patience: float = PATIENCE_SECONDS,
        poll_seconds: float = POLL_SECONDS,
        receipts: bool = True,
    ) -> None:
        """
        Args:
            endpoints: the first is read, the others are asked for the same.
            store: opened for writing; the caller closes it.
            grouping: how large a row set of final blocks becomes.
            unfinal_blocks: newest blocks that are not final where the chain does not say.
            proof_blocks: blocks between two proofs of roots while following.
            patience: seconds to wait for what should come.
            poll_seconds: how often an endpoint is asked for its head that does not tell by itself.
            receipts: whether new blocks of contracts without a report chain are compared with
                the block's receipts, where the node serves them.

        Raises:
            InputError: no endpoint, or a number that is not positive.
        """
        several = list(endpoints) if isinstance(endpoints, Sequence) else [endpoints]
        if not several:
            raise InputError("endpoint: none, expected at least one")
        for name, value in (("unfinal_blocks", unfinal_blocks), ("proof_blocks", proof_blocks)):
            if value < 1:
                raise InputError(f"{name}: {value}, expected at least 1")
        self.keeper = Keeper(store)
        nodes = [Node(one, store.description, patience=patience) for one in several]
        self.node, self.others = nodes[0], nodes[1:]
        self._grouping = grouping or Grouping()
        self._unfinal, self._proof_blocks = unfinal_blocks, proof_blocks
        self._patience, self._poll_seconds = patience, poll_seconds
        self._receipts = receipts
        self._begun = False

    @property
    def notes(self) -> tuple[str, ...]:
        """What the endpoints cannot do and the reader did without, a sentence each."""
        return tuple(note for node in (self.node, *self.others) for note in node.notes)

    # Beginning

    async def begin(self) -> None:
        """Checks the endpoints against the store's description, and where the store stands.

        Raises:
            ChainMismatch: another chain, or another code at an address.
            RpcUnreachable: an endpoint does not answer.
        """
        nodes = (self.node, *self.others)
        await asyncio.gather(*(node.check_chain() for node in nodes))
        if not self._begun:
            await self._check_contracts()
            await self.keeper.open()
            self._begun = True

    async def _check_contracts(self) -> None:
        contracts = self.keeper.description.contracts
        nodes = (self.node, *self.others)
        await asyncio.gather(*(check_contracts(node, contracts) for node in nodes))

    # Reading to a block

    async def sync(
        self, until: int | str = "latest", progress: Progress | None = None
    ) -> tuple[Step, ...]:
        """Reads up to a block and ends.

        Args:
            until: ``latest``, ``safe``, ``finalized`` as they are when it begins, or a height.
            progress: told after each row set.

        Returns:
            the last step, or nothing if there was nothing to read.

        Raises:
            FinalizedReorganised, AnswersIncomplete, EndpointsDisagree, EndpointBehind,
            ChainMismatch, InputError, StoreFailed: one sentence each; what is in the store is
            whole.
        """
        last: tuple[Step, ...] = ()
        async with aclosing(self.steps(until, progress)) as steps:
            async for step in steps:
                last = (step,)
        return last

    async def steps(
        self, until: int | str = "latest", progress: Progress | None = None
    ) -> AsyncGenerator[Step, None]:
        """As `sync`, a step at a time."""
        await self.begin()
        heads = await self.node.heads()
        target = self._target(until, heads)
        back = await self._check_store(heads)
        if back is not None:
            yield back
        fixed = isinstance(until, int)
        async with aclosing(self._towards(target, heads, fixed=fixed, progress=progress)) as steps:
            async for step in steps:
                yield step
        if self.keeper.last is not None:
            heads = await self.node.heads()
            await self.keeper.note(heads, await prove_newest(self.node, self.keeper, heads))

    async def plan(self, until: int | str = "latest") -> tuple[int, Heads]:
        """What `sync` would read in ranges, for whoever has others read it.

        Returns:
            the last final block up to the one wanted, and the heads to be recorded.

        Raises:
            as `begin` and `sync`.
        """
        await asyncio.gather(*(node.check_chain() for node in (self.node, *self.others)))
        await self._check_contracts()
        heads = await self.node.heads()
        return min(self._final(heads), self._target(until, heads)), heads

    def _target(self, until: int | str, heads: Heads) -> int:
        return target_of(until, heads, self.keeper.description.first_block, self.node.name)

    def _final(self, heads: Heads) -> int:
        return final_of(heads, self._unfinal)

    async def _towards(
        self, target: int, heads: Heads, *, fixed: bool, progress: Progress | None = None
    ) -> AsyncGenerator[Step, None]:
        """Steps until the store has a block.

        Args:
            target: its height.
            heads: the chain's.
            fixed: whether it is this block that is wanted; otherwise a chain that has become
                shorter is read to its end.
            progress: told after each step.
        """
        keeper = self.keeper
        meter = Meter(keeper.place)
        again: set[tuple[str, int]] = set()
        deadline = time.monotonic() + self._patience
        step = await self._reconciled(heads)
        while True:
            if step is not None:
                yield step
            if keeper.place > target:
                return
            step = None
            try:
                async with aclosing(self._onward(target, heads)) as steps:
                    async for done in steps:
                        deadline = time.monotonic() + self._patience
                        if progress:
                            progress(meter.add(keeper.place - 1, target, done.added))
                        yield done
            except RootsMissed as failure:
                step = await self._read_again(failure, again, heads)
            except (Parted, Reorganised, EndpointBehind):
                heads = await self.node.heads()
                step = await self._reconciled(heads)
                if not fixed:
                    target = min(target, heads.latest)
                if step is None:
                    if time.monotonic() > deadline:
                        raise
                    await asyncio.sleep(_PAUSE)

    async def _onward(self, target: int, heads: Heads) -> AsyncGenerator[Step, None]:
        """The next final blocks up to the target, or else the next of the others."""
        keeper = self.keeper
        final = self._final(heads)
        if keeper.place <= final:
            last = min(final, target)
            ranges = read_ranges(self.node, self.others, keeper, last, heads, self._grouping)
            async with aclosing(ranges) as steps:
                async for step in steps:
                    yield step
        else:
            yield await self._chunk(target, heads, None)

    async def _chunk(self, target: int, heads: Heads | None, head: Block | None) -> Step:
        """The next blocks, one by one, committed together."""
        reading = read_chunk(
            self.node, self.others, self.keeper, target, head, receipts=self._receipts
        )
        chunk, now = await asyncio.gather(reading, self._heads(target, heads))
        step = await self.keeper.commit(chunk.rows, chunk.headers, now, roots=chunk.roots)
        if chunk.verified:
            last = chunk.headers[-1].number
            self.keeper.verify(last, chunk.roots[last])
        return step

    async def _heads(self, latest: int, known: Heads | None) -> Heads:
        """The chain's heads, asked for unless they are known."""
        return await self.node.heads(latest) if known is None else known

    async def _read_again(
        self, failure: RootsMissed, again: set[tuple[str, int]], heads: Heads
    ) -> Step | None:
        """Rows were missing: they are read again once, and then once more from the last block at
        which the roots were met.

        Args:
            failure: the mismatch.
            again: what was read again already.
            heads: the chain's.

        Returns:
            the step back, if there was one.

        Raises:
            AnswersIncomplete: they are missing again.
        """
        keeper = self.keeper
        if ("from", keeper.place) not in again:
            again.add(("from", keeper.place))
            return None
        verified = keeper.verified
        if verified is None or verified[0] + 1 >= keeper.place or ("back", verified[0]) in again:
            raise failure
        again.add(("back", verified[0]))
        block = await self.node.block_when_there(max(verified[0], 0))
        removed = await keeper.rewind(block.header)
        return Step(keeper.checkpoint, heads, 0, removed, block.number)

    async def _reconciled(self, heads: Heads) -> Step | None:
        """Sees that the store's last block is on the chain, or goes back to one that is.

        Returns:
            the step back, if there was one.

        Raises:
            FinalizedReorganised: the chain replaced a finalized block.
            ChainMismatch: no block of the store is on the chain.
        """
        last = self.keeper.last
        if last is None:
            return None
        if heads.latest >= last.number:
            there = await self.node.block(last.number)
            if there is not None and there.hash == last.hash:
                return None
        return await go_back(self.node, self.keeper, heads)

    async def _check_store(self, heads: Heads) -> Step | None:
        """Compares the roots after the store's last row with the contracts', if they have not been
        since its last proofs; rows that do not fold are given up and read again.

        Returns:
            the step back, if there was one.
        """
        keeper = self.keeper
        last, verified = keeper.last, keeper.verified
        if last is None or keeper.roots is None or verified is None or verified[0] >= last.number:
            return None
        block = await self.node.block(last.number)
        if block is None or block.hash != last.hash:
            return None
        actual = await actual_roots(self.node, keeper.chained, block, heads)
        if any(root != keeper.roots[one] for one, root in actual.items()):
            block = await self.node.block_when_there(max(verified[0], 0))
            removed = await keeper.rewind(block.header)
            return Step(keeper.checkpoint, heads, 0, removed, block.number)
        if actual.keys() >= {one.address for one in keeper.chained}:
            keeper.verify(last.number, keeper.roots)
        return None

    # Following

    async def follow(self, progress: Progress | None = None) -> AsyncGenerator[Step, None]:
        """Reads up to the head and then every block as it comes, without end.

        Blocks that passed while nobody read are read first, none is skipped. Whoever stops
        iterating stops the reading; the store is whole at every moment.

        Args:
            progress: told after each step.

        Raises:
            as `sync`.
        """
        async with aclosing(self.steps("latest", progress)) as steps:
            async for step in steps:
                yield step
        async with NewHeads(self.node, self._poll_seconds) as news:
            async for head in news:
                async with aclosing(self._to_head(head, progress)) as steps:
                    async for step in steps:
                        yield step
                        heads = step.heads
                        proofs = await prove_newest(
                            self.node, self.keeper, heads, self._proof_blocks
                        )
                        if proofs:
                            await self.keeper.note(heads, proofs)

    async def _to_head(self, head: Block, progress: Progress | None) -> AsyncGenerator[Step, None]:
        """Steps up to a new head; the next block at once, without asking for anything twice."""
        last = self.keeper.last
        if last is not None and (head.number, head.hash) == (last.number, last.hash):
            return
        if (
            last is not None
            and head.number == last.number + 1
            and head.header.parent_hash == last.hash
        ):
            try:
                yield await self._chunk(head.number, None, head)
                return
            except (Parted, RootsMissed):
                # Said by whoever asks again, if it stays so.
                pass
        heads = await self.node.heads()
        async with aclosing(
            self._towards(heads.latest, heads, fixed=False, progress=progress)
        ) as steps:
            async for step in steps:
                yield step

    def close(self) -> None:
        """Ends the reader's thread; endpoints and store are the caller's to close."""
        self.keeper.close()
