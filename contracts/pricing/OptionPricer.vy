# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Option pricer: the pricing convention, as a contract
@license Apache-2.0
@notice Anyone may call everything; nothing is stored, nobody holds a role, and there is
        nothing to set. It answers what the pricing modules compute, so that whoever
        disputes a premium can ask the same code that margins it. Black-76 on the
        forward, ACT/365 in seconds, rate zero; limits and reasons stand at the heads of
        `modules/black76.vy` and of the module behind each function.
"""


from ..interfaces import IOptionPricer
implements: IOptionPricer

from ..modules import binomial
from ..modules import black76
from ..modules import implied_volatility as implied
from ..modules import risk_array as arrays


@external
@pure
def price(
    is_call: bool, forward: uint256, strike: uint256, seconds: uint256, volatility: uint256
) -> uint256:
    """
    @notice Price of a European option. Reverts outside the domain of `black76`.
    @param is_call Call, else put.
    @param forward Forward, wad.
    @param strike Strike, wad.
    @param seconds Time to expiry.
    @param volatility Annualised, wad.
    @return uint256 Undiscounted premium of one unit, wad.
    """
    return black76._price(is_call, forward, strike, seconds, volatility)


@external
@pure
def prices(
    forward: uint256, strike: uint256, seconds: uint256, volatility: uint256
) -> (uint256, uint256, uint256):
    """
    @notice Call, put and delta at once. Reverts outside the domain of `black76`.
    @param forward Forward, wad.
    @param strike Strike, wad.
    @param seconds Time to expiry.
    @param volatility Annualised, wad.
    @return uint256 Call, wad.
    @return uint256 Put, wad.
    @return uint256 Forward delta of the call, wad; the put's is one less.
    """
    return black76._prices(forward, strike, seconds, volatility)


@external
@pure
def greeks(
    is_call: bool, forward: uint256, strike: uint256, seconds: uint256, volatility: uint256
) -> (uint256, int256, uint256, uint256, int256):
    """
    @notice Price and sensitivities. Reverts outside the domain of `black76`, and with
            "black76: gamma has no bound" at the strike without time or volatility.
    @param is_call Call, else put.
    @param forward Forward, wad.
    @param strike Strike, wad.
    @param seconds Time to expiry.
    @param volatility Annualised, wad.
    @return uint256 Price, wad.
    @return int256 Forward delta, wad.
    @return uint256 Gamma, wad: change of delta for a change of the forward by one.
    @return uint256 Vega, wad: change of the price for a change of volatility by 1.00.
    @return int256 Theta, wad a year: change of the price as time passes.
    """
    return black76._greeks(is_call, forward, strike, seconds, volatility)


@external
@pure
def implied_volatility(
    is_call: bool, forward: uint256, strike: uint256, seconds: uint256, premium: uint256
) -> uint256:
    """
    @notice The volatility at which `price` gives a premium. Reverts outside the domain and
            where there is none.
    @param is_call Call, else put.
    @param forward Forward, wad.
    @param strike Strike, wad.
    @param seconds Time to expiry, not zero.
    @param premium Undiscounted, wad.
    @return uint256 Annualised, wad.
    """
    return implied._implied_volatility(is_call, forward, strike, seconds, premium)


@external
@pure
def american_price(
    is_call: bool,
    forward: uint256,
    strike: uint256,
    seconds: uint256,
    volatility: uint256,
    steps: uint256,
) -> uint256:
    """
    @notice Price with American exercise, on a Cox-Ross-Rubinstein tree. 128 steps take
            three million gas. Reverts outside the domain of `binomial`.
    @param is_call Call, else put.
    @param forward Forward, wad.
    @param strike Strike, wad.
    @param seconds Time to expiry.
    @param volatility Annualised, wad.
    @param steps Steps of the tree, 1 to 128.
    @return uint256 Undiscounted premium of one unit, wad.
    """
    return binomial._american_price(is_call, forward, strike, seconds, volatility, steps)


@external
@pure
def risk_array(
    is_call: bool,
    forward: uint256,
    strike: uint256,
    seconds: uint256,
    volatility: uint256,
    scan_bps: uint256,
) -> (uint256, uint256, int256, uint256, uint256):
    """
    @notice What one unit gains or loses in sixteen scenarios. Reverts outside the domain of
            `black76`, for a scan range above 30,000 bps and if a lane does not fit.
    @param is_call Call, else put.
    @param forward Reference forward, wad.
    @param strike Strike, wad.
    @param seconds Time to expiry.
    @param volatility Annualised, wad.
    @param scan_bps Scan range of the regime.
    @return uint256 Lane k int15@(16 + 15 k), steps of 2^-13 of the forward.
    @return uint256 Price, wad.
    @return int256 Forward delta, wad.
    @return uint256 Worst loss of one unit long, steps.
    @return uint256 Worst loss of one unit short, steps.
    """
    return arrays._risk_array(is_call, forward, strike, seconds, volatility, scan_bps)
