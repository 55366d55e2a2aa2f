"""Calls and receipts taken apart, against bytes made by other libraries."""

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from rlp.codec import encode as rlp

from keelmark.bindings.calldata import read_calldata, selector
from keelmark.proofs.blocks import receipt_outcome
from keelmark.proofs.merkle import ProofBroken


def test_calldata_by_hand() -> None:
    """Structs and lists are flattened; the selector is that of the canonical signature."""
    assert (
        selector("ClearingHouse", "withdraw")
        == keccak(text="withdraw(uint256,uint256,uint256)")[:4]
    )
    assert selector("ClearingHouse", "no such function") is None
    takes = "(uint256,uint256,uint256)[]"
    four = keccak(text=f"liquidate_many(address,uint256,uint256,{takes})")[:4]
    house = "0x" + "ab" * 20
    data = four + encode(
        ["address", "uint256", "uint256", takes], [house, 8, 9, [(5, 1, 2), (6, 3, 4)]]
    )
    call = read_calldata("CloseOut", data)
    assert call.function == "liquidate_many"
    assert dict(call.arguments) == {
        "house": "0xABaBaBaBABabABabAbAbABAbABabababaBaBABaB",
        "account": 8,
        "taker": 9,
        "takes.0.instrument": 5,
        "takes.0.size": 1,
        "takes.0.limit": 2,
        "takes.1.instrument": 6,
        "takes.1.size": 3,
        "takes.1.limit": 4,
    }
    assert read_calldata("Nothing", data).function == "0x" + four.hex()


def test_outcome_of_a_receipt() -> None:
    bloom = b"\0" * 256
    assert receipt_outcome(rlp([b"\1", b"\x52\x08", bloom, []])) == (True, 21_000)
    assert receipt_outcome(b"\2" + rlp([b"", b"\x52\x08", bloom, []])) == (False, 21_000)
    with pytest.raises(ProofBroken, match="status"):
        receipt_outcome(rlp([b"\7" * 32, b"\x52\x08", bloom, []]))
