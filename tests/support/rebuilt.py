"""From a venue of the tests to the SDK's ledger, its reads and its margin check."""

from __future__ import annotations

from keelmark.events import Event, decode
from keelmark.ledger import HouseReads, Ledger, rebuild
from keelmark.ledger.reconcile import AccountReads
from keelmark.margin.words import unpack_price_lane
from keelmark.proofs.report_chain import ChainLog, in_order
from keelmark.types import MarketState
from tests.support.market import TOKEN_FEED, Market

TOKEN_SCALE = 10**12
"""Wad for one unit of the settlement token, which has six decimals."""


def _raw(market: Market, address: str) -> list[dict[str, object]]:
    wanted = {"fromBlock": market.first_block, "toBlock": "latest", "address": address}
    return [dict(log) for log in market.w3.eth.get_logs(wanted)]


def chain_logs(market: Market, address: str) -> list[ChainLog]:
    """Every log of a contract, as its report chain folds it."""
    return in_order(
        ChainLog(
            log["blockNumber"],
            tuple(bytes(topic) for topic in log["topics"]),
            bytes(log["data"]),
            log["logIndex"],
        )
        for log in _raw(market, address)
    )


def both_chains(market: Market) -> dict[str, list[ChainLog]]:
    """The logs of the house and of its fund, by address."""
    return {
        address: chain_logs(market, address)
        for address in (market.house.address, market.fund.address)
    }


def with_board(market: Market) -> dict[str, list[ChainLog]]:
    """The same, and the board's, whose surfaces say which arrays are stale."""
    board = market.board.address
    return {**both_chains(market), board: chain_logs(market, board)}


def extended(
    market: Market, known: dict[str, list[ChainLog]], receipts: int
) -> dict[str, list[ChainLog]]:
    """Chains that were read once, and what a market's further receipts add to them.

    Args:
        market: whose logs.
        known: chains as they were when the market had so many receipts.
        receipts: how many; reading every log anew takes seconds.
    """
    found = {address: list(logs) for address, logs in known.items()}
    for receipt in market.receipts[receipts:]:
        for log in receipt["logs"]:
            if log["address"] in found:
                topics = tuple(bytes(topic) for topic in log["topics"])
                place = (log["blockNumber"], topics, bytes(log["data"]), log["logIndex"])
                found[log["address"]].append(ChainLog(*place))
    return found


def events(market: Market, chains: dict[str, list[ChainLog]] | None = None) -> list[Event]:
    """Every event of the house and its fund, or of the chains given, in the order of emission."""
    found: list[Event] = []
    times: dict[int, int] = {}
    machine = market.w3.provider.ethereum_tester.machine
    for address, logs in (chains or both_chains(market)).items():
        for log in logs:
            block = log.block_number
            if block not in times:
                times[block] = int(machine.get_header(block).timestamp)
            found.append(
                decode(
                    log.topics,
                    log.data,
                    address=address,
                    block_number=block,
                    log_index=log.log_index,
                    timestamp=times[block],
                )
            )
    return sorted(found, key=lambda event: (event.block_number, event.log_index))


def ledger(market: Market, chains: dict[str, list[ChainLog]] | None = None) -> Ledger:
    """The market rebuilt from its events alone."""
    return rebuild(events(market, chains), market.house.address)


def account_reads(market: Market, account: int) -> AccountReads:
    """One account as the house answers."""
    house = market.house.functions
    word = house.accounts(account).call()
    count = (word >> 104) & 255
    words = tuple(house.positions(account, place).call() for place in range(count))
    assets = range(1, house.asset_count().call() + 1)
    listed = range(1, market.registry.functions.instrument_count().call() + 1)
    balances = {asset: house.balance_of(account, asset).call() for asset in assets}
    entries = {number: house.entry_notional(account, number).call() for number in listed}
    return AccountReads(
        word=word,
        positions=words,
        balances={asset: held for asset, held in balances.items() if held},
        entry_notional={number: held for number, held in entries.items() if held},
        debt_layers=tuple(house.debt_layers(account).call()),
    )


def reads(market: Market) -> HouseReads:
    """All that reconciliation compares, as the contracts answer."""
    house, fund = market.house.functions, market.fund.functions
    address = market.house.address
    listed = range(1, market.registry.functions.instrument_count().call() + 1)
    epoch = fund.epoch_of(address).call()
    accounts = range(1, market.parties.functions.account_count().call() + 1)
    opened = [number for number in accounts if house.accounts(number).call()]
    options = {number: house.option_terms(number).call() for number in listed}
    options = {number: word for number, word in options.items() if word}
    words = {number: house.instruments(number).call() for number in listed}
    expiries = {((words[number] >> 32) & 0xFFFF, words[number] % 2**32) for number in options}
    return HouseReads(
        accounts={number: account_reads(market, number) for number in opened},
        instruments=words,
        markets={number: house.markets(number).call() for number in listed},
        collaterals={
            asset: house.collaterals(asset).call()
            for asset in range(1, house.asset_count().call() + 1)
        },
        dust=house.dust().call(),
        uncovered=house.uncovered().call(),
        pool=fund.pool_at(address, epoch).call(),
        dedicated=fund.dedicated_of(address).call(),
        share_values={number: fund.share_value(address, number).call() for number in opened},
        options=options,
        arrays={number: house.risk_arrays(number).call() for number in options},
        forwards={
            (feed, time): house.forwards(feed << 32 | time).call() for feed, time in expiries
        },
        token_balance=market.token.functions.balanceOf(address).call() * TOKEN_SCALE,
    )


def market_state(market: Market, rebuilt: Ledger) -> MarketState:
    """The rebuilt market with the board's prices, as a margin check takes it."""
    house = rebuilt.house
    feeds = {found.feed for found in house.instruments.values()}
    feeds |= {found.feed for found in house.assets.values()} | {TOKEN_FEED}
    lanes = {
        feed: unpack_price_lane(market.board.functions.price_lane(feed).call()) for feed in feeds
    }
    return house.market_state(lanes, TOKEN_FEED, market.now())
