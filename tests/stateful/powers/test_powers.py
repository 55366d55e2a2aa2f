"""Random sequences of powers: no sequence frees frozen money, moves property, or widens scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from keelmark.chain.pyevm import Backend
from tests.stateful.powers.machine import PowersMachine
from tests.stateful.powers.stage import Stage, build
from tests.support.market import Market

EXAMPLES, STEPS = 5, 25
CAMPAIGN_EXAMPLES, CAMPAIGN_STEPS = 150, 60


@pytest.fixture(scope="module")
def stage(
    backend: Backend,
    w3: Any,
    deploy: Callable[..., Any],
    actors: Callable[..., Any],
    send: Callable[..., Any],
    set_time: Callable[..., Any],
    now: Callable[..., Any],
    mine: Callable[..., None],
) -> Stage:
    """The venue with everybody on it."""
    return build(Market(w3, deploy, actors, send, set_time, now), backend, mine)


def test_every_power_is_foretold_and_no_property_moves(
    stage: Stage, request: pytest.FixtureRequest
) -> None:
    campaign = bool(request.config.getoption("--campaign"))
    machine = type("Powers", (PowersMachine,), {"stage": stage})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=CAMPAIGN_EXAMPLES if campaign else EXAMPLES,
            stateful_step_count=CAMPAIGN_STEPS if campaign else STEPS,
            deadline=None,
            database=None,
            derandomize=not campaign,
            print_blob=campaign,
            phases=tuple(Phase) if campaign else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
