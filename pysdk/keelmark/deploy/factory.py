"""The deterministic factory: one address on every chain for the same init code and salt.

The contract is the "deterministic deployment proxy" (Arachnid), created on every chain by one
transaction that nobody has the key for, and therefore at one address. Its calldata is a salt of 32
bytes and the init code; it answers the 20 bytes of the new contract's address (EIP-1014), and
reverts if the constructor does, or if the address is taken. It is the creator: a constructor that
trusted ``msg.sender`` would trust the factory, so the kit's constructors trust nobody.
"""

from __future__ import annotations

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

__all__ = [
    "CREATION",
    "CREATOR",
    "CREATOR_WEI",
    "FACTORY",
    "FACTORY_CODE",
    "FACTORY_CODE_HASH",
    "SALT",
    "address_of_hash",
    "create2_address",
    "factory_calldata",
]

FACTORY = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
"""Where the factory is, on every chain that has it."""

FACTORY_CODE = bytes.fromhex(
    "7f"
    + "ff" * 31
    + "e0"
    + "3601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
)
"""Its runtime code: `CREATE2(value, calldata after the first 32 bytes, salt)`."""

FACTORY_CODE_HASH = keccak(FACTORY_CODE)
"""What `EXTCODEHASH` of `FACTORY` is."""

CREATOR = "0x3fAB184622Dc19b6109349B94811493BF2a45362"
"""The account of the one transaction that creates the factory; nobody has its key."""

CREATOR_WEI = 100_000 * 100 * 10**9
"""What `CREATOR` must hold for that transaction: 100,000 gas at 100 gwei."""

CREATION = bytes.fromhex(
    "f8a58085174876e800830186a08080b853604580600e600039806000f350fe"
    + FACTORY_CODE.hex()
    + "1ba0"
    + "22" * 32
    + "a0"
    + "22" * 32
)
"""That transaction, signed (EIP-155 left out, so that it is the same on every chain): for chains of
one's own. A node that insists on EIP-155 refuses it."""

SALT = keccak(text="keelmark")
"""The one salt of every contract of the kit: nothing but code and arguments moves an address."""


def create2_address(salt: bytes, init_code: bytes, factory: str = FACTORY) -> str:
    """The checksummed address at which a factory creates a contract (EIP-1014).

    Args:
        salt: 32 bytes.
        init_code: the creation code, constructor arguments included.
        factory: who creates.
    """
    return address_of_hash(salt, keccak(init_code), factory)


def address_of_hash(salt: bytes, init_code_hash: bytes, factory: str = FACTORY) -> str:
    """`create2_address` from the init code's hash alone."""
    packed = b"\xff" + bytes.fromhex(factory[2:]) + salt + init_code_hash
    return str(to_checksum_address(keccak(packed)[12:]))


def factory_calldata(salt: bytes, init_code: bytes) -> bytes:
    """What is sent to the factory."""
    return salt + init_code
