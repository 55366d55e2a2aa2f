"""The fixtures of the tests, for measurements on the same embedded chain."""

from collections.abc import Iterator

import pytest

from benchmarks import gas_table
from tests.conftest import *  # noqa: F403


@pytest.fixture(scope="session", autouse=True)
def table() -> Iterator[None]:
    """Prints the table of gas when every row is there."""
    yield
    if gas_table.ROWS:
        gas_table.show()
