# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Resources: cash and collateral as margin counts them
@license Apache-2.0
@notice Haircuts add; an e-money token counts as cash at the lower of par and
        market. What is stale counts nothing for opening and its last value in a
        close-out.
"""


from ...modules import margin
from ...modules import rules
from . import book
from . import marks
from . import wiring


uses: book
uses: wiring


OPENING: constant(uint256) = 0
WITHDRAWAL: constant(uint256) = 1
CLOSE_OUT: constant(uint256) = 2

MASK_16: constant(uint256) = 2**16 - 1
MASK_32: constant(uint256) = 2**32 - 1
WAD: constant(uint256) = 10**18
BPS: constant(uint256) = 10_000


@internal
@view
def _resources(
    _account: uint256, _word: uint256, _valuation: uint256, _money_word: uint256
) -> int256:
    """
    @notice Cash and collateral of an account as margin counts them.
    @dev    A balance times its scale is below 2^112 (custody sees to it), prices
            are below 2^88 and haircuts at most 10,000.
    @param _account Account id.
    @param _word Account word.
    @param _valuation 0 opening, 1 withdrawal, 2 close-out.
    @param _money_word The board's word that holds the settlement token's feed; 0
           if it was not read yet.
    @return Wad; negative where cash owed exceeds the collateral's value.
    """
    sum: int256 = book._cash(_word)
    mask: uint256 = (_word >> 112) & 255
    money_word: uint256 = _money_word
    if money_word == 0 and (sum > 0 or mask != 0):
        money_word = staticcall wiring.BOARD.price_word(wiring.TOKEN_FEED >> 1)
    if sum > 0:
        price: uint256 = 0
        price_flags: uint256 = 0
        price, price_flags = marks._read_lane(money_word, wiring.TOKEN_FEED)
        if price_flags & marks.STALE != 0 or price < WAD:
            sum = convert(
                self._money(convert(sum, uint256), price, price_flags, _valuation), int256
            )
    if mask == 0:
        return sum
    for i: uint256 in range(8):
        bits: uint256 = mask >> i
        if bits == 0:
            break
        if bits & 1 == 0:
            continue
        asset: uint256 = book.collaterals[i + 1]
        category: uint256 = (asset >> 16) & 255
        # Retail money is cash and e-money tokens only.
        if category != margin.E_MONEY and _word & (book.RETAIL << 120) != 0:
            continue
        amount: uint256 = unsafe_mul(
            book._balance(_account, i + 1), pow_mod256(10, unsafe_sub(18, (asset >> 32) & 255))
        )
        board_word: uint256 = money_word
        if (asset & MASK_16) >> 1 != wiring.TOKEN_FEED >> 1:
            board_word = staticcall wiring.BOARD.price_word((asset & MASK_16) >> 1)
        price: uint256 = 0
        price_flags: uint256 = 0
        price, price_flags = marks._read_lane(board_word, asset & MASK_16)
        counted: uint256 = 0
        if category == margin.E_MONEY and (asset >> 24) & 255 == 0:
            counted = self._money(amount, price, price_flags, _valuation)
        elif _valuation == CLOSE_OUT or price_flags & marks.STALE == 0:
            counted = unsafe_div(unsafe_mul(amount, price), WAD)
        counted = unsafe_div(unsafe_mul(counted, unsafe_sub(BPS, self._haircut(asset))), BPS)
        sum = unsafe_add(sum, convert(min(counted, asset >> 72), int256))
    return sum


@internal
@pure
def _money(_amount: uint256, _price: uint256, _flags: uint256, _valuation: uint256) -> uint256:
    """
    @notice What an e-money token counts for: the lower of par and market, and
            nothing for opening below 0.98 of par or at a stale price.
    @param _amount Wad of the token at par.
    @param _price Its price (wad).
    @param _flags Its price flags.
    @param _valuation 0 opening, 1 withdrawal, 2 close-out.
    @return Wad.
    """
    if _valuation != CLOSE_OUT:
        if _flags & marks.STALE != 0 or _price < rules.EMT_PAR_FLOOR_BPS * (WAD // BPS):
            return 0
    return _amount * min(_price, WAD) // WAD


@internal
@view
def _haircut(_asset: uint256) -> uint256:
    """
    @notice Haircut of a collateral asset at this moment.
    @param _asset Collateral word.
    @return Basis points; 10,000 for what is not eligible.
    """
    maturity: uint256 = (_asset >> 40) & MASK_32
    residual: uint256 = max(maturity, block.timestamp) - block.timestamp
    return margin._haircut_bps((_asset >> 16) & 255, (_asset >> 24) & 255, residual)
