"""What an issuer signs: attestations and revocations under EIP-712.

A statement is bound to one chain and one registry by its domain, and is used up by its nonce.
`attestation` refuses what the registry would refuse, before anybody signs; `verify` needs no
chain; `relay` brings statements, one by one or fifty in a transaction.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils.address import is_checksum_address

from keelmark.bindings.party_registry import PartyRegistry, Revocation, SignedAttestation
from keelmark.chain.operations import Operation, Receipt
from keelmark.chain.signer import Signer
from keelmark.errors import InputError
from keelmark.identifiers import pack_lei
from keelmark.identity.jurisdictions import is_jurisdiction
from keelmark.types import ClientCategory

__all__ = [
    "TYPES",
    "Statement",
    "attestation",
    "check_address",
    "domain",
    "recover",
    "relay",
    "revoke",
    "sign",
    "verify",
]

TYPES: Final[dict[str, list[dict[str, str]]]] = {
    "Attestation": [
        {"name": "wallet", "type": "address"},
        {"name": "identifier", "type": "uint256"},
        {"name": "jurisdiction", "type": "bytes2"},
        {"name": "category", "type": "uint256"},
        {"name": "natural_person", "type": "bool"},
        {"name": "member", "type": "uint256"},
        {"name": "expiry", "type": "uint256"},
        {"name": "status_until", "type": "uint256"},
        {"name": "screened_at", "type": "uint256"},
        {"name": "issuer", "type": "uint256"},
        {"name": "nonce", "type": "uint256"},
        {"name": "document", "type": "bytes32"},
    ],
    "Revocation": [
        {"name": "wallet", "type": "address"},
        {"name": "issuer", "type": "uint256"},
        {"name": "nonce", "type": "uint256"},
        {"name": "reason", "type": "bytes32"},
    ],
}
"""EIP-712 types; the field order is the contract's."""

BATCH: Final = 50
"""Attestations that one transaction brings."""

NO_DOCUMENT: Final = bytes(32)

_HALF_ORDER: Final = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


@dataclass(frozen=True, slots=True)
class Statement:
    """Something that an issuer signed."""

    content: SignedAttestation | Revocation
    """What it says."""
    chain_id: int
    """The chain that it is for."""
    registry: str
    """The registry that it is for, checksummed."""
    signature: bytes
    """r, s and v of a key; of a contract, whatever it takes for a signature."""

    @property
    def kind(self) -> str:
        """Name of its EIP-712 type."""
        return "Attestation" if isinstance(self.content, SignedAttestation) else "Revocation"


def attestation(
    *,
    wallet: str,
    jurisdiction: str,
    category: int,
    expiry: int,
    screened_at: int,
    issuer: int,
    nonce: int,
    lei: str | None = None,
    client_code: int | None = None,
    member: int = 0,
    status_until: int = 0,
    document: bytes = NO_DOCUMENT,
    now: int | None = None,
) -> SignedAttestation:
    """What an issuer is about to sign of a party, checked.

    Args:
        wallet: the party's address, checksummed.
        jurisdiction: ISO 3166-1 alpha-2, assigned, or "EU".
        category: `ClientCategory`.
        expiry: seconds; the attestation holds before it.
        screened_at: seconds at which sanctions lists were last consulted.
        issuer: number of the issuer at the registry, 2 to 127.
        nonce: any number that the issuer has not used up.
        lei: of a firm.
        client_code: of a natural person, instead of an LEI.
        member: of a natural person, account of the carrying member.
        status_until: seconds from which the category counts as retail for what adds risk, as
            where a professional's status is to be confirmed anew; 0 is never.
        document: commitment to the IVMS101 document.
        now: seconds; the clock's if not given.

    Raises:
        InputError: a field is not what the registry takes; the text names it.
    """
    moment = int(time.time()) if now is None else now
    person = client_code is not None
    if (lei is None) == (client_code is None):
        raise InputError("lei, client_code: expected one of them")
    identifier = pack_lei(lei) if lei is not None else int(client_code or 0)
    if not 0 < identifier < 1 << 104:
        raise InputError("client_code: expected a number of at most 104 bits, not zero")
    check_address("wallet", wallet)
    if not is_jurisdiction(jurisdiction):
        raise InputError(f"jurisdiction: expected a code of ISO 3166-1 or EU, not {jurisdiction!r}")
    if category not in tuple(ClientCategory):
        raise InputError(f"category: expected 1, 2 or 3, not {category}")
    if person and category == ClientCategory.ELIGIBLE_COUNTERPARTY:
        raise InputError("category: a natural person is no eligible counterparty")
    if person != (member != 0):
        raise InputError("member: expected an account for a natural person, 0 for a firm")
    if not moment < expiry < 1 << 32:
        raise InputError(f"expiry: expected a time after {moment}, not {expiry}")
    if not 0 < screened_at <= moment:
        raise InputError(f"screened_at: expected a time until {moment}, not {screened_at}")
    if status_until and category == ClientCategory.RETAIL:
        raise InputError("status_until: a retail client's category has no date, expected 0")
    if status_until and not moment < status_until < 1 << 32:
        raise InputError(f"status_until: expected 0 or a time after {moment}, not {status_until}")
    if not 2 <= issuer <= 127:
        raise InputError(f"issuer: expected 2 to 127, not {issuer}")
    if not 0 <= nonce < 1 << 256:
        raise InputError("nonce: expected a number of at most 256 bits")
    if len(document) != 32:
        raise InputError(f"document: expected 32 bytes, not {len(document)}")
    return SignedAttestation(
        wallet=wallet,
        identifier=identifier,
        jurisdiction=jurisdiction.encode("ascii"),
        category=int(category),
        natural_person=person,
        member=member,
        expiry=expiry,
        status_until=status_until,
        screened_at=screened_at,
        issuer=issuer,
        nonce=nonce,
        document=document,
    )


def domain(chain_id: int, registry: str) -> dict[str, Any]:
    """The EIP-712 domain of a registry."""
    return {
        "name": "Keelmark PartyRegistry",
        "version": "1",
        "chainId": chain_id,
        "verifyingContract": registry,
    }


def sign(
    signer: Signer, content: SignedAttestation | Revocation, *, chain_id: int, registry: str
) -> Statement:
    """A statement signed with an issuer's key.

    Raises:
        InputError: the party is the signer itself, or the registry is no address.
    """
    check_address("registry", registry)
    if isinstance(content, SignedAttestation) and content.wallet == signer.address:
        raise InputError("wallet: nobody vouches for itself, expected another's")
    unsigned = Statement(content, chain_id, registry, b"")
    types = {unsigned.kind: TYPES[unsigned.kind]}
    signature = signer.sign_typed_data(domain(chain_id, registry), types, asdict(content))
    return Statement(content, chain_id, registry, signature)


def recover(statement: Statement) -> str:
    """Whose key signed a statement, checksummed; only the one canonical form counts.

    Raises:
        InputError: the signature is not 65 bytes, has a high s or a v other than 27 and 28, or
            nobody's key made it.
    """
    signature = statement.signature
    if len(signature) != 65:
        raise InputError(f"signature: expected 65 bytes, not {len(signature)}")
    if signature[64] not in (27, 28):
        raise InputError(f"signature: expected v to be 27 or 28, not {signature[64]}")
    if int.from_bytes(signature[32:64], "big") > _HALF_ORDER:
        raise InputError("signature: s is in the upper half, expected its twin")
    signable = encode_typed_data(
        domain_data=domain(statement.chain_id, statement.registry),
        message_types={statement.kind: TYPES[statement.kind]},
        message_data=asdict(statement.content),
    )
    try:
        return str(Account.recover_message(signable, signature=signature))
    except Exception:
        raise InputError("signature: expected one that a key made") from None


def verify(
    statement: Statement,
    signer: str,
    *,
    chain_id: int | None = None,
    registry: str | None = None,
    now: int | None = None,
) -> None:
    """Checks a statement without a chain. What a contract signed only its chain can tell.

    Args:
        signer: address of the issuer's key, from a source that is trusted.
        chain_id: where it is to be brought.
        registry: likewise.
        now: seconds; an attestation that is over by then is refused.

    Raises:
        InputError: it is for another chain or registry, over, or not signed by the signer.
    """
    if chain_id is not None and statement.chain_id != chain_id:
        raise InputError(f"chain: the statement is for {statement.chain_id}, expected {chain_id}")
    if registry is not None and statement.registry != registry:
        raise InputError(f"registry: the statement is for {statement.registry}, not {registry}")
    found = recover(statement)
    if found != signer:
        raise InputError(f"signature: {found} signed, or another text was; expected {signer}")
    content = statement.content
    if isinstance(content, SignedAttestation):
        if content.wallet == signer:
            raise InputError("wallet: nobody vouches for itself, expected another's")
        if now is not None and content.expiry <= now:
            raise InputError(f"expiry: the attestation ended at {content.expiry}")


def relay(
    registry: PartyRegistry, statements: Sequence[Statement], *, gas: int | None = None
) -> Operation[Receipt]:
    """The operation that brings attestations, all or none; anybody may.

    Raises:
        InputError: there are none or more than fifty, two share a nonce, or one is no attestation
            for this registry.
        Reverted: the registry refuses one of them.
    """
    if not 0 < len(statements) <= BATCH:
        raise InputError(f"statements: expected 1 to {BATCH}, not {len(statements)}")
    contents: list[SignedAttestation] = []
    for statement in statements:
        if not isinstance(statement.content, SignedAttestation):
            raise InputError("statements: a revocation is among them, expected attestations")
        _check_place(statement, registry)
        contents.append(statement.content)
    if len({(content.issuer, content.nonce) for content in contents}) != len(contents):
        raise InputError("statements: two have the same nonce of one issuer, expected one each")
    if len(contents) == 1:
        return registry.attest(contents[0], statements[0].signature, gas=gas)
    signatures = [statement.signature for statement in statements]
    return registry.attest_many(contents, signatures, gas=gas)


def revoke(
    registry: PartyRegistry, statement: Statement, *, gas: int | None = None
) -> Operation[Receipt]:
    """The operation that brings a revocation; anybody may.

    Raises:
        InputError: it is no revocation for this registry.
        Reverted: the registry refuses it.
    """
    if not isinstance(statement.content, Revocation):
        raise InputError("statement: an attestation, expected a revocation")
    _check_place(statement, registry)
    return registry.revoke_attested(statement.content, statement.signature, gas=gas)


def check_address(name: str, address: str) -> None:
    """Refuses what is no checksummed address.

    Raises:
        InputError: it is none; the text names it.
    """
    if not is_checksum_address(address):
        raise InputError(f"{name}: expected a checksummed address, not {address!r}")


def _check_place(statement: Statement, registry: PartyRegistry) -> None:
    if statement.registry != registry.address:
        raise InputError(
            f"registry: the statement is for {statement.registry}, not {registry.address}"
        )
