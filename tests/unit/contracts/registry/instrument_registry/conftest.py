"""A registry with a lister; underlier 1 is Bitcoin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from web3.contract import Contract
from web3.types import TxReceipt

BTC, ETH = b"4H95J0R2X", b"X9J9K872S"
NO_DTI = bytes(9)
UPI, NO_UPI = b"QZRBG6ZTKS42", bytes(12)
USD = b"USD".ljust(9, b"\0")
EXPIRY = 1_609_401_600
"""31 December 2020, 08:00 UTC."""
WAD = 10**18


class Terms(NamedTuple):
    """The registry's struct, field by field."""

    kind: int = 1
    underlier: int = 1
    expiry: int = 0
    lot_exp: int = 15
    cfi: bytes = b"JTMXCC"
    upi: bytes = NO_UPI
    settlement_currency: bytes = USD
    strike: int = 0
    option_type: int = 0

    def but(self, **fields: Any) -> Terms:
        """A copy with other fields."""
        return self._replace(**fields)


PERPETUAL = Terms()
FUTURE = Terms(kind=2, expiry=EXPIRY, cfi=b"FFMCSX", upi=UPI)
OPTION = Terms(kind=3, expiry=EXPIRY, cfi=b"OPEMCS", strike=20_000 * WAD, option_type=2)


@pytest.fixture(scope="module")
def registry(deploy: Any, actors: Any, send: Any) -> Contract:
    """A registry that knows Bitcoin."""
    made: Contract = deploy("registry/InstrumentRegistry", actors("lister"))
    send(made.functions.add_underlier(BTC, 7, b"BTC".ljust(8, b"\0")), actors("lister"))
    return made


@pytest.fixture
def add_underlier(registry: Contract, send: Any, actors: Any) -> Callable[..., TxReceipt]:
    """``add_underlier(dti, asset_class, symbol)``: by the lister."""

    def added(
        dti: bytes = ETH, asset_class: int = 7, symbol: bytes = b"ETH", by: str = "lister"
    ) -> TxReceipt:
        call = registry.functions.add_underlier(dti, asset_class, symbol.ljust(8, b"\0"))
        made: TxReceipt = send(call, actors(by))
        return made

    return added


@pytest.fixture
def add_instrument(registry: Contract, send: Any, actors: Any) -> Callable[..., TxReceipt]:
    """``add_instrument(terms)``: by the lister."""

    def added(terms: Terms, by: str = "lister") -> TxReceipt:
        made: TxReceipt = send(registry.functions.add_instrument(terms), actors(by))
        return made

    return added
