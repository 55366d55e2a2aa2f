"""Events of Supervision: what authorities agreed on, asked of each other and answered."""

from __future__ import annotations

from typing import Final

from keelmark.events.model import EventSpec, Field, Source, Unit

_U, _B = "uint256", "bytes32"

_AGREEMENT = Field("agreement", _U, Unit.ID)
_REQUEST = Field("request", _U, Unit.ID)
_MEMBER = Field("authority", _U, Unit.ID, None, "the member")
_REQUESTED = Field("authority", _U, Unit.ID, None, "the requested one")
_REQUESTER = Field("authority", _U, Unit.ID, None, "the requester")
_TERMS = Field("terms", _U, Unit.WORD, None, "accepted, kinds, powers, from, until, proposer")
_WORD = Field("word", _U, Unit.WORD, None, "request word after: who, what, state, deadlines")


def _event(name: str, meaning: str, *fields: Field) -> EventSpec:
    return EventSpec(Source.SUPERVISION, name, fields, meaning)


COOPERATION_EVENTS: Final = (
    _event(
        "AgreementProposed",
        "An authority proposed an agreement, and accepted it.",
        _AGREEMENT,
        Field("text_hash", _B, Unit.HASH, None, "commits to the text that was signed"),
        _TERMS,
        Field("invited", _U, Unit.FLAGS, None, "members, one bit each"),
        Field("instruments", _U, Unit.WORD, None, "eight ids of 32 bits; 0 is all"),
    ),
    _event("AgreementAccepted", "A member accepted.", _AGREEMENT, _MEMBER, _TERMS),
    _event("AgreementLeft", "A member left, or declined.", _AGREEMENT, _MEMBER, _TERMS),
    _event(
        "RequestMade",
        "An authority asked another one.",
        _REQUEST,
        _AGREEMENT,
        _WORD,
        Field("scope_hash", _B, Unit.HASH, None, "commits to what is asked"),
        Field("legal_basis", _B, Unit.TEXT, None, "names the law"),
    ),
    _event("RequestAcknowledged", "A request has arrived.", _REQUEST, _REQUESTED, _WORD),
    _event(
        "RequestRefused",
        "A request was refused.",
        _REQUEST,
        _REQUESTED,
        _WORD,
        Field("reason_code", _U, Unit.COUNT, None, "1 to 255"),
        Field("reason_hash", _B, Unit.HASH, None, "commits to the reasons"),
    ),
    _event(
        "RequestDelivered",
        "A request was answered by a package.",
        _REQUEST,
        _REQUESTED,
        _WORD,
        Field("package_digest", _B, Unit.HASH, None, "the package's digest"),
    ),
    _event(
        "RequestClosed",
        "The requester ended a request.",
        _REQUEST,
        _REQUESTER,
        _WORD,
        Field("outcome_hash", _B, Unit.HASH, None, "commits to what came of it"),
    ),
    _event("RequestWithdrawn", "A request was taken back.", _REQUEST, _REQUESTER, _WORD),
    _event(
        "AccessLogged",
        "A delivered package was opened.",
        _REQUEST,
        Field("authority", _U, Unit.ID, None, "who opened it"),
        _WORD,
        Field("digest", _B, Unit.HASH, None, "the package's"),
        Field("purpose", _B, Unit.TEXT, None, "why, as text or its hash"),
    ),
)
