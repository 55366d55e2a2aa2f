"""Who signs, by the word that a user gives: a key file, the environment, or a signer's URL.

A key is never an argument: whoever lists processes would see it, and so does a shell's history.
"""

from __future__ import annotations

import getpass
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

from keelmark.chain.remote_signer import RemoteSigner
from keelmark.chain.signer import Signer, TransactionSigner
from keelmark.errors import InputError

__all__ = ["PASSWORD", "PASSWORD_DESCRIPTOR", "open_signer"]

PASSWORD = "KEELMARK_KEYFILE_PASSWORD"
"""Environment variable with a key file's password."""

PASSWORD_DESCRIPTOR = "KEELMARK_KEYFILE_PASSWORD_FD"
"""Environment variable with the number of an open file that the password is read from."""


def open_signer(
    account: str,
    *,
    sender: str | None = None,
    ask: Callable[[str], str] | None = None,
) -> TransactionSigner:
    """The signer that an account names.

    Args:
        account: path of an encrypted key file (web3 secret storage); ``env`` or ``env:NAME`` for
            the key in an environment variable; the http(s) URL of an external signer.
        sender: the address that must sign: which account of an external signer, or what the key is
            checked against.
        ask: asks a human for the key file's password where neither variable brings it; the
            terminal's prompt if None.

    Raises:
        InputError: it is none of these, is locked, or signs for another address; a key is not
            repeated.
        RpcUnreachable: the external signer does not answer.
    """
    signer = _opened(account, sender, ask)
    if sender is not None and signer.address.lower() != sender.lower():
        raise InputError(f"account: signs for {signer.address}, expected the sender {sender}")
    return signer


def _opened(
    account: str, sender: str | None, ask: Callable[[str], str] | None
) -> TransactionSigner:
    _check_no_secret(account)
    if account == "env":
        return Signer.from_environment()
    if account.startswith("env:"):
        return Signer.from_environment(account.removeprefix("env:"))
    if account.startswith(("http://", "https://")):
        return RemoteSigner(account, sender)
    path = Path(account).expanduser()
    _check_keyfile(path)
    return Signer.from_keyfile(path, _password(path, ask))


def _check_no_secret(account: str) -> None:
    """Refuses a secret, alone or within something else, without repeating it.

    Raises:
        InputError: it is one.
    """
    if account.startswith(("http://", "https://")) or _is_file(account):
        return
    found = ""
    if re.search("[0-9a-fA-F]{64}", account):
        found = "a private key"
    elif re.fullmatch(r"[a-zA-Z]+(\s+[a-zA-Z]+){11,}", account.strip()):
        found = "words that keys follow from"
    if found:
        raise InputError(
            f"account: is {found}, which others can see on a command line; expected a key file, "
            "env:NAME or the URL of a signer"
        )


def _is_file(account: str) -> bool:
    try:
        return Path(account).expanduser().is_file()
    except (OSError, RuntimeError):  # too long for a name; a home that is none
        return False


def _check_keyfile(path: Path) -> None:
    """Refuses what is no key file before anybody is asked for its password."""
    try:
        body = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"account: {path} cannot be read, {error.strerror}") from None
    except ValueError:
        body = None
    if not isinstance(body, dict) or not ({"crypto", "Crypto"} & set(body)):
        raise InputError(f"account: {path} is no key file; expected web3 secret storage (JSON)")


def _password(path: Path, ask: Callable[[str], str] | None) -> str:
    """From an open file, from the environment, or from whoever sits there."""
    descriptor = os.environ.get(PASSWORD_DESCRIPTOR)
    if descriptor:
        try:
            with os.fdopen(int(descriptor), "r", encoding="utf-8", closefd=False) as file:
                return file.readline().rstrip("\r\n")
        except (ValueError, OSError, OverflowError, TypeError):
            raise InputError(
                f"{PASSWORD_DESCRIPTOR}: expected the number of an open file with the password"
            ) from None
    password = os.environ.get(PASSWORD)
    if password is not None:
        return password
    if ask is None:
        if not sys.stdin.isatty():
            raise InputError(
                f"account: {path} is locked; expected its password in {PASSWORD}, in the file "
                f"{PASSWORD_DESCRIPTOR}, or a terminal to ask on"
            )
        ask = getpass.getpass
    try:
        return ask(f"Password of {path}: ")
    except EOFError:
        raise InputError(f"account: {path} is locked, and no password was given") from None
