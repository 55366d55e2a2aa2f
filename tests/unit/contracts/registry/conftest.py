"""A registry that several authorities supervise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.powers import Powers


@pytest.fixture(scope="module")
def powers(
    w3: Any,
    deploy: Any,
    actors: Any,
    send: Any,
    set_time: Any,
    now: Callable[[], int],
    mine: Any,
) -> Powers:
    """Account 1 is a member of DE; FR, GB, EU and US have authorities beside DE's supervisor."""
    made = Powers(w3, deploy, actors, send, set_time, now, mine)
    for country in ("FR", "GB", "EU", "US"):
        made.recognise(f"authority of {country}", country)
    made.wait(86_400)
    made.sync()
    made.enter("member")
    return made
