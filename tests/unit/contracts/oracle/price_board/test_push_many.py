"""`push_many`: one set of signatures for several feeds, all entered and poked or none."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account import Account

from .conftest import AGE, HIGHEST, LOWEST, START, WAD
from .surfaces import FORWARD, NAMES, NODES, SPOT, UNDERLIER, Quoted, forward, node, quotes

FEEDS, PRICES = [UNDERLIER, forward()], [SPOT, FORWARD]
TIME = START + 10


def push(
    surface: Quoted,
    feeds: list[int] = FEEDS,
    prices: list[int] = PRICES,
    time: int = TIME,
    names: list[str] = NAMES[:2],
) -> Any:
    """A report signed for just these."""
    signed = surface.board.sign_many(names, feeds, prices, time)
    return surface.board.send("push_many", feeds, prices, time, signed)


@pytest.fixture(autouse=True)
def ready(surface: Quoted, at: Any) -> None:
    """The next block is at TIME."""
    at(TIME)


def test_default_behavior(surface: Quoted, logs: Any) -> None:
    receipt = push(surface)
    board = surface.board
    assert board.lane(UNDERLIER) == (SPOT, TIME + AGE, 0)
    assert board.lane(forward()) == (FORWARD, TIME + AGE, 0)
    names = [event.event for event in logs(receipt, board.contract)]
    assert names == ["PriceUpdated", "SurfaceUpdated", "PriceUpdated"]
    for feed, price in zip(FEEDS, PRICES, strict=True):
        source = board.call("source_at", feed * 4 + 3)
        assert (source % 2**88, source // 2**88 % 2**32) == (price, TIME)
        assert (source // 2**120 % 2**8, source // 2**200) == (2, 2)


def test_a_whole_surface(surface: Quoted) -> None:
    """Eleven feeds, one epoch."""
    surface.everything(TIME)
    for feed, price in quotes().items():
        assert surface.board.lane(feed) == (price, TIME + AGE, 0)
    assert surface.word() == (2, TIME)


def test_sixteen(surface: Quoted, reverts: Any) -> None:
    board = surface.board
    feeds = list(range(100, 117))
    for feed in feeds:
        board.operate("add_feed", feed, LOWEST, HIGHEST, 300, 1)
    board.operate("share_signed_source", feeds[:16], UNDERLIER, AGE)
    board.operate("share_signed_source", feeds[16:], UNDERLIER, AGE)
    prices = [200 * WAD + feed for feed in feeds]
    later = TIME + 60
    surface.at(later)
    push(surface, feeds[:16], prices[:16], later)
    assert [board.lane(feed).price for feed in feeds[:16]] == prices[:16]
    with reverts(""):
        push(surface, feeds, prices, later)


@pytest.mark.parametrize("count", [1, 2, 16])
def test_digest(surface: Quoted, actors: Any, count: int) -> None:
    """The digest is what a wallet makes of the typed data."""
    feeds, prices = list(range(1, count + 1)), [WAD * feed for feed in range(1, count + 1)]
    digest = surface.board.call("reports_digest", feeds, prices, TIME)
    (signature,) = surface.board.sign_many(NAMES[:1], feeds, prices, TIME)
    assert Account._recover_hash(digest, signature=signature) == actors(NAMES[0])


def test_more_than_the_threshold(surface: Quoted) -> None:
    push(surface, names=NAMES)
    assert surface.board.lane(forward()).price == FORWARD


@pytest.mark.parametrize(("feeds", "prices"), [([], []), (FEEDS, PRICES[:1]), (FEEDS[:1], PRICES)])
def test_feeds_and_prices(surface: Quoted, reverts: Any, feeds: Any, prices: Any) -> None:
    with reverts("board: feeds and prices"):
        push(surface, feeds, prices)


def test_no_signed_source(surface: Quoted, reverts: Any) -> None:
    surface.board.operate("add_feed", 30, LOWEST, HIGHEST, 300, 1)
    for feed in (30, 31):
        with reverts("board: no signed source"):
            push(surface, [UNDERLIER, feed])
    assert surface.board.lane(UNDERLIER).price == 0


@pytest.mark.parametrize("price", [0, 2**88])
def test_bad_price(surface: Quoted, reverts: Any, price: int) -> None:
    with reverts("board: bad price"):
        push(surface, prices=[SPOT, price])


def test_future_report(surface: Quoted, reverts: Any) -> None:
    with reverts("board: future report"):
        push(surface, time=TIME + 1)


def test_older_report(surface: Quoted, at: Any, reverts: Any) -> None:
    """A report is void once one of its feeds has a later one; a copy is no later one."""
    push(surface)
    at(TIME + 60)
    for time in (TIME, TIME - 1):
        with reverts("board: older report"):
            push(surface, [forward()], [FORWARD + 1], time)
    with reverts("board: older report"):
        push(surface, [node(0, 0), UNDERLIER], [WAD, SPOT], TIME)
    assert surface.board.lane(node(0, 0)).price == 0


def test_one_feed_twice(surface: Quoted, reverts: Any) -> None:
    with reverts("board: older report"):
        push(surface, [UNDERLIER, UNDERLIER], [SPOT, SPOT + 1])


def test_one_refused_refuses_all(surface: Quoted, reverts: Any) -> None:
    """A volatility below its feed's bounds is no price, and the spot beside it waits."""
    with reverts("board: no quorum"):
        push(surface, [UNDERLIER, node(0, 0)], [SPOT, WAD // 100 - 1])
    assert surface.board.lane(UNDERLIER).price == 0
    assert surface.board.call("source_at", UNDERLIER * 4 + 3) % 2**120 == 0


def test_too_few_signatures(surface: Quoted, reverts: Any) -> None:
    with reverts("board: too few signatures"):
        push(surface, names=NAMES[:1])


def test_each_feed_has_its_threshold(surface: Quoted, actors: Any, reverts: Any) -> None:
    members = sorted((actors(name) for name in NAMES), key=lambda actor: actor.canonical)
    surface.board.operate("set_signed_source", forward(), members, 3, AGE)
    surface.at(TIME + 60)
    with reverts("board: too few signatures"):
        push(surface)
    push(surface, names=NAMES)


def test_one_reporter_twice(surface: Quoted, reverts: Any) -> None:
    (signature,) = surface.board.sign_many(NAMES[:1], FEEDS, PRICES, TIME)
    with reverts("board: signers not ascending"):
        surface.board.send("push_many", FEEDS, PRICES, TIME, [signature, signature])


def test_not_a_reporter(surface: Quoted, reverts: Any) -> None:
    with reverts("board: not a reporter"):
        push(surface, names=[NAMES[0], "stranger"])


@pytest.mark.parametrize("first", [True, False])
def test_not_a_reporter_of_each(surface: Quoted, actors: Any, reverts: Any, first: bool) -> None:
    """Whichever feed comes first, the other's reporters are asked for as well."""
    members = sorted((actors(name) for name in ("stranger", NAMES[0])), key=lambda a: a.canonical)
    surface.board.operate("set_signed_source", forward(), members, 1, AGE)
    surface.at(TIME + 60)
    order = [forward(), UNDERLIER] if first else [UNDERLIER, forward()]
    prices = [FORWARD, SPOT] if first else [SPOT, FORWARD]
    with reverts("board: not a reporter"):
        push(surface, order, prices)


@pytest.mark.parametrize("change", ["feeds", "prices", "time", "order"])
def test_nothing_else_was_signed(surface: Quoted, reverts: Any, change: str) -> None:
    signed = surface.board.sign_many(NAMES[:2], FEEDS, PRICES, TIME)
    feeds, prices, time = FEEDS, PRICES, TIME
    if change == "feeds":
        feeds = [UNDERLIER, node(0, 0)]
    elif change == "prices":
        prices = [SPOT, FORWARD + 1]
    elif change == "time":
        time = TIME - 1
    else:
        prices = PRICES[::-1]
    with reverts(None):
        surface.board.send("push_many", feeds, prices, time, signed)


def test_a_single_report_is_another_text(surface: Quoted, reverts: Any) -> None:
    """What was signed as `Price` is no `Prices` of one feed, and the other way round."""
    single = surface.board.sign(NAMES[:2], UNDERLIER, SPOT, TIME)
    with reverts(None):
        surface.board.send("push_many", [UNDERLIER], [SPOT], TIME, single)
    many = surface.board.sign_many(NAMES[:2], [UNDERLIER], [SPOT], TIME)
    with reverts(None):
        surface.board.send("push", UNDERLIER, SPOT, TIME, many)


def test_gas(surface: Quoted) -> None:
    """The second report of a whole surface: eleven feeds, two signatures."""
    surface.everything(TIME)
    prices = {feed: price + 1 for feed, price in quotes().items()}
    receipt = surface.push(prices, TIME + 60)
    assert len(prices) == len(NODES) + 2
    assert receipt["gasUsed"] <= 310_000
