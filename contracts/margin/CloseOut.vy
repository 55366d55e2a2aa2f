# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Close-out
@license Apache-2.0
@notice Margin calls, liquidation by take-over, the backstop, compulsory close and
        the sale of collateral against negative cash.

        Who may call what: anyone may call everything; whoever takes something
        takes it into an account of their own, which the party registry checks.
        Nobody holds a role here, and nothing is stored here: the house trusts
        this code by address and keeps all state, events and checks of the taker.
@dev    The house is an argument, so that this contract needs no house to be
        deployed. A false house can only answer falsely about itself.

        Order of remedies: (1) a liquidator takes the position at mark, for a
        capped penalty; (2) members that promised to, pro rata; (3) when no
        promise is left, compulsory close against an opposite position at mark.
        Each step must lower the requirement and the shortfall and may not go
        further than one lot beyond equity = initial margin. A default auction of
        what nobody takes would be a fourth caller of `take_over`.
"""


from ..interfaces import IBackOffice
from ..interfaces import IClearingHouse
from ..interfaces import ILossDesk
from ..interfaces import ITakeOverDesk
from ..modules import margin
from ..modules import rules
from .parts import taking
from .parts import triggers


CLOSE_OUT: constant(uint256) = 2
STALE: constant(uint256) = 1

# An account flag, as the house keeps it.
CALLED: constant(uint256) = 4

# The asset class of everything that a house lists so far.
CRYPTO: constant(uint256) = 7

# Modes of a take-over, as reported.
LIQUIDATION: constant(uint256) = 2
BACKSTOP: constant(uint256) = 3
COMPULSORY_CLOSE: constant(uint256) = 4

MAX_MEMBERS: constant(uint256) = 8
MAX_TAKES: constant(uint256) = 5
WAD: constant(uint256) = 10**18
BPS: constant(uint256) = 10_000


@external
def call_margin(house: address, account: uint256):
    """
    @notice Issues a margin call: opening and withdrawal stop, and after the
            deadline the account may be liquidated (a retail account may not: its
            only trigger is the close-out level). Anyone.
    @param house Clearing house.
    @param account Account id with equity below initial margin, or owing cash.
    """
    seen: triggers.View = triggers._refreshed(house, account, 0)
    assert seen.flags & CALLED == 0, "close-out: already called"
    # That cash is owed is certain at any price.
    if seen.cash >= 0:
        notional: uint256 = 0
        if seen.margin.flags & STALE != 0:
            # One lot on a dead feed does not hold off a call: what hangs on prices
            # in doubt may have gained its whole notional and ask no margin.
            named: bool = False
            notional, named = staticcall ILossDesk(house).doubt(account, 0)
        short: bool = seen.margin.equity + convert(notional, int256) < convert(
            max(seen.margin.requirement, notional) - notional, int256
        )
        assert short or notional == 0, "close-out: stale price"
        assert short, "close-out: nothing to call"
    extcall ILossDesk(house).set_call(
        account,
        block.timestamp + rules.MARGIN_CALL_SECONDS,
        seen.margin.equity,
        seen.margin.requirement,
    )


@external
def end_call(house: address, account: uint256):
    """
    @notice Ends a margin call that has been met. Anyone.
    @param house Clearing house.
    @param account Account id.
    """
    seen: triggers.View = triggers._refreshed(house, account, 0)
    assert seen.margin.flags & STALE == 0, "close-out: stale price"
    assert seen.flags & CALLED != 0, "close-out: not called"
    assert (
        seen.margin.equity >= convert(seen.margin.requirement, int256) and seen.cash >= 0
    ), "close-out: call not met"
    extcall ILossDesk(house).set_call(account, 0, seen.margin.equity, seen.margin.requirement)


@external
def liquidate(
    house: address,
    account: uint256,
    taker: uint256,
    instrument: uint256,
    size: uint256,
    limit: uint256,
):
    """
    @notice Takes over part of a position at mark into the caller's account.
    @param house Clearing house.
    @param account Account id to liquidate.
    @param taker The caller's account id; it must hold its initial margin after.
    @param instrument Instrument id.
    @param size Wad, a multiple of the lot.
    @param limit The worst mark (wad) that the caller accepts: the highest when
           it takes a long position, the lowest when it takes a short one.
    """
    seen: triggers.View = triggers._liquidatable(house, account, instrument, taker)
    lot: uint256 = 0
    feed: uint256 = 0
    asset_class: uint256 = 0
    mark: uint256 = 0
    measure: uint256 = 0
    lot, feed, asset_class, mark, measure = staticcall ILossDesk(house).instrument_terms(instrument)
    taking._check_taker(house, taker, asset_class)
    held: int256 = taking._held(house, account, instrument)
    if held > 0:
        assert mark <= limit, "close-out: mark above the limit"
    else:
        assert mark >= limit, "close-out: mark below the limit"
    taking._take(house, seen.margin, account, taker, instrument, size, LIQUIDATION)


@external
def liquidate_many(
    house: address,
    account: uint256,
    taker: uint256,
    takes: DynArray[IClearingHouse.Take, MAX_TAKES],
):
    """
    @notice Takes over positions in several instruments at once, at mark, into the
            caller's account. The rules of `liquidate` hold for the whole: it is
            the way out of a hedged book, and the cheap way out of a large one.
    @param house Clearing house.
    @param account Account id to liquidate.
    @param taker The caller's account id; it must hold its initial margin after.
    @param takes What to take, each with the worst mark that the caller accepts.
    """
    seen: triggers.View = triggers._liquidatable(house, account, 0, taker)
    if seen.in_doubt != 0:
        # Beyond doubt for the account as a whole; what is taken must be, too.
        for take: IClearingHouse.Take in takes:
            notional: uint256 = 0
            named: bool = False
            notional, named = staticcall ILossDesk(house).doubt(account, take.instrument)
            assert not named, "close-out: price in doubt"
    # A house lists crypto assets only, so the class of one is the class of all.
    taking._check_taker(house, taker, CRYPTO)
    extcall ITakeOverDesk(house).take_over_many(
        account, taker, takes, seen.margin.equity, seen.margin.requirement
    )


@external
def backstop(
    house: address,
    account: uint256,
    instrument: uint256,
    size: uint256,
    wallets: DynArray[address, MAX_MEMBERS],
):
    """
    @notice Hands a position that nobody takes to the members that promised to,
            pro rata to what is left of their promises. A member that cannot keep
            its promise loses it, as does one whose promise no longer reaches for
            one lot. Anyone.
    @param house Clearing house.
    @param account Account id to liquidate.
    @param instrument Instrument id.
    @param size Wad, a multiple of the lot; worth no more than the promises.
    @param wallets Wallets of every member with a promise left, account ids ascending.
    """
    taking._check_not_halted(house)
    seen: triggers.View = triggers._liquidatable(house, account, instrument, 0)
    triggers._check_waited(seen)
    lot: uint256 = 0
    feed: uint256 = 0
    asset_class: uint256 = 0
    mark: uint256 = 0
    measure: uint256 = 0
    lot, feed, asset_class, mark, measure = staticcall ILossDesk(house).instrument_terms(instrument)
    members: DynArray[uint256, MAX_MEMBERS] = []
    promises: DynArray[uint256, MAX_MEMBERS] = []
    total: uint256 = 0
    last: uint256 = 0
    for wallet: address in wallets:
        member: uint256 = taking._account_of(house, wallet)
        assert member > last, "close-out: members not ascending"
        last = member
        members.append(member)
        promise: uint256 = staticcall IBackOffice(house).backstop(member)
        promises.append(promise)
        total += promise
    assert total > 0 and (
        total == staticcall IBackOffice(house).backstop_total()
    ), "close-out: members missing"
    assert size * measure <= total * WAD, "close-out: more than promised"
    left: uint256 = size
    state: IClearingHouse.Margin = seen.margin
    for i: uint256 in range(len(members), bound=MAX_MEMBERS):
        if left == 0 or state.equity >= convert(state.requirement, int256):
            break
        # Shares round up to whole lots while any are left, so that all is taken,
        # but nobody takes more than was promised.
        lots: uint256 = min(
            margin._ceil_div(size * promises[i], total * lot), promises[i] * WAD // (lot * measure)
        )
        share: uint256 = min(lots * lot, left)
        if promises[i] == 0:
            continue
        # Arrays that a new price made stale are no reason to break a promise.
        triggers._refresh(house, members[i])
        if (
            share > 0
            and members[i] != account
            and taking._can_take(
                house, wallets[i], members[i], account, instrument, share, asset_class
            )
        ):
            taking._take(house, state, account, members[i], instrument, share, BACKSTOP)
            left -= share
            state = staticcall IClearingHouse(house).margin(account, CLOSE_OUT)
        else:
            extcall ILossDesk(house).void_backstop(members[i])


@external
def compulsory_close(
    house: address, account: uint256, instrument: uint256, size: uint256, counterparty: uint256
):
    """
    @notice Closes a position that nobody takes against an opposite one, both at
            mark. Only when what is left of all backstop promises is less than one
            lot. The counterparty may not end worse off: it meets its initial
            margin after, or its shortfall has not grown. Anyone.
    @param house Clearing house.
    @param account Account id to liquidate.
    @param instrument Instrument id.
    @param size Wad, a multiple of the lot.
    @param counterparty Account id with an opposite position of at least `size`.
    """
    taking._check_not_halted(house)
    seen: triggers.View = triggers._liquidatable(house, account, instrument, counterparty)
    triggers._check_waited(seen)
    lot: uint256 = 0
    feed: uint256 = 0
    asset_class: uint256 = 0
    mark: uint256 = 0
    measure: uint256 = 0
    lot, feed, asset_class, mark, measure = staticcall ILossDesk(house).instrument_terms(instrument)
    assert (
        staticcall IBackOffice(house).backstop_total() * WAD < lot * measure
    ), "close-out: backstop left"
    held: int256 = taking._held(house, account, instrument)
    opposite: int256 = taking._held(house, counterparty, instrument)
    assert (held > 0) != (opposite > 0), "close-out: not opposite"
    assert size <= convert(abs(opposite), uint256), "close-out: size too large"
    taking._check_counterparty(house, counterparty, instrument, size, opposite)
    taking._take(house, seen.margin, account, counterparty, instrument, size, COMPULSORY_CLOSE)


@external
def buy_collateral(
    house: address,
    account: uint256,
    asset: uint256,
    amount: uint256,
    buyer: uint256,
    max_cost: uint256,
):
    """
    @notice Buys collateral of an account that owes cash past its deadline, at the
            board's price less a discount no larger than the asset's haircut.
    @param house Clearing house.
    @param account Account id that owes cash.
    @param asset Collateral asset.
    @param amount Token units; no more than what brings cash back to zero.
    @param buyer The caller's account id, which pays.
    @param max_cost The most (wad) that the caller pays.
    """
    seen: triggers.View = triggers._refreshed(house, account, buyer)
    assert account != buyer, "close-out: own account"
    assert seen.cash < 0, "close-out: no cash owed"
    # A stale position cannot hold off a debt that is past its deadline.
    assert triggers._is_overdue(seen) or (
        seen.margin.flags & STALE == 0 and triggers._is_below_close_out(seen.margin)
    ), "close-out: not due"
    taking._check_taker(house, buyer, 0)
    price: uint256 = 0
    haircut: uint256 = 0
    scale: uint256 = 0
    price, haircut, scale = staticcall ILossDesk(house).collateral_terms(asset)
    keep: uint256 = BPS - min(rules.COLLATERAL_SALE_DISCOUNT_BPS, haircut)
    assert amount > 0, "close-out: bad amount"
    cost: uint256 = margin._ceil_div(amount * scale * price * keep, WAD * BPS)
    assert cost <= max_cost, "close-out: above the limit"
    owed: uint256 = convert(-seen.cash, uint256)
    assert (amount - 1) * scale * price * keep < owed * WAD * BPS, "close-out: more than owed"
    extcall ILossDesk(house).sell_collateral(account, buyer, asset, amount, cost)


@external
@view
def is_liquidatable(house: address, account: uint256) -> bool:
    """
    @notice Whether an account may be liquidated now. A view refreshes no array: an
            account with options is refreshed first, as a liquidation does by itself.
    @param house Clearing house.
    @param account Account id.
    @return True if it is below the close-out level, or short past its deadline
            (not for retail), and no price that is stale or in its grace period
            could make a difference.
    """
    word: uint256 = 0
    other: uint256 = 0
    word, other = staticcall ILossDesk(house).account_words(account, 0)
    seen: triggers.View = triggers._look(house, account, word)
    notional: uint256 = 0
    named: bool = False
    notional, named = staticcall ILossDesk(house).doubt(account, 0)
    return triggers._is_due(seen) and triggers._is_beyond_doubt(seen.margin, notional)
