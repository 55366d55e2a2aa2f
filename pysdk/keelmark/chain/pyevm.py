"""The embedded chain's machine: eth-tester's py-evm backend with time in our hands.

eth-tester's own backend stamps blocks with the wall clock, draws random block seeds, re-executes a
block when it reverts to it and loses revert data on the way out. A replay needs none of that: here
every block's time is the parent's plus one second unless it was set, two runs of the same
transactions give the same hashes, a snapshot is two headers, and the last revert's bytes are kept.

One transaction makes one block. A call that names no block sees the time that was set for the next
block, as a call at ``pending`` does on a node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eth.abc import BlockHeaderAPI, ComputationAPI, ReceiptAPI, SignedTransactionAPI
from eth.chains.base import MiningChain
from eth.constants import GENESIS_PARENT_HASH
from eth.db import get_db_backend
from eth.vm.forks.prague import PragueVM
from eth_keys.datatypes import PrivateKey
from eth_tester.backends.pyevm.main import PyEVMBackend, generate_genesis_state_for_keys
from eth_tester.exceptions import TransactionFailed
from eth_typing import Address, BlockNumber
from eth_utils.crypto import keccak

__all__ = [
    "BLOCK_GAS_LIMIT",
    "CALL_GAS",
    "CHAIN_ID",
    "GENESIS_TIME",
    "Backend",
    "Mined",
    "Snapshot",
]

GENESIS_TIME = 1_583_020_800
"""1 March 2020, 00:00 UTC, in seconds: before the prices that the demonstration replays."""

BLOCK_GAS_LIMIT = 100_000_000
"""Gas a block may hold; far above any single transaction."""

CHAIN_ID = 131_277_322_940_537
"""The chain id that eth-tester answers for its py-evm chains."""

RICH_WEI = 10**24
"""Balance of a funded account, in wei."""

CALL_GAS = 90_000_000
"""Gas of a call that names none."""

_NOBODY = b"\x00" * 20


@dataclass(frozen=True, slots=True)
class Mined:
    """One executed transaction in its block."""

    header: BlockHeaderAPI
    transaction: SignedTransactionAPI
    receipt: ReceiptAPI
    computation: ComputationAPI


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A point to go back to: the head of the chain and the header in the making."""

    head: BlockHeaderAPI
    pending: BlockHeaderAPI
    time_set: bool


class _Chain(MiningChain):
    """py-evm's Prague rules from block 0, gas limit held constant, time from the parent."""

    chain_id = CHAIN_ID
    vm_configuration = ((BlockNumber(0), PragueVM),)

    def create_header_from_parent(
        self, parent_header: BlockHeaderAPI, **header_params: Any
    ) -> BlockHeaderAPI:
        header_params.setdefault("timestamp", parent_header.timestamp + 1)
        header_params["gas_limit"] = parent_header.gas_limit
        return super().create_header_from_parent(parent_header, **header_params)

    def get_transaction_builder(self) -> Any:
        """eth-tester asks the chain where py-evm asks the virtual machine."""
        return self.get_vm().get_transaction_builder()


class Backend(PyEVMBackend):
    """eth-tester's backend over the chain above."""

    chain: Any

    def __init__(self, genesis_time: int = GENESIS_TIME) -> None:
        self._genesis_time = genesis_time
        self._senders: dict[bytes, PrivateKey] = {}
        self.time_set = False
        self.last_mined: Mined | None = None
        self.last_revert = b""
        super().__init__()  # type: ignore[no-untyped-call]  # eth-tester has no types

    # Genesis and accounts

    def reset_to_genesis(self, *_: Any, **__: Any) -> None:
        """Starts anew: one rich account, an explicit time."""
        params = self.generate_genesis_params(  # type: ignore[no-untyped-call]  # nor here
            overrides={"timestamp": self._genesis_time, "gas_limit": BLOCK_GAS_LIMIT}
        )
        self.account_keys = (PrivateKey(keccak(text="keelmark embedded faucet")),)
        self._senders = {key.public_key.to_canonical_address(): key for key in self.account_keys}
        state = generate_genesis_state_for_keys(self.account_keys)
        self.chain = _Chain.from_genesis(get_db_backend(), params, state)
        self.time_set = False

    @property
    def _key_lookup(self) -> dict[bytes, PrivateKey]:
        return self._senders

    def add_account(self, private_key: bytes) -> None:
        """Makes an account one that eth-tester signs for."""
        key = PrivateKey(private_key)
        self.account_keys = (*tuple(self.account_keys or ()), key)
        self._senders[key.public_key.to_canonical_address()] = key

    def fund(self, address: bytes, wei: int = RICH_WEI) -> None:
        """Sets a balance from the next block on, as ``anvil_setBalance`` does."""
        vm = self.chain.get_vm()
        vm.state.set_balance(address, wei)
        vm.state.persist()
        self.chain.header = self.chain.header.copy(state_root=vm.state.state_root)

    # Time, blocks, snapshots

    @property
    def head(self) -> BlockHeaderAPI:
        """The header of the newest mined block."""
        header: BlockHeaderAPI = self.chain.get_canonical_head()
        return header

    def set_time(self, timestamp: int) -> None:
        """Sets the next block's time, in seconds.

        Raises:
            ValueError: it is not after the newest block's.
        """
        if timestamp <= self.head.timestamp:
            raise ValueError(
                f"timestamp: {timestamp} must be after the newest block's {self.head.timestamp}"
            )
        self.chain.set_header_timestamp(timestamp)
        self.time_set = True

    def time_travel(self, to_timestamp: int) -> int:
        """eth-tester's way to set the time."""
        self.set_time(to_timestamp)
        return to_timestamp

    def mine_blocks(self, num_blocks: int = 1, coinbase: bytes = _NOBODY) -> tuple[bytes, ...]:
        """Mines; the seed of a block is its parent's hash, hashed."""
        hashes: list[bytes] = []
        for _ in range(num_blocks):
            seed = keccak(self.chain.header.parent_hash)
            block = self.chain.mine_block(coinbase=coinbase, mix_hash=seed, blob_gas_used=0)
            hashes.append(block.hash)
            self.time_set = False
        return tuple(hashes)

    def take_snapshot(self) -> Snapshot:
        """Remembers the head and the header in the making."""
        return Snapshot(self.head, self.chain.header, self.time_set)

    def revert_to_snapshot(self, snapshot: Snapshot) -> None:
        """Goes back; executes nothing, for the store only ever grows."""
        database = self.chain.chaindb
        database._set_as_canonical_chain_head(database.db, snapshot.head, GENESIS_PARENT_HASH)
        self.chain.header = snapshot.pending
        self.time_set = snapshot.time_set

    # Transactions and calls

    def apply(self, transaction: SignedTransactionAPI) -> Mined:
        """Executes one signed transaction into a block of its own."""
        _, receipt, computation = self.chain.apply_transaction(transaction)
        self.mine_blocks()
        self.last_mined = Mined(self.head, transaction, receipt, computation)
        self.last_revert = computation.output if computation.is_error else b""
        return self.last_mined

    def send_transaction(self, transaction: dict[str, Any]) -> bytes:
        """eth-tester's way to send: signs for an account added before, executes and mines."""
        sign = self._get_normalized_and_signed_evm_transaction
        signed = sign(transaction)  # type: ignore[no-untyped-call]  # nor here
        return self.apply(signed).transaction.hash

    def send_raw_transaction(self, raw_transaction: bytes) -> bytes:
        """Executes and mines a signed transaction; answers its hash."""
        signed = self.chain.get_transaction_builder().decode(raw_transaction)
        return self.apply(signed).transaction.hash

    def execute(
        self,
        *,
        to: bytes | None,
        data: bytes,
        sender: bytes = _NOBODY,
        value: int = 0,
        gas: int = CALL_GAS,
        at: BlockHeaderAPI | None = None,
    ) -> ComputationAPI:
        """Runs a call against a block's state and throws the changes away.

        Args:
            to: contract; without it the data is run as creation code.
            data: calldata.
            sender: who calls; needs no balance.
            value: wei sent along.
            gas: gas given.
            at: the block; without it the newest, at the time set for the next one.
        """
        caller, contract = Address(sender), Address(to or _NOBODY)
        header = at
        if header is None:
            header = self.head
            if self.time_set:
                header = header.copy(timestamp=self.chain.header.timestamp)
        vm = self.chain.get_vm(header)
        computation: ComputationAPI = vm.execute_bytecode(
            origin=caller,
            gas_price=0,
            gas=gas,
            to=contract,
            sender=caller,
            value=value,
            data=data if to else b"",
            code=vm.state.get_code(contract) if to else data,
            code_address=contract,
        )
        return computation

    def call(self, transaction: dict[str, Any], block_number: Any = "latest") -> bytes:
        """eth-tester's call, by way of ``execute``."""
        at = None if block_number == "latest" else self.get_header(block_number)
        if not transaction.get("to"):
            created = super().call
            output: bytes = created(transaction, block_number)  # type: ignore[no-untyped-call]  # nor here
            return output
        computation = self.execute(
            to=transaction["to"],
            data=transaction.get("data", b""),
            sender=transaction["from"],
            value=transaction.get("value", 0),
            gas=transaction.get("gas", CALL_GAS),
            at=at,
        )
        if computation.is_error:
            self.last_revert = computation.output
            raise TransactionFailed(reason_text(computation))
        return computation.output

    def get_header(self, block_number: Any) -> BlockHeaderAPI:
        """The header at a height or under a name; only ``earliest`` differs from the head.

        Raises:
            eth.exceptions.HeaderNotFound: there is no such block yet.
        """
        if isinstance(block_number, int):
            if block_number > self.head.block_number:
                from eth.exceptions import HeaderNotFound

                raise HeaderNotFound(f"no block {block_number}")
            number = block_number
        else:
            number = 0 if block_number == "earliest" else self.head.block_number
        header: BlockHeaderAPI = self.chain.get_canonical_block_header_by_number(number)
        return header


def reason_text(computation: ComputationAPI) -> str:
    """The words of a failed execution: its reason string if it gave one, else what the machine
    says went wrong, else ``empty revert``."""
    data = computation.output
    if data[:4] == b"\x08\xc3y\xa0" and len(data) >= 68:
        length = int.from_bytes(data[36:68], "big")
        return data[68 : 68 + length].decode("utf-8", "replace")
    kind = type(computation.error).__name__
    if kind != "Revert":
        return f"machine: {kind}"
    return f"data: {data.hex()}" if data else "empty revert"
