"""Events of the party registry: parties, powers over them and over the market, protections."""

from __future__ import annotations

from typing import Final

from keelmark.events.model import EventSpec, Field, Source, Unit

_U, _A, _B = "uint256", "address", "bytes32"

_BASIS = Field("legal_basis", _B, Unit.TEXT, None, "names the law")
_CASE = Field("case_hash", _B, Unit.HASH, None, "commits to the file")
_PARTY = Field("account", _U, Unit.ID, "2.30")
_PARTY_WORD = Field("word", _U, Unit.WORD, "2.6", "party word after; 2.7, 2.8")


def _party(name: str, meaning: str, second: Field, *others: Field) -> EventSpec:
    return EventSpec(Source.PARTIES, name, (_PARTY, second, _PARTY_WORD, *others), meaning)


_WALLET = Field("wallet", _A, Unit.ADDRESS)
_ISSUER = Field("issuer", _U, Unit.ID, None, "1 is the registrar")
_LOST = Field("lost", _A, Unit.ADDRESS, None, "the key that was replaced or is to be")
_REPLACEMENT = Field("replacement", _A, Unit.ADDRESS)
_AUTHORITY = Field("authority", _U, Unit.ID, None, "who acts")
_INSTRUMENT = Field("instrument", _U, Unit.ID)
_LETTERS = Field("jurisdiction", _U, Unit.COUNT, None, "two ASCII letters, big-endian")
_TEXT_HASH = Field("text_hash", _B, Unit.HASH, None, "keccak256 of the text in UTF-8")
_SUITABILITY = Field(
    "suitability", _U, Unit.WORD, None, "status date, requested category, warning accepted"
)
_MANDATE = Field(
    "mandate", _U, Unit.WORD, None, "authority uint32, agreement uint32, review_at uint64"
)
_LIFTED = Field(
    "mandate", _U, Unit.WORD, None, "authority uint32, agreement uint32, whose hold uint64"
)
_NONCE = Field("nonce", _U, Unit.COUNT, None, "the issuer's, used up")

PARTY_EVENTS: Final = (
    _party(
        "PartyOnboarded",
        "A party got an account id.",
        _WALLET,
        Field("member", _U, Unit.ID, "2.16", "0 for a legal person"),
    ),
    _party("PartyChanged", "A party's category, expiry, screening or issuer changed.", _WALLET),
    _party(
        "PartyRevoked",
        "A party's attestation was revoked.",
        _WALLET,
        Field("reason", _B, Unit.HASH, None, "code or commitment"),
    ),
    _party(
        "PartyAttested",
        "What an issuer signed let a party in, or renewed it.",
        _WALLET,
        Field("member", _U, Unit.ID, "2.16", "0 for a legal person"),
        _NONCE,
        Field("document", _B, Unit.HASH, None, "salted commitment to IVMS101; 0 if none"),
    ),
    _party(
        "AttestationRevoked",
        "An issuer took back what it had attested.",
        _WALLET,
        _NONCE,
        Field("reason", _B, Unit.HASH, None, "code or commitment"),
    ),
    EventSpec(
        Source.PARTIES,
        "NonceVoided",
        (_ISSUER, Field("nonce", _U, Unit.COUNT, None, "can never be brought")),
        "An issuer made a statement worthless that nobody had brought.",
    ),
    _party("PartyFrozen", "A party may not act.", _BASIS, _CASE, _MANDATE),
    _party("PartyUnfrozen", "An authority's freeze ended.", _BASIS, _CASE, _LIFTED),
    _party("PartyRestricted", "A party may only reduce.", _BASIS, _CASE, _MANDATE),
    _party("PartyReleased", "An authority's restriction ended.", _BASIS, _CASE, _LIFTED),
    _party("CcpAuthorised", "A house is an authorised clearing house; 2.14.", _BASIS, _CASE),
    _party("CcpWithdrawn", "A house is one no more; 2.14.", _BASIS, _CASE),
    EventSpec(
        Source.PARTIES,
        "IssuerRecognised",
        (
            _ISSUER,
            _BASIS,
            Field("signer", _A, Unit.ADDRESS, None, "a key, or a contract that signs"),
            Field("identifier", _U, Unit.WORD, None, "the issuer's LEI in base 36"),
            _CASE,
        ),
        "A new issuer of attestations was recognised, with its signer.",
    ),
    EventSpec(
        Source.PARTIES,
        "IssuerChanged",
        (
            _ISSUER,
            _BASIS,
            Field("recognised", _U, Unit.FLAGS, None, "1 recognised, 0 not"),
            _CASE,
        ),
        "The recognition of an issuer ended, or was restored.",
    ),
    EventSpec(
        Source.PARTIES,
        "TradingHalted",
        (
            _AUTHORITY,
            _BASIS,
            Field("until", _U, Unit.SECONDS, None, "the halt ends by itself"),
            _CASE,
        ),
        "Nobody may add risk for a time.",
    ),
    EventSpec(
        Source.PARTIES,
        "TradingResumed",
        (_AUTHORITY, _BASIS, Field("until", _U, Unit.SECONDS, None, "now"), _CASE),
        "A halt ended early.",
    ),
    EventSpec(
        Source.PARTIES,
        "InstrumentBarred",
        (_INSTRUMENT, _BASIS, _LETTERS, _CASE, _MANDATE),
        "The parties of a jurisdiction may not open an instrument.",
    ),
    EventSpec(
        Source.PARTIES,
        "InstrumentCleared",
        (
            _INSTRUMENT,
            _BASIS,
            _LETTERS,
            _CASE,
            Field("mandate", _U, Unit.WORD, None, "authority uint32"),
        ),
        "A bar ended.",
    ),
    _party(
        "PartyScreened",
        "A party was compared with the sanctions list; its flag changed.",
        _WALLET,
        Field("answer", _U, Unit.COUNT, None, "0 clear, 1 listed, 2 listed by an oracle"),
    ),
    EventSpec(
        Source.PARTIES,
        "ListSynced",
        (
            Field("list", _A, Unit.ADDRESS),
            Field("as_of", _U, Unit.SECONDS, None, "when it was last said to equal its source"),
        ),
        "The sanctions list's time was copied for the gate.",
    ),
    EventSpec(
        Source.PARTIES,
        "SuitabilityChanged",
        (_PARTY, _WALLET, _SUITABILITY),
        "A status got another date, or a category was asked for, granted or given up.",
    ),
    EventSpec(
        Source.PARTIES,
        "WarningPublished",
        (
            _LETTERS,
            _TEXT_HASH,
            Field("edition", _U, Unit.COUNT, None, "1 and up"),
            Field("effective_at", _U, Unit.SECONDS, None, "then no earlier edition counts"),
        ),
        "A jurisdiction got a risk warning that retail clients accept before they open.",
    ),
    EventSpec(
        Source.PARTIES,
        "WarningAccepted",
        (_PARTY, _TEXT_HASH, _SUITABILITY),
        "A party accepted the risk warning.",
    ),
    EventSpec(
        Source.PARTIES,
        "RecoveryAnnounced",
        (
            _PARTY,
            _LOST,
            _REPLACEMENT,
            Field("ripe_at", _U, Unit.SECONDS, None, "from then on it can be completed"),
            Field("evidence", _B, Unit.HASH, None, "commits to what was examined"),
            _ISSUER,
        ),
        "A party's key is said to be lost.",
    ),
    EventSpec(
        Source.PARTIES,
        "RecoveryContested",
        (_PARTY, _LOST, Field("contester", _A, Unit.ADDRESS)),
        "An announced recovery ended without effect.",
    ),
    EventSpec(
        Source.PARTIES,
        "PartyRecovered",
        (_PARTY, _LOST, _REPLACEMENT, _PARTY_WORD),
        "A party has another key; the lost one acts for nobody.",
    ),
)
