"""Waiting: at once, then longer and longer, and never beyond the time."""

import time

from keelmark.source_verification import Patience
from keelmark.source_verification import patience as waiting


def test_default_behavior(monkeypatch):
    now = [0.0]
    pauses: list[float] = []

    def sleep(seconds):
        pauses.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(waiting.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(waiting.time, "sleep", sleep)
    turns = sum(1 for _ in Patience(seconds=20.0, first=1.0, growth=2.0, longest=5.0).turns())
    assert pauses == [1.0, 2.0, 4.0, 5.0, 5.0, 3.0]
    assert turns == 1 + len(pauses)


def test_no_time_is_one_question():
    begun = time.monotonic()
    assert sum(1 for _ in Patience(seconds=0.0).turns()) == 1
    assert time.monotonic() - begun < 1
