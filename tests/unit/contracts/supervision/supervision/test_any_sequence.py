"""Random sequences of acts: allowed where the model allows them, and no scope grows unannounced.

Beside the model stands a second witness, which knows only the events: whoever may use a power at
home was announced with it a delay ago at least, and under an agreement somebody else was, there.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from eth_tester.exceptions import TransactionFailed
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from web3.contract import Contract

from tests.support.parties import lei_text, lei_word
from tests.support.supervision import (
    ALL_POWERS,
    COOPERATE,
    FREEZE,
    HALT,
    RESTRICT,
    code,
    read_agreement,
    read_mandate,
)

from .conftest import BASIS, DELAY, FOREVER, PACKAGE, PURPOSE, SCOPE, TEXT
from .model import Agreement, Mandate, World, bits
from .model import Period as ModelPeriod

LESS = FREEZE | COOPERATE
KEYS = ("BaFin", "AMF", "CNMV", "fourth key", "fifth key", "convenor")
HOMES = ("DE", "FR", "ES")
MASKS = (0, FREEZE, COOPERATE, FREEZE | COOPERATE, FREEZE | HALT | COOPERATE, ALL_POWERS)

NEWEST = -1
AT_ONCE = -1

keys = st.sampled_from((*KEYS, *KEYS[:3]))
ids = st.sampled_from((0, 1, 1, 2, 2, 3, 3, 4, 5))
pairs = st.permutations(range(3)).map(lambda order: tuple(order[:2]))
"""Two of the first three authorities, by their places."""
masks = st.sampled_from(MASKS)
ends = st.one_of(st.integers(0, 12), st.just(None))
"""Half delays after the beginning; None is no end."""
answers = st.sampled_from(
    ["acknowledge", "refuse", "deliver", "deliver", "log_access", "log_access", "close"]
)

acts = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from([1, DELAY // 2, DELAY - 2, DELAY, 2 * DELAY])),
    st.tuples(st.just("recognise"), keys, st.integers(1, 5), st.sampled_from(HOMES), masks, ends),
    st.tuples(st.just("narrow"), ids, masks, ends),
    st.tuples(st.just("widen"), ids, masks, ends),
    st.tuples(st.just("widen"), ids, st.just(ALL_POWERS), st.just(None)),
    st.tuples(st.just("offer"), keys, keys),
    st.tuples(st.just("accept"), keys, ids),
    st.tuples(
        st.just("propose"),
        keys,
        st.lists(st.integers(1, 4), min_size=1, max_size=4),
        st.sampled_from([FREEZE, FREEZE | RESTRICT]),
        ends,
    ),
    st.tuples(st.just("join"), keys, st.integers(0, 3)),
    st.tuples(st.just("leave"), keys, st.integers(0, 3)),
    st.tuples(st.just("ask"), keys, st.integers(0, 3), ids),
    st.tuples(st.just("move"), keys, st.integers(0, 3), answers),
    st.tuples(st.just("move"), keys, st.integers(1, 3), st.just("withdraw_request")),
)


def agreeing(pair: tuple[int, int], powers: int, end: int | None) -> list[tuple[Any, ...]]:
    """One proposes and the other accepts."""
    first, second = pair
    members = [first + 1, second + 1]
    return [("propose", KEYS[first], members, powers, end), ("join", KEYS[second], NEWEST)]


def asking(pair: tuple[int, int], answer: str, agreement: int) -> list[tuple[Any, ...]]:
    """One asks, the other answers, and the first opens and closes."""
    first, second = pair
    return [
        ("ask", KEYS[first], agreement, second + 1),
        ("move", KEYS[second], NEWEST, answer),
        ("move", KEYS[first], NEWEST, "log_access"),
        ("move", KEYS[first], NEWEST, "close"),
    ]


def moving(key: str, successor: str, number: int) -> list[tuple[Any, ...]]:
    """One offers its mandate and the other accepts."""
    return [("offer", key, successor), ("accept", successor, number)]


def growing(number: int, then: tuple[Any, ...] | None, wait: int) -> list[tuple[Any, ...]]:
    """A widening, something else, and the time after which it counts, or nearly."""
    widening = ("widen", number, ALL_POWERS, None)
    return [widening, *([then] if then else []), ("wait", wait)]


def coming(key: str, lei: int, home: str, powers: int, wait: int) -> list[tuple[Any, ...]]:
    """Another authority, and the time after which it may act, or nearly."""
    return [("recognise", key, lei, home, powers, None), ("wait", wait)]


def returning(place: int) -> list[tuple[Any, ...]]:
    """A mandate is over, and its key gets another one."""
    key, home = KEYS[place], HOMES[place]
    ending = ("narrow", place + 1, FREEZE, AT_ONCE)
    return [ending, ("wait", 1), ("recognise", key, place + 1, home, LESS, None), ("wait", DELAY)]


def weakening(number: int, powers: int) -> list[tuple[Any, ...]]:
    """A mandate loses powers."""
    return [("narrow", number, powers, None)]


def leaving(key: str, agreement: int) -> list[tuple[Any, ...]]:
    """A member leaves."""
    return [("leave", key, agreement)]


newcomers = st.sampled_from(KEYS[3:5])
nearly = st.sampled_from([DELAY - 3, DELAY])
scenes = st.one_of(
    acts.map(lambda act: [act]),
    acts.map(lambda act: [act]),
    st.builds(agreeing, pairs, st.sampled_from([FREEZE, RESTRICT]), ends),
    st.builds(asking, pairs, st.sampled_from(["deliver", "refuse"]), st.sampled_from([1, NEWEST])),
    st.builds(moving, st.sampled_from(KEYS[:3]), newcomers, st.integers(1, 3)),
    st.builds(growing, st.sampled_from([2, 3]), st.none() | acts, nearly),
    st.builds(returning, st.sampled_from([1, 2])),
    st.builds(weakening, st.integers(1, 3), st.sampled_from([COOPERATE, FREEZE])),
    st.builds(leaving, st.sampled_from(KEYS[:3]), st.sampled_from([1, NEWEST])),
    st.builds(coming, newcomers, st.integers(4, 5), st.sampled_from(HOMES), masks, nearly),
)

probes = st.lists(
    st.tuples(
        keys,
        st.sampled_from([FREEZE, FREEZE, RESTRICT, HALT, FREEZE | RESTRICT]),
        st.sampled_from([*HOMES, ""]),
        st.integers(0, 3),
        st.integers(0, 5),
    ),
    min_size=2,
    max_size=2,
)


class Announced(NamedTuple):
    """What an event says that an authority may, from when to when."""

    begins: int
    powers: frozenset[int]
    until: int
    jurisdiction: str


class Life:
    """The chain and the model, side by side, and the witness of events."""

    def __init__(self, contract: Contract, tools: Any) -> None:
        self.contract = contract
        self.send, self.actors, self.set_time, self.now, self.logs, self.w3 = tools
        self.world = World(convenor="convenor")
        self.announced: dict[int, list[Announced]] = {}
        self.accepted: dict[int, set[int]] = {}
        self.ids: dict[str, list[int]] = {"MandateGranted": [], "AgreementProposed": []}
        self.ids["RequestMade"] = []

    def sent(self, name: str, *arguments: Any, by: str) -> bool:
        """Sends; whether it was done. A refusal has a reason."""
        self.set_time(self.world.time)
        try:
            receipt = self.send(self.contract.functions[name](*arguments), self.actors(by))
        except TransactionFailed as failure:
            if ": " not in str(failure.args[0]).removeprefix("execution reverted: "):
                pytest.fail(f"{name}{arguments} is refused without a reason")
            return False
        for record in self.logs(receipt, self.contract):
            self.witness(record.event, dict(record.args))
        return True

    def witness(self, name: str, fields: dict[str, Any]) -> None:
        """Takes what an event announces."""
        if name in ("MandateGranted", "MandateWidened"):
            word = read_mandate(fields["mandate"])
            # From the time of the event, not from the times that the word claims.
            powers = word.powers if name == "MandateGranted" else word.wider_powers
            until = word.until if name == "MandateGranted" else word.wider_until
            self.announced.setdefault(fields["authority"], []).append(
                Announced(self.world.time + DELAY, bits(powers), until, word.jurisdiction)
            )
        if name in ("AgreementProposed", "AgreementAccepted", "AgreementLeft"):
            accepted = set(read_agreement(fields["terms"]).accepted)
            self.accepted[fields["agreement"]] = accepted
        key = {
            "MandateGranted": "authority",
            "AgreementProposed": "agreement",
            "RequestMade": "request",
        }.get(name)
        if key is not None:
            assert fields[key] not in self.ids[name]
            self.ids[name].append(fields[key])

    def was_announced(self, number: int, powers: int, jurisdiction: str) -> bool:
        """Whether the events told, a delay ago, that an authority may do this at home."""
        return any(
            entry.begins <= self.world.time < entry.until
            and bits(powers) <= entry.powers
            and jurisdiction in ("", entry.jurisdiction)
            for entry in self.announced[number]
        )

    def asked(self, name: str, *arguments: Any) -> int | None:
        """What a question answers; None where it refuses."""
        self.set_time(self.world.time)
        try:
            made: int = self.contract.functions[name](*arguments).call()
        except TransactionFailed:
            return None
        return made

    def probe(self, key: str, power: int, jurisdiction: str, agreement: int, holder: int) -> None:
        """Asks the chain, the model and the witness."""
        who = self.actors(key)
        answer = self.asked("check_power", who, power, code(jurisdiction), agreement)
        assert answer == self.world.may(key, power, jurisdiction, agreement)
        event("power" if answer else "no power")
        if answer is not None:
            home = "" if agreement else jurisdiction
            assert self.was_announced(answer, power, home)
            if agreement:
                event("lent power")
                others = self.accepted[agreement] - {answer}
                assert answer in self.accepted[agreement]
                assert any(self.was_announced(other, power, jurisdiction) for other in others)
        if holder and power in (FREEZE, RESTRICT):
            lifted = self.asked("check_lift", who, holder, power, code(jurisdiction), agreement)
            assert lifted == self.world.may_lift(key, holder, power, jurisdiction, agreement)

    def probe_edges(self) -> None:
        """Asks for each authority all that it holds at home, and the first power beyond."""
        for key, mandate in self.world.at.items():
            held = mandate.now(self.world.time).powers
            for power in (sum(held), min(bits(ALL_POWERS) - held, default=0)):
                self.probe(key, power, mandate.jurisdiction, 0, mandate.id)

    def probe_lent(self) -> None:
        """Asks for each member of the first agreement and the last what it may, and where."""
        for number in {1, len(self.world.agreements)}:
            agreement = self.world.agreements[number - 1]
            for key, mandate in self.world.at.items():
                if mandate.id in agreement.invited:
                    for home in HOMES:
                        self.probe(key, min(agreement.powers), home, number, 0)


def perform(life: Life, act: tuple[Any, ...], start: int) -> None:
    """One act on both sides; they agree whether it is done."""
    world = life.world
    name, *arguments = act
    world.time = max(world.time, life.w3.eth.get_block("latest")["timestamp"]) + 1

    def moment(end: int | None) -> int:
        if end == AT_ONCE:
            return world.time
        return FOREVER if end is None else start + end * (DELAY // 2)

    if name == "wait":
        world.time += arguments[0]
        return
    if name == "recognise":
        key, number, home, powers, end = arguments
        lei = lei_word(lei_text(number))
        told = world.recognise(key, number, home, powers, moment(end))
        done = life.sent(
            "recognise_authority",
            life.actors(key),
            lei,
            home.encode(),
            powers,
            moment(end),
            BASIS,
            by="convenor",
        )
    elif name in ("narrow", "widen"):
        number, powers, end = arguments
        told = getattr(world, name)(number, powers, moment(end))
        done = life.sent(f"{name}_mandate", number, powers, moment(end), BASIS, by="convenor")
    elif name == "offer":
        key, successor = arguments
        told = world.offer(key, successor)
        done = life.sent("offer_mandate", life.actors(successor), by=key)
    elif name == "accept":
        key, number = arguments
        told = world.accept(key, number)
        done = life.sent("accept_mandate", number, by=key)
    elif name == "propose":
        key, members, powers, end = arguments
        told = world.propose(key, members, powers, moment(end))
        done = life.sent("propose_agreement", members, 15, powers, [], 0, moment(end), TEXT, by=key)
    elif name in ("join", "leave"):
        key, number = arguments
        number = len(world.agreements) if number == NEWEST else number
        told = getattr(world, name)(key, number)
        verb = "accept" if name == "join" else "leave"
        done = life.sent(f"{verb}_agreement", number, by=key)
    elif name == "ask":
        key, number, requested = arguments
        number = len(world.agreements) if number == NEWEST else number
        told = world.ask(key, number, requested)
        deadline = world.time + 5
        done = life.sent(
            "request", number, requested, 2, 0, 0, SCOPE, deadline, deadline, BASIS, by=key
        )
    else:
        key, number, act_name = arguments
        number = len(world.requests) if number == NEWEST else number
        told = world.move(key, number, act_name)
        more: dict[str, tuple[Any, ...]] = {
            "refuse": (1, bytes(32)),
            "deliver": (PACKAGE,),
            "log_access": (PACKAGE, PURPOSE),
            "close": (bytes(32),),
        }
        done = life.sent(act_name, number, *more.get(act_name, ()), by=key)
    assert done == told, (act, told)
    event(f"{name} {'done' if done else 'refused'}")


@pytest.fixture
def stage(supervision: Contract, agreed: None, ask: Any, act: Any, later: Any, w3: Any) -> Contract:
    """BaFin with every power, AMF and CNMV with less; agreement 1 and request 1 between the first
    two."""
    ask(subject=0)
    for number in (2, 3):
        act("narrow_mandate", number, LESS, FOREVER, BASIS, by="convenor")
    return supervision


@settings(
    max_examples=30,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(st.tuples(scenes, probes), min_size=6, max_size=16))
def test_any_sequence(
    stage: Contract,
    w3: Any,
    send: Any,
    actors: Any,
    set_time: Any,
    now: Any,
    logs: Any,
    snapshot: Any,
    script: list[tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]],
) -> None:
    with snapshot():
        life = Life(stage, (send, actors, set_time, now, logs, w3))
        start = int(now())
        world = life.world
        world.time = start
        for number, (key, home) in enumerate(zip(KEYS[:3], HOMES, strict=True), 1):
            powers = bits(ALL_POWERS if number == 1 else LESS)
            period = ModelPeriod(0, powers, FOREVER)
            world.mandates.append(Mandate(number, key, home, number, [period]))
            world.at[key] = world.mandates[-1]
            life.announced[number] = [Announced(0, powers, FOREVER, home)]
            life.ids["MandateGranted"].append(number)
        until = read_agreement(stage.functions.agreement(1).call()[0]).until
        world.agreements.append(Agreement({1, 2, 3}, {1, 2}, bits(FREEZE), until))
        life.accepted[1] = {1, 2}
        life.ids["AgreementProposed"].append(1)
        world.ask("BaFin", 1, 2)
        life.ids["RequestMade"].append(1)
        for scene, questions in script:
            for act in scene:
                perform(life, act, start)
            world.time = max(world.time, int(w3.eth.get_block("latest")["timestamp"]) + 1)
            life.probe_edges()
            life.probe_lent()
            for question in questions:
                life.probe(*question)
