"""Proofs that need no trust in whoever served the data."""

from keelmark.proofs.report_chain import ChainLog, fold, record_hash, verify

__all__ = ["ChainLog", "fold", "record_hash", "verify"]
