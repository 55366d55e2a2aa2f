# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title A contract that answers ERC-1271, well or badly
@license Apache-2.0
@notice Says that it signed what its owner's key signed, or what a mode makes of
        that answer.
"""


from ...contracts.modules import signatures


# The standard's answer, and modes that are none.
YES: constant(Bytes[32]) = (
    x"1626ba7e00000000000000000000000000000000000000000000000000000000"
)
DIRTY: constant(Bytes[32]) = (
    x"1626ba7e00000000000000000000000000000000000000000000000000000001"
)
NO: constant(Bytes[32]) = (
    x"ffffffff00000000000000000000000000000000000000000000000000000000"
)

owner: public(address)
mode: public(uint256)


@deploy
def __init__(owner: address):
    """
    @notice Names the key.
    @param owner Whose signatures are the contract's.
    """
    self.owner = owner


@external
def set_mode(mode: uint256):
    """
    @notice How to answer: 0 well, 1 the four bytes alone, 2 with dirt after them,
            3 with a word more, 4 as a boolean, 5 nothing, 6 after burning all
            gas, 7 after writing, 8 by a revert with the answer in it.
    @param mode The number.
    """
    self.mode = mode


@external
def call(target: address, data: Bytes[1024]):
    """
    @notice Calls another contract.
    @param target Whom.
    @param data Calldata.
    """
    raw_call(target, data)


@external
@reentrant
@raw_return
def isValidSignature(digest: bytes32, signature: Bytes[260]) -> Bytes[64]:
    """
    @notice The standard's question.
    @param digest What was signed.
    @param signature r || s || v, and possibly more behind it.
    @return Bytes See `set_mode`.
    """
    if signatures._recover(digest, slice(signature, 0, 65)) != self.owner:
        return NO
    if self.mode == 1:
        return slice(YES, 0, 4)
    if self.mode == 2:
        return DIRTY
    if self.mode == 3:
        return concat(YES, empty(bytes32))
    if self.mode == 4:
        return abi_encode(True)
    if self.mode == 5:
        return b""
    if self.mode == 6:
        hash: bytes32 = digest
        for i: uint256 in range(1_000_000):
            hash = keccak256(hash)
    if self.mode == 7:
        self.mode = 0
    if self.mode == 8:
        raw_revert(YES)
    return YES
