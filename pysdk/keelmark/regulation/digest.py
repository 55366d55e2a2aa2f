"""One hash over every rule.

    record = keccak256(id ‖ value ‖ keccak256(unit) ‖ status ‖ keccak256(source))
    digest' = keccak256(digest ‖ record), starting from 32 zero bytes

id is the name in ASCII, left-aligned in 32 bytes; value and status are 32-byte big-endian words
(value in two's complement); unit and source are hashed as UTF-8. Rules go in ascending order of
id, so where a rule stands in the data files does not matter. `Rulebook.digest()` computes the
same from its own table; a clearing house compares it with the constant compiled into it.
"""

from collections.abc import Iterable

from eth_hash.auto import keccak

from keelmark.regulation.corpus import Rule, rules


def record(rule: Rule) -> bytes:
    """The hash of one rule: id, value, unit, status and source."""
    return keccak(
        rule.word
        + rule.value.to_bytes(32, "big", signed=True)
        + keccak(rule.unit.encode())
        + int(rule.status).to_bytes(32, "big")
        + keccak(rule.citation.encode())
    )


def digest(corpus: Iterable[Rule] | None = None) -> bytes:
    """The digest over `corpus`, by default over every rule of this package."""
    chosen = rules().values() if corpus is None else corpus
    head = bytes(32)
    for rule in sorted(chosen, key=lambda entry: entry.id):
        head = keccak(head + record(rule))
    return head
