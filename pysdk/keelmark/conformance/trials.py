"""Calls that somebody with power might make: every function of a venue, with telling arguments.

An outcome is looked for, not a function's name: whoever holds a role calls whatever changes state,
with small and large numbers, with its own address and others, with the names that roles usually
have. It finds a setter that works; it cannot show that none exists behind arguments it did not
think of. The arguments are the same in every run.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from eth_abi.abi import encode
from eth_abi.exceptions import EncodingError
from eth_utils.crypto import keccak

from keelmark.chain.operations import Call, Operation, Receipt, Transact
from keelmark.chain.signer import Signer
from keelmark.conformance.adapter import Adapter
from keelmark.conformance.guarded import sequence
from keelmark.conformance.vocabulary import AdapterWrong, Party
from keelmark.errors import KeelmarkError, Reverted
from keelmark.units import WAD

__all__ = ["Trial", "passes", "send", "trials"]

NUMBERS = (0, 1, 2, 3, 100, 10_000, WAD, 10 * WAD)
ROLE_NAMES = ("operator", "admin", "owner", "DEFAULT_ADMIN_ROLE", "registrar", "governance")
MOST = 14
"""Sets of arguments a function is tried with."""

GAS = 3_000_000
_CHANGING = ("nonpayable", "payable")


@dataclass(frozen=True, slots=True)
class Trial:
    """One call."""

    words: str
    """The function and its arguments."""
    data: bytes
    """Calldata."""

    def instead(self, one: str, other: str) -> Trial:
        """The same call with an address in place of another."""
        before, after = (bytes.fromhex(text.removeprefix("0x")) for text in (one, other))
        return Trial(self.words, self.data.replace(before, after))


def trials(adapter: Adapter, probe: Party, caller: str) -> tuple[Trial, ...]:
    """Calls of every function that changes state.

    Args:
        adapter: gives the interface.
        probe: whose address is among the arguments.
        caller: whose address is as well.

    Raises:
        NotOffered: the adapter does not give the interface.
        AdapterWrong: there is nothing in it to try, which would show nothing.
    """
    found: list[Trial] = []
    for entry in sequence(adapter, "abi", dict):
        if entry.get("type") == "function" and entry.get("stateMutability") in _CHANGING:
            found += _of_function(entry, probe.address, caller, adapter.address)
    if not found:
        raise AdapterWrong(
            f"adapter {type(adapter).__name__}.abi: no function that changes anything is in it, "
            "expected the venue's whole interface"
        )
    return tuple(found)


def passes(adapter: Adapter, sender: str, trial: Trial) -> bool:
    """Whether the venue would let it happen."""

    def operation() -> Operation[bytes]:
        answer: bytes = yield Call(adapter.address, trial.data, sender=sender, gas=GAS)
        return answer

    try:
        adapter.chain.run(operation())
    except (Reverted, KeelmarkError):
        return False
    return True


def send(adapter: Adapter, signer: Signer, trial: Trial) -> None:
    """Makes the call; what is refused after all changes nothing."""

    def operation() -> Operation[Receipt]:
        receipt: Receipt = yield Transact(adapter.address, trial.data, gas=GAS)
        return receipt

    try:
        adapter.chain.signing(signer).run(operation())
    except Reverted:
        return


def _of_function(entry: Mapping[str, Any], probe: str, caller: str, venue: str) -> list[Trial]:
    """A function with the arguments that are tried."""
    types = [_canonical(item) for item in entry.get("inputs", ())]
    pools = [_pool(kind, probe, caller, venue) for kind in types]
    if any(not pool for pool in pools):
        return []
    name = str(entry["name"])
    selector = bytes(keccak(text=f"{name}({','.join(types)})")[:4])
    found: list[Trial] = []
    for values in _choices(name, pools):
        try:
            data = selector + encode(types, values)
        except (EncodingError, OverflowError):
            continue
        shown = ", ".join(str(value) if not isinstance(value, bytes) else "…" for value in values)
        found.append(Trial(f"{name}({shown})", data))
    return found


def _choices(name: str, pools: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """All combinations where they are few, else some of them, the same ones in every run."""
    total = 1
    for pool in pools:
        total *= len(pool)
    if total <= MOST:
        return list(islice(product(*pools), MOST))
    chance = random.Random(name)
    return [tuple(chance.choice(pool) for pool in pools) for _ in range(MOST)]


def _pool(kind: str, probe: str, caller: str, venue: str) -> list[Any]:
    """Values of a type; none for a type that is not tried."""
    if kind.endswith("[]"):
        inner = _pool(kind[:-2], probe, caller, venue)
        return [[], *([value] for value in inner[:3])] if inner else []
    if kind.startswith("uint"):
        return [value for value in NUMBERS if value < 2 ** int(kind[4:] or 256)]
    if kind.startswith("int"):
        return [0, 1, -1, WAD, -WAD]
    if kind == "address":
        return [caller, probe, venue]
    if kind == "bool":
        return [True, False]
    if kind == "bytes32":
        return [bytes(32), *(bytes(keccak(text=name)) for name in ROLE_NAMES)]
    if kind == "bytes":
        return [b""]
    if kind == "string":
        return [""]
    if kind.startswith("bytes"):
        return [bytes(int(kind[5:]))]
    return []


def _canonical(item: Mapping[str, Any]) -> str:
    """A type as it stands in a signature."""
    kind = str(item["type"])
    if not kind.startswith("tuple"):
        return kind
    inner = ",".join(_canonical(part) for part in item["components"])
    return f"({inner}){kind[5:]}"
