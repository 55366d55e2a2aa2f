# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Contract signatures: who has no key asks its own code (ERC-1271)
@license Apache-2.0
@notice Asks a contract whether it signed a digest, so that it can neither write,
        nor burn more gas than it is given, nor hand back a large answer, and
        takes one answer for yes: the standard's four bytes in one whole word.
@dev    Stateless: import it and call, no `initializes`. Starved of gas by the
        caller the question fails, and the answer is no.
"""


# The longest signature that is passed on: four keys of 65 bytes each.
MAX_SIGNATURE: constant(uint256) = 260

# What a contract may burn on the question.
_GAS: constant(uint256) = 100_000

# isValidSignature(bytes32,bytes), which is also the answer that means yes, as the
# ABI pads four bytes.
_MAGIC: constant(bytes32) = 0x1626ba7e00000000000000000000000000000000000000000000000000000000


@internal
@view
def _has_signed(_signer: address, _digest: bytes32, _signature: Bytes[MAX_SIGNATURE]) -> bool:
    """
    @notice Whether a contract says that it signed a digest. Never reverts.
    @dev    An address without code answers nothing, which is no.
    @param _signer The contract.
    @param _digest What was signed, 32 bytes.
    @param _signature Whatever the contract takes for a signature.
    @return bool True for the exact answer of the standard and for nothing else.
    """
    success: bool = False
    answer: Bytes[32] = b""
    success, answer = raw_call(
        _signer,
        abi_encode(_digest, _signature, method_id=method_id("isValidSignature(bytes32,bytes)")),
        max_outsize=32,
        gas=_GAS,
        is_static_call=True,
        revert_on_failure=False,
    )
    return success and len(answer) == 32 and convert(answer, bytes32) == _MAGIC
