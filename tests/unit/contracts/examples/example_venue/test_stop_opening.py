"""`stop_opening` and the operator's role: the one power there is, and what it does not reach."""

from eth_utils import keccak

WAD = 10**18
TOKEN = 10**6
OPERATOR = keccak(text="operator")


def test_default_behavior(venue, reverts, logs):
    venue.trade("buyer", "seller", 2 * WAD)
    receipt = venue.act("venue operator", "stop_opening", True)
    (event,) = logs(receipt, venue.contract)
    assert (event.event, event.args.stopped) == ("OpeningChanged", True)
    with reverts("venue: opening stopped"):
        venue.trade("buyer", "seller", WAD)
    venue.trade("seller", "buyer", WAD)
    venue.withdraw("buyer", 96_000 * TOKEN)
    venue.fall(4_100 * WAD)
    venue.liquidate("buyer", "liquidator", WAD // 2)
    venue.act("venue operator", "stop_opening", False)
    venue.trade("liquidator", "seller", WAD // 2, 4_100 * WAD)


def test_only_the_operator(venue, reverts):
    for name in ("deployer", "buyer"):
        with reverts("roles: not the holder"):
            venue.act(name, "stop_opening", True)


def test_hand_over_in_two_steps(venue, reverts):
    successor = venue.market.actors("successor")
    venue.act("venue operator", "hand_over_role", OPERATOR, successor)
    assert venue.calls.holder_of(OPERATOR).call() == venue.market.actors("venue operator")
    venue.act("successor", "accept_role", OPERATOR)
    with reverts("roles: not the holder"):
        venue.act("venue operator", "stop_opening", True)
    venue.act("successor", "stop_opening", True)


def test_nothing_else_writes(venue):
    # Whatever changes state is listed here: no function sets a threshold, a price or a wallet.
    writing = {
        entry["name"]
        for entry in venue.contract.abi
        if entry["type"] == "function" and entry["stateMutability"] != "view"
    }
    assert writing == {
        "deposit",
        "withdraw",
        "buy_collateral",
        "write_off",
        "contribute",
        "trade",
        "liquidate",
        "stop_opening",
        "hand_over_role",
        "accept_role",
    }
