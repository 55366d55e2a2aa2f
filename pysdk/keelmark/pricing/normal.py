"""Density and distribution of the normal law: the twin of `modules/normal.vy`.

The tail beyond x is the density at x times the Mills ratio, which is smooth and never small, so one
rational approximation serves the whole line with a small relative error.
"""

from __future__ import annotations

from keelmark.pricing.fixed_point import ONE, continued_fraction, exp_down
from keelmark.units import WAD

LIMIT = 16 * 2**96
"""Exclusive limit of the arguments of `density` and `mills`, Q96."""

TAIL_END = 9 * WAD
"""From here the tail is less than half a wad."""

PEAK = 8896710144153107311007564246272276034474883
"""1 / sqrt(2 pi), Q144."""

MILLS_LEVELS = (
    (6277101735565698966505625884577142568021805123745374514181, 397941054346676247461),
    (6277099052879560261568035197784690189508975407672469994932, -1858618787486279177059859),
    (12560082765256992344926337988060780579032254668598405909746, 1150723962261042260662544429),
    (16535834455323040884804239149141501175507748518255843092666, -231531798270873131997096211498),
    (409688076211451480636624832459296326707118513256426374671408, 1410203312797467484111226548806),
    (38537918041275074182563950294307822631520983638682169628458, 2993463085316016914419524320265),
    (
        7221700699955218794566684905420906993222265468240578124513671,
        -2297172313165446119808098557846,
    ),
    (-16162467638954308418268048770816866714063255989389000984107, 263961047042190601024123839140),
    (238237396842321980277385173711784998030542621011134819805919, 221292692314077008521724703474),
    (-2183942424764982796726179004145202881487259319159218497500, -3493645588925225556261899585561),
    (
        13517385906070502698768866062010345581666205491893232426002265,
        3805832477635185311247656900804,
    ),
)
"""Mills ratio by x in [0, 16]: numerator Q192 and offset Q96 of each level."""


def density(x: int) -> int:
    """exp(-x² / 2) / sqrt(2 pi), Q144, for x in Q96, not negative and below `LIMIT`."""
    return exp_down(x * x >> 97, PEAK)


def mills(x: int) -> int:
    """The tail beyond x over the density at x, Q96, for x in Q96, below `LIMIT`."""
    return continued_fraction(MILLS_LEVELS, x)


def cdf(x: int) -> int:
    """The probability of at most x, nearest wad.

    Args:
        x: wad; any whole number.
    """
    if x <= -TAIL_END:
        return 0
    if x >= TAIL_END:
        return WAD
    size = abs(x) * ONE // WAD
    tail = density(size) * mills(size) >> 96
    tail = (tail * WAD + 2**143) >> 144
    return tail if x < 0 else WAD - tail
