# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Set digest: one point that says which entries a list has, in any order
@license Apache-2.0
@notice Each entry (a wallet and its reference) is hashed to a point of the curve
        alt_bn128, y^2 = x^3 + 3 over the field P, and the digest is the sum of
        the points: an entry enters by addition and leaves by subtraction, at a
        cost that does not grow with the list, and the order of the changes does
        not matter. Whoever has a list adds up its points and compares.
@dev    This is the elliptic curve multiset hash (Maitin-Shepard, Tibouchi and
        Aranha, 2017). Cheaper sums are not sound: the exclusive or of hashes is
        forged by linear algebra over a few hundred chosen entries, and a sum of
        256-bit hashes falls to the generalised birthday attack (Wagner 2002) in
        about 2^32 steps. Two lists with one digest here would give a relation
        between random points, which is as hard as the curve's discrete
        logarithm: about 2^100 by the best known attack, through its pairing.

        An entry's point: x = keccak256(wallet, reference, attempt) mod P for
        the first attempt from 0 for which x^3 + 3 is a square, and its even
        root y. No entry's point is the negative of another's, as that is odd.
        The empty list is the point at infinity, (0, 0). A digest commits to no
        chain and no address, so that the same list has the same everywhere.
"""


# The field's prime; 3 modulo 4, so that a root is a power.
P: constant(uint256) = (
    21888242871839275222246405745257275088696311157297823662689037894645226208583
)

# (P + 1) / 4: a square to this power is one of its roots.
_ROOT: constant(uint256) = (P + 1) // 4

# The precompiled contract for powers modulo a number (EIP-198).
_MODEXP: constant(address) = 0x0000000000000000000000000000000000000005

# Each attempt fails with probability one half.
_ATTEMPTS: constant(uint256) = 128


@internal
@view
def _with(_digest: uint256[2], _wallet: address, _reference: bytes32) -> uint256[2]:
    """
    @notice A digest with one entry more.
    @param _digest The digest before, as a point.
    @param _wallet The entry's wallet.
    @param _reference The entry's reference.
    @return uint256[2] The digest after.
    """
    return ecadd(_digest, self._point_of(_wallet, _reference))


@internal
@view
def _without(_digest: uint256[2], _wallet: address, _reference: bytes32) -> uint256[2]:
    """
    @notice A digest with one entry less, which must be in it.
    @param _digest The digest before, as a point.
    @param _wallet The entry's wallet.
    @param _reference The entry's reference.
    @return uint256[2] The digest after.
    """
    point: uint256[2] = self._point_of(_wallet, _reference)
    return ecadd(_digest, [point[0], P - point[1]])


@internal
@view
def _point_of(_wallet: address, _reference: bytes32) -> uint256[2]:
    """
    @notice An entry's point on the curve.
    @param _wallet The entry's wallet.
    @param _reference The entry's reference.
    @return uint256[2] x and y; y is even.
    """
    for attempt: uint256 in range(_ATTEMPTS):
        x: uint256 = (
            convert(keccak256(abi_encode(_wallet, _reference, attempt)), uint256) % P
        )
        square: uint256 = uint256_addmod(uint256_mulmod(uint256_mulmod(x, x, P), x, P), 3, P)
        y: uint256 = self._root(square)
        if uint256_mulmod(y, y, P) == square:
            return [x, y if y & 1 == 0 else P - y]
    raise "digest: no point"


@internal
@view
def _root(_square: uint256) -> uint256:
    """
    @notice A square root in the field, if there is one; else another number.
    @param _square The number.
    @return uint256 Its power to (P + 1) / 4.
    """
    size: uint256 = 32
    power: Bytes[32] = raw_call(
        _MODEXP,
        abi_encode(size, size, size, _square, _ROOT, P),
        max_outsize=32,
        is_static_call=True,
    )
    return convert(power, uint256)
