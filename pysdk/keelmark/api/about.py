"""What is served and how far it is: status, tables, rules, checkpoints, verification."""

from __future__ import annotations

import time
from typing import Any

from keelmark import __version__
from keelmark.api.rows import iso_time
from keelmark.api.service import Service
from keelmark.api.watch import Seen
from keelmark.regulation import rules as corpus
from keelmark.regulation.corpus import Rule
from keelmark.regulation.digest import digest
from keelmark.store.base import Store
from keelmark.store.model import Checkpoint

__all__ = ["checkpoint_body", "rule_body", "rules_body", "status_body", "verification_body"]

STATUS_WORDS = {
    "read": "read in the source itself, or recomputed from it",
    "derived": "our own mapping or construction from the source",
    "practice": "the venue's own choice; no law sets it",
    "unconfirmed": "not confirmed in the source",
}


def status_body(service: Service, seen: Seen) -> dict[str, Any]:
    """How far the store is, and how final."""
    about, point = service.store.description, seen.checkpoint
    return {
        "software": f"keelmark {__version__}",
        "venue": about.venue,
        "chain_id": about.chain_id,
        "contracts": [
            {
                "name": one.name,
                "address": "0x" + one.address.hex(),
                "first_block": one.first_block,
                "report_chain": one.chained,
            }
            for one in about.contracts
        ],
        "rulebook_digest": service.books.venue.rulebook_digest if service.books.venue else None,
        "heads": {
            "latest": seen.heads.latest,
            "safe": seen.heads.safe,
            "finalized": seen.heads.finalized,
        },
        "checkpoint": None if point is None else checkpoint_body(point),
        "lag_blocks": None if point is None else max(0, seen.heads.latest - point.last_block),
        "lag_seconds": None if point is None else max(0, int(time.time()) - point.last_time),
        "reorganisations": seen.sequence,
    }


def checkpoint_body(point: Checkpoint) -> dict[str, Any]:
    """A checkpoint."""
    return {
        "first_block": point.first_block,
        "last_block": point.last_block,
        "last_hash": "0x" + point.last_hash.hex(),
        "last_time": iso_time(point.last_time),
        "rows": point.rows,
        "finality_when_read": point.finality.value,
        "read_at": iso_time(point.read_at),
    }


def rule_body(rule: Rule) -> dict[str, Any]:
    """One figure of the rulebook with its source."""
    status = rule.status.name.lower()
    return {
        "id": rule.id,
        "value": str(rule.value),
        "unit": rule.unit,
        "status": status,
        "status_means": STATUS_WORDS[status],
        "source": rule.source.title,
        "citation": rule.citation,
        "description": rule.description,
        "theme": rule.theme,
    }


def rules_body(deployed: str | None) -> dict[str, Any]:
    """The rulebook of this software, and whether it is the deployment's."""
    own = "0x" + digest().hex()
    return {
        "digest": own,
        "deployed_digest": deployed,
        "same_as_deployed": None if deployed is None else own == deployed,
        "rules": [rule_body(rule) for rule in corpus().values()],
    }


def verification_body(service: Service, store: Store) -> dict[str, Any]:
    """What verified the rows, and the proofs of roots that are stored for whoever verifies."""
    found = service.verification()
    names = {one.address: one.name for one in store.description.contracts}
    proofs = store.proofs()
    newest: dict[bytes, dict[str, Any]] = {}
    for proof in proofs:
        newest[proof.contract] = {
            "contract": names.get(proof.contract, ""),
            "address": "0x" + proof.contract.hex(),
            "block_number": proof.block_number,
            "block_hash": "0x" + proof.block_hash.hex(),
            "root": "0x" + proof.root.hex(),
        }
    return {
        "verdict": "not verified" if found is None else found.verdict,
        "summary": None if found is None else found.summary(),
        "verification": None if found is None else found.as_json(),
        "stored_proofs": len(proofs),
        "newest_proofs": list(newest.values()),
    }
