"""Generated from the contracts: OptionPricer. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.bindings.runtime import create, read
from keelmark.chain.operations import BlockId, Operation, Receipt

__all__ = ["OptionPricer"]


@dataclass(frozen=True, slots=True)
class OptionPricer:
    """Anyone may call everything; nothing is stored, nobody holds a role, and there is nothing
    to set. It answers what the pricing modules compute, so that whoever disputes a premium can
    ask the same code that margins it. Black-76 on the forward, ACT/365 in seconds, rate zero;
    limits and reasons stand at the heads of `modules/black76.vy` and of the module behind each
    function.
    """

    address: str
    """Where it is, checksummed."""

    @staticmethod
    def create(init_code: bytes, *, gas: int | None = None) -> Operation[Receipt]:
        """Deploys the contract; the receipt names its address."""
        return create("OptionPricer", init_code, "()", (), gas)

    def price(
        self,
        is_call: bool,
        forward: int,
        strike: int,
        seconds: int,
        volatility: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[int]:
        """Price of a European option. Reverts outside the domain of `black76`."""
        return read(
            self,
            "price(bool is_call,uint256 forward,uint256 strike,uint256 seconds,uint256 volatility)",
            (is_call, forward, strike, seconds, volatility),
            "uint256",
            lambda out: out[0],
            block,
        )

    def prices(
        self,
        forward: int,
        strike: int,
        seconds: int,
        volatility: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[tuple[int, int, int]]:
        """Call, put and delta at once. Reverts outside the domain of `black76`."""
        return read(
            self,
            "prices(uint256 forward,uint256 strike,uint256 seconds,uint256 volatility)",
            (forward, strike, seconds, volatility),
            "uint256,uint256,uint256",
            lambda out: (out[0], out[1], out[2]),
            block,
        )

    def greeks(
        self,
        is_call: bool,
        forward: int,
        strike: int,
        seconds: int,
        volatility: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[tuple[int, int, int, int, int]]:
        """Price and sensitivities. Reverts outside the domain of `black76`, and with "black76:
        gamma has no bound" at the strike without time or volatility.
        """
        return read(
            self,
            "greeks(bool is_call,uint256 forward,uint256 strike,uint256 seconds,"
            "uint256 volatility)",
            (is_call, forward, strike, seconds, volatility),
            "uint256,int256,uint256,uint256,int256",
            lambda out: (out[0], out[1], out[2], out[3], out[4]),
            block,
        )

    def implied_volatility(
        self,
        is_call: bool,
        forward: int,
        strike: int,
        seconds: int,
        premium: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[int]:
        """The volatility at which `price` gives a premium. Reverts outside the domain and where
        there is none.
        """
        return read(
            self,
            "implied_volatility(bool is_call,uint256 forward,uint256 strike,uint256 seconds,"
            "uint256 premium)",
            (is_call, forward, strike, seconds, premium),
            "uint256",
            lambda out: out[0],
            block,
        )

    def american_price(
        self,
        is_call: bool,
        forward: int,
        strike: int,
        seconds: int,
        volatility: int,
        steps: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[int]:
        """Price with American exercise, on a Cox-Ross-Rubinstein tree. 128 steps take three
        million gas. Reverts outside the domain of `binomial`.
        """
        return read(
            self,
            "american_price(bool is_call,uint256 forward,uint256 strike,uint256 seconds,"
            "uint256 volatility,uint256 steps)",
            (is_call, forward, strike, seconds, volatility, steps),
            "uint256",
            lambda out: out[0],
            block,
        )

    def risk_array(
        self,
        is_call: bool,
        forward: int,
        strike: int,
        seconds: int,
        volatility: int,
        scan_bps: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[tuple[int, int, int, int, int]]:
        """What one unit gains or loses in sixteen scenarios. Reverts outside the domain of
        `black76`, for a scan range above 30,000 bps and if a lane does not fit.
        """
        return read(
            self,
            "risk_array(bool is_call,uint256 forward,uint256 strike,uint256 seconds,"
            "uint256 volatility,uint256 scan_bps)",
            (is_call, forward, strike, seconds, volatility, scan_bps),
            "uint256,uint256,int256,uint256,uint256",
            lambda out: (out[0], out[1], out[2], out[3], out[4]),
            block,
        )
