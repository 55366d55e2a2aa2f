"""What would make a verifier say that something is proved which is not: each is refused or said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from eth_utils.crypto import keccak
from rlp.codec import decode, encode

from keelmark.chain import Chain, connect
from keelmark.chain.operations import GetHeader, GetLogs, GetProof
from keelmark.errors import ChainMismatch, InputError, NoSuchBlock, RpcRefused
from keelmark.proofs.verification_result import FAILED, NOT_PROVED, VERIFIED, Verification
from keelmark.store import RootProof
from keelmark.verification import Trust, verify_store, work
from tests.support.verified import Memory, proof_of, root_proofs
from tests.unit.sdk.verification.conftest import Lived


def judged(lived: Lived, store: Memory, *trusted: Trust, **options: Any) -> Verification:
    """The verdict; the last block is trusted if nothing else is."""
    return verify_store(store, trusted or [lived.head], **options)


class OddNode:
    """The embedded chain behind a node that answers in its own way."""

    name = "odd"

    def __init__(self, chain: Chain, odd: Any) -> None:
        self._node = chain._node
        self._odd = odd

    def answer(self, request: Any, signer: Any = None) -> Any:
        """The chain's answer, as the odd node gives it."""
        return self._odd(request, lambda: self._node.answer(request, signer))


def odd(lived: Lived, answers: Any) -> Chain:
    """A client of an odd node."""
    return Chain(OddNode(lived.chain, answers))


# The anchor


def test_nothing_trusted(lived: Lived) -> None:
    """Everything folds, and nothing is proved; it is said which hash to have confirmed."""
    found = verify_store(lived.store, [])
    assert found.verdict == NOT_PROVED
    assert found.anchored_block is None
    block = lived.chain.block(lived.ends[-1])
    assert f"trust {block.number}:0x{block.hash.hex()}" in found.not_proved[0]
    assert not any(one.proved for one in found.contracts)


def test_trusted_hash_of_no_block(lived: Lived) -> None:
    found = judged(lived, lived.store, Trust(b"\x09" * 32))
    assert found.verdict == NOT_PROVED
    assert f"no header at hand has the trusted hash 0x{'09' * 32}" in found.not_proved[0]
    assert "expected --endpoint" in found.not_proved[0]
    assert f"or the hash of block {lived.ends[-1]}, whose" in found.not_proved[0]
    asked = judged(lived, lived.store, Trust(b"\x09" * 32), chain=lived.chain)
    assert "expected --endpoint" not in asked.not_proved[0]


def test_trusted_block_without_link(lived: Lived) -> None:
    """A block in the middle of two checkpoints vouches for none of them without headers."""
    trust = lived.trust(lived.ends[1] + 3)
    found = judged(lived, lived.store, trust)
    assert found.verdict == NOT_PROVED
    linked = judged(lived, lived.store, trust, chain=lived.chain)
    assert linked.verdict == VERIFIED
    assert linked.last_block == trust.number

    def without_proofs(request: Any, answer: Any) -> Any:
        if isinstance(request, GetProof):
            raise RpcRefused("rpc: eth_getProof refused, too old")
        return answer()

    plain = judged(lived, lived.store, trust, chain=odd(lived, without_proofs))
    assert plain.verdict == VERIFIED
    assert plain.last_block == lived.ends[1]
    late = judged(
        lived, lived.store, trust, chain=odd(lived, without_proofs), last_block=trust.number
    )
    assert late.verdict == NOT_PROVED
    assert "an archive endpoint is needed" in late.not_proved[0]


def test_trusted_height_is_another(lived: Lived) -> None:
    trust = replace(lived.head, number=12)
    with pytest.raises(InputError, match=f"is the hash of block {lived.ends[-1]}, not of block 12"):
        judged(lived, lived.store, trust)


def test_earlier_block_trusted(lived: Lived) -> None:
    """The verdict ends where the trusted root does, and the rest is said to be no part of it."""
    found = judged(lived, lived.store, lived.trust(lived.ends[1]))
    assert (found.verdict, found.last_block) == (VERIFIED, lived.ends[1])
    text = f"blocks {lived.ends[1] + 1} to {lived.ends[-1]} (rows) are beyond the last proved root"
    assert any(text in one for one in found.stated)
    asked = judged(lived, lived.store, lived.trust(lived.ends[1]), last_block=lived.ends[-1])
    assert asked.verdict == NOT_PROVED


def test_two_chains_trusted(lived: Lived) -> None:
    other = connect("embedded")
    other.local.mine(lived.ends[-1])

    def both(request: Any, answer: Any) -> Any:
        try:
            return answer()
        except NoSuchBlock:
            return other._node.answer(request)

    trust = Trust(other.block(lived.ends[-1]).hash)
    with pytest.raises(InputError, match="the trusted hashes are of two chains"):
        judged(lived, lived.store, lived.head, trust, chain=odd(lived, both))


# What the store says that it is


def test_empty_store(lived: Lived) -> None:
    empty = Memory(lived.store.description, {}, [], [])
    with pytest.raises(InputError, match="nothing has been read"):
        judged(lived, empty)


def test_no_chained_contract(lived: Lived) -> None:
    store = lived.store.copy()
    loose = tuple(replace(one, chained=False) for one in store.description.contracts)
    store.description = replace(store.description, contracts=loose)
    with pytest.raises(InputError, match="keeps a report chain"):
        judged(lived, store)


def test_one_address_twice(lived: Lived) -> None:
    store = lived.store.copy()
    first, *rest = store.description.contracts
    twice = (first, replace(first, name="Again"), *rest)
    store.description = replace(store.description, contracts=twice)
    with pytest.raises(InputError, match="names one address twice"):
        judged(lived, store)


def test_shape_of_a_description(lived: Lived) -> None:
    """A store's own description is looked at as a package's is."""
    store = lived.store.copy()
    store.description = replace(store.description, first_block=True)
    with pytest.raises(InputError, match="firstBlock in the description of memory"):
        judged(lived, store)


def test_manifest_of_chain(lived: Lived) -> None:
    """The store says another chain than the user's manifest."""
    store = lived.store.copy()
    store.description = replace(store.description, chain_id=5, manifest="")
    with pytest.raises(ChainMismatch, match="is of chain 5, not"):
        judged(lived, store, expected=lived.kit)


def fewer(lived: Lived) -> Memory:
    """A store that has dropped a contract and its rows and proofs."""
    store = lived.store.copy()
    gone = next(one for one in store.description.contracts if one.name == "ClearingHouse")
    kept = tuple(one for one in store.description.contracts if one != gone)
    store.description = replace(store.description, contracts=kept)
    store.root_proofs = [one for one in store.root_proofs if one.contract != gone.address]
    for name, rows in store.tables.items():
        mask = [one != gone.address for one in rows["address"].to_pylist()]
        store.tables[name] = rows.filter(mask)
    return store


def test_fewer_contracts_watched(lived: Lived) -> None:
    """Everything that is left folds; the manifests say what is missing."""
    found = judged(lived, fewer(lived))
    assert found.verdict == FAILED
    assert [one.kind for one in found.findings] == ["description"]
    assert "does not watch ClearingHouse" in found.findings[0].text
    with pytest.raises(ChainMismatch, match="does not watch ClearingHouse, which is in your"):
        judged(lived, fewer(lived), expected=lived.kit)
    bare = fewer(lived)
    bare.description = replace(bare.description, manifest="")
    said = judged(lived, bare)
    assert any("exactly Supervision, SanctionsList" in one for one in said.stated)
    with pytest.raises(ChainMismatch, match="does not watch ClearingHouse"):
        judged(lived, bare, expected=lived.kit)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("address", b"\x31" * 20, "watches ClearingHouse at 0x3131"),
        ("code_hash", b"\x31" * 32, "names other code of ClearingHouse"),
        ("chained", False, "says that ClearingHouse keeps no report chain"),
        ("first_block", 1, "names another first block of ClearingHouse"),
    ],
)
def test_contract_described_otherwise(lived: Lived, field: str, value: Any, said: str) -> None:
    store = lived.store.copy()
    edited = tuple(
        replace(one, **{field: value}) if one.name == "ClearingHouse" else one
        for one in store.description.contracts
    )
    store.description = replace(store.description, contracts=edited)
    found = judged(lived, store)
    assert found.verdict == FAILED
    assert any(said in one.text for one in found.findings if one.kind == "description")
    with pytest.raises(ChainMismatch, match=said):
        judged(lived, store, expected=lived.kit)
    store.description = replace(store.description, manifest="")
    assert judged(lived, store).verdict != VERIFIED or field == "first_block"


def test_contract_said_to_keep_no_chain(lived: Lived) -> None:
    """Its rows can be anything: no verdict goes as far as verified."""
    store = lived.store.copy()
    house = store.description.contracts[-1]
    loose = tuple(
        replace(one, chained=False) if one == house else one for one in store.description.contracts
    )
    store.description = replace(store.description, contracts=loose, manifest="")
    store.root_proofs = [one for one in store.root_proofs if one.contract != house.address]
    found = judged(lived, store)
    assert found.verdict == NOT_PROVED
    assert found.not_proved == ("ClearingHouse: it keeps no report chain, which would show gaps",)


def test_manifest_edited(lived: Lived) -> None:
    store = lived.store.copy()
    store.description = replace(store.description, manifest="{}")
    found = judged(lived, store)
    assert found.verdict == FAILED
    assert found.findings[0].kind == "description"


def test_fewer_tables(lived: Lived) -> None:
    """A table left out of the description: its rows are missing from the fold."""
    store = lived.store.copy()
    kept = tuple(one for one in store.description.tables if one.name != "trade_reported")
    store.description = replace(store.description, tables=kept)
    found = judged(lived, store)
    assert found.verdict == FAILED
    assert found.findings[0].contract == "ClearingHouse"


def renumbered(proof: RootProof, block: int) -> RootProof:
    """The same proof in a header that has another height."""
    fields = decode(proof.header)
    fields[8] = block.to_bytes(1, "big")
    header = encode(fields)
    return replace(proof, header=header, block_hash=keccak(header), block_number=block)


def test_first_block_beyond_the_deployment(lived: Lived) -> None:
    """Rows that begin later need a proved root at their beginning."""
    cut = lived.ends[1]
    store = lived.store.copy()
    store.description = replace(store.description, first_block=cut + 1)
    store.points = store.points[2:]
    store.tables = {
        name: rows.filter([one > cut for one in rows["block_number"].to_pylist()])
        for name, rows in store.tables.items()
    }
    found = judged(lived, store)
    assert found.verdict == NOT_PROVED
    assert f"reading began at block {cut + 1}, after " in found.not_proved[0]
    both = judged(lived, store, lived.head, lived.trust(cut))
    assert (both.verdict, both.first_block) == (VERIFIED, cut + 1)
    assert judged(lived, store, chain=lived.chain).verdict == VERIFIED
    # A root before the rows that is not theirs decides nothing: an earlier proof of the chain's own
    # stands in a header of the forger's, which says that it is of the block before the rows.
    early = [one for one in lived.store.root_proofs if one.block_number == lived.ends[0]]
    store.root_proofs = [
        *(renumbered(one, cut) for one in early),
        *(one for one in store.root_proofs if one.block_number > cut),
    ]
    forged = judged(lived, store)
    assert forged.verdict == NOT_PROVED
    assert any("the rows or that proof are wrong" in one for one in forged.not_proved)


def test_claims_a_later_deployment(lived: Lived) -> None:
    """First blocks of contracts moved up to where the rows begin: the fold from zero fails."""
    cut = lived.ends[1]
    store = lived.store.copy()
    moved = tuple(replace(one, first_block=cut + 1) for one in store.description.contracts)
    store.description = replace(
        store.description, first_block=cut + 1, contracts=moved, manifest=""
    )
    store.points = store.points[2:]
    store.tables = {
        name: rows.filter([one > cut for one in rows["block_number"].to_pylist()])
        for name, rows in store.tables.items()
    }
    assert judged(lived, store).verdict == FAILED


def test_period_without_rows(lived: Lived) -> None:
    """A period in which nothing happened is proved by the chain around it."""
    busy = {place[0] for place in lived.store.places()}
    quiet = next(one for one in range(lived.ends[0], lived.ends[-1]) if one not in busy)
    found = judged(lived, lived.store, first_block=quiet, last_block=quiet)
    assert (found.verdict, found.first_block, found.last_block) == (VERIFIED, quiet, quiet)


def test_market_without_records(lived: Lived) -> None:
    """Addresses at which nothing is: roots are zero and rows there are none."""
    store = lived.store.copy()
    nobody = tuple(
        replace(one, address=bytes([place + 1]) * 20)
        for place, one in enumerate(store.description.contracts)
    )
    store.description = replace(store.description, contracts=nobody, manifest="")
    store.tables = {}
    store.root_proofs = root_proofs(lived.chain, store.description, lived.ends)
    found = judged(lived, store)
    assert found.verdict == NOT_PROVED
    assert any("an empty market proves nothing" in one for one in found.not_proved)
    assert any("nothing is deployed at its address" in one for one in found.not_proved)


def test_another_chains_node(lived: Lived) -> None:
    store = lived.store.copy()
    store.description = replace(store.description, chain_id=1, manifest="")
    with pytest.raises(ChainMismatch, match="the store's is 1"):
        judged(lived, store, chain=lived.chain)


# Proofs and checkpoints


def forged(lived: Lived, place: int, **fields: Any) -> Memory:
    """A store with one proof altered."""
    store = lived.store.copy()
    store.root_proofs[place] = replace(store.root_proofs[place], **fields)
    return store


def test_forged_proofs(lived: Lived) -> None:
    """Of another root, contract, slot, block or code, cut short or padded: each is named."""
    last = len(lived.store.root_proofs) - 1
    proof = lived.store.root_proofs[last]
    other = lived.store.root_proofs[last - 1]
    wrong_slot = lived.chain.run(proof_of(proof.contract, proof.block_number, 1))
    early = lived.store.root_proofs[0]
    for fields in (
        {"root": b"\x01" * 32},
        {"contract": other.contract},
        {"account": other.account},
        {"storage": other.storage},
        {"storage": wrong_slot.storage, "root": wrong_slot.root},
        {"storage": ()},
        {"account": ()},
        {"storage": (*proof.storage, proof.storage[0])},
        {"header": early.header},
        {"header": proof.header + b"\0"},
        {"header": b""},
        {"block_hash": b"\x01" * 32},
        {"block_number": proof.block_number - 1},
        {"header": early.header, "block_hash": early.block_hash},
    ):
        found = judged(lived, forged(lived, last, **fields))
        assert found.verdict == FAILED, fields
        assert any(one.kind == "proof" for one in found.findings), fields


def test_forged_header(lived: Lived) -> None:
    """A header with another state root has another hash, so nothing leads to it."""
    last = len(lived.store.root_proofs) - 1
    proof = lived.store.root_proofs[last]
    header = bytearray(proof.header)
    header[100] ^= 1
    found = judged(lived, forged(lived, last, header=bytes(header)))
    assert found.verdict == FAILED


def test_proofs_of_another_chain(lived: Lived) -> None:
    """A whole market on a chain of the forger's own: the proofs hold, and nobody trusts them."""
    trust = Trust(connect("embedded", genesis_time=1_700_000_000).block().hash)
    found = judged(lived, lived.store, trust)
    assert found.verdict == NOT_PROVED
    assert any("not anchored" in one for one in found.stated)


def test_proof_of_other_code(lived: Lived) -> None:
    store = lived.store.copy()
    edited = tuple(replace(one, code_hash=b"\x02" * 32) for one in store.description.contracts)
    store.description = replace(store.description, contracts=edited, manifest="")
    found = judged(lived, store)
    assert found.verdict == FAILED
    assert "has the hash 0x" in found.findings[0].text


def test_unanchored_proof_never_decides(lived: Lived) -> None:
    """A proof of a contract's earlier root, passed off as a later one, is refuted by the rows."""
    # The only proofs are not anchored, and the rows are altered: no verdict, but a hint.
    store = lived.store.copy()
    here = store.tables["trade_reported"]["price"].to_pylist()[0]
    store.set("trade_reported", 0, "price", here + 1)
    found = verify_store(store, [])
    assert found.verdict == NOT_PROVED
    assert not found.findings
    assert any("the rows or the proof are wrong" in one for one in found.not_proved)
    assert not all(one.holds for one in found.contracts)


def test_proof_from_an_orphaned_block(lived: Lived) -> None:
    """Proofs from another chain at one height: with that height vouched for, it is named."""
    other = connect("embedded", genesis_time=1_700_000_000)
    other.local.mine(lived.ends[-1])
    store = lived.store.copy()
    house = store.description.contracts[-1]
    stray = other.run(proof_of(house.address, lived.ends[1]))
    store.root_proofs.append(stray)
    loose = judged(lived, store)
    # Not anchored; but the rows up to there are proved, and it contradicts them.
    assert loose.verdict == FAILED
    assert any("contradicts rows that are proved" in one.text for one in loose.findings)
    known = judged(lived, store, lived.head, lived.trust(lived.ends[1]))
    assert any("is from another block" in one.text for one in known.findings)


def test_root_where_nothing_is(lived: Lived) -> None:
    """Before its deployment a contract has no root, whatever the store claims."""
    house = lived.store.description.contracts[-1]
    place, proof = next(
        (place, one)
        for place, one in enumerate(lived.store.root_proofs)
        if one.contract == house.address and one.block_number < house.first_block
    )
    assert proof.storage == ()
    for fields in ({"root": b"\x01" * 32}, {"storage": lived.store.root_proofs[-1].storage}):
        found = judged(lived, forged(lived, place, **fields))
        assert any("expected no root either" in one.text for one in found.findings)


def test_proof_beyond_the_checkpoints(lived: Lived) -> None:
    """Noted before the rows of its block came: it says nothing about rows that are not read."""
    store = lived.store.copy()
    cut = lived.ends[3]
    del store.points[4:]
    store.tables = {
        name: rows.filter([one <= cut for one in rows["block_number"].to_pylist()])
        for name, rows in store.tables.items()
    }
    found = judged(lived, store, lived.head, lived.trust(cut))
    assert (found.verdict, found.last_block) == (VERIFIED, cut)
    alone = judged(lived, store, lived.head)
    assert alone.verdict == NOT_PROVED
    assert not alone.findings


def test_very_many_proofs(lived: Lived, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only some are looked at, among them those that the verdict needs; it says so."""
    monkeypatch.setattr(work, "MOST_PROOF_BLOCKS", 2)
    first, last = lived.ends[1] + 1, lived.ends[2]
    found = judged(lived, lived.store, lived.trust(last), first_block=first, last_block=last)
    assert (found.verdict, found.last_block) == (VERIFIED, last)
    assert any("of proofs stored at 5 blocks those of" in one for one in found.stated)
    assert judged(lived, lived.store).verdict == VERIFIED
    edges = [lived.trust(lived.ends[0]), lived.trust(lived.ends[3])]
    asked = judged(lived, lived.store, *edges, first_block=20, last_block=45)
    assert asked.verdict == VERIFIED


def test_proof_of_a_stranger(lived: Lived) -> None:
    found = judged(lived, forged(lived, 0, contract=b"\x66" * 20))
    assert "which is not watched" in found.findings[0].text


@pytest.mark.parametrize(
    ("place", "fields", "said"),
    [
        (4, {"last_hash": b"\x01" * 32}, "names 0x0101"),
        (4, {"last_time": 5}, "at second 5"),
        (2, {"first_block": 30}, "expected one from block 28 on"),
        (0, {"first_block": 9}, "expected one from block 3 on"),
        (1, {"last_block": 7}, "expected one from block 16 on"),
    ],
)
def test_forged_checkpoints(lived: Lived, place: int, fields: Any, said: str) -> None:
    store = lived.store.copy()
    store.points[place] = replace(store.points[place], **fields)
    found = judged(lived, store)
    assert found.verdict == FAILED
    assert any(one.kind == "checkpoint" and said in one.text for one in found.findings)


def test_checkpoint_beyond_the_rows(lived: Lived) -> None:
    """A checkpoint that claims more blocks than were proved: they are no part of the verdict."""
    store = lived.store.copy()
    store.points[-1] = replace(store.points[-1], last_block=500, last_hash=b"\x02" * 32)
    found = judged(lived, store)
    assert (found.verdict, found.last_block) == (VERIFIED, lived.ends[-1])
    assert judged(lived, store, last_block=500).verdict == NOT_PROVED


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (2, None, "first block: 2, expected one from 3 to 63"),
        (64, None, "first block: 64"),
        (None, 64, "last block: 64, expected one from 3 to 63"),
        (20, 19, "last block: 19, expected one from 20 to 63"),
    ],
)
def test_period_outside(lived: Lived, first: int | None, last: int | None, said: str) -> None:
    with pytest.raises(InputError, match=said):
        judged(lived, lived.store, first_block=first, last_block=last)


# The node


def test_node_that_lies(lived: Lived) -> None:
    """Altered logs, headers and proofs of a node change no verdict."""
    header = lived.chain.run(_one(GetHeader(lived.ends[0])))

    def lies(request: Any, answer: Any) -> Any:
        if isinstance(request, GetHeader):
            return header
        if isinstance(request, GetProof):
            raise KeyError("storageProof")
        return () if isinstance(request, GetLogs) else answer()

    node = odd(lived, lies)
    good = judged(lived, lived.store, chain=node)
    assert good.verdict == VERIFIED
    bare = lived.store.copy()
    bare.root_proofs = []
    found = judged(lived, bare, chain=node)
    assert found.verdict == NOT_PROVED
    store = lived.store.copy()
    here = store.tables["trade_reported"]["price"].to_pylist()[0]
    store.set("trade_reported", 0, "price", here + 1)
    bad = judged(lived, store, chain=node)
    assert bad.verdict == FAILED
    assert "the node's logs do not fold to the root either" in bad.findings[0].text


def test_node_with_proofs_of_another_chain(lived: Lived) -> None:
    """They hold by themselves, and are neither proof of anything nor a fault of the store."""
    other = connect("embedded", genesis_time=1_700_000_000)
    other.local.mine(lived.ends[-1])

    def lies(request: Any, answer: Any) -> Any:
        by_height = isinstance(request, GetHeader) and isinstance(request.block, int)
        if by_height or isinstance(request, GetProof):
            return other._node.answer(request)
        return answer()

    bare = lived.store.copy()
    bare.root_proofs = []
    found = judged(lived, bare, chain=odd(lived, lies))
    assert found.verdict == NOT_PROVED
    assert not found.findings
    assert "has the hash" in found.not_proved[0] or "do not hold" in found.not_proved[0]


def test_proofs_by_the_node_alone(lived: Lived) -> None:
    """A store without any proof, and a node that has them: at the trusted block, or below it."""
    bare = lived.store.copy()
    bare.root_proofs = []
    assert judged(lived, bare).verdict == NOT_PROVED
    found = judged(lived, bare, chain=lived.chain)
    assert (found.verdict, found.last_block) == (VERIFIED, lived.ends[-1])
    middle = judged(lived, bare, chain=lived.chain, last_block=40)
    assert (middle.verdict, middle.last_block) == (VERIFIED, 40)
    short = judged(lived, bare, chain=lived.chain, first_block=20, last_block=40)
    assert (short.verdict, short.first_block) == (VERIFIED, 20)


def test_period_between_two_checkpoints(lived: Lived) -> None:
    """With both ends trusted only the rows between are read."""
    first, last = lived.ends[1], lived.ends[3]
    store = lived.store.copy()
    found = judged(
        lived,
        store,
        lived.trust(first),
        lived.trust(last),
        first_block=first + 1,
        last_block=last,
    )
    assert found.verdict == VERIFIED
    read = [one for one in store.scans if one[1] is not None and one[2] is not None]
    assert min(one[1] or 0 for one in read) == first + 1
    assert max(one[2] or 0 for one in read) == last
    within = [row for row in lived.reading.rows if first < row.log.block_number <= last]
    assert sum(one.records for one in found.contracts) == len(within)


def _one(request: Any) -> Any:
    """The operation of one request."""
    return (yield request)
