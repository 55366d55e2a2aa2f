"""An answer to a request on chain, altered in every field: who made the request sees all of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keelmark.events import BY_NAME
from keelmark.evidence import Package, new_identity, pack
from keelmark.evidence.archive import PARTS
from keelmark.evidence.asking import Asked, ChainReference, new_asked
from keelmark.evidence.parts import EvidenceBroken
from keelmark.ledger.evidence import build_evidence
from tests.support.evidence import House
from tests.unit.sdk.evidence.test_tampering import (
    BLAMED,
    STATED,
    altered,
    blame,
    changes,
    judged,
    leaves,
    resealed,
    same,
)


@pytest.fixture(scope="module")
def asked(house: House) -> Asked:
    """A request on chain, narrowed in every way."""
    kit = house.stage.kit
    scope = house.scope(
        contracts=sorted((kit.house.address, kit.board.address)),
        accounts=[2, 3],
        instruments=[1],
        topics=["0x" + BY_NAME["TradeReported"].topic.hex()],
    )
    return new_asked(scope.model_dump(), [new_identity()[1]])


@pytest.fixture(scope="module")
def answer(house: House, asked: Asked) -> Package:
    """A package that answers it."""
    reference = ChainReference(asked.chain_id, house.stage.kit.supervision.address, 1)
    building = build_evidence(str(reference), asked.scope(0), salt=asked.salt)
    return house.chain.run(building)


@pytest.mark.parametrize("part", PARTS)
def test_every_field_of_an_answer(house: House, asked: Asked, answer: Package, part: str) -> None:
    """Of an answer to a request on chain: who knows the request sees any change of its scope, of
    its salt and of its reference, although the sender's manifest fits."""
    expected = replace(
        house.expected(answer.request.scope), request=answer.request.request, asked=asked
    )
    body = {name: getattr(answer, name).model_dump(mode="json") for name in PARTS}
    clean = judged(pack(answer), expected)
    assert clean.whole
    assert clean.events
    tried = set()
    for path, value in leaves(body[part], (part,)):
        for other in changes(value):
            if same(other, value):
                continue
            tried.add(path)
            blamed = blame(resealed(altered(body, path, other)), expected)
            where = f"{path}: {value!r} to {other!r}"[:300]
            if isinstance(blamed, str):
                assert blamed.split(".")[0] in BLAMED[part], f"{where}: {blamed}"
                assert part != "request" or blamed.startswith("request"), f"{where}: {blamed}"
            else:
                stated = path in STATED and blamed.stated != clean.stated
                assert blamed.not_proved or stated, f"{where} passes in silence"
    assert tried == {path for path, _ in leaves(body[part], (part,))}
    assert part != "request" or {("request", "salt"), ("request", "request")} < tried


def test_an_answer_without_its_salt(house: House, asked: Asked, answer: Package) -> None:
    """A salt that was left out or is another is named; alone, it is shown as the sender's word."""
    expected = replace(house.expected(answer.request.scope), request=None)
    said = judged(pack(answer), expected).stated
    assert f"salt {asked.salt}" in said
    for salt in (None, "0x" + "11" * 32):
        other = answer.model_copy(
            update={"request": answer.request.model_copy(update={"salt": salt})}
        )
        with pytest.raises(EvidenceBroken) as found:
            judged(pack(other), replace(expected, asked=asked))
        assert found.value.part == "request.salt"


def test_a_reference_of_another_chain(house: House, answer: Package) -> None:
    """A request on another chain, to another contract, or a reference that is none."""
    scope = answer.request.scope
    expected = replace(
        house.expected(scope), request=None, supervision=house.stage.kit.supervision.address
    )
    assert judged(pack(answer), expected).whole
    other = "0x" + "11" * 20
    for reference, words in (
        (f"eip155:1:{other}/1", "is a request on chain 1"),
        (f"eip155:{scope.chain_id}:{other}/1", f"is a request to {other}"),
        (f"eip155:{scope.chain_id}:{other}/0", "expected eip155:"),
        (f"eip155:{scope.chain_id}:{house.stage.kit.supervision.address.lower()}/1", "expected"),
        ("eip155:x", "expected eip155:"),
    ):
        package = answer.model_copy(
            update={"request": answer.request.model_copy(update={"request": reference})}
        )
        with pytest.raises(EvidenceBroken, match=words) as found:
            judged(pack(package), expected)
        assert found.value.part == "request.request"
