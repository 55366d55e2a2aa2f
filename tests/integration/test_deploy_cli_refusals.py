"""Everything for which `keelmark deploy` refuses before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from keelmark.deploy.factory import FACTORY
from keelmark.deploy.kit import artefacts
from keelmark.deploy.wiring import matcher_domain
from tests.support.deploying import (
    DEPLOYER,
    SEPOLIA,
    Desk,
    set_code,
)
from tests.support.deploying import desk as desk
from tests.support.deploying import needs_anvil as needs_anvil
from tests.support.deploying import sepolia as sepolia
from tests.support.deploying import token as token
from tests.support.houses import holder


def no_funds(desk: Desk) -> None:
    desk.chain.local.fund(DEPLOYER.address, 10**15)


def no_factory(desk: Desk) -> None:
    set_code(desk.chain, FACTORY, "0x")


def other_factory(desk: Desk) -> None:
    set_code(desk.chain, FACTORY, "0x6001600155")


def foreign_code(desk: Desk) -> None:
    plan = desk.plan()
    set_code(desk.chain, plan["contracts"][0]["address"], "0x6001")


def no_token(desk: Desk) -> None:
    desk.house(token=f'"{holder(9)}"')


def token_without_decimals(desk: Desk) -> None:
    desk.house(token=f'"{FACTORY}"')


def no_oracle(desk: Desk) -> None:
    desk.house(oracles=f'["{holder(9)}"]')


def no_sequencer(desk: Desk) -> None:
    desk.house(sequencer=f'"{holder(9)}"')


def not_ours(desk: Desk) -> None:
    desk.house(existing=f'{{Rulebook = "{desk.token}"}}')


def of_nobody(desk: Desk) -> None:
    desk.house(existing=f'{{Rulebook = "{FACTORY}"}}')


def matcher_of_elsewhere(desk: Desk) -> None:
    """An order matcher's own code, whose signing domain is another contract's."""
    step = next(item for item in desk.plan()["contracts"] if item["name"] == "OrderMatcher")
    domain = matcher_domain(SEPOLIA, step["address"])
    runtime = artefacts()["OrderMatcher"].runtime
    set_code(desk.chain, holder(9), "0x" + (runtime + SEPOLIA.to_bytes(32, "big") + domain).hex())
    desk.house(existing=f'{{OrderMatcher = "{holder(9)}"}}')


def endless_authorities(desk: Desk) -> None:
    """Code that answers one large word to whatever it is asked."""
    set_code(desk.chain, holder(9), "0x6f" + "ff" * 16 + "5f5260205ff3")
    desk.house(existing=f'{{Supervision = "{holder(9)}"}}')


def registry_of_nobody(desk: Desk) -> None:
    """Code that answers nothing."""
    set_code(desk.chain, holder(9), "0x00")
    desk.house(existing=f'{{PartyRegistry = "{holder(9)}"}}')


def nothing_there(desk: Desk) -> None:
    desk.house(existing=f'{{Rulebook = "{holder(9)}"}}')


def two_roles(desk: Desk) -> None:
    desk.house(registrar=f'"{holder(0xA3)}"')


def bad_house(desk: Desk) -> None:
    desk.house(operater='"x"')


def manifest_of_another_chain(desk: Desk) -> None:
    desk.manifest.parent.mkdir(parents=True)
    desk.manifest.write_text('{"schemaVersion": 2}')


def unwritable(desk: Desk) -> None:
    (desk.folder / "deployments").write_text("a file where the folder should be")


@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        (no_funds, "funds: 0x.* holds 0.001, expected 0.* at least for 17"),
        (no_factory, "factory: there is none at 0x4e59"),
        (other_factory, "factory: the code at 0x4e59.* is not the factory's"),
        (foreign_code, "Rulebook: the code at 0x.* is not ours"),
        (no_token, "token: there is no contract at 0x0909"),
        (token_without_decimals, "token: 0x4e59.* does not tell its decimals"),
        (no_oracle, r"oracles\[0\]: there is no contract at 0x0909"),
        (no_sequencer, "sequencer: there is no contract at 0x0909"),
        (not_ours, "existing: the code at 0x.* is TestToken, expected Rulebook"),
        (of_nobody, "existing: the code at 0x4e59.* is of no release of ours, expected Rulebook"),
        (matcher_of_elsewhere, "existing: the OrderMatcher at 0x.* signs for another contract"),
        (endless_authorities, "existing: the code at 0x0909.* is of no release of ours"),
        (registry_of_nobody, "existing: the code at 0x0909.* does not answer as a PartyRegistry"),
        (nothing_there, "Rulebook: no contract at 0x0909"),
        (two_roles, "simulation: PartyRegistry would fail, parties: one holder, two roles"),
        (bad_house, "house: operater in"),
        (manifest_of_another_chain, "manifest: chainId in"),
        (unwritable, "cannot be written|cannot be read"),
    ],
)
def test_refused_before_anything_is_sent(
    desk: Desk, prepare: Callable[[Desk], None], told: str
) -> None:
    prepare(desk)
    assert re.search(told, desk.refused())


@pytest.mark.parametrize(
    ("options", "named", "told"),
    [
        ((), {"chain": "sepolya"}, "chain: 'sepolya' is neither a URL nor a known chain"),
        ((), {"chain": "holesky"}, "holesky is archived"),
        ((), {"chain": "hoodi"}, "no node for hoodi"),
        ((), {"chain": "http://127.0.0.1:9"}, "does not answer"),
        ((), {"account": "77" * 32}, "account: is a private key"),
        ((), {"account": "none.json"}, "account: none.json cannot be read"),
        ((), {"account": "env:NO_SUCH_KEY"}, "NO_SUCH_KEY: expected a private key"),
        (("--sender", "0x12"), {}, "--sender: expected an address"),
        (("--sender", holder(1)), {}, "account: signs for"),
        (("--sender", "77" * 32), {}, "--sender: expected an address, 0x and 40 digits"),
        (("--max-fee", "0"), {}, "max_fee: 0 is too little"),
        (("--max-fee", "nan"), {}, "max_fee: nan is no number of gwei"),
        (("--max-fee", "inf"), {}, "max_fee: inf is no number of gwei"),
        (("--poll", "nan"), {}, "poll_seconds: nan is too little"),
        (("--poll", "inf"), {}, "poll_seconds: inf is too much"),
        (("--confirmations", "0"), {}, "confirmations: 0 is too little"),
    ],
)
def test_refused_by_an_option(
    desk: Desk, options: tuple[str, ...], named: dict[str, Any], told: str
) -> None:
    assert told in desk.refused(*options, **named)
