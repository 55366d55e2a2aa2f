# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Taking: who may take a position over, and how far
@license Apache-2.0
@notice A step must lower the requirement and the shortfall of the account, and may
        not go further than one lot beyond equity = initial margin. The taker must
        be allowed, and the house checks its margin. No state: the house is asked.
"""


from ...interfaces import IBackOffice
from ...interfaces import IClearingHouse
from ...interfaces import ILossDesk
from ...interfaces import IPartyDesk
from ...interfaces import IPartyRegistry
from ...modules import margin
from ...modules import rules


CLOSE_OUT: constant(uint256) = 2
OPENING: constant(uint256) = 0
STALE: constant(uint256) = 1

# Retail clients take over nobody's positions.
RETAIL_CATEGORY: constant(uint256) = 1

# The gate's action code for taking over.
LIQUIDATE: constant(uint256) = 6

WAD: constant(uint256) = 10**18

# Wei that a fill exactly at mark may cost by rounding.
ROUNDING: constant(int256) = 2


@internal
@view
def _check_taker(_house: address, _taker: uint256, _asset_class: uint256):
    """
    @notice Reverts unless the caller may take over into this account.
    @param _house Clearing house.
    @param _taker Account id.
    @param _asset_class Of what is taken.
    """
    reason: uint256 = 0
    party: uint256 = 0
    reason, party = staticcall IPartyRegistry(
        staticcall IBackOffice(_house).party_registry()
    ).gate(msg.sender, _taker, LIQUIDATE, _asset_class)
    assert reason == 0, concat("close-out: gate ", uint2str(reason))
    assert (party >> 152) & 255 != RETAIL_CATEGORY, "close-out: retail taker"


@internal
@view
def _check_not_halted(_house: address):
    """
    @notice Reverts during a halt and in the time after it in which take-overs wait.
            Where somebody takes into an account of their own the gate says so; here
            nobody asks it, or its answer would void a promise.
    @param _house Clearing house.
    """
    until: uint256 = staticcall IPartyDesk(
        staticcall IBackOffice(_house).party_registry()
    ).halted_until()
    assert (
        until == 0 or block.timestamp >= until + rules.HALT_GRACE_SECONDS
    ), "close-out: halted"


@internal
@view
def _account_of(_house: address, _wallet: address) -> uint256:
    """
    @notice The account id of a wallet, as the house's registry knows it.
    @param _house Clearing house.
    @param _wallet The wallet.
    @return Account id; zero if there is none.
    """
    return (
        staticcall IPartyRegistry(staticcall IBackOffice(_house).party_registry()).word_of(_wallet)
        & (2**32 - 1)
    )


@internal
@view
def _check_parties(_house: address, _account: uint256, _taker: uint256):
    """
    @notice Reverts unless the two may take part in a take-over now.
    @param _house Clearing house.
    @param _account Account id to liquidate.
    @param _taker Account id that takes.
    """
    assert _account != _taker, "close-out: own account"
    # While gains are counted, closing a position would turn one into cash.
    assert not (
        staticcall ILossDesk(_house).is_uncounted(_account)
        or staticcall ILossDesk(_house).is_uncounted(_taker)
    ), "close-out: gain not counted"


@internal
@view
def _check_counterparty(
    _house: address, _account: uint256, _instrument: uint256, _size: uint256, _held: int256
):
    """
    @notice Reverts if a compulsory close would hurt the other side: closing one
            leg of a hedge can raise what the rest asks.
    @param _house Clearing house.
    @param _account Account id of the counterparty.
    @param _instrument Instrument id.
    @param _size Wad.
    @param _held The counterparty's size (wad).
    """
    before: IClearingHouse.Margin = staticcall IClearingHouse(_house).margin(_account, CLOSE_OUT)
    assert before.flags & STALE == 0, "close-out: stale price"
    delta: int256 = convert(_size, int256)
    if _held > 0:
        delta = -delta
    after: IClearingHouse.Margin = staticcall ILossDesk(_house).margin_after(
        _account, _instrument, delta, CLOSE_OUT
    )
    short: int256 = convert(after.requirement, int256) - after.equity
    assert short <= 0 or (
        short <= convert(before.requirement, int256) - before.equity + ROUNDING
    ), "close-out: counterparty hurt"


@internal
@view
def _held(_house: address, _account: uint256, _instrument: uint256) -> int256:
    """
    @notice Size of a position, which must not be zero.
    @param _house Clearing house.
    @param _account Account id.
    @param _instrument Instrument id.
    @return Signed size (wad).
    """
    size: int256 = 0
    quote: int256 = 0
    size, quote = staticcall ILossDesk(_house).position(_account, _instrument)
    assert size != 0, "close-out: no position"
    return size


@internal
@view
def _can_take(
    _house: address,
    _wallet: address,
    _member: uint256,
    _account: uint256,
    _instrument: uint256,
    _size: uint256,
    _asset_class: uint256,
) -> bool:
    """
    @notice Whether a member can keep its promise: allowed by the gate, neither
            called nor indebted, and at or above initial margin after.
    @param _house Clearing house.
    @param _wallet The member's wallet.
    @param _member Account id of the member.
    @param _account Account id to liquidate.
    @param _instrument Instrument id.
    @param _size Wad.
    @param _asset_class Of the instrument.
    @return True if it can.
    """
    registry: IPartyRegistry = IPartyRegistry(staticcall IBackOffice(_house).party_registry())
    reason: uint256 = 0
    party: uint256 = 0
    reason, party = staticcall registry.gate(_wallet, _member, LIQUIDATE, _asset_class)
    if reason != 0 or (party >> 152) & 255 == RETAIL_CATEGORY:
        return False
    # 4 called, 8 indebted.
    if (staticcall ILossDesk(_house).statement(_member)).flags & 12 != 0:
        return False
    delta: int256 = convert(_size, int256)
    if self._held(_house, _account, _instrument) < 0:
        delta = -delta
    # A member whose book cannot be assessed with the position (too many positions
    # or underliers) cannot take it, and must not stop the others.
    assessed: bool = False
    answer: Bytes[96] = b""
    assessed, answer = raw_call(
        _house,
        abi_encode(
            _member,
            _instrument,
            delta,
            OPENING,
            method_id=method_id("margin_after(uint256,uint256,int256,uint256)"),
        ),
        max_outsize=96,
        is_static_call=True,
        revert_on_failure=False,
    )
    if not assessed:
        return False
    after: IClearingHouse.Margin = abi_decode(answer, IClearingHouse.Margin)
    return after.flags & STALE == 0 and after.equity >= convert(after.requirement, int256)


@internal
def _take(
    _house: address,
    _before: IClearingHouse.Margin,
    _account: uint256,
    _taker: uint256,
    _instrument: uint256,
    _size: uint256,
    _mode: uint256,
):
    """
    @notice Checks a take-over against the account's margin and orders it.
    @param _house Clearing house.
    @param _before The account's margin now.
    @param _account Account id to liquidate.
    @param _taker Account id that takes.
    @param _instrument Instrument id.
    @param _size Wad, a multiple of the lot.
    @param _mode 2 liquidation, 3 backstop, 4 compulsory close.
    """
    self._check_parties(_house, _account, _taker)
    held: int256 = self._held(_house, _account, _instrument)
    assert _size > 0 and _size <= convert(abs(held), uint256), "close-out: size too large"
    delta: int256 = convert(_size, int256)
    if held > 0:
        delta = -delta
    after: IClearingHouse.Margin = staticcall ILossDesk(_house).margin_after(
        _account, _instrument, delta, CLOSE_OUT
    )
    lot: uint256 = 0
    feed: uint256 = 0
    asset_class: uint256 = 0
    mark: uint256 = 0
    measure: uint256 = 0
    lot, feed, asset_class, mark, measure = staticcall ILossDesk(_house).instrument_terms(
        _instrument
    )
    penalty: uint256 = margin._penalty(
        _size * measure // WAD, _before.equity, _before.requirement, after.requirement
    )
    equity: int256 = after.equity - convert(penalty, int256)
    assert (
        convert(after.requirement, int256) - equity
        < convert(_before.requirement, int256) - _before.equity
    ), "close-out: shortfall must fall"
    if equity > convert(after.requirement, int256) and _size > lot:
        less: int256 = delta - convert(lot, int256)
        if held > 0:
            less = delta + convert(lot, int256)
        short: IClearingHouse.Margin = staticcall ILossDesk(_house).margin_after(
            _account, _instrument, less, CLOSE_OUT
        )
        saved: uint256 = margin._penalty(
            (_size - lot) * measure // WAD, _before.equity, _before.requirement, short.requirement
        )
        assert (
            short.equity - convert(saved, int256) < convert(short.requirement, int256)
        ), "close-out: overshoots"
    extcall IClearingHouse(_house).take_over(
        IClearingHouse.TakeOver(
            account=_account,
            taker=_taker,
            instrument=_instrument,
            size=_size,
            penalty=penalty,
            mode=_mode,
            equity_before=_before.equity,
            margin_before=_before.requirement,
            equity_after=equity,
            margin_after=after.requirement,
        )
    )
