"""What conformance tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from keelmark.chain import Chain
from keelmark.chain.compiler import compile_contract
from keelmark.conformance.adapters.example import open_venue
from keelmark.conformance.adapters.ground import Ground, lay_ground


@pytest.fixture(scope="module")
def ground(anvil: Chain) -> Iterator[Ground]:
    """The kit on a node, deployed once a module; taken away after it."""
    with anvil.undone():
        yield lay_ground(anvil)


@pytest.fixture(scope="module")
def example(ground: Ground) -> str:
    """The address of the sound example venue on it."""
    return open_venue(ground, compile_contract("examples/ExampleVenue"))
