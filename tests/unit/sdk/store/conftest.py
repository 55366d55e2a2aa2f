"""The four kinds of store, each somewhere new."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.postgres import INSTALLER, Server, postgres_programs, running_postgres

KINDS = ("duckdb", "parquet", "postgres", "delta")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A real server. Tests that ask for it are skipped by name where none is installed, except
    where the environment says ``CI=true``."""
    if postgres_programs() is None:
        told = f"no PostgreSQL server is installed: scripts/{INSTALLER.name} installs one"
        if os.environ.get("CI") == "true":
            pytest.fail(told)
        pytest.skip(told)
    with running_postgres() as server:
        yield server


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Which kind of store."""
    return str(request.param)


@pytest.fixture
def place(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[], str]:
    """``place()``: the location of a store that does not exist yet."""
    names = iter(range(1_000_000))
    if kind == "postgres":
        server: Server = request.getfixturevalue("postgres")
        return server.url
    if kind == "duckdb":
        return lambda: str(tmp_path / f"store-{next(names)}.duckdb")
    return lambda: f"{kind}:{tmp_path}/store-{next(names)}"
