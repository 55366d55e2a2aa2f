# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Harness: opens the pricing modules to tests, many points a call, and measures their gas
@license Apache-2.0
@notice A function of many points takes them as one list of words, row after row, and gives
        its results likewise.
"""


from ...contracts.modules import binomial
from ...contracts.modules import black76
from ...contracts.modules import fixed_point
from ...contracts.modules import implied_volatility as implied
from ...contracts.modules import normal
from ...contracts.modules import risk_array


# Most words of a list.
WORDS: constant(uint256) = 1_200


@external
@pure
def cdf_many(points: DynArray[int256, WORDS]) -> DynArray[uint256, WORDS]:
    """
    @notice `normal._cdf` of each point.
    """
    found: DynArray[uint256, WORDS] = []
    for x: int256 in points:
        found.append(normal._cdf(x))
    return found


@external
@pure
def prices_many(rows: DynArray[uint256, WORDS]) -> DynArray[uint256, WORDS]:
    """
    @notice `black76._prices` of each row of four words; three words a row.
    """
    found: DynArray[uint256, WORDS] = []
    for index: uint256 in range(len(rows) // 4, bound=WORDS // 4):
        call: uint256 = 0
        put: uint256 = 0
        delta: uint256 = 0
        at: uint256 = 4 * index
        call, put, delta = black76._prices(rows[at], rows[at + 1], rows[at + 2], rows[at + 3])
        found.append(call)
        found.append(put)
        found.append(delta)
    return found


@external
@view
def cdf_gas(x: int256) -> uint256:
    """
    @notice Gas of `normal._cdf`, the call to it included.
    """
    before: uint256 = msg.gas
    found: uint256 = normal._cdf(x)
    return before - msg.gas


@external
@view
def prices_gas(
    forward: uint256, strike: uint256, time: uint256, volatility: uint256
) -> uint256:
    """
    @notice Gas of `black76._prices`, the call to it included.
    """
    before: uint256 = msg.gas
    call: uint256 = 0
    put: uint256 = 0
    delta: uint256 = 0
    call, put, delta = black76._prices(forward, strike, time, volatility)
    return before - msg.gas


@external
@pure
def risk_array_many(rows: DynArray[uint256, WORDS]) -> DynArray[uint256, WORDS]:
    """
    @notice `risk_array._risk_array` of each row of six words; five words a row.
    """
    found: DynArray[uint256, WORDS] = []
    for index: uint256 in range(len(rows) // 6, bound=WORDS // 6):
        lanes: uint256 = 0
        price: uint256 = 0
        delta: int256 = 0
        long: uint256 = 0
        short: uint256 = 0
        at: uint256 = 6 * index
        lanes, price, delta, long, short = risk_array._risk_array(
            rows[at] == 1, rows[at + 1], rows[at + 2], rows[at + 3], rows[at + 4], rows[at + 5]
        )
        found.append(lanes)
        found.append(price)
        found.append(convert(convert(delta, bytes32), uint256))
        found.append(long)
        found.append(short)
    return found


@external
@view
def risk_array_gas(
    is_call: bool,
    forward: uint256,
    strike: uint256,
    time: uint256,
    volatility: uint256,
    scan_bps: uint256,
) -> uint256:
    """
    @notice Gas of `risk_array._risk_array`, the call to it included.
    """
    before: uint256 = msg.gas
    lanes: uint256 = 0
    price: uint256 = 0
    delta: int256 = 0
    long: uint256 = 0
    short: uint256 = 0
    lanes, price, delta, long, short = risk_array._risk_array(
        is_call, forward, strike, time, volatility, scan_bps
    )
    return before - msg.gas


@external
@pure
def implied_many(rows: DynArray[uint256, WORDS]) -> DynArray[uint256, WORDS]:
    """
    @notice `implied_volatility._implied_volatility` of each row of five words.
    """
    found: DynArray[uint256, WORDS] = []
    for index: uint256 in range(len(rows) // 5, bound=WORDS // 5):
        at: uint256 = 5 * index
        found.append(
            implied._implied_volatility(
                rows[at] == 1, rows[at + 1], rows[at + 2], rows[at + 3], rows[at + 4]
            )
        )
    return found


@external
@pure
def greeks_many(rows: DynArray[uint256, WORDS]) -> DynArray[uint256, WORDS]:
    """
    @notice `black76._greeks` of each row of five words; five words a row.
    """
    found: DynArray[uint256, WORDS] = []
    for index: uint256 in range(len(rows) // 5, bound=WORDS // 5):
        price: uint256 = 0
        delta: int256 = 0
        gamma: uint256 = 0
        vega: uint256 = 0
        theta: int256 = 0
        at: uint256 = 5 * index
        price, delta, gamma, vega, theta = black76._greeks(
            rows[at] == 1, rows[at + 1], rows[at + 2], rows[at + 3], rows[at + 4]
        )
        found.append(price)
        found.append(convert(convert(delta, bytes32), uint256))
        found.append(gamma)
        found.append(vega)
        found.append(convert(convert(theta, bytes32), uint256))
    return found


@external
@view
def implied_gas(
    is_call: bool, forward: uint256, strike: uint256, time: uint256, premium: uint256
) -> uint256:
    """
    @notice Gas of `implied_volatility._implied_volatility`, the call to it included.
    """
    before: uint256 = msg.gas
    found: uint256 = implied._implied_volatility(is_call, forward, strike, time, premium)
    return before - msg.gas


@external
@pure
def ln(x: uint256) -> int256:
    """
    @notice `fixed_point._ln`.
    """
    return fixed_point._ln(x)


@external
@pure
def exp(x: int256) -> uint256:
    """
    @notice `fixed_point._exp`.
    """
    return fixed_point._exp(x)


@external
@pure
def sqrt(x: uint256) -> uint256:
    """
    @notice `fixed_point._sqrt`.
    """
    return fixed_point._sqrt(x)


@external
@pure
def log_ratio(high: uint256, low: uint256) -> uint256:
    """
    @notice `fixed_point._log_ratio`.
    """
    return fixed_point._log_ratio(high, low)


@external
@pure
def year_root(time: uint256) -> uint256:
    """
    @notice `fixed_point._year_root`.
    """
    return fixed_point._year_root(time)


@external
@pure
def mills(x: uint256) -> uint256:
    """
    @notice `normal._mills`.
    """
    return normal._mills(x)


@external
@pure
def price(
    is_call: bool, forward: uint256, strike: uint256, time: uint256, volatility: uint256
) -> uint256:
    """
    @notice `black76._price`.
    """
    return black76._price(is_call, forward, strike, time, volatility)


@external
@pure
def american_price(
    is_call: bool,
    forward: uint256,
    strike: uint256,
    time: uint256,
    volatility: uint256,
    steps: uint256,
) -> uint256:
    """
    @notice `binomial._american_price`.
    """
    return binomial._american_price(is_call, forward, strike, time, volatility, steps)
