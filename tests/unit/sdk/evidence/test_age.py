"""Encryption: who has a key opens the package, nobody else, and no byte of it can be changed."""

from __future__ import annotations

import re

import pytest

from keelmark.errors import InputError
from keelmark.evidence import EvidenceBroken, new_identity, seal, unseal

DATA = b"a package" * 9_000
"""Longer than one chunk of the format, which is 64 KiB."""


def test_default_behavior() -> None:
    """Each of two recipients opens it; a file may hold remarks and several keys."""
    first, first_key = new_identity()
    second, second_key = new_identity()
    sealed = seal(DATA, [first_key, second_key])
    assert sealed.startswith(b"age-encryption.org/v1\n-> X25519 ")
    assert DATA[:9] not in sealed
    assert unseal(sealed, first) == unseal(sealed, second) == DATA
    other, _ = new_identity()
    assert unseal(sealed, f"{other}\n\n# ours\r\n{second}") == DATA


def test_identity_file_has_the_form_of_the_format() -> None:
    text, recipient = new_identity()
    assert re.fullmatch(r"# public key: (age1\w{58})\nAGE-SECRET-KEY-1\w{58}\n", text)
    assert recipient in text
    assert new_identity()[0] != text


def test_the_wrong_key() -> None:
    sealed = seal(DATA, [new_identity()[1]])
    with pytest.raises(EvidenceBroken, match="does not open") as found:
        unseal(sealed, new_identity()[0])
    assert found.value.part == "encryption"


def test_altered_bytes() -> None:
    """Header, nonce, every chunk and the end."""
    identity, recipient = new_identity()
    sealed = seal(DATA, [recipient])
    places = [*range(0, 260, 3), *range(260, len(sealed), 997), len(sealed) - 1]
    for place in places:
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(EvidenceBroken, match="does not open"):
            unseal(bytes(changed), identity)
    for bad in (b"", sealed[:100], sealed[:-1], sealed + b"\0", b"no age at all"):
        with pytest.raises(EvidenceBroken, match="does not open"):
            unseal(bad, identity)


def test_secrets_are_not_repeated() -> None:
    """A private key in the wrong place, or a damaged one, is not printed back."""
    identity, recipient = new_identity()
    secret = identity.splitlines()[1]
    with pytest.raises(InputError, match="that is a private key") as found:
        seal(DATA, [secret])
    assert secret[20:30] not in str(found.value)
    sealed = seal(DATA, [recipient])
    with pytest.raises(InputError, match="a line is no private key") as found:
        unseal(sealed, secret[:-1] + "Q")
    assert secret[20:30] not in str(found.value)


@pytest.mark.parametrize("text", ["", "# only remarks\n", "\n\n"])
def test_no_key(text: str) -> None:
    with pytest.raises(InputError, match="holds no private key"):
        unseal(b"", text)


@pytest.mark.parametrize("recipients", [[], ["age1"], ["ssh-ed25519 AAAA"], ["", "x"]])
def test_no_recipient(recipients: list[str]) -> None:
    with pytest.raises(InputError, match="recipient"):
        seal(DATA, recipients)
