"""Who answers `keelmark price option`: the integer twin, or the contract on a chain."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Protocol

from keelmark.errors import ChainMismatch, InputError
from keelmark.units import WAD

if TYPE_CHECKING:
    from keelmark.bindings import OptionPricer
    from keelmark.chain import Chain, Operation

Figures = dict[str, int | None]
"""Price and Greeks by name, wads; None where one has no bound."""


class OptionSource(Protocol):
    """Answers for one option at a time, in wads and seconds."""

    name: str
    """What the user is told."""

    def implied_volatility(
        self, is_call: bool, forward: int, strike: int, seconds: int, premium: int
    ) -> int:
        """The volatility of a premium."""

    def prices(
        self, forward: int, strike: int, seconds: int, volatility: int
    ) -> tuple[int, int, int]:
        """Call, put and the call's delta."""

    def greeks(
        self, is_call: bool, forward: int, strike: int, seconds: int, volatility: int
    ) -> tuple[int, int, int, int, int]:
        """Price, delta, gamma, vega and theta."""


class TwinSource:
    """The integer twin of the contracts, in this process."""

    name = "the integer twin of the contract"

    def implied_volatility(
        self, is_call: bool, forward: int, strike: int, seconds: int, premium: int
    ) -> int:
        """The volatility of a premium."""
        from keelmark.pricing.implied_volatility import implied_volatility

        return implied_volatility(is_call, forward, strike, seconds, premium)

    def prices(
        self, forward: int, strike: int, seconds: int, volatility: int
    ) -> tuple[int, int, int]:
        """Call, put and the call's delta."""
        from keelmark.pricing.black76 import prices

        return prices(forward, strike, seconds, volatility)

    def greeks(
        self, is_call: bool, forward: int, strike: int, seconds: int, volatility: int
    ) -> tuple[int, int, int, int, int]:
        """Price, delta, gamma, vega and theta."""
        from keelmark.pricing.black76 import greeks

        found = greeks(is_call, forward, strike, seconds, volatility)
        return found.price, found.delta, found.gamma, found.vega, found.theta


class ContractSource:
    """The contract OptionPricer on a chain."""

    def __init__(self, chain: Chain, pricer: OptionPricer) -> None:
        self._chain = chain
        self._pricer = pricer
        self.name = f"OptionPricer at {pricer.address} on {chain.name}"

    def implied_volatility(
        self, is_call: bool, forward: int, strike: int, seconds: int, premium: int
    ) -> int:
        """The volatility of a premium."""
        asked = self._pricer.implied_volatility(is_call, forward, strike, seconds, premium)
        return self._chain.run(asked)

    def prices(
        self, forward: int, strike: int, seconds: int, volatility: int
    ) -> tuple[int, int, int]:
        """Call, put and the call's delta."""
        return self._chain.run(self._pricer.prices(forward, strike, seconds, volatility))

    def greeks(
        self, is_call: bool, forward: int, strike: int, seconds: int, volatility: int
    ) -> tuple[int, int, int, int, int]:
        """Price, delta, gamma, vega and theta."""
        return self._chain.run(self._pricer.greeks(is_call, forward, strike, seconds, volatility))


def figures(
    source: OptionSource, is_call: bool, forward: int, strike: int, seconds: int, volatility: int
) -> Figures:
    """Price and Greeks by name.

    On the strike without time or volatility the price is zero and delta a half, and the rest has
    no bound.
    """
    if forward == strike and (seconds == 0 or volatility == 0):
        call, put, delta = source.prices(forward, strike, seconds, volatility)
        price, delta = (call, delta) if is_call else (put, delta - WAD)
        return {"price": price, "delta": delta, "gamma": None, "vega": None, "theta": None}
    found = source.greeks(is_call, forward, strike, seconds, volatility)
    return dict(zip(("price", "delta", "gamma", "vega", "theta"), found, strict=True))


def embedded_source() -> ContractSource:
    """The contract, deployed to a new chain inside this process."""
    from keelmark.bindings import OptionPricer
    from keelmark.chain import Signer, connect
    from keelmark.chain.compiler import compile_contract

    chain = connect()
    signer = Signer.from_key(secrets.token_bytes(31).rjust(32, b"\1"))
    chain.local.fund(signer.address)
    code = compile_contract("pricing/OptionPricer").bytecode
    receipt = chain.signing(signer).run(OptionPricer.create(code))
    return ContractSource(chain, OptionPricer(str(receipt.contract)))


def deployed_source(url: str, address: str) -> ContractSource:
    """The contract at an address on a node, once its code is seen to be the right one.

    Raises:
        InputError: the address is none.
        RpcUnreachable: no node answers.
        ChainMismatch: other code is there, or none.
    """
    from eth_utils.address import is_address, to_checksum_address

    from keelmark.bindings import OptionPricer
    from keelmark.chain import connect
    from keelmark.chain.compiler import compile_contract

    if not is_address(address):
        raise InputError(f"--pricer: {address!r}, expected an address such as 0x followed by 40")
    chain = connect(url)
    place = to_checksum_address(address)
    found = chain.run(_code(place))
    if found != compile_contract("pricing/OptionPricer").runtime:
        words = "other code" if found else "no code"
        raise ChainMismatch(f"--pricer: {words} at {place}, expected an OptionPricer's")
    return ContractSource(chain, OptionPricer(place))


def _code(address: str) -> Operation[bytes]:
    """The operation that reads a contract's code."""
    from keelmark.chain.operations import GetCode

    code: bytes = yield GetCode(address)
    return code
