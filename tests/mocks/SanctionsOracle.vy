# pragma version 0.4.3
"""
@title A sanctions oracle that can be told to fail
@license Apache-2.0
"""


_IS_SANCTIONED: constant(Bytes[4]) = method_id("isSanctioned(address)")


barred: public(HashMap[address, bool])
how: public(uint256)


@external
def bar(wallet: address):
    self.barred[wallet] = True


@external
def behave(how: uint256):
    self.how = how


@external
@view
@raw_return
def __default__() -> Bytes[64]:
    assert slice(msg.data, 0, 4) == _IS_SANCTIONED
    listed: bool = self.barred[convert(convert(slice(msg.data, 4, 32), uint256), address)]
    word: Bytes[64] = abi_encode(listed)
    if self.how == 0:
        return word
    if self.how == 2:
        return b""
    if self.how == 3:
        return slice(word, 0, 31)
    if self.how == 4:
        return concat(slice(word, 0, 32), b"\x00")
    if self.how == 5:
        return concat(slice(word, 0, 32), empty(bytes32))
    if self.how == 6:
        return abi_encode(convert(2, uint256))
    if self.how == 7:
        for turn: uint256 in range(1_000_000):
            assert keccak256(convert(turn, bytes32)) != empty(bytes32)
    raise "oracle: out of order"
