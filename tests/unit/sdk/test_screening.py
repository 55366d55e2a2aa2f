"""What a sanctions list says, brought into a party registry: its time, and the parties' flags."""

from __future__ import annotations

from typing import Any

import pytest

from keelmark.bindings.party_registry import PartyRegistry
from keelmark.chain import Chain, SigningChain
from keelmark.chain.signer import Signer
from keelmark.deploy.screening import affected, screen_parties, sync_list
from keelmark.ledger.parties import PartyBook, rebuild_parties
from keelmark.ledger.reader import read_logs
from tests.support.powers import DAY, Powers

SANCTIONED = 32


@pytest.fixture
def market(
    w3: Any, deploy: Any, actors: Any, send: Any, set_time: Any, mine: Any, now: Any
) -> Powers:
    """Three firms; the second has lost a key."""
    made = Powers(w3, deploy, actors, send, set_time, now, mine)
    for name in ("one", "lost", "three"):
        made.enter(name)
    made.announce("lost", "two")
    made.wait(7 * DAY)
    made.confirm()
    made.complete("lost", "two")
    return made


@pytest.fixture
def keeper(chain: Chain, actors: Any) -> SigningChain:
    """Somebody without a role."""
    assert chain.local is not None
    chain.local.fund(actors("keeper"), 10**24)
    return chain.signing(Signer.from_key(actors("keeper").key))


def registry_of(market: Powers, chain: Chain) -> tuple[PartyRegistry, PartyBook]:
    """The registry, and the same rebuilt."""
    registry = PartyRegistry(market.registry.address)
    head = chain.block().number
    events = chain.run(read_logs((registry.address,), max(0, head - 60))).events()
    return registry, rebuild_parties(events, registry.address)


def test_default_behavior(market: Powers, keeper: SigningChain, actors: Any) -> None:
    """The party that lost a listed key is found under its new one; then all are taken off."""
    registry, book = registry_of(market, keeper)
    for name in ("one", "lost"):
        market.list_wallet(actors(name))
    changed = {actors("one").address, actors("lost").address, actors("stranger").address}
    wallets = affected(book, changed)
    assert wallets == (actors("one").address, actors("two").address)
    told: list[str] = []
    done = keeper.run(
        screen_parties(registry, book, wallets, progress=lambda wallet, _: told.append(wallet))
    )
    assert tuple(told) == wallets
    assert (len(done.receipts), done.undecided) == (2, ())
    flags = [market.flags(name) & SANCTIONED for name in ("one", "two", "three")]
    assert flags == [SANCTIONED, SANCTIONED, 0]
    assert keeper.run(screen_parties(registry, book, wallets)).receipts == ()

    for name in ("one", "lost"):
        market.delist_wallet(actors(name))
    assert len(keeper.run(screen_parties(registry, book, wallets)).receipts) == 2
    assert [market.flags(name) & SANCTIONED for name in ("one", "two")] == [0, 0]


def test_a_stale_list_clears_nobody(market: Powers, keeper: SigningChain, actors: Any) -> None:
    registry, book = registry_of(market, keeper)
    wallet = actors("one").address
    market.list_wallet(wallet)
    keeper.run(screen_parties(registry, book, [wallet]))
    market.delist_wallet(wallet)
    market.wait(4 * DAY)
    done = keeper.run(screen_parties(registry, book, [wallet, actors("three").address]))
    assert (done.receipts, done.undecided) == ((), (wallet,))
    assert market.flags("one") & SANCTIONED


def test_the_time_is_copied_once(market: Powers, keeper: SigningChain) -> None:
    registry, _ = registry_of(market, keeper)
    assert keeper.run(sync_list(registry)) is not None
    assert keeper.run(registry.list_time()) == market.sanctions.functions.updated_at().call()
    assert keeper.run(sync_list(registry)) is None
