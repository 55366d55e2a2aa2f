"""A venue with property to lose, under four authorities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from eth_utils import to_canonical_address

from keelmark.chain.pyevm import Backend
from tests.stateful.powers.model import Authority, Model, Party
from tests.support.market import Market
from tests.support.orders import WAD
from tests.support.powers import Powers
from tests.support.supervision import ALL_POWERS

__all__ = ["COUNTRIES", "Stage", "build"]

COUNTRIES = {"german": "DE", "french": "FR", "briton": "GB"}
FURTHER = {"second": "DE", "authority of FR": "FR", "authority of GB": "GB"}


@dataclass
class Stage:
    """The chain, the venue, and what its authorities do."""

    backend: Backend
    market: Market
    powers: Powers
    accounts: int
    officer: str = "sanctions officer"

    @property
    def actors(self) -> Callable[[str], Any]:
        """Wallets by name."""
        return self.powers.actors

    def begin(self) -> Model:
        """The model at the beginning, read from words that tests of their own check."""
        calls = self.powers.registry.functions
        parties = []
        for name, country in COUNTRIES.items():
            word = self.powers.word(name)
            parties.append(
                Party(
                    self.market.ids[name],
                    country,
                    [name],
                    expiry=word >> 184 & 2**32 - 1,
                    screened_at=word >> 216 & 2**32 - 1,
                )
            )
        authorities = {"supervisor": Authority(1, "DE", ALL_POWERS)}
        for number, (name, country) in enumerate(FURTHER.items(), start=2):
            authorities[name] = Authority(number, country, ALL_POWERS)
        return Model(
            time=self.powers.now(),
            authorities=authorities,
            parties=parties,
            list_time=int(self.powers.sanctions.functions.updated_at().call()),
            known_time=int(calls.list_time().call()),
        )

    def property(self) -> list[bytes]:
        """Storage roots of everything that holds or counts property."""
        holders = (self.market.house, self.market.fund, self.market.token, self.market.bond)
        state: Any = self.backend.chain.get_vm().state
        return [
            state._account_db._get_account(to_canonical_address(one.address)).storage_root
            for one in holders
        ]


def build(market: Market, backend: Backend, mine: Callable[..., None]) -> Stage:
    """Three parties with cash and positions, four authorities, a list of today."""
    powers = Powers.over(market, mine)
    for name, country in COUNTRIES.items():
        market.join(name, country=country, cash=100_000)
    market.trade("german", "french", 2 * WAD, 8_000 * WAD)
    market.trade("briton", "german", WAD, 8_000 * WAD)
    for name, country in FURTHER.items():
        powers.recognise(name, country)
    powers.wait(86_400)
    market.gatekeeper.confirm()
    accounts = int(powers.registry.functions.account_count().call())
    return Stage(backend, market, powers, accounts)
