"""Generated from the contracts: Rulebook. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.bindings.runtime import create, read
from keelmark.chain.operations import BlockId, Operation, Receipt

__all__ = ["Rulebook", "Rule"]


@dataclass(frozen=True, slots=True)
class Rule:
    """The contract's struct `Rule`."""

    id: bytes
    """ASCII, left-aligned, padded with zero bytes."""
    value: int
    """In `unit`; never negative so far."""
    unit: str
    """Bps, ratio, EUR, seconds, ..."""
    status: int
    """1 read in the source, 2 derived, 3 practice of the venue, 4 unconfirmed."""
    source: str
    """Act and place in it."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Every threshold, haircut and cap that the contracts of this project hard-code, readable by
    id with its unit, its status and its legal source. It has no storage, no constructor and no
    immutable: nobody can change it, and one code hash compares the rulebooks of two chains. A
    new rule set is a new contract. Anyone may read; there is nothing to write.
    """

    address: str
    """Where it is, checksummed."""

    @staticmethod
    def create(init_code: bytes, *, gas: int | None = None) -> Operation[Receipt]:
        """Deploys the contract; the receipt names its address."""
        return create("Rulebook", init_code, "()", (), gas)

    def rule(self, id: bytes, *, block: BlockId = "latest") -> Operation[Rule]:
        """One rule by its id. Anyone."""
        return read(
            self,
            "rule(bytes32 id)",
            (id,),
            "(bytes32,int256,string,uint256,string)",
            lambda out: Rule(*out[0]),
            block,
        )

    def rule_count(self, *, block: BlockId = "latest") -> Operation[int]:
        """How many rules there are. Anyone."""
        return read(self, "rule_count()", (), "uint256", lambda out: out[0], block)

    def rule_at(self, index: int, *, block: BlockId = "latest") -> Operation[Rule]:
        """One rule by its place in ascending order of ids. Anyone."""
        return read(
            self,
            "rule_at(uint256 index)",
            (index,),
            "(bytes32,int256,string,uint256,string)",
            lambda out: Rule(*out[0]),
            block,
        )

    def digest(self, *, block: BlockId = "latest") -> Operation[bytes]:
        """One hash over every rule, computed from the table at each call. Anyone."""
        return read(self, "digest()", (), "bytes32", lambda out: out[0], block)
