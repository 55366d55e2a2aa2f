"""Evidence that one authority sends another: everything in scope, with proof of each part.

Pure: `keelmark.ledger.evidence` reads a chain and builds a package; here it is packed, encrypted,
opened and verified, without a node and without trust in the sender.
"""

from keelmark.evidence.age import new_identity, seal, unseal
from keelmark.evidence.archive import pack, package_digest, unpack
from keelmark.evidence.parts import EvidenceBroken, Package
from keelmark.evidence.verdict import Expected, Verdict
from keelmark.evidence.verify import verify

__all__ = [
    "EvidenceBroken",
    "Expected",
    "Package",
    "Verdict",
    "new_identity",
    "pack",
    "package_digest",
    "seal",
    "unpack",
    "unseal",
    "verify",
]
