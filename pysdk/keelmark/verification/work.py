"""What a verification has gathered so far, and the order in which trust is built."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from eth_utils.address import to_checksum_address

from keelmark.chain import Chain
from keelmark.columns.spec import TableSpec
from keelmark.deploy import Deployment
from keelmark.deploy.plan import REPORTING
from keelmark.errors import ChainMismatch, InputError, KeelmarkError, NoSuchBlock, RpcRefused
from keelmark.proofs.blocks import read_header
from keelmark.proofs.merkle import ProofBroken
from keelmark.proofs.verification_result import Finding
from keelmark.store.model import Checkpoint, Description, RootProof, Watched
from keelmark.verification.anchors import Anchors
from keelmark.verification.roots import ProvedRoot, check_proof, fetch_proof
from keelmark.verification.rows import filled
from keelmark.verification.shape import check_shape
from keelmark.verification.source import Source

__all__ = ["Work"]

MOST_PROOF_BLOCKS: Final = 256
"""Blocks whose proofs are looked at, where a store has more."""


@dataclass(slots=True)
class Work:
    """What has been gathered."""

    source: Source
    anchors: Anchors
    chain: Chain | None
    newest: Checkpoint
    chained: tuple[Watched, ...]
    tables: tuple[TableSpec, ...]
    """Those that have rows."""
    findings: list[Finding] = field(default_factory=list)
    not_proved: list[str] = field(default_factory=list)
    stated: list[str] = field(default_factory=list)
    reached: bool = True
    """Whether a block was found at whose end every root is proved."""
    roots: dict[bytes, list[ProvedRoot]] = field(default_factory=dict)
    """By contract, of every proof that holds by itself."""

    @property
    def description(self) -> Description:
        """What the store says it is about."""
        return self.source.description

    @classmethod
    def begin(cls, source: Source, anchors: Anchors, chain: Chain | None) -> Work:
        """Looks at what is there.

        Raises:
            InputError: nothing was read yet, or no contract keeps a report chain.
            ChainMismatch: the node is of another chain.
        """
        description = source.description
        check_shape(description, source.location)
        newest = source.checkpoint()
        if newest is None:
            raise InputError(f"store: nothing has been read into {source.location} yet")
        chained = tuple(one for one in description.contracts if one.chained)
        if not chained:
            raise InputError(
                f"store: no contract in {source.location} keeps a report chain; nothing can be "
                "proved complete"
            )
        addresses = {one.address for one in description.contracts}
        if len(addresses) < len(description.contracts):
            raise InputError(f"store: {source.location} names one address twice")
        if chain is not None and (there := chain.chain_id()) != description.chain_id:
            raise ChainMismatch(
                f"chain_id: the store's is {description.chain_id}, the node has {there}"
            )
        work = cls(source, anchors, chain, newest, chained, tuple(filled(source)))
        work.roots = {one.address: [] for one in chained}
        return work

    def found(self, kind: str, text: str, first: int, last: int, contract: str = "") -> None:
        """Notes something that is not as the chain has it."""
        self.findings.append(Finding(contract, kind, first, last, text))

    # Who reports

    def compare(self, expected: Deployment | None, own: Deployment | None) -> None:
        """Compares the contracts that the store watches with those of a manifest.

        Args:
            expected: the user's own manifest; None if there is none.
            own: the manifest in the store; None if it has none.

        Raises:
            ChainMismatch: the store is not of the user's deployment.
        """
        for deployment, theirs in ((expected, "your manifest"), (own, "the manifest in it")):
            said = None if deployment is None else self._difference(deployment)
            if said is None:
                continue
            if deployment is expected:
                raise ChainMismatch(f"store: {said} {theirs}")
            self.found("description", f"the store {said} {theirs}", *self._whole())
        if expected is None:
            names = ", ".join(one.name for one in self.chained)
            self.stated.append(
                f"that the reporting contracts are exactly {names}, at these addresses, is what "
                "the store says; give your own manifest to have it compared"
            )

    def _difference(self, deployment: Deployment) -> str | None:
        """What the store watches otherwise than a manifest has it."""
        if deployment.chain_id != self.description.chain_id:
            return f"is of chain {self.description.chain_id}, not {deployment.chain_id} as in"
        found = {one.name: one for one in self.description.contracts}
        for name in REPORTING:
            wanted, there = deployment.contracts[name], found.get(name)
            if there is None:
                return f"does not watch {name}, which is in"
            if to_checksum_address(there.address) != wanted.address:
                return f"watches {name} at 0x{there.address.hex()}, not {wanted.address} as in"
            if "0x" + there.code_hash.hex() != wanted.code_hash:
                return f"names other code of {name} than"
            if not there.chained:
                return f"says that {name} keeps no report chain, unlike"
            if there.first_block != wanted.block_number:
                return f"names another first block of {name} than"
        return None

    def _whole(self) -> tuple[int, int]:
        return self.description.first_block, self.newest.last_block

    # Roots and the blocks that they stand on

    def stored(self, near: Sequence[int]) -> None:
        """Reads the proofs in the store; one that does not show what it says is a finding.

        Where there are very many, only those of some blocks are looked at: evenly chosen ones,
        the last, trusted ones, and those next to some blocks.

        Args:
            near: the blocks next to which proofs are wanted.
        """
        by_address = {one.address: one for one in self.chained}
        for proof in self._proofs(near):
            watched = by_address.get(proof.contract)
            if watched is None:
                self._broken(proof, "", f"it is of 0x{proof.contract.hex()}, which is not watched")
            elif proof.block_number <= self.newest.last_block:
                self._take(proof, watched)

    def _proofs(self, near: Sequence[int]) -> Iterator[RootProof]:
        """The proofs to look at; see `stored`."""
        if len(self.source.checkpoints()) <= MOST_PROOF_BLOCKS:
            yield from self.source.proofs()
            return
        trusted = {one.hash for one in self.anchors.trusted}
        blocks: set[int] = set()
        wanted: set[int] = set()
        for one in self.chained:
            for proof in self.source.proofs(one.address):
                blocks.add(proof.block_number)
                if proof.block_hash in trusted:
                    wanted.add(proof.block_number)
        order = sorted(blocks)
        wanted.update(order[:: max(len(order) // MOST_PROOF_BLOCKS, 1)], order[-1:])
        for block in near:
            place = bisect_left(order, block)
            wanted.update(order[max(place - 1, 0) : place + 1])
        if len(wanted) < len(order):
            self.stated.append(
                f"of proofs stored at {len(order)} blocks those of {len(wanted)} were looked at"
            )
        for one in self.chained:
            for proof in self.source.proofs(one.address):
                if proof.block_number in wanted:
                    yield proof

    def _take(self, proof: RootProof, watched: Watched) -> None:
        """One stored proof; see `stored`."""
        try:
            found = check_proof(proof, watched)
        except ProofBroken as error:
            self._broken(proof, watched.name, str(error))
            return
        self.anchors.offer(proof.header)
        self.roots[watched.address].append(found)

    def _broken(self, proof: RootProof, name: str, why: str) -> None:
        block = proof.block_number
        who = name or "a contract"
        self.found("proof", f"{who}: the proof stored of block {block}, {why}", block, block, name)

    def other_blocks(self) -> None:
        """Drops proofs from blocks that are not the chain's, and says which others nobody vouches
        for."""
        loose: set[int] = set()
        for watched in self.chained:
            kept = []
            for root in self.roots[watched.address]:
                number = root.header.number
                header = self.anchors.at(number)
                if header is None:
                    loose.add(number)
                elif header.hash != root.header.hash:
                    text = (
                        f"{watched.name}: the proof stored of block {number} is from another "
                        f"block, 0x{root.header.hash.hex()}, than the trusted hash leads to"
                    )
                    self.found("proof", text, number, number, watched.name)
                    continue
                kept.append(root)
            self.roots[watched.address] = kept
        if loose:
            self.stated.append(
                f"proofs stored of {len(loose)} blocks, {min(loose)} to {max(loose)}, are not "
                "anchored: no trusted hash leads to them; they narrow a difference down and decide "
                "nothing"
            )

    def complete(self, block: int, *, anchored: bool) -> bool:
        """Whether every contract's root at the end of a block is known."""
        return all(
            any(
                root.header.number == block and (not anchored or self.anchors.vouches(root.header))
                for root in roots
            )
            for roots in self.roots.values()
        )

    def common(self) -> list[int]:
        """Blocks at whose end every contract's root is known, ascending."""
        blocks = {root.header.number for roots in self.roots.values() for root in roots}
        return [block for block in sorted(blocks) if self.complete(block, anchored=False)]

    def establish(self, candidates: Sequence[int]) -> tuple[int | None, str]:
        """Sees that every contract's root is proved, from a trusted block, at the end of one of
        some blocks.

        Args:
            candidates: blocks, the best first.

        Returns:
            the block, and None with the reason if there is none.
        """
        said = "no trusted hash vouches for a block with proofs of every root"
        for block in candidates:
            if self.complete(block, anchored=True):
                return block, ""
            chain = self.chain
            if self.anchors.at(block) is None and (
                chain is None or not self.anchors.link(chain, block)
            ):
                continue
            if chain is None:
                continue
            try:
                self._fetch(chain, block)
            except (RpcRefused, NoSuchBlock) as error:
                said = (
                    f"the node gives no proof of block {block} ({error}); an archive endpoint is "
                    "needed"
                )
                continue
            if self.complete(block, anchored=True):
                return block, ""
            said = f"the node's proofs of block {block} do not hold"
        return None, said

    def _fetch(self, chain: Chain, block: int) -> None:
        """Asks a node for the roots at the end of a block that are not known."""
        for watched in self.chained:
            roots = self.roots[watched.address]
            if any(
                root.header.number == block and self.anchors.vouches(root.header) for root in roots
            ):
                continue
            proof = fetch_proof(chain, watched, block)
            try:
                found = check_proof(proof, watched)
            except ProofBroken as error:
                raise RpcRefused(f"{watched.name}: {error}") from None
            if self.anchors.vouches(found.header):
                roots.append(found)

    def checkpoints(self) -> None:
        """Compares the store's checkpoints with one another and with blocks vouched for."""
        next_block = self.description.first_block
        for one in self.source.checkpoints():
            if one.first_block != next_block or one.last_block < one.first_block:
                self.found(
                    "checkpoint",
                    f"a checkpoint covers blocks {one.first_block} to {one.last_block}, "
                    f"expected one from block {next_block} on",
                    min(one.first_block, next_block),
                    max(one.last_block, next_block),
                )
                return
            next_block = one.last_block + 1
            header = self.anchors.at(one.last_block)
            if header is not None and (header.hash, header.time) != (one.last_hash, one.last_time):
                self.found(
                    "checkpoint",
                    f"the checkpoint of block {one.last_block} names 0x{one.last_hash.hex()} at "
                    f"second {one.last_time}, the block is 0x{header.hash.hex()} at second "
                    f"{header.time}",
                    one.first_block,
                    one.last_block,
                )

    def offered(self, headers: Sequence[bytes]) -> None:
        """Takes headers that came with a package.

        Raises:
            InputError: one is no header.
        """
        for encoded in headers:
            try:
                read_header(encoded)
            except KeelmarkError as error:
                raise InputError(f"package: headers, {error}") from None
            self.anchors.offer(encoded)
