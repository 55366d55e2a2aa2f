"""Lives of the market, each step foretold and checked. See the package's modules.

The profile of every run is small; ``--campaign`` (or ``KEELMARK_CAMPAIGN=1``, or a number of
examples) runs a long one and prints how often each act was accepted and refused.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from keelmark.chain.pyevm import Backend
from tests.stateful.acts import LifeMachine
from tests.stateful.machine import TALLY
from tests.stateful.script import LIVES
from tests.stateful.world import build
from tests.support.market import Market

EXAMPLES, STEPS = 5, 30
CAMPAIGN_EXAMPLES, CAMPAIGN_STEPS = 60, 60


@pytest.fixture(scope="module")
def stage(
    backend: Backend,
    w3: Any,
    deploy: Callable[..., Any],
    actors: Callable[..., Any],
    send: Callable[..., Any],
    set_time: Callable[..., Any],
    now: Callable[..., Any],
) -> Any:
    """The venue with everybody on it."""
    return build(Market(w3, deploy, actors, send, set_time, now), backend)


def test_every_act_is_foretold_and_every_invariant_holds(
    stage: Any, request: pytest.FixtureRequest
) -> None:
    asked = os.environ.get("KEELMARK_CAMPAIGN", "")
    campaign = bool(asked) or bool(request.config.getoption("--campaign"))
    examples = int(asked) if asked.isdigit() and asked != "1" else CAMPAIGN_EXAMPLES
    machine = type("Life", (LifeMachine,), {"stage": stage, "thorough": campaign})
    TALLY.clear()
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples if campaign else EXAMPLES,
                stateful_step_count=CAMPAIGN_STEPS if campaign else STEPS,
                deadline=None,
                database=None,
                derandomize=not campaign,
                print_blob=campaign,
                suppress_health_check=list(HealthCheck),
                phases=(Phase.generate, Phase.shrink) if campaign else (Phase.generate,),
            ),
        )
    finally:
        if campaign:
            print_tally()
    accepted = sum(count for (_, reason), count in TALLY.items() if not reason)
    assert accepted > EXAMPLES * STEPS // 8, "a machine whose acts are all refused shows nothing"


ALWAYS = {
    "allocate_loss", "backstop", "buy_collateral", "call_margin", "cancel", "commit_backstop",
    "compulsory_close", "count_gain", "cover_loss", "deposit", "end_call", "liquidate",
    "liquidate_many", "observe", "open_account", "pay_debt", "roll_funding", "scale_gain",
    "settle_instrument", "settle_position", "trade mixed", "trade opens", "trade reduces",
    "withdraw",
}  # fmt: skip
"""Acts that the scripted life must see accepted, whatever the random ones draw."""


def test_scripted_lives_see_every_act(stage: Any) -> None:
    """The machine's own rules, in an order that reaches every act, checked after each step."""
    TALLY.clear()
    for script in LIVES.values():
        life = type("Scripted", (LifeMachine,), {"stage": stage})()
        try:
            for name, *arguments in script:
                getattr(life, name)(*arguments)
                life.everything_holds()
        finally:
            life.teardown()
    accepted = {what for (what, reason), count in TALLY.items() if count and not reason}
    assert accepted >= ALWAYS, sorted(ALWAYS - accepted)


def print_tally() -> None:
    """How often each act was accepted, and how often it was refused and why."""
    for what in sorted({what for what, _ in TALLY}):
        accepted = TALLY[what, ""]
        refused = {why: count for (name, why), count in TALLY.items() if name == what and why}
        print(f"{what}: accepted {accepted}, refused {sum(refused.values())}")
        for why, count in sorted(refused.items(), key=lambda pair: -pair[1]):
            print(f"    {why}: {count}")
