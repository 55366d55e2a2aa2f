# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Book of the example venue: what it is connected to, accounts, prices
@license Apache-2.0
@notice Every connection is a constructor argument and cannot change. The venue has one
        contract, so that an account has one position. Thresholds are constants of the
        rulebook: there is nothing here that anybody could set.
@dev    The sizes of all accounts sum to zero. Cash and quotes of all accounts and the
        reserve sum to the settlement tokens that the venue holds (in wad).
"""


from ethereum.ercs import IERC20Detailed

from ...interfaces import IInstrumentRegistry
from ...interfaces import IPartyRegistry
from ...interfaces import IPriceBoard
from ...interfaces import IRulebook
from ...modules import action_gate
from ...modules import margin
from ...modules import rules


STALE: constant(uint256) = 1
JUMP: constant(uint256) = 2

PERPETUAL: constant(uint256) = 1
BITCOIN_DTI: constant(bytes32) = 0x344839354a305232580000000000000000000000000000000000000000000000
MAX_ASSETS: constant(uint256) = 4
WAD: constant(uint256) = 10**18


# A party's account. Its id is the one of the party registry.
struct Account:
    cash: int256  # wad; negative is owed
    size: int256  # wad of the underlier, + long
    quote: int256  # wad: minus what was paid for the size, so its notional at entry
    retail: bool  # the category in which the position was opened
    debt: uint256  # wad that the reserve paid for it; never a retail client's


# A collateral asset beside the settlement token.
struct Asset:
    token: address
    feed: uint256  # of the price board
    kind: uint256  # 2 government bond, 3 corporate bond, 4 main-index equity, 5 gold
    fx: bool  # in another currency than the settlement token
    maturity: uint256  # of a bond (seconds), else 0
    decimals: uint256


RULEBOOK: public(immutable(address))
PARTIES: public(immutable(IPartyRegistry))
BOARD: public(immutable(IPriceBoard))
MATCHER: public(immutable(address))

INSTRUMENT: public(immutable(uint256))
ASSET_CLASS: immutable(uint256)
FEED: public(immutable(uint256))  # of the underlier
LOT: public(immutable(uint256))  # wad of the underlier

# Basis points of notional, before the retail floor.
RATE_BPS: public(immutable(uint256))

TOKEN: public(immutable(address))
TOKEN_FEED: immutable(uint256)
SCALE: immutable(uint256)  # wad a unit of the token
ASSETS: immutable(DynArray[Asset, MAX_ASSETS])
LEI: immutable(uint256)


# Account id to account.
accounts: public(HashMap[uint256, Account])

# Account id to asset (1, 2, .. in the order of ASSETS) to token units.
balances: public(HashMap[uint256, HashMap[uint256, uint256]])

# Own resources that stand for losses (wad); negative is a loss that nothing covers.
reserve: public(int256)


@deploy
def __init__(
    _rulebook: address,
    _parties: address,
    _instruments: address,
    _board: address,
    _matcher: address,
    _instrument: uint256,
    _token: address,
    _token_feed: uint256,
    _lei: uint256,
    _assets: DynArray[Asset, MAX_ASSETS],
):
    """
    @notice Connects the venue. Every feed must have a price: once it has one there always
            is a last one, and no account can become impossible to assess.
    @param _rulebook Its digest must be the one compiled in.
    @param _parties Party registry.
    @param _instruments Instrument registry.
    @param _board Price board.
    @param _matcher Order matcher.
    @param _instrument Id of a perpetual.
    @param _token Settlement token, at most 18 decimals.
    @param _token_feed Its feed.
    @param _lei 20 characters in base 36.
    @param _assets Collateral beside the settlement token.
    """
    assert staticcall IRulebook(_rulebook).digest() == rules.DIGEST, "venue: other rulebook"
    assert _lei != 0 and _lei < 2**104, "venue: lei out of range"
    terms: IInstrumentRegistry.Listing = staticcall IInstrumentRegistry(_instruments).listing(
        _instrument
    )
    assert terms.kind == PERPETUAL, "venue: not a perpetual"
    scan: uint256 = rules.SCAN_DEFAULT_OTC_BPS
    if terms.dti == BITCOIN_DTI:
        scan = rules.SCAN_BTC_OTC_BPS
    RULEBOOK = _rulebook
    PARTIES = IPartyRegistry(_parties)
    BOARD = IPriceBoard(_board)
    MATCHER = _matcher
    INSTRUMENT = _instrument
    ASSET_CLASS = terms.asset_class
    FEED = terms.underlier
    LOT = 10**terms.lot_exp
    RATE_BPS = max(margin._schedule_rate_bps(terms.asset_class, 0), scan)
    TOKEN = _token
    TOKEN_FEED = _token_feed
    SCALE = 10 ** (18 - convert(staticcall IERC20Detailed(_token).decimals(), uint256))
    ASSETS = _assets
    LEI = _lei
    price: uint256 = 0
    flags: uint256 = 0
    price, flags = self._price(terms.underlier)
    price, flags = self._price(_token_feed)
    for asset: Asset in _assets:
        # Money is the settlement token alone.
        assert asset.kind != margin.E_MONEY and asset.token != _token, "venue: one money only"
        # A digit more or less would be a factor of ten on everybody's collateral.
        decimals: uint8 = staticcall IERC20Detailed(asset.token).decimals()
        assert asset.decimals == convert(decimals, uint256), "venue: other decimals"
        price, flags = self._price(asset.feed)


@internal
@view
def _price(_feed: uint256) -> (uint256, uint256):
    """
    @notice A feed's last good price. Nothing else values anything, a trade least of all.
    @param _feed Feed id.
    @return Price (wad) and flags: 1 stale, 2 jumped.
    """
    lane: uint256 = staticcall BOARD.price_lane(_feed)
    price: uint256 = lane & (2**88 - 1)
    assert price != 0, "venue: no price"
    flags: uint256 = (lane >> 119) & JUMP
    if (lane >> 88) & (2**32 - 1) < block.timestamp:
        flags |= STALE
    return price, flags


@internal
@view
def _check_gate(_account: uint256, _action: uint256, _asset_class: uint256) -> uint256:
    """
    @notice Reverts unless the caller may do this for an account.
    @param _account Account id.
    @param _action Action code of the action gate module.
    @param _asset_class Asset class of the product; 0 for a payment.
    @return The caller's party word.
    """
    reason: uint256 = 0
    party: uint256 = 0
    reason, party = staticcall PARTIES.gate(msg.sender, _account, _action, _asset_class)
    self._check_reason(reason)
    return party


@internal
@pure
def _check_reason(_reason: uint256):
    """
    @notice Reverts with the gate's reason unless it allows.
    @param _reason 0 allowed; the others are named in the action gate module.
    """
    assert _reason == 0, concat("venue: gate ", uint2str(_reason))


@internal
@pure
def _is_retail(_party: uint256) -> bool:
    """
    @notice Whether a party is a retail client.
    @param _party Its party word, as the gate answers it.
    @return True if it is.
    """
    return (_party >> 152) & 255 == action_gate.RETAIL
