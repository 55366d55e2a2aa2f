"""Builds broken venues: a copy of the sources with a fault in it, compiled, and deployed."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path

from keelmark.bindings.clearing_house import ClearingHouse
from keelmark.bindings.runtime import send
from keelmark.bindings.test_token import TestToken
from keelmark.chain.compiler import Artefact, compile_contract, contracts_root
from keelmark.conformance.adapter import Adapter
from keelmark.conformance.adapters.example import ExampleAdapter, open_venue
from keelmark.conformance.adapters.ground import GAS, TOKEN_FEED, Ground, made_up_lei, role
from keelmark.conformance.adapters.house import HouseAdapter, open_house
from keelmark.conformance.vocabulary import Instrument
from keelmark.errors import Reverted
from keelmark.identifiers import pack_lei
from keelmark.types import Regime
from tests.conformance.faults import EXAMPLE, HOUSE, Fault, conditioned

__all__ = ["broken_example", "broken_house", "build"]

FOLDERS = {
    "examples/ExampleVenue": ("interfaces", "modules", "examples"),
    "margin/ClearingHouse": ("interfaces", "modules", "margin"),
}


def build(folder: Path) -> tuple[Artefact, Artefact, Artefact]:
    """Both example venues and the house, with the faults in them; two are compiled at a time."""
    paths = [
        _with(EXAMPLE[0], "examples/ExampleVenue", folder / "first"),
        _with(EXAMPLE[1], "examples/ExampleVenue", folder / "second"),
        _with(HOUSE, "margin/ClearingHouse", folder / "house"),
    ]
    with ProcessPoolExecutor(2) as pool:
        first, second, house = pool.map(compile_contract, paths)
    return first, second, house


def _with(faults: Sequence[Fault], main: str, folder: Path) -> Path:
    """The main file of a copy of the sources with some faults.

    Raises:
        AssertionError: what is to be replaced is not there exactly once.
    """
    copy = folder / "contracts"
    for name in FOLDERS[main]:
        shutil.copytree(contracts_root() / name, copy / name)
    # Faults may share an edit; each is made once.
    for edit in dict.fromkeys(edit for fault in faults for edit in fault.edits):
        path = copy / edit.file
        text = path.read_text("utf-8")
        assert text.count(edit.old) == 1, f"{edit.file}: {edit.old!r} {text.count(edit.old)} times"
        path.write_text(text.replace(edit.old, conditioned(edit.new)), "utf-8")
    return copy / f"{main}.vy"


def broken_example(ground: Ground, artefact: Artefact, wei: int = 0) -> Adapter:
    """An example venue with faults in it beside a deployed kit; one is at work already when it is
    created if its number is given."""

    class Broken(ExampleAdapter):
        """The example's adapter with the variant's interface, and its door for prices."""

        @classmethod
        def artefact(cls) -> Artefact:
            return artefact

        def offer_price(self, price: int, instrument: Instrument) -> None:
            if any(entry.get("name") == "push_own" for entry in artefact.abi):
                pushing = send(self, "push_own(uint256 price)", (price % 2**256,), GAS)
                # Shut while its fault is not at work; prices then come by the board alone.
                with suppress(Reverted):
                    self.send("keeper", pushing)
                    return
            super().offer_price(price, instrument)

    # Where it will be: the same sender at the same height.
    with ground.chain.undone():
        address = open_venue(ground, artefact)
    ground.chain.local.fund(address, wei)
    assert open_venue(ground, artefact) == address
    return Broken(ground.chain, address)


def broken_house(ground: Ground, artefact: Artefact) -> Adapter:
    """A broken clearing house that delegates to the sound desks of a deployed kit."""
    kit = ground.deployment
    receipt = ground.send(
        "deployer",
        ClearingHouse.create(
            artefact.bytecode,
            rulebook=kit.rulebook.address,
            parties=kit.parties.address,
            instruments=kit.instruments.address,
            board=kit.board.address,
            matcher=kit.matcher.address,
            close_out=kit.close_out.address,
            fund=kit.fund.address,
            token=TestToken(ground.tokens[0]).address,
            token_feed=TOKEN_FEED,
            regime=int(Regime.CLEARED_OTC),
            lei=pack_lei(made_up_lei(1)),
            back_office=kit.contracts["BackOffice"].address,
            instrument_desk=kit.contracts["InstrumentDesk"].address,
            operator=role("operator").address,
            gas=GAS,
        ),
    )
    house = ClearingHouse(str(receipt.contract))
    open_house(ground, house)
    return HouseAdapter(ground.chain, house.address)
