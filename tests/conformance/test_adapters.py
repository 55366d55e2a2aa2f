"""Adapters that break their promise are told so; what a venue lacks is said, not passed over."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from keelmark.chain import Chain
from keelmark.chain.operations import Operation, Receipt, Transact
from keelmark.chain.rpc import RpcCall
from keelmark.chain.transports import RpcNode
from keelmark.conformance import Adapter, NotOffered, Party, Restriction
from keelmark.conformance.adapters.example import ExampleAdapter
from keelmark.conformance.adapters.ground import Ground
from keelmark.conformance.adapters.house import HouseAdapter
from keelmark.conformance.check import Status, all_checks
from keelmark.conformance.runner import Session
from keelmark.conformance.vocabulary import AdapterWrong, NeedsLocalNode
from keelmark.errors import InputError
from tests.conformance.third_party import MODULE

CHECKS = all_checks()
THEIRS: dict[str, Any] = {}
exec(MODULE, THEIRS)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Poor", r"adapter Poor: a party with money cannot be brought in"),
        ("Wordy", r"adapter Wordy.position: answered '0', expected int"),
        ("Clumsy", r"adapter Clumsy.account: raised KeyError \('account'\), expected Refused"),
        ("Empty", r"adapter Empty.instruments: answered \(\), expected at least one"),
    ],
)
def test_promises(anvil: Chain, example: str, name: str, words: str) -> None:
    """Before any check."""
    with pytest.raises(AdapterWrong, match=words) as caught:
        Session(THEIRS[name](anvil, example))
    assert "\n" not in str(caught.value)


def test_swallowed_refusal(anvil: Chain, example: str) -> None:
    """A refusal that nobody hears of would look like an act that was allowed."""
    result = Session(THEIRS["Silent"](anvil, example)).run(CHECKS["retail.leverage-cap"])
    assert result.status is Status.ADAPTER_WRONG
    assert "Silent.trade: raised nothing and changed nothing" in result.seen


def test_not_offered(anvil: Chain, example: str) -> None:
    """A verb that a venue does not have makes its checks not applicable, with the reason."""

    class Plain(ExampleAdapter):
        """Knows no authority, no assets, no report chain and no insiders."""

        def restrict(self, party: Party, restriction: Restriction) -> None:
            Adapter.restrict(self, party, restriction)

        def assets(self) -> Any:
            raise NotOffered("money only")

        def chained(self) -> Any:
            raise NotOffered("no report chain here")

        def insiders(self) -> Any:
            raise NotOffered("nobody holds a role")

    session = Session(Plain(anvil, example))
    for check, words in (
        ("parties.frozen", "the venue cannot make client frozen"),
        ("collateral.haircut", "money only"),
        ("reporting.chain", "no report chain here"),
        ("governance.deployer", "nobody holds a role"),
    ):
        result = session.run(CHECKS[check])
        assert result.status is Status.NOT_APPLICABLE
        assert result.seen == words


class Foreign(RpcNode):
    """A node that does not say that it is anvil, as any on a public network."""

    def call(self, call: RpcCall) -> Any:
        """As the node answers, under another name."""
        if call.method == "web3_clientVersion":
            return "Geth/v1.16"
        return super().call(call)


class Paying(ExampleAdapter):
    """Pays parties' gas from a wallet of its own, as on a public network somebody must."""

    def fund(self, party: Party) -> None:
        """A transfer."""

        def paying() -> Operation[Receipt]:
            receipt: Receipt = yield Transact(party.address, b"", value=10**18, gas=21_000)
            return receipt

        self.send("keeper", paying())


def test_public_network(anvil: Chain, example: str) -> None:
    """Without a node of one's own what needs time or undoing is not run, and says so."""
    chain = Chain(Foreign(anvil.name))
    with pytest.raises(NeedsLocalNode, match="no node of one's own"):
        Session(ExampleAdapter(chain, example))
    session = Session(Paying(chain, example))
    for check in ("prices.stale-opening", "governance.thresholds-fixed"):
        result = session.run(CHECKS[check])
        assert result.status is Status.NOT_RUN, result.seen
    for check in ("retail.leverage-cap", "losses.sizes-sum-to-zero", "liquidation.due"):
        result = session.run(CHECKS[check])
        assert result.status is Status.PASSED, result.seen


@pytest.mark.parametrize(
    ("adapter", "venue", "words"),
    [
        ("Half", None, "--adapter: my_venue:Half leaves out account, admit, deposit, give"),
        ("Gone", None, "--adapter: my_venue:Gone cannot be loaded"),
        ("NotOffered", None, "--adapter: my_venue:NotOffered is no keelmark.conformance.Adapter"),
        ("", None, "--adapter: 'my_venue:', expected package.module:Class"),
        ("Mine", "0x12", "--venue: '0x12' is no address"),
        ("Mine", "0x" + "11" * 20, f"--venue: no contract at 0x{'11' * 20} on http"),
        ("Mine", "token", "answers as no example venue does"),
    ],
)
def test_bad_names(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ground: Ground,
    adapter: str,
    venue: str | None,
    words: str,
) -> None:
    """An option that leads nowhere is named in one sentence."""
    (tmp_path / "my_venue.py").write_text(MODULE, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "my_venue", raising=False)
    address = ground.tokens[0] if venue == "token" else venue
    with pytest.raises(InputError) as caught:
        Session.open(f"my_venue:{adapter}", address, ground.chain.name)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_node_is_needed(example: str) -> None:
    """An address means nothing without the node on which it is."""
    with pytest.raises(InputError, match="--rpc: expected the URL of the node"):
        Session.open("keelmark.conformance.adapters.example:ExampleAdapter", example, None)


def test_no_house(ground: Ground) -> None:
    """The house's adapter refuses an address that is none."""
    with pytest.raises(InputError, match="answers as no clearing house does"):
        HouseAdapter(ground.chain, ground.tokens[0])
