"""What an operation asks of a chain when it signs, sends and watches transactions by itself.

`Transact` does all of it in one breath, and is right where nothing may go wrong that the caller
could mend. Whoever must survive a kill, a fee spike or a reorganisation takes these apart: it reads
the account and the fees, has a transaction signed, notes it, sends it, and looks after it. They are
requests like those of `operations`, answered by both drivers; wei throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = [
    "EstimateGas",
    "Fees",
    "GetBalance",
    "GetFees",
    "GetNonce",
    "GetOutcome",
    "GetTransaction",
    "KnownTransaction",
    "Pause",
    "SendRaw",
    "SignFields",
    "Simulate",
    "SimulatedCall",
    "SimulatedResult",
    "TransactionOutcome",
    "TransactionRequest",
]


@dataclass(frozen=True, slots=True)
class GetBalance:
    """An account's balance; answered with wei."""

    address: str
    block: int | bytes | str = "latest"


@dataclass(frozen=True, slots=True)
class GetNonce:
    """How many transactions an account has sent; answered with an integer.

    At ``latest`` those that are in blocks, at ``pending`` those as well that the node holds and
    that follow on without a gap.
    """

    address: str
    block: int | bytes | str = "latest"


@dataclass(frozen=True, slots=True)
class GetFees:
    """What gas costs in the next block; answered with `Fees`."""


@dataclass(frozen=True, slots=True)
class EstimateGas:
    """Gas that a transaction would need; answered with an integer, `Reverted` if it would fail."""

    sender: str
    to: str | None
    """None to create a contract."""
    data: bytes
    value: int = 0


@dataclass(frozen=True, slots=True)
class SignFields:
    """Has a transaction signed by the client's signer; answered with its serialised bytes.

    The fields are those of JSON-RPC with integers and bytes as their values: ``chainId``,
    ``nonce``, ``gas``, ``value``, ``data``, ``to``, and the fees of its type.
    """

    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SendRaw:
    """Hands a signed transaction to the node and does not wait; answered with its hash.

    A node that does not want it raises `RpcRefused` with the node's words.
    """

    raw: bytes


@dataclass(frozen=True, slots=True)
class GetTransaction:
    """A transaction, in a block or waiting; answered with a `KnownTransaction`, or None if the
    node does not know it."""

    hash: bytes


@dataclass(frozen=True, slots=True)
class GetOutcome:
    """What came of a transaction; answered with a `TransactionOutcome`, or None while it is in no
    block of the chain."""

    hash: bytes


@dataclass(frozen=True, slots=True)
class Pause:
    """Lets time pass; answered with None.

    A node's blocks come by themselves meanwhile. The embedded chain has no clock, so that a pause
    mines an empty block there.
    """

    seconds: float


@dataclass(frozen=True, slots=True)
class SimulatedCall:
    """One transaction of a simulation."""

    sender: str
    to: str | None
    data: bytes
    value: int = 0
    gas: int | None = None
    """Gas limit; what the node gives if None."""


@dataclass(frozen=True, slots=True)
class Simulate:
    """Transactions one after another on top of the newest block, of which nothing stays; answered
    with a tuple of `SimulatedResult`, one each.

    A node needs ``eth_simulateV1`` (execution-apis, 2024) for it and raises `RpcRefused` without.
    Balances are not checked.
    """

    calls: tuple[SimulatedCall, ...]


TransactionRequest: TypeAlias = (
    GetBalance
    | GetNonce
    | GetFees
    | EstimateGas
    | SignFields
    | SendRaw
    | GetTransaction
    | GetOutcome
    | Pause
    | Simulate
)


@dataclass(frozen=True, slots=True)
class Fees:
    """Prices of gas, wei."""

    base_fee: int | None
    """What every transaction of the next block pays (EIP-1559); None on a chain without."""
    tip: int
    """What the node proposes to pay on top of it, or the whole price where there is no base fee."""
    block_gas_limit: int
    """Gas that a block may hold."""


@dataclass(frozen=True, slots=True)
class KnownTransaction:
    """A transaction that a node knows."""

    hash: bytes
    sender: str
    """Checksummed."""
    nonce: int
    block_number: int | None
    """None while it waits."""


@dataclass(frozen=True, slots=True)
class TransactionOutcome:
    """What a transaction in a block did."""

    hash: bytes
    block_number: int
    block_hash: bytes
    succeeded: bool
    """Whether it did what it should; one that failed has cost its gas and changed nothing."""
    gas_used: int
    gas_price: int
    """Wei a gas that it paid; 0 if the node does not say."""


@dataclass(frozen=True, slots=True)
class SimulatedResult:
    """What a simulated transaction did."""

    succeeded: bool
    gas_used: int
    returned: bytes
    """What it returned; the reason's bytes if it failed, the new code if it was a creation."""
    reason: str = ""
    """Why it failed, in the words of whoever says so; empty if it did not."""
