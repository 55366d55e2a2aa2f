"""Whether a contract's address shows that the published constructor ran.

The factory puts a contract where its init code says, arguments included (EIP-1014). So if an
address is the one that follows from a release's init code and some arguments, these and nothing
else created what is there: no old state and no transaction is needed for that. The arguments are
what the code carries, and who holds the roles now; where roles have moved, a manifest's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from eth_abi.abi import encode
from eth_abi.exceptions import EncodingError
from eth_utils.crypto import keccak

from keelmark.audit.origin import Creation
from keelmark.audit.sight import Sight
from keelmark.bindings.supervision import Supervision
from keelmark.chain.compiler import compile_contract
from keelmark.chain.operations import Operation
from keelmark.deploy.factory import SALT, create2_address
from keelmark.deploy.plan import DeployedContract
from keelmark.deploy.roles import ROLES
from keelmark.deploy.wiring import CONTRACT_OF, PARAMETERS
from keelmark.errors import KeelmarkError, NoSuchBlock, RpcRefused, RpcUnreachable
from keelmark.ledger.cooperation_words import read_mandate
from keelmark.releases import releases, rulebook_init_code

__all__ = ["proved_by_address", "released_init_code"]

_ROLE_ARGUMENT: Final[Mapping[str, str]] = {
    "ClearingHouse": "operator",
    "PriceBoard": "operator",
    "InstrumentRegistry": "lister",
    "PartyRegistry": "registrar",
    "SanctionsList": "officer",
    "Supervision": "convenor",
}
"""The constructor argument that names the first holder of a contract's role."""

_IMMUTABLE: Final[Mapping[str, str]] = {
    "token": "TOKEN",
    "token_feed": "TOKEN_FEED",
    "regime": "REGIME",
    "lei": "LEI",
    "sequencer": "SEQUENCER",
    "oracle_1": "ORACLE_1",
    "oracle_2": "ORACLE_2",
    "oracle_3": "ORACLE_3",
}
"""Arguments that the code carries on."""


@lru_cache(maxsize=64)
def released_init_code(contract: str, version: str) -> bytes:
    """A release's init code without arguments; empty if this package does not have it.

    Args:
        contract: its name.
        version: the release.
    """
    release = next((one for one in releases() if one.version == version), None)
    if release is None:
        return b""
    wanted = release.contract(contract)
    code = rulebook_init_code() if contract == "Rulebook" else b""
    if not code:
        try:
            code = compile_contract(wanted.path).bytecode
        except FileNotFoundError:
            return b""
    return code if "0x" + keccak(code).hex() == wanted.init_code_hash else b""


def proved_by_address(
    seen: Sight,
    made: Creation,
    at: Mapping[str, str],
    written: DeployedContract | None,
    block: int,
) -> Operation[Creation]:
    """The operation that shows from a contract's address that our constructor ran, if it does.

    Args:
        seen: a contract of a release.
        made: what is known of its creation.
        at: addresses of the house's parts by name.
        written: what a manifest says of it.
        block: at which block roles are asked.

    Returns:
        the creation, with its arguments if the address follows from them.
    """
    code = released_init_code(seen.contract, seen.release)
    if not code:
        return made
    arguments = yield from _arguments(seen, at, block)
    for salt, words in _candidates(arguments, written):
        init_code = code + words
        if create2_address(salt, init_code) == seen.address:
            return replace(
                made,
                factory=True,
                arguments=words,
                init_code_hash="0x" + keccak(init_code).hex(),
                salt="0x" + salt.hex(),
                shown_by="address",
                untold="",
            )
    return made


def _candidates(
    arguments: bytes | None, written: DeployedContract | None
) -> Iterator[tuple[bytes, bytes]]:
    """Salts and arguments with which it may have been made."""
    if arguments is not None:
        yield SALT, arguments
    if written is not None:
        salt = bytes.fromhex(written.salt[2:]) if written.salt else SALT
        yield salt, bytes.fromhex(written.constructor_arguments[2:])


def _arguments(seen: Sight, at: Mapping[str, str], block: int) -> Operation[bytes | None]:
    """Constructor arguments as the chain has them now; None if one is not known."""
    known: dict[str, Any] = {
        argument: seen.immutables[name]
        for argument, name in _IMMUTABLE.items()
        if name in seen.immutables
    }
    known |= {argument: at[name] for argument, name in CONTRACT_OF.items() if name in at}
    try:
        if seen.contract in _ROLE_ARGUMENT:
            place = Supervision(seen.address)  # any binding with this getter
            role = keccak(text=ROLES[seen.contract])
            holder = yield from place.holder_of(role, block=block)
            known[_ROLE_ARGUMENT[seen.contract]] = holder
        if seen.contract == "Supervision":
            known |= yield from _founder(seen.address, block)
        named = PARAMETERS.get(seen.contract, ())
        return encode([kind for _, kind in named], [known[name] for name, _ in named])
    except (RpcUnreachable, RpcRefused, NoSuchBlock):
        raise
    except (KeelmarkError, KeyError, EncodingError):
        return None


def _founder(supervision: str, block: int) -> Operation[dict[str, Any]]:
    """What the founding authority was given, if its mandate is still the same."""
    (first,) = yield from Supervision(supervision).mandates(1, 1, block=block)
    mandate = read_mandate(first.word)
    return {
        "authority": first.authority,
        "identifier": first.identifier,
        "jurisdiction": mandate.jurisdiction.encode("ascii"),
        "powers": int(mandate.terms.powers),
        "until": mandate.terms.until,
    }
