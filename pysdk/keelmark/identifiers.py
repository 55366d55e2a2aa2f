"""Identifiers of reporting: LEI, DTI, UPI, CFI and UTI, checked and packed.

Each has a check of its own: an LEI is right modulo 97 (ISO 17442, ISO 7064 MOD 97-10); a DTI
and a UPI end in a check character (ISO 24165 and ISO 4914, ISO 7064 hybrid MOD 31,30 over an
alphabet without vowels and Y); a CFI is six letters from tables (ISO 10962); a UTI is an LEI
and up to 32 characters (ISO 23897). Bitcoin's registered DTI does not satisfy its own check:
it is the one exception, and the code that would satisfy it is nobody's.

On chain an LEI is a base-36 number below 2^104, and a UTI is one word: the house's LEI above
128 bits that are printed as 32 upper-case hexadecimal digits.
"""

from __future__ import annotations

import re

from keelmark.errors import InputError

LEI_LENGTH = 20
_LEI = re.compile(r"[A-Z0-9]{18}[0-9]{2}")
_UTI = re.compile(r"[A-Z0-9]{18}[0-9]{2}[A-Z0-9]{0,32}")
_UTI_WORD_BITS = 104 + 128

_BASE_36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BASE_30 = "0123456789BCDFGHJKLMNPQRSTVWXZ"

BITCOIN_DTI = "4H95J0R2X"
"""Registered with a check character that its own rule does not give (T)."""
_BITCOIN_BODY = BITCOIN_DTI[:8]

_CFI_TABLES: dict[str, tuple[str, str, str, str, str]] = {
    "O": ("CPM", "AEB", "BSDTCIOFWNM", "PCNE", "SN"),
    "FF": ("F", "BSDCIOFWNVM", "PCN", "SN", "X"),
    "FC": ("C", "EAISNPHM", "PCN", "SN", "X"),
    "ST": ("T", "JKANGPSTHIBQM", "PDVLTCM", "X", "CPE"),
    "H": ("RTECFM", "", "ABCDEFGHI", "VADBGLPM", "CPE"),
    "J": ("EFCRT", "", "X", "CSF", "CPN"),
}
"""Letters allowed in positions 2 to 6; an empty string stands for any letter."""


def _mod_97(text: str) -> int:
    return int("".join(str(_BASE_36.index(character)) for character in text)) % 97


def is_lei(text: str) -> bool:
    """Whether a text is a Legal Entity Identifier with right check digits."""
    return _LEI.fullmatch(text) is not None and _mod_97(text) == 1


def check_lei(text: str, field: str = "lei") -> str:
    """The text itself, if it is an LEI.

    Raises:
        InputError: it is not; the message names `field`.
    """
    if _LEI.fullmatch(text) is None:
        raise InputError(f"{field}: expected 18 letters or digits and 2 digits, not {text!r}")
    if _mod_97(text) != 1:
        raise InputError(f"{field}: the check digits of {text!r} are wrong")
    return text


def complete_lei(body: str) -> str:
    """An LEI made of its first 18 characters and their check digits.

    Raises:
        InputError: the body is not 18 upper-case letters or digits.
    """
    if re.fullmatch(r"[A-Z0-9]{18}", body) is None:
        raise InputError(f"lei: expected 18 letters or digits, not {body!r}")
    return f"{body}{98 - _mod_97(body + '00'):02d}"


def pack_lei(text: str) -> int:
    """An LEI as the contracts hold it: its 20 characters read as a base-36 number.

    Raises:
        InputError: the text is no LEI.
    """
    return int(check_lei(text), 36)


def unpack_lei(number: int) -> str:
    """The 20 characters of a packed LEI.

    Raises:
        InputError: the number does not unpack to an LEI.
    """
    return check_lei(unpack_code(number))


def unpack_code(number: int) -> str:
    """The 20 base-36 characters of a packed identifier, whatever it stands for.

    Raises:
        InputError: the number is negative or needs more than 20 characters.
    """
    if not 0 <= number < 36**LEI_LENGTH:
        raise InputError(f"identifier: expected a number of 20 base-36 digits, not {number}")
    characters: list[str] = []
    for _ in range(LEI_LENGTH):
        number, digit = divmod(number, 36)
        characters.append(_BASE_36[digit])
    return "".join(reversed(characters))


def check_character(body: str) -> str:
    """The ISO 7064 hybrid MOD 31,30 check character of a DTI's or UPI's body.

    Raises:
        InputError: the body holds a character outside the alphabet.
    """
    product = 30
    for character in body:
        if character not in _BASE_30:
            raise InputError(f"code: {character!r} is outside digits and consonants without Y")
        total = (product + _BASE_30.index(character)) % 30 or 30
        product = total * 2 % 31
    return _BASE_30[(31 - product) % 30]


def is_dti(text: str) -> bool:
    """Whether a text is a Digital Token Identifier with the right check character.

    Bitcoin's own code is right, by exception, and the code that its rule gives is not.
    """
    if len(text) != 9 or text[0] == "0" or any(letter not in _BASE_30 for letter in text):
        return False
    if text[:8] == _BITCOIN_BODY:
        return text == BITCOIN_DTI
    return check_character(text[:8]) == text[8]


def check_dti(text: str, field: str = "dti") -> str:
    """The text itself, if it is a DTI.

    Raises:
        InputError: it is not; the message names `field`.
    """
    if not is_dti(text):
        raise InputError(f"{field}: expected a DTI of 9 characters that checks, not {text!r}")
    return text


def is_upi(text: str) -> bool:
    """Whether a text is a Unique Product Identifier with the right check character."""
    if len(text) != 12 or not text.startswith("QZ"):
        return False
    if any(letter not in _BASE_30 for letter in text):
        return False
    return check_character(text[:11]) == text[11]


def check_upi(text: str, field: str = "upi") -> str:
    """The text itself, if it is a UPI.

    Raises:
        InputError: it is not; the message names `field`.
    """
    if not is_upi(text):
        raise InputError(
            f"{field}: expected a UPI (QZ, 9 characters and a check character), not {text!r}"
        )
    return text


def is_cfi(text: str) -> bool:
    """Whether a text is a Classification of Financial Instruments code for a derivative.

    Categories O (listed options), F (futures), S (swaps on commodities and others), H
    (options not listed) and J (forwards and contracts for difference). Where the tables at
    hand leave an attribute's letters out, any letter passes.
    """
    if re.fullmatch(r"[A-Z]{6}", text) is None:
        return False
    table = _CFI_TABLES.get(text[0]) or _CFI_TABLES.get(text[:2])
    if table is None:
        return False
    return all(
        not allowed or letter in allowed for letter, allowed in zip(text[1:], table, strict=True)
    )


def check_cfi(text: str, field: str = "cfi") -> str:
    """The text itself, if it is a CFI of a derivative.

    Raises:
        InputError: it is not; the message names `field`.
    """
    if not is_cfi(text):
        raise InputError(f"{field}: expected six letters of a derivative's CFI, not {text!r}")
    return text


def is_uti(text: str) -> bool:
    """Whether a text is a Unique Transaction Identifier (its LEI's check included)."""
    return _UTI.fullmatch(text) is not None and is_lei(text[:LEI_LENGTH])


def uti_text(word: int) -> str:
    """The 52 characters of a UTI word.

    Raises:
        InputError: the word does not begin with an LEI or is too wide.
    """
    if not 0 <= word < 1 << _UTI_WORD_BITS:
        raise InputError(f"uti: expected a word of {_UTI_WORD_BITS} bits, not {word}")
    return f"{unpack_lei(word >> 128)}{word & ((1 << 128) - 1):032X}"


def uti_word(text: str) -> int:
    """The word of a UTI that a house made: an LEI and 32 upper-case hexadecimal digits.

    Raises:
        InputError: the text is another kind of UTI, or none.
    """
    suffix = text[LEI_LENGTH:]
    if not is_uti(text) or re.fullmatch(r"[0-9A-F]{32}", suffix) is None:
        raise InputError(f"uti: expected an LEI and 32 hexadecimal digits, not {text!r}")
    return pack_lei(text[:LEI_LENGTH]) << 128 | int(suffix, 16)


def pack_country(code: str) -> int:
    """An ISO 3166-1 alpha-2 code as its two ASCII bytes, big-endian.

    Raises:
        InputError: the code is not two upper-case letters.
    """
    if re.fullmatch(r"[A-Z]{2}", code) is None:
        raise InputError(f"jurisdiction: expected two upper-case letters, not {code!r}")
    return int.from_bytes(code.encode("ascii"), "big")


def unpack_country(number: int) -> str:
    """The two letters of a packed jurisdiction.

    Raises:
        InputError: the number is not two upper-case letters.
    """
    try:
        code = number.to_bytes(2, "big").decode("ascii")
    except (OverflowError, UnicodeDecodeError):
        code = ""
    if re.fullmatch(r"[A-Z]{2}", code) is None:
        raise InputError(f"jurisdiction: expected two packed letters, not {number}")
    return code
