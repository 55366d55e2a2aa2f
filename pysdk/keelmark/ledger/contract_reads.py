"""Reads from the contracts what reconciliation compares: every account, instrument and layer.

Which accounts and assets there are is asked of the contracts, not of the rebuilt ledger: an
account that the events had lost would otherwise never be missed.
"""

from __future__ import annotations

from keelmark.bindings.clearing_house import ClearingHouse
from keelmark.bindings.test_token import TestToken
from keelmark.chain.operations import BlockId, Operation
from keelmark.deploy import Deployment
from keelmark.ledger.reconcile import AccountReads, HouseReads
from keelmark.margin.words import unpack_account, unpack_instrument
from keelmark.types import AccountFlag

__all__ = ["read_house"]


def read_house(deployment: Deployment, block: BlockId) -> Operation[HouseReads]:
    """The operation that reads a house's whole state.

    Args:
        deployment: the house and its parts.
        block: at which block; every read names it.
    """
    house, fund = deployment.house, deployment.fund
    address = house.address
    words: dict[int, int] = {}
    for number in range(1, (yield from deployment.parties.account_count(block=block)) + 1):
        word = yield from house.accounts(number, block=block)
        if word:
            words[number] = word
    assets = range(1, (yield from house.asset_count(block=block)) + 1)
    listed: dict[int, int] = {}
    markets: dict[int, int] = {}
    known = yield from deployment.instruments.instrument_count(block=block)
    for number in range(1, known + 1):
        word = yield from house.instruments(number, block=block)
        if word:
            listed[number] = word
            markets[number] = yield from house.markets(number, block=block)
    options: dict[int, int] = {}
    arrays: dict[int, int] = {}
    forwards: dict[tuple[int, int], int] = {}
    for number, word in listed.items():
        terms = yield from house.option_terms(number, block=block)
        if terms:
            options[number] = terms
            arrays[number] = yield from house.risk_arrays(number, block=block)
            found = unpack_instrument(word)
            forwards[found.feed, found.time] = yield from house.forwards(
                found.feed << 32 | found.time, block=block
            )
    accounts: dict[int, AccountReads] = {}
    for number, word in words.items():
        accounts[number] = yield from _account(house, number, word, tuple(listed), block)
    collaterals: dict[int, int] = {}
    for asset in assets:
        collaterals[asset] = yield from house.collaterals(asset, block=block)
    epoch = yield from fund.epoch_of(address, block=block)
    shares: dict[int, int] = {}
    for number, word in words.items():
        if unpack_account(word).flags & AccountFlag.MEMBER:
            shares[number] = yield from fund.share_value(address, number, block=block)
    token = TestToken(deployment.token)
    decimals = yield from token.decimals(block=block)
    held = yield from token.balance_of(address, block=block)
    return HouseReads(
        accounts=accounts,
        instruments=listed,
        markets=markets,
        collaterals=collaterals,
        dust=(yield from house.dust(block=block)),
        uncovered=(yield from house.uncovered(block=block)),
        pool=(yield from fund.pool_at(address, epoch, block=block)),
        dedicated=(yield from fund.dedicated_of(address, block=block)),
        share_values=shares,
        options=options,
        arrays=arrays,
        forwards=forwards,
        token_balance=held * 10 ** (18 - decimals),
    )


def _account(
    house: ClearingHouse, number: int, word: int, listed: tuple[int, ...], block: BlockId
) -> Operation[AccountReads]:
    """One account, with all that hangs on it."""
    account = unpack_account(word)
    positions: list[int] = []
    for place in range(account.position_count):
        positions.append((yield from house.positions(number, place, block=block)))
    balances: dict[int, int] = {}
    for asset in range(1, 9):
        if account.collateral_mask >> (asset - 1) & 1:
            balances[asset] = yield from house.balance_of(number, asset, block=block)
    entries: dict[int, int] = {}
    if account.flags & AccountFlag.RETAIL:
        for instrument in listed:
            entry = yield from house.entry_notional(number, instrument, block=block)
            if entry:
                entries[instrument] = entry
    layers = yield from house.debt_layers(number, block=block)
    return AccountReads(
        word=word,
        positions=tuple(positions),
        balances=balances,
        entry_notional=entries,
        debt_layers=tuple(layers),
    )
