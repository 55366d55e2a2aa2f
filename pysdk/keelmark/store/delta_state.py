"""How far a store in Delta Lake goes, as the rows of one small Delta table.

Every change replaces the rows by others, so that the table always holds the whole of it. ``kind``
says what a row is: a ``checkpoint``, a remembered ``header``, a block that is ``proved``, or the
one row ``store`` with the heads as last noted and the number of changes so far. Columns that a kind
does not use are null.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from keelmark.store.model import Checkpoint, Header, Heads
from keelmark.store.state import State

__all__ = ["STATE", "STATE_SCHEMA", "read_state", "state_rows"]

# Arrow comes without types.
pa: Any = import_module("pyarrow")

STATE: Final = "keelmark_checkpoints"

STATE_SCHEMA: Any = pa.schema(
    [
        pa.field("kind", pa.string(), nullable=False),
        ("first_block", pa.int64()),
        ("last_block", pa.int64()),
        ("hash", pa.binary()),
        ("parent_hash", pa.binary()),
        ("time", pa.int64()),
        ("latest", pa.int64()),
        ("safe", pa.int64()),
        ("finalized", pa.int64()),
        ("row_count", pa.int64()),
        ("read_at", pa.int64()),
        ("version", pa.int64()),
    ]
)


def state_rows(state: State) -> Any:
    """A state as a pyarrow Table of `STATE_SCHEMA`."""
    rows: list[dict[str, Any]] = [{"kind": "store", "version": state.version}]
    if state.heads:
        rows[0] |= _heads(state.heads)
    rows += [
        {
            "kind": "checkpoint",
            "first_block": point.first_block,
            "last_block": point.last_block,
            "hash": point.last_hash,
            "time": point.last_time,
            "row_count": point.rows,
            "read_at": point.read_at,
        }
        | _heads(point.heads)
        for point in state.checkpoints.values()
    ]
    rows += [
        {
            "kind": "header",
            "last_block": header.number,
            "hash": header.hash,
            "parent_hash": header.parent_hash,
            "time": header.time,
        }
        for header in state.headers.values()
    ]
    rows += [{"kind": "proved", "last_block": number} for number in sorted(state.proved)]
    return pa.Table.from_pylist(rows, schema=STATE_SCHEMA)


def _heads(heads: Heads) -> dict[str, Any]:
    return {"latest": heads.latest, "safe": heads.safe, "finalized": heads.finalized}


def read_state(rows: Any) -> State:
    """What `state_rows` gave; an empty state for a table that has no rows yet."""
    state = State()
    for row in rows.to_pylist() if rows is not None else ():
        heads = Heads(row["latest"], row["safe"], row["finalized"])
        if row["kind"] == "store":
            state.version = row["version"]
            state.heads = heads if row["latest"] is not None else None
        elif row["kind"] == "checkpoint":
            state.checkpoints[row["last_block"]] = Checkpoint(
                row["first_block"],
                row["last_block"],
                row["hash"],
                row["time"],
                heads,
                row["row_count"],
                row["read_at"],
            )
        elif row["kind"] == "header":
            state.headers[row["last_block"]] = Header(
                row["last_block"], row["hash"], row["parent_hash"], row["time"]
            )
        else:
            state.proved.add(row["last_block"])
    return state
