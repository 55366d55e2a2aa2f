"""Each contract's report chain: its records between two roots that storage proofs show.

A chain of records that ends in a proved root is unique: another record or another order would be
another root. So a chain that starts from zero needs no proof of its start, and one that does not
needs it only to show that no record of the range was left out in front.
"""

from __future__ import annotations

from keelmark.evidence.parts import ContractChain, EvidenceBroken, Nodes, Record, hex_of, raw
from keelmark.evidence.work import Work, at, gap
from keelmark.proofs.blocks import Account, prove_account, prove_word
from keelmark.proofs.report_chain import GENESIS_ROOT, ROOT_SLOT, ChainLog, fold

__all__ = ["check_chain"]


def check_chain(work: Work, place: int, chain: ContractChain) -> None:
    """One contract's report chain; see `verify`."""
    scope, part = work.package.request.scope, f"chains.contracts.{place}"
    if place >= len(scope.contracts) or chain.contract != scope.contracts[place]:
        raise EvidenceBroken(
            f"{part}.contract", f"{chain.contract} is not the scope's at this place"
        )
    previous = scope.first_block
    for index, record in enumerate(chain.records):
        if not previous <= record.block <= scope.last_block:
            raise EvidenceBroken(
                f"{part}.records.{index}.block", f"{record.block} is out of order or of range"
            )
        previous = record.block
    before, after = raw(chain.before.root), raw(chain.after.root)
    if fold([_chained(record) for record in chain.records], before) != after:
        raise EvidenceBroken(
            f"{part}.records", "do not fold from the root before them to the root after them"
        )
    found = _root(work, f"{part}.after", chain, chain.after.proof, scope.last_block, after)
    if found:
        _code(work, f"{part}.after.proof.account", chain.contract, found)
    if before == GENESIS_ROOT:
        if chain.before.proof is not None:
            raise EvidenceBroken(f"{part}.before.proof", "a chain from its beginning needs none")
        shown = found is not None
    elif scope.first_block == 0:
        raise EvidenceBroken(f"{part}.before.root", "expected zero, before the chain's first block")
    else:
        block = scope.first_block - 1
        start = _root(work, f"{part}.before", chain, chain.before.proof, block, before)
        shown = start is not None and found is not None
    if shown:
        work.verdict.proved.append(
            f"{chain.contract}: its {len(chain.records)} records of blocks {scope.first_block} to "
            f"{scope.last_block} are complete, unaltered and in order"
        )


def _chained(record: Record) -> ChainLog:
    """A record as the report chain folds it."""
    first, second, third = (raw(topic) for topic in record.topics)
    return ChainLog(record.block, (first, second, third), raw(record.data))


def _root(
    work: Work, part: str, chain: ContractChain, proof: Nodes | None, block: int, root: bytes
) -> Account | None:
    """The contract, if its root at the end of a block is proved; None if it is not.

    Raises:
        EvidenceBroken: the proof shows another root, or none.
    """
    what = f"{chain.contract}: the root of its report chain at the end of block {block}"
    if proof is None:
        work.verdict.not_proved.append(f"{what}; the package holds no storage proof of it")
        return None
    header = work.headers.get(block)
    if header is None:
        raise EvidenceBroken("headers", f"block {block} is missing, which {part}.proof needs")
    work.used.add(block)
    with at(f"{part}.proof.account"):
        account = prove_account(header, chain.contract, [raw(node) for node in proof.account])
    if account is None:
        raise EvidenceBroken(f"{part}.proof.account", f"shows that {chain.contract} is not there")
    with at(f"{part}.proof.storage"):
        found = prove_word(account, ROOT_SLOT, [raw(node) for node in proof.storage])
    if found != root:
        raise EvidenceBroken(f"{part}.root", f"is {hex_of(root)}, the proof shows {hex_of(found)}")
    if block not in work.vouched:
        work.verdict.not_proved.append(f"{what}; {gap(block)}")
        return None
    return account


def _code(work: Work, part: str, contract: str, account: Account) -> None:
    """Whether the contract's code is the expected one; see `verify`."""
    wanted = (work.expected.contracts or {}).get(contract)
    found = hex_of(account.code_hash)
    if wanted is None:
        work.verdict.proved.append(f"{contract}: the hash of its code is {found}")
    elif wanted != found:
        raise EvidenceBroken(part, f"code hash of {contract} is {found}, expected {wanted}")
    else:
        work.verdict.proved.append(f"{contract}: the hash of its code is {found}, as expected")
