# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Arrays: what an option may lose, computed before it is needed
@license Apache-2.0
@notice For each option sixteen scenario results of one unit, packed in a word, and
        its mark, both by Black-76 on the forward (risk array module). Anyone may
        refresh them: they are a pure function of the price board within one of
        its epochs, so that it does not matter who does, or how often. An array of
        another epoch, or past the validity of the prices that it came from, stops
        opening and withdrawal.
"""


from ...modules import report_chain
from ...modules import risk_array
from . import book
from . import wiring


uses: report_chain
uses: book
uses: wiring


MAX_POSITIONS: constant(uint256) = 20
MASK_16: constant(uint256) = 2**16 - 1
MASK_32: constant(uint256) = 2**32 - 1
MASK_88: constant(uint256) = 2**88 - 1
MASK_104: constant(uint256) = 2**104 - 1

# A price flag of the board: it has just jumped.
JUMP: constant(uint256) = 1

RISK_ARRAY_REFRESHED_TOPIC: constant(bytes32) = keccak256(
    "RiskArrayRefreshed(uint256,uint256,uint256,uint256,uint256,uint256,int256,uint256,bytes32)"
)

# Which formula and which conventions a model digest stands for.
CONVENTION: constant(bytes32) = keccak256("Black-76, ACT/365 seconds, undiscounted")


@external
def refresh_arrays(options: DynArray[uint256, MAX_POSITIONS]):
    """
    @notice Recomputes risk arrays and marks from the price board. Anyone.
    @param options Instrument ids of options that have not expired.
    """
    for option: uint256 in options:
        self._refresh(option)


@external
@reentrant
def refresh_account(account: uint256):
    """
    @notice Recomputes the stale arrays of an account's options; what the board
            does not allow stays as it is. Anyone: the close-out contract does it
            before it judges, in the same transaction. Without a lock of its own,
            since each refresh takes the house's.
    @param account Account id.
    """
    surface: uint256 = 0
    last: uint256 = 0
    for i: uint256 in range((book.accounts[account] >> 104) & 255, bound=MAX_POSITIONS):
        option: uint256 = book.positions[account][i] & MASK_32
        terms: uint256 = book.instruments[option]
        if (terms >> 56) & 255 != book.OPTION:
            continue
        feed: uint256 = (terms >> 32) & MASK_16
        if feed != last:
            lanes: uint256 = 0
            lanes, surface = staticcall wiring.BOARD.price_and_surface(feed >> 1, feed)
            last = feed
        if (
            (book.risk_arrays[option] ^ surface) & MASK_16 != 0
            or (terms >> 192) & MASK_32 < block.timestamp
        ):
            # One option that cannot be priced must not hold up the others.
            one: DynArray[uint256, 1] = [option]
            done: bool = raw_call(
                self,
                abi_encode(one, method_id=method_id("refresh_arrays(uint256[])")),
                revert_on_failure=False,
            )


@internal
def _refresh(_option: uint256):
    """
    @notice Recomputes one array and the mark.
    @dev    The reference forward is written first by whichever option of an expiry
            is refreshed in an epoch; until the others are, they are stale.
    @param _option Instrument id.
    """
    terms: uint256 = book.instruments[_option]
    assert (terms >> 56) & 255 == book.OPTION, "arrays: not an open option"
    option: uint256 = book.option_terms[_option]
    feed: uint256 = (terms >> 32) & MASK_16
    expiry: uint256 = terms & MASK_32
    assert block.timestamp < expiry, "surface: expired"
    forward: uint256 = 0
    volatility: uint256 = 0
    valid_until: uint256 = 0
    flags: uint256 = 0
    surface: uint256 = 0
    forward, volatility, valid_until, flags, surface = staticcall wiring.BOARD.option_inputs(
        feed, expiry, option & MASK_88
    )
    lanes: uint256 = 0
    mark: uint256 = 0
    delta: int256 = 0
    worst_long: uint256 = 0
    worst_short: uint256 = 0
    lanes, mark, delta, worst_long, worst_short = risk_array._risk_array(
        option >> 88 != 0,
        forward,
        option & MASK_88,
        expiry - ((surface >> 16) & MASK_32),
        volatility,
        (terms >> 64) & MASK_16,
    )
    lanes |= surface & MASK_16
    terms = (
        (terms & MASK_104)
        | (mark << 104)
        | (valid_until << 192)
        | (worst_long << 224)
        | (worst_short << 239)
        | ((flags & JUMP) << 254)
    )
    book.risk_arrays[_option] = lanes
    book.instruments[_option] = terms
    key: uint256 = (feed << 32) | expiry
    if book.forwards[key] != forward:
        book.forwards[key] = forward
    report_chain._report(
        RISK_ARRAY_REFRESHED_TOPIC,
        convert(_option, bytes32),
        convert(feed, bytes32),
        abi_encode(
            lanes,
            terms,
            forward,
            volatility,
            delta,
            surface,
            keccak256(abi_encode(CONVENTION, terms, option, forward, volatility, surface)),
        ),
    )
