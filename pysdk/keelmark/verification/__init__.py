"""Completeness and truth: what a store holds, against the chain and nobody's word."""

from keelmark.proofs.verification_result import Verification
from keelmark.verification.anchors import Trust, read_trust
from keelmark.verification.verify import verify_store

__all__ = ["Trust", "Verification", "read_trust", "verify_store"]
