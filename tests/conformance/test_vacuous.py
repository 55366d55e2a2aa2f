"""Nothing passes for want of a trial: a venue that refuses all, an adapter that answers nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from keelmark.chain import Chain, Signer
from keelmark.conformance import CASH, Instrument, NotOffered, Party, Refused, Reported
from keelmark.conformance.adapters.example import ExampleAdapter
from keelmark.conformance.check import Status, all_checks
from keelmark.conformance.checks.figures import cap_bps
from keelmark.conformance.guarded import refusal
from keelmark.conformance.runner import Session
from keelmark.types import AssetClass, ClientCategory, Kind
from keelmark.units import WAD

CHECKS = all_checks()


class Closed(ExampleAdapter):
    """A venue that pays nothing out, liquidates nobody and lets no retail client trade."""

    def withdraw(
        self, party: Party, amount: int, asset: int | str = CASH, *, sender: Party | None = None
    ) -> None:
        raise Refused("closed")

    def liquidate(self, party: Party, taker: Party, size: int, instrument: Instrument) -> None:
        raise Refused("closed")

    def trade(
        self, buyer: Party, seller: Party, size: int, price: int, instrument: Instrument
    ) -> None:
        if ClientCategory.RETAIL in (buyer.category, seller.category) or size == instrument.lot:
            raise Refused("closed")
        super().trade(buyer, seller, size, price, instrument)

    def offer_price(self, price: int, instrument: Instrument) -> None:
        raise Refused("closed")


class Evasive(ExampleAdapter):
    """Says of what no venue can lack that it is not offered, and else that there is nothing."""

    opened = False

    def withdraw(
        self, party: Party, amount: int, asset: int | str = CASH, *, sender: Party | None = None
    ) -> None:
        raise NotOffered("no withdrawals here")

    def reported(self, first_block: int) -> Sequence[Reported]:
        if self.opened:
            raise NotOffered("no reports here")
        return super().reported(first_block)

    def chained(self) -> Mapping[str, int]:
        return {}

    def insiders(self) -> Mapping[str, Signer]:
        return {}


class Unknown(ExampleAdapter):
    """Gives an empty interface, and another contract's report chain."""

    def abi(self) -> Sequence[Mapping[str, Any]]:
        return []

    def chained(self) -> Mapping[str, int]:
        return {self.matcher.address: 0}


@pytest.mark.parametrize(
    "check",
    [
        "parties.frozen",
        "parties.sanctioned",
        "prices.stale-withdrawal",
        "prices.stale-liquidation",
        "prices.not-positive",
        "liquidation.taker-margin",
        "retail.jurisdiction-ban",
        "margin.no-increase-when-short",
    ],
)
def test_refusing_all_is_no_obedience(anvil: Chain, example: str, check: str) -> None:
    """Each forbidden act stands beside an allowed one of its kind."""
    result = Session(Closed(anvil, example)).run(CHECKS[check])
    assert result.status is Status.FAILED, result.seen
    assert "(closed), though it must be" in result.seen


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("withdrawals.exact", "Evasive.withdraw: answered that it is not offered (no withdrawals"),
        ("reporting.trade-reported", "Evasive.reported: answered that it is not offered (no rep"),
        ("reporting.chain", "Evasive.chained: answered {}, expected"),
        ("governance.money-safe", "Evasive.insiders: answered nobody, expected"),
    ],
)
def test_evasion(anvil: Chain, example: str, check: str, words: str) -> None:
    """What every venue has is not passed over as not applicable, and nothing is not all."""
    adapter = Evasive(anvil, example)
    session = Session(adapter)
    adapter.opened = True
    result = session.run(CHECKS[check])
    assert result.status is Status.ADAPTER_WRONG, result.seen
    assert words in result.seen


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("governance.thresholds-fixed", "Unknown.abi: no function that changes anything"),
        ("governance.deployer", "Unknown.abi: no function that changes anything"),
        ("reporting.chain", "Unknown.chained: answered"),
    ],
)
def test_nothing_to_try(anvil: Chain, example: str, check: str, words: str) -> None:
    """No call tried shows no safety, and another contract's chain not the venue's."""
    result = Session(Unknown(anvil, example)).run(CHECKS[check])
    assert result.status is Status.ADAPTER_WRONG, result.seen
    assert words in result.seen


def test_words_of_refusal_are_one_line() -> None:
    """A venue's words end up in terminals: no line breaks, no control characters, no end of it."""

    class Loud:
        """Refuses with colours."""

        def settle_loss(self, party: object) -> None:
            raise Refused("red\x1b[31m\nalert\u202e " + "x" * 10_000)

    words = refusal(Loud(), "settle_loss", None)  # type: ignore[arg-type]
    assert words is not None
    assert words.startswith("red [31m alert x")
    assert len(words) == 300


@pytest.mark.parametrize(
    ("asset_class", "bps"),
    [
        # ESMA 2018/796 Annex I: (b) gold and main indices at 5 %, (d) other values at 20 %.
        (AssetClass.COMMODITY, 500),
        (AssetClass.EQUITY, 500),
        (AssetClass.FOREIGN_EXCHANGE, 334),
        (AssetClass.CREDIT, 2_000),
        (AssetClass.CRYPTO, 5_000),
    ],
)
def test_lightest_cap_of_a_class(asset_class: AssetClass, bps: int) -> None:
    """A venue on gold or an index is not failed for what the law allows it."""
    assert cap_bps(Instrument(1, asset_class, Kind.PERPETUAL, "X", WAD, 1)) == bps
