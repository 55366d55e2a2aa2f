"""The IVMS101 document behind a party, which stays off the chain, and the commitment to it.

A commitment is keccak256(keccak256(tag) ‖ salt ‖ keccak256(document)), the document being its
canonical JSON: keys sorted, no white space, UTF-8, no fractions (IVMS101, the data standard of
the travel rule, has none). The salt is 32 random bytes: without it, names and birthdays could be
tried out against what the chain shows. Whoever is shown document and salt can check both.
"""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any, Final

from eth_utils.crypto import keccak

from keelmark.errors import InputError
from keelmark.identifiers import check_lei
from keelmark.identity.reading import DEEPEST, read_json

__all__ = [
    "Commitment",
    "canonical",
    "check_document",
    "client_code",
    "commit",
    "is_committed",
    "read_document",
]

SALT_BYTES: Final = 32

_TAG: Final = bytes(keccak(text="keelmark IVMS101 commitment 1"))
_CODE_TAG: Final = bytes(keccak(text="keelmark client code 1"))
_CODE_BITS: Final = 104


@dataclass(frozen=True, slots=True)
class Commitment:
    """What goes on the chain, and the salt that does not. The text form keeps the salt back."""

    word: bytes
    """32 bytes: the `document` of an attestation."""
    salt: bytes
    """32 random bytes, to be kept with the document."""

    def __repr__(self) -> str:
        return f"Commitment(0x{self.word.hex()})"


def read_document(text: str) -> dict[str, Any]:
    """An IVMS101 person from its JSON.

    Raises:
        InputError: it is no JSON object, names a key twice, or `check_document` refuses it.
    """

    document = read_json(text, "document")
    check_document(document)
    found: dict[str, Any] = document
    return found


def check_document(document: Any) -> None:
    """Checks that a document is an IVMS101 person with a name, and any LEI in it right.

    Raises:
        InputError: it is not; nothing of its content is repeated.
    """
    if not isinstance(document, dict):
        raise InputError("document: expected a JSON object, an IVMS101 person")
    kinds = [kind for kind in ("naturalPerson", "legalPerson") if kind in document]
    if len(kinds) != 1 or not isinstance(document[kinds[0]], dict):
        raise InputError("document: expected one of naturalPerson and legalPerson")
    person = document[kinds[0]]
    if not person.get("name"):
        raise InputError(f"document: {kinds[0]} has no name, expected one")
    national = person.get("nationalIdentification")
    if isinstance(national, dict) and national.get("nationalIdentifierType") == "LEIX":
        try:
            check_lei(str(national.get("nationalIdentifier")))
        except InputError:
            raise InputError("document: nationalIdentifier is no LEI (ISO 17442)") from None
    canonical(document)


def canonical(document: Any) -> bytes:
    """The bytes that are committed to, the same for any order of keys and any white space.

    Raises:
        InputError: it holds a fraction, something that JSON has not, or is nested too deep.
    """
    _check_value(document, 0)
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise InputError("document: expected text that UTF-8 can hold") from None


def _check_value(value: Any, depth: int) -> None:
    """Refuses what two programs could write in two ways."""
    if depth > DEEPEST:
        raise InputError(f"document: expected at most {DEEPEST} levels")
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise InputError("document: expected keys of ASCII text")
            _check_value(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check_value(inner, depth + 1)
    elif not (value is None or isinstance(value, (str, bool, int))):
        raise InputError("document: expected text, whole numbers, lists and objects only")


def commit(document: Any) -> Commitment:
    """A commitment to a document, under a new random salt.

    Raises:
        InputError: `check_document` refuses the document.
    """
    check_document(document)
    salt = secrets.token_bytes(SALT_BYTES)
    return Commitment(_committed(document, salt), salt)


def is_committed(document: Any, salt: bytes, word: bytes) -> bool:
    """Whether a document that was disclosed, with its salt, is the one of a commitment.

    Raises:
        InputError: the salt has another length, or the document is none.
    """
    if len(salt) != SALT_BYTES:
        raise InputError(f"salt: expected {SALT_BYTES} bytes, not {len(salt)}")
    return hmac.compare_digest(_committed(document, salt), word)


def client_code(reference: str, salt: bytes) -> int:
    """The code of a natural person, in place of an LEI: 104 bits, never zero.

    Args:
        reference: the member's own name for its client; it stays with the member.
        salt: 32 random bytes, secret; the same client under another salt is another code.

    Raises:
        InputError: the salt has another length, or the reference is empty.
    """
    if len(salt) != SALT_BYTES:
        raise InputError(f"salt: expected {SALT_BYTES} bytes, not {len(salt)}")
    if not reference:
        raise InputError("reference: expected the member's name for its client, not nothing")
    digest = keccak(_CODE_TAG + salt + keccak(text=reference))
    return int.from_bytes(digest, "big") % ((1 << _CODE_BITS) - 1) + 1


def _committed(document: Any, salt: bytes) -> bytes:
    return bytes(keccak(_TAG + salt + keccak(canonical(document))))
