"""Who has power over the venue: nobody over thresholds, prices and money, the deployer none."""

from __future__ import annotations

from keelmark.chain.signer import Signer
from keelmark.conformance.adapter import is_local
from keelmark.conformance.check import check
from keelmark.conformance.checks.figures import to_cents
from keelmark.conformance.desk import UNIT, Desk, money
from keelmark.conformance.guarded import asked, mapping
from keelmark.conformance.trials import Trial, passes, send, trials
from keelmark.conformance.vocabulary import AdapterWrong, NeedsLocalNode, NotOffered, Party

HARD_CODED = "PFMI Principle 2 (unconfirmed), and ours: thresholds are constants, not settings"


@check("governance.thresholds-fixed", basis=HARD_CODED)
def thresholds_fixed(desk: Desk) -> None:
    """Nobody who holds a role can lower what an account must hold."""
    probe = _probe(desk)
    before = desk.account(probe).requirement
    done = 0
    for who, signer, trial in _within_reach(desk, probe):
        with desk.adapter.chain.undone():
            send(desk.adapter, signer, trial)
            after = desk.account(probe).requirement
        done += 1
        desk.require(
            after >= before,
            f"{trial.words} by the {who}: requirement {money(after)}, it was {money(before)}",
        )
    desk.seen = [f"{done} acts of insiders, none of which lowered a requirement"]


@check("governance.money-safe", basis="EU 648/2012 Art. 39: a client's assets are its own")
def money_safe(desk: Desk) -> None:
    """Nobody who holds a role can take a client's money or position."""
    probe = _probe(desk)
    before, size = desk.account(probe), desk.size_of(probe)
    done = 0
    for who, signer, trial in _within_reach(desk, probe):
        insider = Party(who, signer, probe.category, probe.country)
        held = desk.holdings(insider)
        with desk.adapter.chain.undone():
            send(desk.adapter, signer, trial)
            after, left, gained = desk.account(probe), desk.size_of(probe), desk.holdings(insider)
        done += 1
        desk.require(
            gained <= held,
            f"{trial.words} by the {who}: its wallet gained {money(gained - held)}",
        )
        desk.require(
            after.cash >= before.cash and left == size,
            f"{trial.words} by the {who}: the client's cash is {money(after.cash)}, it was "
            f"{money(before.cash)}; its position {money(left)}, it was {money(size)}",
        )
    desk.seen = [f"{done} acts of insiders, none of which moved a client's money or position"]


@check("governance.deployer", basis="PFMI Principle 2 (unconfirmed): powers are named and held")
def deployer(desk: Desk) -> None:
    """Whoever deployed the venue can do nothing that a stranger cannot."""
    signer = _insiders(desk).get("deployer")
    if signer is None:
        raise NotOffered("the adapter does not have the deployer's key")
    probe = _probe(desk)
    stranger = desk.party("stranger", admitted=False)
    tried = 0
    for trial in trials(desk.adapter, probe, signer.address):
        theirs = trial.instead(signer.address, stranger.address)
        tried += 1
        allowed = passes(desk.adapter, signer.address, trial)
        desk.require(
            not allowed or passes(desk.adapter, stranger.address, theirs),
            f"{trial.words}: done for the deployer, refused to a stranger",
        )
    desk.seen = [f"{tried} calls, none that passed for the deployer and not for a stranger"]


def _insiders(desk: Desk) -> dict[str, Signer]:
    """Holders of roles, and the deployer."""
    found = mapping(desk.adapter, "insiders")
    if not found:
        raise AdapterWrong(
            f"adapter {type(desk.adapter).__name__}.insiders: answered nobody, expected whoever "
            "deployed the venue at least, or NotOffered"
        )
    return found


def _probe(desk: Desk) -> Party:
    """A client whose account is watched."""
    party = desk.party("client", cash=to_cents(200_000 * UNIT))
    desk.allow(desk.trade(party, desk.maker, desk.usual))
    return party


def _within_reach(desk: Desk, probe: Party) -> list[tuple[str, Signer, Trial]]:
    """Every trial that the venue lets an insider do.

    Raises:
        NeedsLocalNode: what is tried could not be undone.
    """
    if not is_local(desk.adapter.chain):
        raise NeedsLocalNode(
            f"acts of insiders are tried and undone, which {desk.adapter.chain.name} does not do"
        )
    found: list[tuple[str, Signer, Trial]] = []
    for who, signer in _insiders(desk).items():
        asked(desk.adapter, "fund", type(None), Party(who, signer, probe.category, probe.country))
        tried = trials(desk.adapter, probe, signer.address)
        passing = [item for item in tried if passes(desk.adapter, signer.address, item)]
        desk.note(f"{who}: {len(tried)} calls tried, {len(passing)} pass")
        found += [(who, signer, item) for item in passing]
    return found
