"""The missing contracts, created one after another on a chain that forgets them again.

A node with ``eth_simulateV1`` does it; for one without, a fork of its chain in an anvil beside
(`simulate`); the embedded chain does it by itself. What comes out is the gas of every creation, and
the certainty that each lands where it was predicted with the code that was expected.

A node gives a simulation only so much gas in all (geth 50 million unless told otherwise), which is
less than a whole kit takes. So the steps are simulated in batches; a batch begins with those of the
earlier ones whose code the constructors in it run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from keelmark.chain.client import Chain
from keelmark.chain.operations import Operation
from keelmark.chain.transactions import Simulate, SimulatedCall, SimulatedResult
from keelmark.chain.transports import RpcNode
from keelmark.deploy.factory import FACTORY, SALT, create2_address, factory_calldata
from keelmark.deploy.steps import Step
from keelmark.errors import InputError, RpcRefused

__all__ = ["RUN_BY", "batches", "simulate", "simulated"]

BATCH_GAS = 45_000_000
"""Gas of a batch by estimate: a tenth below what geth gives."""

_GAS_A_BYTE = 232
"""Estimated gas of a byte of creation code: 200 to store it, 16 to send it, and what runs it."""

_GAS_A_STEP = 120_000
"""And of a creation however short."""

_WIRED = ("Rulebook", "DefaultFund")

RUN_BY: Mapping[str, tuple[str, ...]] = {
    "PartyRegistry": ("Supervision", "SanctionsList", "PartyDesk"),
    "TakeOverDesk": _WIRED,
    "LossDesk": (*_WIRED, "TakeOverDesk"),
    "BackOffice": (*_WIRED, "LossDesk"),
    "InstrumentDesk": _WIRED,
    "ClearingHouse": (*_WIRED, "BackOffice", "InstrumentDesk"),
    "GovernanceLens": ("Rulebook", "ClearingHouse", "PartyRegistry"),
}
"""The contracts whose code a constructor runs: they must be there when it does."""


class _Unexplained(InputError):
    """A step would fail, and the node does not say why."""


def simulate(chain: Chain, missing: Sequence[Step], sender: str) -> dict[str, int]:
    """Simulates on the node, or on a fork of its chain if it cannot.

    Args:
        chain: where.
        missing: the steps to take, in their order.
        sender: who would send them.

    Returns:
        gas by contract.

    Raises:
        InputError: a step would fail, or would leave something else than was expected; or neither
            the node nor an anvil on this machine can simulate.
    """
    from keelmark.chain.anvil import anvil_path, running_anvil

    node = chain.node
    forks = isinstance(node, RpcNode) and anvil_path() is not None
    try:
        return chain.run(simulated(missing, sender))
    except _Unexplained:
        # It may be the node's limit of gas rather than the step.
        if not forks:
            raise
    except RpcRefused as refusal:
        if not forks:
            raise InputError(
                f"simulation: {chain.name} has no eth_simulateV1 that does it ({refusal}) and "
                "anvil is not installed here; nothing was sent"
            ) from None
    assert isinstance(node, RpcNode)
    with running_anvil(fork_url=node.url) as fork:
        return fork.run(simulated(missing, sender))


def simulated(missing: Sequence[Step], sender: str) -> Operation[dict[str, int]]:
    """The operation behind `simulate`, on a chain that can.

    Raises:
        InputError: a step would fail, or would leave something else than was expected.
        RpcRefused: the node cannot simulate.
    """
    gas: dict[str, int] = {}
    for batch in batches(missing):
        calls = tuple(SimulatedCall(sender, FACTORY, step.calldata) for step in batch)
        results: tuple[SimulatedResult, ...] = yield Simulate(
            (*calls, *_helped(sender, _code_hashes(batch), b""))
        )
        for place, (step, result) in enumerate(zip(batch, results, strict=False)):
            if not result.succeeded:
                raise (yield from _why(step, calls[:place], sender))
            if result.returned != bytes.fromhex(step.address[2:]):
                raise InputError(
                    f"simulation: {step.name} would be at 0x{result.returned.hex()}, expected "
                    f"{step.address}; nothing was sent"
                )
            gas.setdefault(step.name, result.gas_used)
        _check_code(batch, results[-1])
    return gas


def batches(missing: Sequence[Step]) -> list[tuple[Step, ...]]:
    """The steps in groups that a node simulates in one go, each with what it needs in front."""
    by_name = {step.name: step for step in missing}
    order = {step.name: place for place, step in enumerate(missing)}

    def needed(name: str) -> set[str]:
        found = {name}
        for other in RUN_BY.get(name, ()):
            if other in by_name:
                found |= needed(other)
        return found

    groups: list[set[str]] = []
    for step in missing:
        wanted = needed(step.name)
        if groups and _estimate(groups[-1] | wanted, by_name) <= BATCH_GAS:
            groups[-1] |= wanted
        else:
            groups.append(wanted)
    return [
        tuple(by_name[name] for name in sorted(group, key=order.__getitem__)) for group in groups
    ]


def _estimate(names: set[str], by_name: Mapping[str, Step]) -> int:
    return sum(_GAS_A_STEP + _GAS_A_BYTE * len(by_name[name].init_code) for name in names)


def _helped(sender: str, code: bytes, data: bytes) -> tuple[SimulatedCall, SimulatedCall]:
    """A helper of the simulation, created by the factory and then called: some nodes simulate no
    creations, and a call is all that every node answers with data.

    Args:
        sender: who sends.
        code: the helper's runtime code.
        data: what it is called with.
    """
    length = b"\x61" + len(code).to_bytes(2, "big")  # PUSH2
    # DUP1, PUSH1 12, PUSH1 0, CODECOPY, PUSH1 0, RETURN
    init_code = length + bytes.fromhex("80600c6000396000f3") + code
    return (
        SimulatedCall(sender, FACTORY, factory_calldata(SALT, init_code)),
        SimulatedCall(sender, create2_address(SALT, init_code), data),
    )


def _code_hashes(batch: Sequence[Step]) -> bytes:
    """Code that answers the code hash of each step's address."""
    code = b""
    for place, step in enumerate(batch):
        code += b"\x73" + bytes.fromhex(step.address[2:])  # PUSH20 address
        code += b"\x3f\x61" + (32 * place).to_bytes(2, "big") + b"\x52"  # EXTCODEHASH, MSTORE
    return code + b"\x61" + (32 * len(batch)).to_bytes(2, "big") + b"\x60\x00\xf3"  # RETURN


_CREATOR = bytes.fromhex("3660006000373660006000f0601957" + "3d600060003e3d6000fd" + "5b00")
"""Code that creates from its calldata, and reverts with the constructor's own words."""


def _check_code(batch: Sequence[Step], probe: SimulatedResult) -> None:
    """That every step left the code that was expected.

    Raises:
        InputError: it did not.
    """
    if not probe.succeeded or len(probe.returned) != 32 * len(batch):
        raise InputError("simulation: the node did not tell what was created; nothing was sent")
    for place, step in enumerate(batch):
        found = probe.returned[32 * place :][:32]
        if step.code_hash is not None and found != step.code_hash:
            raise InputError(
                f"simulation: the code of {step.name} would have the hash 0x{found.hex()}, "
                f"expected 0x{step.code_hash.hex()}; nothing was sent"
            )


def _why(step: Step, before: Sequence[SimulatedCall], sender: str) -> Operation[InputError]:
    """Why a step fails: the factory swallows a constructor's reason, so that it is run again
    without it."""
    direct = _helped(sender, _CREATOR, step.init_code)
    results: tuple[SimulatedResult, ...] = yield Simulate((*before, *direct))
    last = results[-1]
    why = "the factory refuses it" if last.succeeded else last.reason or "without a reason"
    kind = InputError if last.returned else _Unexplained
    return kind(f"simulation: {step.name} would fail, {why}; nothing was sent")
