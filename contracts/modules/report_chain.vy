# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Report chain
@license Apache-2.0
@notice Every log of a reporting contract leaves through `_report`, which also
        folds it into one 32-byte root. Whoever trusts a block hash can prove,
        with one storage proof of slot 0, that no log was left out, altered or
        put in another order.
@dev    record = keccak256(block number || topic0 || topic1 || topic2 || data),
        root' = keccak256(root || record); the root of an empty chain is zero.
        The contract that uses this module initialises it first, so that `root`
        is storage slot 0 (a test reads the compiler's layout).
        There is no counter in storage: it would cost every transaction another
        5,000 gas and follows from the logs themselves.
        Every reporting event has exactly two indexed fields, so that one shape
        of record serves all of them.
"""


# The chain's head. Slot 0.
root: public(bytes32)


@internal
def _report(_topic0: bytes32, _topic1: bytes32, _topic2: bytes32, _data: Bytes[512]):
    """
    @notice Emits one log and chains it.
    @param _topic0 The event's signature hash.
    @param _topic1 The first indexed field.
    @param _topic2 The second indexed field.
    @param _data The ABI encoding of the other fields, static words only.
    """
    raw_log([_topic0, _topic1, _topic2], _data)
    self.root = keccak256(
        abi_encode(
            self.root,
            keccak256(concat(convert(block.number, bytes32), _topic0, _topic1, _topic2, _data)),
        )
    )
