# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Signatures: ECDSA recovery and EIP-712 digests
@license Apache-2.0
@notice `_recover` answers who signed a digest and reverts on anything that is
        not the one canonical form of a signature: 65 bytes, r || s || v, v 27
        or 28, s in the lower half of the curve's order (EIP-2). So nobody can
        turn somebody's signature into a second, different one of the same text.
@dev    Stateless: import it and call, no `initializes`. Only accounts with a
        key of their own sign here; contract wallets (ERC-1271) are the callers'
        seam.
"""


# Half the order of secp256k1, rounded down. An s above it has a twin below it
# that signs the same digest; EIP-2 lets only the lower one live.
_MAX_S: constant(uint256) = (
    57896044618658097711785492504343953926418782139537452191302581570759080747168
)

# The EIP-712 domain that every signing contract of the kit uses: name, version,
# chain and contract, no salt.
_DOMAIN_TYPE: constant(bytes32) = keccak256(
    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)


@internal
@view
def _recover(_digest: bytes32, _signature: Bytes[65]) -> address:
    """
    @notice Who signed a digest.
    @dev    Reverts on a wrong length, on v other than 27 and 28, on a high s,
            and where the curve has no such point (the precompile answers zero).
    @param _digest What was signed, 32 bytes; with EIP-712 see `_digest_of`.
    @param _signature r (32 bytes) || s (32 bytes) || v (1 byte).
    @return address The signer, never zero.
    """
    assert len(_signature) == 65, "signatures: length"
    r: uint256 = convert(slice(_signature, 0, 32), uint256)
    s: uint256 = convert(slice(_signature, 32, 32), uint256)
    v: uint256 = convert(slice(_signature, 64, 1), uint256)
    assert v == 27 or v == 28, "signatures: bad v"
    assert s <= _MAX_S, "signatures: high s"
    signer: address = ecrecover(_digest, v, r, s)
    assert signer != empty(address), "signatures: no signer"
    return signer


@internal
@view
def _domain_separator(_name_hash: bytes32, _version_hash: bytes32) -> bytes32:
    """
    @notice The EIP-712 domain of this contract on this chain, read afresh: a
            fork of the chain changes `chain.id`, and with it every digest.
    @param _name_hash keccak256 of the domain's name.
    @param _version_hash keccak256 of the domain's version.
    @return bytes32 hashStruct(eip712Domain).
    """
    return keccak256(abi_encode(_DOMAIN_TYPE, _name_hash, _version_hash, chain.id, self))


@internal
@pure
def _digest_of(_domain: bytes32, _struct_hash: bytes32) -> bytes32:
    """
    @notice What a wallet signs under EIP-712.
    @param _domain The domain separator.
    @param _struct_hash keccak256 of the type's hash and the encoded fields.
    @return bytes32 keccak256(0x19 01 || domain || struct hash).
    """
    return keccak256(concat(x"1901", _domain, _struct_hash))
