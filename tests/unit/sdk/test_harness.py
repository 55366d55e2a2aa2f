"""The fixtures themselves: isolation, time, reasons, decoding."""

import pytest

KEEPER_START = 1_583_020_800


@pytest.fixture(scope="module")
def harness(deploy, actors):
    """A contract with a report chain, deployed once for this file."""
    return deploy("tests/mocks/RolesHarness", actors("keeper"))


def test_genesis_is_in_march_2020(backend):
    assert backend.get_header("earliest").timestamp == KEEPER_START


@pytest.mark.parametrize("number", [7, 8])
def test_a_test_starts_from_the_deployment(harness, actors, number):
    assert harness.functions.number().call() == 0
    harness.functions.set_number(number).transact({"from": actors("keeper")})
    assert harness.functions.number().call() == number


def test_revert_reasons(harness, actors, reverts):
    with reverts("roles: not the holder"):
        harness.functions.set_number(1).transact({"from": actors("stranger")})
    with reverts("harness: unlucky number"):
        harness.functions.set_number(13).transact({"from": actors("keeper")})
    with reverts("no such thing"):
        harness.functions.refuse("no such thing").call()


def test_reverts_refuses_another_reason(harness, reverts):
    with pytest.raises(AssertionError), reverts("this"):
        harness.functions.refuse("that").call()


def test_reverts_fails_without_a_revert(harness, reverts):
    with pytest.raises(pytest.fail.Exception), reverts("this"):
        harness.functions.number().call()


def test_time_is_exact(harness, w3, set_time, now, send, actors):
    time = now() + 10_000
    set_time(time)
    assert harness.functions.clock().call()[0] == time == now()
    receipt = send(harness.functions.set_number(2), actors("keeper"))
    assert w3.eth.get_block(receipt["blockNumber"])["timestamp"] == time
    after = send(harness.functions.set_number(3), actors("keeper"))
    assert w3.eth.get_block(after["blockNumber"])["timestamp"] == time + 1


def test_time_does_not_go_back(set_time):
    with pytest.raises(ValueError, match="timestamp"):
        set_time(KEEPER_START - 1)


def test_logs_are_decoded(harness, send, logs, actors):
    receipt = send(harness.functions.set_number(99), actors("keeper"))
    (log,) = logs(receipt, harness)
    assert log["event"] == "NumberSet"
    assert log["args"] == {"keeper": actors("keeper"), "slot": 1, "number": 99}


def test_a_failed_transaction_is_mined(harness, backend, actors, reverts):
    before = backend.head.block_number
    with reverts("harness: unlucky number"):
        harness.functions.set_number(13).transact({"from": actors("keeper")})
    assert backend.head.block_number == before + 1


def test_snapshot_inside_a_test(harness, snapshot, send, actors):
    with snapshot():
        send(harness.functions.set_number(5), actors("keeper"))
    assert harness.functions.number().call() == 0
