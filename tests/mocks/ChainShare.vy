# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Chain share
@license Apache-2.0
@notice Emits a record of eleven words and two indexed fields, chained or not, as
        often as asked, so that the chain's share of the gas can be told apart.
"""


from ...contracts.modules import report_chain


initializes: report_chain


exports: report_chain.root


# As many words as the house's longest report has.
event Recorded:
    one: indexed(uint256)
    two: indexed(uint256)
    words: uint256[11]


TOPIC: constant(bytes32) = keccak256("Recorded(uint256,uint256,uint256[11])")


@external
def plain(times: uint256, seed: uint256):
    """
    @notice Emits without the chain.
    @param times How often, at most ten.
    @param seed A word to put in.
    """
    for i: uint256 in range(times, bound=10):
        data: Bytes[512] = self._data(seed)
        raw_log([TOPIC, convert(i, bytes32), convert(i, bytes32)], data)


@external
def chained(times: uint256, seed: uint256):
    """
    @notice Emits with the chain.
    @param times How often, at most ten.
    @param seed A word to put in.
    """
    for i: uint256 in range(times, bound=10):
        data: Bytes[512] = self._data(seed)
        report_chain._report(TOPIC, convert(i, bytes32), convert(i, bytes32), data)


@internal
@pure
def _data(_seed: uint256) -> Bytes[512]:
    """
    @notice Eleven words.
    @param _seed A word to put in.
    @return Their ABI encoding.
    """
    return abi_encode(
        _seed, _seed, _seed, _seed, _seed, _seed, _seed, _seed, _seed, _seed, _seed
    )
