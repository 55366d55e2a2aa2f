# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Chained reports
@license Apache-2.0
@notice Emits two of the kit's events, chained, as often as asked, so that a
        reader meets report chains without a whole market behind them.
"""


from ...contracts.modules import report_chain


initializes: report_chain


exports: report_chain.root


TRADE: constant(bytes32) = keccak256(
    "TradeReported(uint256,uint256,bytes32,bytes32,uint256,int256,uint256,uint256,int256,int256,int256,int256,uint256)"
)
PRICE: constant(bytes32) = keccak256(
    "PriceUpdated(uint256,uint256,uint256,uint256,uint256,uint256)"
)


@external
def report(times: uint256, seed: uint256):
    """
    @notice Emits trades, and a price after every third.
    @param times How many trades, at most 500.
    @param seed A number to tell them by.
    """
    for i: uint256 in range(times, bound=500):
        report_chain._report(
            TRADE, convert(i + 1, bytes32), convert(seed % 7 + 1, bytes32), self._trade(seed, i)
        )
        if i % 3 == 2:
            report_chain._report(
                PRICE,
                convert(1, bytes32),
                convert(seed + i, bytes32),
                abi_encode(
                    8000 * 10**18 + i, block.timestamp + 60, empty(uint256), empty(uint256)
                ),
            )


@internal
@pure
def _trade(_seed: uint256, _place: uint256) -> Bytes[512]:
    """
    @notice A trade's data.
    @param _seed A number to tell it by.
    @param _place Its place in the call.
    @return Eleven words.
    """
    size: int256 = convert(_place + 1, int256) * 10**18
    price: uint256 = 8000 * 10**18 + _seed
    return abi_encode(
        _seed << 128, _place << 128, _seed, size, price, price, size, -size, size, -size, price
    )
