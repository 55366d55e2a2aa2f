"""Encryption to an authority's key, in the `age` format with X25519 recipients.

All of it is pyrage, the Python face of rage. Nothing here signs: who sent a package is for the
channel it came by and for the digest anchored on chain to say.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyrage
from pyrage import x25519

from keelmark.errors import InputError
from keelmark.evidence.parts import EvidenceBroken

__all__ = ["new_identity", "seal", "unseal"]

_SECRET = "AGE-SECRET-KEY-1"


def new_identity() -> tuple[str, str]:
    """A new key: the text of an identity file, and the recipient to give to senders."""
    identity = x25519.Identity.generate()
    recipient = str(identity.to_public())
    return f"# public key: {recipient}\n{identity}\n", recipient


def seal(data: bytes, recipients: Sequence[str]) -> bytes:
    """Encrypts to every recipient; any one of them can open it.

    Args:
        data: what to encrypt.
        recipients: public keys, ``age1…``.

    Raises:
        InputError: there is none, or one is no public key.
    """
    if not recipients:
        raise InputError("recipient: expected at least one public key, age1…")
    keys = []
    for text in recipients:
        if text.strip().upper().startswith(_SECRET):
            raise InputError("recipient: that is a private key; expected a public one, age1…")
        try:
            keys.append(x25519.Recipient.from_str(text.strip()))
        except Exception:
            raise InputError(f"recipient: {text} is no public key; expected age1…") from None
    return bytes(pyrage.encrypt(data, keys))


def unseal(data: bytes, identity_file: str) -> bytes:
    """Decrypts with the keys of an identity file.

    Args:
        data: an encrypted package.
        identity_file: the file's text, one private key a line, ``#`` before remarks.

    Raises:
        InputError: the file holds no key; what it holds is not repeated.
        EvidenceBroken: none of the keys opens the package, or it was altered.
    """
    lines = [line.strip() for line in identity_file.splitlines()]
    wanted = [line for line in lines if line and not line.startswith("#")]
    identities = []
    for line in wanted:
        try:
            identities.append(x25519.Identity.from_str(line))
        except Exception:
            raise InputError(f"identity: a line is no private key; expected {_SECRET}…") from None
    if not identities:
        raise InputError(f"identity: the file holds no private key; expected {_SECRET}…")
    try:
        return bytes(pyrage.decrypt(data, identities))
    except pyrage.DecryptError as error:
        said = " ".join(str(error).split()).lower()
        raise EvidenceBroken("encryption", f"the package does not open, {said}") from None
