// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

struct Account {
    int256 cash; // negative is owed
    int256 size; // + long
    int256 quote; // minus what was paid for the size, so its notional at entry
    bool retail; // the category in which the position was opened
    uint256 debt; // what the reserve paid for it; never a retail client's
}

/// @title Arithmetic of a position, as `modules/margin.vy` has it
/// @dev   Money, prices and sizes are wads (1e18). Division truncates towards zero.
library Positions {
    /// An account after a fill: quote plus cash changes by exactly `quoteDelta`.
    function filled(Account memory held, int256 delta, int256 quoteDelta)
        internal pure returns (Account memory after_)
    {
        after_ = Account(held.cash, held.size + delta, held.quote, held.retail, held.debt);
        if (held.size == 0 || held.size > 0 == delta > 0) {
            after_.quote = held.quote + quoteDelta;
            return after_;
        }
        if (after_.size == 0) {
            after_.quote = 0;
        } else if (after_.size > 0 == held.size > 0) {
            after_.quote = held.quote - held.quote * abs(delta) / abs(held.size);
        } else {
            after_.quote = quoteDelta - quoteDelta * abs(held.size) / abs(delta);
        }
        after_.cash += held.quote + quoteDelta - after_.quote;
    }

    /// Open 1, increase 2, reduce 3, close 4, as the action gate numbers them; a flip opens.
    function actionOf(int256 size, int256 delta) internal pure returns (uint256) {
        if (size == 0) return 1;
        if (size > 0 == delta > 0) return 2;
        if (size + delta == 0) return 4;
        return size + delta > 0 == size > 0 ? 3 : 1;
    }

    /// The penalty of a take-over, capped so that the shortfall's share of the requirement falls.
    function penaltyOf(
        uint256 notional, uint256 bps, int256 equity, uint256 before, uint256 after_
    ) internal pure returns (uint256 penalty) {
        if (equity <= 0 || after_ >= before) return 0;
        uint256 share = ceilDiv(uint256(equity) * (before - after_), before);
        penalty = notional * bps / 10_000;
        if (penalty >= share) penalty = share == 0 ? 0 : share - 1;
    }

    function abs(int256 x) internal pure returns (int256) {
        return x < 0 ? -x : x;
    }

    function magnitude(int256 x) internal pure returns (uint256) {
        return uint256(abs(x));
    }

    function ceilDiv(uint256 a, uint256 b) internal pure returns (uint256) {
        return (a + b - 1) / b;
    }

    /// Back in wads, rounded towards minus infinity.
    function floorWad(int256 product) internal pure returns (int256) {
        return product >= 0 ? product / 1e18 : -((1e18 - 1 - product) / 1e18);
    }
}
