"""Statements as JSON files: the shape that wallets use for typed data, with the signature."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from keelmark.bindings.party_registry import Revocation, SignedAttestation
from keelmark.errors import InputError
from keelmark.identity.reading import read_json
from keelmark.identity.statement import TYPES, Statement, check_address, domain

__all__ = ["read_statement", "write_statement"]

_CONTENTS: Final = {"Attestation": SignedAttestation, "Revocation": Revocation}


def write_statement(statement: Statement) -> str:
    """A statement as JSON."""
    message = {
        name: "0x" + value.hex() if isinstance(value, bytes) else value
        for name, value in asdict(statement.content).items()
    }
    document = {
        "primaryType": statement.kind,
        "domain": domain(statement.chain_id, statement.registry),
        "types": {statement.kind: TYPES[statement.kind]},
        "message": message,
        "signature": "0x" + statement.signature.hex(),
    }
    return json.dumps(document, indent=1)


def read_statement(text: str) -> Statement:
    """A statement from `write_statement`.

    Raises:
        InputError: it is none, or has fields, types or a domain that the registry has not.
    """
    found = read_json(text, "statement")
    try:
        kind, place = found["primaryType"], found["domain"]
        content = _content(kind, found["message"])
        chain_id, registry = place["chainId"], place["verifyingContract"]
        signature = _bytes(found["signature"])
        types = found["types"]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError("statement: expected the JSON of a signed attestation") from None
    if type(chain_id) is not int or place != domain(chain_id, registry):
        raise InputError("statement: expected the domain of a party registry")
    if types != {kind: TYPES[kind]}:
        raise InputError("statement: expected the types of a party registry")
    check_address("registry", registry)
    check_address("wallet", content.wallet)
    return Statement(content, chain_id, registry, signature)


def _content(kind: str, message: Mapping[str, Any]) -> SignedAttestation | Revocation:
    """A statement's fields, each of its own type and none besides.

    Raises:
        ValueError: a field is of another type, missing, or not known.
    """
    fields = {entry["name"]: entry["type"] for entry in TYPES[kind]}
    if set(message) != set(fields):
        raise ValueError(kind)
    values = {name: _value(fields[name], value) for name, value in message.items()}
    made: SignedAttestation | Revocation = _CONTENTS[kind](**values)
    return made


def _value(kind: str, value: Any) -> Any:
    """One field, of the ABI type that it should have.

    Raises:
        ValueError: it is of another type, or too large.
    """
    if kind.startswith("bytes"):
        word = _bytes(value)
        if len(word) != int(kind.removeprefix("bytes")):
            raise ValueError(kind)
        return word
    if type(value) is not {"uint256": int, "bool": bool, "address": str}[kind]:
        raise ValueError(kind)
    if isinstance(value, int) and not 0 <= value < 1 << 256:
        raise ValueError(kind)
    return value


def _bytes(text: str) -> bytes:
    if not text.startswith("0x"):
        raise ValueError(text)
    return bytes.fromhex(text[2:])
