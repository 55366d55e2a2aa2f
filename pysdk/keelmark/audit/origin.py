"""How a contract came to be: its block, its transaction, and whether our constructor ran.

Code says what a contract will do, not what its storage held at the beginning: any init code can
write what it likes and then return our code. That the published constructor ran is shown by the
transaction that created it, whose data are the release's init code and the arguments, or by the
address itself, where the factory made it of these (EIP-1014).

The block is found by bisecting where the code begins, on a node that still has old states.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from keelmark.audit.sight import Kind, Sight
from keelmark.chain.operations import BlockBody, GetBody, GetCode, Operation, SentTransaction
from keelmark.deploy.factory import FACTORY, create2_address
from keelmark.errors import NoSuchBlock, RpcRefused
from keelmark.releases import releases
from keelmark.verification.hashing import keccak as fast_keccak

__all__ = ["Creation", "creation_of", "first_block_of", "made_by", "nonce_of"]

MOST_NONCE: Final = 65_536
"""How far the nonce of a creation is looked for."""

MOST_ARGUMENTS: Final = 24
"""Words of constructor arguments, at most."""


@dataclass(frozen=True, slots=True)
class Creation:
    """How a contract came to be, as far as the chain tells."""

    block: int | None = None
    """None where the node does not say."""
    block_hash: str = ""
    transaction_hash: str = ""
    """Empty where no transaction of the block creates it directly."""
    deployer: str = ""
    """Who signed that transaction; not the factory."""
    factory: bool = False
    """Whether the deterministic factory made it."""
    nonce: int | None = None
    """The deployer's, where it made the contract without the factory."""
    arguments: bytes | None = None
    """Constructor arguments; None unless the release's init code ran."""
    init_code_hash: str = ""
    """keccak256 of the init code, arguments included; empty if it is not known."""
    salt: str = ""
    """What the factory was given, ``0x`` and 64 digits; empty without it."""
    shown_by: str = ""
    """``transaction`` or ``address``: what shows that the release's init code ran."""
    untold: str = ""
    """Why it is not shown, or the block is not known."""

    @property
    def shown(self) -> bool:
        """Whether the published constructor ran."""
        return bool(self.shown_by)


def creation_of(seen: Sight, head: int, near: int | None = None) -> Operation[Creation]:
    """The operation that finds out how a contract came to be.

    Args:
        seen: the contract.
        head: the newest block that counts.
        near: a block near which it probably was.
    """
    try:
        number = yield from first_block_of(seen.address, head, near)
    except (NoSuchBlock, RpcRefused):
        return Creation(untold="the node has no states old enough to tell when it was created")
    if number == 0:
        return Creation(block=0, untold="it is there since the chain's first block")
    try:
        body: BlockBody = yield GetBody(number)
    except (NoSuchBlock, RpcRefused):
        return Creation(block=number, untold="the node does not have the block that created it")
    found = Creation(
        block=number,
        block_hash="0x" + body.header.hash.hex(),
        untold=f"no transaction of block {number} creates it directly",
    )
    for sent in body.transactions:
        made = made_by(sent, seen.address)
        if made is None:
            continue
        found = replace(
            found,
            transaction_hash="0x" + sent.hash.hex(),
            deployer=sent.sender,
            factory=sent.to is not None,
            nonce=made.nonce,
            init_code_hash="0x" + keccak(made.init_code).hex(),
            salt=made.salt,
            untold="the init code that ran is of no release",
        )
        arguments = _arguments(seen, made.init_code)
        if arguments is not None:
            return replace(found, arguments=arguments, shown_by="transaction", untold="")
    return found


@dataclass(frozen=True, slots=True)
class Made:
    """A creation in a transaction."""

    init_code: bytes
    """Arguments included."""
    nonce: int | None
    salt: str


def made_by(sent: SentTransaction, address: str) -> Made | None:
    """What a transaction created at an address, itself or through the factory; None if nothing."""
    if sent.to is None:
        nonce = nonce_of(sent.sender, address)
        return None if nonce is None else Made(sent.data, nonce, "")
    if sent.to == FACTORY and create2_address(sent.data[:32], sent.data[32:]) == address:
        return Made(sent.data[32:], None, "0x" + sent.data[:32].hex())
    return None


def _arguments(seen: Sight, init_code: bytes) -> bytes | None:
    """The arguments behind a release's init code; None if it is another."""
    if seen.kind is not Kind.KNOWN:
        return None
    wanted = {
        contract.init_code_hash
        for release in releases()
        for contract in release.contracts
        if contract.name == seen.contract
        and contract.runtime_length + 32 * len(seen.immutables) == seen.code_length
    }
    for words in range(MOST_ARGUMENTS + 1):
        end = len(init_code) - 32 * words
        if end > 0 and "0x" + keccak(init_code[:end]).hex() in wanted:
            return init_code[end:]
    return None


@lru_cache(maxsize=1024)
def nonce_of(sender: str, address: str) -> int | None:
    """The nonce with which an account created a contract; None if it is not among the first."""
    wanted = bytes.fromhex(address[2:])
    account = b"\x94" + bytes.fromhex(sender[2:])
    for nonce in range(MOST_NONCE):
        if fast_keccak(_rlp_pair(account, nonce))[12:] == wanted:
            return nonce
    return None


def created_at(sender: str, nonce: int) -> str:
    """Where an account creates a contract with a nonce."""
    pair = _rlp_pair(b"\x94" + bytes.fromhex(sender[2:]), nonce)
    return str(to_checksum_address(keccak(pair)[12:]))


def _rlp_pair(account: bytes, nonce: int) -> bytes:
    """RLP of an account, encoded already, and a nonce."""
    if nonce == 0:
        tail = b"\x80"
    elif nonce < 0x80:
        tail = bytes([nonce])
    else:
        digits = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
        tail = bytes([0x80 + len(digits)]) + digits
    body = account + tail
    return bytes([0xC0 + len(body)]) + body


def first_block_of(address: str, head: int, near: int | None = None) -> Operation[int]:
    """The operation that finds the first block in which an address has code.

    Args:
        address: one that has code at `head`.
        head: the newest block that counts.
        near: a block near which it probably was.

    Raises:
        RpcRefused, NoSuchBlock: the node does not have a state that is needed.
    """
    low, high = -1, head
    if near is not None and 0 <= near <= head:
        low, high = yield from _around(address, near, head)
    while high - low > 1:
        middle = (low + high) // 2
        if (yield from _has_code(address, middle)):
            high = middle
        else:
            low = middle
    return high


def _around(address: str, near: int, head: int) -> Operation[tuple[int, int]]:
    """A block without the code and a later one with it, looked for in growing steps from one near
    them, so that a contract of the same deployment costs a few requests."""
    step, there = 1, (yield from _has_code(address, near))
    place = near
    while True:
        following = place - step if there else place + step
        if following < 0:
            return -1, place
        if following >= head:
            return place, head
        if (yield from _has_code(address, following)) != there:
            return (following, place) if there else (place, following)
        place, step = following, step * 2


def _has_code(address: str, block: int) -> Operation[bool]:
    code: bytes = yield GetCode(address, block)
    return bool(code)
