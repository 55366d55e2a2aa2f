"""A registry with a registrar, a supervisor, a member and clients of it, and issuers beside the
registrar: one with a key (number 2), one with a contract (number 3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from web3.contract import Contract
from web3.types import TxReceipt

from tests.support.attested import SignedAttestation
from tests.support.parties import Attestation, lei_text, lei_word
from tests.support.registry import BASIS, CASE, DAY, Registry, deploy_registry

YEAR = 365 * DAY

OPEN, INCREASE, REDUCE, CLOSE, WITHDRAW, LIQUIDATE, DEPOSIT = range(1, 8)
RISKY = (OPEN, INCREASE, LIQUIDATE)
SAFE = (REDUCE, CLOSE, WITHDRAW, DEPOSIT)
CRYPTO = 7

KEY_ISSUER, CONTRACT_ISSUER = 2, 3
ISSUER_LEI = lei_word(lei_text(900))


@pytest.fixture(scope="module")
def standing(deploy: Any, w3: Any, send: Any, actors: Any, now: Any) -> Registry:
    """An empty registry with its desk, the authorities and the sanctions list."""
    return deploy_registry(deploy, w3, send, actors, now)


@pytest.fixture(scope="module")
def registry(standing: Registry) -> Contract:
    """An empty registry."""
    return standing.parties


@pytest.fixture
def wait(standing: Registry, set_time: Callable[[int], None]) -> Callable[[int], None]:
    """``wait(unix)``: the time, with a sanctions list that does not go stale meanwhile."""
    return lambda time: standing.wait(set_time, time)


@pytest.fixture(scope="module")
def firm(actors: Any, now: Callable[[], int]) -> Attestation:
    """A professional legal person, account 1 once it is onboarded."""
    return Attestation(
        actors("member"), lei_word(lei_text(1)), b"DE", 2, False, 0, now() + YEAR, 0, now() - DAY
    )


@pytest.fixture(scope="module")
def person(actors: Any, firm: Attestation) -> Attestation:
    """A retail natural person carried by the firm, account 2 once it is onboarded."""
    return firm.but(
        wallet=actors("retail_trader"),
        identifier=2**103 + 9,
        jurisdiction=b"FR",
        category=1,
        natural_person=True,
        member=1,
    )


@pytest.fixture
def onboard(registry: Contract, send: Any, actors: Any) -> Callable[[Attestation], TxReceipt]:
    """``onboard(attestation)``: by the registrar."""

    def onboarded(attestation: Attestation) -> TxReceipt:
        made: TxReceipt = send(registry.functions.onboard(attestation), actors("registrar"))
        return made

    return onboarded


@pytest.fixture
def parties(
    onboard: Any, standing: Registry, firm: Attestation, person: Attestation
) -> list[TxReceipt]:
    """The firm and the person onboarded, as accounts 1 and 2; the person accepts its warning."""
    return [onboard(firm), onboard(person), *standing.accept_warning(person.wallet, "FR")]


@pytest.fixture
def reason(registry: Contract, firm: Attestation) -> Callable[..., int]:
    """``reason(action)``: the gate's answer for the firm, with a crypto product."""

    def answered(action: int, account: int = 1, wallet: str | None = None) -> int:
        call = registry.functions.gate(wallet or firm.wallet, account, action, CRYPTO)
        return int(call.call()[0])

    return answered


@pytest.fixture
def supervise(
    standing: Registry, send: Any, actors: Any, firm: Attestation
) -> Callable[..., TxReceipt]:
    """``supervise("freeze")``: a power over the firm, by the supervisor, unless others are
    named."""

    def done(
        power: str,
        wallet: str = firm.wallet,
        basis: bytes = BASIS,
        by: str = "supervisor",
        **fields: int,
    ) -> TxReceipt:
        call = standing.power(power, wallet, basis, **fields)
        made: TxReceipt = send(call, actors(by))
        return made

    return done


@pytest.fixture
def recognise(registry: Contract, send: Any, actors: Any) -> Callable[..., TxReceipt]:
    """``recognise(2, signer)``: by the supervisor unless another is named."""

    def recognised(
        issuer: int,
        signer: str,
        lei: int = ISSUER_LEI,
        basis: bytes = BASIS,
        by: str = "supervisor",
    ) -> TxReceipt:
        call = registry.functions.recognise_issuer(issuer, signer, lei, basis, CASE)
        made: TxReceipt = send(call, actors(by))
        return made

    return recognised


@pytest.fixture
def set_issuer(registry: Contract, send: Any, actors: Any) -> Callable[..., TxReceipt]:
    """``set_issuer(2, False)``: by the supervisor unless another is named."""

    def set_(
        issuer: int, recognised: bool, basis: bytes = BASIS, by: str = "supervisor"
    ) -> TxReceipt:
        call = registry.functions.set_issuer(issuer, recognised, basis, CASE)
        made: TxReceipt = send(call, actors(by))
        return made

    return set_


@pytest.fixture
def issuer(recognise: Any, actors: Any) -> Any:
    """Issuer 2, which signs with a key."""
    recognise(KEY_ISSUER, actors("attester"))
    return actors("attester")


@pytest.fixture
def contract_issuer(recognise: Any, deploy: Any, actors: Any) -> Contract:
    """Issuer 3, a contract that answers for the key of `contract owner`."""
    made: Contract = deploy("tests/mocks/ContractIssuer", actors("contract owner"))
    recognise(CONTRACT_ISSUER, made.address, lei_word(lei_text(901)))
    return made


@pytest.fixture
def claim(firm: Attestation) -> SignedAttestation:
    """What issuer 2 says of the firm, under nonce 7."""
    return SignedAttestation(*firm, issuer=KEY_ISSUER, nonce=7, document=b"\x33" * 32)


@pytest.fixture
def signed(registry: Contract, w3: Any, actors: Any) -> Callable[..., bytes]:
    """``signed(claim)``: by issuer 2's key unless another actor is named."""

    def sign(statement: Any, by: str = "attester") -> bytes:
        made: bytes = statement.sign(actors(by).key, registry.address, w3.eth.chain_id)
        return made

    return sign


@pytest.fixture
def attest(registry: Contract, send: Any, actors: Any, signed: Any) -> Callable[..., TxReceipt]:
    """``attest(claim)``: signed by issuer 2's key and brought by a stranger."""

    def attested(
        statement: SignedAttestation, signature: bytes | None = None, relayer: str = "stranger"
    ) -> TxReceipt:
        with_ = signed(statement) if signature is None else signature
        made: TxReceipt = send(registry.functions.attest(statement, with_), actors(relayer))
        return made

    return attested
