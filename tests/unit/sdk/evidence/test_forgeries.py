"""Packages that a sender made up with care: each is refused at the place that gives it away."""

from __future__ import annotations

from itertools import pairwise

import pytest
from eth_utils import keccak

from keelmark.chain.operations import GetHeader
from keelmark.events import BY_NAME
from keelmark.evidence import EvidenceBroken, Package
from keelmark.evidence.parts import Chains, Headers, Receipts, Record, Root
from tests.support.evidence import House, built, judged, no_proofs, number_of, one


def test_records_from_before_the_range(house: House) -> None:
    """A chain from its beginning under a scope that begins later: more than was asked for."""
    topic = "0x" + BY_NAME["TradeReported"].topic.hex()
    address = house.stage.kit.house.address
    package = house.package(
        house.scope(first_block=0, contracts=[address], topics=[topic]), linked=0
    )
    first = min(item.block for item in package.receipts.items)
    assert package.chains.contracts[0].records[0].block < first
    scope = package.request.scope.model_copy(update={"first_block": first})
    request = package.request.model_copy(update={"scope": scope})
    with pytest.raises(EvidenceBroken, match="out of order or of range") as found:
        judged(house, package.model_copy(update={"request": request}))
    assert found.value.part == "chains.contracts.0.records.0.block"


def test_beginnings_that_cannot_be(house: House) -> None:
    """A root before the chain's first block, and a proof of a start that needs none."""
    package = house.package(house.scope(first_block=0, contracts=[house.stage.kit.house.address]))
    chain = package.chains.contracts[0]
    first = chain.records[0]
    content = b"".join(bytes.fromhex(text[2:]) for text in (*first.topics, first.data))
    root = keccak(bytes(32) + keccak(first.block.to_bytes(32, "big") + content))
    items = [
        item
        for item in package.receipts.items
        if (item.block, item.transaction) != (first.block, first.transaction)
    ]
    headless = chain.model_copy(
        update={"records": chain.records[1:], "before": Root(root="0x" + root.hex(), proof=None)}
    )
    proved = chain.model_copy(
        update={"before": Root(root=chain.before.root, proof=chain.after.proof)}
    )
    for altered, part in ((headless, "before.root"), (proved, "before.proof")):
        changed = package.model_copy(
            update={
                "chains": Chains(contracts=[altered]),
                "receipts": Receipts(items=items),
            }
        )
        with pytest.raises(EvidenceBroken) as found:
            judged(house, changed)
        assert found.value.part == f"chains.contracts.0.{part}"


def test_a_contract_that_is_not_there(house: House) -> None:
    """The proof that nothing is at an address is no proof of an empty report."""
    nobody = "0x" + "11" * 20
    with pytest.raises(EvidenceBroken, match=f"shows that {nobody} is not there") as found:
        house.package(house.scope(contracts=[nobody]))
    assert found.value.part == "chains.contracts.0.after.proof.account"


def test_a_contract_without_its_chain(house: House) -> None:
    """Left out where no event is in scope, so that nothing else is missed."""
    package = house.package(house.scope(accounts=[99]))
    fewer = Chains(contracts=package.chains.contracts[:-1])
    with pytest.raises(EvidenceBroken, match="one chain for each contract") as found:
        judged(house, package.model_copy(update={"chains": fewer}))
    assert found.value.part == "chains.contracts"


def test_records_that_changed_places(house: House) -> None:
    """Where no root is proved, a sender can fold records in another order; the receipts tell."""
    package = built(house, no_proofs, contracts=[house.stage.kit.house.address])
    records = list(package.chains.contracts[0].records)
    place = next(
        index
        for index, (left, right) in enumerate(pairwise(records))
        if left.block == right.block and left != right
    )
    records[place], records[place + 1] = records[place + 1], records[place]
    with pytest.raises(EvidenceBroken, match="is not after the record before it") as found:
        judged(house, refolded(package, records))
    assert found.value.part == f"chains.contracts.0.records.{place + 1}"


def test_a_record_made_up(house: House) -> None:
    """Where no root is proved, an altered record folds to an altered root; its receipt tells."""
    package = built(house, no_proofs, contracts=[house.stage.kit.house.address])
    records = list(package.chains.contracts[0].records)
    last = records[-1]
    flipped = f"{last.data[:-1]}{int(last.data[-1], 16) ^ 1:x}"
    records[-1] = last.model_copy(update={"data": flipped})
    with pytest.raises(EvidenceBroken, match="of the receipt is another") as found:
        judged(house, refolded(package, records))
    assert found.value.part == f"chains.contracts.0.records.{len(records) - 1}.position"


def test_a_record_dropped(house: House) -> None:
    """Where no root is proved, a record can be left out; the receipt that holds it tells."""
    package = built(house, no_proofs, contracts=[house.stage.kit.house.address])
    records = list(package.chains.contracts[0].records)
    place = next(
        index
        for index, (left, right) in enumerate(pairwise(records))
        if (left.block, left.transaction) == (right.block, right.transaction)
    )
    del records[place]
    with pytest.raises(EvidenceBroken, match="no record for log") as found:
        judged(house, refolded(package, records))
    assert found.value.part == "chains.contracts"


def test_a_receipt_too_many(house: House) -> None:
    """A true receipt of the chain that was not asked for is not for the receiver's eyes."""
    narrow, wide = house.package(house.scope(accounts=[2])), house.package()
    asked = {(item.block, item.transaction) for item in narrow.receipts.items}
    more = next(item for item in wide.receipts.items if (item.block, item.transaction) not in asked)
    items = sorted((*narrow.receipts.items, more), key=lambda item: (item.block, item.transaction))
    with pytest.raises(EvidenceBroken, match="holds no event in scope") as found:
        judged(house, narrow.model_copy(update={"receipts": Receipts(items=items)}))
    assert found.value.part == f"receipts.items.{items.index(more)}"


def refolded(package: Package, records: list[Record]) -> Package:
    """A package of one contract with other records and the root that they fold to, not proved."""
    chain = package.chains.contracts[0]
    root = bytes.fromhex(chain.before.root[2:])
    for record in records:
        content = b"".join(bytes.fromhex(text[2:]) for text in (*record.topics, record.data))
        root = keccak(root + keccak(record.block.to_bytes(32, "big") + content))
    after = Root(root="0x" + root.hex(), proof=None)
    altered = chain.model_copy(update={"records": records, "after": after})
    return package.model_copy(update={"chains": Chains(contracts=[altered])})


def test_a_header_that_serves_nothing(house: House) -> None:
    """A header of a gap, true or made up, is refused: nothing is in a package without a use."""
    sparse = house.package(linked=0)
    numbers = {int.from_bytes(number_of(text), "big") for text in sparse.headers.rlp}
    scope = house.scope()
    gap = next(
        number
        for number in range(scope.first_block, scope.last_block)
        if number not in numbers and number + 1 not in numbers
    )
    more = house.chain.run(one(GetHeader(gap)))
    headers = sorted((*sparse.headers.rlp, "0x" + more.hex()), key=number_of)
    crowded = sparse.model_copy(update={"headers": Headers(rlp=headers)})
    with pytest.raises(EvidenceBroken, match=f"block {gap} serves nothing here") as found:
        judged(house, crowded)
    assert found.value.part == f"headers.rlp.{headers.index('0x' + more.hex())}"
