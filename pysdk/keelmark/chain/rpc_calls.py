"""The steps of an exchange with a node, and the spelling of its numbers and bytes."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from keelmark.chain.signer import TransactionSigner

__all__ = ["Exchange", "RpcCall", "Signing", "Wait", "block_parameter", "data_bytes"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RpcCall:
    """One JSON-RPC call; answered with its ``result``."""

    method: str
    params: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Wait:
    """A pause; answered with None."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Signing:
    """A signature; answered with the serialised transaction. A step of its own, because a signer
    may be another process that asks a human first."""

    signer: TransactionSigner
    fields: dict[str, Any]


Exchange: TypeAlias = Generator[RpcCall | Wait | Signing, Any, T]


def data_bytes(text: str) -> bytes:
    """Bytes of a node's hexadecimal text."""
    return bytes.fromhex(text[2:])


def block_parameter(block: int | bytes | str) -> Any:
    """A block id as a node wants it."""
    if isinstance(block, bytes):
        return {"blockHash": "0x" + block.hex()}
    return hex(block) if isinstance(block, int) else block
