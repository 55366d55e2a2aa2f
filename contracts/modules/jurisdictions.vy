# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Jurisdictions: which country codes there are
@license Apache-2.0
@notice The officially assigned codes of ISO 3166-1 alpha-2, and "EU", which the
        standard reserves, for a party whose state within the Union is kept off
        the chain. A code that looks right and is not assigned ("UK" for GB) is
        refused: a party under it would be in no authority's jurisdiction.
@dev    One bit a code, at 26 times the first letter plus the second, A being 0;
        256 bits a word. A test compares all 676 with the list.
        Stateless: import it and call, no `initializes`.
"""


_FIRST: constant(bytes32) = 0x0340400f7818068d0015fb9fb0095c001e00d48015843f27deddbdefeedf5978
_SECOND: constant(bytes32) = 0x9fbb3ae7fdf1510040000001538f3c400100084b25d7fffcfd4f8141f42b1d00
_THIRD: constant(bytes32) = 0x000000000000000000000001004004080010000000004002004085570410419a


@internal
@pure
def _is_jurisdiction(_code: uint256) -> bool:
    """
    @notice Whether two characters are a code of the list.
    @param _code Two ASCII characters as one big-endian number.
    @return bool False for other characters too.
    """
    first: uint256 = _code >> 8
    second: uint256 = _code & 255
    if first < 65 or first > 90 or second < 65 or second > 90:
        return False
    place: uint256 = (first - 65) * 26 + second - 65
    codes: bytes32 = _FIRST
    if place > 511:
        codes = _THIRD
    elif place > 255:
        codes = _SECOND
    return (convert(codes, uint256) >> (place & 255)) & 1 == 1
