"""A list with an officer, some wallets, and a way to update it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from web3 import Web3
from web3.contract import Contract
from web3.types import TxReceipt

ZERO = "0x" + "00" * 20
SOURCE = b"\x5a" * 32
HOUR = 3_600


def wallet(number: int) -> str:
    """A wallet that nobody has."""
    return str(Web3.to_checksum_address(f"0x{0xBAD0_0000 + number:040x}"))


def reference(number: int) -> bytes:
    """The reference of an entry of a published list."""
    return f"OFAC-SDN-{number}".encode().ljust(32, b"\0")


def entry(number: int) -> tuple[str, bytes]:
    """A wallet with its reference."""
    return wallet(number), reference(number)


@pytest.fixture(scope="module")
def sanctions(deploy: Any, actors: Any) -> Contract:
    """An empty list without oracles."""
    made: Contract = deploy("registry/SanctionsList", actors("officer"), ZERO, ZERO, ZERO)
    return made


@pytest.fixture
def update(
    sanctions: Contract, send: Any, actors: Any, now: Callable[[], int]
) -> Callable[..., TxReceipt]:
    """``update(added=[entry(1)], removed=[wallet(2)])``: by the officer, as of now."""

    def updated(
        added: Iterable[tuple[str, bytes]] = (),
        removed: Iterable[str] = (),
        *,
        as_of: int | None = None,
        source: bytes = SOURCE,
        by: str = "officer",
        on: Contract | None = None,
    ) -> TxReceipt:
        time = now() if as_of is None else as_of
        call = (on or sanctions).functions.update(list(removed), list(added), source, time)
        made: TxReceipt = send(call, actors(by))
        return made

    return updated
