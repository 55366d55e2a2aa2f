"""Sanctions lists: OFAC's published files read, compared with a chain's list, and digested.

Pure: bytes in, values out. The chain's side is `keelmark.ledger.sanctions` (the list rebuilt from
events) and `keelmark.deploy.sanctions` (the change sent in batches).
"""

from keelmark.sanctions.difference import Batch, Difference, batches, compare
from keelmark.sanctions.digest import digest
from keelmark.sanctions.model import Entry, Publication, reference_text
from keelmark.sanctions.sdn_csv import read_csv
from keelmark.sanctions.sdn_xml import read_xml

__all__ = [
    "Batch",
    "Difference",
    "Entry",
    "Publication",
    "batches",
    "compare",
    "digest",
    "read_csv",
    "read_xml",
    "reference_text",
]
