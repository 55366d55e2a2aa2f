"""Writers that are killed at any moment: nothing lost, doubled or half there."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.support.killed import check_whole, killed_life, opened
from tests.support.made_rows import contents

KILLS = 25


def test_kills(place: Callable[[], str], kind: str) -> None:
    """After each kill a reader and the next writer find whole operations, and can go on."""
    where = place()
    moments = random.Random(kind)
    reached = set()
    for life in range(KILLS):
        if life % 5:
            killed_life(where, moments.randrange(3), moments.uniform(0, 0.02))
        else:
            killed_life(where, None, moments.uniform(0, 0.2))
        if life % 2 and reached:
            reader = opened(where, read_only=True)
            check_whole(reader, contents)
            reader.close()
        store = opened(where)
        reached.add(check_whole(store, contents))
        store.close()
    assert len(reached) > KILLS // 2, "the writers were killed before they had done much"
