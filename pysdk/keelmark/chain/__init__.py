"""Chains: compiling, the embedded chain, JSON-RPC, and the drivers that run operations.

chain = connect("embedded")
house = chain.run(operation)                      # reads
chain.signing(Signer.from_environment()).run(op)  # reads and sends
await chain.asynchronous().run(operation)         # the same operation, not blocking

What is named here is loaded when it is first used: whoever only wants the encoding of a header does
not load web3 and the embedded chain's machine with it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keelmark.chain.client import (
        AsyncChain,
        AsyncSigningChain,
        Chain,
        SigningChain,
        connect,
        connect_async,
    )
    from keelmark.chain.operations import Operation
    from keelmark.chain.signer import Signer

__all__ = [
    "AsyncChain",
    "AsyncSigningChain",
    "Chain",
    "Operation",
    "Signer",
    "SigningChain",
    "connect",
    "connect_async",
]

_ELSEWHERE = {"Operation": "operations", "Signer": "signer"}


def __getattr__(name: str) -> Any:
    """What is named in ``__all__``, from the module in which it is."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ELSEWHERE.get(name, 'client')}"), name)
