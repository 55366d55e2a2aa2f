"""Receivers that fail, delay, refuse or die hold up nobody, and lose nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from keelmark.monitor.delivery import Courier, pause
from keelmark.monitor.outbox import Notice, Outbox
from keelmark.monitor.rules import Delivery
from keelmark.monitor.sinks import Outcome, WebhookSink
from keelmark.monitor.state import State
from tests.support.hook import SECRET, Answer, Hook


@dataclass
class Count:
    """What was told."""

    delivered: int = 0
    failed: int = 0
    dead: int = 0
    sentences: list[str] = field(default_factory=list)

    def attempted(self, sink: str, delivered: bool) -> None:
        """One attempt."""
        self.delivered += delivered
        self.failed += not delivered

    def waiting(self, sink: str, count: int) -> None:
        """Not looked at here."""

    def gave_up(self, sink: str, count: int) -> None:
        """Given up."""
        self.dead += count


@dataclass
class Ear:
    """A receiver in the same process."""

    name: str = "ear"
    heard: list[str] = field(default_factory=list)

    async def deliver(self, notice: Notice) -> Outcome:
        """Always hears."""
        self.heard.append(notice.key)
        return Outcome(True)

    async def close(self) -> None:
        """Nothing to let go of."""


def put(path: Path, sinks: tuple[str, ...], *keys: str, made: float | None = None) -> None:
    """Notices into the outbox, as an evaluation does."""
    state = State(path, "a house")
    with state.transaction():
        for key in keys:
            state.send(key, {"id": key}, sinks, time.time() if made is None else made)
    state.close()


def served(
    path: Path,
    plan: list[Answer],
    work: Callable[[Courier, Hook, Ear, Count], Coroutine[Any, Any, None]],
    *keys: str,
    made: float | None = None,
    timeout: float = 10.0,
    **settings: int,
) -> tuple[Hook, Ear, Count]:
    """Two receivers, a webhook that answers as planned and an ear; notices for both."""

    async def run() -> tuple[Hook, Ear, Count]:
        hook = await Hook(list(plan)).start()
        sink, ear, count = WebhookSink(hook.url, SECRET, timeout), Ear(), Count()
        put(path, (sink.name, ear.name), *keys, made=made)
        outbox = Outbox(path)
        courier = Courier(
            outbox,
            [sink, ear],
            Delivery.model_validate(settings),
            count,
            count.sentences.append,
            draw=lambda: 0.0,
        )
        try:
            await work(courier, hook, ear, count)
        finally:
            await sink.close()
            await hook.stop()
            outbox.close()
        return hook, ear, count

    return asyncio.run(run())


def until(count: int) -> Callable[[Courier, Hook, Ear, Count], Coroutine[Any, Any, None]]:
    """Delivers until the webhook has taken so many."""

    async def work(courier: Courier, hook: Hook, ear: Ear, told: Count) -> None:
        wake = {sink.name: asyncio.Event() for sink in courier.sinks}
        task = asyncio.create_task(courier.run(wake))
        try:
            await hook.until(count)
            # The receipt is on its way into the file.
            name = courier.sinks[0].name
            async with asyncio.timeout(5):
                while courier.outbox.waiting(name):
                    await asyncio.sleep(0.01)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    return work


def test_in_order(tmp_path: Path) -> None:
    """Each receiver gets each notice once, in order."""
    keys = [f"n-{place}" for place in range(20)]
    hook, ear, count = served(tmp_path / "s", [], until(20), *keys)
    assert hook.keys == ear.heard == keys
    assert (count.delivered, count.failed, count.dead, hook.forged) == (40, 0, 0, 0)


def test_failures_are_tried_again(tmp_path: Path) -> None:
    """A reset, a fault, a limit and a silence: the same notice with the same key until it is
    taken, those after it behind it, and the other receiver served meanwhile."""
    plan = [
        Answer(reset=True),
        Answer(500),
        Answer(429, {"Retry-After": "0"}),
        Answer(503, delay=2.0),
        Answer(200),
    ]
    hook, ear, count = served(
        tmp_path / "s",
        plan,
        until(2),
        "a-1",
        "b-1",
        timeout=1.0,
        first_retry_seconds=1,
        longest_retry_seconds=1,
    )
    assert hook.keys == ["a-1"] * 5 + ["b-1"]
    assert [one["id"] for one in hook.taken] == ["a-1", "b-1"]
    assert ear.heard == ["a-1", "b-1"]
    assert count.failed == 4
    assert len(count.sentences) == 1
    assert "notice a-1 has not arrived" in count.sentences[0]
    # Half of a second at least after each, but for the one that asked for none.
    gaps = [after - before for before, after in zip(hook.times, hook.times[1:], strict=False)]
    assert gaps[0] > 0.45
    assert gaps[1] > 0.45
    assert gaps[2] < 0.45


def test_a_dead_receiver_holds_up_nobody(tmp_path: Path) -> None:
    """Everything reaches the ear while the webhook answers nothing at all."""
    keys = [f"n-{place}" for place in range(50)]

    async def work(courier: Courier, hook: Hook, ear: Ear, told: Count) -> None:
        await hook.stop()
        wake = {sink.name: asyncio.Event() for sink in courier.sinks}
        task = asyncio.create_task(courier.run(wake))
        async with asyncio.timeout(10):
            while len(ear.heard) < 50:
                await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert courier.outbox.waiting(courier.sinks[0].name) == 50

    _, ear, _ = served(tmp_path / "s", [], work, *keys)
    assert ear.heard == keys


def test_restart(tmp_path: Path) -> None:
    """What waited when the process ended is sent by the next one, and nothing else again."""
    path = tmp_path / "s"

    async def die(courier: Courier, hook: Hook, ear: Ear, told: Count) -> None:
        await courier.flush()

    _, ear, _ = served(path, [Answer(), Answer(500)], die, "a-1", "b-1", "c-1")
    assert ear.heard == ["a-1", "b-1", "c-1"]
    outbox = Outbox(path)
    names = [name for name in outbox.strangers(()) if name != "ear"]
    assert outbox.strangers(()) == {names[0]: 2}
    notice = outbox.next(names[0])
    assert notice is not None
    assert (notice.key, notice.attempts) == ("b-1", 1)
    assert notice.due > time.time()
    outbox.close()


def test_refused_for_good(tmp_path: Path) -> None:
    """A notice that the receiver will never take is given up at once, and the next one sent."""
    hook, _, count = served(tmp_path / "s", [Answer(422)], until(1), "a-1", "b-1")
    assert [one["id"] for one in hook.taken] == ["b-1"]
    assert count.dead == 1
    assert "notice a-1 was given up after 1 attempts, answer 422" in count.sentences[0]


def test_too_old(tmp_path: Path) -> None:
    """After three days it is given up; it stays in the file."""
    hook, _, count = served(
        tmp_path / "s", [Answer(500)], until(1), "a-1", "b-1", made=time.time() - 259_201
    )
    assert hook.keys == ["a-1", "b-1"]
    assert count.dead == 1
    state = State(tmp_path / "s", "a house")
    assert state.query("SELECT count(*) FROM deliveries WHERE status = 'dead'") == [(1,)]
    assert state.query("SELECT count(*) FROM notices") == [(2,)]
    state.close()


def test_full_queue(tmp_path: Path) -> None:
    """The oldest make room for the newest, with a sentence."""
    keys = [f"n-{place}" for place in range(10)]
    hook, ear, count = served(tmp_path / "s", [], until(4), *keys, queue=4)
    assert hook.keys == ear.heard == keys[6:]
    assert count.dead == 12
    assert any("6 oldest notices were given up" in one for one in count.sentences)


@pytest.mark.parametrize(
    ("attempts", "draw", "seconds"),
    [
        (1, 1.0, 2.0),
        (1, 0.0, 1.0),
        (2, 1.0, 4.0),
        (3, 0.5, 6.0),
        (9, 1.0, 300.0),
        (10_000, 1.0, 300.0),
    ],
)
def test_pause(attempts: int, draw: float, seconds: float) -> None:
    """Doubles from the first pause to the longest; at most half is taken off."""
    settings = Delivery(first_retry_seconds=2, longest_retry_seconds=300)
    assert pause(attempts, settings, draw) == seconds


def test_woken(tmp_path: Path) -> None:
    """A receiver that waits for nothing hears at once of what is new."""

    async def work(courier: Courier, hook: Hook, ear: Ear, told: Count) -> None:
        wake = {sink.name: asyncio.Event() for sink in courier.sinks}
        task = asyncio.create_task(courier.run(wake))
        await asyncio.sleep(0.2)
        names = tuple(sink.name for sink in courier.sinks)
        await asyncio.to_thread(put, tmp_path / "s", names, "a-1")
        for news in wake.values():
            news.set()
        await hook.until(1, seconds=2)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    hook, _, _ = served(tmp_path / "s", [], work)
    assert hook.keys == ["a-1"]
