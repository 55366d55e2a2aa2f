# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Identifiers: LEI, DTI, UPI and CFI, checked on chain
@license Apache-2.0
@notice A code that carries a check digit is checked where it enters the chain,
        so that a slip of the pen never reaches a report.
@dev    - LEI (ISO 17442-1): 20 characters, 0-9 and A-Z, read as one number in
          base 36; 36^20 < 2^104, so it fits the 104 bits of a party word. Check
          digits by ISO 7064 MOD 97-10.
        - DTI (ISO 24165-1): 9 characters; UPI (ISO 4914): "QZ" and 10 more. Both
          use 30 symbols (0-9 and the consonants without Y) and end with a check
          character by ISO 7064 hybrid MOD 31,30.
        - CFI (ISO 10962): 6 letters; the standard has no group for crypto-assets
          or perpetuals, so a perpetual is a contract for difference (JTMXCC) or
          a future, and the underlier falls under "others" or "index".
        Stateless: import it and call, no `initializes`.
"""


# Bitcoin's registered DTI does not satisfy its own check character (computed: T).
# What is registered is right (4H95J0R2X); the computed form is no code at all.
_BITCOIN_DTI: constant(bytes9) = 0x344839354a30523258
_BITCOIN_COMPUTED: constant(bytes9) = 0x344839354a30523254


@internal
@pure
def _is_lei(_lei: uint256) -> bool:
    """
    @notice Whether a number is an LEI: 20 characters, the last two its check
            digits, the whole congruent to 1 modulo 97.
    @dev    Each letter stands for two decimal digits (A = 10 to Z = 35), so that it
            moves what stands before it by a hundred and not by ten. The expanded
            number is below 10^40, so the sum cannot overflow. Check digits 00, 01
            and 99 are congruent to 97, 98 and 02 but are never issued; they are
            refused, lest one party have two valid codes.
            Written out, from the first character on: a loop costs twice the gas,
            and onboarding is what this is for.
    @param _lei The 20 characters as a number in base 36.
    @return bool True if it is one.
    """
    sum: uint256 = unsafe_div(_lei, 36**19)
    if sum > 35:
        return False
    c: uint256 = 0
    c = unsafe_div(_lei, 36**18) % 36
    sum = unsafe_add(unsafe_mul(sum, unsafe_add(10, unsafe_mul(90, convert(c > 9, uint256)))), c)
    c = unsafe_div(_lei, 36**17) % 36
    sum = unsafe_add(unsafe_mul(sum, unsafe_add(10, unsafe_mul(90, convert(c > 9, uint256)))), c)
    c = unsafe_div(_lei, 36**16) % 36
    sum = unsafe_add(unsafe_mul(sum, unsafe_add(10, unsafe_mul(90, convert(c > 9, uint256)))), c)
    c = unsafe_div(_lei, 36**15) % 36
    sum = unsafe_add(unsafe_mul(sum, unsafe_add(10, unsafe_mul(90, convert(c > 9, uint256)))), c)
    c = unsafe_div(_lei, 36**14) % 36
    sum = unsafe_add(unsafe_mul(sum, unsafe_add(10, unsafe_mul(90, convert(c > 9, uint256)))), c)
    c = unsafe_div(_lei, 36**13) % 36
    sum = unsafe_add(unsafe_mul(sum, unsafe_add(10, unsafe_mul(90, convert(c > 9, uint256)))), c)
    c = unsafe_div(_lei, 36**12) % 36
    sum = unsafe_add(unsafe_mul(sum, unsafe_add(10, unsafe_mul(90, convert(c > 9, uint256)))), c)
    c = unsafe_div(_lei, 36**11) % 36
    sum = unsafe_add(unsafe_mul(sum, unsafe_add(10, unsafe_mul(90, convert(c > 9, uint256)))), c)
    c = unsafe_div(_lei, 36**10) % 36
    sum = unsafe_add(unsafe_mul(sum, unsafe_add(10, unsafe_mul(90, convert(c > 9, uint256)))), c)
    c = unsafe_div(_lei, 36**9) % 36
    sum = unsafe_add(unsafe_mul(sum, unsafe_add(10, unsafe_mul(90, convert(c > 9, uint256)))), c)
    c = unsafe_div(_lei, 36**8) % 36
    sum = unsafe_add(unsafe_mul(sum, unsafe_add(10, unsafe_mul(90, convert(c > 9, uint256)))), c)
    c = unsafe_div(_lei, 36**7) % 36
    sum = unsafe_add(unsafe_mul(sum, unsafe_add(10, unsafe_mul(90, convert(c > 9, uint256)))), c)
    c = unsafe_div(_lei, 36**6) % 36
    sum = unsafe_add(unsafe_mul(sum, unsafe_add(10, unsafe_mul(90, convert(c > 9, uint256)))), c)
    c = unsafe_div(_lei, 36**5) % 36
    sum = unsafe_add(unsafe_mul(sum, unsafe_add(10, unsafe_mul(90, convert(c > 9, uint256)))), c)
    c = unsafe_div(_lei, 36**4) % 36
    sum = unsafe_add(unsafe_mul(sum, unsafe_add(10, unsafe_mul(90, convert(c > 9, uint256)))), c)
    c = unsafe_div(_lei, 36**3) % 36
    sum = unsafe_add(unsafe_mul(sum, unsafe_add(10, unsafe_mul(90, convert(c > 9, uint256)))), c)
    c = unsafe_div(_lei, 36**2) % 36
    sum = unsafe_add(unsafe_mul(sum, unsafe_add(10, unsafe_mul(90, convert(c > 9, uint256)))), c)
    c = unsafe_div(_lei, 36) % 36
    check: uint256 = unsafe_add(unsafe_mul(c, 10), _lei % 36)
    if c > 9 or _lei % 36 > 9 or check < 2 or check > 98:
        return False
    return unsafe_add(unsafe_mul(sum, 100), check) % 97 == 1


@internal
@pure
def _lei_of(_text: String[20]) -> uint256:
    """
    @notice The 104-bit number of an LEI's text. Does not check the digits.
    @dev    Reverts on another length and on a character outside 0-9 and A-Z.
    @param _text The 20 characters.
    @return uint256 The number in base 36.
    """
    assert len(_text) == 20, "identifiers: lei length"
    lei: uint256 = 0
    for i: uint256 in range(20):
        ascii: uint256 = convert(slice(convert(_text, Bytes[20]), i, 1), uint256)
        if ascii >= 65 and ascii <= 90:
            lei = lei * 36 + ascii - 55
        else:
            assert ascii >= 48 and ascii <= 57, "identifiers: lei character"
            lei = lei * 36 + ascii - 48
    return lei


@internal
@pure
def _text_of(_lei: uint256) -> String[20]:
    """
    @notice The text of an LEI's number, with its leading zeros.
    @dev    Reverts on a number of more than 20 characters.
    @param _lei The number in base 36.
    @return String The 20 characters.
    """
    rest: uint256 = _lei
    ascii: uint256 = 0
    for i: uint256 in range(20):
        character: uint256 = rest % 36
        rest = rest // 36
        if character > 9:
            ascii |= (character + 55) << (8 * i)
        else:
            ascii |= (character + 48) << (8 * i)
    assert rest == 0, "identifiers: lei too large"
    return convert(slice(convert(ascii, bytes32), 12, 20), String[20])


@internal
@pure
def _is_dti(_dti: bytes9) -> bool:
    """
    @notice Whether nine characters are a digital token identifier: no zero in
            front, 30 symbols only, and the check character right, Bitcoin's
            registered code being the one exception.
    @param _dti Nine ASCII characters.
    @return bool True if they are one.
    """
    if _dti == _BITCOIN_DTI:
        return True
    text: uint256 = convert(_dti, uint256)
    if text >> 64 == 48 or _dti == _BITCOIN_COMPUTED:
        return False
    return self._has_check_character(text, 9)


@internal
@pure
def _is_upi(_upi: bytes12) -> bool:
    """
    @notice Whether twelve characters are a unique product identifier: "QZ", ten
            of the 30 symbols, the last of them the check character. Only the
            Derivatives Service Bureau issues them; the kit checks and stores.
    @param _upi Twelve ASCII characters.
    @return bool True if they are one.
    """
    text: uint256 = convert(_upi, uint256)
    if text >> 80 != 20_826:  # "QZ" as a big-endian number
        return False
    return self._has_check_character(text, 12)


@internal
@pure
def _has_check_character(_text: uint256, _length: uint256) -> bool:
    """
    @notice ISO 7064 hybrid MOD 31,30 over a text whose last character is its
            check character.
    @param _text The ASCII characters as one big-endian number.
    @param _length How many they are, at most 12.
    @return bool False on a wrong check or a character outside the 30 symbols.
    """
    product: uint256 = 30
    for i: uint256 in range(_length, bound=12):
        symbol: uint256 = self._symbol((_text >> (8 * (_length - 1 - i))) & 255)
        if symbol > 29:
            return False
        if i == _length - 1:
            return (product + symbol) % 30 == 1
        sum: uint256 = (product + symbol) % 30
        if sum == 0:
            sum = 30
        product = sum * 2 % 31
    return False


@internal
@pure
def _symbol(_ascii: uint256) -> uint256:
    """
    @notice Place of a character among the 30 symbols 0-9 BCDFGHJKLMNPQRSTVWXZ.
    @param _ascii The character.
    @return uint256 0 to 29; 30 if it is not one of them.
    """
    if _ascii >= 48 and _ascii <= 57:
        return _ascii - 48
    if _ascii < 66 or _ascii > 90:
        return 30
    # A letter's place is 10 plus the consonants before it: subtract from its
    # distance to B the vowels (and Y) that lie between.
    if _ascii == 69 or _ascii == 73 or _ascii == 79 or _ascii == 85 or _ascii == 89:
        return 30
    place: uint256 = _ascii - 56
    if _ascii > 69:
        place -= 1
    if _ascii > 73:
        place -= 1
    if _ascii > 79:
        place -= 1
    if _ascii > 85:
        place -= 1
    if _ascii > 89:
        place -= 1
    return place


@internal
@pure
def _is_currency(_code: bytes9) -> bool:
    """
    @notice Whether a code names a settlement currency: three capital letters
            (ISO 4217) and six zero bytes, or a digital token identifier.
    @param _code Nine bytes, left-aligned.
    @return bool True if it does.
    """
    text: uint256 = convert(_code, uint256)
    if text & (2**48 - 1) != 0:
        return self._is_dti(_code)
    for i: uint256 in range(3):
        letter: uint256 = (text >> (48 + 8 * i)) & 255
        if letter < 65 or letter > 90:
            return False
    return True


@internal
@pure
def _is_cfi(_cfi: bytes6, _kind: uint256, _option_type: uint256) -> bool:
    """
    @notice Whether a classification fits a cash-settled product of a kind.
    @dev    Perpetual (kind 1): J??XCC (contract for difference) or a future.
            Dated future (2): F + F or C + underlier + C (cash) + S or N + X, or
            J??XFC (forward). Option (3): O + C or P + style + underlier + C + S
            or N, or H + group + underlier + style and type + valuation + C.
            J and H leave their underlier letter to the lister.
    @param _cfi Six ASCII letters.
    @param _kind 1 perpetual, 2 dated future, 3 option.
    @param _option_type 1 call, 2 put; 0 for the other kinds.
    @return bool True if it fits.
    """
    text: uint256 = convert(_cfi, uint256)
    letters: uint256[6] = empty(uint256[6])
    for i: uint256 in range(6):
        letters[i] = (text >> (8 * (5 - i))) & 255
        if letters[i] < 65 or letters[i] > 90:
            return False
    if _kind == 3:
        return self._is_option(letters, _option_type)
    if _option_type != 0 or (_kind != 1 and _kind != 2):
        return False
    if letters[0] == 70:  # F
        if letters[1] == 70:  # financial
            if not self._in(letters[2], "BSDCIOFWNVM"):
                return False
        elif letters[1] == 67:  # commodities
            if not self._in(letters[2], "EAISNPHM"):
                return False
        else:
            return False
        return letters[3] == 67 and self._in(letters[4], "SN") and letters[5] == 88
    if letters[0] != 74 or not self._in(letters[1], "EFCRT"):  # J
        return False
    if letters[3] != 88 or letters[5] != 67:
        return False
    return (_kind == 1 and letters[4] == 67) or (_kind == 2 and letters[4] == 70)


@internal
@pure
def _is_option(_letters: uint256[6], _option_type: uint256) -> bool:
    """
    @notice The option half of `_is_cfi`.
    @param _letters Six capital letters.
    @param _option_type 1 call, 2 put.
    @return bool True if they classify such an option, settled in cash.
    """
    if _option_type != 1 and _option_type != 2:
        return False
    if _letters[0] == 79:  # O
        if _letters[1] != (67 if _option_type == 1 else 80):
            return False
        if not self._in(_letters[2], "AEB") or not self._in(_letters[3], "BSDTCIOFWNM"):
            return False
        return _letters[4] == 67 and self._in(_letters[5], "SN")
    if _letters[0] != 72 or not self._in(_letters[1], "RTECFM"):  # H
        return False
    styles: String[3] = "ABC" if _option_type == 1 else "DEF"
    if not self._in(_letters[3], styles) or not self._in(_letters[4], "VADBGLPM"):
        return False
    return _letters[5] == 67


@internal
@pure
def _in(_letter: uint256, _set: String[11]) -> bool:
    """
    @notice Whether a letter is one of a few.
    @param _letter ASCII.
    @param _set The few.
    @return bool True if it is.
    """
    for i: uint256 in range(len(_set), bound=11):
        if convert(slice(convert(_set, Bytes[11]), i, 1), uint256) == _letter:
            return True
    return False
