"""Every log of every function is in the report chain."""

from __future__ import annotations

from typing import Any

from eth_utils.crypto import keccak
from web3 import Web3
from web3.contract import Contract

from tests.support.chained import chained_root, stored_root
from tests.support.supervision import ALL_POWERS, FREEZE

from .conftest import BASIS, DELAY, FOREVER, PACKAGE, PURPOSE

CONVENOR = keccak(text="convenor")


def test_every_log_is_chained(
    w3: Web3,
    supervision: Contract,
    recognise: Any,
    later: Any,
    act: Any,
    propose: Any,
    ask: Any,
    actors: Any,
    logs: Any,
) -> None:
    recent = max(0, w3.eth.block_number - 100)
    made = w3.eth.get_logs({"address": supervision.address, "fromBlock": recent})[0]
    receipts = [w3.eth.get_transaction_receipt(made["transactionHash"])]
    receipts += [recognise("AMF", "FR", 2)]
    later(DELAY)
    receipts += [
        act("narrow_mandate", 2, ALL_POWERS ^ FREEZE, FOREVER, BASIS, by="convenor"),
        act("widen_mandate", 2, ALL_POWERS, FOREVER, BASIS, by="convenor"),
        act("offer_mandate", actors("new key"), by="AMF"),
        act("accept_mandate", 2, by="new key"),
        propose([1, 2]),
        act("accept_agreement", 1, by="new key"),
        *(ask() for _ in range(3)),
        act("acknowledge", 1, by="new key"),
        act("deliver", 1, PACKAGE, by="new key"),
        act("log_access", 1, PACKAGE, PURPOSE, by="BaFin"),
        act("close", 1, bytes(32), by="BaFin"),
        act("refuse", 2, 3, bytes(32), by="new key"),
        act("withdraw_request", 3, by="BaFin"),
        act("leave_agreement", 1, by="new key"),
        act("hand_over_role", CONVENOR, actors("successor"), by="convenor"),
        act("accept_role", CONVENOR, by="successor"),
    ]
    names = {event.event for receipt in receipts for event in logs(receipt, supervision)}
    assert names == {entry["name"] for entry in supervision.abi if entry["type"] == "event"}
    expected = chained_root(receipts, supervision.address)
    assert stored_root(w3, supervision.address) == expected
    assert chained_root(receipts[:-1], supervision.address) != expected
