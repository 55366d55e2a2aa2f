"""The whole table of states and actions, walked against the contract; and the README's copy."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.powers import DAY, YEAR, Powers

from .table import ACTIONS, CODES, REASONS, TABLE, State, rendered

ROOT = Path(__file__).resolve().parents[5]
TEXT, NEWER = b"\x61" * 32, b"\x62" * 32
INSTRUMENT = 9
HOUR = 3600

Setting = Callable[[Powers], tuple[str, int]]
"""Brings a state about; which actor then asks for which account."""


def fresh(powers: Powers) -> tuple[str, int]:
    return "party", powers.enter("party")


def unknown(powers: Powers) -> tuple[str, int]:
    return "stranger", 0


def another(powers: Powers) -> tuple[str, int]:
    powers.enter("party")
    return "party", powers.ids["member"]


def expired(powers: Powers) -> tuple[str, int]:
    account = powers.enter("party", expiry=powers.now() + DAY)
    powers.wait(DAY)
    return "party", account


def revoked(powers: Powers) -> tuple[str, int]:
    account = powers.enter("party")
    call = powers.registry.functions.revoke(powers.actors("party"), b"\x01" * 32)
    powers.send(call, powers.actors("registrar"))
    return "party", account


def unrecognised(powers: Powers) -> tuple[str, int]:
    account = powers.enter("party")
    powers.set_issuer(1, False)
    return "party", account


def close_only(powers: Powers) -> tuple[str, int]:
    account = powers.enter("party")
    powers.restrict("party")
    return "party", account


def frozen(powers: Powers) -> tuple[str, int]:
    account = powers.enter("party")
    powers.freeze("party")
    return "party", account


def listed(powers: Powers) -> tuple[str, int]:
    account = powers.enter("party")
    powers.list_wallet(powers.actors("party"))
    return "party", account


def sanctioned(powers: Powers) -> tuple[str, int]:
    name, account = listed(powers)
    powers.screen(name)
    powers.delist_wallet(powers.actors(name))
    return name, account


def both(powers: Powers) -> tuple[str, int]:
    name, account = sanctioned(powers)
    powers.freeze(name)
    return name, account


def oracle(powers: Powers) -> tuple[str, int]:
    account = powers.enter("party")
    powers.send(powers.oracle.functions.bar(powers.actors("party")))
    return "party", account


def silent(powers: Powers) -> tuple[str, int]:
    powers.send(powers.oracle.functions.behave(2))
    return fresh(powers)


def screening(powers: Powers) -> tuple[str, int]:
    account = powers.enter("party", expiry=powers.now() + 2 * YEAR)
    powers.wait(YEAR - 10)
    powers.sync()
    assert powers.reason("party", 1) == 0
    powers.wait(11)
    return "party", account


def stale(powers: Powers) -> tuple[str, int]:
    account = powers.enter("party")
    powers.sync()
    powers.until(int(powers.registry.functions.list_time().call()) + 3 * DAY)
    assert powers.reason("party", 1) == 0
    powers.wait(1)
    return "party", account


def halted(powers: Powers) -> tuple[str, int]:
    account = powers.enter("party")
    powers.halt(powers.now() + 1000)
    powers.until(int(powers.registry.functions.halted_until().call()) - 1)
    return "party", account


def grace(powers: Powers) -> tuple[str, int]:
    account = powers.enter("party")
    powers.halt(powers.now() + 1000)
    powers.resume()
    assert powers.reason("party", 1) == 0
    powers.until(int(powers.registry.functions.halted_until().call()) + HOUR - 1)
    return "party", account


def after(powers: Powers) -> tuple[str, int]:
    name, account = grace(powers)
    powers.wait(1)
    return name, account


def retail_none(powers: Powers) -> tuple[str, int]:
    powers.publish("FR", TEXT, powers.now() + 10)
    powers.wait(10)
    return "party", powers.enter("party", "FR", 1)


def retail_accepted(powers: Powers) -> tuple[str, int]:
    name, account = retail_none(powers)
    powers.accept(name, TEXT)
    return name, account


def retail_notice(powers: Powers) -> tuple[str, int]:
    name, account = retail_accepted(powers)
    powers.publish("FR", NEWER, powers.now() + DAY)
    powers.wait(DAY - 10)
    return name, account


def retail_outdated(powers: Powers) -> tuple[str, int]:
    name, account = retail_notice(powers)
    powers.wait(10)
    return name, account


def retail_gb(powers: Powers) -> tuple[str, int]:
    return "party", powers.enter("party", "GB", 1)


def retail_us(powers: Powers) -> tuple[str, int]:
    return "party", powers.enter("party", "US", 1)


def lapsed_eu(powers: Powers) -> tuple[str, int]:
    account = powers.enter("party", "FR", status_until=powers.now() + DAY)
    assert powers.reasons("party") == [0] * 7
    powers.wait(DAY)
    return "party", account


def lapsed_us(powers: Powers) -> tuple[str, int]:
    account = powers.enter("party", "US", status_until=powers.now() + DAY)
    assert powers.reasons("party") == [0] * 7
    powers.wait(DAY)
    return "party", account


def barred_own(powers: Powers) -> tuple[str, int]:
    powers.bar(INSTRUMENT)
    return "party", powers.enter("party")


def barred_eu(powers: Powers) -> tuple[str, int]:
    powers.bar(INSTRUMENT, by="authority of EU")
    return "party", powers.enter("party", "SE")


def barred_else(powers: Powers) -> tuple[str, int]:
    powers.bar(INSTRUMENT, by="authority of EU")
    powers.bar(INSTRUMENT, by="authority of GB")
    return "party", powers.enter("party", "US")


def tombstone(powers: Powers) -> tuple[str, int]:
    account = powers.enter("party")
    powers.recover("party", "replacement")
    powers.sync()
    assert powers.reasons("replacement") == [0] * 7
    return "party", account


def tombstone_bare(powers: Powers) -> tuple[str, int]:
    return tombstone(powers)[0], 0


SETTINGS: dict[str, Setting] = {
    made.__name__: made
    for made in (
        *(fresh, unknown, another, expired, revoked, unrecognised, close_only, frozen),
        *(sanctioned, both, listed, oracle, silent, screening, stale, halted, grace, after),
        *(retail_none, retail_accepted, retail_notice, retail_outdated, retail_gb, retail_us),
        *(lapsed_eu, lapsed_us, barred_own, barred_eu, barred_else, tombstone, tombstone_bare),
    )
}


def test_the_table_is_whole() -> None:
    assert [row.key for row in TABLE] == list(SETTINGS)
    assert set(CODES) == set(ACTIONS)
    assert sorted(CODES.values()) == list(range(1, 8))
    answered = {answer for row in TABLE for answer in row.answers}
    assert answered == set(REASONS)


@pytest.mark.parametrize("row", TABLE, ids=[row.key for row in TABLE])
def test_row(powers: Powers, row: State, actors: Any) -> None:
    """Alone, as the buyer and as the seller, whoever stands on the other side."""
    name, account = SETTINGS[row.key](powers)
    wallet = actors(name)
    other = (actors("member"), powers.ids["member"])
    asked = powers.registry.functions
    for action, expected in zip(ACTIONS, row.answers, strict=True):
        number = CODES[action]
        if row.key not in ("barred_own", "barred_eu"):
            assert asked.gate(wallet, account, number, 7).call()[0] == expected, action
        buying = asked.gate_trade(wallet, account, number, *other, 4, 7, INSTRUMENT).call()
        assert buying[:2] == [expected, 0], action
        selling = asked.gate_trade(*other, 4, wallet, account, number, 7, INSTRUMENT).call()
        assert selling[:2] == [0, expected], action
        assert [buying[2], buying[3]] == [selling[3], selling[2]]
    # A number that is no action is new risk.
    assert (
        asked.gate_trade(wallet, account, 0, *other, 4, 7, INSTRUMENT).call()[0] == (row.answers[0])
    )
    assert (
        asked.gate_trade(wallet, account, 8, *other, 4, 7, INSTRUMENT).call()[0] == (row.answers[0])
    )


@pytest.mark.parametrize("row", TABLE, ids=[row.key for row in TABLE])
def test_tokens_are_told_the_same(powers: Powers, row: State, actors: Any) -> None:
    """`isVerified` is the opening cell for the wallet's own account and no instrument."""
    name, _account = SETTINGS[row.key](powers)
    verified = powers.registry.functions.isVerified(actors(name)).call()
    expected = row.key in ("another", "barred_own", "barred_eu") or row.answers[0] == 0
    assert verified == expected


@pytest.mark.parametrize("key", ["lapsed_eu", "lapsed_us"])
def test_a_lapsed_status_is_told_in_the_word(powers: Powers, key: str, actors: Any) -> None:
    name, account = SETTINGS[key](powers)
    told = powers.registry.functions.gate(actors(name), account, 3, 7).call()[1]
    assert told >> 152 & 255 == 1
    assert powers.word(name) >> 152 & 255 == 2
    assert told ^ powers.word(name) == 3 << 152


@pytest.mark.parametrize(
    ("country", "cls", "expected"),
    [("GB", 7, 6), ("SG", 7, 6), ("HK", 7, 6), ("GB", 1, 7), ("JP", 7, 7), ("CH", 7, 7)],
)
def test_retail_outside_the_union(powers: Powers, country: str, cls: int, expected: int) -> None:
    powers.enter("party", country, 1)
    assert powers.reasons("party", cls=cls) == [expected, expected, 0, 0, 0, expected, 0]


def test_the_readme_has_the_same_table() -> None:
    text = (ROOT / "contracts" / "README.md").read_text("utf-8")
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    wanted = _cells(rendered())
    found = [table for table in tables if _cells(table)[0] == wanted[0]]
    assert found, "contracts/README.md has no table of states and actions"
    assert _cells(found[0]) == wanted


def _cells(table: str) -> list[list[str]]:
    """A Markdown table without its white space and rule."""
    rows = [
        [" ".join(cell.split()) for cell in line.strip().strip("|").split("|")]
        for line in table.splitlines()
    ]
    return [row for row in rows if not all(set(cell) <= set("-: ") for cell in row)]
