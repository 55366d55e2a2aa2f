"""The pytest plugin: options of the command line, and the report at the end.

It is loaded in every pytest session where this package is installed, so it imports nothing of ours
before a venue is to be checked.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from keelmark.conformance.check import Result
    from keelmark.conformance.report import Report
    from keelmark.conformance.runner import Session

__all__ = ["pytest_addoption", "pytest_configure", "pytest_sessionfinish", "venue_session"]


class _Run:
    """What this pytest session knows of its venue."""

    session: Session | None = None
    block: int = 0
    results: list[Result]

    def __init__(self) -> None:
        self.results = []


RUN = pytest.StashKey[_Run]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of a conformance run."""
    group = parser.getgroup("keelmark", "conformance of a venue")
    group.addoption("--venue", help="address of the venue; without it the adapter deploys one")
    group.addoption("--rpc", help="URL of the node; without it a chain in this process")
    group.addoption("--adapter", help="package.module:Class, a keelmark.conformance.Adapter")
    group.addoption("--report", help="folder for conformance.json and conformance.html")


def pytest_configure(config: pytest.Config) -> None:
    """Room for what the run finds.

    Raises:
        pytest.UsageError: a report is wanted of a run that is spread over processes.
    """
    config.stash[RUN] = _Run()
    spread = hasattr(config, "workerinput") or config.getoption("numprocesses", None)
    if spread and config.getoption("adapter"):
        raise pytest.UsageError("--adapter: a venue is checked in one process, expected -n0")


@pytest.fixture(scope="session")
def venue_session(pytestconfig: pytest.Config) -> Session:
    """The venue under test. A fault in the options or the adapter ends the run, in one sentence."""
    from keelmark.conformance.runner import Session
    from keelmark.errors import KeelmarkError

    adapter = pytestconfig.getoption("adapter")
    if not adapter:
        pytest.exit("--adapter: expected package.module:Class", returncode=4)
    try:
        session = Session.open(
            adapter, pytestconfig.getoption("venue"), pytestconfig.getoption("rpc")
        )
    except KeelmarkError as error:
        pytest.exit(str(error), returncode=4)
    run = pytestconfig.stash[RUN]
    run.session, run.block = session, session.adapter.chain.block().number
    return session


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Writes the report of what was checked."""
    config = session.config
    run, folder = config.stash.get(RUN, None), config.getoption("report", None)
    if run is None or run.session is None or not folder or not run.results:
        return
    from keelmark.conformance.report import write
    from keelmark.errors import KeelmarkError

    try:
        written = write(_report(run, str(config.getoption("adapter"))), Path(folder))
    except KeelmarkError as error:
        pytest.exit(str(error), returncode=4)
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.write_line(f"\nconformance report: {written[1]}")


def _report(run: _Run, adapter: str) -> Report:
    """The run as a report."""
    from hashlib import sha256
    from inspect import getfile

    from eth_utils.crypto import keccak

    from keelmark.conformance.report import Report
    from keelmark.conformance.runner import code_of

    assert run.session is not None
    chain = run.session.adapter.chain
    address = run.session.adapter.address
    written_in = Path(getfile(type(run.session.adapter)))
    return Report(
        venue=address,
        chain_id=chain.chain_id(),
        chain=chain.name,
        adapter=adapter,
        block=run.block,
        code_hash="0x" + keccak(chain.run(code_of(address))).hex(),
        results=tuple(run.results),
        adapter_hash=sha256(written_in.read_bytes()).hexdigest(),
    )
