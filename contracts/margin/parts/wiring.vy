# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Wiring: what a clearing house is connected to, for good
@license Apache-2.0
@notice Every address is a constructor argument and cannot change; none of the
        contracts named here needs this house's address, so that the graph of
        deployments has no cycle.
"""


from ethereum.ercs import IERC20Detailed

from ...interfaces import IDefaultFund
from ...interfaces import IInstrumentRegistry
from ...interfaces import IPartyRegistry
from ...interfaces import IPriceBoard
from ...interfaces import IRulebook
from ...modules import rules


PARTIES: immutable(IPartyRegistry)
INSTRUMENTS: immutable(IInstrumentRegistry)
BOARD: immutable(IPriceBoard)
FUND: immutable(IDefaultFund)
MATCHER: immutable(address)
CLOSE_OUT: immutable(address)

# Settlement token: an e-money token at par with the settlement unit.
TOKEN: immutable(address)

# Wad per unit of the token.
TOKEN_SCALE: immutable(uint256)

# The token's feed on the price board.
TOKEN_FEED: immutable(uint256)

# 1 uncleared schedule, 2 cleared listed, 3 cleared OTC.
REGIME: immutable(uint256)

# The house's LEI, 20 characters in base 36.
LEI: immutable(uint256)


@deploy
def __init__(
    _rulebook: address,
    _parties: address,
    _instruments: address,
    _board: address,
    _matcher: address,
    _close_out: address,
    _fund: address,
    _token: address,
    _token_feed: uint256,
    _regime: uint256,
    _lei: uint256,
):
    """
    @notice Connects the house. Reverts unless the rulebook's digest is the one
            that this house was compiled with, and the fund is in its token.
    @param _rulebook Rulebook.
    @param _parties Party registry.
    @param _instruments Instrument registry.
    @param _board Price board.
    @param _matcher Order matcher, the only one that may bring trades.
    @param _close_out Close-out contract, the only one that may take over.
    @param _fund Default fund, in the same token.
    @param _token Settlement token, at most 18 decimals.
    @param _token_feed Its feed on the board.
    @param _regime 1 uncleared schedule, 2 cleared listed, 3 cleared OTC.
    @param _lei The house's LEI in base 36.
    """
    assert staticcall IRulebook(_rulebook).digest() == rules.DIGEST, "house: other rulebook"
    assert _regime >= 1 and _regime <= 3, "house: unknown regime"
    assert _lei != 0 and _lei < 2**104, "house: lei out of range"
    # Else the fund would answer for losses in a money that the house does not keep.
    assert staticcall IDefaultFund(_fund).TOKEN() == _token, "house: other fund token"
    PARTIES = IPartyRegistry(_parties)
    INSTRUMENTS = IInstrumentRegistry(_instruments)
    BOARD = IPriceBoard(_board)
    FUND = IDefaultFund(_fund)
    MATCHER = _matcher
    CLOSE_OUT = _close_out
    TOKEN = _token
    TOKEN_SCALE = 10 ** (18 - convert(staticcall IERC20Detailed(_token).decimals(), uint256))
    TOKEN_FEED = _token_feed
    REGIME = _regime
    LEI = _lei


@internal
@view
def _hash() -> bytes32:
    """
    @notice One word for every connection.
    @return keccak256 of their ABI encoding.
    """
    return keccak256(
        abi_encode(
            PARTIES, INSTRUMENTS, BOARD, FUND, MATCHER, CLOSE_OUT, TOKEN, TOKEN_FEED, REGIME, LEI
        )
    )


@internal
@pure
def _check_reason(_reason: uint256):
    """
    @notice Reverts with the gate's code unless it allows.
    @param _reason 0 allowed; the others are named in the action gate module.
    """
    assert _reason == 0, concat("house: gate ", uint2str(_reason))


@internal
@view
def _check_gate(_account: uint256, _action: uint256) -> uint256:
    """
    @notice Reverts unless the caller may do this for the account.
    @param _account Account id.
    @param _action Action code of the action gate module.
    @return The caller's party word.
    """
    reason: uint256 = 0
    party: uint256 = 0
    reason, party = staticcall PARTIES.gate(msg.sender, _account, _action, 0)
    self._check_reason(reason)
    return party


@internal
@view
def _check_close_out():
    """
    @notice Reverts unless the close-out contract calls.
    """
    assert msg.sender == CLOSE_OUT, "house: not the close-out"
