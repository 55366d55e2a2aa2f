"""`keelmark supervision requests`: agreements between authorities and requests under them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keelmark.cli.authorities import Json, Manifest, Rpc, house, moment, table_of
from keelmark.errors import InputError

if TYPE_CHECKING:
    from keelmark.ledger.cooperation_state import CooperationBook

Open = Annotated[bool, typer.Option("--open", help="Only requests that wait for an answer.")]

REQUESTS = """List agreements between authorities and requests under them, and what is overdue.

All of it is rebuilt from Supervision's events and compared with the contract.
"""


def requests(manifest: Manifest, rpc: Rpc, only_open: Open = False, as_json: Json = False) -> None:
    """See `REQUESTS`."""
    from keelmark.ledger.supervision import read_supervision

    chain, deployment = house(manifest, rpc)
    address = deployment.supervision.address
    found = chain.run(read_supervision(address, deployment.contracts["Supervision"].block_number))
    if found.folded != found.stored:
        raise InputError(
            f"supervision {address}: its logs do not fold to its report chain, some are missing"
        )
    wrong = [*found.discrepancies, *found.book.findings]
    if wrong:
        raise InputError(f"supervision {address}: it differs from its own events, {wrong[0]}")
    head = found.reading.head
    finality = str(found.reading.finality(head.number))
    document: dict[str, Any] = {
        "block": head.number,
        "time": head.time,
        "finality": finality,
        "agreements": _agreements(found.book, head.time),
        "requests": _requests(found.book, head.time, f"eip155:{deployment.chain_id}:{address}/"),
    }
    if only_open:
        document["requests"] = [one for one in document["requests"] if one["open"]]
    if as_json:
        typer.echo(json.dumps(document, indent=1))
        return
    typer.echo(f"block {head.number} ({finality}), {moment(head.time)}, all from events, compared")
    _print_requests(document)


def _agreements(book: CooperationBook, time: int) -> list[dict[str, Any]]:
    """Agreements for a program."""
    found = []
    for id, kept in sorted(book.agreements.items()):
        one = kept.agreement
        state = "over" if time >= one.until else "not begun" if time < one.begins else "runs"
        if len(one.accepted) < 2:
            state = "over" if state == "over" else "not accepted"
        found.append(
            {
                "id": id,
                "state": state,
                "accepted": list(one.accepted),
                "invited": [member for member in one.invited if member not in one.accepted],
                "kinds": [str(kind.name).lower() for kind in type(one.kinds) if kind in one.kinds],
                "powers": [
                    str(power.name).lower() for power in type(one.powers) if power in one.powers
                ],
                "instruments": list(one.instruments),
                "from": one.begins,
                "until": one.until,
                "text_hash": "0x" + one.text_hash.hex(),
            }
        )
    return found


def _requests(book: CooperationBook, time: int, reference: str) -> list[dict[str, Any]]:
    """Requests for a program."""
    found = []
    for id, kept in sorted(book.requests.items()):
        one = kept.request
        overdue = one.overdue(time)
        found.append(
            {
                "id": id,
                "reference": f"{reference}{id}",
                "state": one.state.name.lower(),
                "open": one.state.name in ("REQUESTED", "ACKNOWLEDGED"),
                "overdue": overdue.name.lower() if overdue else None,
                "from": one.requester,
                "to": one.requested,
                "kind": one.kind.name.lower() if one.kind.name else int(one.kind),
                "agreement": one.agreement,
                "account": one.subject or None,
                "instrument": one.instrument or None,
                "acknowledge_by": one.acknowledge_by,
                "deliver_by": one.deliver_by,
                "scope_hash": "0x" + kept.scope_hash.hex(),
                "package_digest": "0x" + kept.package_digest.hex()
                if any(kept.package_digest)
                else None,
                "refused_because": kept.reason or None,
                "steps": [asdict(step) for step in kept.steps],
                "accesses": [
                    {
                        "authority": access.authority,
                        "time": access.time,
                        "digest": "0x" + access.digest.hex(),
                        "purpose": _text(access.purpose),
                    }
                    for access in kept.accesses
                ],
            }
        )
    return found


def _text(word: bytes) -> str:
    """A word as the text that it holds, or as hexadecimal if it is none."""
    text = word.rstrip(b"\0")
    if text and all(32 <= byte < 127 for byte in text):
        return text.decode("ascii")
    return "0x" + word.hex()


def _print_requests(document: dict[str, Any]) -> None:
    """Agreements and requests for a person."""
    table_of(
        "agreements",
        ("id", "state", "accepted by", "invited", "kinds", "powers lent", "instruments", "from",
         "until"),
        (
            (
                str(one["id"]),
                one["state"],
                *(", ".join(map(str, one[name])) or "-" for name in ("accepted", "invited")),
                *(", ".join(one[name]) or "-" for name in ("kinds", "powers")),
                ", ".join(map(str, one["instruments"])) or "all",
                moment(one["from"]),
                moment(one["until"]),
            )
            for one in document["agreements"]
        ),
    )  # fmt: skip
    table_of(
        "requests",
        ("id", "from", "to", "kind", "state", "account", "acknowledge by", "deliver by",
         "overdue", "opened", "late"),
        (
            (
                str(one["id"]),
                str(one["from"]),
                str(one["to"]),
                str(one["kind"]),
                one["state"],
                str(one["account"] or "-"),
                moment(one["acknowledge_by"]),
                moment(one["deliver_by"]),
                one["overdue"].upper() if one["overdue"] else "-",
                str(len(one["accesses"]) or "-"),
                ", ".join(
                    step["event"].removeprefix("Request").lower()
                    for step in one["steps"]
                    if step["late"]
                )
                or "-",
            )
            for one in document["requests"]
        ),
    )  # fmt: skip
