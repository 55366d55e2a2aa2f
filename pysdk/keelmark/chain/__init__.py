"""Chains: compiling, the embedded chain, JSON-RPC, and the drivers that run operations."""
