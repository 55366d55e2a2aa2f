"""Steps of a deployment that cost nothing to speak of, for tests of what may happen to it.

Each contract answers its number. Its constructor asks whether the one before it is there and
reverts if it is not, as the kit's constructors do that call one another.
"""

from __future__ import annotations

from eth_utils.crypto import keccak

from keelmark.deploy.factory import SALT, create2_address
from keelmark.deploy.steps import Step

__all__ = ["failing_step", "small_steps", "step_of"]


def _runtime(number: int) -> bytes:
    """``PUSH2 number, PUSH1 0, MSTORE, PUSH1 32, PUSH1 0, RETURN``."""
    return bytes.fromhex(f"61{number:04x}60005260206000f3")


def _leaving(runtime: bytes, before: bytes) -> bytes:
    """Creation code that copies the runtime code behind it and returns it."""
    size, start = len(runtime), len(before) + 12
    return before + bytes.fromhex(f"60{size:02x}60{start:02x}60003960{size:02x}6000f3") + runtime


def _needs(address: str) -> bytes:
    """``if extcodesize(address) == 0: revert()``; the jump's target is its last byte."""
    return bytes.fromhex("73" + address[2:] + "3b601e5760006000fd5b")


def step_of(name: str, init_code: bytes, runtime: bytes | None = None) -> Step:
    """A step from its init code."""
    return Step(
        name=name,
        address=create2_address(SALT, init_code),
        salt=SALT,
        init_code=init_code,
        arguments=(),
        source_hash="00" * 32,
        code_hash=None if runtime is None else keccak(runtime),
    )


def small_steps(count: int, first: int = 1) -> tuple[Step, ...]:
    """Some steps, each of which needs the one before it; others with another first number."""
    steps: list[Step] = []
    for number in range(first, first + count):
        runtime = _runtime(number)
        before = _needs(steps[-1].address) if steps else b""
        steps.append(step_of(f"Small{number}", _leaving(runtime, before), runtime))
    return tuple(steps)


def failing_step(name: str = "Failing") -> Step:
    """One whose constructor always reverts."""
    return step_of(name, bytes.fromhex("60006000fd"))
