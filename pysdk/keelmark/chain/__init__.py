"""Chains: compiling, the embedded chain, JSON-RPC, and the drivers that run operations.

chain = connect("embedded")
house = chain.run(operation)                      # reads
chain.signing(Signer.from_environment()).run(op)  # reads and sends
await chain.asynchronous().run(operation)         # the same operation, not blocking
"""

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
