"""One script on two chains: the embedded one and a real node answer alike.

The same acts, from the deployment of the kit to a loss in the written order, are sent by the same
keys at the same times to the embedded chain and to anvil. Every receipt, refusal, event, report
chain root and margin must be equal: what holds on the one holds on the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass, field
from typing import Any

from keelmark.bindings import TestToken as Token
from keelmark.bindings.instrument_registry import Terms
from keelmark.bindings.order_matcher import Order
from keelmark.chain import Chain, Signer, connect
from keelmark.chain.anvil import running_anvil
from keelmark.chain.compiler import compile_contract
from keelmark.chain.operations import GetStorage, Operation, Receipt
from keelmark.deploy import Deployment, Plan, deploy
from keelmark.deploy.plan import REPORTING
from keelmark.errors import Reverted
from tests.conftest import find
from tests.support.parties import Attestation, lei_text, lei_word
from tests.support.tester import Actor

WAD, UNIT = 10**18, 10**6
BTC, TOKEN_FEED = 1, 2
GAS = 8_000_000
NOBODY = "0x" + "00" * 20
PRICE_FIELDS = ("feed", "price", "timestamp")
IDS = {"member": 1, "maker": 2, "speculator": 3}
"""Account ids, in the order of onboarding."""

ACTORS = (
    "deployer", "operator", "registrar", "lister", "board operator", "reporter", "minter",
    "keeper", "venue", "convenor", "officer", "member", "maker", "speculator",
)  # fmt: skip


@dataclass
class Stage:
    """One chain, the actors on it, and what it answered."""

    chain: Chain
    seen: list[Any] = field(default_factory=list)
    nonce: int = 0
    kit: Deployment = field(init=False)
    token: Token = field(init=False)

    def __post_init__(self) -> None:
        self.signers = {name: Signer.from_key(Actor(name).key) for name in ACTORS}
        for signer in self.signers.values():
            self.chain.local.fund(signer.address)

    def now(self) -> int:
        """Time of the newest block."""
        return self.chain.block().time

    def act(self, name: str, operation: Operation[Receipt]) -> None:
        """Sends as an actor and notes what came of it."""
        try:
            receipt = self.chain.signing(self.signers[name]).run(operation)
        except Reverted as refusal:
            self.seen.append(("refused", refusal.reason))
            return
        logs = [
            (log.address, log.topics, log.data, log.block_number, log.log_index)
            for log in receipt.logs
        ]
        block = (receipt.block_number, self.now())
        self.seen.append((name, block, receipt.sender, receipt.gas_used, receipt.contract, logs))

    def price(self, feed: int, price: int, later: int = 1) -> None:
        """A signed price, seen so many seconds after the newest block."""
        time = self.now() + later
        self.chain.set_time(time)
        signature = self.signers["reporter"].sign_typed_data(
            {
                "name": "Keelmark PriceBoard",
                "version": "1",
                "chainId": self.chain.chain_id(),
                "verifyingContract": self.kit.board.address,
            },
            {
                "Price": [
                    {"name": name, "type": "uint256"} for name in ("feed", "price", "timestamp")
                ]
            },
            {"feed": feed, "price": price, "timestamp": time},
        )
        self.act("keeper", self.kit.board.push(feed, price, time, [signature], gas=GAS))

    def trade(self, buyer: str, seller: str, size: int, price: int) -> None:
        """Two fresh orders, matched whole; accounts are numbered by `IDS`."""
        orders = []
        for name, signed in ((buyer, size), (seller, -size)):
            self.nonce += 1
            order = Order(
                self.kit.house.address, self.signers[name].address, IDS[name], 1, signed,
                price, self.nonce, 2**40, NOBODY, 0,
            )  # fmt: skip
            digest = self.chain.run(self.kit.matcher.digest_of(order))
            orders += [order, self.signers[name].sign_digest(digest)]
        self.act("venue", self.kit.matcher.match(*orders, size, price, gas=GAS))


def build(stage: Stage) -> None:
    """The kit, the registries, three parties with money."""
    address = {name: signer.address for name, signer in stage.signers.items()}
    stage.act(
        "deployer",
        Token.create(
            compile_contract(find("testnet/TestToken")).bytecode,
            long_name="Test dollar", short_name="TUSD", digits=6, minter=address["minter"], gas=GAS,
        ),
    )  # fmt: skip
    stage.token = Token(stage.seen[-1][4])
    stage.kit = kit = deploy(
        stage.chain.signing(stage.signers["deployer"]),
        Plan(
            lei=lei_text(1), token=stage.token.address, token_feed=TOKEN_FEED,
            operator=address["operator"], registrar=address["registrar"],
            convenor=address["convenor"], supervisor=address["venue"],
            supervisor_lei=lei_text(900), supervisor_jurisdiction="DE",
            sanctions_officer=address["officer"], lister=address["lister"],
            price_operator=address["board operator"],
        ),
    )  # fmt: skip
    for made in kit.contracts.values():
        stage.seen.append(
            (made.name, made.address, made.block_number, made.code_hash, made.gas_used)
        )
    stage.act(
        "lister", kit.instruments.add_underlier(b"4H95J0R2X", 7, b"BTC".ljust(8, b"\0"), gas=GAS)
    )
    terms = Terms(1, 1, 0, 15, b"JTMXCC", bytes(12), b"USD".ljust(9, b"\0"), 0, 0)
    stage.act("lister", kit.instruments.add_instrument(terms, gas=GAS))
    for feed, price in ((BTC, 8000), (TOKEN_FEED, 1)):
        stage.act("board operator", kit.board.add_feed(feed, 10**12, 10**25, 500, 1, gas=GAS))
        reporters = [address["reporter"]]
        stage.act(
            "board operator", kit.board.set_signed_source(feed, reporters, 1, 9 * 3600, gas=GAS)
        )
        stage.price(feed, price * WAD)
    stage.act("operator", kit.house.list_instrument(1, 10_000, gas=GAS))
    stage.act("officer", kit.sanctions.confirm(b"\x5a" * 32, stage.now(), gas=GAS))
    stage.act("keeper", kit.parties.sync_list(gas=GAS))
    for name, number in IDS.items():
        attestation = Attestation(
            address[name], lei_word(lei_text(number + 1)), b"DE", 2, False, 0,
            stage.now() + 300 * 86_400, 0, stage.now(),
        )  # fmt: skip
        stage.act("registrar", kit.parties.onboard(attestation, gas=GAS))
        stage.act("minter", stage.token.mint(address[name], 10**7 * UNIT, gas=GAS))
        for spender in (kit.house.address, kit.fund.address):
            stage.act(name, stage.token.approve(spender, 2**255, gas=GAS))
    stage.act("member", kit.fund.contribute(kit.house.address, 1, 300 * UNIT, gas=GAS))
    stage.act("operator", kit.house.admit_member(address["member"], gas=GAS))
    for name in ("maker", "speculator"):
        stage.act("member", kit.house.open_account(address[name], 1, gas=GAS))
    for name, units in (("member", 200), ("maker", 500_000), ("speculator", 3_000)):
        stage.act(name, kit.house.deposit(IDS[name], 0, units * UNIT + 7, gas=GAS))


def live(stage: Stage) -> None:
    """Trades, one refused; a crash, a call, a liquidation; a loss, a debt, a payment."""
    kit, house = stage.kit, stage.kit.house
    stage.trade("speculator", "maker", WAD, 8011 * WAD + 3)
    stage.trade("speculator", "maker", WAD, 8000 * WAD)
    stage.price(BTC, 7000 * WAD + 1, later=3700)
    stage.act("speculator", house.withdraw(3, 0, UNIT, gas=GAS))
    stage.act("keeper", house.roll_funding(1, gas=GAS))
    stage.act("keeper", kit.close_out.call_margin(house.address, 3, gas=GAS))
    stage.price(BTC, 5900 * WAD, later=3700)
    stage.act("maker", kit.close_out.liquidate(house.address, 3, 2, 1, WAD // 5, 2**255, gas=GAS))
    stage.price(BTC, 4480 * WAD - 1)
    stage.act("maker", kit.close_out.liquidate(house.address, 3, 2, 1, WAD, 2**255, gas=GAS))
    held = stage.chain.run(house.position(3, 1))[0]
    stage.act("maker", kit.close_out.liquidate(house.address, 3, 2, 1, held, 2**255, gas=GAS))
    stage.act("keeper", house.allocate_loss(3, gas=GAS))
    stage.act("keeper", house.allocate_loss(3, gas=GAS))
    stage.act("speculator", house.pay_debt(3, 50 * UNIT, gas=GAS))
    stage.act("maker", house.withdraw(2, 0, UNIT, gas=GAS))


def state(stage: Stage) -> list[Any]:
    """Report chain roots, margins and statements."""
    found: list[Any] = []
    for name in REPORTING:
        found.append((name, stage.chain.run(_root(stage.kit.contracts[name].address))))
    for number in IDS.values():
        found += [
            astuple(stage.chain.run(stage.kit.house.margin(number, way))) for way in (0, 1, 2)
        ]
        found.append(stage.chain.run(stage.kit.house.accounts(number)))
        found.append(stage.chain.run(stage.kit.house.debt_layers(number)))
    found.append(stage.chain.run(stage.token.balance_of(stage.kit.house.address)))
    return found


def _root(address: str) -> Operation[bytes]:
    return (yield GetStorage(address, 0))


def test_the_script_does_what_it_says() -> None:
    """On the embedded chain alone: it refuses, calls, liquidates and spreads a loss."""
    stage = Stage(connect())
    for part in (build, live):
        part(stage)
    refused = [reason for kind, reason, *_ in stage.seen if kind == "refused"]
    assert refused == [
        "house: below initial margin",
        "house: below initial margin",
        "close-out: size too large",
        "house: no loss",
    ]
    accounts = [stage.chain.run(stage.kit.house.accounts(number)) for number in (1, 2, 3)]
    assert accounts[2] >> 120 & 8, "the speculator's loss is a debt"
    assert sum(stage.chain.run(stage.kit.house.debt_layers(3))) > 0


def test_a_real_node_answers_alike(anvil: Chain) -> None:
    """Status, gas, events, roots and margins, act by act. `anvil` is asked for to skip by name;
    the script runs on a node of its own, whose first block is the embedded chain's."""
    del anvil
    parts: tuple[Callable[[Stage], None], ...] = (build, live)
    embedded = Stage(connect())
    with running_anvil() as node:
        real = Stage(node)
        for part in parts:
            part(embedded)
            part(real)
            assert len(embedded.seen) == len(real.seen)
            for act, (here, there) in enumerate(zip(embedded.seen, real.seen, strict=True)):
                assert here == there, f"act {act}"
        assert state(embedded) == state(real)
