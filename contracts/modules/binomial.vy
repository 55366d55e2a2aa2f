# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Binomial tree: American exercise, Cox-Ross-Rubinstein
@license Apache-2.0
@notice For views; nothing on the path of a trade calls it. Exercise, at any step from now
        on, pays the forward less the strike (a call) or the strike less the forward (a
        put), at once and undiscounted. With rate zero the forward is expected to stay
        where it is, so waiting is worth at least what exercise pays: the price tends to
        the European one of `black76` as the steps grow, and the right to exercise early
        is worth nothing. The tree shows it; it does not assume it.

        | what | from | to, inclusive | beyond it |
        |---|---|---|---|
        | steps | 1 | 128 | "binomial: steps out of range" |
        | deviation * sqrt(steps) | 0 | 40 | "binomial: tree too wide" |
        | all else | | | as in `black76` |
@dev    Up moves multiply by u = exp(s / sqrt(n)), down moves divide by it; the chance of
        an up move that leaves the forward's expectation is 1 / (1 + u). Each node rounds
        to the nearest unit.
"""


from . import black76
from . import fixed_point


# Most steps: about 8,000 nodes.
STEPS_MAX: constant(uint256) = 128

# Widest tree, Q96: an outermost node is below 2^88 * exp(40) < 2^146.
_WIDTH_MAX: constant(uint256) = 40 * 2**96


@internal
@pure
def _american_price(
    _is_call: bool,
    _forward: uint256,
    _strike: uint256,
    _seconds: uint256,
    _volatility: uint256,
    _steps: uint256,
) -> uint256:
    """
    @notice Price of an option that may be exercised at each step.
    @dev    A value is below 2^146 and a chance at most 2^96: their product below 2^243.
    @param _is_call Call, else put.
    @param _forward Wad.
    @param _strike Wad.
    @param _seconds Time to expiry.
    @param _volatility Wad, annualised.
    @param _steps Steps of the tree.
    @return uint256 Wad, undiscounted.
    """
    black76._check(_forward, _strike, _seconds, _volatility)
    assert _steps >= 1 and _steps <= STEPS_MAX, "binomial: steps out of range"
    deviation: uint256 = black76._deviation(_volatility, fixed_point._year_root(_seconds))
    move: uint256 = unsafe_div(deviation << 96, isqrt(_steps << 192))
    assert _steps * move <= _WIDTH_MAX, "binomial: tree too wide"
    # What exercise pays at the forward after a net number of up moves, less n.
    payoffs: uint256[2 * STEPS_MAX + 1] = empty(uint256[2 * STEPS_MAX + 1])
    for index: uint256 in range(2 * _steps + 1, bound=2 * STEPS_MAX + 1):
        node: uint256 = 0
        if index >= _steps:
            node = fixed_point._exp_up(unsafe_mul(index - _steps, move), _forward)
        else:
            node = fixed_point._exp_down(unsafe_mul(_steps - index, move), _forward)
        if _is_call:
            payoffs[index] = unsafe_sub(max(node, _strike), _strike)
        else:
            payoffs[index] = unsafe_sub(_strike, min(node, _strike))
    chance: uint256 = unsafe_div(
        2**192, unsafe_add(fixed_point.ONE, fixed_point._exp_up(move, fixed_point.ONE))
    )
    other: uint256 = unsafe_sub(fixed_point.ONE, chance)
    values: uint256[STEPS_MAX + 1] = empty(uint256[STEPS_MAX + 1])
    for up: uint256 in range(_steps + 1, bound=STEPS_MAX + 1):
        values[up] = payoffs[2 * up]
    for back: uint256 in range(1, _steps + 1, bound=STEPS_MAX):
        for up: uint256 in range(_steps - back + 1, bound=STEPS_MAX):
            waiting: uint256 = unsafe_add(
                unsafe_add(
                    unsafe_mul(chance, values[unsafe_add(up, 1)]), unsafe_mul(other, values[up])
                ),
                2**95,
            ) >> 96
            values[up] = max(waiting, payoffs[unsafe_add(unsafe_mul(up, 2), back)])
    return values[0]
