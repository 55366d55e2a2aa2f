"""Acts that a house refuses, told once for any chain."""

from __future__ import annotations

from typing import Any

from keelmark.bindings.order_matcher import Order
from keelmark.chain import Operation
from keelmark.chain.operations import Receipt, Transact
from tests.integration.test_anvil_equality import GAS, IDS, NOBODY, UNIT, WAD, Stage, build

__all__ = ["Acts", "opened"]

BASIS, CASE = b"\1" * 32, b"\2" * 32
PRICE = 8000 * WAD


class Acts:
    """A market with one open trade, and acts in it; each answers the number of its block."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.address = {name: signer.address for name, signer in stage.signers.items()}

    def sent(self, name: str, operation: Operation[Receipt]) -> int:
        """The block in which an act stands, refused or not."""
        before = self.stage.chain.block().number
        self.stage.act(name, operation)
        assert self.stage.chain.block().number == before + 1, "one act, one block"
        return before + 1

    def trade(self, buyer: str, seller: str, size: int = WAD // 10) -> int:
        """Two fresh orders, matched."""
        self.stage.trade(buyer, seller, size, PRICE)
        return self.stage.chain.block().number

    def withdraw(self, name: str, amount: int, gas: int = GAS) -> int:
        """Token units out of a party's own account."""
        house = self.stage.kit.house
        return self.sent(name, house.withdraw(IDS[name], 0, amount, gas=gas))

    def freeze(self, name: str) -> int:
        """A party's every act stops."""
        parties, review = self.stage.kit.parties, self.stage.now() + 90 * 86_400
        freezing = parties.freeze(self.address[name], 0, BASIS, CASE, review, gas=GAS)
        block = self.sent("venue", freezing)
        assert self.stage.seen[-1][0] == "venue", "the freeze passes"
        return block

    def try_trade(self, buyer: str, seller: str, size: int = WAD // 10) -> int:
        """As `trade`, but what the gate denies is reported."""
        stage = self.stage
        trying = stage.kit.matcher.try_match(
            *self.orders(buyer, seller, size, 2**40), size, PRICE, gas=GAS
        )
        return self.sent("venue", trying)

    def try_withdraw(self, name: str, amount: int) -> int:
        """As `withdraw`, but what the gate denies is reported."""
        house = self.stage.kit.house
        return self.sent(name, house.try_withdraw(IDS[name], 0, amount, gas=GAS))

    def orders(self, buyer: str, seller: str, size: int, last: int) -> list[Any]:
        """Two signed orders, each with its signature behind it."""
        stage = self.stage
        orders: list[Any] = []
        for name, signed in ((buyer, size), (seller, -size)):
            stage.nonce += 1
            order = Order(
                stage.kit.house.address, self.address[name], IDS[name], 1, signed, PRICE,
                stage.nonce, last, NOBODY, 0,
            )  # fmt: skip
            digest = stage.chain.run(stage.kit.matcher.digest_of(order))
            orders += [order, stage.signers[name].sign_digest(digest)]
        return orders

    def leave_the_fund(self, name: str) -> int:
        """A withdrawal from the default fund for the account 0, which nobody is."""
        kit = self.stage.kit
        return self.sent(name, kit.fund.withdraw(kit.house.address, 0, 1, gas=GAS))

    def overspend(self, name: str) -> int:
        """A transfer of tokens that are not there; the token is none of the kit."""
        token = self.stage.token
        return self.sent(name, token.transfer(self.address["maker"], 10**30, gas=GAS))

    def expired(self) -> int:
        """A match a second after an order's last, so that a second before it would pass."""
        stage = self.stage
        last = stage.now() + 500
        orders = self.orders("member", "maker", WAD // 100, last)
        stage.chain.set_time(last + 1)
        return self.sent("venue", stage.kit.matcher.match(*orders, WAD // 100, PRICE, gas=GAS))

    def nonsense(self, name: str, data: bytes) -> int:
        """Bytes that are no call of the matcher's."""
        return self.sent(name, _bare(self.stage.kit.matcher.address, data))

    def all(self) -> dict[str, int]:
        """Every act; its block by its name."""
        self.freeze("speculator")
        return {
            "trade": self.trade("speculator", "maker"),
            "tried trade": self.try_trade("speculator", "maker"),
            "withdrawal": self.withdraw("speculator", UNIT),
            "tried withdrawal": self.try_withdraw("speculator", 2 * UNIT),
            "fund": self.leave_the_fund("maker"),
            "margin": self.withdraw("maker", 500_000 * UNIT),
            "token": self.overspend("keeper"),
            "gas": self.withdraw("maker", UNIT, gas=60_000),
            "spent": self.sent("keeper", self.stage.kit.matcher.cancel(1, gas=22_000)),
            "expired": self.expired(),
            "nonsense": self.nonsense("keeper", b"\1\2\3\4"),
            "torn": self.nonsense("keeper", bytes.fromhex("40e58ee5")),
        }


def _bare(to: str, data: bytes) -> Operation[Receipt]:
    receipt: Receipt = yield Transact(to, data, gas=GAS)
    return receipt


def opened(stage: Stage) -> Acts:
    """A market in which the speculator is long and the maker is short."""
    build(stage)
    acts = Acts(stage)
    acts.trade("speculator", "maker")
    assert len(stage.seen[-1]) == 6, "the first trade passes"
    return acts
