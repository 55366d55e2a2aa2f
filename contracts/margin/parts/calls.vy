# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Calls: what the close-out contract orders, and what it asks
@license Apache-2.0
@notice Margin calls, sale of collateral against negative cash, promises struck
        out, and which of an account's prices are in doubt.
"""


from ...interfaces import IClearingHouse
from ...modules import report_chain
from . import assessment
from . import book
from . import marks
from . import wiring


uses: report_chain
uses: book
uses: wiring
uses: assessment
uses: marks


OPENING: constant(uint256) = 0
STALE: constant(uint256) = 1
MASK_32: constant(uint256) = 2**32 - 1
WAD: constant(uint256) = 10**18

BACKSTOP_COMMITTED_TOPIC: constant(bytes32) = keccak256(
    "BackstopCommitted(uint256,address,uint256)"
)
MARGIN_CALLED_TOPIC: constant(bytes32) = keccak256(
    "MarginCalled(uint256,uint256,int256,uint256,uint256)"
)
MARGIN_CALL_ENDED_TOPIC: constant(bytes32) = keccak256(
    "MarginCallEnded(uint256,uint256,int256,uint256)"
)
COLLATERAL_SOLD_TOPIC: constant(bytes32) = keccak256(
    "CollateralSold(uint256,uint256,uint256,uint256,uint256,int256,uint256,int256,uint256)"
)


@external
def set_call(account: uint256, deadline: uint256, equity: int256, requirement: uint256):
    """
    @notice Begins or ends a margin call. Only the close-out contract.
    @param account Account id.
    @param deadline Seconds; 0 ends the call.
    @param equity For the report (wad).
    @param requirement For the report (wad).
    """
    wiring._check_close_out()
    word: uint256 = book.accounts[account] & ~((book.CALLED << 120) | (MASK_32 << 168))
    member: bytes32 = convert((word >> 136) & MASK_32, bytes32)
    if deadline == 0:
        book.accounts[account] = word
        report_chain._report(
            MARGIN_CALL_ENDED_TOPIC,
            convert(account, bytes32),
            member,
            abi_encode(equity, requirement),
        )
    else:
        book.accounts[account] = word | (book.CALLED << 120) | (deadline << 168)
        report_chain._report(
            MARGIN_CALLED_TOPIC,
            convert(account, bytes32),
            member,
            abi_encode(equity, requirement, deadline),
        )


@external
def void_backstop(member: uint256):
    """
    @notice Strikes out what is left of a promise that its member cannot keep.
            Only the close-out contract.
    @param member The member's account id.
    """
    wiring._check_close_out()
    book._set_backstop(member, 0)
    report_chain._report(
        BACKSTOP_COMMITTED_TOPIC,
        convert(member, bytes32),
        empty(bytes32),
        abi_encode(empty(uint256)),
    )


@external
def sell_collateral(
    account: uint256, buyer: uint256, asset: uint256, amount: uint256, cost: uint256
):
    """
    @notice Moves collateral of an account that owes cash to a buyer, for the
            buyer's cash. Only the close-out contract, which has fixed the price.
    @param account Account id of the seller.
    @param buyer Account id of the buyer; its cash must suffice.
    @param asset Collateral asset.
    @param amount Token units.
    @param cost Wad.
    """
    wiring._check_close_out()
    held: uint256 = book._balance(account, asset)
    assert amount > 0 and amount <= held, "house: not enough collateral"
    book._set_balance(account, asset, held - amount)
    received: uint256 = book._balance(buyer, asset) + amount
    # As for deposits: the margin check counts on it.
    assert (
        received * 10 ** (18 - ((book.collaterals[asset] >> 32) & 255)) < 2**112
    ), "house: balance out of range"
    book._set_balance(buyer, asset, received)
    cash: int256 = book._add_cash(account, convert(cost, int256))
    paid: int256 = book._add_cash(buyer, -convert(cost, int256))
    assert paid >= 0, "house: not enough cash"
    side: book.Side = book._load(buyer, 0)
    if side.count > 0:
        result: IClearingHouse.Margin = assessment._assess(side, OPENING)
        assert result.flags & STALE == 0, "house: stale price"
        assert (
            result.equity >= convert(result.requirement, int256)
        ), "house: below initial margin"
    report_chain._report(
        COLLATERAL_SOLD_TOPIC,
        convert(account, bytes32),
        convert(asset, bytes32),
        abi_encode(buyer, amount, cost, cash, held - amount, paid, received),
    )


@external
@view
def account_words(account: uint256, other: uint256) -> (uint256, uint256):
    """
    @notice The packed words of two accounts, as `book` says.
    @param account Account id.
    @param other Account id.
    @return The words; zero where there is no account.
    """
    return book.accounts[account], book.accounts[other]


@external
@view
def position(account: uint256, instrument: uint256) -> (int256, int256):
    """
    @notice One position.
    @param account Account id.
    @param instrument Instrument id.
    @return Size and quote (wads); zeros if it is not held.
    """
    return book._position(book._load(account, instrument))


@internal
@view
def _grace_until(_account: uint256) -> uint256:
    """
    @notice When liquidation of an account may start again after one of the
            prices that its positions need had been stale.
    @param _account Account id.
    @return Seconds; 0 if none was.
    """
    latest: uint256 = 0
    last: uint256 = max_value(uint256)
    side: book.Side = book._load(_account, 0)
    for i: uint256 in range(side.count, bound=20):
        word: uint256 = book.positions[_account][i]
        feed: uint256 = (book.instruments[word & MASK_32] >> 32) & (2**16 - 1)
        if feed != last:
            latest = max(latest, staticcall wiring.BOARD.grace_until(feed))
            last = feed
    return latest


@internal
@view
def _doubt(_account: uint256, _instrument: uint256) -> (uint256, bool):
    """
    @notice How much of an account's positions has a price that is stale or in
            its grace period, or an option's array that is of another epoch: the
            notional of linear ones, of an option what it may gain or ask.
    @param _account Account id.
    @param _instrument Instrument id.
    @return Their notional at the last prices (wad), and whether the instrument
            is among them.
    """
    notional: uint256 = 0
    named: bool = False
    # Each feed is asked once: its price if that is in doubt, else zero.
    feeds: DynArray[uint256, 4] = []
    doubtful: DynArray[uint256, 4] = []
    for i: uint256 in range((book.accounts[_account] >> 104) & 255, bound=20):
        word: uint256 = book.positions[_account][i]
        terms: uint256 = book.instruments[word & MASK_32]
        kind: uint256 = (terms >> 56) & 255
        if kind & book.SETTLED != 0:
            continue
        feed: uint256 = (terms >> 32) & (2**16 - 1)
        slot: uint256 = 0
        for known: uint256 in feeds:
            if known == feed:
                break
            slot += 1
        if slot == len(feeds):
            price: uint256 = 0
            flags: uint256 = 0
            price, flags = marks._price(feed)
            if flags & STALE == 0 and (
                block.timestamp >= staticcall wiring.BOARD.grace_until(feed)
            ):
                price = 0
            feeds.append(feed)
            doubtful.append(price)
        price: uint256 = doubtful[slot]
        if kind == book.OPTION:
            mark: uint256 = 0
            measure: uint256 = 0
            flags: uint256 = 0
            mark, measure, flags = marks._mark(word & MASK_32, terms)
            if (
                price != 0
                or flags & STALE != 0
                or block.timestamp < staticcall wiring.BOARD.surface_grace_until(feed)
            ):
                price = self._option_doubt(terms, word & MASK_32, measure)
        if price != 0:
            size: int256 = convert(convert(word, bytes32), int256) >> 144
            notional += (convert(abs(size), uint256) * price + WAD - 1) // WAD
            named = named or word & MASK_32 == _instrument
    return notional, named


@internal
@view
def _option_doubt(_terms: uint256, _option: uint256, _measure: uint256) -> uint256:
    """
    @notice How much one unit of an option may be worth more than its last mark, or
            ask as margin. Not its forward's notional: options far out of the money
            cost nothing, and would shield an account for nothing.
    @param _terms Instrument word of the option.
    @param _option Instrument id.
    @param _measure Its reference forward (wad), which a sibling may have renewed.
    @return Wad: its worst scenario, and by how much more the underlier's last price
            has moved: beyond the scan range, or into the money beyond the mark; at
            most the forward, at least one.
    """
    spot: uint256 = 0
    flags: uint256 = 0
    spot, flags = marks._price((_terms >> 32) & (2**16 - 1))
    worst: uint256 = max((_terms >> 224) & (2**15 - 1), (_terms >> 239) & (2**15 - 1))
    moved: uint256 = max(spot, _measure) - min(spot, _measure)
    beyond: uint256 = moved - min(moved, _measure * ((_terms >> 64) & (2**16 - 1)) // 10_000)
    mark: uint256 = (_terms >> 104) & (2**88 - 1)
    strike: uint256 = book.option_terms[_option] & (2**88 - 1)
    intrinsic: uint256 = max(spot, strike) - spot
    if book.option_terms[_option] >> 88 != 0:
        intrinsic = max(spot, strike) - strike
    more: uint256 = max(beyond, max(intrinsic, mark) - mark)
    return max(min(_measure, more + (_measure * worst >> 13) + 1), 1)
