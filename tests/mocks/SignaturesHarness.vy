# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Harness: opens the signatures module to tests
@license Apache-2.0
"""


from ...contracts.modules import signatures


@external
@view
def recover(digest: bytes32, signature: Bytes[65]) -> address:
    """
    @notice `signatures._recover`.
    """
    return signatures._recover(digest, signature)


@external
@view
def domain_separator(name_hash: bytes32, version_hash: bytes32) -> bytes32:
    """
    @notice `signatures._domain_separator`.
    """
    return signatures._domain_separator(name_hash, version_hash)


@external
@pure
def digest_of(domain: bytes32, struct_hash: bytes32) -> bytes32:
    """
    @notice `signatures._digest_of`.
    """
    return signatures._digest_of(domain, struct_hash)
