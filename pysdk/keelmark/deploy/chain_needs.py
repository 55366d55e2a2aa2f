"""What the kit needs of a chain, asked of it by calls that change nothing.

Opcodes are tried through the factory itself: it runs a few bytes of creation code that use one, and
reverts where the machine does not know it.
"""

from __future__ import annotations

from collections.abc import Mapping

from eth_utils.crypto import keccak

from keelmark.chain.operations import Call, GetCode, Operation
from keelmark.deploy.factory import (
    FACTORY,
    FACTORY_CODE_HASH,
    SALT,
    create2_address,
    factory_calldata,
)
from keelmark.errors import KeelmarkError, RpcUnreachable

__all__ = ["OPCODES", "chain_refusals", "token_digits"]

OPCODES: Mapping[str, str] = {
    "PUSH0 (EIP-3855)": "5f5ff3",
    "MCOPY (EIP-5656)": "6000600060005e60006000f3",
    "TLOAD and TSTORE (EIP-1153)": "600060005d60005c60006000f3",
}
"""Opcodes younger than the oldest machines in use, each with creation code that uses it and leaves
a contract without code."""

_CONTROL = "60006000f3"
"""Creation code that every machine runs."""

_MOST_DIGITS = 18
"""Decimals that a settlement token may have."""

_DECIMALS = keccak(text="decimals()")[:4]


def chain_refusals() -> Operation[list[str]]:
    """The operation that finds out whether the kit can be deployed on a chain at all.

    Returns:
        the reasons why not, a sentence each.
    """
    code: bytes = yield GetCode(FACTORY)
    if not code:
        return [
            f"factory: there is none at {FACTORY} on this chain, expected the deterministic "
            "deployment factory; nothing was sent"
        ]
    if keccak(code) != FACTORY_CODE_HASH:
        return [f"factory: the code at {FACTORY} is not the factory's; nothing was sent"]
    if not (yield from _runs(_CONTROL)):
        return [f"factory: {FACTORY} creates nothing on this chain; nothing was sent"]
    lacking: list[str] = []
    for name, creation in OPCODES.items():
        if not (yield from _runs(creation)):
            lacking.append(name)
    if lacking:
        return [f"opcodes: this chain does not know {', '.join(lacking)}; nothing was sent"]
    return []


def _runs(creation: str) -> Operation[bool]:
    """Whether the factory, asked by a call, creates from these bytes."""
    init_code = bytes.fromhex(creation)
    try:
        answer: bytes = yield Call(FACTORY, factory_calldata(SALT, init_code))
    except RpcUnreachable:
        raise
    except KeelmarkError:
        return False
    return answer == bytes.fromhex(create2_address(SALT, init_code)[2:])


def token_digits(token: str) -> Operation[tuple[int | None, list[str]]]:
    """The operation that asks a settlement token for its decimals.

    Returns:
        the decimals, and why the token cannot be used; None and a sentence if it cannot.
    """
    if not (yield GetCode(token)):
        return None, [f"token: there is no contract at {token}; nothing was sent"]
    try:
        answer: bytes = yield Call(token, _DECIMALS)
    except RpcUnreachable:
        raise
    except KeelmarkError:
        answer = b""
    digits = int.from_bytes(answer, "big") if len(answer) == 32 else None
    if digits is None or digits > _MOST_DIGITS:
        said = "does not tell its decimals" if digits is None else f"has {digits} decimals"
        return None, [
            f"token: {token} {said}, expected an ERC-20 with at most {_MOST_DIGITS}; "
            "nothing was sent"
        ]
    return digits, []
