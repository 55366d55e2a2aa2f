"""What one authority asks of another: the file that travels, and its one name on the chain.

The file says which events are wanted and to whose key the answer is encrypted. Its hash is the
scope hash of the request on chain, so whoever answers knows that both come from the requester; its
salt keeps the hash from being guessed. A request has one reference, chain, contract and number,
which the package carries and the receiver compares.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from eth_utils.address import is_checksum_address
from eth_utils.crypto import keccak
from pydantic import AfterValidator, Field, ValidationError, model_validator

from keelmark.errors import InputError
from keelmark.evidence.archive import canonical
from keelmark.evidence.parts import (
    Address,
    Block,
    EvidenceBroken,
    Hash,
    Part,
    Request,
    Scope,
    distinct,
    hex_of,
)

__all__ = [
    "Asked",
    "ChainReference",
    "asked_bytes",
    "check_answer",
    "new_asked",
    "read_asked",
    "read_reference",
    "scope_hash",
]

FORMAT: Final = "keelmark request"

_REFERENCE: Final = re.compile(r"eip155:([1-9][0-9]{0,25}):(0x[0-9a-fA-F]{40})/([1-9][0-9]{0,9})")


@dataclass(frozen=True, slots=True)
class ChainReference:
    """A request on chain."""

    chain_id: int
    supervision: str
    """The contract that holds it, checksummed."""
    id: int

    def __str__(self) -> str:
        return f"eip155:{self.chain_id}:{self.supervision}/{self.id}"


def read_reference(text: str) -> ChainReference | None:
    """A reference as printed; None where it is an authority's own and not of a chain.

    Raises:
        InputError: it begins as one of a chain and is none.
    """
    if not text.startswith("eip155:"):
        return None
    found = _REFERENCE.fullmatch(text)
    if found is None or not is_checksum_address(found[2]):
        raise InputError(
            f"request: {text}, expected eip155:<chain id>:<checksummed address>/<request id>"
        )
    return ChainReference(int(found[1]), found[2], int(found[3]))


Recipient = Annotated[str, Field(pattern="^age1[0-9a-z]{58}$")]


class Asked(Part):
    """The file that a requester sends, every field of it. An empty list asks for everything."""

    format: Literal["keelmark request"]
    version: int = Field(ge=1, le=1)
    chain_id: int = Field(ge=1, lt=2**256)
    contracts: Annotated[list[Address], Field(min_length=1), AfterValidator(distinct)]
    """Reporting contracts."""
    first_block: Block
    last_block: Block | None
    """Null: up to a block of the answer's choice, as what is asked for is still to happen."""
    accounts: Annotated[list[int], AfterValidator(distinct)]
    instruments: Annotated[list[int], AfterValidator(distinct)]
    topics: Annotated[list[Hash], AfterValidator(distinct)]
    recipients: Annotated[list[Recipient], Field(min_length=1), AfterValidator(distinct)]
    """The requester's public keys, to which the answer is encrypted."""
    salt: Hash
    """32 random bytes; the answer repeats them, so that its digest cannot be guessed either."""

    @model_validator(mode="after")
    def _range(self) -> Asked:
        if self.last_block is not None and self.last_block < self.first_block:
            raise ValueError("last_block: expected at least first_block")
        return self

    def scope(self, newest: int) -> Scope:
        """The scope of an answer.

        Args:
            newest: last block where the request leaves that open.

        Raises:
            InputError: the chain has not reached the first block.
        """
        last = newest if self.last_block is None else self.last_block
        if last < self.first_block:
            raise InputError(f"first_block: {self.first_block}, the chain is at block {last}")
        fields = self.model_dump(include=set(Scope.model_fields))
        return Scope.model_validate(fields | {"last_block": last})


def new_asked(scope: Mapping[str, Any], recipients: Iterable[str]) -> Asked:
    """A new request, with a salt of its own.

    Args:
        scope: the fields of a scope; `last_block` may be None.
        recipients: the requester's public keys, ``age1…``.

    Raises:
        InputError: a field is malformed; the text names it.
    """
    usual: dict[str, Any] = {"accounts": [], "instruments": [], "topics": []}
    try:
        return Asked.model_validate(
            usual
            | dict(scope)
            | {
                "format": FORMAT,
                "version": 1,
                "recipients": sorted(set(recipients)),
                "salt": hex_of(secrets.token_bytes(32)),
            }
        )
    except ValidationError as error:
        raise _named(error) from None


def _named(error: ValidationError) -> InputError:
    """What is wrong with a request, in one sentence that names the field."""
    first = error.errors()[0]
    where = ".".join(str(step) for step in first["loc"]) or "the whole file"
    return InputError(f"asked: {where}, {first['msg'].lower()}")


def asked_bytes(asked: Asked) -> bytes:
    """The file's bytes, in the one form that they have: canonical JSON."""
    return canonical(asked.model_dump(mode="json"))


def scope_hash(asked: Asked) -> bytes:
    """keccak256 of the file's bytes: the scope hash of the request on chain."""
    return bytes(keccak(asked_bytes(asked)))


def read_asked(data: bytes) -> Asked:
    """The file's content.

    Raises:
        InputError: it is no request in canonical form; the text names the field.
    """
    try:
        value = json.loads(data)
        asked = Asked.model_validate(value)
    except ValidationError as error:
        raise _named(error) from None
    except (ValueError, RecursionError):
        raise InputError("asked: the file is no JSON; expected a request") from None
    if asked_bytes(asked) != data:
        raise InputError("asked: the file is not canonical JSON, so its hash is another's")
    return asked


def check_answer(asked: Asked, request: Request) -> None:
    """Refuses an answer to something else.

    Args:
        asked: what was asked for.
        request: the package's part of that name.

    Raises:
        EvidenceBroken: names the field that differs.
    """
    if request.salt != asked.salt:
        raise EvidenceBroken("request.salt", f"is {request.salt}, asked was {asked.salt}")
    scope = request.scope
    for name in Scope.model_fields:
        wanted, found = getattr(asked, name), getattr(scope, name)
        if name == "last_block" and wanted is None:
            continue
        if wanted != found:
            raise EvidenceBroken(
                f"request.scope.{name}", f"is {_short(found)}, asked was {_short(wanted)}"
            )


def _short(value: object) -> str:
    """A value as text that fits into a sentence."""
    text = str(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
