# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Trade emitter
@license Apache-2.0
@notice Emits trade reports as a house does, chained and by the hundred, for those
        who measure how fast they are read.
"""


from ...contracts.modules import report_chain


initializes: report_chain


exports: report_chain.root


# As the house has it.
event TradeReported:
    account: indexed(uint256)
    instrument: indexed(uint256)
    uti: bytes32
    prior_uti: bytes32
    execution: uint256
    size: int256
    price: uint256
    index: uint256
    position_size: int256
    position_quote: int256
    cash: int256
    equity: int256
    initial_margin: uint256


TOPIC: constant(bytes32) = keccak256(
    "TradeReported(uint256,uint256,bytes32,bytes32,uint256,int256,uint256,uint256,int256,int256,int256,int256,uint256)"
)


@external
def emit_reports(times: uint256, seed: uint256):
    """
    @notice Emits trade reports with figures of every sign and length.
    @param times How many, at most 1,000.
    @param seed Whatever makes the figures others than before.
    """
    word: bytes32 = keccak256(convert(seed, bytes32))
    for i: uint256 in range(times, bound=1_000):
        number: uint256 = convert(word, uint256) + i * 10**15
        wad: uint256 = number % 10**24
        size: int256 = convert(wad % 10**21, int256) - 5 * 10**20
        quote: int256 = convert(wad, int256)
        report_chain._report(
            TOPIC,
            convert(1 + number % 5_000, bytes32),
            convert(1 + i % 40, bytes32),
            abi_encode(
                keccak256(convert(number, bytes32)),
                word,
                (i % 8) << 8,
                size,
                wad,
                wad + 10**15,
                size * 3,
                0 - quote,
                quote // 2 - 10**23,
                quote // 3,
                wad // 10,
            ),
        )
