"""How often and how soon a question is asked again."""

from __future__ import annotations

import pytest

from keelmark.errors import RpcUnreachable
from keelmark.ingest.refusals import Passing, RateLimited
from keelmark.ingest.retries import Retries


def test_pauses_double_up_to_the_longest() -> None:
    """Without chance in it."""
    policy = Retries(attempts=9, first_pause=0.25, longest_pause=4.0, draw=lambda: 0.0)
    pauses = [policy.pause(attempt, Passing("no")) for attempt in range(1, 9)]
    assert pauses == [0.25, 0.5, 1.0, 2.0, 4.0, 4.0, 4.0, 4.0]


def test_chance_shortens_a_pause_by_up_to_a_half() -> None:
    """So that readers do not come back together."""
    policy = Retries(first_pause=1.0, draw=lambda: 0.999_999)
    assert policy.pause(1, Passing("no")) == pytest.approx(0.5, abs=1e-5)
    drawn = {Retries().pause(3, Passing("no")) for _ in range(20)}
    assert len(drawn) > 10
    assert all(0.5 <= pause <= 1.0 for pause in drawn)


@pytest.mark.parametrize("seconds", [0.0, 1.0, 30.0])
def test_never_earlier_than_asked(seconds: float) -> None:
    """And at most a tenth later."""
    for attempt in (1, 5):
        pause = Retries().pause(attempt, RateLimited("no", retry_after=seconds))
        assert seconds <= pause <= 1.1 * seconds


def test_a_wait_that_is_too_long() -> None:
    """Is said at once instead of waited for."""
    with pytest.raises(
        RpcUnreachable, match="limited; it asks to wait 3600 s, longer than the 300 s"
    ):
        Retries().pause(1, RateLimited("limited", retry_after=3600.0))


def test_the_end() -> None:
    """One sentence with the last words of the provider."""
    policy = Retries(attempts=3)
    policy.pause(2, Passing("down"))
    with pytest.raises(RpcUnreachable, match=r"^down; gave up after 3 attempts$"):
        policy.pause(3, Passing("down"))
