"""The bundled days of March 2020, replayed and audited once for all who ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from keelmark.chain import Chain, connect
from keelmark.events import Event
from keelmark.ledger.audit import Audit, audit
from keelmark.scenario.bites import Answer, ask
from keelmark.scenario.prices import bundled_prices
from keelmark.scenario.replay import Replay, run_replay

__all__ = ["Run", "replayed"]

BTC = 1


@dataclass(frozen=True)
class Run:
    """One replay and what a supervisor made of it."""

    chain: Chain
    replay: Replay
    audit: Audit
    answers: Sequence[Answer]

    def account(self, name: str) -> int:
        """A role's account id."""
        return next(number for number, found in self.replay.names.items() if found == name)

    def events(self, name: str, who: str = "") -> list[Event]:
        """Events of a name, of one account if it is given."""
        return [
            event
            for event in self.audit.events
            if event.name == name and (not who or event.number("account") == self.account(who))
        ]


@cache
def replayed() -> Run:
    """The replay; the chain is nobody's to send to."""
    days = bundled_prices()
    chain = connect("embedded", genesis_time=days[0].start - 4 * 86_400)
    replay = run_replay(chain, days)
    found = chain.run(audit(replay.deployment, BTC))
    return Run(chain, replay, found, chain.run(ask(replay.deployment, replay.refusals)))
