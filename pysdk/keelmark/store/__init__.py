"""Where rows are kept: one interface, four kinds of store.

A store holds one deployment on one chain. What is committed is committed whole: the rows of a range
of blocks, the headers that vouch for it and the checkpoint that says how far it goes.
"""

from keelmark.store.base import Store, open_store
from keelmark.store.model import Checkpoint, Description, Header, Heads, RootProof, RowSet, Watched

__all__ = [
    "Checkpoint",
    "Description",
    "Header",
    "Heads",
    "RootProof",
    "RowSet",
    "Store",
    "Watched",
    "open_store",
]
